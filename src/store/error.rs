//! What can go wrong at the database.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the store. None of its texts holds a value that was stored or asked for.
#[derive(Debug)]
pub enum Error {
    /// The database does not answer, or cannot write: down, full, read-only, locked. Worth a 503.
    Unavailable(String),
    /// A unique index refused the row; the text names the index or the columns.
    Duplicate(String),
    /// A row that should not exist: table, column and id.
    ImpossibleRow {
        /// The table.
        table: &'static str,
        /// The column that holds nonsense.
        column: &'static str,
        /// The row's primary key, or a part of it that is no secret.
        id: String,
    },
    /// A fault in the code or the schema.
    Query(String),
}

impl Error {
    /// An impossible row, for row-to-type conversions.
    pub fn impossible(table: &'static str, column: &'static str, id: &str) -> Self {
        Self::ImpossibleRow { table, column, id: id.to_owned() }
    }

    /// Whether the connection that gave this error should be replaced.
    pub fn spoils_connection(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(why) => write!(f, "the database is not available: {why}"),
            Self::Duplicate(what) => write!(f, "the row exists already: {what}"),
            Self::ImpossibleRow { table, column, id } => {
                write!(f, "impossible row: {table}.{column} of {id}")
            }
            Self::Query(why) => write!(f, "the query failed: {why}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                let what = info.constraint_name().unwrap_or_else(|| info.message());
                Self::Duplicate(what.to_owned())
            }
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::ReadOnlyTransaction
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Self::Unavailable(info.message().to_owned()),
            DieselError::DatabaseError(_, info) if is_outage(info.message()) => {
                Self::Unavailable(info.message().to_owned())
            }
            DieselError::BrokenTransactionManager => Self::Unavailable("the connection broke".to_owned()),
            other => Self::Query(other.to_string()),
        }
    }
}

/// Whether the message (SQLite has no codes here) speaks of the machine and not of the statement.
fn is_outage(message: &str) -> bool {
    const SIGNS: [&str; 14] = [
        "database is locked",
        "disk I/O error",
        "database or disk is full",
        "readonly database",
        "unable to open database file",
        "database disk image is malformed",
        "connection closed",
        "server closed the connection",
        "terminating connection",
        "deadlock detected",
        "read-only transaction",
        // PostgreSQL: a lock or a disk was too slow (`SESSION`), or its disk is full.
        "canceling statement due to",
        "No space left on device",
        "the database system is",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::is_outage;

    #[test]
    fn sec_f05_sec_f09_sec_f12_what_passes_is_told_from_what_is_wrong() {
        for passing in [
            "database or disk is full",
            "attempt to write a readonly database",
            "cannot execute INSERT in a read-only transaction",
            "terminating connection due to administrator command",
            "canceling statement due to lock timeout",
            "canceling statement due to statement timeout",
            "could not extend file \"base/5/16384\": No space left on device",
            "the database system is shutting down",
        ] {
            assert!(is_outage(passing), "{passing}");
        }
        for wrong in
            ["no such table: flows", "syntax error at or near \"FORM\"", "relation \"x\" does not exist"]
        {
            assert!(!is_outage(wrong), "{wrong}");
        }
    }
}

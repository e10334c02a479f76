//! One connection to either database.

use std::fmt;
use std::path::PathBuf;

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;

use super::Result;
use super::postgres::PostgresConnection;

/// A connection to SQLite or to PostgreSQL.
#[expect(clippy::large_enum_variant, reason = "one lives on each thread, and none is moved about")]
pub enum Connection {
    /// SQLite, in this process.
    Sqlite(SqliteConnection),
    /// PostgreSQL, through tokio-postgres on this thread.
    Postgres(PostgresConnection),
}

impl Connection {
    /// Runs SQL text without parameters or rows.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        super::each!(self, c => c.batch_execute(sql))
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// The two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL, or what speaks its protocol.
    Postgres,
}

/// Where the database is: `sqlite:PATH`, or `postgres://…`. Its `Debug` shows no password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A server's URL.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads a URL; `None` if its scheme is neither `sqlite:` nor `postgres:`/`postgresql:`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return (!path.is_empty()).then(|| Self::Sqlite(PathBuf::from(path)));
        }
        (text.starts_with("postgres://") || text.starts_with("postgresql://"))
            .then(|| Self::Postgres(text.to_owned()))
    }

    /// Which database this names.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://[redacted]"),
        }
    }
}

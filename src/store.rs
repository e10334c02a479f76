//! Rows to types and back: SQLite and PostgreSQL behind one handle. The only user of Diesel.
//!
//! Queries are synchronous functions over a [`Connection`]; [`Store`] carries closures to threads that own
//! connections, and answers after COMMIT. Nothing here reads a clock: the instant is an argument.
//!
//! A row that can only be one is asked for with `get_result`. `first` adds a LIMIT, whose value is bound, and SQLite
//! prepares such a statement again for every value: that costs several times the query. A row is inserted with all its
//! columns, `None` as NULL, and a hot UPDATE is a `Kept`: Diesel keeps neither of them prepared otherwise.

mod asked;
#[cfg(test)]
mod beside;
mod claims;
mod connection;
mod error;
#[cfg(test)]
pub(crate) mod fresh;
mod kept;
mod migrations;
mod postgres;
pub mod schema;
mod sqlite;
mod threads;

pub mod access_tokens;
pub mod api_keys;
pub mod authorization_codes;
pub mod authorization_requests;
pub mod client_assertions;
pub mod consents;
pub mod credentials;
pub mod device_codes;
pub mod events;
pub mod factors;
pub mod flows;
pub mod grants;
pub mod identities;
pub mod invitations;
pub mod known_browsers;
pub mod logout_notices;
pub mod lots;
pub mod messages;
pub mod meta;
pub mod one_time_codes;
pub mod parked_changes;
pub mod passkeys;
pub mod pushed_requests;
pub mod refresh_tokens;
pub mod sealed;
pub mod search;
pub mod session_clients;
pub mod sessions;
pub mod signing_keys;
pub mod throttles;
pub mod trusted_devices;
pub mod undos;
pub mod webauthn_challenges;
pub mod webhook_deliveries;

pub use connection::{Connection, DatabaseUrl, Engine};
pub use error::Error;
pub use migrations::{MigrationStatus, Migrations};
pub use threads::{OpenError, Options, Store};

/// What a query answers.
pub type Result<T> = std::result::Result<T, Error>;

/// Expands one Diesel expression for each database: `each!(db, c => users.load(c))`.
macro_rules! each {
    ($db:expr, $c:ident => $query:expr) => {
        match $db {
            $crate::store::Connection::Sqlite($c) => $query,
            $crate::store::Connection::Postgres($c) => $query,
        }
        .map_err($crate::store::Error::from)
    };
}
pub(crate) use each;

//! Use cases of people on a real, fresh database: SQLite always, PostgreSQL if the tests are given a server.

mod catalogue;
mod login;
mod recovery;
mod recovery_stages;
mod sessions;
mod world;

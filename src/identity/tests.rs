//! Use cases of people on a real, fresh database: SQLite always, PostgreSQL if the tests are given a server.

mod account;
mod administration;
mod brought;
mod catalogue;
mod factors;
mod guessing;
mod import;
mod links;
mod login;
mod login_choice;
mod login_code;
mod new_device;
mod parked;
mod passkey_races;
mod passkey_second;
mod passkey_sign_in;
mod passkeys;
mod recovery;
mod recovery_stages;
mod registration;
mod removal;
mod sessions;
mod world;

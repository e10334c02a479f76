//! The courier against a mail server that does as it is told, on both databases.

mod delivery;
mod dkim;
mod leases;
mod mails;
mod outbox;
mod tls;
mod wire;
mod world;

#[path = "../../tests/it/smtp_sink.rs"]
mod smtp_sink;

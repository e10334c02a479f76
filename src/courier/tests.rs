//! The courier against a mail server that does as it is told, on both databases.

mod aloud;
mod delivery;
mod dkim;
mod leases;
mod mails;
mod outbox;
mod overrides;
mod tls;
mod wire;
mod world;

#[path = "../../tests/it/smtp_sink.rs"]
mod smtp_sink;

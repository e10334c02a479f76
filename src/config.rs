//! Reads, checks and explains the settings and `clients.toml`. All faults of all files are found in one pass.

mod clients;
mod document;
mod fault;
mod keys;
mod settings;

pub use clients::{ClientKey, Clients, check_clients, client_keys, client_value, duration_text};
pub use fault::{Fault, Faults, Severity};
pub use keys::{CHANNEL_KEYS, KEYS, Key, TABLES, TableKey, WEBHOOK_KEYS, reference};
pub use settings::{
    AllowedDestination, Brand, Courier, Ends, HttpChannel, HttpTarget, IdentitySettings, JsonnetFile,
    KeySettings, MAPPED_CLAIMS, MailTemplate, Mode, OtherSchema, OutboundSettings, PasswordSettings,
    SessionSettings, Settings, SmtpSecurity, SmtpUrl, Sources, TlsFiles, Webhook, parse_duration,
};

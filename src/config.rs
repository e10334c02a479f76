//! Reads, checks and explains the settings and `clients.toml`. All faults of all files are found in one pass.

mod clients;
mod document;
mod fault;
mod keys;
mod settings;

pub use clients::{ClientKey, Clients, check_clients, client_keys, client_value};
pub use fault::{Fault, Faults, Severity};
pub use keys::{KEYS, Key, reference};
pub use settings::{
    AllowedDestination, Brand, Courier, Ends, IdentitySettings, KeySettings, MAPPED_CLAIMS, Mode,
    OtherSchema, OutboundSettings, PasswordSettings, SessionSettings, Settings, SmtpSecurity, SmtpUrl,
    Sources, TlsFiles, parse_duration,
};

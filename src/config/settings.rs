//! The settings, typed and checked.

mod claims;
mod http;
mod identity;
mod read;
mod reader;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cidr::AnyIpCidr;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Faults;
pub use claims::MAPPED_CLAIMS;
pub use reader::parse_duration;

use crate::model::{AllowedReturnUrls, Channel, EventFilter, ReturnUrlRule, SecretText};
use crate::text::{Languages, Own};

/// Under which command the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `wayhome dev`: details are shown, defaults fill every gap, nothing leaves this machine.
    Development,
    /// `wayhome serve`.
    Production,
}

/// Where settings come from. Tests make their own.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The name and text of `wayhome.toml`, if there is one.
    pub file: Option<(String, String)>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// The name and text of the identity schema, if `identity.schema` names a file; read by the caller.
    pub schema: Option<(String, String)>,
    /// The texts of the files that `identity.schemas` names, by the names of the files; read by the caller.
    pub schemas: BTreeMap<String, String>,
    /// The text of the file that `courier.dkim_key` names; read by the caller.
    pub dkim_key: Option<SecretText>,
    /// The files in the folder that `languages.messages` names: their names and texts; read by the caller.
    pub messages: Option<Vec<Own>>,
    /// The text of the file that `outbound.ca_file` names; read by the caller.
    pub outbound_ca: Option<String>,
    /// The files in the folder that `courier.templates` names; read by the caller.
    pub mail_templates: Option<Vec<MailTemplate>>,
    /// The files that [`Settings::files_of`] names, or why they cannot be read; read by the caller.
    pub files: BTreeMap<String, Result<String, String>>,
}

/// Sessions: their lifetimes (decision 27), and who may watch them.
#[derive(Debug, Clone, Copy)]
pub struct SessionSettings {
    /// Unused for this long, it ends.
    pub idle: Duration,
    /// It ends in any case.
    pub absolute: Duration,
    /// A sign-in younger than this suffices for sensitive changes.
    pub recent: Duration,
    /// Whether clients may watch it from a page of theirs (OIDC Session Management 1.0).
    pub management: bool,
}

/// What a new password ends (S35).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Sessions, with what was granted in them and is not offline.
    Sessions,
    /// Everything: all grants with all their tokens, too.
    SessionsAndGrants,
}

/// The schedule of the signing keys.
#[derive(Debug, Clone, Copy)]
pub struct KeySettings {
    /// How long a key signs.
    pub rotation: Duration,
    /// How long it is published before that.
    pub publish_ahead: Duration,
}

/// What passwords and their hashes must be (decision 25).
#[derive(Debug, Clone, Copy)]
pub struct PasswordSettings {
    /// The fewest characters.
    pub min_length: usize,
    /// The same for whoever has a second factor.
    pub min_length_two_step: usize,
    /// Argon2id memory in KiB.
    pub memory_kib: u32,
    /// Argon2id passes.
    pub iterations: u32,
    /// Hashing threads; 0 chooses.
    pub workers: usize,
    /// Hashes that may wait.
    pub queue: usize,
}

/// Where passwords from data leaks are looked up.
#[derive(Debug, Clone, Default)]
pub struct BreachSettings {
    /// A folder with a list for each range.
    pub folder: Option<PathBuf>,
    /// A service; the range comes behind its address.
    pub service: Option<String>,
}

/// The traits of identities.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// The name of the default schema, on the wire.
    pub schema_id: String,
    /// The default JSON Schema.
    pub schema: Json,
    /// The other schemas.
    pub others: Vec<OtherSchema>,
}

/// A schema beside the default one.
#[derive(Debug, Clone)]
pub struct OtherSchema {
    /// Its name, on the wire.
    pub id: String,
    /// The JSON Schema.
    pub schema: Json,
    /// Whether whoever creates an account may ask for it.
    pub registration: bool,
    /// Where it was named, for people who look for it.
    pub place: String,
}

impl IdentitySettings {
    /// All schemas with their names, the default one first.
    pub fn schemas(&self) -> impl Iterator<Item = (&str, &Json)> {
        let others = self.others.iter().map(|other| (other.id.as_str(), &other.schema));
        std::iter::once((self.schema_id.as_str(), &self.schema)).chain(others)
    }

    /// The schema of this name.
    pub fn schema_of(&self, id: &str) -> Option<&Json> {
        self.schemas().find(|(known, _)| *known == id).map(|(_, schema)| schema)
    }
}

impl IdentitySettings {
    /// Whether people have a trait `locale`, their language (OIDC Core 5.1).
    pub fn has_locale(&self) -> bool {
        self.schema.pointer("/properties/locale").is_some()
    }
}

/// How the mail server is spoken to.
#[derive(Debug, Clone)]
pub struct SmtpUrl {
    /// The host, which its certificate must name.
    pub host: String,
    /// The port.
    pub port: u16,
    /// TLS.
    pub security: SmtpSecurity,
    /// User and password.
    pub credentials: Option<(String, SecretText)>,
}

/// TLS towards the mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// From the first byte (RFC 8314 3.3).
    Implicit,
    /// By STARTTLS, and never without.
    StartTls,
    /// None: a relay on this machine.
    Plain,
}

/// The sender of mails.
#[derive(Debug, Clone)]
pub struct Courier {
    /// The address.
    pub from: String,
    /// The name beside it.
    pub from_name: String,
    /// Where answers go; `None` if nobody reads them.
    pub reply_to: Option<String>,
    /// What mails are signed with.
    pub dkim: Option<Dkim>,
    /// The mail server; `None` in development.
    pub smtp: Option<SmtpUrl>,
    /// The ways that go over HTTP, one for each channel at most.
    pub channels: Vec<HttpChannel>,
    /// Mails in the operator's own words.
    pub templates: Vec<MailTemplate>,
}

impl Courier {
    /// The way over HTTP for this channel, if it has one.
    pub fn over_http(&self, channel: Channel) -> Option<&HttpChannel> {
        self.channels.iter().find(|known| known.channel == channel)
    }
}

/// A file of the folder `courier.templates`: a part of a mail, or what such parts include.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailTemplate {
    /// Where it lies, for people who look for it.
    pub place: String,
    /// The folder within, which is the tag of a language; `None` for all languages without a file of their own.
    pub language: Option<String>,
    /// Its name, such as `recovery_code.html`.
    pub name: String,
    /// What stands in it.
    pub code: String,
}

/// A Jsonnet file: a function of one argument, `ctx`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonnetFile {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub code: String,
}

/// Where something is sent over HTTP, by the operator's own words.
#[derive(Debug, Clone)]
pub struct HttpTarget {
    /// The method.
    pub method: String,
    /// The address, http or https, without credentials.
    pub url: String,
    /// The headers, that of the authentication among them.
    pub headers: Vec<(String, SecretText)>,
}

/// A way for messages over HTTP: `[[courier.channel]]`.
#[derive(Debug, Clone)]
pub struct HttpChannel {
    /// For which messages.
    pub channel: Channel,
    /// Where they are sent.
    pub target: HttpTarget,
    /// What makes the body; without it, the context is the body.
    pub body: Option<JsonnetFile>,
}

/// Who is told of events: `[[webhook]]`.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Where it is told.
    pub target: HttpTarget,
    /// Of which events.
    pub events: Vec<EventFilter>,
    /// What makes the body; without it, the payload is the body.
    pub body: Option<JsonnetFile>,
    /// The keys that sign, each with a signature of its own: two while they are replaced.
    pub secrets: Vec<Vec<u8>>,
}

/// The signature of the sender's domain on mails (DKIM, RFC 6376).
#[derive(Debug, Clone)]
pub struct Dkim {
    /// Where below `_domainkey` of the sender's domain the public key is published.
    pub selector: String,
    /// The private key, in PEM.
    pub key: SecretText,
}

/// The files of TLS on the public listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and its chain, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// Where the server may go for clients.
#[derive(Debug, Clone, Default)]
pub struct OutboundSettings {
    /// What it may reach although it is not on the public internet.
    pub allow: Vec<AllowedDestination>,
    /// Certificate authorities beside those of the system, in PEM.
    pub authorities: Option<String>,
}

/// A destination that the operator answers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedDestination {
    /// Every address of this network.
    Network(AnyIpCidr),
    /// The host of this name, wherever it is; in small letters, without a dot at the end.
    Host(String),
}

/// Links in the footer.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    /// Help.
    pub support_url: Option<String>,
    /// The privacy policy.
    pub privacy_url: Option<String>,
    /// The terms.
    pub terms_url: Option<String>,
}

/// How much guessing is borne. 0 is no limit.
#[derive(Debug, Clone, Copy)]
pub struct GuessingSettings {
    /// Sign-ins that are not right, of one network in a minute; twice as many at once.
    pub sign_ins_per_minute: u32,
    /// Codes for a new password that one network may ask for in an hour; a sixth of them at once.
    pub recoveries_per_hour: u32,
    /// First misses for different people in a minute that look like an attack on everybody.
    pub spray_per_minute: u32,
    /// Wrong mailed codes in an hour that look like an attack on everybody.
    pub wrong_codes_per_hour: u32,
}

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Development or production.
    pub mode: Mode,
    /// The name of the service.
    pub name: String,
    /// The issuer, without a slash at the end.
    pub issuer: String,
    /// The public listener.
    pub public: SocketAddr,
    /// TLS on the public listener; without it, that listener speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// The admin listener.
    pub admin: SocketAddr,
    /// The data folder.
    pub data_dir: PathBuf,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<AnyIpCidr>,
    /// Serving threads; 0 chooses.
    pub workers: usize,
    /// The filter of the log.
    pub log: String,
    /// Whether the log is JSON.
    pub log_json: bool,
    /// Whether the log shows queries and addresses for an hour.
    pub log_reveal: bool,
    /// The database, as a URL.
    pub database_url: String,
    /// Connections to PostgreSQL.
    pub database_connections: usize,
    /// Reading threads on SQLite.
    pub database_readers: usize,
    /// Whether tables are brought up to date at start.
    pub migrate: bool,
    /// The data secrets that stand in the settings, the active one first.
    pub data_secrets: Vec<SecretText>,
    /// The file with those that come before them.
    pub secrets_file: Option<PathBuf>,
    /// Signing keys.
    pub keys: KeySettings,
    /// Sessions.
    pub session: SessionSettings,
    /// Passwords.
    pub password: PasswordSettings,
    /// Passwords from data leaks.
    pub breaches: BreachSettings,
    /// Where journeys end that name nothing.
    pub default_return_url: Option<String>,
    /// Where they may end.
    pub return_urls: Vec<ReturnUrlRule>,
    /// Whether people may create accounts.
    pub registration: bool,
    /// Whether an account exists only when its address is proven.
    pub verification_required: bool,
    /// Whether people may reset a forgotten password.
    pub recovery: bool,
    /// Whether people may sign in with a mailed code.
    pub login_code: bool,
    /// Whether people are told of a sign-in with a browser that is not known.
    pub new_device_mail: bool,
    /// What a recovery ends, and a changed password if its owner wants so.
    pub recovery_ends: Ends,
    /// Where a recovery ends that has nothing else.
    pub after_recovery: Option<String>,
    /// Whether people may delete their accounts.
    pub deletion: bool,
    /// Traits.
    pub identity: IdentitySettings,
    /// Mail.
    pub courier: Courier,
    /// Who is told of events.
    pub webhooks: Vec<Webhook>,
    /// The way out for clients.
    pub outbound: OutboundSettings,
    /// Whether the administration asks for an API key.
    pub require_admin_key: bool,
    /// The footer.
    pub brand: Brand,
    /// Requests that one address may make in a minute; 0 is no limit.
    pub requests_per_minute: u32,
    /// Flows that one address may begin in a minute; 0 is no limit.
    pub flows_per_minute: u32,
    /// Failed authentications and grants that one address may bring about as one client in a minute; 0 is no limit.
    pub token_failures_per_minute: u32,
    /// The languages of pages and mails.
    pub languages: Arc<Languages>,
    /// How much guessing is borne.
    pub guessing: GuessingSettings,
    /// How long the event log keeps facts.
    pub events_kept: Duration,
}

impl Settings {
    /// Whether details are shown.
    pub fn is_development(&self) -> bool {
        self.mode == Mode::Development
    }

    /// Whether cookies are `Secure` and carry the `__Host-` prefix.
    pub fn is_https(&self) -> bool {
        self.issuer.starts_with("https://")
    }

    /// Host and port of the issuer, as a `Host` header names them.
    pub fn host(&self) -> &str {
        self.issuer.split_once("://").map_or("", |(_, host)| host)
    }

    /// The rules for return URLs, those of the clients included.
    pub fn allowed_return_urls(&self, of_clients: Vec<ReturnUrlRule>) -> Option<AllowedReturnUrls> {
        AllowedReturnUrls::new(&self.issuer, self.return_urls.iter().cloned().chain(of_clients).collect())
    }

    /// The name of the file that the sources give under this key, to be read by the caller.
    pub fn file_of(sources: &Sources, key: &'static str) -> Option<String> {
        reader::Reader::new(sources, &mut Faults::default()).optional(key)
    }

    /// Where keys are set, as `file:line` or the name of a variable; a key that is set nowhere is not among them.
    pub fn places(sources: &Sources) -> BTreeMap<&'static str, String> {
        reader::Reader::new(sources, &mut Faults::default()).places()
    }

    /// The names of the files of the other schemas, to be read by the caller.
    pub fn schema_files(sources: &Sources) -> Vec<String> {
        let mut faults = Faults::default();
        let named = reader::Reader::new(sources, &mut faults).list("identity.schemas");
        named.iter().filter_map(|(text, _)| Some(text.split_once('=')?.1.trim().to_owned())).collect()
    }

    /// The names of the files that tables of the sources give, to be read by the caller.
    pub fn files_of(sources: &Sources) -> Vec<String> {
        let mut faults = Faults::default();
        let reader = reader::Reader::new(sources, &mut faults);
        reader.all_tables().flat_map(tables::Table::files).collect()
    }

    /// Reads and checks everything. The faults may be warnings only, then there are settings, too.
    pub fn load(mode: Mode, sources: &Sources) -> (Option<Self>, Faults) {
        let mut faults = Faults::default();
        let settings = read::read(mode, sources, &mut faults);
        let fatal = faults.are_fatal();
        (settings.filter(|_| !fatal), faults)
    }
}

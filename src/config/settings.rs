//! The settings, typed and checked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use cidr::AnyIpCidr;
use serde_json::Value as Json;
use url::Url;

use super::document::{self, Entry, Node, Value};
use super::keys::{Form, KEYS, Key};
use super::{Fault, Faults};
use crate::model::{AllowedReturnUrls, ReturnUrlRule, SecretText};

/// The prefix of environment variables that override keys.
const PREFIX: &str = "WAYHOME__";

/// The schema of traits that ships.
const DEFAULT_SCHEMA: &str = include_str!("identity.schema.json");

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
    /// The text of the identity schema, if `identity.schema` names a file; read by the caller.
    pub schema: Option<(String, String)>,
}

/// Lifetimes of sessions (decision 27).
#[derive(Debug, Clone, Copy)]
pub struct SessionSettings {
    /// Unused for this long, it ends.
    pub idle: Duration,
    /// It ends in any case.
    pub absolute: Duration,
    /// A sign-in younger than this suffices for sensitive changes.
    pub recent: Duration,
}

/// What passwords and their hashes must be (decision 25).
#[derive(Debug, Clone, Copy)]
pub struct PasswordSettings {
    /// The fewest characters.
    pub min_length: usize,
    /// Argon2id memory in KiB.
    pub memory_kib: u32,
    /// Argon2id passes.
    pub iterations: u32,
    /// Hashing threads; 0 chooses.
    pub workers: usize,
    /// Hashes that may wait.
    pub queue: usize,
}

/// The traits of identities.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// The name of the schema, on the wire.
    pub schema_id: String,
    /// The JSON Schema.
    pub schema: Json,
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
    /// The mail server; `None` in development.
    pub smtp: Option<SmtpUrl>,
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
    /// The database, as a URL.
    pub database_url: String,
    /// Connections to PostgreSQL.
    pub database_connections: usize,
    /// Reading threads on SQLite.
    pub database_readers: usize,
    /// Whether tables are brought up to date at start.
    pub migrate: bool,
    /// The data secrets, the active one first.
    pub data_secrets: Vec<SecretText>,
    /// Sessions.
    pub session: SessionSettings,
    /// Passwords.
    pub password: PasswordSettings,
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
    /// Where a recovery ends that has nothing else.
    pub after_recovery: Option<String>,
    /// Traits.
    pub identity: IdentitySettings,
    /// Mail.
    pub courier: Courier,
    /// Whether the administration asks for an API key.
    pub require_admin_key: bool,
    /// The footer.
    pub brand: Brand,
    /// Requests that one address may make in a minute; 0 is no limit.
    pub requests_per_minute: u32,
    /// Flows that one address may begin in a minute; 0 is no limit.
    pub flows_per_minute: u32,
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

    /// The name of the identity schema file that the sources ask for.
    pub fn schema_file(sources: &Sources) -> Option<String> {
        let mut unheard = Faults::default();
        let text = Reader::new(sources, &mut unheard).text("identity.schema");
        Some(text).filter(|text| !text.is_empty())
    }

    /// Reads and checks everything. The faults may be warnings only, then there are settings, too.
    pub fn load(mode: Mode, sources: &Sources) -> (Option<Self>, Faults) {
        let mut faults = Faults::default();
        let settings = read(mode, sources, &mut faults);
        let fatal = faults.are_fatal();
        (settings.filter(|_| !fatal), faults)
    }
}

/// The values that were given, by path.
struct Reader<'a> {
    given: BTreeMap<&'static str, Node>,
    faults: &'a mut Faults,
}

impl<'a> Reader<'a> {
    fn new(sources: &Sources, faults: &'a mut Faults) -> Self {
        let mut given = BTreeMap::new();
        if let Some((name, text)) = &sources.file {
            let entries = document::read(name, text, faults);
            collect(entries, &mut given, faults);
        }
        for (name, value) in sources.environment.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            match KEYS.iter().find(|key| key.variable() == *name) {
                Some(key) => {
                    given.insert(key.path, from_environment(key, name, value));
                }
                None => {
                    let known: Vec<String> = KEYS.iter().map(Key::variable).collect();
                    let fault = Fault::error(name, "no key has this name");
                    faults.add(fault.did_you_mean(name, known.iter().map(String::as_str)));
                }
            }
        }
        Self { given, faults }
    }

    fn place(&self, path: &str) -> String {
        self.given.get(path).map_or_else(|| path.to_owned(), |node| node.place.clone())
    }

    fn wrong(&mut self, path: &str, problem: impl Into<String>) -> &mut Faults {
        let place = self.place(path);
        self.faults.add(Fault::error(place, format!("{path}: {}", problem.into())));
        self.faults
    }

    fn wanted(&mut self, path: &'static str, form: Form) {
        let kind = self.given.get(path).map_or("nothing", |node| node.value.kind());
        self.wrong(path, format!("expected {}, found {kind}", form.name()));
    }

    fn text(&mut self, path: &'static str) -> String {
        match self.given.get(path).map(|node| &node.value) {
            Some(Value::Text(text)) => text.clone(),
            None => default_text(path),
            Some(_) => {
                self.wanted(path, Form::Text);
                default_text(path)
            }
        }
    }

    fn optional(&mut self, path: &'static str) -> Option<String> {
        Some(self.text(path)).filter(|text| !text.is_empty())
    }

    fn number<T: TryFrom<i64>>(&mut self, path: &'static str, least: i64, most: i64) -> Option<T> {
        let default = default_text(path).parse::<i64>().unwrap_or_default();
        let number = match self.given.get(path).map(|node| &node.value) {
            Some(Value::Integer(number)) => *number,
            None => default,
            Some(_) => {
                self.wanted(path, Form::Integer);
                default
            }
        };
        if !(least..=most).contains(&number) {
            self.wrong(path, format!("{number} is not between {least} and {most}"));
        }
        T::try_from(number).ok()
    }

    fn flag(&mut self, path: &'static str) -> bool {
        match self.given.get(path).map(|node| &node.value) {
            Some(Value::Flag(flag)) => *flag,
            None => default_text(path) == "true",
            Some(_) => {
                self.wanted(path, Form::Flag);
                false
            }
        }
    }

    fn list(&mut self, path: &'static str) -> Vec<(String, String)> {
        let Some(node) = self.given.get(path) else { return Vec::new() };
        let Value::List(items) = &node.value else {
            self.wanted(path, Form::List);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.clone() {
            match item.value {
                Value::Text(text) => texts.push((text, item.place)),
                other => self.faults.add(Fault::error(
                    item.place,
                    format!("{path}: expected a text, found {}", other.kind()),
                )),
            }
        }
        texts
    }

    fn duration(&mut self, path: &'static str, least: Duration) -> Duration {
        let text = self.text(path);
        match parse_duration(&text) {
            Some(duration) if duration >= least => duration,
            Some(_) => {
                self.wrong(path, format!("{text} is too short; the least is {} s", least.as_secs()));
                least
            }
            None => {
                self.wrong(path, format!("`{text}` is no duration; write 90s, 15m, 24h or 30d"));
                least
            }
        }
    }

    fn address(&mut self, path: &'static str) -> Option<SocketAddr> {
        let text = self.text(path);
        let address = text.parse().ok();
        if address.is_none() {
            self.wrong(path, format!("`{text}` is no address with a port, like 127.0.0.1:4444"));
        }
        address
    }

    fn web_url(&mut self, path: &'static str) -> Option<String> {
        let text = self.optional(path)?;
        let good = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !good {
            self.wrong(path, format!("`{text}` is no http or https URL"));
        }
        Some(text)
    }
}

fn default_text(path: &str) -> String {
    KEYS.iter().find(|key| key.path == path).map_or("", |key| key.default.trim_matches('"')).to_owned()
}

fn collect(entries: Vec<Entry>, given: &mut BTreeMap<&'static str, Node>, faults: &mut Faults) {
    let sections = || KEYS.iter().filter_map(|key| key.path.split_once('.').map(|(section, _)| section));
    for section in entries {
        if !sections().any(|known| known == section.name) {
            let fault = Fault::error(section.place, format!("there is no section [{}]", section.name));
            faults.add(fault.did_you_mean(&section.name, sections()));
            continue;
        }
        let Value::Table(inner) = section.node.value else {
            faults.add(Fault::error(section.place, format!("[{}] must be a section", section.name)));
            continue;
        };
        for entry in inner {
            let path = format!("{}.{}", section.name, entry.name);
            match KEYS.iter().find(|key| key.path == path) {
                Some(key) => {
                    given.insert(key.path, entry.node);
                }
                None => {
                    let fault = Fault::error(entry.place, format!("there is no key `{path}`"));
                    let known = KEYS.iter().map(|key| key.path);
                    faults.add(fault.did_you_mean(&path, known));
                }
            }
        }
    }
}

fn from_environment(key: &Key, name: &str, value: &str) -> Node {
    let text = || Value::Text(value.to_owned());
    let value = match key.form {
        Form::Text | Form::Duration => text(),
        Form::Integer => value.parse().map_or_else(|_| text(), Value::Integer),
        Form::Flag => value.parse().map_or_else(|_| text(), Value::Flag),
        Form::List => Value::List(
            value
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Node { value: Value::Text(item.to_owned()), place: name.to_owned() })
                .collect(),
        ),
    };
    Node { value, place: name.to_owned() }
}

/// Reads `90s`, `15m`, `24h`, `30d`.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<u32>().ok().map(|number| Duration::from_secs(u64::from(number) * seconds))
}

fn read(mode: Mode, sources: &Sources, faults: &mut Faults) -> Option<Settings> {
    let development = mode == Mode::Development;
    let mut from = Reader::new(sources, faults);
    let name = from.text("server.name");
    let issuer = issuer(&mut from, development);
    let data_dir = PathBuf::from(from.text("server.data_dir"));
    let database_url = from
        .optional("database.url")
        .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("wayhome.db").display()));
    let trusted_proxies = trusted_proxies(&mut from);
    let data_secrets = data_secrets(&mut from, development);
    let return_urls = return_url_rules(&mut from);
    let identity = identity_schema(&mut from, sources);
    let registration = from.flag("registration.enabled");
    let recovery = from.flag("recovery.enabled");
    let courier = courier(&mut from, &name, development, registration || recovery);
    let log_format = from.text("server.log_format");
    if !matches!(log_format.as_str(), "auto" | "text" | "json") {
        from.wrong("server.log_format", "expected auto, text or json");
    }
    let require_admin_key = from.flag("admin.require_key");
    if !require_admin_key && !development {
        from.wrong("admin.require_key", "only development may do without API keys");
    }
    let session = SessionSettings {
        idle: from.duration("session.idle", Duration::from_secs(60)),
        absolute: from.duration("session.absolute", Duration::from_secs(60)),
        recent: from.duration("session.recent", Duration::from_secs(30)),
    };
    if session.idle > session.absolute {
        from.wrong("session.idle", "it is longer than session.absolute, so it would never matter");
    }
    let password = PasswordSettings {
        min_length: from.number("password.min_length", 8, 128)?,
        memory_kib: from.number("password.memory_kib", 19_456, 4_194_304)?,
        iterations: from.number("password.iterations", 2, 100)?,
        workers: from.number("password.workers", 0, 256)?,
        queue: from.number("password.queue", 1, 100_000)?,
    };
    Some(Settings {
        mode,
        issuer: issuer?,
        public: from.address("server.public")?,
        admin: from.address("server.admin")?,
        data_dir,
        trusted_proxies,
        workers: from.number("server.workers", 0, 1024)?,
        log: from.text("server.log"),
        log_json: log_format == "json" || (log_format == "auto" && !development),
        database_url,
        database_connections: from.number("database.connections", 1, 1024)?,
        database_readers: from.number("database.readers", 1, 64)?,
        migrate: from.flag("database.migrate"),
        data_secrets,
        session,
        password,
        default_return_url: from.web_url("return_urls.default"),
        return_urls,
        registration,
        verification_required: from.flag("verification.required"),
        recovery,
        after_recovery: from.web_url("recovery.after"),
        identity: identity?,
        courier: courier?,
        require_admin_key: require_admin_key && !development,
        brand: Brand {
            support_url: from.web_url("brand.support_url"),
            privacy_url: from.web_url("brand.privacy_url"),
            terms_url: from.web_url("brand.terms_url"),
        },
        requests_per_minute: from.number("limits.requests_per_minute", 0, 10_000_000)?,
        flows_per_minute: from.number("limits.flows_per_minute", 0, 10_000_000)?,
        events_kept: from.duration("limits.events_kept", Duration::from_secs(86_400)),
        name,
    })
}

/// https, or http on this machine; an origin and nothing else (OIDC Discovery 3).
fn issuer(from: &mut Reader<'_>, development: bool) -> Option<String> {
    let Some(text) = from.optional("server.issuer") else {
        if development {
            return Some("http://localhost:4444".to_owned());
        }
        from.wrong(
            "server.issuer",
            "it is missing; write the address that browsers use, like https://id.example.org",
        );
        return None;
    };
    let Ok(url) = Url::parse(&text) else {
        from.wrong("server.issuer", format!("`{text}` is no URL"));
        return None;
    };
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() != "https" && !(url.scheme() == "http" && (development || local)) {
        from.wrong("server.issuer", "it must begin with https://");
    }
    let origin = url.origin().ascii_serialization();
    if text.trim_end_matches('/') != origin {
        from.wrong("server.issuer", format!("it must be an origin only, like {origin}"));
    }
    Some(origin)
}

fn trusted_proxies(from: &mut Reader<'_>) -> Vec<AnyIpCidr> {
    let mut networks = Vec::new();
    for (text, place) in from.list("server.trusted_proxies") {
        match text.parse::<AnyIpCidr>() {
            Ok(network) => networks.push(network),
            Err(_) => from.faults.add(Fault::error(place, format!("`{text}` is no network like 10.0.0.0/8"))),
        }
    }
    networks
}

fn data_secrets(from: &mut Reader<'_>, development: bool) -> Vec<SecretText> {
    let given = from.list("secrets.data");
    if given.is_empty() && !development {
        from.wrong("secrets.data", "it is missing; make one with `openssl rand -hex 32`");
    }
    for (text, place) in &given {
        if text.len() < 32 {
            from.faults
                .add(Fault::error(place.as_str(), "secrets.data: a secret has fewer than 32 characters"));
        }
    }
    given.into_iter().map(|(text, _)| SecretText::new(text)).collect()
}

fn return_url_rules(from: &mut Reader<'_>) -> Vec<ReturnUrlRule> {
    let mut rules = Vec::new();
    for (text, place) in from.list("return_urls.allowed") {
        match ReturnUrlRule::parse(&text) {
            Some(rule) => rules.push(rule),
            None => from.faults.add(
                Fault::error(place, format!("return_urls.allowed: `{text}` is no rule"))
                    .hint("write https://host, https://host/path or https://host/path/*"),
            ),
        }
    }
    rules
}

fn identity_schema(from: &mut Reader<'_>, sources: &Sources) -> Option<IdentitySettings> {
    let (name, text) = match (from.optional("identity.schema"), &sources.schema) {
        (None, _) => ("default", DEFAULT_SCHEMA),
        (Some(_), Some((name, text))) => (name.as_str(), text.as_str()),
        (Some(name), None) => {
            from.wrong("identity.schema", format!("the file {name} cannot be read"));
            return None;
        }
    };
    match serde_json::from_str::<Json>(text) {
        Ok(schema) => Some(IdentitySettings { schema_id: "default".to_owned(), schema }),
        Err(why) => {
            from.faults.add(Fault::error(format!("{name}:{}:{}", why.line(), why.column()), why.to_string()));
            None
        }
    }
}

fn courier(from: &mut Reader<'_>, name: &str, development: bool, needed: bool) -> Option<Courier> {
    let address = from.text("courier.from");
    let is_plain = !address.contains(|c: char| c.is_whitespace() || "<>,;\"".contains(c));
    if !is_plain || address.matches('@').count() != 1 {
        from.wrong("courier.from", format!("`{address}` is no plain mail address, like login@example.org"));
    }
    let smtp = match from.optional("courier.smtp_url") {
        None if development || !needed => None,
        None => {
            let text = "it is missing, and registration or recovery is on, which need mail";
            from.wrong("courier.smtp_url", text);
            return None;
        }
        Some(text) => match smtp_url(&text) {
            Ok(smtp) => Some(smtp),
            Err(problem) => {
                // The URL may hold a password, so it is not repeated.
                from.wrong("courier.smtp_url", problem);
                return None;
            }
        },
    };
    let from_name = from.optional("courier.from_name").unwrap_or_else(|| name.to_owned());
    Some(Courier { from: address, from_name, smtp })
}

fn smtp_url(text: &str) -> Result<SmtpUrl, &'static str> {
    let url = Url::parse(text).map_err(|_| "it is no URL like smtps://user:password@host")?;
    let (security, default_port) = match url.scheme() {
        "smtps" => (SmtpSecurity::Implicit, 465),
        "smtp" => (SmtpSecurity::StartTls, 587),
        "smtp+plain" => (SmtpSecurity::Plain, 25),
        _ => return Err("it must begin with smtps://, smtp:// or smtp+plain://"),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("it names no host")?.to_owned();
    let decode = |text: &str| -> String {
        url::form_urlencoded::parse(format!("v={}", text.replace('+', "%2B")).as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let credentials = (!url.username().is_empty())
        .then(|| (decode(url.username()), SecretText::new(decode(url.password().unwrap_or_default()))));
    Ok(SmtpUrl { host, port: url.port().unwrap_or(default_port), security, credentials })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(mode: Mode, text: &str, environment: &[(&str, &str)]) -> (Option<Settings>, String) {
        let sources = Sources {
            file: Some(("wayhome.toml".to_owned(), text.to_owned())),
            environment: environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            schema: None,
        };
        let (settings, faults) = Settings::load(mode, &sources);
        (settings, faults.to_string())
    }

    #[test]
    fn development_needs_no_file() {
        let (settings, faults) = Settings::load(Mode::Development, &Sources::default());
        let settings = settings.unwrap_or_else(|| unreachable!("{faults}"));
        assert_eq!(settings.issuer, "http://localhost:4444");
        assert_eq!(settings.password.min_length, 15);
        assert_eq!(settings.host(), "localhost:4444");
    }

    #[test]
    fn all_faults_are_told_at_once_with_their_places() {
        let text = "[server]\nisuer = \"https://a.example\"\n[pasword]\nmin_length = 3\n[session]\nidle = \"soon\"\n";
        let (settings, faults) = load(Mode::Production, text, &[("WAYHOME__SERVER__PUBLC", "x")]);
        assert!(settings.is_none());
        for expected in [
            "wayhome.toml:2:1: there is no key `server.isuer`\n  did you mean `server.issuer`?",
            "wayhome.toml:3:2: there is no section [pasword]\n  did you mean `password`?",
            "wayhome.toml:6:8: session.idle: `soon` is no duration",
            "WAYHOME__SERVER__PUBLC: no key has this name\n  did you mean `WAYHOME__SERVER__PUBLIC`?",
            "server.issuer: it is missing",
            "secrets.data: it is missing",
            "courier.smtp_url: it is missing",
        ] {
            assert!(faults.contains(expected), "{expected}\n--\n{faults}");
        }
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let text = "[server]\nname = \"A\"\n[database]\nconnections = 3\n";
        let given = [("WAYHOME__SERVER__NAME", "B"), ("WAYHOME__DATABASE__CONNECTIONS", "5")];
        let settings = load(Mode::Development, text, &given).0.unwrap();
        assert_eq!((settings.name.as_str(), settings.database_connections), ("B", 5));
    }

    #[test]
    fn sec_e04_no_secret_is_repeated_in_a_fault() {
        let text = "[secrets]\ndata = [\"hunter2\"]\n[courier]\nsmtp_url = \"ftp://me:swordfish@mail\"\n";
        let (_, faults) = load(Mode::Production, text, &[]);
        assert!(faults.contains("fewer than 32") && faults.contains("smtps://"), "{faults}");
        assert!(!faults.contains("hunter2") && !faults.contains("swordfish"), "{faults}");
    }

    #[test]
    fn mails_come_from_one_plain_address() {
        for (from, good) in [
            ("login@example.org", true),
            ("login", false),
            ("Login <login@example.org>", false),
            ("a@example.org,b@example.org", false),
        ] {
            let faults = load(Mode::Development, "", &[("WAYHOME__COURIER__FROM", from)]).1;
            assert_eq!(faults.is_empty(), good, "{from}: {faults}");
        }
    }

    #[test]
    fn an_issuer_is_an_origin_over_https() {
        for (issuer, good) in [
            ("https://id.example.org", true),
            ("https://id.example.org/", true),
            ("https://id.example.org/path", false),
            ("http://id.example.org", false),
            ("id.example.org", false),
        ] {
            let given = [
                ("WAYHOME__SERVER__ISSUER", issuer),
                ("WAYHOME__SECRETS__DATA", "0123456789abcdef0123456789abcdef"),
                ("WAYHOME__COURIER__SMTP_URL", "smtps://mail.example.org"),
            ];
            let (settings, faults) = load(Mode::Production, "", &given);
            assert_eq!(settings.is_some(), good, "{issuer}: {faults}");
        }
    }

    #[test]
    fn every_default_reads_as_its_form() {
        let mut text = String::new();
        for key in KEYS {
            let (section, name) = key.path.split_once('.').unwrap();
            text.push_str(&format!("[{section}]\n{name} = {}\n", key.default));
            let (_, faults) = load(Mode::Development, &text, &[]);
            assert!(!faults.contains("error"), "{}: {faults}", key.path);
            text.clear();
        }
    }
}

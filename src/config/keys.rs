//! Every key of `wayhome.toml`, once: its name, form, default and meaning. Reading, checking and the manual use this
//! table.

mod tables;

pub use tables::{CHANNEL_KEYS, TABLES, TableKey, WEBHOOK_KEYS};

use std::fmt::Write as _;

/// The form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Flag,
    /// A list of texts; in the environment separated by commas.
    List,
    /// A length of time: `90s`, `15m`, `24h`, `30d`.
    Duration,
}

impl Form {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "number",
            Self::Flag => "true or false",
            Self::List => "list of texts",
            Self::Duration => "duration",
        }
    }
}

/// One key.
#[derive(Debug)]
pub struct Key {
    /// `section.name`.
    pub path: &'static str,
    /// The form of its value.
    pub form: Form,
    /// What holds without it, as it would stand in the file.
    pub default: &'static str,
    /// What it means.
    pub doc: &'static str,
}

impl Key {
    /// The environment variable that overrides it.
    pub fn variable(&self) -> String {
        format!("WAYHOME__{}", self.path.replace('.', "__").to_uppercase())
    }
}

const fn key(path: &'static str, form: Form, default: &'static str, doc: &'static str) -> Key {
    Key { path, form, default, doc }
}

/// All keys.
pub const KEYS: &[Key] = &[
    key("server.name", Form::Text, "\"Wayhome\"", "What people read as the name of this service."),
    key(
        "server.issuer",
        Form::Text,
        "\"\"",
        "The address of this service as browsers and clients see it, without a path or a slash at the end. `wayhome serve` does not start without it; in development it is `http://localhost:4444`.",
    ),
    key("server.public", Form::Text, "\"127.0.0.1:4444\"", "Where the pages and the protocol are served."),
    key(
        "server.admin",
        Form::Text,
        "\"127.0.0.1:4445\"",
        "Where the administration is served. Never expose it.",
    ),
    key(
        "server.tls_certificate",
        Form::Text,
        "\"\"",
        "A file with the certificate of the public listener and its chain (PEM). With it and `server.tls_key` the public listener speaks TLS and nothing else; without, a proxy does. Both files are read again when they change, and on SIGHUP.",
    ),
    key("server.tls_key", Form::Text, "\"\"", "A file with the private key of that certificate (PEM)."),
    key(
        "server.data_dir",
        Form::Text,
        "\"data\"",
        "The folder of the embedded database and, in development, of the data secret.",
    ),
    key("server.trusted_proxies", Form::List, "[]", "Networks (CIDR) whose `X-Forwarded-For` is believed."),
    key("server.workers", Form::Integer, "0", "Threads that serve requests; 0 means one for each core."),
    key(
        "server.log",
        Form::Text,
        "\"info\"",
        "What is logged: `error`, `warn`, `info`, `debug`, or a filter for each module.",
    ),
    key(
        "server.log_format",
        Form::Text,
        "\"auto\"",
        "`text`, `json`, or `auto`: text in development, JSON in `serve`.",
    ),
    key(
        "log.reveal",
        Form::Flag,
        "false",
        "Whether the log shows queries and mail addresses, to find a fault: for one hour from the first start with it, while every page says so. Secrets are never shown.",
    ),
    key(
        "database.url",
        Form::Text,
        "\"\"",
        "`sqlite:FILE` or `postgres://…`; empty means the embedded database in the data folder.",
    ),
    key("database.connections", Form::Integer, "8", "Connections to PostgreSQL."),
    key("database.readers", Form::Integer, "2", "Threads that read the embedded database."),
    key(
        "database.migrate",
        Form::Flag,
        "true",
        "Whether `serve` brings the tables up to date by itself. Without it, run `wayhome migrate` first.",
    ),
    key(
        "secrets.data",
        Form::List,
        "[]",
        "The data secrets, each 32 characters or more: the first seals, all of them open. `serve` does not start without one, here or in `secrets.file`; in development one is made and kept in the data folder.",
    ),
    key(
        "secrets.file",
        Form::Text,
        "\"\"",
        "A file with data secrets, one on each line, which come before those of `secrets.data`. `wayhome secrets rotate` writes it, and a running server notices when it changes.",
    ),
    key(
        "keys.rotation",
        Form::Duration,
        "\"90d\"",
        "How long a key signs tokens before another one takes its place; at least 1h.",
    ),
    key(
        "keys.publish_ahead",
        Form::Duration,
        "\"24h\"",
        "How long a new key is published before it signs, so that everybody who keeps the keys in a cache knows it by then; at least 10m, and shorter than `keys.rotation`.",
    ),
    key("session.idle", Form::Duration, "\"2h\"", "A session that is not used for this long ends."),
    key("session.absolute", Form::Duration, "\"24h\"", "A session ends after this long in any case."),
    key("session.recent", Form::Duration, "\"10m\"", "How young a sign-in must be for sensitive changes."),
    key(
        "session.management",
        Form::Flag,
        "false",
        "Whether pages of clients may watch, in a frame of this service, if somebody else is signed in by now (OpenID Connect Session Management). It needs a cookie that scripts can read and that is sent to frames of other sites.",
    ),
    key("password.min_length", Form::Integer, "15", "The fewest characters of a new password; at least 8."),
    key(
        "password.min_length_two_step",
        Form::Integer,
        "8",
        "The same for whoever has a second factor; at least 8, and never more than `password.min_length`.",
    ),
    key(
        "password.memory_kib",
        Form::Integer,
        "19456",
        "Argon2id: memory of one hash in KiB; at least 19456.",
    ),
    key("password.iterations", Form::Integer, "2", "Argon2id: passes; at least 2."),
    key(
        "password.workers",
        Form::Integer,
        "0",
        "Threads that hash; 0 means one fewer than cores, and at least one.",
    ),
    key("password.queue", Form::Integer, "64", "Hashes that may wait; beyond that the answer is 503."),
    key(
        "password.breached_folder",
        Form::Text,
        "\"\"",
        "A folder with lists of passwords from data leaks, as the downloader of \"Have I Been Pwned\" writes them: for each range of SHA-1 digests a file such as `5BAA6.txt` with lines `REST:COUNT`. What stands there is refused as a new password; whoever signs in with it must choose another one.",
    ),
    key(
        "password.breached_service",
        Form::Text,
        "\"\"",
        "The same from a service, such as `https://api.pwnedpasswords.com/range/`. It is told the first five digits of a digest, and no password. It has one second; if it does not answer, the password passes and the event `password.unchecked` is written.",
    ),
    key(
        "return_urls.default",
        Form::Text,
        "\"\"",
        "Where journeys end that name no return URL and have no client; empty means the account page.",
    ),
    key(
        "return_urls.allowed",
        Form::List,
        "[]",
        "Where `return_to` may lead: `https://a` any path, `https://a/b` that path, `https://a/b/*` all below. The https origins of registered redirect URIs count by themselves.",
    ),
    key(
        "login.code",
        Form::Flag,
        "false",
        "Whether people may sign in with a code that is mailed to them, in place of their password. Whoever reads a mailbox then needs nothing else, unless its owner has a second factor.",
    ),
    key(
        "login.new_device_mail",
        Form::Flag,
        "true",
        "Whether a person is told by mail when somebody signs in with a browser that was not used for their account in the last 90 days. The very first sign-in is no news.",
    ),
    key("registration.enabled", Form::Flag, "true", "Whether people may create accounts."),
    key(
        "verification.required",
        Form::Flag,
        "true",
        "Whether an account exists only when its address is proven.",
    ),
    key("recovery.enabled", Form::Flag, "true", "Whether people may reset a forgotten password by mail."),
    key(
        "recovery.ends",
        Form::Text,
        "\"sessions_and_grants\"",
        "What a recovery ends, and a changed password with \"Sign out of other devices\": `sessions_and_grants`, which is everything that others may hold, or `sessions`, after which offline access stays.",
    ),
    key(
        "recovery.after",
        Form::Text,
        "\"\"",
        "Where a recovery ends that has neither client nor `return_to`; empty means `return_urls.default`.",
    ),
    key(
        "account.deletion",
        Form::Flag,
        "true",
        "Whether people may delete their own accounts. It happens after seven days, in which a mailed link takes it back.",
    ),
    key(
        "identity.schema",
        Form::Text,
        "\"\"",
        "A file with the JSON Schema of the traits; empty means `email` and an optional `name`.",
    ),
    key(
        "identity.schemas",
        Form::List,
        "[]",
        "Other schemas beside that one, which is called `default`: each a name, `=`, and a file.",
    ),
    key(
        "identity.registration_schemas",
        Form::List,
        "[]",
        "Those of the other schemas that whoever creates an account may ask for.",
    ),
    key("courier.from", Form::Text, "\"wayhome@localhost\"", "The address that mails come from."),
    key(
        "courier.reply_to",
        Form::Text,
        "\"\"",
        "Where answers to mails go; empty means that nobody reads them, and the mails say so.",
    ),
    key(
        "courier.dkim_key",
        Form::Text,
        "\"\"",
        "A file with an RSA private key in PEM that signs mails for the domain of `courier.from` (DKIM); empty means that the mail server signs, or nobody.",
    ),
    key(
        "courier.dkim_selector",
        Form::Text,
        "\"wayhome\"",
        "Where the public key is published: the TXT record `<selector>._domainkey.<domain>`.",
    ),
    key("courier.from_name", Form::Text, "\"\"", "The name beside it; empty means `server.name`."),
    key(
        "courier.smtp_url",
        Form::Text,
        "\"\"",
        "The mail server: `smtps://user:password@host` (TLS from the start), `smtp://host:587` (STARTTLS), `smtp+plain://host:25` (no TLS, for a relay on this machine). In development mails go to the inbox page.",
    ),
    key(
        "courier.templates",
        Form::Text,
        "\"\"",
        "A folder with mails in your own words: files such as `recovery_code.html`, `recovery_code.txt` and `recovery_code.subject`, and folders such as `de` with the same for one language.",
    ),
    key(
        "admin.require_key",
        Form::Flag,
        "true",
        "Whether the administration asks for an API key. Only development may do without, and does unless this says `true`.",
    ),
    key(
        "outbound.allow",
        Form::List,
        "[]",
        "Networks (CIDR) and host names that the server may reach for clients (`jwks_uri` and the like) though they are not on the public internet; there also over http, and on other ports than 443 and 8443. In development this machine always counts.",
    ),
    key(
        "outbound.ca_file",
        Form::Text,
        "\"\"",
        "A file with certificate authorities (PEM) that such servers may be certified by, beside those of the system.",
    ),
    key("brand.support_url", Form::Text, "\"\"", "Where people get help; in the footer of every page."),
    key("brand.privacy_url", Form::Text, "\"\"", "The privacy policy; in the footer of every page."),
    key("brand.terms_url", Form::Text, "\"\"", "The terms; in the footer of every page."),
    key(
        "languages.default",
        Form::Text,
        "\"en\"",
        "The language for whoever wants none of those that are spoken here: `en`, `de`, `ar`, or one with a file in `languages.messages`.",
    ),
    key(
        "languages.messages",
        Form::Text,
        "\"\"",
        "A folder with files such as `de.ftl`, which say messages in other words or add languages.",
    ),
    key(
        "limits.requests_per_minute",
        Form::Integer,
        "600",
        "Requests that one address may make in a minute; 0 means no limit.",
    ),
    key(
        "limits.flows_per_minute",
        Form::Integer,
        "60",
        "Flows and requests that one address may begin in a minute; 0 means no limit.",
    ),
    key(
        "limits.token_failures_per_minute",
        Form::Integer,
        "120",
        "Failed authentications of one client, and codes and tokens of it that are not good, from one address in a minute; then the endpoints answer 429 to that client there. What succeeds counts not. 0 means no limit.",
    ),
    key(
        "limits.sign_ins_per_minute",
        Form::Integer,
        "10",
        "Sign-ins that are not right, from one address in a minute; twice as many at once. What is right counts not, and neither does a browser that the person has used before. 0 means no limit.",
    ),
    key(
        "limits.recoveries_per_hour",
        Form::Integer,
        "30",
        "Codes for a new password that one address may ask for in an hour; a sixth of them at once. 0 means no limit.",
    ),
    key(
        "limits.spray_per_minute",
        Form::Integer,
        "100",
        "First wrong passwords for different people in a minute, from wherever, that count as an attack on everybody: the event `attack.spray` is written, and for 15 minutes a try of a stranger costs its address four times as much. 0 means never.",
    ),
    key(
        "limits.wrong_codes_per_hour",
        Form::Integer,
        "1000",
        "Wrong mailed codes in an hour, from wherever, that count as an attack on everybody: the event `attack.codes` is written, and for 15 minutes each code can be tried twice only. 0 means never.",
    ),
    key("limits.events_kept", Form::Duration, "\"365d\"", "How long the event log keeps facts."),
];

/// The manual of all keys, as Markdown.
pub fn reference() -> String {
    let mut out = String::from(
        "# Configuration\n\nSettings stand in `wayhome.toml` (`--config FILE`). An environment variable overrides a key: \
         the variable of `server.issuer` is `WAYHOME__SERVER__ISSUER`. Unknown keys are refused. `wayhome config check` \
         reports all faults at once.\n\nThis page is made by `wayhome config reference`.\n",
    );
    let mut section = "";
    for key in KEYS {
        let (of, name) = key.path.split_once('.').unwrap_or(("", key.path));
        if of != section {
            section = of;
            let _ = write!(out, "\n## [{of}]\n\n| key | form | default | meaning |\n|---|---|---|---|\n");
        }
        let _ = writeln!(out, "| `{name}` | {} | `{}` | {} |", key.form.name(), key.default, key.doc);
    }
    for (name, keys) in TABLES {
        let _ = write!(
            out,
            "\n## [[{name}]]\n\nMay stand several times. It has no environment variables.\n\n| key | form | meaning |\n|---|---|---|\n"
        );
        for key in *keys {
            let _ = writeln!(out, "| `{}` | {} | {} |", key.name, key.form, key.doc);
        }
    }
    out
}

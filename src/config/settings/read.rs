//! What the values mean, and whether they fit together.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cidr::AnyIpCidr;
use url::Url;

use super::http;
use super::reader::Reader;
use super::{
    AllowedDestination, Brand, BreachSettings, Courier, Dkim, Ends, GuessingSettings, KeySettings,
    MailTemplate, Mode, OutboundSettings, PasswordSettings, SessionSettings, Settings, SmtpSecurity, SmtpUrl,
    Sources, TlsFiles,
};
use crate::config::{Fault, Faults};
use crate::model::{Channel, ReturnUrlRule, SecretText};
use crate::text::Languages;

pub(super) fn read(mode: Mode, sources: &Sources, faults: &mut Faults) -> Option<Settings> {
    let development = mode == Mode::Development;
    let mut from = Reader::new(sources, faults);
    let name = from.text("server.name");
    let issuer = issuer(&mut from, development);
    let data_dir = PathBuf::from(from.text("server.data_dir"));
    let database_url = from
        .optional("database.url")
        .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("wayhome.db").display()));
    let trusted_proxies = trusted_proxies(&mut from);
    let tls = tls_files(&mut from, issuer.as_deref());
    let secrets_file = from.optional("secrets.file").map(PathBuf::from);
    let data_secrets = data_secrets(&mut from, development || secrets_file.is_some());
    let return_urls = return_url_rules(&mut from);
    let identity = super::identity::read(&mut from, sources);
    let registration = from.flag("registration.enabled");
    let recovery = from.flag("recovery.enabled");
    let login_code = from.flag("login.code");
    let outbound = outbound(&mut from, sources);
    let webhooks = from.tables("webhook");
    let webhooks = http::webhooks(&webhooks, sources, from.faults);
    let courier = courier(&mut from, sources, &name, development, registration || recovery || login_code);
    let languages = languages(&mut from, sources, development);
    let log_format = from.text("server.log_format");
    if !matches!(log_format.as_str(), "auto" | "text" | "json") {
        from.wrong("server.log_format", "expected auto, text or json");
    }
    let require_admin_key =
        from.flag("admin.require_key") && (!development || from.is_given("admin.require_key"));
    if !require_admin_key && !development {
        from.wrong("admin.require_key", "only development may do without API keys");
    }
    let keys = KeySettings {
        rotation: from.duration("keys.rotation", Duration::from_secs(3_600)),
        publish_ahead: from.duration("keys.publish_ahead", Duration::from_secs(600)),
    };
    if keys.publish_ahead >= keys.rotation {
        from.wrong(
            "keys.publish_ahead",
            "it is not shorter than keys.rotation, so no key could follow in time",
        );
    } else if keys.publish_ahead < Duration::from_secs(86_400) {
        from.warn(
            "keys.publish_ahead",
            "a cache that cannot reach this server may keep the old keys for a day (stale-if-error)",
        );
    }
    let session = SessionSettings {
        idle: from.duration("session.idle", Duration::from_secs(60)),
        absolute: from.duration("session.absolute", Duration::from_secs(60)),
        recent: from.duration("session.recent", Duration::from_secs(30)),
        management: from.flag("session.management"),
    };
    if session.idle > session.absolute {
        from.wrong("session.idle", "it is longer than session.absolute, so it would never matter");
    }
    let recovery_ends = match from.text("recovery.ends").as_str() {
        "sessions" => Ends::Sessions,
        "sessions_and_grants" => Ends::SessionsAndGrants,
        _ => {
            from.wrong("recovery.ends", "expected sessions or sessions_and_grants");
            Ends::SessionsAndGrants
        }
    };
    let password = PasswordSettings {
        min_length: from.number("password.min_length", 8, 128)?,
        min_length_two_step: from.number("password.min_length_two_step", 8, 128)?,
        memory_kib: from.number("password.memory_kib", 19_456, 4_194_304)?,
        iterations: from.number("password.iterations", 2, 100)?,
        workers: from.number("password.workers", 0, 256)?,
        queue: from.number("password.queue", 1, 100_000)?,
    };
    Some(Settings {
        mode,
        issuer: issuer?,
        public: from.address("server.public")?,
        tls,
        admin: from.address("server.admin")?,
        data_dir,
        trusted_proxies,
        workers: from.number("server.workers", 0, 1024)?,
        log: from.text("server.log"),
        log_reveal: from.flag("log.reveal"),
        log_json: log_format == "json" || (log_format == "auto" && !development),
        database_url,
        database_connections: from.number("database.connections", 1, 1024)?,
        database_readers: from.number("database.readers", 1, 64)?,
        migrate: from.flag("database.migrate"),
        data_secrets,
        secrets_file,
        keys,
        session,
        password,
        breaches: BreachSettings {
            folder: from.optional("password.breached_folder").map(PathBuf::from),
            service: from
                .web_url("password.breached_service")
                .map(|url| format!("{}/", url.trim_end_matches('/'))),
        },
        default_return_url: from.web_url("return_urls.default"),
        return_urls,
        registration,
        verification_required: from.flag("verification.required"),
        recovery,
        login_code,
        new_device_mail: from.flag("login.new_device_mail"),
        recovery_ends,
        after_recovery: from.web_url("recovery.after"),
        deletion: from.flag("account.deletion"),
        identity: identity?,
        courier: courier?,
        webhooks,
        outbound,
        require_admin_key,
        brand: Brand {
            support_url: from.web_url("brand.support_url"),
            privacy_url: from.web_url("brand.privacy_url"),
            terms_url: from.web_url("brand.terms_url"),
        },
        requests_per_minute: from.number("limits.requests_per_minute", 0, 10_000_000)?,
        flows_per_minute: from.number("limits.flows_per_minute", 0, 10_000_000)?,
        token_failures_per_minute: from.number("limits.token_failures_per_minute", 0, 10_000_000)?,
        languages: languages?,
        guessing: GuessingSettings {
            sign_ins_per_minute: from.number("limits.sign_ins_per_minute", 0, 10_000_000)?,
            recoveries_per_hour: from.number("limits.recoveries_per_hour", 0, 10_000_000)?,
            spray_per_minute: from.number("limits.spray_per_minute", 0, 10_000_000)?,
            wrong_codes_per_hour: from.number("limits.wrong_codes_per_hour", 0, 10_000_000)?,
        },
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

/// Both files or none.
fn tls_files(from: &mut Reader<'_>, issuer: Option<&str>) -> Option<TlsFiles> {
    let certificate = from.optional("server.tls_certificate");
    let key = from.optional("server.tls_key");
    match (certificate, key) {
        (Some(certificate), Some(key)) => {
            if issuer.is_some_and(|issuer| !issuer.starts_with("https://")) {
                from.wrong("server.tls_certificate", "with TLS, server.issuer must begin with https://");
            }
            Some(TlsFiles { certificate: certificate.into(), key: key.into() })
        }
        (Some(_), None) => {
            from.wrong("server.tls_certificate", "it needs server.tls_key, too");
            None
        }
        (None, Some(_)) => {
            from.wrong("server.tls_key", "it needs server.tls_certificate, too");
            None
        }
        (None, None) => None,
    }
}

fn outbound(from: &mut Reader<'_>, sources: &Sources) -> OutboundSettings {
    let mut allow = Vec::new();
    for (text, place) in from.list("outbound.allow") {
        match allowed_destination(&text) {
            Some(destination) => allow.push(destination),
            None => from.faults.add(
                Fault::error(place, format!("outbound.allow: `{text}` is no network and no host"))
                    .hint("write 10.1.0.0/16, 10.1.2.3 or keys.internal, without a scheme, a port or a star"),
            ),
        }
    }
    if let (Some(file), None) = (from.optional("outbound.ca_file"), &sources.outbound_ca) {
        from.wrong("outbound.ca_file", format!("the file {file} cannot be read"));
    }
    OutboundSettings { allow, authorities: sources.outbound_ca.clone() }
}

/// A network, or the name of a host just as a URL would hold it.
fn allowed_destination(text: &str) -> Option<AllowedDestination> {
    if let Ok(network) = text.parse::<AnyIpCidr>() {
        return (network != AnyIpCidr::Any).then_some(AllowedDestination::Network(network));
    }
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    let is_name = !name.is_empty() && name.bytes().all(letter);
    let host = is_name.then(|| url::Host::parse(&name)).and_then(Result::ok)?;
    matches!(&host, url::Host::Domain(domain) if *domain == name).then_some(AllowedDestination::Host(name))
}

fn data_secrets(from: &mut Reader<'_>, others: bool) -> Vec<SecretText> {
    let given = from.list("secrets.data");
    if given.is_empty() && !others {
        from.wrong(
            "secrets.data",
            "it is missing; make one with `openssl rand -hex 32`, or name a secrets.file",
        );
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

/// What ships, with what the operator says otherwise.
fn languages(from: &mut Reader<'_>, sources: &Sources, development: bool) -> Option<Arc<Languages>> {
    let default = from.text("languages.default");
    if let (Some(folder), None) = (from.optional("languages.messages"), &sources.messages) {
        from.wrong("languages.messages", format!("the folder {folder} cannot be read"));
        return None;
    }
    match Languages::new(&default, sources.messages.as_deref().unwrap_or_default(), development) {
        Ok(languages) => Some(Arc::new(languages)),
        Err(faults) => {
            for fault in faults {
                from.faults.add(Fault::error(fault.place, fault.problem));
            }
            None
        }
    }
}

fn courier(
    from: &mut Reader<'_>,
    sources: &Sources,
    name: &str,
    development: bool,
    needed: bool,
) -> Option<Courier> {
    let address = from.text("courier.from");
    let reply_to = from.optional("courier.reply_to");
    for (key, text) in [("courier.from", Some(&address)), ("courier.reply_to", reply_to.as_ref())] {
        if let Some(text) = text.filter(|text| !is_plain_address(text)) {
            from.wrong(key, format!("`{text}` is no plain mail address, like login@example.org"));
        }
    }
    let tables = from.tables("courier.channel");
    let channels = http::channels(&tables, sources, from.faults);
    let by_mail = channels.iter().any(|known| known.channel == Channel::Email);
    let smtp = match from.optional("courier.smtp_url") {
        None if development || !needed || by_mail => None,
        None => {
            let text = "it is missing, and so is a [[courier.channel]] for email; registration, recovery or the \
                        sign-in by code is on, which need mail";
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
    let dkim = dkim(from, sources);
    let templates = mail_templates(from, sources);
    Some(Courier { from: address, from_name, reply_to, dkim, smtp, channels, templates })
}

/// The files as they were read. What stands in them is looked at by whoever knows the mails.
fn mail_templates(from: &mut Reader<'_>, sources: &Sources) -> Vec<MailTemplate> {
    match (from.optional("courier.templates"), &sources.mail_templates) {
        (Some(folder), None) => {
            from.wrong("courier.templates", format!("the folder {folder} cannot be read"));
            Vec::new()
        }
        (_, files) => files.clone().unwrap_or_default(),
    }
}

fn dkim(from: &mut Reader<'_>, sources: &Sources) -> Option<Dkim> {
    let selector = from.text("courier.dkim_selector");
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    if selector.is_empty() || selector.len() > 63 || !selector.bytes().all(letter) {
        from.wrong("courier.dkim_selector", "write 1 to 63 small letters, digits, `.`, `_` or `-`");
    }
    let file = from.optional("courier.dkim_key")?;
    let Some(key) = sources.dkim_key.clone() else {
        from.wrong("courier.dkim_key", format!("the file {file} cannot be read"));
        return None;
    };
    Some(Dkim { selector, key })
}

fn is_plain_address(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c);
    !text.contains(odd) && text.matches('@').count() == 1 && !text.starts_with('@') && !text.ends_with('@')
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

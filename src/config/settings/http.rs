//! What the operator lets this server call: gateways for messages, and targets of webhooks.

use base64::Engine as _;
use url::Url;

use super::tables::{Table, TableReader};
use super::{HttpChannel, HttpTarget, JsonnetFile, Sources, Webhook};
use crate::config::Faults;
use crate::config::document::{Entry, Node, Value};
use crate::config::keys::{CHANNEL_KEYS, WEBHOOK_KEYS};
use crate::model::{Channel, EventFilter, SecretText};

/// The fewest bytes of a secret that signs (Standard Webhooks).
const SECRET_BYTES: usize = 24;

/// Methods that leave something.
const METHODS: [&str; 3] = ["POST", "PUT", "PATCH"];

/// Headers that are ours to write.
const OURS: [&str; 9] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "idempotency-key",
    "accept-encoding",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

pub(super) fn channels(tables: &[Table], sources: &Sources, faults: &mut Faults) -> Vec<HttpChannel> {
    let mut channels: Vec<HttpChannel> = Vec::new();
    for table in tables {
        let mut from = TableReader { name: "courier.channel", table: table.clone(), sources, faults };
        from.refuse_unknown(CHANNEL_KEYS);
        let id = from.text("id");
        let channel = id.as_deref().and_then(Channel::parse);
        match channel {
            None => from.wrong("id", "write \"email\" or \"sms\""),
            Some(channel) if channels.iter().any(|known| known.channel == channel) => {
                from.wrong("id", format!("there is another channel {} already", channel.name()));
            }
            Some(_) => {}
        }
        let (target, body) = (target(&mut from), body(&mut from));
        if let (Some(channel), Some(target)) = (channel, target) {
            channels.push(HttpChannel { channel, target, body });
        }
    }
    channels
}

pub(super) fn webhooks(tables: &[Table], sources: &Sources, faults: &mut Faults) -> Vec<Webhook> {
    let mut hooks: Vec<Webhook> = Vec::new();
    for table in tables {
        let mut from = TableReader { name: "webhook", table: table.clone(), sources, faults };
        from.refuse_unknown(WEBHOOK_KEYS);
        let id = from.text("id").unwrap_or_default();
        let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        if id.is_empty() || id.len() > 64 || !id.bytes().all(letter) {
            from.wrong("id", "write 1 to 64 small letters, digits, `-` or `_`");
        } else if hooks.iter().any(|known| known.id == id) {
            from.wrong("id", format!("there is another webhook `{id}` already"));
        }
        let mut events = Vec::new();
        for text in from.texts("events") {
            match EventFilter::parse(&text) {
                Some(filter) => events.push(filter),
                None => {
                    from.wrong("events", format!("`{text}` is no filter like identity.created or identity.*"))
                }
            }
        }
        if events.is_empty() {
            from.wrong("events", "write which events are told, such as [\"identity.*\"]");
        }
        let secrets = signing_secrets(&mut from);
        let (target, body) = (target(&mut from), body(&mut from));
        if let Some(target) = target {
            hooks.push(Webhook { id, target, events, body, secrets });
        }
    }
    hooks
}

/// Keys of HMAC: the text behind `whsec_` in base64, or any other text as it is.
fn signing_secrets(from: &mut TableReader<'_>) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    for secret in from.secrets("secret") {
        let key = match secret.expose().strip_prefix("whsec_") {
            Some(text) => base64::engine::general_purpose::STANDARD.decode(text).ok(),
            None => Some(secret.expose().as_bytes().to_vec()),
        };
        match key.filter(|key| key.len() >= SECRET_BYTES) {
            Some(key) => keys.push(key),
            None => from.wrong(
                "secret",
                format!("a secret has {SECRET_BYTES} bytes or more; make one with `openssl rand -base64 32`"),
            ),
        }
    }
    if from.find("secret").is_none() {
        from.wrong("secret", "it is missing; the receiver could not tell who calls");
    }
    keys
}

fn target(from: &mut TableReader<'_>) -> Option<HttpTarget> {
    let method = from.text("method").unwrap_or_else(|| METHODS[0].to_owned());
    if !METHODS.contains(&method.as_str()) {
        from.wrong("method", format!("`{method}` is none of {}", METHODS.join(", ")));
    }
    let mut headers = Vec::new();
    match from.find("headers").map(|node| node.value.clone()) {
        None => {}
        Some(Value::Table(entries)) => {
            for Entry { name, node, .. } in entries {
                let value = from.value("headers", &node);
                headers.extend(value.and_then(|value| header(from, "headers", &name, value)));
            }
        }
        Some(other) => from.wrong("headers", format!("expected a table, found {}", other.kind())),
    }
    headers.extend(auth(from));
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        headers.push(("content-type".to_owned(), SecretText::new("application/json")));
    }
    let url = url(from)?;
    Some(HttpTarget { method, url, headers })
}

fn url(from: &mut TableReader<'_>) -> Option<String> {
    let Some(text) = from.text("url") else {
        from.wrong("url", "it is missing");
        return None;
    };
    let Some(url) = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
        from.wrong("url", "it is no http or https URL");
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        from.wrong("url", "it holds a password; use auth");
        return None;
    }
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
        Some(url::Host::Ipv6(address)) => address.is_loopback() || address.is_unique_local(),
        None => false,
    };
    if url.scheme() == "http" && !local {
        from.warn("url", "what is sent there is not encrypted on its way");
    }
    Some(url.into())
}

fn body(from: &mut TableReader<'_>) -> Option<JsonnetFile> {
    let name = from.text("body")?;
    match from.file(&name) {
        Ok(code) => Some(JsonnetFile { name, code }),
        Err(why) => {
            from.wrong("body", why);
            None
        }
    }
}

/// A header that can be sent: a token and visible ASCII (RFC 9110 5.5), and not one of ours.
fn header(
    from: &mut TableReader<'_>,
    key: &str,
    name: &str,
    value: SecretText,
) -> Option<(String, SecretText)> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(token) || OURS.contains(&name.to_ascii_lowercase().as_str()) {
        from.wrong(key, format!("`{name}` is no header that can be set"));
        return None;
    }
    if !value.expose().bytes().all(|b| (b' '..=b'~').contains(&b)) {
        from.wrong(key, format!("the value of `{name}` has other characters than visible ASCII"));
        return None;
    }
    Some((name.to_owned(), value))
}

/// `{ type = "basic", user, password }`, or `{ type = "api_key", name, value, in = "header" | "cookie" }`.
fn auth(from: &mut TableReader<'_>) -> Option<(String, SecretText)> {
    let entries = match from.find("auth")?.value.clone() {
        Value::Table(entries) => entries,
        other => {
            from.wrong("auth", format!("expected a table, found {}", other.kind()));
            return None;
        }
    };
    let of = |name: &str| entries.iter().find(|entry| entry.name == name).map(|entry| entry.node.clone());
    let text = |name: &str| match of(name) {
        Some(Node { value: Value::Text(text), .. }) => Some(text),
        _ => None,
    };
    let (kind, known): (_, &[&str]) = match text("type").as_deref() {
        Some("basic") => ("basic", &["type", "user", "password"]),
        Some("api_key") => ("api_key", &["type", "name", "value", "in"]),
        _ => {
            from.wrong("auth", "type is basic or api_key");
            return None;
        }
    };
    if let Some(entry) = entries.iter().find(|entry| !known.contains(&entry.name.as_str())) {
        from.wrong("auth", format!("there is no key `{}` with type {kind}", entry.name));
        return None;
    }
    let secret = if kind == "basic" { "password" } else { "value" };
    let Some(node) = of(secret) else {
        from.wrong("auth", format!("{secret} is missing"));
        return None;
    };
    let secret = from.secret("auth", &node)?;
    if kind == "basic" {
        let user = text("user").unwrap_or_default();
        let pair = format!("{user}:{}", secret.expose());
        let value = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
        return Some(("authorization".to_owned(), SecretText::new(value)));
    }
    let Some(name) = text("name") else {
        from.wrong("auth", "name is missing");
        return None;
    };
    match text("in").as_deref().unwrap_or("header") {
        "header" => header(from, "auth", &name, secret),
        "cookie" => {
            let pair = SecretText::new(format!("{name}={}", secret.expose()));
            header(from, "auth", "cookie", pair)
        }
        other => {
            from.wrong("auth", format!("in is header or cookie, not {other}"));
            None
        }
    }
}

//! What holds for a client: every key with its value, and where that comes from.

use std::time::Duration;

use serde_json::Value as Json;

use super::reader::KEYS;
use crate::config::Faults;
use crate::config::document::{self, Entry, Node, Value};
use crate::model::{
    AccessTokenFormat, Client, ClientSecret, GrantType, LogoutChannel, ResponseMode, ResponseType,
    SigningPreference, SubjectType,
};

/// A key of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// Its name in `clients.toml`.
    pub name: &'static str,
    /// Its value, as the file would say it; never a secret.
    pub value: String,
    /// Where it stands, as `file:line`; without one it is the preset of the client's type.
    pub place: Option<String>,
}

/// Every key of a client that was read from this text.
pub fn client_keys(file: &str, text: &str, client: &Client) -> Vec<ClientKey> {
    let entries = entries_of(file, text, &client.id);
    let written = |name: &str| entries.iter().find(|entry| entry.name == name);
    KEYS.iter()
        .map(|name| ClientKey {
            name,
            value: match (*name, written(name)) {
                // What is kept of it is the host.
                ("sector_identifier_uri", Some(entry)) => shown(&entry.node),
                _ => client_value(client, name),
            },
            // Without the column: it is a line that people look for.
            place: written(name).and_then(|entry| Some(entry.place.rsplit_once(':')?.0.to_owned())),
        })
        .collect()
}

fn entries_of(file: &str, text: &str, id: &str) -> Vec<Entry> {
    let mut tables = document::read(file, text, &mut Faults::default())
        .into_iter()
        .filter(|entry| entry.name == "client")
        .filter_map(|entry| match entry.node.value {
            Value::List(items) => Some(items),
            _ => None,
        })
        .flatten()
        .filter_map(|item| match item.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        });
    let is_meant = |entries: &Vec<Entry>| {
        entries
            .iter()
            .any(|entry| entry.name == "id" && matches!(&entry.node.value, Value::Text(text) if text == id))
    };
    tables.rfind(is_meant).unwrap_or_default()
}

fn shown(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(text),
        other => other.kind().to_owned(),
    }
}

/// The value of a key as the file would say it; empty where there is none, and for keys that do not exist.
pub fn client_value(client: &Client, key: &str) -> String {
    match key {
        "id" => quoted(&client.id),
        "name" => quoted(&client.name),
        "type" => quoted(client.kind.name()),
        "token_endpoint_auth_method" => quoted(client.auth_method.name()),
        "secret" => secrets(client, false),
        "secret_sha256" => secrets(client, true),
        "jwks" => client.jwks.as_ref().map(keys).unwrap_or_default(),
        "jwks_uri" => optional(client.jwks_uri.as_deref()),
        "token_endpoint_auth_signing_alg" => algorithm(client.assertion_alg),
        "redirect_uris" => list(client.redirect_uris.iter().map(String::as_str)),
        "post_logout_redirect_uris" => list(client.post_logout_redirect_uris.iter().map(String::as_str)),
        "backchannel_logout_uri" => channel(client.backchannel_logout.as_ref()),
        "backchannel_logout_session_required" => session_required(client.backchannel_logout.as_ref()),
        "frontchannel_logout_uri" => channel(client.frontchannel_logout.as_ref()),
        "frontchannel_logout_session_required" => session_required(client.frontchannel_logout.as_ref()),
        "grant_types" => list(client.grant_types.iter().copied().map(GrantType::name)),
        "response_types" => list(client.response_types.iter().copied().map(ResponseType::name)),
        "response_modes" => list(client.response_modes.iter().copied().map(ResponseMode::name)),
        "require_pushed_authorization_requests" => client.require_pushed.to_string(),
        "require_signed_request_object" => client.require_signed_request.to_string(),
        "request_object_signing_alg" => algorithm(client.request_object_alg),
        "subject_type" => quoted(match client.subject_type {
            SubjectType::Public => "public",
            SubjectType::Pairwise { .. } => "pairwise",
        }),
        "scopes" => list(client.scopes.iter()),
        "audience" => list(client.audience.iter().map(String::as_str)),
        "skip_consent" => client.skip_consent.to_string(),
        "require_pkce" => client.require_pkce.to_string(),
        "registration" => client.allow_registration.to_string(),
        "identity_schema" => optional(client.identity_schema.as_deref()),
        "client_uri" => optional(client.client_uri.as_deref()),
        "initiate_login_uri" => optional(client.initiate_login_uri.as_deref()),
        "policy_uri" => optional(client.policy_uri.as_deref()),
        "tos_uri" => optional(client.tos_uri.as_deref()),
        "development" => client.development.to_string(),
        "access_token_format" => quoted(match client.access_token_format {
            AccessTokenFormat::Jwt => "jwt",
            AccessTokenFormat::Opaque => "opaque",
        }),
        "access_token_alg" => algorithm(Some(client.access_token_alg)),
        "id_token_alg" => algorithm(Some(client.id_token_alg)),
        "userinfo_signed_response_alg" => algorithm(client.userinfo_alg),
        "access_token_lifetime" => quoted(&duration_text(client.lifetimes.access)),
        "refresh_token_idle" => quoted(&duration_text(client.lifetimes.refresh_idle)),
        "refresh_token_absolute" => quoted(&duration_text(client.lifetimes.refresh_absolute)),
        _ => String::new(),
    }
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

fn optional(text: Option<&str>) -> String {
    text.map(quoted).unwrap_or_default()
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", items.map(quoted).collect::<Vec<_>>().join(", "))
}

fn algorithm(algorithm: Option<SigningPreference>) -> String {
    optional(algorithm.map(SigningPreference::name))
}

fn channel(channel: Option<&LogoutChannel>) -> String {
    optional(channel.map(|channel| channel.uri.as_str()))
}

fn session_required(channel: Option<&LogoutChannel>) -> String {
    channel.is_some_and(|channel| channel.session_required).to_string()
}

fn keys(set: &Json) -> String {
    match set["keys"].as_array().map_or(0, Vec::len) {
        1 => "1 key".to_owned(),
        n => format!("{n} keys"),
    }
}

/// In the largest unit that has no remainder: `90s`, `15m`, `24h`, `30d`.
pub fn duration_text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (number, unit) = match seconds {
        _ if seconds.is_multiple_of(86_400) && seconds > 86_400 => (seconds / 86_400, "d"),
        _ if seconds.is_multiple_of(3_600) => (seconds / 3_600, "h"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "m"),
        _ => (seconds, "s"),
    };
    format!("{number}{unit}")
}

/// Where they come from and how long they are good; what they are is nobody's business.
fn secrets(client: &Client, digests: bool) -> String {
    let of = |secret: &ClientSecret| {
        let source = match secret.source.split_once(':') {
            Some((kind, of)) => format!("{kind} = {}", quoted(of)),
            None => "digest = \"…\"".to_owned(),
        };
        match secret.until {
            Some(until) => format!("{{ {source}, until = \"{}\" }}", until.rfc3339_seconds()),
            None => format!("{{ {source} }}"),
        }
    };
    let is_digest = |secret: &&ClientSecret| secret.source == "sha256";
    let all: Vec<String> =
        client.secrets.iter().filter(|secret| is_digest(secret) == digests).map(of).collect();
    match &all[..] {
        [] => String::new(),
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

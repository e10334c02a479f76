//! The keys of one client, each as the type that it must have; what has another is a fault with its place.

use std::time::Duration;

use crate::config::document::{Entry, Node, Value};
use crate::config::settings::parse_duration;
use crate::config::{Fault, Faults};

/// The keys of a client.
pub(super) const KEYS: [&str; 41] = [
    "id",
    "name",
    "type",
    "token_endpoint_auth_method",
    "secret",
    "secret_sha256",
    "jwks",
    "jwks_uri",
    "token_endpoint_auth_signing_alg",
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "grant_types",
    "response_types",
    "response_modes",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "request_object_signing_alg",
    "subject_type",
    "sector_identifier_uri",
    "scopes",
    "audience",
    "skip_consent",
    "require_pkce",
    "registration",
    "identity_schema",
    "client_uri",
    "initiate_login_uri",
    "policy_uri",
    "tos_uri",
    "development",
    "access_token_format",
    "access_token_alg",
    "id_token_alg",
    "userinfo_signed_response_alg",
    "access_token_lifetime",
    "refresh_token_idle",
    "refresh_token_absolute",
];

/// Reads the entries of one client.
pub(super) struct Reader<'a> {
    pub(super) entries: Vec<Entry>,
    pub(super) place: String,
    pub(super) faults: &'a mut Faults,
    pub(super) look_up: &'a dyn Fn(&str) -> Result<String, String>,
}

impl Reader<'_> {
    pub(super) fn find(&self, name: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.name == name).map(|entry| &entry.node)
    }

    /// Where a key stands, or the client that lacks it.
    fn place_of(&self, name: &str) -> String {
        self.find(name).map_or_else(|| self.place.clone(), |node| node.place.clone())
    }

    pub(super) fn refuse_unknown_keys(&mut self) {
        for entry in self.entries.iter().filter(|entry| !KEYS.contains(&entry.name.as_str())) {
            let fault = Fault::error(entry.place.as_str(), format!("there is no key `{}`", entry.name));
            self.faults.add(fault.did_you_mean(&entry.name, KEYS));
        }
    }

    pub(super) fn wrong(&mut self, name: &str, problem: impl Into<String>) {
        self.faults.add(Fault::error(self.place_of(name), format!("{name}: {}", problem.into())));
    }

    pub(super) fn warn(&mut self, name: &str, problem: &str) {
        self.faults.add(Fault::warning(self.place_of(name), format!("{name}: {problem}")));
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.find(name)?.value.clone() {
            Value::Text(text) => Some(text),
            other => {
                self.wrong(name, format!("expected a text, found {}", other.kind()));
                None
            }
        }
    }

    pub(super) fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.find(name).map(|node| node.value.clone()) {
            None => default,
            Some(Value::Flag(flag)) => flag,
            Some(other) => {
                self.wrong(name, format!("expected true or false, found {}", other.kind()));
                default
            }
        }
    }

    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<(String, String)>> {
        let items = match self.find(name)?.value.clone() {
            Value::List(items) => items,
            other => {
                self.wrong(name, format!("expected a list, found {}", other.kind()));
                return None;
            }
        };
        let mut texts = Vec::new();
        for item in items {
            match item.value {
                Value::Text(text) => texts.push((text, item.place)),
                other => {
                    let text = format!("{name}: expected a text, found {}", other.kind());
                    self.faults.add(Fault::error(item.place, text));
                }
            }
        }
        Some(texts)
    }

    pub(super) fn choice<T: Copy>(&mut self, name: &str, known: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let fault = Fault::error(
                self.place_of(name),
                format!("{name}: `{text}` is none of {}", words.join(", ")),
            );
            self.faults.add(fault.did_you_mean(&text, words));
        }
        found
    }

    pub(super) fn duration(&mut self, name: &str, default: Duration) -> Duration {
        let Some(text) = self.text(name) else { return default };
        parse_duration(&text).filter(|duration| !duration.is_zero()).unwrap_or_else(|| {
            self.wrong(name, format!("`{text}` is no duration; write 90s, 15m, 24h or 30d"));
            default
        })
    }
}

//! What the log may tell of what people send.
//!
//! Secrets never stand in it: in their place are marks, so that two lines can be compared and nobody gets back from a mark
//! to the secret. Queries and mail addresses stand in it only while the operator looks for a fault (`log.reveal`), and
//! even then the secrets among them are marks (S39).

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use url::form_urlencoded;

use super::Env;
use crate::crypto::{MacPurpose, base64url};
use crate::model::Instant;

/// How long queries and addresses are shown.
pub const REVEALED: Duration = Duration::from_secs(60 * 60);

/// Parameters whose values are no secrets. The value of every other one is a mark.
const SHOWN: &[&str] = &[
    "acr_values",
    "after",
    "audience",
    "claims_locales",
    "client_id",
    "code_challenge_method",
    "display",
    "email",
    "error",
    "flow",
    "grant_type",
    "identifier",
    "identity_schema",
    "iss",
    "login_challenge",
    "login_hint",
    "max_age",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "resource",
    "response_mode",
    "response_type",
    "return_to",
    "scope",
    "target_link_uri",
    "traits.email",
    "ui_locales",
];

/// Until when the log shows queries and addresses.
#[derive(Debug, Default)]
pub struct Reveal(AtomicI64);

impl Reveal {
    /// They are shown until then.
    pub fn begin(&self, until: Instant) {
        self.0.store(until.micros(), Ordering::Relaxed);
    }

    /// Until when they are shown; `None` if they are not.
    pub fn until(&self, now: Instant) -> Option<Instant> {
        Some(Instant::from_micros(self.0.load(Ordering::Relaxed))).filter(|until| *until > now)
    }
}

impl Env {
    /// What stands in the log in place of a secret: eight characters, the same for the same secret.
    pub fn mark(&self, secret: &[u8]) -> String {
        base64url(&self.secrets.mac(MacPurpose::LogMark, &[secret])[..6])
    }

    fn is_revealing(&self) -> bool {
        self.reveal.until(self.clock.now()).is_some()
    }

    /// A text for the log: mail addresses in it are marks, unless they are shown now.
    pub fn told(&self, text: &str) -> String {
        if self.is_revealing() {
            return text.to_owned();
        }
        let apart = |c: char| c.is_whitespace() || "<>()[]\"',;:=".contains(c);
        let mut out = String::with_capacity(text.len());
        for piece in text.split_inclusive(apart) {
            let word = piece.trim_end_matches(apart);
            match word.contains('@') {
                true => out.push_str(&self.mark(word.as_bytes())),
                false => out.push_str(word),
            }
            out.push_str(&piece[word.len()..]);
        }
        out
    }

    /// The query of a request for the log; `None` if it has none, or if queries are not shown now.
    pub fn told_query(&self, query: &str) -> Option<String> {
        (self.is_revealing() && !query.is_empty()).then(|| self.marked_query(query))
    }

    /// A URL for the log: without what stands before an `@`, and with its query only while queries are shown.
    pub fn told_url(&self, url: &str) -> String {
        if self.is_revealing() { self.marked_url(url) } else { self.told(self.without_query(url).as_str()) }
    }

    fn without_query(&self, url: &str) -> String {
        let (place, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
        let place = self.without_user(place);
        if rest.is_empty() { place } else { format!("{place}{}{}", &rest[..1], self.mark(rest.as_bytes())) }
    }

    fn without_user(&self, place: &str) -> String {
        let (scheme, rest) = place.split_once("://").unwrap_or(("", place));
        let authority = rest.find('/').unwrap_or(rest.len());
        match rest[..authority].rfind('@') {
            Some(at) if !scheme.is_empty() => {
                format!("{scheme}://{}{}", self.mark(&rest.as_bytes()[..at]), &rest[at..])
            }
            _ => place.to_owned(),
        }
    }

    fn marked_url(&self, url: &str) -> String {
        let (front, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
        let (place, query) = front.split_once('?').map_or((front, None), |(a, b)| (a, Some(b)));
        let mut out = self.without_user(place);
        if let Some(query) = query {
            out = format!("{out}?{}", self.marked_query(query));
        }
        if !fragment.is_empty() {
            out = format!("{out}#{}", self.mark(fragment.as_bytes()));
        }
        out
    }

    fn marked_query(&self, query: &str) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let plain = |b: u8| b.is_ascii_lowercase() || matches!(b, b'_' | b'.');
            let is_name = name.len() <= 40 && name.bytes().all(plain);
            let name = if is_name { name.into_owned() } else { self.mark(name.as_bytes()) };
            let value = match SHOWN.contains(&name.as_str()) && !is_token(&value) {
                true if value.contains("://") => self.marked_url(&value),
                true => value.into_owned(),
                false if value.is_empty() => String::new(),
                false => self.mark(value.as_bytes()),
            };
            out.append_pair(&name, &value);
        }
        out.finish()
    }
}

/// Whether it looks like a token: of ours, or a JWT.
fn is_token(value: &str) -> bool {
    value.contains("wh_") || value.contains("eyJ")
}

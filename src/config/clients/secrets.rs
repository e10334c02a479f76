//! A client's secrets: from the environment, from files, or as digests, each for ever or until an instant.

use super::reader::Reader;
use crate::config::Fault;
use crate::config::document::{Entry, Node, Value};
use crate::model::{AuthMethod, ClientSecret, Instant, KnownSecret, SecretText};

/// What a secret of the file looks like.
const FORM: &str =
    "write { env = \"NAME\" } or { file = \"PATH\" }, if you like with until = \"2026-12-01T00:00:00Z\"";

/// What a digest of the file looks like.
const DIGEST: &str =
    "expected 64 hexadecimal digits, or { digest = \"…\", until = \"2026-12-01T00:00:00Z\" }";

impl Reader<'_> {
    /// All of them; a client that must have one and has none is a fault.
    pub(super) fn secrets(&mut self, method: AuthMethod) -> Vec<ClientSecret> {
        let mut secrets = Vec::new();
        for item in self.items("secret") {
            match &item.value {
                Value::Table(entries) => secrets.extend(self.looked_up(&item, entries)),
                _ => self.wrong_at(&item, "secret", "secrets do not stand in this file: write { env = \"NAME\" } or { file = \"PATH\" }, or use secret_sha256"),
            }
        }
        for item in self.items("secret_sha256") {
            secrets.extend(self.digest(&item));
        }
        match method {
            AuthMethod::None if !secrets.is_empty() => {
                self.wrong("type", "a public client has no secret");
            }
            AuthMethod::PrivateKeyJwt if !secrets.is_empty() || self.find("secret").is_some() => {
                self.wrong(
                    "secret",
                    "a client that signs assertions has no secret: the server knows its public keys only",
                );
            }
            AuthMethod::Basic | AuthMethod::Post if secrets.is_empty() && self.find("secret").is_none() => {
                self.wrong("secret", "it is missing; the client must authenticate");
            }
            _ => {}
        }
        secrets
    }

    /// One value, or each of a list.
    fn items(&mut self, name: &str) -> Vec<Node> {
        match self.find(name) {
            None => Vec::new(),
            Some(Node { value: Value::List(items), .. }) if items.is_empty() => {
                self.wrong(name, "the list is empty");
                Vec::new()
            }
            Some(Node { value: Value::List(items), .. }) => items.clone(),
            Some(one) => vec![one.clone()],
        }
    }

    fn wrong_at(&mut self, item: &Node, name: &str, problem: &str) {
        self.faults.add(Fault::error(item.place.as_str(), format!("{name}: {problem}")));
    }

    /// `{ env | file = "…", until = "…" }`.
    fn looked_up(&mut self, item: &Node, entries: &[Entry]) -> Option<ClientSecret> {
        let text = |entry: &Entry| match &entry.node.value {
            Value::Text(text) => Some((entry.name.clone(), text.clone())),
            _ => None,
        };
        let texts: Option<Vec<(String, String)>> = entries.iter().map(text).collect();
        let mut sources = texts.iter().flatten().filter(|(name, _)| name != "until");
        let found = sources.next().filter(|(name, _)| matches!(name.as_str(), "env" | "file"));
        let (Some((name, of)), None, true) = (found, sources.next(), texts.is_some()) else {
            self.wrong_at(item, "secret", FORM);
            return None;
        };
        let source = format!("{name}:{of}");
        let until = self.until(item, "secret", entries)?;
        match (self.look_up)(&source) {
            Ok(secret) => {
                Some(ClientSecret { known: KnownSecret::Plain(SecretText::new(secret)), source, until })
            }
            Err(why) => {
                self.wrong_at(item, "secret", &why);
                None
            }
        }
    }

    /// `"…"`, or `{ digest = "…", until = "…" }`.
    fn digest(&mut self, item: &Node) -> Option<ClientSecret> {
        let (text, until) = match &item.value {
            Value::Text(text) => (Some(text.clone()), None),
            Value::Table(entries) => {
                let digest = entries.iter().find(|entry| entry.name == "digest");
                let text = match digest.map(|entry| &entry.node.value) {
                    Some(Value::Text(text)) => Some(text.clone()),
                    _ => None,
                };
                let others = entries.iter().any(|entry| !matches!(entry.name.as_str(), "digest" | "until"));
                (text.filter(|_| !others), self.until(item, "secret_sha256", entries)?)
            }
            _ => (None, None),
        };
        let digest = text.as_deref().and_then(from_hex);
        if digest.is_none() {
            self.wrong_at(item, "secret_sha256", DIGEST);
        }
        let source = "sha256".to_owned();
        digest.map(|digest| ClientSecret { known: KnownSecret::Sha256(digest), source, until })
    }

    /// The instant from which on a secret is not good; outer `None` if it cannot be read.
    fn until(&mut self, item: &Node, name: &str, entries: &[Entry]) -> Option<Option<Instant>> {
        let Some(entry) = entries.iter().find(|entry| entry.name == "until") else { return Some(None) };
        let instant = match &entry.node.value {
            Value::Text(text) => Instant::parse_rfc3339(text),
            _ => None,
        };
        if instant.is_none() {
            let problem = "until must be an instant with its offset as a text, like \"2026-12-01T00:00:00Z\"";
            self.wrong_at(item, name, problem);
        }
        instant.map(Some)
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(n * 2..n * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

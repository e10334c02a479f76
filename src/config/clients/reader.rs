//! One client of the file, key by key.

use std::time::Duration;

use url::Url;

use super::name::name_problem;
use crate::config::document::{Entry, Node, Value};
use crate::config::settings::parse_duration;
use crate::config::{Fault, Faults};
use crate::model::{
    AccessTokenFormat, AuthMethod, Client, ClientSecret, ClientType, GrantType, Scope, SecretText,
    SigningPreference, TokenLifetimes,
};

/// The keys of a client.
const KEYS: [&str; 25] = [
    "id",
    "name",
    "type",
    "token_endpoint_auth_method",
    "secret",
    "secret_sha256",
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "scopes",
    "audience",
    "skip_consent",
    "require_pkce",
    "registration",
    "client_uri",
    "initiate_login_uri",
    "policy_uri",
    "tos_uri",
    "development",
    "access_token_format",
    "access_token_alg",
    "id_token_alg",
    "access_token_lifetime",
    "refresh_token_idle",
    "refresh_token_absolute",
];

/// Keys that speak of people, who never come to a machine client.
const PEOPLE_ONLY: [&str; 9] = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "skip_consent",
    "require_pkce",
    "registration",
    "initiate_login_uri",
    "id_token_alg",
    "refresh_token_idle",
    "refresh_token_absolute",
];

/// The scopes of a client that names none.
const USUAL_SCOPES: &str = "openid profile email offline_access";

/// Reads the entries of one client.
pub(super) struct Reader<'a> {
    pub(super) entries: Vec<Entry>,
    pub(super) place: String,
    pub(super) faults: &'a mut Faults,
    pub(super) look_up: &'a dyn Fn(&str) -> Result<String, String>,
}

impl Reader<'_> {
    fn find(&self, name: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.name == name).map(|entry| &entry.node)
    }

    fn wrong(&mut self, name: &str, problem: impl Into<String>) {
        let place = self.find(name).map_or_else(|| self.place.clone(), |node| node.place.clone());
        self.faults.add(Fault::error(place, format!("{name}: {}", problem.into())));
    }

    fn warn(&mut self, name: &str, problem: &str) {
        let place = self.find(name).map_or_else(|| self.place.clone(), |node| node.place.clone());
        self.faults.add(Fault::warning(place, format!("{name}: {problem}")));
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.find(name)?.value.clone() {
            Value::Text(text) => Some(text),
            other => {
                self.wrong(name, format!("expected a text, found {}", other.kind()));
                None
            }
        }
    }

    fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.find(name).map(|node| node.value.clone()) {
            None => default,
            Some(Value::Flag(flag)) => flag,
            Some(other) => {
                self.wrong(name, format!("expected true or false, found {}", other.kind()));
                default
            }
        }
    }

    fn texts(&mut self, name: &str) -> Option<Vec<(String, String)>> {
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

    fn choice<T: Copy>(&mut self, name: &str, known: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let place = self.find(name).map_or_else(|| self.place.clone(), |node| node.place.clone());
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let fault = Fault::error(place, format!("{name}: `{text}` is none of {}", words.join(", ")));
            self.faults.add(fault.did_you_mean(&text, words));
        }
        found
    }

    fn duration(&mut self, name: &str, default: Duration) -> Duration {
        let Some(text) = self.text(name) else { return default };
        parse_duration(&text).filter(|duration| !duration.is_zero()).unwrap_or_else(|| {
            self.wrong(name, format!("`{text}` is no duration; write 90s, 15m, 24h or 30d"));
            default
        })
    }

    pub(super) fn client(&mut self) -> Option<Client> {
        for entry in &self.entries {
            if !KEYS.contains(&entry.name.as_str()) {
                let fault = Fault::error(entry.place.as_str(), format!("there is no key `{}`", entry.name));
                self.faults.add(fault.did_you_mean(&entry.name, KEYS));
            }
        }
        let id = self.id();
        let kinds = ClientType::ALL.map(|kind| (kind.name(), kind));
        if self.find("type").is_none() {
            self.wrong("type", "it is missing; write spa, web, native or machine");
        }
        let (id, kind) = (id?, self.choice("type", &kinds)?);
        let auth_method = self.auth_method(kind);
        let secrets = self.secrets(auth_method);
        let grant_types = self.grant_types(kind);
        let redirect_uris = self.redirect_uris(kind, &grant_types);
        let scopes = self.scopes(kind);
        let require_pkce = self.flag("require_pkce", true);
        if !require_pkce && auth_method == AuthMethod::None {
            self.wrong("require_pkce", "only a client with a secret may do without PKCE");
        }
        let algorithms = [("RS256", SigningPreference::Rs256), ("ES256", SigningPreference::Es256)];
        let formats = [("jwt", AccessTokenFormat::Jwt), ("opaque", AccessTokenFormat::Opaque)];
        let days = |days: u64| Duration::from_secs(days * 86_400);
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        let (idle, absolute) =
            if kind == ClientType::Spa { (hours(8), hours(24)) } else { (days(14), days(30)) };
        let lifetimes = TokenLifetimes {
            access: self.duration("access_token_lifetime", Duration::from_secs(600)),
            refresh_idle: self.duration("refresh_token_idle", idle),
            refresh_absolute: self.duration("refresh_token_absolute", absolute),
        };
        if lifetimes.access > hours(24) {
            self.warn("access_token_lifetime", "an access token that lives longer than a day is hard to end");
        }
        self.without_effect(kind, &redirect_uris);
        Some(Client {
            name: self.name().unwrap_or_else(|| id.clone()),
            kind,
            auth_method,
            secrets,
            redirect_uris,
            post_logout_redirect_uris: self.plain_uris("post_logout_redirect_uris"),
            grant_types,
            scopes,
            audience: self.texts("audience").unwrap_or_default().into_iter().map(|(text, _)| text).collect(),
            skip_consent: self.flag("skip_consent", false),
            require_pkce,
            allow_registration: self.flag("registration", true),
            client_uri: self.web_uri("client_uri"),
            initiate_login_uri: self.web_uri("initiate_login_uri"),
            policy_uri: self.web_uri("policy_uri"),
            tos_uri: self.web_uri("tos_uri"),
            development: self.flag("development", false),
            access_token_format: self
                .choice("access_token_format", &formats)
                .unwrap_or(AccessTokenFormat::Jwt),
            access_token_alg: self
                .choice("access_token_alg", &algorithms)
                .unwrap_or(SigningPreference::Es256),
            id_token_alg: self.choice("id_token_alg", &algorithms).unwrap_or(SigningPreference::Rs256),
            lifetimes,
            origin: self.place.clone(),
            id,
        })
    }

    /// Warns of what is written and changes nothing.
    fn without_effect(&mut self, kind: ClientType, redirect_uris: &[String]) {
        if kind == ClientType::Machine {
            for name in PEOPLE_ONLY {
                if self.find(name).is_some() {
                    self.warn(name, "it has no effect: nobody signs in to a machine client");
                }
            }
        }
        let anybody_listens = redirect_uris.iter().any(|uri| !uri.starts_with("https://"));
        if kind == ClientType::Native && anybody_listens && self.flag("skip_consent", false) {
            let problem = "people are asked all the same where the redirect URI stays on their device: any program there can listen";
            self.warn("skip_consent", problem);
        }
    }

    fn id(&mut self) -> Option<String> {
        let Some(id) = self.text("id") else {
            if self.find("id").is_none() {
                self.wrong("id", "it is missing");
            }
            return None;
        };
        let good = !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic());
        if !good {
            self.wrong("id", "write 1 to 128 visible ASCII characters");
        }
        good.then_some(id)
    }

    /// What people read: a name that shows as it is written, and leaves room for the rest of a sentence.
    fn name(&mut self) -> Option<String> {
        let name = self.text("name").filter(|name| !name.trim().is_empty())?;
        if let Some(problem) = name_problem(&name) {
            self.wrong("name", problem);
        }
        Some(name)
    }

    fn auth_method(&mut self, kind: ClientType) -> AuthMethod {
        let known = AuthMethod::ALL.map(|method| (method.name(), method));
        let usual = if kind.is_public() { AuthMethod::None } else { AuthMethod::Basic };
        let method = self.choice("token_endpoint_auth_method", &known).unwrap_or(usual);
        if kind.is_public() && method != AuthMethod::None {
            let text = format!("a {} client can keep no secret; use type = \"web\"", kind.name());
            self.wrong("token_endpoint_auth_method", text);
        }
        if !kind.is_public() && method == AuthMethod::None {
            let text = format!("a {} client must authenticate", kind.name());
            self.wrong("token_endpoint_auth_method", text);
        }
        method
    }

    fn secrets(&mut self, method: AuthMethod) -> Vec<ClientSecret> {
        let mut secrets = Vec::new();
        if let Some(node) = self.find("secret").cloned() {
            match &node.value {
                Value::Table(entries) => match &entries[..] {
                    [Entry { name, node: Node { value: Value::Text(text), .. }, .. }]
                        if matches!(name.as_str(), "env" | "file") =>
                    {
                        match (self.look_up)(&format!("{name}:{text}")) {
                            Ok(secret) => secrets.push(ClientSecret::Plain(SecretText::new(secret))),
                            Err(why) => self.wrong("secret", why),
                        }
                    }
                    _ => self.wrong("secret", "write { env = \"NAME\" } or { file = \"PATH\" }"),
                },
                _ => self.wrong("secret", "secrets do not stand in this file: write { env = \"NAME\" } or { file = \"PATH\" }, or use secret_sha256"),
            }
        }
        for (text, place) in self.one_or_more("secret_sha256") {
            match from_hex(&text) {
                Some(digest) => secrets.push(ClientSecret::Sha256(digest)),
                None => self.faults.add(Fault::error(place, "secret_sha256: expected 64 hexadecimal digits")),
            }
        }
        match method {
            AuthMethod::None if !secrets.is_empty() => {
                self.wrong("type", "a public client has no secret");
            }
            AuthMethod::Basic | AuthMethod::Post if secrets.is_empty() && self.find("secret").is_none() => {
                self.wrong("secret", "it is missing; the client must authenticate");
            }
            _ => {}
        }
        secrets
    }

    fn one_or_more(&mut self, name: &str) -> Vec<(String, String)> {
        match self.find(name).map(|node| (node.value.clone(), node.place.clone())) {
            Some((Value::Text(text), place)) => vec![(text, place)],
            Some(_) => self.texts(name).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    fn grant_types(&mut self, kind: ClientType) -> Vec<GrantType> {
        let usual = match kind {
            ClientType::Machine => vec![GrantType::ClientCredentials],
            _ => vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        };
        let Some(texts) = self.texts("grant_types") else { return usual };
        let mut grants = Vec::new();
        for (text, place) in texts {
            match GrantType::parse(&text) {
                Some(GrantType::ClientCredentials) if kind.is_public() => {
                    self.faults
                        .add(Fault::error(place, "grant_types: a public client cannot act for itself"));
                }
                Some(grant) => grants.push(grant),
                None => {
                    let fault = Fault::error(place, format!("grant_types: `{text}` is not supported"));
                    self.faults.add(fault.did_you_mean(&text, GrantType::ALL.map(GrantType::name)));
                }
            }
        }
        grants
    }

    fn scopes(&mut self, kind: ClientType) -> Scope {
        let usual = if kind == ClientType::Machine { "" } else { USUAL_SCOPES };
        let texts =
            self.texts("scopes").map(|texts| texts.into_iter().map(|(text, _)| text).collect::<Vec<_>>());
        let joined = texts.map_or_else(|| usual.to_owned(), |texts| texts.join(" "));
        Scope::parse(&joined).unwrap_or_else(|_| {
            self.wrong("scopes", "a scope holds a character that scopes do not have");
            Scope::default()
        })
    }

    fn redirect_uris(&mut self, kind: ClientType, grants: &[GrantType]) -> Vec<String> {
        let uris = self.texts("redirect_uris").unwrap_or_default();
        let needed = grants.contains(&GrantType::AuthorizationCode);
        if uris.is_empty() && needed {
            self.wrong("redirect_uris", "it is missing; write where answers may go, byte for byte");
        }
        for (uri, place) in &uris {
            if let Some(problem) = redirect_uri_problem(uri, kind) {
                self.faults.add(Fault::error(place.as_str(), format!("redirect_uris: `{uri}`: {problem}")));
            } else if uri.starts_with("http://localhost") && kind == ClientType::Native {
                let fault = Fault::warning(
                    place.as_str(),
                    "redirect_uris: `localhost` may resolve to another machine",
                );
                self.faults.add(fault.hint("use http://127.0.0.1, for which any port is accepted"));
            }
        }
        uris.into_iter().map(|(uri, _)| uri).collect()
    }

    fn plain_uris(&mut self, name: &str) -> Vec<String> {
        let uris = self.texts(name).unwrap_or_default();
        for (uri, place) in &uris {
            if Url::parse(uri).is_err() || uri.contains('*') {
                self.faults.add(Fault::error(place.as_str(), format!("{name}: `{uri}` is no absolute URI")));
            }
        }
        uris.into_iter().map(|(uri, _)| uri).collect()
    }

    fn web_uri(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let good = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !good {
            self.wrong(name, format!("`{text}` is no http or https URL"));
        }
        good.then_some(text)
    }
}

/// What the answer to a client says by itself; a registered query that says one of them would say it twice.
const ANSWERED: [&str; 8] =
    ["code", "state", "iss", "error", "error_description", "error_uri", "response", "id_token"];

/// What makes a redirect URI unfit (RFC 6749 3.1.2, RFC 8252 7, RFC 9700 4.1).
pub(super) fn redirect_uri_problem(uri: &str, kind: ClientType) -> Option<&'static str> {
    if uri.contains('*') {
        return Some("there are no wildcards; register each address");
    }
    if uri.len() > 2_000 || !uri.bytes().all(|b| b.is_ascii_graphic()) {
        return Some("only visible ASCII characters, at most 2,000");
    }
    let Ok(url) = Url::parse(uri) else { return Some("it is no absolute URI") };
    if url.fragment().is_some() {
        return Some("it must have no fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("it must have no user information");
    }
    if url.query_pairs().any(|(name, _)| ANSWERED.contains(&name.as_ref())) {
        return Some("its query must leave code, state, iss, error and response to the answer");
    }
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => None,
        "http" if local => None,
        "http" => Some("it must begin with https:// (http only on this machine)"),
        "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "ftp" | "ws" | "wss" => {
            Some("no sign-in can end at this scheme")
        }
        scheme if kind == ClientType::Native && scheme.contains('.') => None,
        _ if kind == ClientType::Native => Some("a private scheme must contain a dot, like com.example.app"),
        _ => Some("only a native client may have a private scheme"),
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

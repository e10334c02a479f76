//! One client of the file, rule by rule.

use std::time::Duration;

use super::name::name_problem;
use super::reader::Reader;
use crate::config::Fault;
use crate::model::{
    AccessTokenFormat, AuthMethod, Client, ClientType, GrantType, Scope, SigningPreference, TokenLifetimes,
};

/// Keys that speak of people, who never come to a machine client.
const PEOPLE_ONLY: [&str; 22] = [
    "identity_schema",
    "redirect_uris",
    "post_logout_redirect_uris",
    "response_types",
    "response_modes",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "request_object_signing_alg",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "subject_type",
    "sector_identifier_uri",
    "skip_consent",
    "require_pkce",
    "registration",
    "initiate_login_uri",
    "id_token_alg",
    "userinfo_signed_response_alg",
    "refresh_token_idle",
    "refresh_token_absolute",
];

/// Keys that speak of a way back, which a device does not have, or of what a person is asked, which is always the same.
const NOT_FOR_DEVICES: [&str; 10] = [
    "post_logout_redirect_uris",
    "response_types",
    "response_modes",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "request_object_signing_alg",
    "frontchannel_logout_uri",
    "skip_consent",
    "require_pkce",
    "initiate_login_uri",
];

impl Reader<'_> {
    pub(super) fn client(&mut self) -> Option<Client> {
        self.refuse_unknown_keys();
        let id = self.id();
        let kinds = ClientType::ALL.map(|kind| (kind.name(), kind));
        if self.find("type").is_none() {
            self.wrong("type", "it is missing; write spa, web, native, machine or device");
        }
        let (id, kind) = (id?, self.choice("type", &kinds)?);
        let auth_method = self.auth_method(kind);
        let secrets = self.secrets(auth_method);
        let usual = Client::preset(id, kind);
        let grant_types = self.grant_types(&usual);
        let redirect_uris = self.redirect_uris(kind, &grant_types);
        let require_pkce = self.flag("require_pkce", usual.require_pkce);
        if !require_pkce && auth_method == AuthMethod::None {
            self.wrong("require_pkce", "only a client with a secret may do without PKCE");
        }
        let formats = [("jwt", AccessTokenFormat::Jwt), ("opaque", AccessTokenFormat::Opaque)];
        let lifetimes = TokenLifetimes {
            access: self.duration("access_token_lifetime", usual.lifetimes.access),
            refresh_idle: self.duration("refresh_token_idle", usual.lifetimes.refresh_idle),
            refresh_absolute: self.duration("refresh_token_absolute", usual.lifetimes.refresh_absolute),
        };
        if lifetimes.access > Duration::from_secs(86_400) {
            self.warn("access_token_lifetime", "an access token that lives longer than a day is hard to end");
        }
        self.without_effect(kind, &redirect_uris);
        let client = Client {
            name: self.name().unwrap_or_else(|| usual.name.clone()),
            auth_method,
            secrets,
            redirect_uris,
            post_logout_redirect_uris: self.plain_uris("post_logout_redirect_uris"),
            grant_types,
            scopes: self.scopes(&usual.scopes),
            audience: self.texts("audience").unwrap_or_default().into_iter().map(|(text, _)| text).collect(),
            skip_consent: self.flag("skip_consent", usual.skip_consent),
            require_pkce,
            allow_registration: self.flag("registration", usual.allow_registration),
            identity_schema: self.text("identity_schema").filter(|id| !id.is_empty()),
            client_uri: self.web_uri("client_uri"),
            initiate_login_uri: self.web_uri("initiate_login_uri"),
            policy_uri: self.web_uri("policy_uri"),
            tos_uri: self.web_uri("tos_uri"),
            development: self.flag("development", usual.development),
            access_token_format: self
                .choice("access_token_format", &formats)
                .unwrap_or(usual.access_token_format),
            access_token_alg: self.algorithm("access_token_alg").unwrap_or(usual.access_token_alg),
            id_token_alg: self.algorithm("id_token_alg").unwrap_or(usual.id_token_alg),
            lifetimes,
            origin: self.place.clone(),
            ..usual
        };
        Some(self.openid(client))
    }

    /// An algorithm that this server signs with.
    pub(super) fn algorithm(&mut self, name: &str) -> Option<SigningPreference> {
        self.choice(name, &SigningPreference::ALL.map(|algorithm| (algorithm.name(), algorithm)))
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
        if kind == ClientType::Device {
            for name in NOT_FOR_DEVICES {
                if self.find(name).is_some() {
                    self.warn(
                        name,
                        "it has no effect: nobody is sent back to a device, and people are always asked",
                    );
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

    fn grant_types(&mut self, usual: &Client) -> Vec<GrantType> {
        let Some(texts) = self.texts("grant_types") else { return usual.grant_types.clone() };
        let mut grants = Vec::new();
        for (text, place) in texts {
            match GrantType::parse(&text) {
                Some(GrantType::ClientCredentials) if usual.kind.is_public() => {
                    self.faults
                        .add(Fault::error(place, "grant_types: a public client cannot act for itself"));
                }
                Some(GrantType::AuthorizationCode) if usual.kind == ClientType::Device => {
                    let problem = "grant_types: nobody is sent back to a device; use type = \"native\"";
                    self.faults.add(Fault::error(place, problem));
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

    fn scopes(&mut self, usual: &Scope) -> Scope {
        let Some(texts) = self.texts("scopes") else { return usual.clone() };
        let joined = texts.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(" ");
        Scope::parse(&joined).unwrap_or_else(|_| {
            self.wrong("scopes", "a scope holds a character that scopes do not have");
            Scope::default()
        })
    }
}

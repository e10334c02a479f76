//! A client: an application that was registered in `clients.toml`.

mod addresses;
mod kinds;

use std::time::Duration;

use serde_json::Value;
use url::Url;

pub use kinds::{
    AccessTokenFormat, AuthMethod, ClientSecret, ClientType, GrantType, KnownSecret, LogoutChannel,
    SigningPreference, SubjectType, TokenLifetimes,
};

use super::{ResponseMode, ResponseType, Scope};
use addresses::{common_prefix, difference, loopback};
/// A registered client.
#[derive(Debug, Clone)]
pub struct Client {
    /// `client_id`; no secret.
    pub id: String,
    /// What people read.
    pub name: String,
    /// What kind of application it is.
    pub kind: ClientType,
    /// How it shows who it is.
    pub auth_method: AuthMethod,
    /// Its secrets; two while one is being replaced.
    pub secrets: Vec<ClientSecret>,
    /// Its public keys (a JWK Set), registered by value.
    pub jwks: Option<Value>,
    /// Where its public keys are to be had.
    pub jwks_uri: Option<String>,
    /// The only algorithm of its assertions; without one, any that the server knows.
    pub assertion_alg: Option<SigningPreference>,
    /// Where answers may go, byte for byte.
    pub redirect_uris: Vec<String>,
    /// Where sign-out may end, byte for byte.
    pub post_logout_redirect_uris: Vec<String>,
    /// What it may ask the authorization endpoint for.
    pub response_types: Vec<ResponseType>,
    /// On which ways answers may come back to it.
    pub response_modes: Vec<ResponseMode>,
    /// Whether its authorization requests must be pushed (RFC 9126).
    pub require_pushed: bool,
    /// Whether its authorization requests must be signed (RFC 9101).
    pub require_signed_request: bool,
    /// The only algorithm of its request objects; without one, any that the server knows.
    pub request_object_alg: Option<SigningPreference>,
    /// Where its server hears of the end of a session (OIDC Back-Channel Logout).
    pub backchannel_logout: Option<LogoutChannel>,
    /// Where its page hears of the end of a session (OIDC Front-Channel Logout).
    pub frontchannel_logout: Option<LogoutChannel>,
    /// What it is told of who somebody is.
    pub subject_type: SubjectType,
    /// The grant types that it may use.
    pub grant_types: Vec<GrantType>,
    /// The scopes that it may ask for.
    pub scopes: Scope,
    /// The audience of its access tokens when it names no resource.
    pub audience: Vec<String>,
    /// Whether people are not asked for consent.
    pub skip_consent: bool,
    /// Whether PKCE is required; only a confidential client may do without.
    pub require_pkce: bool,
    /// Whether people may create an account on the way to it.
    pub allow_registration: bool,
    /// The schema of accounts that are created on the way to it; without one, the default one.
    pub identity_schema: Option<String>,
    /// Where people find it.
    pub client_uri: Option<String>,
    /// Where a sign-in to it begins (OIDC Third-Party Initiated Login).
    pub initiate_login_uri: Option<String>,
    /// Its privacy policy.
    pub policy_uri: Option<String>,
    /// Its terms.
    pub tos_uri: Option<String>,
    /// Whether its developers see details on error pages.
    pub development: bool,
    /// The form of its access tokens.
    pub access_token_format: AccessTokenFormat,
    /// What its access tokens are signed with.
    pub access_token_alg: SigningPreference,
    /// What its ID tokens are signed with.
    pub id_token_alg: SigningPreference,
    /// What userinfo is signed with; without one it is plain JSON.
    pub userinfo_alg: Option<SigningPreference>,
    /// How long its tokens live.
    pub lifetimes: TokenLifetimes,
    /// Where it was registered, for people who look for it: `clients.toml:12`.
    pub origin: String,
}

impl Client {
    /// A client of this type with the safe choice for everything else: what holds until the registration says
    /// otherwise.
    pub fn preset(id: impl Into<String>, kind: ClientType) -> Self {
        let id = id.into();
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        let (refresh_idle, refresh_absolute) =
            if kind == ClientType::Spa { (hours(8), hours(24)) } else { (hours(14 * 24), hours(30 * 24)) };
        let is_machine = kind == ClientType::Machine;
        let answers_come_back = !matches!(kind, ClientType::Machine | ClientType::Device);
        Self {
            name: id.clone(),
            id,
            kind,
            auth_method: if kind.is_public() { AuthMethod::None } else { AuthMethod::Basic },
            secrets: Vec::new(),
            jwks: None,
            jwks_uri: None,
            assertion_alg: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            response_types: if answers_come_back { vec![ResponseType::Code] } else { Vec::new() },
            response_modes: match kind {
                ClientType::Machine | ClientType::Device => Vec::new(),
                // A form reaches a server, which the other types do not have.
                ClientType::Web => vec![ResponseMode::Query, ResponseMode::FormPost],
                ClientType::Spa | ClientType::Native => vec![ResponseMode::Query],
            },
            require_pushed: false,
            require_signed_request: false,
            request_object_alg: None,
            backchannel_logout: None,
            frontchannel_logout: None,
            subject_type: SubjectType::Public,
            grant_types: match kind {
                ClientType::Machine => vec![GrantType::ClientCredentials],
                ClientType::Device => vec![GrantType::DeviceCode, GrantType::RefreshToken],
                ClientType::Spa | ClientType::Web | ClientType::Native => {
                    vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
                }
            },
            scopes: if is_machine { Scope::default() } else { Scope::usual() },
            audience: Vec::new(),
            skip_consent: false,
            require_pkce: true,
            allow_registration: true,
            identity_schema: None,
            client_uri: None,
            initiate_login_uri: None,
            policy_uri: None,
            tos_uri: None,
            development: false,
            access_token_format: AccessTokenFormat::Jwt,
            access_token_alg: SigningPreference::Es256,
            id_token_alg: SigningPreference::Rs256,
            userinfo_alg: None,
            lifetimes: TokenLifetimes { access: Duration::from_secs(600), refresh_idle, refresh_absolute },
            origin: String::new(),
        }
    }

    /// Whether it can keep no secret.
    pub fn is_public(&self) -> bool {
        self.auth_method == AuthMethod::None
    }

    /// Whether it has keys to sign with.
    pub fn has_keys(&self) -> bool {
        self.jwks.is_some() || self.jwks_uri.is_some()
    }

    /// Whether it may use this grant type.
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// The URI that an answer goes to when the request names `received`: equal byte for byte to a registered one
    /// (RFC 9700 2.1), but a native client may name any port of `http://127.0.0.1` and `http://[::1]` (RFC 8252 7.3).
    pub fn redirect_uri(&self, received: &str) -> Option<String> {
        if self.redirect_uris.iter().any(|known| known == received) {
            return Some(received.to_owned());
        }
        if self.kind != ClientType::Native {
            return None;
        }
        let (received_host, received_path) = loopback(received)?;
        let fits = |known: &String| {
            loopback(known).is_some_and(|(host, path)| host == received_host && path == received_path)
        };
        self.redirect_uris.iter().any(fits).then(|| received.to_owned())
    }

    /// The registered redirect URI, if there is just one.
    pub fn only_redirect_uri(&self) -> Option<&str> {
        match &self.redirect_uris[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whether sign-out may end there.
    pub fn allows_post_logout(&self, received: &str) -> bool {
        self.post_logout_redirect_uris.iter().any(|known| known == received)
    }

    /// The origins of a public client's redirect URIs: from these a browser may call the API endpoints.
    pub fn cors_origins(&self) -> Vec<String> {
        let mut origins: Vec<String> = Vec::new();
        if self.is_public() {
            for uri in &self.redirect_uris {
                if let Ok(url) = Url::parse(uri)
                    && matches!(url.scheme(), "http" | "https")
                {
                    let origin = url.origin().ascii_serialization();
                    if !origins.contains(&origin) {
                        origins.push(origin);
                    }
                }
            }
        }
        origins
    }

    /// Whether an answer to this redirect URI stays on the person's device: any program there can claim to be this
    /// client, so no consent is taken for granted (RFC 8252 8.6).
    pub fn is_unverifiable(&self, redirect_uri: &str) -> bool {
        self.kind == ClientType::Native && !redirect_uri.starts_with("https://")
    }

    /// Where people who lost their way start again: its sign-in, else its pages.
    pub fn start(&self) -> Option<&str> {
        self.initiate_login_uri.as_deref().or(self.client_uri.as_deref())
    }

    /// The registered redirect URI that is most like `received`, and what differs, for developers (S30).
    pub fn nearest_redirect_uri(&self, received: &str) -> Option<(&str, &'static str)> {
        let nearest = self.redirect_uris.iter().max_by_key(|known| common_prefix(known, received))?;
        Some((nearest, difference(nearest, received)))
    }
}

#[cfg(test)]
mod tests;

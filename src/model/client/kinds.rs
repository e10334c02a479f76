//! What a registration is made of: closed sets of choices, each with its registered name.

use std::time::Duration;

use crate::model::{Instant, SecretText};

/// What kind of application a client is; it decides the safe defaults (architecture, decision 20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientType {
    /// Runs in a browser; can keep no secret.
    Spa,
    /// Runs on a server; has a secret.
    Web,
    /// Runs on a person's device; can keep no secret, may listen on a loopback port (RFC 8252).
    Native,
    /// Acts for itself, with a secret and without people.
    Machine,
    /// Has no browser of its own, or no keys to type with; the person answers on another device (RFC 8628).
    Device,
}

impl ClientType {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Spa, Self::Web, Self::Native, Self::Machine, Self::Device];

    /// The name in `clients.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spa => "spa",
            Self::Web => "web",
            Self::Native => "native",
            Self::Machine => "machine",
            Self::Device => "device",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it can keep no secret (RFC 6749 2.1).
    pub fn is_public(self) -> bool {
        matches!(self, Self::Spa | Self::Native | Self::Device)
    }
}

/// How a client shows who it is at the token endpoint; a property of the client, never of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    /// It does not: a public client.
    None,
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
    /// `private_key_jwt`: an assertion that it signs itself (OIDC Core 9, RFC 7523).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::Basic, Self::Post, Self::PrivateKeyJwt];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// Reads the registered name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether it shows a secret that both sides know.
    pub fn uses_secret(self) -> bool {
        matches!(self, Self::Basic | Self::Post)
    }
}

/// A grant type that a client may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// `authorization_code`.
    AuthorizationCode,
    /// `refresh_token`.
    RefreshToken,
    /// `client_credentials`.
    ClientCredentials,
    /// `urn:ietf:params:oauth:grant-type:device_code` (RFC 8628).
    DeviceCode,
}

impl GrantType {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }

    /// Reads the registered name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.name() == name)
    }
}

/// A secret that a client may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSecret {
    /// How it is known.
    pub known: KnownSecret,
    /// Where it comes from: `env:NAME`, `file:PATH`, or `sha256` for a digest that stands in `clients.toml`.
    pub source: String,
    /// From when on it is not good any more (K09); without it, it is good for ever.
    pub until: Option<Instant>,
}

impl ClientSecret {
    /// Whether it is not good any more.
    pub fn is_over(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// How a client's secret is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownSecret {
    /// The secret itself, from the environment or a file.
    Plain(SecretText),
    /// SHA-256 of a generated secret of 128 bits or more.
    Sha256([u8; 32]),
}

/// The form of access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessTokenFormat {
    /// A JWT (RFC 9068).
    Jwt,
    /// A random text that only this server can read.
    Opaque,
}

/// The algorithm that a client's tokens are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningPreference {
    /// RS256.
    Rs256,
    /// PS256.
    Ps256,
    /// ES256.
    Es256,
    /// EdDSA with Ed25519.
    EdDsa,
}

impl SigningPreference {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// The registered name (RFC 7518 3.1, RFC 8037 3.1).
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// What a client is told of who somebody is (OIDC Core 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectType {
    /// The same name as every other client of this type.
    Public,
    /// A name that only clients of this sector know.
    Pairwise {
        /// The host that names the sector (OIDC Core 8.1).
        sector: String,
    },
}

/// Where a client hears that a session has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutChannel {
    /// The address at the client.
    pub uri: String,
    /// Whether the client must be told the session.
    pub session_required: bool,
}

/// How long what a client gets may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLifetimes {
    /// An access token.
    pub access: Duration,
    /// A refresh token that is not used.
    pub refresh_idle: Duration,
    /// All refresh tokens of a grant together.
    pub refresh_absolute: Duration,
}

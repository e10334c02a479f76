//! What stands in the tokens.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{Grant, Instant};

/// The claims of an access token in the JWT form (RFC 9068 2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// The identity; for a client that acts for itself, the client.
    pub sub: String,
    /// For which resources.
    pub aud: Vec<String>,
    /// When it dies, in seconds.
    pub exp: i64,
    /// When it was issued, in seconds.
    pub iat: i64,
    /// `<grant>.<random>`, or a UUID where there is no grant.
    pub jti: String,
    /// The client.
    pub client_id: String,
    /// What it may do.
    pub scope: String,
    /// When the person had shown who they are, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// How.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The session that it dies with, unless it is offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// The claims of an ID token (OIDC Core 2). Claims of the profile are userinfo's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdClaims {
    /// The issuer.
    pub iss: String,
    /// The identity.
    pub sub: String,
    /// The client.
    pub aud: String,
    /// When it dies, in seconds.
    pub exp: i64,
    /// When it was issued, in seconds.
    pub iat: i64,
    /// When the person had shown who they are, in seconds.
    pub auth_time: i64,
    /// The client's `nonce`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How well the person has shown who they are.
    pub acr: String,
    /// How.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The session.
    pub sid: String,
    /// Ties the token to the access token beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// Ties the token to the code beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c_hash: Option<String>,
    /// What it tells of the person: only what was asked for by name, or cannot be had by an access token.
    #[serde(flatten)]
    pub person: Map<String, Value>,
}

/// How long an ID token may be presented as fresh.
pub const ID_TOKEN_SECONDS: i64 = 600;

impl IdClaims {
    /// The claims for what was granted, under the name by which the client knows the person; `nonce` only in the first
    /// token (OIDC Core 12.2).
    pub fn of(grant: &Grant, subject: &str, issuer: &str, nonce: Option<String>, now: Instant) -> Self {
        Self {
            iss: issuer.to_owned(),
            sub: subject.to_owned(),
            aud: grant.client_id.clone(),
            exp: now.seconds() + ID_TOKEN_SECONDS,
            iat: now.seconds(),
            auth_time: grant.auth_time.seconds(),
            nonce,
            acr: grant.acr.name().to_owned(),
            amr: grant.amr.clone(),
            sid: grant.session.to_string(),
            at_hash: None,
            c_hash: None,
            person: Map::new(),
        }
    }
}

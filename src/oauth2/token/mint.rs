//! What a grant becomes: claims or stored digests inside the transaction, signatures after it.

use serde::Serialize;

use crate::crypto::{PlainToken, SignatureAlgorithm, SigningKeys, TokenKind, left_half_of_hash};
use crate::cx::{Cx, Env, Fault, Result};
use crate::model::{
    AccessToken, AccessTokenFormat, Client, Grant, GrantId, Instant, Scope, SigningPreference,
};
use crate::oauth2::claims::{AccessClaims, IdClaims};
use crate::random::Random;
use crate::store;

/// Tokens that wait for their signatures.
#[derive(Debug)]
pub struct Unsigned {
    access: Access,
    expires_in: i64,
    scope: Scope,
    pub(super) refresh_token: Option<PlainToken>,
    id_token: Option<(IdClaims, SigningPreference)>,
}

#[derive(Debug)]
enum Access {
    Jwt(Box<AccessClaims>, SigningPreference),
    Opaque(PlainToken, Box<AccessToken>),
}

/// The body of a good answer (RFC 6749 5.1).
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds until the access token dies.
    pub expires_in: i64,
    /// The refresh token, if `offline_access` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The ID token, if `openid` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What the access token may do.
    pub scope: String,
}

/// For whom and what an access token is made.
pub(in crate::oauth2) struct Order<'a> {
    pub(in crate::oauth2) client: &'a Client,
    /// The grant, and the name by which the client knows its person.
    pub(in crate::oauth2) grant: Option<(&'a Grant, &'a str)>,
    pub(in crate::oauth2) scope: Scope,
    pub(in crate::oauth2) audience: Vec<String>,
    pub(in crate::oauth2) now: Instant,
}

impl Unsigned {
    /// Makes the access token for a grant, or for a client that acts for itself.
    pub(in crate::oauth2) fn new(env: &Env, order: Order<'_>) -> Self {
        let Order { client, grant, scope, audience, now } = order;
        let subject = grant.map_or(client.id.as_str(), |(_, subject)| subject);
        let grant = grant.map(|(grant, _)| grant);
        let lifetime = client.lifetimes.access;
        let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        let access = match client.access_token_format {
            AccessTokenFormat::Jwt => {
                let claims = AccessClaims {
                    iss: env.settings.issuer.clone(),
                    sub: subject.to_owned(),
                    aud: audience,
                    exp: now.seconds() + seconds,
                    iat: now.seconds(),
                    jti: jti(grant.map(|grant| grant.id), env.random.as_ref()),
                    client_id: client.id.clone(),
                    scope: scope.to_string(),
                    auth_time: grant.map(|grant| grant.auth_time.seconds()),
                    acr: grant.map(|grant| grant.acr.name().to_owned()),
                    amr: grant.map(|grant| grant.amr.clone()).unwrap_or_default(),
                    sid: grant.filter(|grant| !grant.offline).map(|grant| grant.session.to_string()),
                };
                Access::Jwt(Box::new(claims), client.access_token_alg)
            }
            AccessTokenFormat::Opaque => {
                let token = PlainToken::generate(TokenKind::Access, env.random.as_ref());
                let row = AccessToken {
                    digest: token.digest(),
                    grant: grant.map(|grant| grant.id),
                    client_id: client.id.clone(),
                    identity: grant.map(|grant| grant.identity),
                    scope: scope.clone(),
                    audience,
                    created_at: now,
                    expires_at: now + lifetime,
                };
                Access::Opaque(token, Box::new(row))
            }
        };
        Self { access, expires_in: seconds, scope, refresh_token: None, id_token: None }
    }

    /// Adds the ID token, if `openid` was granted.
    pub(in crate::oauth2) fn with_id_token(mut self, client: &Client, claims: IdClaims) -> Self {
        if self.scope.contains("openid") {
            self.id_token = Some((claims, client.id_token_alg));
        }
        self
    }

    /// Stores what must be stored: an opaque token's digest.
    pub(in crate::oauth2) fn store(&self, cx: &mut Cx<'_>) -> Result<()> {
        match &self.access {
            Access::Opaque(_, row) => Ok(store::access_tokens::insert(cx.db, row)?),
            Access::Jwt(..) => Ok(()),
        }
    }

    /// The access token by itself, with the seconds that it lives. Not inside a transaction.
    pub(in crate::oauth2) fn access_token(&self, keys: &SigningKeys) -> Result<String> {
        match &self.access {
            Access::Opaque(token, _) => Ok(token.expose().to_owned()),
            Access::Jwt(claims, algorithm) => sign(keys, *algorithm, "at+jwt", &**claims),
        }
    }

    /// Seconds until the access token dies.
    pub(in crate::oauth2) fn expires_in(&self) -> i64 {
        self.expires_in
    }

    /// What the access token may do.
    pub(in crate::oauth2) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Signs what must be signed. Not inside a transaction.
    pub fn sign(self, keys: &SigningKeys) -> Result<TokenResponse> {
        let access_token = self.access_token(keys)?;
        let id_token = match self.id_token {
            None => None,
            Some((mut claims, algorithm)) => {
                claims.at_hash = Some(half_hash(algorithm, &access_token));
                Some(sign(keys, algorithm, "JWT", &claims)?)
            }
        };
        Ok(TokenResponse {
            access_token,
            token_type: "Bearer",
            expires_in: self.expires_in,
            refresh_token: self.refresh_token.map(|token| token.expose().to_owned()),
            id_token,
            scope: self.scope.to_string(),
        })
    }
}

/// `at_hash` and `c_hash`: half of the hash that belongs to the ID token's algorithm (OIDC Core 3.1.3.6, 3.3.2.11).
pub(in crate::oauth2) fn half_hash(algorithm: SigningPreference, text: &str) -> String {
    left_half_of_hash(algorithm.into(), text)
}

/// Signs claims with the key of a client's algorithm.
pub(in crate::oauth2) fn sign(
    keys: &SigningKeys,
    algorithm: SigningPreference,
    typ: &str,
    claims: &impl Serialize,
) -> Result<String> {
    let algorithm = SignatureAlgorithm::from(algorithm);
    let key = keys.active(algorithm).ok_or_else(|| Fault::Crypto(format!("no {} key", algorithm.name())))?;
    Ok(key.sign(typ, claims)?)
}

/// `<grant>.<random>`, so that our own endpoints find the grant of a JWT.
fn jti(grant: Option<GrantId>, random: &dyn Random) -> String {
    match grant {
        Some(grant) => format!("{grant}.{}", random.uuid().simple()),
        None => random.uuid().to_string(),
    }
}

/// The grant that a `jti` begins with.
pub(in crate::oauth2) fn grant_of_jti(jti: &str) -> Option<GrantId> {
    jti.split_once('.').and_then(|(grant, _)| grant.parse().ok())
}

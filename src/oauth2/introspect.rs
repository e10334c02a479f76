//! Introspection (RFC 7662): what a token is worth at this moment, by the database.

use serde::Serialize;

use super::claims::AccessClaims;
use super::token::grant_of_jti;
use super::{keys, subject};
use crate::crypto::{Expected, JwtError, PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{Client, IdentityId};
use crate::store;

/// The answer (RFC 7662 2.2). A token that is not active says nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Introspection {
    /// Whether the token may be used.
    pub active: bool,
    /// What it may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// For whom the client acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// When it dies, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// For which resources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aud: Vec<String>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Always `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// `access_token` or `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_use: Option<&'static str>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// How well the person has shown who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// When, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
}

/// Looks a token up. `asker` is the client that asks on the public listener; the admin listener asks for nobody. A
/// client learns only of its own tokens and of those for which it is an audience.
pub fn introspect(cx: &mut Cx<'_>, token: &str, asker: Option<&Client>) -> Result<Introspection> {
    let found = match TokenText::read(token) {
        Some(TokenText::Access(token)) => opaque(cx, &token)?,
        Some(TokenText::Refresh(token)) => refresh(cx, &token)?,
        None => jwt(cx, token)?,
    };
    let found = found.filter(|found| is_registered(cx, found.client_id.as_deref()));
    Ok(found.filter(|found| asker.is_none_or(|asker| may_see(asker, found))).unwrap_or_default())
}

/// What a client was given ends with its registration.
pub(super) fn is_registered(cx: &Cx<'_>, client_id: Option<&str>) -> bool {
    client_id.is_some_and(|id| cx.clients().find(id).is_some())
}

/// A public client cannot ask at all; a refresh token is nobody's business but its client's.
fn may_see(asker: &Client, found: &Introspection) -> bool {
    let own = found.client_id.as_deref() == Some(&asker.id);
    let for_it = found.aud.iter().any(|aud| *aud == asker.id || asker.audience.contains(aud));
    own || (for_it && found.token_use == Some("access_token"))
}

enum TokenText {
    Access(PlainToken),
    Refresh(PlainToken),
}

impl TokenText {
    fn read(text: &str) -> Option<Self> {
        PlainToken::parse(TokenKind::Access, text)
            .map(Self::Access)
            .or_else(|| PlainToken::parse(TokenKind::Refresh, text).map(Self::Refresh))
    }
}

fn opaque(cx: &mut Cx<'_>, token: &PlainToken) -> Result<Option<Introspection>> {
    let Some(found) = store::access_tokens::standing(cx.db, &token.digest(), cx.now)? else {
        return Ok(None);
    };
    let sub = match found.identity {
        Some(identity) => subject_for(cx, &found.client_id, identity)?,
        None => found.client_id.clone(),
    };
    Ok(Some(Introspection {
        active: true,
        scope: Some(found.scope.to_string()),
        sub: Some(sub),
        client_id: Some(found.client_id),
        exp: Some(found.expires_at.seconds()),
        iat: Some(found.created_at.seconds()),
        aud: found.audience,
        iss: Some(cx.settings().issuer.clone()),
        token_type: Some("Bearer"),
        token_use: Some("access_token"),
        ..Introspection::default()
    }))
}

/// The name by which a client knows the person; that of a client which is gone is not told to anybody.
fn subject_for(cx: &mut Cx<'_>, client_id: &str, identity: IdentityId) -> Result<String> {
    match cx.clients().find(client_id) {
        Some(client) => subject::of(cx, &client, identity),
        None => Ok(identity.to_string()),
    }
}

fn refresh(cx: &mut Cx<'_>, token: &PlainToken) -> Result<Option<Introspection>> {
    let Some(found) = store::refresh_tokens::find(cx.db, &token.digest())? else { return Ok(None) };
    if found.used_at.is_some() || found.expires_at <= cx.now {
        return Ok(None);
    }
    let Some(grant) = store::grants::find(cx.db, found.grant)? else { return Ok(None) };
    let session = (!grant.offline).then_some(grant.session);
    let stands = grant.ended_at.is_none()
        && grant.expires_at > cx.now
        && store::grants::person_stands(cx.db, grant.identity, session, cx.now)?;
    let sub = subject_for(cx, &grant.client_id, grant.identity)?;
    Ok(stands.then(|| Introspection {
        active: true,
        scope: Some(grant.scope.to_string()),
        client_id: Some(grant.client_id),
        sub: Some(sub),
        exp: Some(found.expires_at.seconds()),
        iat: Some(found.created_at.seconds()),
        iss: Some(cx.settings().issuer.clone()),
        token_use: Some("refresh_token"),
        acr: Some(grant.acr.name().to_owned()),
        auth_time: Some(grant.auth_time.seconds()),
        ..Introspection::default()
    }))
}

fn jwt(cx: &mut Cx<'_>, token: &str) -> Result<Option<Introspection>> {
    let Some(claims) = read_jwt(cx, token)? else { return Ok(None) };
    if !jwt_stands(cx, &claims)? {
        return Ok(None);
    }
    Ok(Some(Introspection {
        active: true,
        scope: Some(claims.scope),
        client_id: Some(claims.client_id),
        sub: Some(claims.sub),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        aud: claims.aud,
        iss: Some(claims.iss),
        token_type: Some("Bearer"),
        token_use: Some("access_token"),
        jti: Some(claims.jti),
        acr: claims.acr,
        auth_time: claims.auth_time,
    }))
}

/// The claims of an access token of ours whose time is not over.
pub(super) fn read_jwt(cx: &mut Cx<'_>, token: &str) -> Result<Option<AccessClaims>> {
    let env = cx.env;
    let expected =
        Expected { typ: "at+jwt", issuer: &env.settings.issuer, now: cx.now, expired_is_fine: false };
    let verified = match env.signing.get().verify(token, expected) {
        // Another process may sign with a key that this one has not seen yet.
        Err(JwtError::Key) if keys::look_again(cx)? => env.signing.get().verify(token, expected),
        verified => verified,
    };
    let claims = verified.ok().map(serde_json::Value::Object);
    Ok(claims.and_then(|claims| serde_json::from_value(claims).ok()))
}

/// Whether what a JWT follows from still stands.
fn jwt_stands(cx: &mut Cx<'_>, claims: &AccessClaims) -> Result<bool> {
    match grant_of_jti(&claims.jti) {
        Some(grant) => Ok(store::grants::standing(cx.db, grant, &claims.jti, cx.now)?.is_some()),
        None => Ok(!store::grants::is_revoked(cx.db, &claims.jti)?),
    }
}

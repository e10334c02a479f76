//! Userinfo (OIDC Core 5.3): what the scopes of a token tell of the person.

use serde_json::{Map, Value, json};

use super::introspect::{is_registered, read_jwt};
use super::standard_claims::{self, Known};
use super::token::{grant_of_jti, sign};
use super::{Error, ErrorCode, subject};
use crate::crypto::{PlainToken, SigningKeys, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{Scope, SigningPreference};
use crate::store;

/// What is told, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct UserInfo {
    claims: Map<String, Value>,
    signed_with: Option<SigningPreference>,
}

/// An answer of userinfo.
#[derive(Debug, Clone, PartialEq)]
pub enum UserInfoAnswer {
    /// Plain claims.
    Plain(Map<String, Value>),
    /// A JWT (OIDC Core 5.3.2).
    Signed(String),
}

impl UserInfo {
    /// The answer. Signs where the client wants that, so not inside a transaction.
    pub fn answer(self, keys: &SigningKeys) -> Result<UserInfoAnswer> {
        Ok(match self.signed_with {
            None => UserInfoAnswer::Plain(self.claims),
            Some(algorithm) => UserInfoAnswer::Signed(sign(keys, algorithm, "JWT", &self.claims)?),
        })
    }
}

/// The claims for an access token; the inner `Err` is a refusal (RFC 6750 3.1).
pub fn userinfo(cx: &mut Cx<'_>, token: &str) -> Result<std::result::Result<UserInfo, Error>> {
    let Some((scope, audience, standing)) = found(cx, token)? else {
        let text = "The access token is unknown, expired or revoked.";
        return Ok(Err(Error::new(ErrorCode::InvalidToken, text)));
    };
    if !scope.contains("openid") {
        return Ok(Err(Error::new(ErrorCode::InsufficientScope, "The access token has no scope openid.")));
    }
    if !audience.contains(&cx.settings().issuer) {
        return Ok(Err(Error::new(ErrorCode::InvalidToken, "The access token is not for this server.")));
    }
    let Some(client) = cx.clients().find(&standing.client_id) else {
        return Ok(Err(Error::new(ErrorCode::InvalidToken, "The client of the access token is gone.")));
    };
    let mut names = standard_claims::of_scopes(&scope);
    names.extend(standing.claims.userinfo.keys().map(String::as_str));
    let traits: Value = serde_json::from_str(&standing.traits).unwrap_or_default();
    let traits = cx.settings().identity.claims(&standing.schema_id, traits);
    let proven = match names.contains("email_verified") {
        true => store::grants::proven_addresses(cx.db, standing.identity)?,
        false => Vec::new(),
    };
    let known = Known { traits: &traits, proven: &proven, updated_at: standing.updated_at };
    let mut claims = standard_claims::tell(&names, &known);
    claims.insert("sub".to_owned(), json!(subject::of(cx, &client, standing.identity)?));
    if client.userinfo_alg.is_some() {
        claims.insert("iss".to_owned(), json!(cx.settings().issuer));
        claims.insert("aud".to_owned(), json!(client.id));
    }
    Ok(Ok(UserInfo { claims, signed_with: client.userinfo_alg }))
}

type Found = (Scope, Vec<String>, store::grants::Standing);

fn found(cx: &mut Cx<'_>, token: &str) -> Result<Option<Found>> {
    let (scope, audience, grant, jti) = match PlainToken::parse(TokenKind::Access, token) {
        Some(token) => {
            let Some(found) = store::access_tokens::standing(cx.db, &token.digest(), cx.now)? else {
                return Ok(None);
            };
            (found.scope, found.audience, found.grant, String::new())
        }
        None => {
            let Some(claims) = read_jwt(cx, token)? else { return Ok(None) };
            let Ok(scope) = Scope::parse(&claims.scope) else { return Ok(None) };
            (scope, claims.aud, grant_of_jti(&claims.jti), claims.jti)
        }
    };
    let Some(grant) = grant else { return Ok(None) };
    let standing = store::grants::standing(cx.db, grant, &jti, cx.now)?
        .filter(|standing| is_registered(cx, Some(&standing.client_id)));
    Ok(standing.map(|standing| (scope, audience, standing)))
}

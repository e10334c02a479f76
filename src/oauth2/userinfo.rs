//! Userinfo (OIDC Core 5.3): what the scopes of a token tell of the person.

use serde_json::{Map, Value, json};

use super::introspect::{is_registered, read_jwt};
use super::token::grant_of_jti;
use super::{Error, ErrorCode};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{Instant, Scope};
use crate::store;

/// The traits that the scope `profile` tells, by the names of OIDC Core 5.1.
const PROFILE: [&str; 13] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
];

/// The claims for an access token; the inner `Err` is a refusal (RFC 6750 3.1).
pub fn userinfo(cx: &mut Cx<'_>, token: &str) -> Result<std::result::Result<Map<String, Value>, Error>> {
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
    let traits: Value = serde_json::from_str(&standing.traits).unwrap_or_default();
    let proven = match scope.contains("email") {
        true => store::grants::proven_addresses(cx.db, standing.identity)?,
        false => Vec::new(),
    };
    let mut claims = claims_of(&traits, &scope, &proven, standing.updated_at);
    claims.insert("sub".to_owned(), json!(standing.identity.to_string()));
    Ok(Ok(claims))
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

/// What the scopes tell, without `sub`. A claim without a value is left out (OIDC Core 5.3.2).
pub fn claims_of(
    traits: &Value,
    scope: &Scope,
    proven: &[String],
    updated_at: Instant,
) -> Map<String, Value> {
    let mut claims = Map::new();
    let told =
        |name: &str| traits.get(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty()));
    let mut tell = |name: &str| {
        if let Some(value) = told(name) {
            claims.insert(name.to_owned(), value.clone());
        }
    };
    if scope.contains("profile") {
        PROFILE.iter().for_each(|name| tell(name));
    }
    if scope.contains("email") {
        tell("email");
    }
    if scope.contains("phone") {
        tell("phone_number");
    }
    if scope.contains("profile") {
        claims.insert("updated_at".to_owned(), json!(updated_at.seconds()));
    }
    if let Some(email) = claims.get("email").and_then(Value::as_str) {
        let verified = proven.iter().any(|proven| proven == email);
        claims.insert("email_verified".to_owned(), json!(verified));
    }
    if scope.contains("address")
        && let Some(address) =
            traits.get("address").filter(|value| value.as_object().is_some_and(|a| !a.is_empty()))
    {
        claims.insert("address".to_owned(), address.clone());
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prov_6_each_scope_tells_its_own_claims_and_no_empty_ones() {
        let traits = json!({"email": "a@b.c", "name": "Ada", "nickname": "", "website": null, "address": {}});
        let tell = |scope: &str| {
            let claims = claims_of(
                &traits,
                &Scope::parse(scope).unwrap(),
                &["a@b.c".to_owned()],
                Instant::from_seconds(9),
            );
            let mut names: Vec<String> = claims.keys().cloned().collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(tell("openid"), "");
        assert_eq!(tell("openid email"), "email email_verified");
        assert_eq!(tell("openid profile address phone"), "name updated_at");
    }
}

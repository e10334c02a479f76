//! Verifying JWTs that this server signed: one key, one algorithm, one type, and no way around.

use std::fmt;

use serde_json::{Map, Value};

use super::compact::{Compact, check_type};
use super::strict::Object;
use super::{SigningKeys, VerifyingKey};
use crate::model::Instant;

/// Why a token is not accepted. For logs; the holder is told only that it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwtError {
    /// Not a compact JWT of reasonable size, or not JSON inside.
    Malformed,
    /// The header asks for something that is not done here.
    Header(&'static str),
    /// No key of this id, or another algorithm than the key's.
    Key,
    /// The signature is not ours.
    Signature,
    /// A claim is missing, of the wrong type, or not what it must be.
    Claim(&'static str),
    /// Its time is over.
    Expired,
}

impl fmt::Display for JwtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("malformed token"),
            Self::Header(name) => write!(f, "header `{name}` is not acceptable"),
            Self::Key => f.write_str("no key for this token"),
            Self::Signature => f.write_str("wrong signature"),
            Self::Claim(name) => write!(f, "claim `{name}` is not acceptable"),
            Self::Expired => f.write_str("expired"),
        }
    }
}

impl std::error::Error for JwtError {}

/// What a token must be to be accepted at one entry.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The one type (`typ`) of this entry.
    pub typ: &'a str,
    /// The issuer.
    pub issuer: &'a str,
    /// The present instant.
    pub now: Instant,
    /// Whether a token whose time is over is still a good hint (OIDC RP-Initiated Logout 2).
    pub expired_is_fine: bool,
}

impl SigningKeys {
    /// Verifies a token of ours and gives its claims.
    pub fn verify(&self, token: &str, expected: Expected<'_>) -> Result<Map<String, Value>, JwtError> {
        verify(token, expected, |kid| self.find(kid))
    }
}

/// Verifies a token by the key that its header names; `find` knows the keys.
pub(super) fn verify<'k>(
    token: &str,
    expected: Expected<'_>,
    find: impl FnOnce(&str) -> Option<&'k VerifyingKey>,
) -> Result<Map<String, Value>, JwtError> {
    let header = Compact::read(token)?;
    let key = header.kid.as_deref().and_then(find).ok_or(JwtError::Key)?;
    if key.algorithm().name() != header.alg {
        return Err(JwtError::Key);
    }
    check_type(&header, &[expected.typ], false)?;
    let mut rules = jsonwebtoken::Validation::new(key.algorithm().jsonwebtoken());
    // Times and names are compared below: against the instant of this use case, and without leniency.
    rules.required_spec_claims.clear();
    (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
    let claims = jsonwebtoken::decode::<Object>(token, key.decoding(), &rules)
        .map_err(|_| JwtError::Signature)?
        .claims
        .0;
    check(&claims, expected)?;
    Ok(claims)
}

fn check(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<(), JwtError> {
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(JwtError::Claim("iss"));
    }
    let now = expected.now.seconds();
    let exp = claims.get("exp").and_then(Value::as_i64).ok_or(JwtError::Claim("exp"))?;
    if exp <= 0 {
        return Err(JwtError::Claim("exp"));
    }
    for name in ["iat", "nbf"] {
        match claims.get(name) {
            None => {}
            // 30 seconds of difference between the clocks of two instances are nobody's fault.
            Some(value) if value.as_i64().is_some_and(|at| (0..=now + 30).contains(&at)) => {}
            Some(_) => return Err(JwtError::Claim(name)),
        }
    }
    if exp <= now && !expected.expired_is_fine {
        return Err(JwtError::Expired);
    }
    Ok(())
}

#[cfg(test)]
mod tests;

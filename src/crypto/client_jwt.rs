//! JWTs that clients sign: assertions (RFC 7523) and request objects (RFC 9101).

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::client_keys::{ClientKey, ClientKeySet, one_name};
use super::compact::{Compact, check_type};
use super::jwt::JwtError;
use crate::model::Instant;

/// How far the clocks of a client and of this server may differ, in seconds.
const SKEW: i64 = 60;

/// What a JWT of a client must be at one entry.
#[derive(Debug, Clone, Copy)]
pub struct ClientJwt<'a> {
    /// Which types (`typ`) the entry takes; one without a type it takes as well.
    pub types: &'a [&'a str],
    /// The algorithm that is registered for the entry; without one, any that fits the key.
    pub algorithm: Option<&'a str>,
}

impl ClientJwt<'_> {
    /// The algorithms that clients may sign with; the last two are one (RFC 9864).
    pub const ALGORITHMS: [&'static str; 5] = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

    /// How far clocks may differ, in seconds.
    pub const SKEW: i64 = SKEW;

    /// Verifies the signature by the client's keys and gives the claims, none of which was looked at.
    /// [`JwtError::Key`] if none of the keys can be meant.
    pub fn verify(&self, token: &str, keys: &ClientKeySet) -> Result<Map<String, Value>, JwtError> {
        let compact = Compact::read(token)?;
        let alg = one_name(&compact.alg);
        if !Self::ALGORITHMS.contains(&alg) || self.algorithm.is_some_and(|only| only != alg) {
            return Err(JwtError::Header("alg"));
        }
        check_type(&compact, self.types, true)?;
        let key = meant(keys, &compact, alg).ok_or(JwtError::Key)?;
        let (message, signature) = compact.signed().ok_or(JwtError::Signature)?;
        if !key.signed(alg, message, &signature) {
            return Err(JwtError::Signature);
        }
        compact.claims()
    }

    /// `iss` is the client, and this issuer is the only audience: as a text, or alone in a list (RFC 7523bis 4).
    pub fn check_parties(claims: &Map<String, Value>, client: &str, issuer: &str) -> Result<(), JwtError> {
        if claims.get("iss").and_then(Value::as_str) != Some(client) {
            return Err(JwtError::Claim("iss"));
        }
        let audience = match claims.get("aud") {
            Some(Value::String(only)) => Some(only.as_str()),
            Some(Value::Array(several)) => match &several[..] {
                [Value::String(only)] => Some(only.as_str()),
                _ => None,
            },
            _ => None,
        };
        if audience == Some(issuer) { Ok(()) } else { Err(JwtError::Claim("aud")) }
    }

    /// The times: whole seconds; not over, begun, and made in the past. Gives the end in seconds since 1970, if there is one.
    pub fn check_times(claims: &Map<String, Value>, now: Instant) -> Result<Option<i64>, JwtError> {
        let now = now.seconds();
        let seconds = |name: &'static str| match claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_i64().filter(|at| *at > 0).map(Some).ok_or(JwtError::Claim(name)),
        };
        for name in ["iat", "nbf"] {
            if seconds(name)?.is_some_and(|at| at > now + SKEW) {
                return Err(JwtError::Claim(name));
            }
        }
        match seconds("exp")? {
            Some(end) if end.saturating_add(SKEW) <= now => Err(JwtError::Expired),
            end => Ok(end),
        }
    }
}

/// The one key that can be meant: of the token's id, or, if it names none, the only one for its algorithm.
fn meant<'k>(keys: &'k ClientKeySet, token: &Compact<'_>, alg: &str) -> Option<&'k ClientKey> {
    let mut fitting = keys
        .keys
        .iter()
        .filter(|key| key.is_for(alg))
        .filter(|key| token.kid.is_none() || key.kid == token.kid);
    fitting.next().filter(|_| fitting.next().is_none())
}

/// A claim that is a text, of a token whose signature nobody has checked: to find out who claims to speak.
pub fn unverified_claim(token: &str, name: &str) -> Option<String> {
    let claims = Compact::read(token).ok()?.claims().ok()?;
    claims.get(name)?.as_str().map(str::to_owned)
}

//! The public parts of keys (RFC 7517): what verifies tokens, and has nothing else of their issuer.

use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use super::jwt::{Expected, JwtError, verify};
use super::signing::SignatureAlgorithm;

/// The public part of a key that signs with one algorithm.
#[derive(Clone)]
pub struct VerifyingKey {
    kid: String,
    algorithm: SignatureAlgorithm,
    decoding: DecodingKey,
    jwk: Value,
}

impl VerifyingKey {
    /// Reads a JWK; `None` if it is none of ours: without `kid` and `alg`, or of another kind.
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        let algorithm = SignatureAlgorithm::parse(member("alg")?)?;
        let names: &[&str] = match (algorithm, member("kty")?, member("crv")) {
            (SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256, "RSA", None) => &["n", "e"],
            (SignatureAlgorithm::Es256, "EC", Some("P-256")) => &["crv", "x", "y"],
            (SignatureAlgorithm::EdDsa, "OKP", Some("Ed25519")) => &["crv", "x"],
            _ => return None,
        };
        let decoding = match algorithm {
            SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => {
                DecodingKey::from_rsa_components(member("n")?, member("e")?)
            }
            SignatureAlgorithm::Es256 => DecodingKey::from_ec_components(member("x")?, member("y")?),
            SignatureAlgorithm::EdDsa => DecodingKey::from_ed_components(member("x")?),
        };
        // What is shown again is what was asked for, and no member more.
        let shown = ["use", "alg", "kid", "kty"].iter().chain(names);
        let jwk = shown.filter_map(|name| Some(((*name).to_owned(), jwk.get(name)?.clone()))).collect();
        let kid = member("kid")?.to_owned();
        Some(Self { kid, algorithm, decoding: decoding.ok()?, jwk: Value::Object(jwk) })
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm of the key.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The JWK, public members only.
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}

/// A set of public keys. Keys that it cannot use are left out, as RFC 7517 5 asks.
pub struct PublicKeys {
    keys: Vec<VerifyingKey>,
}

impl PublicKeys {
    /// Reads a JWK Set; `None` if it is none.
    pub fn from_jwks(json: &[u8]) -> Option<Self> {
        let set: Value = serde_json::from_slice(json).ok()?;
        let keys = set.get("keys")?.as_array()?.iter().filter_map(VerifyingKey::from_jwk).collect();
        Some(Self { keys })
    }

    /// Verifies a token and gives its claims; [`JwtError::Key`] also if its key is not in this set, which may then
    /// be out of date.
    pub fn verify(&self, token: &str, expected: Expected<'_>) -> Result<Map<String, Value>, JwtError> {
        verify(token, expected, |kid| self.keys.iter().find(|key| key.kid == kid))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{SigningKey, SigningKeys};
    use super::*;
    use crate::model::Instant;

    #[test]
    fn what_the_key_set_shows_suffices_to_verify() {
        let now = Instant::from_seconds(1_800_000_000);
        let expected = Expected { typ: "at+jwt", issuer: "https://id.test", now, expired_is_fine: false };
        let claims = json!({ "iss": "https://id.test", "exp": now.seconds() + 60, "sub": "ann" });
        let keys = || {
            SigningKeys::new(
                SignatureAlgorithm::ALL.iter().map(|alg| SigningKey::generate(*alg).unwrap().0).collect(),
            )
        };
        let (ours, others) = (keys(), keys());
        let public = PublicKeys::from_jwks(ours.jwks().to_string().as_bytes()).unwrap();
        for algorithm in SignatureAlgorithm::ALL {
            let token = ours.active(algorithm).unwrap().sign("at+jwt", &claims).unwrap();
            assert_eq!(public.verify(&token, expected).unwrap()["sub"], "ann");
            let foreign = others.active(algorithm).unwrap().sign("at+jwt", &claims).unwrap();
            assert_eq!(public.verify(&foreign, expected), Err(JwtError::Key));
        }
    }

    #[test]
    fn a_key_of_another_kind_is_left_out() {
        let odd =
            json!({ "keys": [{ "kty": "oct", "k": "AAAA", "kid": "1", "alg": "HS256" }, { "kid": "2" }] });
        assert!(PublicKeys::from_jwks(odd.to_string().as_bytes()).unwrap().keys.is_empty());
        assert!(PublicKeys::from_jwks(b"{}").is_none());
    }
}

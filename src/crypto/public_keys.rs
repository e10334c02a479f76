//! The published keys of an issuer (RFC 7517), for whoever verifies its tokens and has nothing else of it.

use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use super::jwt::{Expected, JwtError, verify};
use super::signing::SignatureAlgorithm;

/// A set of public keys. Keys that it cannot use are left out, as RFC 7517 5 asks.
pub struct PublicKeys {
    keys: Vec<(String, SignatureAlgorithm, DecodingKey)>,
}

impl PublicKeys {
    /// Reads a JWK Set; `None` if it is none.
    pub fn from_jwks(json: &[u8]) -> Option<Self> {
        let set: Value = serde_json::from_slice(json).ok()?;
        Some(Self { keys: set.get("keys")?.as_array()?.iter().filter_map(key).collect() })
    }

    /// Verifies a token and gives its claims; [`JwtError::Key`] also if its key is not in this set, which may then
    /// be out of date.
    pub fn verify(&self, token: &str, expected: Expected<'_>) -> Result<Map<String, Value>, JwtError> {
        let find = |kid: &str| {
            let found = self.keys.iter().find(|(known, _, _)| known == kid);
            found.map(|(_, algorithm, key)| (*algorithm, key))
        };
        verify(token, expected, find)
    }
}

fn key(jwk: &Value) -> Option<(String, SignatureAlgorithm, DecodingKey)> {
    let member = |name: &str| jwk.get(name).and_then(Value::as_str);
    let algorithm = SignatureAlgorithm::parse(member("alg")?)?;
    let key = match (algorithm, member("kty")?) {
        (SignatureAlgorithm::Rs256, "RSA") => DecodingKey::from_rsa_components(member("n")?, member("e")?),
        (SignatureAlgorithm::Es256, "EC") if member("crv") == Some("P-256") => {
            DecodingKey::from_ec_components(member("x")?, member("y")?)
        }
        _ => return None,
    };
    Some((member("kid")?.to_owned(), algorithm, key.ok()?))
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

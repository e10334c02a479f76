//! Checks what the server gave, as a strict client would.

use std::collections::HashMap;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use crate::failure::{During as _, Failure, Result};

/// The keys of the server, as it publishes them.
pub struct Checks {
    keys: HashMap<String, (Algorithm, DecodingKey)>,
    issuer: String,
}

impl Checks {
    /// Reads a JWK Set.
    pub fn new(jwks: &[u8], issuer: &str) -> Result<Self> {
        let set: JwkSet = serde_json::from_slice(jwks).during("the JWK Set")?;
        let mut keys = HashMap::new();
        for key in &set.keys {
            let nameless = || Failure::new("a key has no kid, or no alg");
            let id = key.common.key_id.clone().ok_or_else(nameless)?;
            let name = key.common.key_algorithm.ok_or_else(nameless)?.to_string();
            let algorithm: Algorithm = name.parse().during("the alg of a key")?;
            keys.insert(id, (algorithm, DecodingKey::from_jwk(key).during("a key")?));
        }
        Ok(Self { keys, issuer: issuer.to_owned() })
    }

    /// An access token (RFC 9068) of this client.
    pub fn access_token(&self, token: &str, client: &str) -> Result<()> {
        let claims = self.claims(token, "at+jwt", None)?;
        same(&claims, "client_id", client)
    }

    /// An ID token for this client, with this nonce.
    pub fn id_token(&self, token: &str, client: &str, nonce: Option<&str>) -> Result<()> {
        let claims = self.claims(token, "JWT", Some(client))?;
        nonce.map_or(Ok(()), |nonce| same(&claims, "nonce", nonce))
    }

    fn claims(&self, token: &str, typ: &str, audience: Option<&str>) -> Result<Map<String, Value>> {
        let header = jsonwebtoken::decode_header(token).during("the header of a token")?;
        if header.typ.as_deref() != Some(typ) {
            return Err(Failure::new(format!("a token is not of the type {typ}")));
        }
        let kid = header.kid.unwrap_or_default();
        let (algorithm, key) =
            self.keys.get(&kid).ok_or_else(|| Failure::new("a token names an unknown key"))?;
        let mut rules = Validation::new(*algorithm);
        rules.set_issuer(&[&self.issuer]);
        rules.validate_aud = audience.is_some();
        if let Some(audience) = audience {
            rules.set_audience(&[audience]);
        }
        Ok(jsonwebtoken::decode(token, key, &rules).during("a token")?.claims)
    }
}

fn same(claims: &Map<String, Value>, name: &str, value: &str) -> Result<()> {
    if claims.get(name).and_then(Value::as_str) == Some(value) {
        return Ok(());
    }
    Err(Failure::new(format!("the claim {name} of a token is not {value}")))
}

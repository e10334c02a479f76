//! Signing keys: made once, parsed once, signed with directly.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use jsonwebtoken::DecodingKey;
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{CryptoError, base64url, sha256};

/// The algorithms that tokens are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, which OIDC asks of everybody.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl SignatureAlgorithm {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// The value of `alg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    /// Reads a value of `alg`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    pub(super) fn jsonwebtoken(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
        }
    }
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
}

/// A key that signs with one algorithm.
pub struct SigningKey {
    kid: String,
    algorithm: SignatureAlgorithm,
    pair: Pair,
    public: Value,
    verifying: DecodingKey,
}

impl SigningKey {
    /// Makes a new key and gives its PKCS#8 form, to be sealed and stored. The chance of this one thing comes from
    /// the cryptographic library, which takes no other.
    pub fn generate(algorithm: SignatureAlgorithm) -> Result<(Self, Zeroizing<Vec<u8>>), CryptoError> {
        let failed = |_| CryptoError::Key("a signing key could not be made".to_owned());
        let pkcs8 = match algorithm {
            SignatureAlgorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                Zeroizing::new(der.as_ref().to_vec())
            }
            SignatureAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
                Zeroizing::new(pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec())
            }
        };
        Ok((Self::from_pkcs8(algorithm, &pkcs8)?, pkcs8))
    }

    /// Reads a key from its PKCS#8 form.
    pub fn from_pkcs8(algorithm: SignatureAlgorithm, pkcs8: &[u8]) -> Result<Self, CryptoError> {
        let unreadable = || CryptoError::Key("a stored signing key cannot be read".to_owned());
        let (pair, members) = match algorithm {
            SignatureAlgorithm::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| unreadable())?;
                let modulus = base64url(pair.public_key().modulus().big_endian_without_leading_zero());
                let exponent = base64url(pair.public_key().exponent().big_endian_without_leading_zero());
                (
                    Pair::Rsa(pair),
                    [("kty", "RSA".to_owned()), ("n", modulus), ("e", exponent), ("", String::new())],
                )
            }
            SignatureAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(|_| unreadable())?;
                let point = pair.public_key().as_ref();
                let (Some(x), Some(y)) = (point.get(1..33), point.get(33..65)) else {
                    return Err(unreadable());
                };
                let (x, y) = (base64url(x), base64url(y));
                (
                    Pair::P256(pair),
                    [("kty", "EC".to_owned()), ("crv", "P-256".to_owned()), ("x", x), ("y", y)],
                )
            }
        };
        let member = |name: &str| members.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        let verifying = match algorithm {
            SignatureAlgorithm::Rs256 => DecodingKey::from_rsa_components(member("n"), member("e")),
            SignatureAlgorithm::Es256 => DecodingKey::from_ec_components(member("x"), member("y")),
        }
        .map_err(|_| unreadable())?;
        let kid = thumbprint(&members);
        let mut public = json!({ "use": "sig", "alg": algorithm.name(), "kid": kid });
        for (name, value) in members.into_iter().filter(|(name, _)| !name.is_empty()) {
            public[name] = Value::String(value);
        }
        Ok(Self { kid, algorithm, pair, public, verifying })
    }

    /// The key's id: its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm of the key.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Signs `claims` as a compact JWT of type `typ`.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, CryptoError> {
        let failed = |why: &str| CryptoError::Key(why.to_owned());
        let header = format!(r#"{{"alg":"{}","typ":"{typ}","kid":"{}"}}"#, self.algorithm.name(), self.kid);
        let claims = serde_json::to_vec(claims).map_err(|_| failed("claims cannot be written"))?;
        let mut token = base64url(header.as_bytes());
        token.push('.');
        token.push_str(&base64url(&claims));
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
                    .map_err(|_| failed("signing failed"))?;
                base64url(&signature)
            }
            Pair::P256(pair) => base64url(
                pair.sign(&SystemRandom::new(), token.as_bytes())
                    .map_err(|_| failed("signing failed"))?
                    .as_ref(),
            ),
        };
        token.push('.');
        token.push_str(&signature);
        Ok(token)
    }

    pub(super) fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }
}

/// RFC 7638: SHA-256 over the required members in the order of their names.
fn thumbprint(members: &[(&str, String)]) -> String {
    let mut sorted: Vec<_> = members.iter().filter(|(name, _)| !name.is_empty()).collect();
    sorted.sort_by_key(|(name, _)| *name);
    let body: Vec<String> = sorted.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
    base64url(&sha256(format!("{{{}}}", body.join(",")).as_bytes()))
}

/// The keys of the server: the newest of each algorithm signs, all of them verify.
pub struct SigningKeys {
    keys: Vec<Arc<SigningKey>>,
}

impl SigningKeys {
    /// The keys in use, newest first.
    pub fn new(keys: Vec<SigningKey>) -> Self {
        Self { keys: keys.into_iter().map(Arc::new).collect() }
    }

    /// The key that signs with this algorithm.
    pub fn active(&self, algorithm: SignatureAlgorithm) -> Option<&Arc<SigningKey>> {
        self.keys.iter().find(|key| key.algorithm == algorithm)
    }

    /// The key of this id.
    pub fn find(&self, kid: &str) -> Option<&Arc<SigningKey>> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &SigningKey> {
        self.keys.iter().map(Arc::as_ref)
    }

    /// The JWK Set (RFC 7517 5), public members only.
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.keys.iter().map(|key| key.public.clone()).collect::<Vec<_>>() })
    }
}

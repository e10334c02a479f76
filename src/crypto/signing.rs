//! Signing keys: made once, parsed once, signed with directly.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{CryptoError, VerifyingKey, base64url, sha256};
use crate::model::SigningPreference;

/// The algorithms that tokens are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, which OIDC asks of everybody.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// EdDSA on Curve25519 (RFC 8037).
    EdDsa,
}

impl SignatureAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// The value of `alg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a value of `alg`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    pub(super) fn jsonwebtoken(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Ps256 => jsonwebtoken::Algorithm::PS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}

impl From<SigningPreference> for SignatureAlgorithm {
    fn from(preference: SigningPreference) -> Self {
        match preference {
            SigningPreference::Rs256 => Self::Rs256,
            SigningPreference::Ps256 => Self::Ps256,
            SigningPreference::Es256 => Self::Es256,
            SigningPreference::EdDsa => Self::EdDsa,
        }
    }
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A key that signs with one algorithm.
pub struct SigningKey {
    pair: Pair,
    public: VerifyingKey,
}

impl SigningKey {
    /// Makes a new key and gives its PKCS#8 form, to be sealed and stored. The chance of this one thing comes from
    /// the cryptographic library, which takes no other.
    pub fn generate(algorithm: SignatureAlgorithm) -> Result<(Self, Zeroizing<Vec<u8>>), CryptoError> {
        let failed = |_| CryptoError::Key("a signing key could not be made".to_owned());
        let pkcs8 = match algorithm {
            SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                Zeroizing::new(der.as_ref().to_vec())
            }
            SignatureAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
                Zeroizing::new(pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec())
            }
            SignatureAlgorithm::EdDsa => {
                let pair = Ed25519KeyPair::generate().map_err(failed)?;
                Zeroizing::new(pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec())
            }
        };
        Ok((Self::from_pkcs8(algorithm, &pkcs8)?, pkcs8))
    }

    /// Reads a key from its PKCS#8 form.
    pub fn from_pkcs8(algorithm: SignatureAlgorithm, pkcs8: &[u8]) -> Result<Self, CryptoError> {
        let unreadable = || CryptoError::Key("a stored signing key cannot be read".to_owned());
        let (pair, members) = match algorithm {
            SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| unreadable())?;
                let modulus = base64url(pair.public_key().modulus().big_endian_without_leading_zero());
                let exponent = base64url(pair.public_key().exponent().big_endian_without_leading_zero());
                (Pair::Rsa(pair), vec![("e", exponent), ("kty", "RSA".to_owned()), ("n", modulus)])
            }
            SignatureAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(|_| unreadable())?;
                let point = pair.public_key().as_ref();
                let (Some(x), Some(y)) = (point.get(1..33), point.get(33..65)) else {
                    return Err(unreadable());
                };
                let (x, y) = (base64url(x), base64url(y));
                let (crv, kty) = ("P-256".to_owned(), "EC".to_owned());
                (Pair::P256(pair), vec![("crv", crv), ("kty", kty), ("x", x), ("y", y)])
            }
            SignatureAlgorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| unreadable())?;
                let x = base64url(pair.public_key().as_ref());
                let (crv, kty) = ("Ed25519".to_owned(), "OKP".to_owned());
                (Pair::Ed25519(pair), vec![("crv", crv), ("kty", kty), ("x", x)])
            }
        };
        let mut jwk = json!({ "use": "sig", "alg": algorithm.name(), "kid": thumbprint(&members) });
        for (name, value) in members {
            jwk[name] = Value::String(value);
        }
        let public = VerifyingKey::from_jwk(&jwk).ok_or_else(unreadable)?;
        Ok(Self { pair, public })
    }

    /// The key's id: its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The one algorithm of the key.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.public.algorithm()
    }

    /// Its public part.
    pub fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// Signs `claims` as a compact JWT of type `typ`.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, CryptoError> {
        let failed = |why: &str| CryptoError::Key(why.to_owned());
        let header =
            format!(r#"{{"alg":"{}","typ":"{typ}","kid":"{}"}}"#, self.algorithm().name(), self.kid());
        let claims = serde_json::to_vec(claims).map_err(|_| failed("claims cannot be written"))?;
        let mut token = base64url(header.as_bytes());
        token.push('.');
        token.push_str(&base64url(&claims));
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = match self.algorithm() {
                    SignatureAlgorithm::Ps256 => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                pair.sign(padding, &SystemRandom::new(), token.as_bytes(), &mut signature)
                    .map_err(|_| failed("signing failed"))?;
                base64url(&signature)
            }
            Pair::P256(pair) => base64url(
                pair.sign(&SystemRandom::new(), token.as_bytes())
                    .map_err(|_| failed("signing failed"))?
                    .as_ref(),
            ),
            Pair::Ed25519(pair) => {
                base64url(pair.try_sign(token.as_bytes()).map_err(|_| failed("signing failed"))?.as_ref())
            }
        };
        token.push('.');
        token.push_str(&signature);
        Ok(token)
    }
}

/// RFC 7638: SHA-256 over the required members, which come in the order of their names.
fn thumbprint(members: &[(&str, String)]) -> String {
    let body: Vec<String> = members.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
    base64url(&sha256(format!("{{{}}}", body.join(",")).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kid_is_the_thumbprint_of_its_key() {
        // The example of RFC 8037 A.3.
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let members = [("crv", "Ed25519".to_owned()), ("kty", "OKP".to_owned()), ("x", x.to_owned())];
        assert_eq!(thumbprint(&members), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn an_rsa_key_has_2048_bits_and_two_of_them_are_never_the_same() {
        let make = |algorithm| SigningKey::generate(algorithm).unwrap().0;
        let (a, b) = (make(SignatureAlgorithm::Rs256), make(SignatureAlgorithm::Ps256));
        assert_ne!(a.kid(), b.kid());
        for key in [a, b] {
            let modulus = key.public().jwk()["n"].as_str().unwrap().to_owned();
            assert_eq!(super::super::from_base64url(&modulus).unwrap().len(), 256);
        }
    }
}

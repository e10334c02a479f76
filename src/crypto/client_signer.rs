//! A client of the tests that signs.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A key of a client.
pub(crate) struct ClientSigner {
    alg: &'static str,
    kid: String,
    pair: Pair,
}

impl ClientSigner {
    /// A new key for this algorithm.
    pub(crate) fn new(alg: &'static str, kid: &str) -> Self {
        let pair = match alg {
            "RS256" | "PS256" => Pair::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())),
            "ES256" => Pair::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()),
            "EdDSA" | "Ed25519" => Pair::Ed25519(Ed25519KeyPair::generate().unwrap()),
            other => panic!("no key for {other}"),
        };
        Self { alg, kid: kid.to_owned(), pair }
    }

    /// The public key.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                let n = encoded(key.modulus().big_endian_without_leading_zero());
                let e = encoded(key.exponent().big_endian_without_leading_zero());
                json!({ "kty": "RSA", "n": n, "e": e })
            }
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": encoded(&point[1..33]), "y": encoded(&point[33..]) })
            }
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(pair.public_key().as_ref()) })
            }
        };
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!(self.alg);
        jwk["use"] = json!("sig");
        jwk
    }

    /// The set of this key alone.
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": [self.jwk()] })
    }

    /// The header of its tokens.
    pub(crate) fn header(&self) -> Value {
        json!({ "alg": self.alg, "kid": self.kid })
    }

    /// Signs with the usual header.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_under(&self.header(), &claims.to_string())
    }

    /// Signs this header and this payload, whatever they say.
    pub(crate) fn sign_under(&self, header: &Value, payload: &str) -> String {
        let message = message(&header.to_string(), payload);
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &'static dyn aws_lc_rs::signature::RsaEncoding =
                    if self.alg == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
                signature
            }
            Pair::P256(pair) => {
                pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec()
            }
            Pair::Ed25519(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
        };
        format!("{message}.{}", encoded(&signature))
    }

    /// What an attacker would use of the public key as a shared secret: all its forms, and nothing.
    pub(crate) fn as_shared_secrets(&self) -> Vec<Vec<u8>> {
        let der = match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
            Pair::P256(pair) => {
                aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(
                    pair.public_key(),
                )
                .unwrap()
                .as_ref()
                .to_vec()
            }
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        };
        let body = base64::engine::general_purpose::STANDARD.encode(&der);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
        let jwk = self.jwk();
        let members =
            ["n", "x"].iter().filter_map(|name| jwk[name].as_str().map(|text| text.as_bytes().to_vec()));
        [Vec::new(), der, pem.into_bytes(), jwk.to_string().into_bytes()].into_iter().chain(members).collect()
    }
}

/// A token with this header and payload, and a MAC in place of a signature.
pub(crate) fn with_mac(secret: &[u8], header: &Value, payload: &str) -> String {
    let message = message(&header.to_string(), payload);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    format!("{message}.{}", encoded(hmac::sign(&key, message.as_bytes()).as_ref()))
}

/// A token with this header and payload, and these bytes in place of a signature.
pub(crate) fn with_signature(header: &str, payload: &str, signature: &[u8]) -> String {
    format!("{}.{}", message(header, payload), encoded(signature))
}

fn message(header: &str, payload: &str) -> String {
    format!("{}.{}", encoded(header.as_bytes()), encoded(payload.as_bytes()))
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

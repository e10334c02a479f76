//! The public keys of a client (RFC 7517), and what a key must be to be one.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value;

use super::from_base64url;

/// More keys than this are not looked at.
const MOST_KEYS: usize = 100;

/// Members of private and of shared keys (RFC 7518 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The points of small order of Ed25519, as they are written, without the sign: under such a key one signature fits many
/// messages (RFC 8032 7, draft-ietf-cfrg-eddsa "small order").
const SMALL_ORDER: [[u8; 32]; 7] = [
    *b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    *b"\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
    *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
    *b"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    *b"\xed\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    *b"\xee\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
];

/// RFC 9864 calls an algorithm by its curve that RFC 8037 called `EdDSA`; Ed25519 is the only such curve here, so that both
/// names mean one thing.
pub(super) fn one_name(algorithm: &str) -> &str {
    if algorithm == "Ed25519" { "EdDSA" } else { algorithm }
}

/// The key itself.
#[derive(Debug)]
pub(super) enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// The uncompressed point.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// One public key of a client.
#[derive(Debug)]
pub(super) struct ClientKey {
    pub(super) kid: Option<String>,
    algorithm: Option<String>,
    material: Material,
}

impl ClientKey {
    /// Reads a JWK; `Err` says why it is not fit.
    fn read(jwk: &Value) -> Result<Self, &'static str> {
        let members = jwk.as_object().ok_or("it is no object")?;
        if PRIVATE.iter().any(|name| members.contains_key(*name)) {
            return Err("it holds a private or a shared key");
        }
        let text = |name: &'static str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err("a member that must be a text is none"),
        };
        if text("use")?.is_some_and(|purpose| purpose != "sig") {
            return Err("its use is not sig");
        }
        if members.get("key_ops").is_some_and(|ops| {
            !ops.as_array().is_some_and(|ops| ops.iter().any(|op| op.as_str() == Some("verify")))
        }) {
            return Err("its key_ops have no verify");
        }
        let number = |name: &'static str| -> Result<Vec<u8>, &'static str> {
            let text = text(name)?.ok_or("a member of the key is missing")?;
            from_base64url(text).ok_or("a member of the key is no base64url")
        };
        let material = match (text("kty")?, text("crv")?) {
            (Some("RSA"), _) => rsa(number("n")?, number("e")?)?,
            (Some("EC"), Some("P-256")) => p256(&number("x")?, &number("y")?)?,
            (Some("OKP"), Some("Ed25519")) => ed25519(number("x")?)?,
            _ => return Err("its kind is not RSA, EC with P-256, or OKP with Ed25519"),
        };
        let key = Self {
            kid: text("kid")?.map(str::to_owned),
            algorithm: text("alg")?.map(|name| one_name(name).to_owned()),
            material,
        };
        match &key.algorithm {
            Some(algorithm) if !key.material.algorithms().contains(&algorithm.as_str()) => {
                Err("its alg does not fit its kind, or is none that is known here")
            }
            _ => Ok(key),
        }
    }

    /// Whether it is for this algorithm, which goes by its [one name](one_name).
    pub(super) fn is_for(&self, algorithm: &str) -> bool {
        self.material.algorithms().contains(&algorithm)
            && self.algorithm.as_deref().is_none_or(|own| own == algorithm)
    }

    /// Whether it made this signature with an algorithm that it [`is_for`](Self::is_for).
    pub(super) fn signed(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.material {
            Material::Rsa { n, e } => {
                let padding = match algorithm {
                    "PS256" => &RSA_PSS_2048_8192_SHA256,
                    _ => &RSA_PKCS1_2048_8192_SHA256,
                };
                RsaPublicKeyComponents { n, e }.verify(padding, message, signature)
            }
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Material::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
        };
        verified.is_ok()
    }
}

impl Material {
    fn algorithms(&self) -> &'static [&'static str] {
        match self {
            Self::Rsa { .. } => &["RS256", "PS256"],
            Self::P256(_) => &["ES256"],
            Self::Ed25519(_) => &["EdDSA"],
        }
    }
}

/// 2048 to 8192 bits, and an exponent that is odd and at least 65537 (NIST SP 800-56B 6.2).
pub(super) fn rsa(n: Vec<u8>, e: Vec<u8>) -> Result<Material, &'static str> {
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !(2048..=8192).contains(&bits) || n.first() == Some(&0) {
        return Err("an RSA key has 2048 to 8192 bits here");
    }
    let exponent = e.iter().try_fold(0_u64, |sum, byte| Some(sum.checked_mul(256)? + u64::from(*byte)));
    match exponent {
        Some(exponent) if exponent >= 65_537 && exponent % 2 == 1 && exponent < 1 << 33 => {
            Ok(Material::Rsa { n, e })
        }
        _ => Err("the exponent of an RSA key is odd and 65537 at least"),
    }
}

pub(super) fn p256(x: &[u8], y: &[u8]) -> Result<Material, &'static str> {
    if x.len() != 32 || y.len() != 32 {
        return Err("a coordinate of P-256 has 32 bytes");
    }
    let point = [&[4], x, y].concat();
    let parsed = aws_lc_rs::signature::ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point);
    parsed.map_err(|_| "the point is not on P-256")?;
    Ok(Material::P256(point))
}

pub(super) fn ed25519(x: Vec<u8>) -> Result<Material, &'static str> {
    let mut unsigned = <[u8; 32]>::try_from(x.as_slice()).map_err(|_| "a key of Ed25519 has 32 bytes")?;
    unsigned[31] &= 0x7f;
    if SMALL_ORDER.contains(&unsigned) {
        return Err("the point has a small order");
    }
    Ok(Material::Ed25519(x))
}

/// The keys of one client.
#[derive(Debug, Default)]
pub struct ClientKeySet {
    pub(super) keys: Vec<ClientKey>,
}

impl ClientKeySet {
    /// Reads a JWK Set; `None` if it is none. Keys that are not fit are left out, as RFC 7517 5 asks.
    pub fn read(set: &Value) -> Option<Self> {
        let keys = set.get("keys")?.as_array()?;
        Some(Self { keys: keys.iter().take(MOST_KEYS).filter_map(|jwk| ClientKey::read(jwk).ok()).collect() })
    }

    /// Reads the bytes of a JWK Set that somebody serves.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        Self::read(&serde_json::from_slice(json).ok()?)
    }

    /// What is wrong with a set that was written into a registration: all of it, each with the number of its key.
    pub fn faults(set: &Value) -> Vec<String> {
        let Some(keys) = set.get("keys").and_then(Value::as_array) else {
            return vec!["it is no JWK Set".to_owned()];
        };
        let faults = keys.iter().enumerate();
        faults
            .filter_map(|(n, jwk)| ClientKey::read(jwk).err().map(|why| format!("key {}: {why}", n + 1)))
            .collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

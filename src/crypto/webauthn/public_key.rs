//! The key of a credential (RFC 9052 7, RFC 9053, RFC 8230): one of three algorithms, with exactly the members that its
//! kind has.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::super::client_keys::{Material, ed25519, p256, rsa};
use super::Refusal;
use super::cbor::{self, Item};

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// The algorithms that are offered, the best first (COSE's numbers).
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

/// Checks that this is a key (COSE_Key) of one of the algorithms.
pub fn check_key(cose: &[u8]) -> Result<(), Refusal> {
    PublicKey::from_bytes(cose).map(drop)
}

/// A key that has been found good.
#[derive(Debug)]
pub(super) struct PublicKey {
    pub(super) algorithm: i64,
    material: Material,
}

impl PublicKey {
    /// Reads a COSE_Key.
    pub(super) fn read(key: &Item<'_>) -> Result<Self, Refusal> {
        let number = |label: i64| match key.get(&Item::Integer(label)) {
            Some(Item::Integer(number)) => Some(*number),
            _ => None,
        };
        let bytes = |label: i64| {
            let value = key.get(&Item::Integer(label)).and_then(Item::bytes);
            value.ok_or(Refusal::Key("a member is missing, or no bytes"))
        };
        let (kind, curve) = (number(1), number(-1));
        let algorithm = number(3).ok_or(Refusal::Key("it names no algorithm"))?;
        // The point's coordinates, the point, and modulus with exponent, beside kind, algorithm and curve.
        let (material, members) = match (algorithm, kind, curve) {
            (ES256, Some(2), Some(1)) => (p256(bytes(-2)?, bytes(-3)?), 5),
            (EDDSA, Some(1), Some(6)) => (ed25519(bytes(-2)?.to_vec()), 4),
            (RS256, Some(3), None) => (rsa(bytes(-1)?.to_vec(), bytes(-2)?.to_vec()), 4),
            _ => return Err(Refusal::Key("its algorithm was not offered, or is not that of its kind")),
        };
        if key.pairs() != Some(members) {
            return Err(Refusal::Key("it has a member that it must not have"));
        }
        Ok(Self { algorithm, material: material.map_err(Refusal::Key)? })
    }

    /// The same from its bytes.
    pub(super) fn from_bytes(cose: &[u8]) -> Result<Self, Refusal> {
        Self::read(&cbor::whole(cose).ok_or(Refusal::Key("it is no CBOR"))?)
    }

    /// Checks that it made this signature (6.5.5).
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let verified = match &self.material {
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Material::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
            Material::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.map_err(|_| Refusal::Signature)
    }
}

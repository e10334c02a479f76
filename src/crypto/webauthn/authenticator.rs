//! An authenticator of the tests: it makes credentials and shows them, rightly, or with any part forged.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Present, verified, backup eligible and backed up: a passkey that is synchronised.
pub(crate) const SYNCED: u8 = 0x01 | 0x04 | 0x08 | 0x10;

/// Present and verified: a passkey that stays on its device.
pub(crate) const BOUND: u8 = 0x01 | 0x04;

enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

/// An authenticator with one credential.
pub(crate) struct Authenticator {
    /// The id of the credential.
    pub(crate) id: Vec<u8>,
    /// Whose it is.
    pub(crate) user_handle: Vec<u8>,
    /// Its flags.
    pub(crate) flags: u8,
    /// How often it has signed.
    pub(crate) count: u32,
    rp: String,
    origin: String,
    pair: Pair,
}

/// A response to a creation, before it is written.
pub(crate) struct Creation {
    pub(crate) client_data: Value,
    pub(crate) rp: String,
    pub(crate) flags: u8,
    pub(crate) count: u32,
    pub(crate) aaguid: [u8; 16],
    pub(crate) id: Vec<u8>,
    /// `id` and `rawId` of the outer object.
    pub(crate) names: [Vec<u8>; 2],
    pub(crate) key: Vec<u8>,
    /// What stands behind the key, inside the authenticator data.
    pub(crate) tail: Vec<u8>,
    pub(crate) format: &'static str,
    pub(crate) statement: Vec<u8>,
}

/// A response to a request, before it is signed.
pub(crate) struct Showing {
    pub(crate) client_data: Value,
    pub(crate) rp: String,
    pub(crate) flags: u8,
    pub(crate) count: u32,
    pub(crate) names: [Vec<u8>; 2],
    pub(crate) user_handle: Option<Vec<u8>>,
    pub(crate) tail: Vec<u8>,
}

impl Authenticator {
    /// A new one with a key for this algorithm, on the pages of an issuer.
    pub(crate) fn new(algorithm: i64, issuer: &str) -> Self {
        let pair = match algorithm {
            -7 => Pair::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()),
            -8 => Pair::Ed25519(Ed25519KeyPair::generate().unwrap()),
            -257 => Pair::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())),
            other => panic!("no key for {other}"),
        };
        let mut id = vec![0; 20];
        aws_lc_rs::rand::fill(&mut id).unwrap();
        let host = issuer.split("://").nth(1).unwrap().split(':').next().unwrap();
        let (rp, origin) = (host.to_owned(), issuer.to_owned());
        Self { id, user_handle: Vec::new(), flags: BOUND, count: 0, rp, origin, pair }
    }

    /// The public key (COSE_Key).
    pub(crate) fn cose(&self) -> Vec<u8> {
        match &self.pair {
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (bytes(&point[1..33]), bytes(&point[33..]));
                map(&[(int(1), int(2)), (int(3), int(-7)), (int(-1), int(1)), (int(-2), x), (int(-3), y)])
            }
            Pair::Ed25519(pair) => {
                let x = bytes(pair.public_key().as_ref());
                map(&[(int(1), int(1)), (int(3), int(-8)), (int(-1), int(6)), (int(-2), x)])
            }
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                let n = bytes(key.modulus().big_endian_without_leading_zero());
                let e = bytes(key.exponent().big_endian_without_leading_zero());
                map(&[(int(1), int(3)), (int(3), int(-257)), (int(-1), n), (int(-2), e)])
            }
        }
    }

    /// A signature.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let chance = SystemRandom::new();
        match &self.pair {
            Pair::P256(pair) => pair.sign(&chance, message).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &chance, message, &mut signature).unwrap();
                signature
            }
        }
    }

    fn client_data(&self, kind: &str, challenge: &str) -> Value {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
    }

    /// A good response to a creation with this challenge.
    pub(crate) fn creation(&self, challenge: &str) -> Creation {
        Creation {
            client_data: self.client_data("webauthn.create", challenge),
            rp: self.rp.clone(),
            flags: self.flags,
            count: self.count,
            aaguid: [0; 16],
            id: self.id.clone(),
            names: [self.id.clone(), self.id.clone()],
            key: self.cose(),
            tail: Vec::new(),
            format: "none",
            statement: map(&[]),
        }
    }

    /// A good response to a request with this challenge. If it counts, it counts on.
    pub(crate) fn showing(&mut self, challenge: &str) -> Showing {
        self.count += u32::from(self.count > 0);
        Showing {
            client_data: self.client_data("webauthn.get", challenge),
            rp: self.rp.clone(),
            flags: self.flags,
            count: self.count,
            names: [self.id.clone(), self.id.clone()],
            user_handle: Some(self.user_handle.clone()),
            tail: Vec::new(),
        }
    }

    /// Signs a response, and writes it.
    pub(crate) fn show(&self, showing: &Showing) -> Value {
        let data = [head(&showing.rp, showing.flags, showing.count), showing.tail.clone()].concat();
        let client = showing.client_data.to_string();
        let signature = self.sign(&[data.clone(), sha256(client.as_bytes())].concat());
        let mut response = json!({
            "clientDataJSON": encoded(client.as_bytes()),
            "authenticatorData": encoded(&data),
            "signature": encoded(&signature),
        });
        if let Some(handle) = &showing.user_handle {
            response["userHandle"] = json!(encoded(handle));
        }
        credential(&showing.names, response, json!({}))
    }
}

impl Creation {
    /// The authenticator data.
    pub(crate) fn data(&self) -> Vec<u8> {
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let head = head(&self.rp, self.flags | 0x40, self.count);
        [&head, &self.aaguid[..], &length, &self.id, &self.key, &self.tail].concat()
    }

    /// What a statement signs.
    pub(crate) fn message(&self) -> Vec<u8> {
        [self.data(), sha256(self.client_data.to_string().as_bytes())].concat()
    }

    /// The attestation object.
    pub(crate) fn object(&self) -> Vec<u8> {
        map(&[
            (text("fmt"), text(self.format)),
            (text("attStmt"), self.statement.clone()),
            (text("authData"), bytes(&self.data())),
        ])
    }

    /// The response as a browser writes it, with this attestation object.
    pub(crate) fn json_with(&self, object: &[u8]) -> Value {
        let response = json!({
            "clientDataJSON": encoded(self.client_data.to_string().as_bytes()),
            "attestationObject": encoded(object),
            "transports": ["internal", "hybrid", "carrier-pigeon"],
        });
        credential(&self.names, response, json!({ "credProps": { "rk": true } }))
    }

    /// The response as a browser writes it.
    pub(crate) fn json(&self) -> Value {
        self.json_with(&self.object())
    }
}

fn credential(names: &[Vec<u8>; 2], response: Value, extensions: Value) -> Value {
    json!({
        "id": encoded(&names[0]),
        "rawId": encoded(&names[1]),
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "response": response,
        "clientExtensionResults": extensions,
    })
}

fn head(rp: &str, flags: u8, count: u32) -> Vec<u8> {
    [sha256(rp.as_bytes()), vec![flags], count.to_be_bytes().to_vec()].concat()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

/// Base64url without padding.
pub(crate) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn initial(kind: u8, number: usize) -> Vec<u8> {
    let kind = kind << 5;
    match u8::try_from(number) {
        Ok(small @ 0..=23) => vec![kind | small],
        Ok(byte) => vec![kind | 24, byte],
        Err(_) => [&[kind | 25][..], &u16::try_from(number).unwrap().to_be_bytes()].concat(),
    }
}

/// A whole number in CBOR.
pub(crate) fn int(number: i64) -> Vec<u8> {
    match usize::try_from(number) {
        Ok(number) => initial(0, number),
        Err(_) => initial(1, usize::try_from(-1 - number).unwrap()),
    }
}

/// Bytes in CBOR.
pub(crate) fn bytes(bytes: &[u8]) -> Vec<u8> {
    [initial(2, bytes.len()), bytes.to_vec()].concat()
}

/// A text in CBOR.
pub(crate) fn text(text: &str) -> Vec<u8> {
    [initial(3, text.len()), text.as_bytes().to_vec()].concat()
}

/// A map in CBOR.
pub(crate) fn map(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let parts = pairs.iter().flat_map(|(key, value)| [key.clone(), value.clone()]);
    [initial(5, pairs.len()), parts.collect::<Vec<_>>().concat()].concat()
}

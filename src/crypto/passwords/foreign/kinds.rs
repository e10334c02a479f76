//! The primitives that other systems have built their hashes of, by the names that stand in the hashes.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{digest, hmac, pbkdf2};
use md4::Md4;
use md5::{Digest as Hashes, Md5};

/// What PBKDF2 is made of.
pub(in crate::crypto::passwords) struct Rounds(pbkdf2::Algorithm);

impl Rounds {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(Self(match name {
            "sha1" => pbkdf2::PBKDF2_HMAC_SHA1,
            "sha256" => pbkdf2::PBKDF2_HMAC_SHA256,
            "sha384" => pbkdf2::PBKDF2_HMAC_SHA384,
            "sha512" => pbkdf2::PBKDF2_HMAC_SHA512,
            _ => return None,
        }))
    }

    pub(super) fn algorithm(&self) -> pbkdf2::Algorithm {
        self.0
    }
}

/// A digest.
#[derive(Clone, Copy)]
pub(in crate::crypto::passwords) enum Digest {
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

impl Digest {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha256" => Self::Sha256,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    /// In bytes.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    pub(super) fn of(self, bytes: &[u8]) -> Vec<u8> {
        let by = |algorithm| digest::digest(algorithm, bytes).as_ref().to_vec();
        match self {
            Self::Md5 => md5(&[bytes]).to_vec(),
            Self::Sha1 => by(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            Self::Sha256 => by(&digest::SHA256),
            Self::Sha512 => by(&digest::SHA512),
        }
    }
}

/// A keyed digest (RFC 2104).
pub(in crate::crypto::passwords) enum Mac {
    Md4,
    Md5,
    Sha(hmac::Algorithm, usize),
}

impl Mac {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "md4" => Self::Md4,
            "md5" => Self::Md5,
            "sha1" => Self::Sha(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, 20),
            "sha224" => Self::Sha(hmac::HMAC_SHA224, 28),
            "sha256" => Self::Sha(hmac::HMAC_SHA256, 32),
            "sha384" => Self::Sha(hmac::HMAC_SHA384, 48),
            "sha512" => Self::Sha(hmac::HMAC_SHA512, 64),
            _ => return None,
        })
    }

    /// In bytes.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Md4 | Self::Md5 => 16,
            Self::Sha(_, length) => *length,
        }
    }

    pub(super) fn of(&self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Md4 => keyed::<Md4>(key, message),
            Self::Md5 => keyed::<Md5>(key, message),
            Self::Sha(algorithm, _) => {
                hmac::sign(&hmac::Key::new(*algorithm, key), message).as_ref().to_vec()
            }
        }
    }
}

/// HMAC (RFC 2104) with a digest of 64-byte blocks.
fn keyed<D: Hashes>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let of = |parts: &[&[u8]]| {
        let mut digest = D::new();
        parts.iter().for_each(|part| digest.update(part));
        digest.finalize().to_vec()
    };
    let mut block = [0; 64];
    let key = if key.len() > block.len() { of(&[key]) } else { key.to_vec() };
    for (place, byte) in block.iter_mut().zip(key) {
        *place = byte;
    }
    let (inner, outer) = (block.map(|byte| byte ^ 0x36), block.map(|byte| byte ^ 0x5c));
    of(&[&outer, &of(&[&inner, message])])
}

/// MD5 of these parts, one after the other.
pub(super) fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut digest = Md5::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

/// In small letters.
pub(super) fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// AES-256 in counter mode, from a counter of nothing. The key is of one password and one salt, so it is used once.
pub(super) fn aes_256_ctr(key: &[u8; 32], message: &[u8]) -> Option<Vec<u8>> {
    let key = EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, key).ok()?).ok()?;
    let mut bytes = message.to_vec();
    let counter = EncryptionContext::Iv128(FixedLength::from([0; 16]));
    key.less_safe_encrypt(&mut bytes, counter).ok()?;
    Some(bytes)
}

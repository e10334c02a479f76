//! Secrets: passwords, opaque tokens and their digests, sealing with key rotation, signing and verifying JWTs.

mod backup_code;
mod breach;
mod client_jwt;
mod client_keys;
#[cfg(test)]
mod client_signer;
mod code;
mod compact;
mod jwt;
mod key_set;
mod mail_key;
mod passwords;
mod public_keys;
mod secrets;
mod signing;
mod strict;
mod token;
mod totp;
pub mod webauthn;

pub use backup_code::BackupCode;
pub use breach::BreachKey;
pub use client_jwt::{ClientJwt, unverified_claim};
pub use client_keys::ClientKeySet;
pub use code::OneTimeCode;
pub use jwt::{Expected, JwtError};
pub use key_set::SigningKeys;
pub use mail_key::MailKey;
pub use passwords::{HashError, HashLimits, PasswordHash, PasswordHasher, PlainPassword, Verdict};
pub use public_keys::{PublicKeys, VerifyingKey};
pub use secrets::{CryptoError, DataSecrets, MacPurpose, key_id_of, sealing_key_id};
pub use signing::{SignatureAlgorithm, SigningKey};
pub use token::{PlainToken, TokenKind};
pub use totp::TotpSecret;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let mut out = [0; 32];
    out.copy_from_slice(digest.as_ref());
    out
}

/// HMAC with SHA-256 (RFC 2104).
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
    let mut out = [0; 32];
    out.copy_from_slice(aws_lc_rs::hmac::sign(&key, message).as_ref());
    out
}

/// Base64url without padding (RFC 7515 2).
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding; `None` for anything else.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Whether two byte strings are equal, in a time that depends on their length only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    subtle::ConstantTimeEq::ct_eq(a, b).into()
}

/// The left half of the hash that an algorithm signs, over a text (OIDC Core 3.1.3.6): SHA-512 with Ed25519 (RFC 8032 5.1).
pub fn left_half_of_hash(algorithm: SignatureAlgorithm, text: &str) -> String {
    let hash = match algorithm {
        SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 | SignatureAlgorithm::Es256 => {
            &aws_lc_rs::digest::SHA256
        }
        SignatureAlgorithm::EdDsa => &aws_lc_rs::digest::SHA512,
    };
    let digest = aws_lc_rs::digest::digest(hash, text.as_bytes());
    let half = digest.as_ref().len() / 2;
    base64url(&digest.as_ref()[..half])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_an_access_token_is_half_of_what_its_neighbour_is_signed_with() {
        // The token of OIDC Core A.3, whose hash stands there; the other one was computed by another program.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        for (algorithm, hash) in [
            (SignatureAlgorithm::Rs256, "77QmUPtjPfzWtF2AnpK9RQ"),
            (SignatureAlgorithm::Ps256, "77QmUPtjPfzWtF2AnpK9RQ"),
            (SignatureAlgorithm::Es256, "77QmUPtjPfzWtF2AnpK9RQ"),
            (SignatureAlgorithm::EdDsa, "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM"),
        ] {
            assert_eq!(left_half_of_hash(algorithm, token), hash);
        }
    }
}

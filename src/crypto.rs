//! Secrets: passwords, opaque tokens and their digests, sealing with key rotation, signing and verifying JWTs.

mod client_jwt;
mod client_keys;
#[cfg(test)]
mod client_signer;
mod code;
mod compact;
mod jwt;
mod mail_key;
mod passwords;
mod public_keys;
mod secrets;
mod signing;
mod strict;
mod token;

pub use client_jwt::{ClientJwt, unverified_claim};
pub use client_keys::ClientKeySet;
pub use code::OneTimeCode;
pub use jwt::{Expected, JwtError};
pub use mail_key::MailKey;
pub use passwords::{HashError, HashLimits, PasswordHash, PasswordHasher, PlainPassword, Verdict};
pub use public_keys::PublicKeys;
pub use secrets::{CryptoError, DataSecrets, MacPurpose};
pub use signing::{SignatureAlgorithm, SigningKey, SigningKeys};
pub use token::{PlainToken, TokenKind};

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

/// `at_hash` of an access token for an ID token that is signed with SHA-256 (OIDC Core 3.1.3.6).
pub fn at_hash(access_token: &str) -> String {
    base64url(&sha256(access_token.as_bytes())[..16])
}

//! Opaque tokens: `wh_<kind>_<43 characters of chance><6 characters of checksum>`.
//!
//! The prefix tells a person and a secret scanner what they have found; the checksum refuses typing errors before
//! any work is done; what makes a token good is its digest in the database.

use std::fmt;

use zeroize::Zeroize;

use crate::model::TokenDigest;
use crate::random::Random;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SECRET_LENGTH: usize = 43;
const CHECKSUM_LENGTH: usize = 6;

/// What a token is for. A token of one kind is never accepted as another: its kind is part of its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An authorization code.
    AuthorizationCode,
    /// A refresh token.
    Refresh,
    /// An opaque access token.
    Access,
    /// A session's cookie.
    Session,
    /// A browser's cookie.
    Browser,
    /// An API key of the admin API.
    ApiKey,
    /// A client secret.
    ClientSecret,
    /// An authorization request that was pushed.
    PushedRequest,
    /// The link of a recovery mail.
    RecoveryLink,
    /// The link of a verification mail.
    VerificationLink,
    /// The code that a device asks with.
    DeviceCode,
    /// The link of an invitation.
    Invitation,
    /// The link that takes something back.
    UndoLink,
}

impl TokenKind {
    /// The letters after `wh_`.
    pub fn letters(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "ac",
            Self::Refresh => "rt",
            Self::Access => "at",
            Self::Session => "st",
            Self::Browser => "br",
            Self::ApiKey => "ak",
            Self::ClientSecret => "cs",
            Self::PushedRequest => "pr",
            Self::RecoveryLink => "rl",
            Self::VerificationLink => "vl",
            Self::DeviceCode => "dc",
            Self::Invitation => "in",
            Self::UndoLink => "ul",
        }
    }
}

/// A token in the clear: on its way to or from its owner, never to the database or a log.
pub struct PlainToken {
    kind: TokenKind,
    text: String,
}

impl PlainToken {
    /// A token that nobody can guess.
    pub fn generate(kind: TokenKind, random: &dyn Random) -> Self {
        Self::derive(kind, random.bytes32())
    }

    /// The token that follows from 32 bytes, which must be secret (a MAC): it can be made again instead of stored.
    pub fn derive(kind: TokenKind, secret: [u8; 32]) -> Self {
        let mut text = format!("wh_{}_{}", kind.letters(), base62(&secret));
        let checksum = checksum(text.as_bytes());
        text.push_str(&checksum);
        Self { kind, text }
    }

    /// Reads a token of this kind; `None` for anything that cannot be one.
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let rest = text.strip_prefix("wh_")?.strip_prefix(kind.letters())?.strip_prefix('_')?;
        if rest.len() != SECRET_LENGTH + CHECKSUM_LENGTH || !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let body = text.len() - CHECKSUM_LENGTH;
        (checksum(&text.as_bytes()[..body]) == text[body..]).then(|| Self { kind, text: text.to_owned() })
    }

    /// The token itself, for its owner.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What the database keeps.
    pub fn digest(&self) -> TokenDigest {
        let mut input = Vec::with_capacity(self.text.len() + 8);
        input.extend_from_slice(self.kind.letters().as_bytes());
        input.push(0);
        input.extend_from_slice(self.text.as_bytes());
        let digest = TokenDigest::from_bytes(super::sha256(&input));
        input.zeroize();
        digest
    }
}

impl fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wh_{}_[redacted]", self.kind.letters())
    }
}

impl Drop for PlainToken {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// How many digits one division takes off, and what it divides by: the largest power of 62 below 2^32.
const DIGITS: usize = 5;
const DIVISOR: u64 = 62_u64.pow(5);

/// 32 bytes as 43 digits in base 62, most significant first.
fn base62(bytes: &[u8; 32]) -> String {
    let mut number = [0_u32; 8];
    for (limb, four) in number.iter_mut().zip(bytes.chunks_exact(4)) {
        *limb = four.iter().fold(0, |limb, byte| limb << 8 | u32::from(*byte));
    }
    let mut digits = [0_u8; SECRET_LENGTH];
    for group in digits.rchunks_mut(DIGITS) {
        let mut remainder = 0_u64;
        for limb in &mut number {
            let value = remainder << 32 | u64::from(*limb);
            *limb = u32::try_from(value / DIVISOR).unwrap_or(u32::MAX);
            remainder = value % DIVISOR;
        }
        for digit in group.iter_mut().rev() {
            *digit = ALPHABET[(remainder % 62) as usize];
            remainder /= 62;
        }
    }
    number.zeroize();
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// CRC-32 (IEEE) as six digits in base 62.
fn checksum(bytes: &[u8]) -> String {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut value = !crc;
    let mut digits = ['0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = char::from(ALPHABET[(value % 62) as usize]);
        value /= 62;
    }
    digits.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn token() -> PlainToken {
        PlainToken::generate(TokenKind::Refresh, &SeededRandom::from_seed(7))
    }

    #[test]
    fn the_checksum_is_the_crc_32_that_everybody_knows() {
        // The check value of CRC-32/ISO-HDLC for "123456789" is cbf43926.
        let mut value = 0xcbf4_3926_u32;
        let mut digits = Vec::new();
        for _ in 0..6 {
            digits.push(char::from(ALPHABET[(value % 62) as usize]));
            value /= 62;
        }
        assert_eq!(checksum(b"123456789"), digits.iter().rev().collect::<String>());
    }

    #[test]
    fn digits_in_base_62_are_those_of_long_division() {
        let by_hand = |bytes: [u8; 32]| {
            let (mut number, mut digits) = (bytes, Vec::new());
            for _ in 0..SECRET_LENGTH {
                let mut remainder = 0_u32;
                for byte in &mut number {
                    let value = remainder * 256 + u32::from(*byte);
                    *byte = u8::try_from(value / 62).unwrap();
                    remainder = value % 62;
                }
                digits.push(char::from(ALPHABET[remainder as usize]));
            }
            digits.iter().rev().collect::<String>()
        };
        for bytes in [[0; 32], [255; 32], [7; 32], SeededRandom::from_seed(1).bytes32()] {
            assert_eq!(base62(&bytes), by_hand(bytes));
        }
    }

    #[test]
    fn a_token_survives_the_way_to_its_owner_and_back() {
        let token = token();
        let text = token.expose().to_owned();
        assert_eq!(text.len(), "wh_rt_".len() + 49);
        let back = PlainToken::parse(TokenKind::Refresh, &text).unwrap();
        assert_eq!(back.digest(), token.digest());
    }

    #[test]
    fn sec_t10_a_token_of_one_kind_is_no_token_of_another() {
        let text = token().expose().to_owned();
        assert!(PlainToken::parse(TokenKind::Access, &text).is_none());
        let secret = [7; 32];
        let refresh = PlainToken::derive(TokenKind::Refresh, secret).digest();
        assert_ne!(refresh, PlainToken::derive(TokenKind::Session, secret).digest());
    }

    #[test]
    fn sec_t11_a_changed_token_is_no_token() {
        let text = token().expose().to_owned();
        for end in 0..text.len() {
            assert!(PlainToken::parse(TokenKind::Refresh, &text[..end]).is_none(), "cut at {end}");
        }
        for suffix in [" ", "\n", "A", "0"] {
            assert!(PlainToken::parse(TokenKind::Refresh, &format!("{text}{suffix}")).is_none());
        }
        assert!(PlainToken::parse(TokenKind::Refresh, &text.to_ascii_uppercase()).is_none());
        for at in 6..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(PlainToken::parse(TokenKind::Refresh, &changed).is_none(), "changed at {at}");
        }
    }

    #[test]
    fn a_plain_token_does_not_show_itself() {
        assert_eq!(format!("{:?}", token()), "wh_rt_[redacted]");
    }
}

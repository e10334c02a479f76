//! A device that asks a person for access, who answers on another one (RFC 8628).

use std::fmt;
use std::time::Duration;

use super::{Assurance, GrantId, IdentityId, Instant, Scope, SessionId, TokenDigest};

/// The code that a person carries from the device to a browser: eight letters that are not mixed up, and of which no
/// word is made (RFC 8628 6.1).
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// The letters.
    pub const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

    /// How many.
    pub const LENGTH: usize = 8;

    /// From numbers below 20, the places of its letters in the alphabet; larger ones begin again from the first.
    pub fn of_letters(places: [usize; Self::LENGTH]) -> Self {
        Self(places.iter().map(|place| char::from(Self::ALPHABET[place % Self::ALPHABET.len()])).collect())
    }

    /// Reads what somebody typed: capitals or not, with or without the dash, with spaces anywhere. `None` for what
    /// cannot be such a code.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut letters = String::with_capacity(Self::LENGTH);
        for letter in typed.chars().filter(|letter| !letter.is_whitespace() && !is_dash(*letter)) {
            let letter = letter.to_ascii_uppercase();
            let known = u8::try_from(letter).is_ok_and(|byte| Self::ALPHABET.contains(&byte));
            if !known || letters.len() == Self::LENGTH {
                return None;
            }
            letters.push(letter);
        }
        (letters.len() == Self::LENGTH).then_some(Self(letters))
    }

    /// The letters alone, as they are compared.
    pub fn letters(&self) -> &str {
        &self.0
    }
}

/// As people read it: `WDJB-MJHT`.
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(Self::LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode([redacted])")
    }
}

fn is_dash(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '.')
}

/// What a device asked for, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// The digest of the code that the device asks with.
    pub digest: TokenDigest,
    /// A keyed digest of the code that the person types.
    pub user_code: [u8; 32],
    /// Which client asks.
    pub client_id: String,
    /// For what.
    pub scope: Scope,
    /// The `aud` of the access tokens to come.
    pub audience: Vec<String>,
    /// The network address that the device asked from.
    pub asked_from: String,
    /// How long the device must wait between two questions.
    pub interval: Duration,
    /// What the person said.
    pub answer: Option<DeviceAnswer>,
    /// When the device asked first.
    pub created_at: Instant,
    /// When both codes die.
    pub expires_at: Instant,
    /// When the device got its tokens.
    pub used_at: Option<Instant>,
    /// What it got.
    pub grant: Option<GrantId>,
}

/// What a person said to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAnswer {
    /// Whether the device may be connected.
    pub allowed: bool,
    /// Who said it.
    pub identity: IdentityId,
    /// In which session.
    pub session: SessionId,
    /// When that person had shown who they are.
    pub auth_time: Instant,
    /// How well.
    pub acr: Assurance,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// When it was said.
    pub at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_e7_case_dashes_and_spaces_of_a_user_code_do_not_matter() {
        for typed in
            ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "W D J B – M J H T", "wdjb\u{2011}MJHT", "WDJB_MJHT"]
        {
            let code = UserCode::parse(typed).unwrap();
            assert_eq!((code.letters(), code.to_string().as_str()), ("WDJBMJHT", "WDJB-MJHT"), "{typed}");
        }
    }

    #[test]
    fn what_is_no_user_code_is_none() {
        for typed in ["", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH1", "WDJB-MJH\u{212a}", "WDJB/MJHT"]
        {
            assert!(UserCode::parse(typed).is_none(), "{typed}");
        }
        assert!(UserCode::parse(&"B".repeat(1_000_000)).is_none());
    }

    #[test]
    fn a_user_code_does_not_show_itself_in_logs() {
        let code = UserCode::of_letters([0, 1, 2, 3, 4, 5, 6, 19]);
        assert_eq!(
            (code.to_string().as_str(), format!("{code:?}").as_str()),
            ("BCDF-GHJZ", "UserCode([redacted])")
        );
    }
}

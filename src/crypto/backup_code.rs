//! Backup codes: sixteen letters and digits in four groups, for a day without the phone.

use std::fmt;

use crate::random::Random;

/// How many characters a code has: with five bits each, eighty in all.
const LENGTH: usize = 16;

/// Crockford's alphabet: no letter that could be taken for a digit or for another letter.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A backup code in the clear: shown once, or as it was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct BackupCode([u8; LENGTH]);

impl BackupCode {
    /// A code that nobody can guess.
    pub fn generate(random: &dyn Random) -> Self {
        let mut code = [0; LENGTH];
        random.fill(&mut code);
        Self(code.map(|byte| ALPHABET[usize::from(byte & 31)]))
    }

    /// Reads what a person typed: in any case, with any gaps, with O for 0, and I or L for 1. `None` if that is no code.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > LENGTH * 8 {
            return None;
        }
        let letters = typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '.'));
        let mut code = [0; LENGTH];
        let mut length = 0;
        for letter in letters {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let byte = u8::try_from(letter).ok().filter(|byte| ALPHABET.contains(byte))?;
            *code.get_mut(length)? = byte;
            length += 1;
        }
        (length == LENGTH).then_some(Self(code))
    }

    /// The sixteen characters without a gap.
    pub fn expose(&self) -> String {
        self.0.iter().map(|byte| char::from(*byte)).collect()
    }

    /// For reading: `7KQ2-M4XD-P0RT-59VW`.
    pub fn in_groups(&self) -> String {
        let text = self.expose();
        [&text[..4], &text[4..8], &text[8..12], &text[12..]].join("-")
    }
}

impl fmt::Debug for BackupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn page_e7_a_backup_code_is_read_however_it_is_typed() {
        let code = BackupCode(*b"7KQ2M4XDP0RT19VW");
        for typed in
            ["7KQ2-M4XD-P0RT-19VW", "7kq2m4xdp0rt19vw", " 7kq2 m4xd port i9vw ", "7KQ2–M4XD–PORT–L9VW"]
        {
            assert_eq!(BackupCode::parse(typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "7KQ2-M4XD-P0RT", "7KQ2-M4XD-P0RT-19VWX", "7KQ2-M4XD-P0RT-19V!", "ü"] {
            assert_eq!(BackupCode::parse(typed), None, "{typed}");
        }
        assert_eq!(code.in_groups(), "7KQ2-M4XD-P0RT-19VW");
    }

    #[test]
    fn no_two_backup_codes_are_alike() {
        let random = SeededRandom::from_seed(3);
        let codes: std::collections::BTreeSet<String> =
            (0..100).map(|_| BackupCode::generate(&random).expose()).collect();
        assert_eq!(codes.len(), 100);
    }
}

//! Backup codes: sixteen letters and digits in four groups, for a day without the phone.

use std::fmt;

use zeroize::Zeroizing;

use crate::random::Random;

/// How many characters a code has: with five bits each, eighty in all.
const LENGTH: usize = 16;

/// Crockford's alphabet: no letter that could be taken for a digit or for another letter.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The lengths of a code that another system has made.
const FOREIGN: std::ops::RangeInclusive<usize> = 8..=64;

/// A backup code in the clear: shown once, or as it was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct BackupCode(Zeroizing<String>);

impl BackupCode {
    /// A code that nobody can guess.
    pub fn generate(random: &dyn Random) -> Self {
        let mut code = Zeroizing::new([0; LENGTH]);
        random.fill(code.as_mut_slice());
        Self(Zeroizing::new(code.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()))
    }

    /// Reads what a person typed: in any case, with any gaps, with O for 0, and I or L for 1. `None` if that is no code.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut code = Zeroizing::new(String::with_capacity(LENGTH));
        for letter in letters(typed)? {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let is_known = u8::try_from(letter).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !is_known || code.len() == LENGTH {
                return None;
            }
            code.push(letter);
        }
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// Reads a code that another system has made: 8 to 64 letters and digits, in any case, with any gaps.
    pub fn parse_foreign(typed: &str) -> Option<Self> {
        let mut code = Zeroizing::new(String::with_capacity(*FOREIGN.end()));
        for letter in letters(typed)? {
            if !letter.is_ascii_alphanumeric() || code.len() == *FOREIGN.end() {
                return None;
            }
            code.push(letter.to_ascii_lowercase());
        }
        FOREIGN.contains(&code.len()).then_some(Self(code))
    }

    /// The characters without a gap.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// For reading: `7KQ2-M4XD-P0RT-59VW`.
    pub fn in_groups(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }
}

/// What was typed without its gaps; `None` if it is endless.
fn letters(typed: &str) -> Option<impl Iterator<Item = char>> {
    let is_gap = |c: &char| c.is_whitespace() || matches!(c, '-' | '–' | '.');
    (typed.len() <= LENGTH * 8).then(|| typed.chars().filter(move |c| !is_gap(c)))
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
        let code = BackupCode::parse("7KQ2M4XDP0RT19VW").unwrap();
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
    fn a_code_of_another_system_is_read_however_it_is_typed() {
        let code = BackupCode::parse_foreign("k3w9x0ab").unwrap();
        for typed in ["K3W9-X0AB", " k3w9 x0ab "] {
            assert_eq!(BackupCode::parse_foreign(typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "k3w9x0a", "k3w9x0a!", "ünsicher12", &"a".repeat(65)] {
            assert_eq!(BackupCode::parse_foreign(typed), None, "{typed}");
        }
    }

    #[test]
    fn no_two_backup_codes_are_alike() {
        let random = SeededRandom::from_seed(3);
        let codes: std::collections::BTreeSet<String> =
            (0..100).map(|_| BackupCode::generate(&random).expose().to_owned()).collect();
        assert_eq!(codes.len(), 100);
    }
}

//! One-time codes: eight digits in two groups, as people read and type them.

use std::fmt;

use crate::random::Random;

/// How many digits a code has.
const DIGITS: usize = 8;

/// A code of eight digits, in the clear: on its way into a mail, or as it was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode([u8; DIGITS]);

impl OneTimeCode {
    /// How many digits a code has.
    pub const DIGITS: usize = DIGITS;

    /// A code that nobody can guess in five tries, but once in twenty million.
    pub fn generate(random: &dyn Random) -> Self {
        let mut digits = [0; DIGITS];
        for digit in &mut digits {
            *digit = b'0' + u8::try_from(random.below(10)).unwrap_or(0);
        }
        Self(digits)
    }

    /// Reads what a person typed or pasted ("1234 5678", "1234-5678", "Your code is 12345678."). If that does not hold
    /// eight digits, the error says how many it holds.
    pub fn parse(typed: &str) -> Result<Self, usize> {
        let digits: Vec<u8> = typed.bytes().filter(u8::is_ascii_digit).take(DIGITS * 8).collect();
        <[u8; DIGITS]>::try_from(digits.as_slice()).map(Self).map_err(|_| digits.len())
    }

    /// The eight digits without a gap.
    pub fn expose(&self) -> String {
        self.0.iter().map(|digit| char::from(*digit)).collect()
    }

    /// The digits in two groups, for reading: `1234 5678`.
    pub fn in_groups(&self) -> String {
        let digits = self.expose();
        format!("{} {}", &digits[..DIGITS / 2], &digits[DIGITS / 2..])
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_p10_a_code_is_read_however_it_was_pasted() {
        for typed in ["12345678", "1234 5678", " 1234-5678\n", "Your code is 1234 5678."] {
            assert_eq!(OneTimeCode::parse(typed).unwrap().expose(), "12345678", "{typed}");
        }
        for (typed, digits) in [("", 0), ("1234567", 7), ("123456789", 9), ("abc", 0)] {
            assert_eq!(OneTimeCode::parse(typed), Err(digits), "{typed}");
        }
    }
}

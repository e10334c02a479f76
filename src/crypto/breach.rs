//! The name by which breached passwords are looked up: SHA-1 in hex, as the lists of "Have I Been Pwned" have it. Only its first
//! five digits leave this process, which a thousand other passwords share.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use zeroize::Zeroizing;

use super::PlainPassword;

/// The digits that are asked for, and those that are looked for in the answer.
#[derive(Debug)]
pub struct BreachKey {
    digits: Zeroizing<String>,
}

impl BreachKey {
    /// Of this password.
    pub fn of(password: &PlainPassword) -> Self {
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.expose().as_bytes());
        let digits: String = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        Self { digits: Zeroizing::new(digits) }
    }

    /// The first five digits.
    pub fn range(&self) -> &str {
        &self.digits[..5]
    }

    /// Whether this list of a range, with a line `REST:COUNT` for each password, has it. A count of 0 is padding.
    pub fn is_in(&self, list: &str) -> bool {
        list.lines().filter_map(|line| line.trim().split_once(':')).any(|(rest, count)| {
            rest.eq_ignore_ascii_case(&self.digits[5..]) && count.trim().bytes().any(|digit| digit != b'0')
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_b06_a_breached_password_is_found_in_its_range() {
        let key = BreachKey::of(&PlainPassword::new("password").unwrap());
        // SHA-1 of FIPS 180-4, as another program computes it.
        assert_eq!(key.range(), "5BAA6");
        let rest = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";
        assert!(key.is_in(&format!("0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n{rest}:9545824\r\n")));
        assert!(key.is_in(&format!("{}:3", rest.to_lowercase())));
        for other in
            [String::new(), format!("{rest}:0"), format!("{rest}:"), rest.to_owned(), format!("0{rest}:1")]
        {
            assert!(!key.is_in(&other), "{other}");
        }
    }
}

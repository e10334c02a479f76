//! The `$1$` hash of crypt(3), which FreeBSD has brought into the world: a thousand rounds of MD5.

use super::Foreign;
use super::kinds::md5;

/// The digits of crypt(3).
const DIGITS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Which bytes of the digest stand together in four digits, and the last one that stands alone.
const ORDER: [[usize; 3]; 5] = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];

pub(super) fn read(salt: &str, tag: &str) -> Option<Foreign> {
    let good = salt.len() <= 8 && tag.len() == 22 && tag.bytes().all(|digit| DIGITS.contains(&digit));
    good.then(|| Foreign::Md5Crypt { salt: salt.to_owned(), tag: tag.to_owned() })
}

/// The hash, in the digits of crypt(3).
pub(super) fn tag(password: &[u8], salt: &[u8]) -> String {
    let inner = md5(&[password, salt, password]);
    let mut begun = [password, b"$1$", salt].concat();
    for at in (0..password.len()).step_by(16) {
        begun.extend_from_slice(&inner[..(password.len() - at).min(16)]);
    }
    let mut left = password.len();
    while left > 0 {
        // The first bit of the length decides between nothing and the first letter, and so on.
        begun.push(if left % 2 == 1 { 0 } else { password[0] });
        left /= 2;
    }
    let mut digest = md5(&[&begun]);
    for round in 0..1000 {
        let (first, last): (&[u8], &[u8]) =
            if round % 2 == 1 { (password, &digest) } else { (&digest, password) };
        let salted: &[u8] = if round % 3 == 0 { b"" } else { salt };
        let twice: &[u8] = if round % 7 == 0 { b"" } else { password };
        digest = md5(&[first, salted, twice, last]);
    }
    let mut tag = String::new();
    for [a, b, c] in ORDER {
        let group = u32::from(digest[a]) << 16 | u32::from(digest[b]) << 8 | u32::from(digest[c]);
        digits(&mut tag, group, 4);
    }
    digits(&mut tag, u32::from(digest[11]), 2);
    tag
}

fn digits(tag: &mut String, mut value: u32, count: usize) {
    for _ in 0..count {
        let digit = usize::try_from(value & 63).unwrap_or_default();
        tag.push(char::from(DIGITS[digit]));
        value >>= 6;
    }
}

//! Codes of authenticator apps (RFC 6238): HMAC-SHA-1, six digits, steps of thirty seconds, which is what every app can.

use std::fmt;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::model::{Instant, MICROS_PER_SECOND};
use crate::random::Random;

/// The length of a step, in seconds.
const STEP: i64 = 30;

/// How many digits a code has.
const DIGITS: usize = 6;

/// RFC 4648 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that an authenticator app and we share: 160 bits (RFC 4226 4, R6).
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// How many digits a code has.
    pub const DIGITS: usize = DIGITS;

    /// A fresh secret.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new(vec![0; 20]);
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// A secret that was kept.
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// Reads what a QR code carries (`otpauth://totp/…?secret=…`); what it says beside must be what every app can, as no code
    /// would fit otherwise. The error says what is wrong, without the secret.
    pub fn from_uri(uri: &str) -> Result<Self, &'static str> {
        let url = url::Url::parse(uri).map_err(|_| "it is no URL")?;
        if url.scheme() != "otpauth" || url.host_str() != Some("totp") {
            return Err("it does not begin with otpauth://totp/");
        }
        let of = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value);
        if of("algorithm").is_some_and(|name| !name.eq_ignore_ascii_case("SHA1")) {
            return Err("its algorithm is not SHA1");
        }
        if of("digits").is_some_and(|digits| digits != "6") {
            return Err("its codes have not 6 digits");
        }
        if of("period").is_some_and(|period| period != "30") {
            return Err("its codes are not good for 30 seconds");
        }
        let secret = Zeroizing::new(of("secret").ok_or("it has no secret")?.into_owned());
        let bytes = from_base32(&secret).ok_or("its secret is no base32")?;
        // RFC 4226 4, R6: 128 bits at least.
        if !(16..=128).contains(&bytes.len()) {
            return Err("its secret has not 16 to 128 bytes");
        }
        Ok(Self(bytes))
    }

    /// To be sealed.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// As people type it into their app.
    pub fn base32(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(self.0.len().div_ceil(5) * 8);
        for chunk in self.0.chunks(5) {
            let mut five = [0_u8; 8];
            five[3..3 + chunk.len()].copy_from_slice(chunk);
            let bits = u64::from_be_bytes(five);
            let letters = (chunk.len() * 8).div_ceil(5);
            for n in 0..letters {
                let index = usize::try_from((bits >> (35 - 5 * n)) & 31).unwrap_or(0);
                text.push(char::from(BASE32[index]));
            }
        }
        Zeroizing::new(text)
    }

    /// As a QR code carries it into an app.
    pub fn uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let escape = |text: &str| -> String {
            // A space as `+` is read as a plus by some apps.
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
        };
        let (issuer, account) = (escape(issuer), escape(account));
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP}",
            *self.base32()
        ))
    }

    /// The code of a step (RFC 4226 5.3).
    pub fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let mac = hmac::sign(&key, &step.to_be_bytes());
        let mac = mac.as_ref();
        let offset = usize::from(mac[mac.len() - 1] & 15);
        let four = [mac[offset] & 0x7f, mac[offset + 1], mac[offset + 2], mac[offset + 3]];
        format!("{:06}", u32::from_be_bytes(four) % 1_000_000)
    }

    /// The step of `now`, the one before or the one after it that has this code (RFC 6238 5.2), if one has. All three are
    /// computed and compared, whichever it is.
    pub fn step_of(&self, code: &str, now: Instant) -> Option<i64> {
        let present = Self::step_at(now);
        [present + 1, present - 1, present].into_iter().fold(None, |found, step| {
            let fits = super::constant_time_eq(self.code(step).as_bytes(), code.as_bytes());
            if fits { Some(step) } else { found }
        })
    }

    /// The step of an instant.
    pub fn step_at(now: Instant) -> i64 {
        now.micros().div_euclid(STEP * MICROS_PER_SECOND)
    }

    /// Reads what a person typed or pasted ("123 456", "Your code is 123456"). If that does not hold six digits, the error
    /// says how many it holds.
    pub fn read(typed: &str) -> Result<String, usize> {
        let digits: String = typed.chars().filter(char::is_ascii_digit).take(DIGITS * 8).collect();
        if digits.len() == DIGITS { Ok(digits) } else { Err(digits.len()) }
    }
}

/// RFC 4648 6, in any case, with or without the padding.
fn from_base32(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() * 5 / 8));
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let value = BASE32.iter().position(|known| *known == letter.to_ascii_uppercase())?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(bytes)
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_the_rfc() -> TotpSecret {
        TotpSecret::from_bytes(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    #[test]
    fn a_secret_is_read_from_what_it_is_written_as() {
        let uri = of_the_rfc().uri("Acme & Sons", "ada@example.org");
        assert_eq!(TotpSecret::from_uri(&uri).unwrap().expose(), of_the_rfc().expose());
        let kratos = "otpauth://totp/acme:ada?algorithm=SHA1&digits=6&issuer=acme&period=30&secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq";
        assert_eq!(TotpSecret::from_uri(kratos).unwrap().expose(), of_the_rfc().expose());
        for (uri, why) in [
            ("GEZDGNBVGY3TQOJQ", "it is no URL"),
            (
                "otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
                "it does not begin with otpauth://totp/",
            ),
            (
                "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA256",
                "its algorithm is not SHA1",
            ),
            (
                "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8",
                "its codes have not 6 digits",
            ),
            (
                "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=60",
                "its codes are not good for 30 seconds",
            ),
            ("otpauth://totp/a", "it has no secret"),
            ("otpauth://totp/a?secret=GEZD1", "its secret is no base32"),
            ("otpauth://totp/a?secret=GEZDGNBV", "its secret has not 16 to 128 bytes"),
        ] {
            assert_eq!(TotpSecret::from_uri(uri).map(|_| ()), Err(why), "{uri}");
        }
    }

    #[test]
    fn sec_a04_the_codes_are_those_of_the_rfc() {
        // RFC 6238 appendix B, the last six digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(of_the_rfc().code(TotpSecret::step_at(Instant::from_seconds(seconds))), code);
        }
        assert_eq!(*of_the_rfc().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn sec_a04_a_code_counts_one_step_early_and_one_step_late() {
        let secret = of_the_rfc();
        let now = Instant::from_seconds(1_795_530_600);
        let step = TotpSecret::step_at(now);
        let taken: Vec<Option<i64>> =
            (-2..=2).map(|n| secret.step_of(&secret.code(step + n), now).map(|found| found - step)).collect();
        assert_eq!(taken, [None, Some(-1), Some(0), Some(1), None]);
    }

    #[test]
    fn page_p10_a_code_of_an_app_is_read_however_it_was_pasted() {
        for typed in ["123456", " 123 456\n", "123-456", "Your code is 123456."] {
            assert_eq!(TotpSecret::read(typed).as_deref(), Ok("123456"), "{typed}");
        }
        for (typed, digits) in [("", 0), ("12345", 5), ("1234567", 7), ("null", 0)] {
            assert_eq!(TotpSecret::read(typed), Err(digits), "{typed}");
        }
    }

    #[test]
    fn an_app_is_told_who_asks_and_for_whom() {
        let uri = of_the_rfc().uri("Acme & Sons", "ada+x@example.org");
        assert_eq!(
            *uri,
            "otpauth://totp/Acme%20%26%20Sons:ada%2Bx%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20%26%20Sons&algorithm=SHA1&digits=6&period=30"
        );
    }
}

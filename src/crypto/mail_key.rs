//! The key that mails are signed with (DKIM).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::CryptoError;

/// An RSA key for signatures on mails, of 2,048 bits or more (RFC 8301 3.2).
pub struct MailKey(RsaKeyPair);

impl std::fmt::Debug for MailKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailKey([redacted])")
    }
}

impl MailKey {
    /// Reads a private key in PEM (RFC 7468): `PRIVATE KEY` or `RSA PRIVATE KEY`.
    ///
    /// # Errors
    ///
    /// A sentence without any of the key, if it is another kind of key, or a short one.
    pub fn from_pem(text: &str) -> Result<Self, CryptoError> {
        let unfit = |why: &str| CryptoError::Key(why.to_owned());
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let body: Zeroizing<String> = Zeroizing::new(lines.filter(|line| !line.starts_with('-')).collect());
        let der = STANDARD.decode(body.as_bytes()).map_err(|_| unfit("it is no PEM"))?;
        let der = Zeroizing::new(der);
        let pair = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der));
        pair.map(Self).map_err(|_| unfit("it is no RSA key of at least 2,048 bits without a password"))
    }

    /// Signs with RSASSA-PKCS1-v1_5 and SHA-256 (`rsa-sha256`), which gives the same every time; in base64.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Key`] if the library refuses.
    pub fn sign(&self, bytes: &[u8]) -> Result<String, CryptoError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature)
            .map_err(|why| CryptoError::Key(why.to_string()))?;
        Ok(STANDARD.encode(&signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_key_are_read_and_sign_alike() {
        let pkcs8 = MailKey::from_pem(include_str!("../../tests/golden/dkim/key.pem")).unwrap();
        let pkcs1 = MailKey::from_pem(include_str!("../../tests/golden/dkim/key.pkcs1.pem")).unwrap();
        assert_eq!(pkcs8.sign(b"x").unwrap(), pkcs1.sign(b"x").unwrap());
        assert_ne!(pkcs8.sign(b"x").unwrap(), pkcs8.sign(b"y").unwrap());
    }

    #[test]
    fn what_is_no_fit_key_is_refused_and_not_repeated() {
        let short = include_str!("../../tests/golden/dkim/short.pem");
        let cut: String =
            include_str!("../../tests/golden/dkim/key.pem").lines().take(9).collect::<Vec<_>>().join("\n");
        for (text, why) in [
            (short, "at least 2,048 bits"),
            (cut.as_str(), "it is no RSA key"),
            ("-----BEGIN PRIVATE KEY-----\nnot base64, a secret!\n", "no PEM"),
            ("", "it is no RSA key"),
        ] {
            let said = MailKey::from_pem(text).unwrap_err().to_string();
            assert!(said.contains(why) && !said.contains("secret!") && said.len() < 100, "{said}");
        }
        let shown =
            format!("{:?}", MailKey::from_pem(include_str!("../../tests/golden/dkim/key.pem")).unwrap());
        assert_eq!(shown, "MailKey([redacted])");
    }
}

//! The data secret: seals what the database must not show, and authenticates what comes back from outside.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac};
use zeroize::Zeroizing;

use super::{base64url, from_base64url, sha256};
use crate::model::SecretText;
use crate::random::Random;

const NONCE_LENGTH: usize = 12;

/// Why a sealed value did not open, or a key could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CryptoError {
    /// The value was sealed with a secret that is not configured any more; its key id.
    UnknownKey(String),
    /// The value was changed, cut, or moved from where it was sealed for.
    Tampered,
    /// A configured secret is shorter than 32 characters.
    SecretTooShort,
    /// A key could not be made or read.
    Key(String),
}

impl fmt::Display for CryptoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey(id) => write!(f, "no configured data secret has the key id {id}"),
            Self::Tampered => f.write_str("a sealed value does not fit its place"),
            Self::SecretTooShort => f.write_str("a data secret must have at least 32 characters"),
            Self::Key(why) => write!(f, "a key cannot be used: {why}"),
        }
    }
}

impl std::error::Error for CryptoError {}

/// What a MAC is for; a MAC for one purpose says nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacPurpose {
    /// A mailed code.
    OneTimeCode,
    /// A form's token.
    Csrf,
    /// The refresh token that follows another.
    RefreshSuccessor,
    /// The authorization code of a request that waited.
    AuthorizationCode,
    /// A page token of the admin API.
    PageToken,
    /// The key under which failed tries are counted.
    Throttle,
    /// The `Message-ID` of a mail.
    MessageId,
    /// The code that a person carries from a device to a browser.
    UserCode,
    /// What a client's page may know of the session of a browser.
    BrowserState,
    /// The row of a passkey, so that nobody puts a key of their own into it.
    Passkey,
    /// What stands in the log in place of a secret.
    LogMark,
}

impl MacPurpose {
    /// All of them, in the order of their numbers.
    const ALL: [Self; 11] = [
        Self::OneTimeCode,
        Self::Csrf,
        Self::RefreshSuccessor,
        Self::AuthorizationCode,
        Self::PageToken,
        Self::Throttle,
        Self::MessageId,
        Self::UserCode,
        Self::BrowserState,
        Self::Passkey,
        Self::LogMark,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::OneTimeCode => "one-time-code",
            Self::Csrf => "csrf",
            Self::RefreshSuccessor => "refresh-successor",
            Self::AuthorizationCode => "authorization-code",
            Self::PageToken => "page-token",
            Self::Throttle => "throttle",
            Self::MessageId => "message-id",
            Self::UserCode => "user-code",
            Self::BrowserState => "browser-state",
            Self::Passkey => "passkey",
            Self::LogMark => "log-mark",
        }
    }
}

struct DataKey {
    id: String,
    sealing: LessSafeKey,
    /// One for each purpose, by its number: to derive one takes three times as long as to use it.
    macs: [hmac::Key; MacPurpose::ALL.len()],
}

/// The configured data secrets: the first seals, all of them open. They can be replaced while they are in use.
pub struct DataSecrets {
    keys: RwLock<Arc<[DataKey]>>,
}

/// The id of the key that a value was sealed with; `None` if it is no sealed value.
pub fn sealing_key_id(sealed: &str) -> Option<&str> {
    sealed.strip_prefix("v1.")?.split_once('.').map(|(id, _)| id)
}

/// The id of the key that is made of this secret: part of each value that it seals, and no secret.
pub fn key_id_of(secret: &SecretText) -> Result<String, CryptoError> {
    Ok(data_key(secret)?.id)
}

fn data_keys(secrets: &[SecretText]) -> Result<Arc<[DataKey]>, CryptoError> {
    if secrets.is_empty() {
        return Err(CryptoError::SecretTooShort);
    }
    secrets.iter().map(data_key).collect()
}

impl DataSecrets {
    /// From the configured secrets, the active one first.
    pub fn new(secrets: &[SecretText]) -> Result<Self, CryptoError> {
        Ok(Self { keys: RwLock::new(data_keys(secrets)?) })
    }

    /// Puts these in the place of those before: the first of them seals from now on, and only they open.
    pub fn replace(&self, secrets: &[SecretText]) -> Result<(), CryptoError> {
        let keys = data_keys(secrets)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn keys(&self) -> Arc<[DataKey]> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The ids of the keys, that of the one that seals first.
    pub fn key_ids(&self) -> Vec<String> {
        self.keys().iter().map(|key| key.id.clone()).collect()
    }

    /// The id of the key that seals: part of each sealed value, and no secret.
    pub fn active_key_id(&self) -> String {
        self.keys()[0].id.clone()
    }

    /// Whether a sealed value was sealed with the secret that seals now.
    pub fn is_sealed_by_active(&self, sealed: &str) -> bool {
        sealing_key_id(sealed) == Some(self.keys()[0].id.as_str())
    }

    /// Seals `plain` for one place (`table.column.id`): elsewhere it will not open.
    pub fn seal(&self, random: &dyn Random, place: &str, plain: &[u8]) -> Result<String, CryptoError> {
        let keys = self.keys();
        let key = &keys[0];
        let mut nonce = [0; NONCE_LENGTH];
        random.fill(&mut nonce);
        let mut sealed = plain.to_vec();
        key.sealing
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| CryptoError::Key("sealing failed".to_owned()))?;
        Ok(format!("v1.{}.{}.{}", key.id, base64url(&nonce), base64url(&sealed)))
    }

    /// Opens what was sealed for this place.
    pub fn open(&self, place: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let mut parts = sealed.split('.');
        let (Some("v1"), Some(id), Some(nonce), Some(text), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CryptoError::Tampered);
        };
        let keys = self.keys();
        let key = keys.iter().find(|key| key.id == id);
        let key = key.ok_or_else(|| CryptoError::UnknownKey(id.to_owned()))?;
        let nonce = from_base64url(nonce)
            .and_then(|nonce| <[u8; NONCE_LENGTH]>::try_from(nonce.as_slice()).ok())
            .ok_or(CryptoError::Tampered)?;
        let mut buffer = Zeroizing::new(from_base64url(text).ok_or(CryptoError::Tampered)?);
        let length = key
            .sealing
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(place.as_bytes()), &mut buffer)
            .map_err(|_| CryptoError::Tampered)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }

    /// Opens a text.
    pub fn open_text(&self, place: &str, sealed: &str) -> Result<SecretText, CryptoError> {
        let plain = self.open(place, sealed)?;
        std::str::from_utf8(&plain).map(SecretText::new).map_err(|_| CryptoError::Tampered)
    }

    /// A MAC over `parts` with the active key.
    pub fn mac(&self, purpose: MacPurpose, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.keys()[0], purpose, parts)
    }

    /// The MACs over `parts` with every key, the active one first: for what was made before a rotation.
    pub fn macs(&self, purpose: MacPurpose, parts: &[&[u8]]) -> Vec<[u8; 32]> {
        self.keys().iter().map(|key| mac(key, purpose, parts)).collect()
    }

    /// The id of the key that made this MAC over `parts`; `None` if none of them did.
    pub fn mac_key_id(&self, purpose: MacPurpose, parts: &[&[u8]], claimed: &[u8]) -> Option<String> {
        let keys = self.keys();
        let made = |key: &&DataKey| super::constant_time_eq(&mac(key, purpose, parts), claimed);
        keys.iter().find(made).map(|key| key.id.clone())
    }

    /// Whether `claimed` is the MAC over `parts` with any key.
    pub fn mac_is(&self, purpose: MacPurpose, parts: &[&[u8]], claimed: &[u8]) -> bool {
        let is = |found, mac: &[u8; 32]| found | super::constant_time_eq(mac, claimed);
        self.macs(purpose, parts).iter().fold(false, is)
    }
}

fn mac(key: &DataKey, purpose: MacPurpose, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&key.macs[purpose as usize]);
    for part in parts {
        // With its length before it, a part cannot borrow from its neighbour.
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

fn mac_key(root: &hkdf::Prk, purpose: MacPurpose) -> hmac::Key {
    let label = [b"mac:".as_slice(), purpose.label().as_bytes()];
    let mut bytes = Zeroizing::new([0; 32]);
    // HKDF refuses only lengths beyond 255 blocks, and one block is asked for.
    let _filled = root.expand(&label, hkdf::HKDF_SHA256).and_then(|okm| okm.fill(bytes.as_mut_slice()));
    hmac::Key::new(hmac::HMAC_SHA256, bytes.as_slice())
}

fn data_key(secret: &SecretText) -> Result<DataKey, CryptoError> {
    let secret = secret.expose().as_bytes();
    if secret.len() < 32 {
        return Err(CryptoError::SecretTooShort);
    }
    let unusable = |_| CryptoError::Key("the data secret cannot be expanded".to_owned());
    let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"wayhome data secret v1").extract(secret);
    let mut bytes = Zeroizing::new([0; 32]);
    root.expand(&[b"seal"], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(bytes.as_mut_slice()))
        .map_err(unusable)?;
    let sealing = UnboundKey::new(&AES_256_GCM_SIV, bytes.as_slice()).map_err(unusable)?;
    let mut name = Zeroizing::new([0; 32]);
    root.expand(&[b"id"], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(name.as_mut_slice()))
        .map_err(unusable)?;
    let id = base64url(&sha256(name.as_slice())[..6]);
    let macs = MacPurpose::ALL.map(|purpose| mac_key(&root, purpose));
    Ok(DataKey { id, sealing: LessSafeKey::new(sealing), macs })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn secrets(names: &[&str]) -> DataSecrets {
        let texts: Vec<SecretText> =
            names.iter().map(|name| SecretText::new(format!("{name:-<32}"))).collect();
        DataSecrets::new(&texts).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_in_its_place() {
        let (keys, random) = (secrets(&["a"]), SeededRandom::from_seed(1));
        let sealed = keys.seal(&random, "credentials.secret.1", b"hash").unwrap();
        assert_eq!(keys.open("credentials.secret.1", &sealed).unwrap().as_slice(), b"hash");
    }

    #[test]
    fn sec_p03_a_moved_cut_or_changed_value_does_not_open() {
        let (keys, random) = (secrets(&["a"]), SeededRandom::from_seed(1));
        let sealed = keys.seal(&random, "here", b"hash").unwrap();
        assert_eq!(keys.open("there", &sealed), Err(CryptoError::Tampered));
        assert_eq!(keys.open("here", &sealed[..sealed.len() - 2]), Err(CryptoError::Tampered));
        let changed = if sealed.ends_with('A') {
            format!("{}B", &sealed[..sealed.len() - 1])
        } else {
            format!("{}A", &sealed[..sealed.len() - 1])
        };
        assert!(keys.open("here", &changed).is_err());
        assert_eq!(keys.open("here", ""), Err(CryptoError::Tampered));
    }

    #[test]
    fn a_rotated_secret_still_opens_and_a_removed_one_is_named() {
        let random = SeededRandom::from_seed(1);
        let old = secrets(&["old"]);
        let sealed = old.seal(&random, "x", b"1").unwrap();
        assert_eq!(secrets(&["new", "old"]).open("x", &sealed).unwrap().as_slice(), b"1");
        let missing = secrets(&["new"]).open("x", &sealed);
        assert_eq!(missing, Err(CryptoError::UnknownKey(old.active_key_id())));
    }

    #[test]
    fn secrets_are_replaced_while_they_are_in_use() {
        let random = SeededRandom::from_seed(1);
        let (keys, old) = (secrets(&["old"]), secrets(&["old"]).active_key_id());
        let sealed = keys.seal(&random, "x", b"1").unwrap();
        let mac = keys.mac(MacPurpose::Passkey, &[b"x"]);
        let both: Vec<SecretText> =
            ["new", "old"].map(|name| SecretText::new(format!("{name:-<32}"))).to_vec();
        keys.replace(&both).unwrap();
        assert_eq!(keys.key_ids(), [key_id_of(&both[0]).unwrap(), old.clone()]);
        assert_eq!(keys.open("x", &sealed).unwrap().as_slice(), b"1");
        assert!(!keys.is_sealed_by_active(&sealed) && sealing_key_id(&sealed) == Some(old.as_str()));
        assert!(keys.is_sealed_by_active(&keys.seal(&random, "x", b"1").unwrap()));
        assert_eq!(keys.mac_key_id(MacPurpose::Passkey, &[b"x"], &mac), Some(old));
        assert_eq!(keys.mac_key_id(MacPurpose::Passkey, &[b"y"], &mac), None);
        assert!(keys.replace(&[]).is_err(), "without a secret nothing is replaced");
        assert_eq!(keys.key_ids().len(), 2);
    }

    #[test]
    fn sec_p04_equal_values_are_sealed_differently() {
        let (keys, random) = (secrets(&["a"]), SeededRandom::from_seed(1));
        assert_ne!(keys.seal(&random, "x", b"1").unwrap(), keys.seal(&random, "x", b"1").unwrap());
    }

    #[test]
    fn a_mac_is_bound_to_purpose_and_parts() {
        let keys = secrets(&["a"]);
        let base = keys.mac(MacPurpose::Csrf, &[b"ab", b"c"]);
        assert_ne!(base, keys.mac(MacPurpose::Csrf, &[b"a", b"bc"]));
        assert_ne!(base, keys.mac(MacPurpose::PageToken, &[b"ab", b"c"]));
        assert!(secrets(&["b", "a"]).mac_is(MacPurpose::Csrf, &[b"ab", b"c"], &base));
    }

    #[test]
    fn a_mac_stays_the_same_from_release_to_release() {
        // HKDF and HMAC of RFC 5869 and RFC 2104, computed by another program.
        let expected = [
            "KAGXA1ML", "O1Ay8arb", "TMQHZlGY", "8__H-Zop", "KSzXQ9gL", "AeyiU0uR", "Z2aAATzx", "yJystjEg",
            "gxrS1NO4", "V7Phs3bO", "fEWYcW3E",
        ];
        let keys = secrets(&["a"]);
        assert_eq!(MacPurpose::ALL.map(|purpose| base64url(&keys.mac(purpose, &[b"x"])[..6])), expected);
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(matches!(DataSecrets::new(&[SecretText::new("short")]), Err(CryptoError::SecretTooShort)));
    }
}

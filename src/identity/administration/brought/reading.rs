//! Reads credentials in Kratos' forms: those of its import API, and those in its database.

use std::fmt;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::super::Misfit;
use super::Brought;
use crate::crypto::{BackupCode, TotpSecret, from_base64url};
use crate::identity::factors::{BroughtCode, CodeForm};
use crate::identity::passkeys::BroughtKey;
use crate::model::{Instant, PasskeyKind};

/// The longest name of a key, in characters.
const NAME: usize = 60;

/// The member `config` of each type of credential.
#[derive(Debug, Default)]
pub struct Configs {
    /// Of `totp`.
    pub totp: Option<Value>,
    /// Of `lookup_secret`.
    pub lookup_secret: Option<Value>,
    /// Of `webauthn`.
    pub webauthn: Option<Value>,
    /// Of `passkey`.
    pub passkey: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Totp {
    totp_url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Codes {
    /// The second name is that in the database of Kratos.
    #[serde(alias = "recovery_codes")]
    codes: Vec<Code>,
    /// Ours: the key of the digests.
    digest_key: Option<Bytes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: Option<String>,
    /// Ours, in place of `code`.
    digest: Option<Bytes>,
    used_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    credentials: Vec<Key>,
    user_handle: Option<Bytes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    id: Bytes,
    public_key: Bytes,
    flags: Flags,
    #[serde(default)]
    authenticator: Authenticator,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    is_passwordless: bool,
    #[serde(default)]
    transport: Option<Vec<String>>,
    added_at: Option<String>,
    /// Ours, where one key has another handle than the others.
    user_handle: Option<Bytes>,
    #[serde(rename = "attestation")]
    _attestation: Option<IgnoredAny>,
    #[serde(rename = "attestation_type")]
    _attestation_type: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flags {
    backup_eligible: bool,
    #[serde(default)]
    backup_state: bool,
    #[serde(rename = "user_present")]
    _user_present: Option<IgnoredAny>,
    #[serde(rename = "user_verified")]
    _user_verified: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Authenticator {
    aaguid: Option<Bytes>,
    #[serde(default)]
    sign_count: u32,
    #[serde(rename = "clone_warning")]
    _clone_warning: Option<IgnoredAny>,
}

/// Bytes as a text in base64 of either alphabet, as Kratos writes them, or as a list of numbers, as its API describes them.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes in base64 or as a list of numbers")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bytes, E> {
                let url: String = text
                    .trim_end_matches('=')
                    .chars()
                    .map(|c| match c {
                        '+' => '-',
                        '/' => '_',
                        other => other,
                    })
                    .collect();
                from_base64url(&url).map(Bytes).ok_or_else(|| E::custom("it is no base64"))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Bytes, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = items.next_element()? {
                    bytes.push(byte);
                }
                Ok(Bytes(bytes))
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl Brought {
    /// Reads what is there. No sentence quotes a value: it may be a secret.
    pub fn read(configs: Configs) -> Result<Self, Misfit> {
        let mut brought = Self::default();
        if let Some(config) = configs.totp {
            let Totp { totp_url } = parse("totp", config)?;
            let secret = TotpSecret::from_uri(&totp_url).map_err(|why| misfit("totp", "/totp_url", why))?;
            brought.totp = Some(secret);
        }
        if let Some(config) = configs.lookup_secret {
            let Codes { codes, digest_key } = parse("lookup_secret", config)?;
            brought.digest_key = digest_key.map(|bytes| Zeroizing::new(bytes.0));
            for (n, of) in codes.into_iter().enumerate() {
                let code = code(of).map_err(|why| misfit("lookup_secret", &format!("/codes/{n}"), why))?;
                brought.codes.push(code);
            }
        }
        for (name, config) in [("webauthn", configs.webauthn), ("passkey", configs.passkey)] {
            let Some(config) = config else { continue };
            let Keys { credentials, user_handle } = parse(name, config)?;
            for (n, of) in credentials.into_iter().enumerate() {
                let is_passkey = name == "passkey" || of.is_passwordless;
                let kind = if is_passkey { PasskeyKind::Passkey } else { PasskeyKind::SecurityKey };
                let key = key(of, kind, user_handle.as_ref());
                let place = format!("/credentials/{n}");
                brought.keys.push(key.map_err(|why| misfit(name, &place, why))?);
            }
        }
        Ok(brought)
    }
}

fn code(of: Code) -> Result<BroughtCode, &'static str> {
    let code = match (of.code, of.digest) {
        (Some(text), None) => BackupCode::parse(&text)
            .or_else(|| BackupCode::parse_foreign(&text))
            .map(CodeForm::Plain)
            .ok_or("a code has 8 to 64 letters and digits")?,
        (None, Some(Bytes(digest))) => {
            CodeForm::Digest(digest.try_into().map_err(|_| "a digest has 32 bytes")?)
        }
        _ => return Err("it has either a code or a digest"),
    };
    let used_at = of.used_at.as_deref().map(instant).transpose()?;
    Ok(BroughtCode { code, used_at })
}

fn key(of: Key, kind: PasskeyKind, usual: Option<&Bytes>) -> Result<BroughtKey, &'static str> {
    let name: String = of.display_name.chars().filter(|c| !c.is_control()).take(NAME).collect();
    let aaguid = of.authenticator.aaguid.and_then(|bytes| Uuid::from_slice(&bytes.0).ok());
    let handle = of.user_handle.as_ref().or(usual).map(|bytes| bytes.0.clone());
    Ok(BroughtKey {
        kind,
        credential_id: of.id.0,
        public_key: of.public_key.0,
        sign_count: of.authenticator.sign_count,
        backup_eligible: of.flags.backup_eligible,
        backed_up: of.flags.backup_state,
        aaguid: aaguid.unwrap_or_default(),
        transports: of.transport.unwrap_or_default(),
        name: Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
        added_at: of.added_at.as_deref().map(instant).transpose()?,
        user_handle: handle.filter(|handle| !handle.is_empty()),
    })
}

fn instant(text: &str) -> Result<Instant, &'static str> {
    Instant::parse_rfc3339(text).ok_or("a time is none, such as 2026-11-24T14:30:00Z")
}

fn parse<T: DeserializeOwned>(name: &str, config: Value) -> Result<T, Misfit> {
    serde_json::from_value(config).map_err(|error| {
        let text = error.to_string();
        let told = match text.rsplit_once(", expected ") {
            Some((start, expected)) if start.starts_with("invalid ") => {
                format!("a value of the wrong type, expected {expected}")
            }
            _ => text,
        };
        misfit(name, "", &told)
    })
}

fn misfit(name: &str, place: &str, reason: &str) -> Misfit {
    Misfit { pointer: format!("/credentials/{name}/config{place}"), reason: reason.to_owned() }
}

//! The compact form of a signed JWT (RFC 7515 7.1), read without leniency: the same for tokens of ours and for those that
//! clients sign.

use serde_json::{Map, Value};

use super::jwt::JwtError;
use super::{from_base64url, strict};

/// Longer tokens are refused before anything is parsed.
const MAX_LENGTH: usize = 16 * 1024;

/// A longer `kid` names no key.
const MAX_KID: usize = 256;

/// Members of the header that change what a token is, or how it must be read; none of it is done here.
const REFUSED: [&str; 4] = ["crit", "b64", "enc", "zip"];

/// A token whose header was read. Nothing in it is to be believed yet.
#[derive(Debug)]
pub(super) struct Compact<'a> {
    /// The algorithm that it claims.
    pub(super) alg: String,
    /// Its type, without `application/`; empty if it names none.
    pub(super) typ: String,
    /// The id of its key.
    pub(super) kid: Option<String>,
    token: &'a str,
}

impl<'a> Compact<'a> {
    /// Reads the header. Members that name a key by other means (`jwk`, `jku`, `x5u`, `x5c`) are not looked at: keys are
    /// known before a token comes.
    pub(super) fn read(token: &'a str) -> Result<Self, JwtError> {
        if token.len() > MAX_LENGTH || token.bytes().filter(|byte| *byte == b'.').count() != 2 {
            return Err(JwtError::Malformed);
        }
        let (head, _) = token.split_once('.').ok_or(JwtError::Malformed)?;
        let head = from_base64url(head).ok_or(JwtError::Malformed)?;
        let header = strict::object(&head).ok_or(JwtError::Malformed)?;
        if let Some(name) = REFUSED.into_iter().find(|name| header.contains_key(*name)) {
            return Err(JwtError::Header(name));
        }
        let text = |name: &str| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(JwtError::Malformed),
        };
        let typ = text("typ")?.unwrap_or_default();
        let kid = text("kid")?;
        if kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID) {
            return Err(JwtError::Key);
        }
        Ok(Self {
            alg: text("alg")?.ok_or(JwtError::Malformed)?,
            typ: typ.strip_prefix("application/").unwrap_or(&typ).to_owned(),
            kid,
            token,
        })
    }

    /// Whether it is of this type.
    pub(super) fn is_of_type(&self, typ: &str) -> bool {
        self.typ.eq_ignore_ascii_case(typ)
    }

    /// What is signed, and the signature.
    pub(super) fn signed(&self) -> Option<(&'a [u8], Vec<u8>)> {
        let (message, signature) = self.token.rsplit_once('.')?;
        Some((message.as_bytes(), from_base64url(signature).filter(|bytes| !bytes.is_empty())?))
    }

    /// The claims, whether or not anybody signed them.
    pub(super) fn claims(&self) -> Result<Map<String, Value>, JwtError> {
        let payload = self.token.split('.').nth(1).ok_or(JwtError::Malformed)?;
        let payload = from_base64url(payload).ok_or(JwtError::Malformed)?;
        strict::object(&payload).ok_or(JwtError::Malformed)
    }
}

/// Whether an entry takes tokens of this type; without a type it does, too, if `or_none`.
pub(super) fn check_type(token: &Compact<'_>, types: &[&str], or_none: bool) -> Result<(), JwtError> {
    let fits = if token.typ.is_empty() { or_none } else { types.iter().any(|typ| token.is_of_type(typ)) };
    if fits { Ok(()) } else { Err(JwtError::Header("typ")) }
}

//! What an authenticator says (Web Authentication Level 3), read strictly and checked rule by rule: the ceremonies of
//! registration (7.1) and of assertion (7.2), as far as they need no database.
//!
//! Of a challenge only its bytes are given back: whether it was ours, for this ceremony, browser and person, and is not
//! used yet, is the caller's to say. Attestation is not asked for, so none is trusted: the statement is `none`, or signed
//! by the new key itself.

mod assertion;
mod authenticator_data;
mod cbor;
mod client_data;
mod public_key;
mod registration;

#[cfg(test)]
pub(crate) mod authenticator;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::{Map, Value};

pub use assertion::{Asserted, Assertion, KnownCredential};
pub use public_key::{ALGORITHMS, check_key};
pub use registration::{NewCredential, known_transports, registered};

use super::{from_base64url, strict};

/// The most bytes of a credential's id (7.1 step 25).
pub const LONGEST_CREDENTIAL_ID: usize = 1_023;

/// The length of a challenge, in bytes.
pub const CHALLENGE: usize = 32;

/// Whom credentials are made for: this provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelyingParty<'a> {
    /// The host name of the issuer.
    pub id: &'a str,
    /// The one origin on which our pages stand; it is compared byte for byte.
    pub origin: &'a str,
}

impl<'a> RelyingParty<'a> {
    /// That of an issuer; `None` if it goes by an address, for which no browser makes a credential.
    pub fn of_issuer(issuer: &'a str) -> Option<Self> {
        let (_, host) = issuer.split_once("://")?;
        let is_address =
            host.starts_with('[') || host.split(':').next()?.parse::<std::net::Ipv4Addr>().is_ok();
        let id = host.split(':').next().filter(|_| !is_address)?;
        Some(Self { id, origin: issuer })
    }
}

/// Why a response counts for nothing. The person hears one sentence for all; the log and the event name the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is not what a browser sends.
    Malformed(&'static str),
    /// It was made in another ceremony.
    Ceremony,
    /// It was made on another origin, or in a frame of one.
    Origin,
    /// It was made for another relying party.
    RelyingParty,
    /// Nobody touched the authenticator.
    NotPresent,
    /// The authenticator did not verify its owner.
    NotVerified,
    /// What it says of backups contradicts itself, or what it said before.
    Backup,
    /// The key cannot be used.
    Key(&'static str),
    /// The attestation is none that was asked for.
    Attestation,
    /// The signature is not that of the key.
    Signature,
}

impl Refusal {
    /// The stable name, for events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Ceremony => "ceremony",
            Self::Origin => "origin",
            Self::RelyingParty => "relying_party",
            Self::NotPresent => "not_present",
            Self::NotVerified => "not_verified",
            Self::Backup => "backup",
            Self::Key(_) => "key",
            Self::Attestation => "attestation",
            Self::Signature => "signature",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) | Self::Key(why) => write!(f, "{}: {why}", self.name()),
            other => f.write_str(other.name()),
        }
    }
}

/// A `PublicKeyCredential` as `toJSON()` writes it (5.1.8), opened as far as both ceremonies share it.
struct Credential {
    id: Vec<u8>,
    response: Map<String, Value>,
}

impl Credential {
    /// Reads one. Both spellings of its id must be one and the same.
    fn read(json: &[u8]) -> Result<Self, Refusal> {
        let mut members = strict::object(json).ok_or(Refusal::Malformed("no JSON object"))?;
        if text(&members, "type")? != "public-key" {
            return Err(Refusal::Malformed("the type is not public-key"));
        }
        let id = bytes(&members, "id")?;
        if bytes(&members, "rawId")? != id {
            return Err(Refusal::Malformed("id and rawId differ"));
        }
        if id.is_empty() || id.len() > LONGEST_CREDENTIAL_ID {
            return Err(Refusal::Malformed("the id is empty or too long"));
        }
        let Some(Value::Object(response)) = members.remove("response") else {
            return Err(Refusal::Malformed("there is no response"));
        };
        Ok(Self { id, response })
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    members.get(name).and_then(Value::as_str).ok_or(Refusal::Malformed("a member is missing or no text"))
}

fn bytes(members: &Map<String, Value>, name: &str) -> Result<Vec<u8>, Refusal> {
    from_base64url(text(members, name)?).ok_or(Refusal::Malformed("a member is no base64url"))
}

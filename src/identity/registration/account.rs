//! An account that is in order and not made yet: as its owner waits for a mailed code, it lies sealed in a flow.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::{accounts, credentials, factors, passkeys};
use crate::crypto::PasswordHash;
use crate::cx::{Cx, Fault, Result};
use crate::model::{Identity, IdentityId, Passkey, Session};

/// An account that is to be made.
#[derive(Debug)]
pub(in crate::identity) struct Account {
    /// Its schema.
    pub(in crate::identity) schema_id: String,
    /// What its owner has said of themselves.
    pub(in crate::identity) traits: Value,
    /// What opens it.
    pub(in crate::identity) opening: Opening,
}

/// What a new account opens with.
#[derive(Debug)]
pub(in crate::identity) enum Opening {
    /// A password.
    Password(PasswordHash),
    /// A passkey, which knows the id that the account gets.
    Passkey(Box<Passkey>),
}

/// The same, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    /// Absent in what was sealed before there were several.
    #[serde(default)]
    schema_id: Option<String>,
    traits: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    passkey: Option<Box<Passkey>>,
}

impl Account {
    /// What is to be sealed.
    pub(in crate::identity) fn to_json(&self) -> Result<Vec<u8>> {
        let (hash, passkey) = match &self.opening {
            Opening::Password(hash) => (Some(hash.as_phc().to_owned()), None),
            Opening::Passkey(passkey) => (None, Some(passkey.clone())),
        };
        let traits = self.traits.clone();
        let sealed = Sealed { schema_id: Some(self.schema_id.clone()), traits, hash, passkey };
        serde_json::to_vec(&sealed).map_err(|why| Fault::Internal(why.to_string()))
    }

    /// Reads what was sealed.
    pub(in crate::identity) fn from_json(cx: &Cx<'_>, json: &[u8]) -> Result<Self> {
        // The reason may quote the traits, so it is not repeated.
        let nonsense = || Fault::Internal("a pending account cannot be read".to_owned());
        let Sealed { schema_id, traits, hash, passkey } =
            serde_json::from_slice(json).map_err(|_| nonsense())?;
        let opening = match (hash, passkey) {
            (Some(hash), None) => Opening::Password(PasswordHash::from_phc(hash)),
            (None, Some(passkey)) => Opening::Passkey(passkey),
            _ => return Err(nonsense()),
        };
        let schema_id = schema_id.unwrap_or_else(|| cx.settings().identity.schema_id.clone());
        Ok(Self { schema_id, traits, opening })
    }
}

impl Opening {
    /// The identity that it opens, not stored yet.
    pub(in crate::identity) fn identity(&self, cx: &Cx<'_>, schema_id: &str, traits: Value) -> Identity {
        let new = accounts::new_identity(cx, schema_id, traits);
        match self {
            Self::Password(_) => new,
            Self::Passkey(passkey) => Identity { id: passkey.identity, ..new },
        }
    }

    /// Gives it to the identity that was just stored.
    pub(in crate::identity) fn give(&self, cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
        match self {
            Self::Password(hash) => credentials::set(cx, identity, hash),
            Self::Passkey(passkey) => match passkeys::keep_made(cx, passkey, None)? {
                true => Ok(()),
                // Two accounts with one credential of one authenticator: the second one does not come about.
                false => Err(Fault::Internal("a new passkey is somebody's already".to_owned())),
            },
        }
    }

    /// How its owner has shown who they are (RFC 8176).
    pub(in crate::identity) fn amr(&self) -> &'static [&'static str] {
        match self {
            Self::Password(_) => &["pwd"],
            Self::Passkey(passkey) => passkeys::amr(passkey),
        }
    }

    /// Whoever has nothing but a passkey gets backup codes, to be recovered without it.
    pub(in crate::identity) fn provide(&self, cx: &mut Cx<'_>, session: &Session) -> Result<()> {
        match self {
            Self::Password(_) => Ok(()),
            Self::Passkey(_) => factors::provide_backup_codes(cx, session),
        }
    }
}

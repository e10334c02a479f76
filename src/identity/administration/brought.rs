//! What somebody can show beside their password, brought from elsewhere, so that nobody has to set it up anew.

mod reading;
mod writing;

pub use reading::Configs;
pub use writing::taken_along;
use zeroize::Zeroizing;

use super::super::{factors, passkeys};
use super::Misfit;
use crate::crypto::TotpSecret;
use crate::cx::{Cx, Result};
use crate::identity::factors::{BroughtCode, CodeForm};
use crate::identity::passkeys::BroughtKey;
use crate::model::IdentityId;

/// The most backup codes of one person, used ones included.
const CODES: usize = 100;

/// The most keys of one person.
const KEYS: usize = 30;

/// Second factors and passkeys of one person.
#[derive(Debug, Default)]
pub struct Brought {
    /// The secret of their authenticator app.
    pub totp: Option<TotpSecret>,
    /// Their backup codes.
    pub codes: Vec<BroughtCode>,
    /// The key that digests among the codes were made with.
    pub digest_key: Option<Zeroizing<Vec<u8>>>,
    /// Their passkeys and security keys.
    pub keys: Vec<BroughtKey>,
}

impl Brought {
    /// Whether there is nothing of it.
    pub(super) fn is_empty(&self) -> bool {
        self.totp.is_none() && self.codes.is_empty() && self.keys.is_empty()
    }
}

/// What speaks against it, before anything is written; `id` is the id that the person keeps.
pub(super) fn objection(
    cx: &mut Cx<'_>,
    brought: &Brought,
    id: Option<IdentityId>,
) -> Result<Option<Misfit>> {
    let at = |pointer: &str, reason: &str| {
        let (pointer, reason) = (format!("/credentials/{pointer}"), reason.to_owned());
        Ok(Some(Misfit { pointer, reason }))
    };
    let codes = "lookup_secret/config/codes";
    if brought.codes.len() > CODES {
        return at(codes, "there are more than 100 codes");
    }
    if brought.codes.iter().any(|code| matches!(code.code, CodeForm::Digest(_))) {
        if id.is_none() {
            return at(codes, "digests are good with the id that they were made for only");
        }
        let Some(key) = brought.digest_key.as_ref().filter(|key| key.len() == 32) else {
            return at(codes, "digests are good with their digest_key of 32 bytes only");
        };
        if !factors::is_digest_key_good(cx, key)? {
            return at(codes, "this server makes its digests with another key");
        }
    }
    if brought.keys.len() > KEYS {
        return at("webauthn/config/credentials", "there are more than 30 keys");
    }
    for (n, key) in brought.keys.iter().enumerate() {
        let is_double = brought.keys[..n].iter().any(|before| before.credential_id == key.credential_id);
        let reason = match is_double {
            true => Some("a key is there twice"),
            false => passkeys::objection(cx, key)?,
        };
        if let Some(reason) = reason {
            let kind = match key.kind {
                crate::model::PasskeyKind::Passkey => "passkey/config/credentials",
                crate::model::PasskeyKind::SecurityKey => "webauthn/config/credentials",
            };
            return at(kind, reason);
        }
    }
    Ok(None)
}

/// Keeps it for somebody new.
pub(super) fn keep(cx: &mut Cx<'_>, identity: IdentityId, brought: Brought) -> Result<()> {
    if let Some(secret) = &brought.totp {
        factors::bring_app(cx, identity, secret)?;
    }
    if !brought.codes.is_empty() {
        let by_digest = brought.codes.iter().any(|code| matches!(code.code, CodeForm::Digest(_)));
        let digest_key = brought.digest_key.as_ref().filter(|_| by_digest).map(|key| key.as_slice());
        factors::bring_codes(cx, identity, &brought.codes, digest_key)?;
    }
    for key in brought.keys {
        passkeys::bring(cx, identity, key)?;
    }
    Ok(())
}

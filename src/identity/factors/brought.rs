//! Second factors that are typed, on their way from one server to another: the secret of an app, and backup codes.

use zeroize::Zeroizing;

use super::{backup_codes, totp};
use crate::crypto::{BackupCode, TotpSecret};
use crate::cx::{Cx, Fault, Result};
use crate::model::{CredentialId, Event, IdentityId, Instant};
use crate::store;
use crate::store::factors::BackupCodeRow;

/// A backup code that somebody has from elsewhere.
#[derive(Debug)]
pub struct BroughtCode {
    /// The code.
    pub code: CodeForm,
    /// When it was used, if it was.
    pub used_at: Option<Instant>,
}

/// How a code is brought.
#[derive(Debug)]
pub enum CodeForm {
    /// As the person has it.
    Plain(BackupCode),
    /// As a server of ours keeps it: by the key of its digests, and for the id of its person.
    Digest([u8; 32]),
}

/// Keeps the secret of an app that somebody has already. No code of it was taken here.
pub(in crate::identity) fn bring_app(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    secret: &TotpSecret,
) -> Result<()> {
    let sealed = cx.env.secrets.seal(cx.random(), &totp::place(identity), secret.expose())?;
    let id = CredentialId::from_uuid(cx.random().uuid());
    if !store::factors::insert_totp(cx.db, id, identity, &sealed, None, cx.now)? {
        return Err(Fault::Internal("somebody new has an app".to_owned()));
    }
    cx.record(Event::new("credential.added").of(identity).with("kind", "totp").with("imported", true))
}

/// Keeps backup codes that somebody has already; `key` is that of the digests among them.
pub(in crate::identity) fn bring_codes(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    codes: &[BroughtCode],
    key: Option<&[u8]>,
) -> Result<()> {
    if let Some(key) = key {
        backup_codes::bring_digest_key(cx, key)?;
    }
    for brought in codes {
        let digest = match &brought.code {
            CodeForm::Plain(code) => backup_codes::digest(cx, identity, code)?,
            CodeForm::Digest(digest) => *digest,
        };
        store::factors::insert_backup_code(cx.db, identity, &digest, cx.now, brought.used_at)?;
    }
    cx.record(Event::new("backup_codes.made").of(identity).with("imported", true))
}

/// Whether digests by this key are good here: they are if it is ours, or if we have none yet.
pub fn is_digest_key_good(cx: &mut Cx<'_>, key: &[u8]) -> Result<bool> {
    backup_codes::is_digest_key_good(cx, key)
}

/// The secret of somebody's app, to take it elsewhere.
pub fn app_secret(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Option<TotpSecret>> {
    let Some(row) = store::factors::totp(cx.db, identity)? else { return Ok(None) };
    let bytes: Zeroizing<Vec<u8>> = cx.env.secrets.open(&totp::place(identity), &row.secret)?;
    Ok(Some(TotpSecret::from_bytes(bytes)))
}

/// Backup codes as they are kept.
pub struct KeptCodes {
    /// The codes.
    pub codes: Vec<BackupCodeRow>,
    /// The key of their digests.
    pub digest_key: Zeroizing<Vec<u8>>,
}

/// The backup codes of somebody, to take them elsewhere; `None` if there are none.
pub fn backup_codes_of(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Option<KeptCodes>> {
    let codes = store::factors::backup_codes_of_all(cx.db, &[identity])?;
    let key = backup_codes::key_to_take_along(cx)?;
    Ok(key.filter(|_| !codes.is_empty()).map(|digest_key| KeptCodes { codes, digest_key }))
}

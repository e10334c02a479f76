//! Backup codes: made together, shown once, each good for one sign-in without the other factor.
//!
//! With eighty bits of chance a code cannot be guessed from its keyed digest, so no slow hash is needed, and a try costs
//! one look by the digest. Nobody could make the digests anew when the data secret changes, so their key is no part of it:
//! it is made once, and only sealed by it.

use std::time::Duration;

use zeroize::Zeroizing;

use super::{BY_CODE, Checked, refused, tries};
use crate::crypto::{BackupCode, hmac_sha256};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Event, IdentityId, Mail, Notice, Session};
use crate::store;

/// How many codes are made at once.
pub const BACKUP_CODES: usize = 10;

/// With so many left, or fewer, people are told to make new ones.
pub const FEW_BACKUP_CODES: usize = 3;

/// How long new codes can be looked at.
const SHOWN: Duration = Duration::from_secs(30 * 60);

const KIND: &str = "lookup_secret";

/// The row that keeps the key of the digests.
const KEY: &str = "backup_code_key";

fn place(identity: IdentityId) -> String {
    format!("factor_setups.lookup_secret.{identity}")
}

/// The key of all digests, if it was made already.
fn digest_key(cx: &mut Cx<'_>) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Some(sealed) = store::meta::find(cx.db, KEY)? else { return Ok(None) };
    Ok(Some(cx.env.secrets.open(KEY, &sealed)?))
}

/// Takes this for the key of all digests if there is none yet; answers the key that there is then.
fn settle_digest_key(cx: &mut Cx<'_>, key: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let sealed = cx.env.secrets.seal(cx.random(), KEY, key)?;
    let sealed = store::meta::insert_once(cx.db, KEY, &sealed)?;
    Ok(cx.env.secrets.open(KEY, &sealed)?)
}

/// The key of all digests, for whoever takes digests elsewhere; `None` if there are none.
pub(super) fn key_to_take_along(cx: &mut Cx<'_>) -> Result<Option<Zeroizing<Vec<u8>>>> {
    digest_key(cx)
}

/// Whether digests by this key are good here: it is ours, or we have none yet.
pub(super) fn is_digest_key_good(cx: &mut Cx<'_>, key: &[u8]) -> Result<bool> {
    Ok(digest_key(cx)?.is_none_or(|ours| ours.as_slice() == key))
}

/// Takes over the key of digests that were brought.
pub(super) fn bring_digest_key(cx: &mut Cx<'_>, key: &[u8]) -> Result<()> {
    match settle_digest_key(cx, key)?.as_slice() == key {
        true => Ok(()),
        false => Err(Fault::Internal("digests were brought by another key".to_owned())),
    }
}

/// What is kept of a code of this person. The first call makes the key.
pub(super) fn digest(cx: &mut Cx<'_>, identity: IdentityId, code: &BackupCode) -> Result<[u8; 32]> {
    let key = match digest_key(cx)? {
        Some(key) => key,
        None => settle_digest_key(cx, &cx.random().bytes32())?,
    };
    // An id has always the same length, so that no two pairs read alike.
    Ok(hmac_sha256(&key, &[identity.uuid().as_bytes(), code.expose().as_bytes()].concat()))
}

/// Makes new codes, in place of all older ones; they can be looked at in this session until they are kept.
pub fn make_backup_codes(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    let identity = session.identity;
    let codes: Vec<BackupCode> = (0..BACKUP_CODES).map(|_| BackupCode::generate(cx.random())).collect();
    let mut digests = Vec::with_capacity(codes.len());
    for code in &codes {
        digests.push(digest(cx, identity, code)?);
    }
    store::factors::replace_backup_codes(cx.db, identity, &digests, cx.now)?;
    let shown: Vec<String> = codes.iter().map(BackupCode::in_groups).collect();
    let secret = cx.env.secrets.seal(cx.random(), &place(identity), shown.join("\n").as_bytes())?;
    let setup = store::factors::Setup { session: session.id, secret, expires_at: cx.now + SHOWN };
    store::factors::begin_setup(cx.db, identity, KIND, &setup, cx.now)?;
    cx.record(Event::new("backup_codes.made").of(identity).in_session(session.id))
}

/// Whoever has no backup codes gets some, with the first thing that they stand in for.
pub fn provide_backup_codes(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    match store::factors::backup_codes_left(cx.db, session.identity)? {
        0 => make_backup_codes(cx, session),
        _ => Ok(()),
    }
}

/// The new codes, for whoever has just made them in this session; `None` once they are kept, or after half an hour.
pub fn new_backup_codes(cx: &mut Cx<'_>, session: &Session) -> Result<Option<Vec<String>>> {
    let found = store::factors::setup(cx.db, session.identity, KIND, cx.now)?;
    let Some(setup) = found.filter(|setup| setup.session == session.id) else { return Ok(None) };
    let text = cx.env.secrets.open_text(&place(session.identity), &setup.secret)?;
    Ok(Some(text.expose().lines().map(str::to_owned).collect()))
}

/// The person has kept the new codes: nobody sees them again.
pub fn keep_backup_codes(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    Ok(store::factors::end_setup(cx.db, session.identity, KIND)?)
}

/// Takes all codes of somebody away, those too that they have not kept yet: `false` if there are none.
pub fn remove_backup_codes(cx: &mut Cx<'_>, identity: IdentityId) -> Result<bool> {
    let removed = store::factors::delete_backup_codes(cx.db, identity)?;
    if removed == 0 {
        return Ok(false);
    }
    store::factors::end_setup(cx.db, identity, KIND)?;
    cx.record(Event::new("backup_codes.removed").of(identity).with("n", removed))?;
    Ok(true)
}

pub(super) fn check(cx: &mut Cx<'_>, identity: IdentityId, typed: &str) -> Result<Checked> {
    if typed.trim().is_empty() {
        let notice = Notice::error("field.empty").with("field", "backup_code").on("code");
        return Ok(Checked::Refused(notice));
    }
    if let Some(notice) = tries::count(cx, tries::BACKUP_CODES, identity)? {
        return refused(cx, identity, KIND, "slow_down", notice);
    }
    let mismatch = || Notice::error("backup.mismatch").on("code");
    let Some(code) = BackupCode::parse(typed).or_else(|| BackupCode::parse_foreign(typed)) else {
        return refused(cx, identity, KIND, "mismatch", mismatch());
    };
    if !super::is_any(cx, identity)? {
        // Codes stand in for a factor: where there is none, there is nothing to stand in for.
        return refused(cx, identity, KIND, "not_enrolled", mismatch());
    }
    let digest = digest(cx, identity, &code)?;
    if store::factors::use_backup_code(cx.db, identity, &digest, cx.now)? {
        return used(cx, identity);
    }
    if store::factors::is_backup_code_used(cx.db, identity, &digest)? {
        return refused(cx, identity, KIND, "used", Notice::error("backup.used").on("code"));
    }
    refused(cx, identity, KIND, "mismatch", mismatch())
}

fn used(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Checked> {
    tries::forget(cx, tries::BACKUP_CODES, identity)?;
    let left = store::factors::backup_codes_left(cx.db, identity)?;
    cx.record(Event::new("backup_code.used").of(identity).with("left", left))?;
    let left = u32::try_from(left).map_err(|_| Fault::Internal("more codes than there are".to_owned()))?;
    cx.notify(identity, &Mail::BackupCodeUsed { left })?;
    Ok(Checked::Right(BY_CODE))
}

//! Backup codes: made together, shown once, each good for one sign-in without the other factor.
//!
//! With eighty bits of chance a code cannot be guessed from its keyed digest, so no slow hash is needed, and a try costs
//! one look by the digest.

use std::time::Duration;

use super::{BY_CODE, Checked, refused, tries};
use crate::crypto::{BackupCode, MacPurpose};
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

fn place(identity: IdentityId) -> String {
    format!("factor_setups.lookup_secret.{identity}")
}

/// Makes new codes, in place of all older ones; they can be looked at in this session until they are kept.
pub fn make_backup_codes(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    let identity = session.identity;
    let codes: Vec<BackupCode> = (0..BACKUP_CODES).map(|_| BackupCode::generate(cx.random())).collect();
    let id = identity.to_string();
    let digest = |code: &BackupCode| {
        cx.env.secrets.mac(MacPurpose::BackupCode, &[id.as_bytes(), code.expose().as_bytes()])
    };
    let digests: Vec<[u8; 32]> = codes.iter().map(digest).collect();
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

pub(super) fn check(cx: &mut Cx<'_>, identity: IdentityId, typed: &str) -> Result<Checked> {
    if typed.trim().is_empty() {
        let notice = Notice::error("field.empty").with("field", "backup_code").on("code");
        return Ok(Checked::Refused(notice));
    }
    if let Some(notice) = tries::count(cx, tries::BACKUP_CODES, identity)? {
        return refused(cx, identity, KIND, "slow_down", notice);
    }
    let mismatch = || Notice::error("backup.mismatch").on("code");
    let Some(code) = BackupCode::parse(typed) else {
        return refused(cx, identity, KIND, "mismatch", mismatch());
    };
    if !super::is_any(cx, identity)? {
        // Codes stand in for a factor: where there is none, there is nothing to stand in for.
        return refused(cx, identity, KIND, "not_enrolled", mismatch());
    }
    let (id, text) = (identity.to_string(), code.expose());
    let parts = [id.as_bytes(), text.as_bytes()];
    let digests: Vec<[u8; 32]> = cx.env.secrets.macs(MacPurpose::BackupCode, &parts).collect();
    for digest in &digests {
        if store::factors::use_backup_code(cx.db, identity, digest, cx.now)? {
            return used(cx, identity);
        }
    }
    for digest in &digests {
        if store::factors::is_backup_code_used(cx.db, identity, digest)? {
            return refused(cx, identity, KIND, "used", Notice::error("backup.used").on("code"));
        }
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

//! How often the second factor of one person may be guessed, whoever does it and from wherever: a new flow, another
//! browser or the password typed again begin no new count.

use std::time::Duration;

use crate::crypto::MacPurpose;
use crate::cx::{Cx, Result};
use crate::model::{IdentityId, Instant, Notice};
use crate::store;

/// So many tries in a window, and a pause of the same length after them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    name: &'static str,
    tries: i64,
    window: Duration,
}

/// Codes of an app.
pub(super) const TOTP: Limit = Limit { name: "totp", tries: 5, window: Duration::from_secs(5 * 60) };

/// Backup codes.
pub(super) const BACKUP_CODES: Limit =
    Limit { name: "backup-codes", tries: 5, window: Duration::from_secs(3_600) };

fn subject(cx: &Cx<'_>, limit: Limit, identity: IdentityId) -> [u8; 32] {
    let identity = identity.to_string();
    cx.env.secrets.mac(MacPurpose::Throttle, &[b"second-factor", limit.name.as_bytes(), identity.as_bytes()])
}

/// Counts a try before it is made. A notice: it may not be made, and when the next one may.
pub(super) fn count(cx: &mut Cx<'_>, limit: Limit, identity: IdentityId) -> Result<Option<Notice>> {
    let subject = subject(cx, limit, identity);
    let Some(tries) = store::throttles::count(cx.db, &subject, cx.now, cx.now + limit.window)? else {
        let row = store::throttles::find(cx.db, &subject, cx.now)?;
        let wait = row.map_or(limit.window, |row| row.blocked_until.since(cx.now));
        let minutes = wait.as_secs().div_ceil(60).max(1);
        return Ok(Some(Notice::error("factor.slow_down").with("minutes", minutes).on("code")));
    };
    if tries >= limit.tries {
        let until = cx.now + limit.window;
        store::throttles::block(cx.db, &subject, until, until)?;
    }
    Ok(None)
}

/// For so long no try of one kind counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Of which kind: `totp` or `lookup_secret`.
    pub kind: &'static str,
    /// Until when.
    pub until: Instant,
}

/// The pauses that somebody has to make.
pub(in crate::identity) fn pauses(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Vec<Pause>> {
    let mut pauses = Vec::new();
    for (limit, kind) in [(TOTP, "totp"), (BACKUP_CODES, "lookup_secret")] {
        let subject = subject(cx, limit, identity);
        let counted = store::throttles::find(cx.db, &subject, cx.now)?;
        if let Some(until) = counted.map(|row| row.blocked_until).filter(|until| cx.now < *until) {
            pauses.push(Pause { kind, until });
        }
    }
    Ok(pauses)
}

/// An administrator lifts them: all wrong tries are forgotten.
pub(in crate::identity) fn lift(cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
    forget(cx, TOTP, identity)?;
    forget(cx, BACKUP_CODES, identity)
}

/// The try was good: all is forgotten.
pub(super) fn forget(cx: &mut Cx<'_>, limit: Limit, identity: IdentityId) -> Result<()> {
    let subject = subject(cx, limit, identity);
    Ok(store::throttles::delete(cx.db, &subject)?)
}

//! A lock as administrators see it, and lift it.

use super::super::factors::{self, Pause};
use super::super::throttle::{self, PASSWORD, RULES, Rule};
use crate::cx::{Cx, Result};
use crate::model::{Event, IdentityId, Instant};
use crate::store;

/// The most browsers of a person whose counters are looked for.
const BROWSERS: i64 = 100;

/// How strangers stand with a person's password. Browsers that the person has used before have counters of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Whether and how it is locked.
    pub state: LockState,
    /// Wrong passwords in a row.
    pub failures: i64,
    /// Second factors of which no try counts for a while, whoever makes it.
    pub pauses: Vec<Pause>,
}

/// Whether a stranger's password counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockState {
    /// It does.
    Open,
    /// Not before this.
    Waiting(Instant),
    /// Never: only recovery or an administrator helps.
    PasswordOff,
}

/// How it stands; `None` if there is nobody of this id.
pub fn lock_of(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Option<Lock>> {
    if store::identities::find(cx.db, identity)?.is_none() {
        return Ok(None);
    }
    let pauses = factors::pauses(cx, identity)?;
    let subject = throttle::subject(cx, Some(identity), "");
    let Some(counted) = throttle::look(cx, subject)? else {
        return Ok(Some(Lock { state: LockState::Open, failures: 0, pauses }));
    };
    let state = match counted.failures {
        many if many >= PASSWORD.last => LockState::PasswordOff,
        _ if cx.now < counted.blocked_until => LockState::Waiting(counted.blocked_until),
        _ => LockState::Open,
    };
    Ok(Some(Lock { state, failures: counted.failures, pauses }))
}

/// Forgets every wrong try at a person's secrets, of strangers and in their own browsers, second factors included;
/// `false` if there is nobody of this id.
pub fn lift_lock(cx: &mut Cx<'_>, identity: IdentityId) -> Result<bool> {
    let Some(lock) = lock_of(cx, identity)? else { return Ok(false) };
    forget(cx, identity, &RULES)?;
    factors::lift(cx, identity)?;
    cx.record(Event::new("identity.unlocked").of(identity).with("failures", lock.failures))?;
    Ok(true)
}

/// There is a new password: what was guessed at the old one counts no more. Other secrets keep their counters.
pub(in crate::identity) fn forget_password(cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
    forget(cx, identity, &[&PASSWORD])
}

fn forget(cx: &mut Cx<'_>, identity: IdentityId, rules: &[&Rule]) -> Result<()> {
    let browsers = store::known_browsers::of(cx.db, identity, BROWSERS)?;
    for rule in rules {
        let strangers = throttle::subject_of(cx, rule, Some(identity), "");
        throttle::forget(cx, strangers)?;
        for browser in &browsers {
            let own = throttle::subject_in(cx, rule, identity, browser);
            throttle::forget(cx, own)?;
        }
    }
    Ok(())
}

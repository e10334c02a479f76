//! Two people in one browser: who has just shown who they are, and who has signed in meanwhile in another tab (J14).

use std::time::Duration;

use super::super::{Progress, hold, is_open, keep, spend};
use super::{first_accepted, mismatch, switched_off};
use crate::cx::{Cx, Result};
use crate::model::{Flow, IdentityId, Instant, Login, Notice, Passkey, Session, TOUCHED_FLOW};
use crate::store;

/// How long what was shown waits for the person to choose between two accounts.
const CHOICE: Duration = Duration::from_secs(10 * 60);

/// The person chooses between the account that they have just shown to be theirs (`switch`) and the one that is signed in.
/// A choice that comes too late asks for the sign-in again.
pub fn choose(
    cx: &mut Cx<'_>,
    flow: Flow<Login>,
    switch: bool,
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let mut flow = hold(cx, flow)?;
    let Some(proven) = flow.state.proven.filter(|_| is_open(&flow, cx.now)) else {
        return Ok(Progress::Stay(flow));
    };
    if !switch && let Some(session) = previous.filter(|session| session.is_alive(cx.now)) {
        flow.identity = Some(session.identity);
        return Ok(match spend(cx, flow)? {
            Ok(completed) => Progress::Done(completed, None),
            Err(flow) => Progress::Stay(flow),
        });
    }
    // The last form of this flow was the one with the password, or with the passkey.
    let proven_at = flow.expires_at - TOUCHED_FLOW;
    let by = std::mem::take(&mut flow.state.proven_by);
    let by: Vec<&str> = if by.is_empty() { vec!["pwd"] } else { by.iter().map(String::as_str).collect() };
    let counts = switch && cx.now.since(proven_at) <= CHOICE && still_opens(cx, proven, &by, proven_at)?;
    flow.state.proven = None;
    if !counts {
        let notice = Notice::info("login.expired_reenter");
        return Ok(Progress::Stay(keep(cx, flow, vec![notice])?));
    }
    match store::identities::find(cx.db, proven)? {
        Some(person) if person.is_active() => first_accepted(cx, flow, proven, &by, previous),
        Some(person) => Ok(Progress::Stay(switched_off(cx, flow, &person)?)),
        None => Ok(Progress::Stay(mismatch(cx, flow, None, "identity_gone")?)),
    }
}

/// Whether what was shown then would open the account now: it may have been replaced or removed since.
fn still_opens(cx: &mut Cx<'_>, identity: IdentityId, by: &[&str], at: Instant) -> Result<bool> {
    if by.contains(&"pwd") {
        return Ok(store::identities::password_set_at(cx.db, identity)?.is_some_and(|set_at| set_at <= at));
    }
    if by.contains(&"user") {
        let used_then = |passkey: &Passkey| passkey.last_used_at.is_some_and(|used_at| used_at >= at);
        return Ok(store::passkeys::list(cx.db, identity)?.iter().any(used_then));
    }
    Ok(true)
}

//! The second step of a sign-in. It stands on the evidence of the first one, which a row keeps: nothing that is sent to
//! this step takes the place of the first.

use std::time::Duration;

use super::super::factors::{self, Checked, Typed};
use super::super::{Progress, accounts, hold, is_open, keep, sessions, spend, start};
use super::{forget_first, sign_in};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Assurance, Birth, FirstFactor, Flow, FlowId, Identity, Instant, Login, Notice, Session};
use crate::store;

/// How long a first factor waits for the second one.
const WAIT: Duration = Duration::from_secs(10 * 60);

/// From so many misses on, people are told what may be wrong with the clock of their phone.
const MISSES_BEFORE_CLOCK: u32 = 2;

/// Begins a second step for somebody who is signed in without it: their session is raised, and nothing else of it
/// changes.
pub fn begin_second(cx: &mut Cx<'_>, birth: Birth, session: &Session) -> Result<FlowId> {
    let address = accounts::main_address(cx, session.identity)?.map(|address| address.value);
    let first = FirstFactor {
        identity: session.identity,
        amr: session.amr.clone(),
        at: session.authenticated_at.micros(),
        raises: Some(session.id),
        confirms: true,
    };
    let state = Login { identifier: address.unwrap_or_default(), first: Some(first), ..Login::default() };
    Ok(start(cx, birth, Some(session.identity), state)?.id)
}

/// Whether this flow's page is that of the second step: a first factor was shown, and not too long ago.
pub fn is_second_due(flow: &Flow<Login>, previous: Option<&Session>, now: Instant) -> bool {
    let Some(first) = &flow.state.first else { return false };
    match first.raises {
        Some(id) => previous.is_some_and(|session| session.id == id && session.is_alive(now)),
        None => now.since(Instant::from_micros(first.at)) <= WAIT,
    }
}

/// Takes what was typed as the second factor. `previous` is the living session of this browser. With `trust` the person
/// wants to be spared this step in this browser for a while.
pub fn submit_second(
    cx: &mut Cx<'_>,
    flow: Flow<Login>,
    kind: Typed,
    typed: &str,
    trust: bool,
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let mut flow = hold(cx, flow)?;
    let Some(person) = due(cx, &flow, previous)? else { return first_again(cx, flow) };
    match factors::check(cx, person.id, kind, typed)? {
        Checked::Right(how) => second_shown(cx, flow, how, trust, previous),
        Checked::Refused(notice) => {
            let mut notices = Vec::new();
            if notice.id.ends_with(".mismatch") {
                flow.state.misses += 1;
                if kind == Typed::Totp && flow.state.misses >= MISSES_BEFORE_CLOCK {
                    notices.push(Notice::info("totp.clock"));
                }
            }
            notices.push(notice);
            Ok(Progress::Stay(keep(cx, flow, notices)?))
        }
    }
}

/// A second factor was shown, by `how` (RFC 8176, with `mfa`): the person is signed in, or their session is raised. For
/// every kind of factor; whoever calls has just checked it for the flow's identity, in this transaction.
pub fn second_shown(
    cx: &mut Cx<'_>,
    flow: Flow<Login>,
    how: &[&str],
    trust: bool,
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let Some(person) = due(cx, &flow, previous)? else { return first_again(cx, flow) };
    let (Some(first), Some(browser)) = (flow.state.first.clone(), flow.browser) else {
        return Ok(Progress::Stay(flow));
    };
    let mut amr: Vec<&str> = first.amr.iter().map(String::as_str).collect();
    amr.extend(how.iter().filter(|how| !first.amr.iter().any(|known| known == *how)));
    if Assurance::of(&amr) != Assurance::Aal2 {
        return Err(Fault::Internal("a second factor does not say that it is one".to_owned()));
    }
    let progress = match previous.filter(|session| first.raises == Some(session.id)) {
        None => sign_in(cx, flow, person.id, &amr, previous)?,
        Some(session) => match spend(cx, flow)? {
            Ok(completed) => Progress::Done(completed, Some(sessions::raise(cx, session, how)?)),
            Err(flow) => Progress::Stay(flow),
        },
    };
    if trust && matches!(progress, Progress::Done(..)) {
        factors::trust(cx, person.id, browser)?;
    }
    Ok(progress)
}

/// Who is to show a second factor in this flow; `None` if nobody has shown a first one that counts.
fn due(cx: &mut Cx<'_>, flow: &Flow<Login>, previous: Option<&Session>) -> Result<Option<Identity>> {
    if !is_open(flow, cx.now) || !is_second_due(flow, previous, cx.now) {
        return Ok(None);
    }
    let Some(first) = &flow.state.first else { return Ok(None) };
    Ok(store::identities::find(cx.db, first.identity)?.filter(Identity::is_active))
}

/// The first factor is asked for again.
fn first_again(cx: &mut Cx<'_>, mut flow: Flow<Login>) -> Result<Progress<Login>> {
    if !is_open(&flow, cx.now) || flow.state.first.is_none() {
        return Ok(Progress::Stay(flow));
    }
    forget_first(&mut flow);
    Ok(Progress::Stay(keep(cx, flow, vec![Notice::info("login.expired_reenter")])?))
}

//! Signing in with a passkey: what it is, and that it verified its owner, make two factors in one step. And what a passkey
//! or a security key is after a first factor.

use super::super::{Progress, hold, is_open, keep, login, recovery};
use super::showing::{Attempt, Judged, amr, judge};
use crate::cx::{Cx, Result};
use crate::model::{Flow, Login, Notice, Recovery, RecoveryStage, Session};
use crate::store;

/// The person has begun and not gone on; nothing has happened.
pub fn not_used(cx: &mut Cx<'_>, flow: Flow<Login>) -> Result<Flow<Login>> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) {
        return Ok(flow);
    }
    keep(cx, flow, vec![Notice::info("passkey.cancelled")])
}

/// Takes the attempt as the whole sign-in. `previous` is the living session of this browser.
pub fn sign_in(
    cx: &mut Cx<'_>,
    flow: Flow<Login>,
    attempt: Attempt,
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) {
        return Ok(Progress::Stay(flow));
    }
    let known = match judge(cx, &flow, attempt)? {
        Judged::Shown(known) => known,
        Judged::Refused(notice) => return Ok(Progress::Stay(keep(cx, flow, vec![notice])?)),
    };
    match store::identities::find(cx.db, known.identity)? {
        Some(person) if person.is_active() => {
            login::first_shown(cx, flow, known.identity, amr(&known), previous)
        }
        Some(person) => Ok(Progress::Stay(login::switched_off(cx, flow, &person)?)),
        None => Ok(Progress::Stay(keep(cx, flow, vec![Notice::error("passkey.failed")])?)),
    }
}

/// Takes the attempt as the second step of a sign-in.
pub fn second(
    cx: &mut Cx<'_>,
    flow: Flow<Login>,
    attempt: Attempt,
    trust: bool,
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) || !login::is_second_due(&flow, previous, cx.now) {
        // It sends the person back to the first step, if that has run out.
        return login::second_shown(cx, flow, &[], false, previous);
    }
    match judge(cx, &flow, attempt)? {
        Judged::Shown(known) => login::second_shown(cx, flow, amr(&known), trust, previous),
        Judged::Refused(notice) => Ok(Progress::Stay(keep(cx, flow, vec![notice])?)),
    }
}

/// Takes the attempt as the second factor on the way to a new password.
pub fn recover(cx: &mut Cx<'_>, flow: Flow<Recovery>, attempt: Attempt) -> Result<Flow<Recovery>> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) || flow.state.stage != RecoveryStage::SecondFactor {
        return Ok(flow);
    }
    match judge(cx, &flow, attempt)? {
        Judged::Shown(known) => recovery::second_shown(cx, flow, amr(&known)),
        Judged::Refused(notice) => keep(cx, flow, vec![notice]),
    }
}

//! Signing in with a mailed code. It is a first factor: whoever has a second one is asked for it all the same.

use super::super::codes::{self, Checked, For, Purpose, Recipient};
use super::super::{Progress, accounts, hold, is_open, keep, traits};
use super::{confirmed, first_shown, forget_first};
use crate::cx::{Cx, Result};
use crate::model::{Event, Flow, Identity, Login, Notice, Session};
use crate::store;

/// What is kept of an identifier to show it again.
const SHOWN: usize = 254;

/// Mails a code to the address that was typed. Whether anybody has it shows nowhere: the page is the same, and so is the
/// work. Somebody who must confirm that it is them gets it at their own address, whatever was typed.
pub fn send_code(cx: &mut Cx<'_>, flow: Flow<Login>, identifier: &str) -> Result<Flow<Login>> {
    let mut flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) || !cx.settings().login_code {
        return Ok(flow);
    }
    flow.state.proven = None;
    flow.state.mailed = false;
    forget_first(&mut flow);
    if confirmed(&flow).is_none() {
        flow.state.identifier = identifier.trim().chars().take(SHOWN).collect();
    }
    let typed = flow.state.identifier.clone();
    if typed.is_empty() {
        let notice = Notice::error("field.empty").with("field", "email").on("identifier");
        return keep(cx, flow, vec![notice]);
    }
    let Some(canonical) = traits::canonical_email(&typed) else {
        return keep(cx, flow, vec![Notice::error("email.format").on("identifier")]);
    };
    flow.state.mailed = true;
    let flow = keep(cx, flow, Vec::new())?;
    mail(cx, &flow, &canonical)?;
    Ok(flow)
}

/// Mails a code to whoever has proven the address and may sign in; to nobody else.
fn mail(cx: &mut Cx<'_>, flow: &Flow<Login>, canonical: &str) -> Result<()> {
    let owner = accounts::owner_of(cx, canonical)?;
    let person = match &owner {
        Some(owner) => store::identities::find(cx.db, owner.identity)?,
        None => None,
    };
    let meant = confirmed(flow);
    let entitled = owner.filter(|owner| {
        owner.verified_at.is_some()
            && person.as_ref().is_some_and(Identity::is_active)
            && meant.is_none_or(|meant| meant == owner.identity)
    });
    let to = match entitled {
        Some(owner) => Recipient::Mailbox(owner.value, Some(owner.identity)),
        None => Recipient::Nobody,
    };
    let event = Event::new("login.code_asked");
    cx.record(match &to {
        Recipient::Mailbox(_, Some(identity)) => event.of(*identity),
        _ => event,
    })?;
    let client_id = flow.client_id.as_deref();
    codes::send(cx, For { purpose: Purpose::SignIn, flow: flow.id, client_id, address: canonical }, &to)
}

/// Takes a typed code. The right one is a first factor.
pub fn submit_code(
    cx: &mut Cx<'_>,
    flow: Flow<Login>,
    typed: &str,
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let mut flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) || !flow.state.mailed || !cx.settings().login_code {
        return Ok(Progress::Stay(flow));
    }
    let dead = || Notice::error("code.expired").on("code");
    let code = match codes::check(cx, flow.id, typed)? {
        Checked::Right(code) => code,
        Checked::Used => return Ok(Progress::Stay(keep(cx, flow, vec![dead()])?)),
        Checked::Refused(notice) => return Ok(Progress::Stay(keep(cx, flow, vec![notice])?)),
    };
    let owner = accounts::owner_of(cx, &code.address)?.filter(|owner| Some(owner.identity) == code.identity);
    let person = match owner {
        Some(owner) => store::identities::find(cx.db, owner.identity)?.filter(Identity::is_active),
        None => None,
    };
    match person {
        Some(person) => {
            flow.state.mailed = false;
            first_shown(cx, flow, person.id, &["otp"], previous)
        }
        None => Ok(Progress::Stay(keep(cx, flow, vec![dead()])?)),
    }
}

/// Mails a new code on request, which takes the place of the one before.
pub fn resend_code(cx: &mut Cx<'_>, flow: Flow<Login>) -> Result<Flow<Login>> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) || !flow.state.mailed {
        return Ok(flow);
    }
    let Some(canonical) = traits::canonical_email(&flow.state.identifier) else { return Ok(flow) };
    if let Some(refusal) = codes::resend_refusal(cx, &canonical)? {
        return keep(cx, flow, vec![refusal]);
    }
    mail(cx, &flow, &canonical)?;
    keep(cx, flow, vec![Notice::success("code.sent")])
}

/// In how many seconds a new code may be asked for; `None` is at once.
pub fn resend_wait(cx: &mut Cx<'_>, flow: &Flow<Login>) -> Result<Option<u64>> {
    codes::resend_wait(cx, &flow.state.identifier)
}

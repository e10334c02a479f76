//! Getting back in without the password: a mailed code, then a new password. Each stage is reached by evidence only.

mod administered;
mod link;
mod passkey;
mod password;
mod second;

pub use super::links::LinkView;
pub use administered::{Administered, Made, OnExisting, begin_from, create_by_administrator};
pub use link::{confirm_link, disown_link, has_news, link_view, open_link};
pub use passkey::{passkey_options, save_passkey};
pub use password::{NewPassword, Prepared, Recovered, prepare_password, refuse_password, save_password};
pub use second::{second_shown, submit_second};

use super::codes::{self, Checked, For, Purpose, Recipient};
use super::guessing::network::{self, Budget};
use super::{accounts, factors, hold, is_open, keep, start, traits};
use crate::cx::{Cx, Result};
use crate::model::{Birth, Event, Flow, FlowId, Identity, IdentityId, Notice, Recovery, RecoveryStage};
use crate::store;

/// What is kept of an address to show it again.
const SHOWN: usize = 254;

/// Begins a recovery, with an address that was typed before.
pub fn begin(cx: &mut Cx<'_>, birth: Birth, address: &str) -> Result<FlowId> {
    let address = address.trim().chars().take(SHOWN).collect();
    Ok(start(cx, birth, None, Recovery::at(RecoveryStage::Address, address))?.id)
}

/// Begins a flow for somebody whose right password is known to others: they have shown it, and show their second factor if
/// they have one; then they choose another password. Nothing is known of their mailbox.
pub fn begin_for_breached(cx: &mut Cx<'_>, birth: Birth, identity: IdentityId) -> Result<Flow<Recovery>> {
    let stage = match factors::is_any(cx, identity)? {
        true => RecoveryStage::SecondFactor,
        false => RecoveryStage::Password,
    };
    let flow = start(cx, birth, Some(identity), Recovery::at(stage, String::new()))?;
    keep(cx, flow, vec![Notice::info("pw.breached_sign_in")])
}

/// Takes the address. Whether anybody has it shows nowhere: the page is the same, and so is the work. From whatever stage
/// this is submitted, what was shown before counts no more.
pub fn submit_address(cx: &mut Cx<'_>, flow: Flow<Recovery>, address: &str) -> Result<Flow<Recovery>> {
    let mut flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) {
        return Ok(flow);
    }
    flow.identity = None;
    flow.state = Recovery::at(RecoveryStage::Address, address.trim().chars().take(SHOWN).collect());
    if address.trim().is_empty() {
        let notice = Notice::error("field.empty").with("field", "email").on("email");
        return keep(cx, flow, vec![notice]);
    }
    let Some(canonical) = traits::canonical_email(address) else {
        return keep(cx, flow, vec![Notice::error("email.format").on("email")]);
    };
    if let Some(notice) = slow_down(cx)? {
        return keep(cx, flow, vec![notice]);
    }
    flow.state.stage = RecoveryStage::Code;
    let flow = keep(cx, flow, Vec::new())?;
    mail(cx, &flow, &canonical)?;
    Ok(flow)
}

fn recovers(cx: &Cx<'_>, person: &Identity, canonical: &str) -> bool {
    let schema = traits::schema(cx.settings(), &person.schema_id);
    traits::recovers(schema, &person.traits, canonical)
}

/// What a network hears that asks for too many codes, whoever they are for.
fn slow_down(cx: &mut Cx<'_>) -> Result<Option<Notice>> {
    Ok(network::take(cx, Budget::Recoveries)?.err().map(|wait| {
        let minutes = wait.as_secs().div_ceil(60).max(1);
        Notice::error("recovery.slow_down").with("minutes", minutes)
    }))
}

/// Mails a code to whoever has the address, as it is stored; to nobody if they may not sign in,
/// or if passwords are not recovered over it.
fn mail(cx: &mut Cx<'_>, flow: &Flow<Recovery>, canonical: &str) -> Result<()> {
    let owner = accounts::owner_of(cx, canonical)?;
    let asked_about =
        owner.as_ref().map_or_else(|| IdentityId::from_uuid(cx.random().uuid()), |o| o.identity);
    let person = store::identities::find(cx.db, asked_about)?;
    let refusal = match &person {
        None => Some("unknown_address"),
        Some(person) if !person.is_active() => Some("identity_inactive"),
        Some(person) if !recovers(cx, person, canonical) => Some("not_for_recovery"),
        Some(_) => None,
    };
    let event = match &person {
        Some(person) => Event::new("recovery.started").of(person.id),
        None => Event::new("recovery.started"),
    };
    let (to, event) = match (owner, refusal) {
        (Some(owner), None) => (Recipient::Mailbox(owner.value, Some(owner.identity)), event),
        (_, refusal) => (Recipient::Nobody, event.with("reason", refusal.unwrap_or("unknown_address"))),
    };
    cx.record(event)?;
    let client_id = flow.client_id.as_deref();
    codes::send(cx, For { purpose: Purpose::Recovery, flow: flow.id, client_id, address: canonical }, &to)
}

/// Takes a typed code. The right one proves the mailbox, and the flow goes on to the new password.
pub fn submit_code(cx: &mut Cx<'_>, flow: Flow<Recovery>, typed: &str) -> Result<Flow<Recovery>> {
    let mut flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) || flow.state.stage != RecoveryStage::Code {
        return Ok(flow);
    }
    let dead = || Notice::error("code.expired").on("code");
    let code = match codes::check(cx, flow.state.made_by.unwrap_or(flow.id), typed)? {
        Checked::Right(code) => code,
        Checked::Used => return keep(cx, flow, vec![dead()]),
        Checked::Refused(notice) => return keep(cx, flow, vec![notice]),
    };
    match entitled(cx, code.identity)? {
        Some(identity) => {
            proven(cx, &mut flow, identity)?;
            keep(cx, flow, Vec::new())
        }
        None => keep(cx, flow, vec![dead()]),
    }
}

/// The identity of a used code, if it still may have a new password.
fn entitled(cx: &mut Cx<'_>, identity: Option<IdentityId>) -> Result<Option<IdentityId>> {
    let Some(identity) = identity else { return Ok(None) };
    let person = store::identities::find(cx.db, identity)?;
    Ok(person.filter(|person| person.is_active()).map(|person| person.id))
}

/// The mailbox is proven for this identity.
fn proven(cx: &mut Cx<'_>, flow: &mut Flow<Recovery>, identity: IdentityId) -> Result<()> {
    flow.identity = Some(identity);
    flow.state.stage = match factors::is_any(cx, identity)? {
        true => RecoveryStage::SecondFactor,
        false => RecoveryStage::Password,
    };
    cx.record(Event::new("recovery.proven").of(identity))
}

/// Mails a new code on request, which takes the place of the one before.
pub fn resend(cx: &mut Cx<'_>, flow: Flow<Recovery>) -> Result<Flow<Recovery>> {
    let flow = hold(cx, flow)?;
    let mailed = flow.state.stage == RecoveryStage::Code && flow.state.made_by.is_none();
    if !is_open(&flow, cx.now) || !mailed || has_news(cx, &flow)? {
        return Ok(flow);
    }
    let Some(canonical) = traits::canonical_email(&flow.state.address) else { return Ok(flow) };
    if let Some(refusal) = codes::resend_refusal(cx, &canonical)? {
        return keep(cx, flow, vec![refusal]);
    }
    if let Some(notice) = slow_down(cx)? {
        return keep(cx, flow, vec![notice]);
    }
    mail(cx, &flow, &canonical)?;
    keep(cx, flow, vec![Notice::success("code.sent")])
}

/// In how many seconds a new code may be asked for; `None` is at once.
pub fn resend_wait(cx: &mut Cx<'_>, flow: &Flow<Recovery>) -> Result<Option<u64>> {
    codes::resend_wait(cx, &flow.state.address)
}

/// Whether the code that this flow waits for was used in another browser: the page goes back to the sign-in.
pub fn used_elsewhere(cx: &mut Cx<'_>, flow: &Flow<Recovery>) -> Result<bool> {
    if flow.state.stage != RecoveryStage::Code {
        return Ok(false);
    }
    let newest = store::one_time_codes::newest_of(cx.db, flow.state.made_by.unwrap_or(flow.id))?;
    Ok(newest.is_some_and(|code| code.used_at.is_some()))
}

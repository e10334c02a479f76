//! Proving an address by a mailed code, or by the link beside it.

mod link;
mod proof;

pub use super::links::LinkView;
pub use link::{Confirmed, confirm_link, disown_link, has_news, link_view, open_link};

use super::codes::{self, Checked, For, Purpose, Recipient};
use super::registration::{Account, Pending};
use super::{Progress, accounts, hold, is_open, keep, start, traits};
use crate::cx::{Cx, Result};
use crate::model::{
    Birth, Flow, FlowId, IdentityId, Notice, Registration, Session, Verification, VerificationPurpose,
};
use crate::store;

fn place(flow: FlowId) -> String {
    format!("flows.state.{flow}")
}

/// The account that waits, sealed, for the proof of its address.
fn account(cx: &Cx<'_>, flow: FlowId, sealed: &str) -> Result<Account> {
    Account::from_json(cx, &cx.env.secrets.open(&place(flow), sealed)?)
}

/// The address that the identity should prove: its first one, if it has proven none.
pub fn unproven_address(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Option<String>> {
    let addresses = store::identities::addresses_of(cx.db, identity)?;
    if addresses.iter().any(|address| address.verified_at.is_some()) {
        return Ok(None);
    }
    Ok(addresses.into_iter().next().map(|address| address.value))
}

/// Begins the proof that a registration waits for. Whether the address has an account already shows nowhere but in the
/// mail.
pub fn begin_for_registration(
    cx: &mut Cx<'_>,
    parent: &Flow<Registration>,
    pending: Pending,
) -> Result<FlowId> {
    let Pending { address, account } = pending;
    let state = Verification {
        address,
        purpose: VerificationPurpose::Registration { from: parent.id, pending: None },
    };
    let mut flow = start(cx, parent.birth(), None, state)?;
    if let Some(account) = account {
        let sealed = cx.env.secrets.seal(cx.random(), &place(flow.id), &account.to_json()?)?;
        flow.state.purpose = VerificationPurpose::Registration { from: parent.id, pending: Some(sealed) };
    }
    begun(cx, flow)
}

/// Begins the proof of an address that the identity has.
pub fn begin_for_address(
    cx: &mut Cx<'_>,
    birth: Birth,
    identity: IdentityId,
    address: &str,
) -> Result<FlowId> {
    let state = Verification { address: address.to_owned(), purpose: VerificationPurpose::Address };
    let flow = start(cx, birth, Some(identity), state)?;
    begun(cx, flow)
}

/// Begins the proof of an address that is to replace the one in the trait of this name.
pub fn begin_for_change(
    cx: &mut Cx<'_>,
    birth: Birth,
    identity: IdentityId,
    trait_name: &str,
    address: &str,
) -> Result<FlowId> {
    let purpose = VerificationPurpose::Change { name: trait_name.to_owned() };
    let flow = start(cx, birth, Some(identity), Verification { address: address.to_owned(), purpose })?;
    begun(cx, flow)
}

fn begun(cx: &mut Cx<'_>, flow: Flow<Verification>) -> Result<FlowId> {
    let flow = keep(cx, flow, Vec::new())?;
    mail(cx, &flow)?;
    Ok(flow.id)
}

/// Mails a code to the address of the flow, and to no other: of an identity's address, to the stored spelling.
fn mail(cx: &mut Cx<'_>, flow: &Flow<Verification>) -> Result<()> {
    let Some(canonical) = traits::canonical_email(&flow.state.address) else { return Ok(()) };
    let owner = accounts::owner_of(cx, &canonical)?;
    let to = match (&flow.state.purpose, flow.identity, owner) {
        (VerificationPurpose::Link { .. }, _, _) => return Ok(()),
        (VerificationPurpose::Registration { pending: Some(sealed), .. }, _, None) => {
            Recipient::Applicant(flow.state.address.clone(), account(cx, flow.id, sealed)?.traits)
        }
        (VerificationPurpose::Address, Some(identity), Some(owner)) if owner.identity == identity => {
            Recipient::Mailbox(owner.value, Some(identity))
        }
        (VerificationPurpose::Change { .. }, Some(identity), None) => {
            Recipient::Mailbox(flow.state.address.clone(), Some(identity))
        }
        (VerificationPurpose::Registration { .. } | VerificationPurpose::Change { .. }, _, Some(owner))
            if accounts::existing(cx, owner.identity)?.is_active() =>
        {
            Recipient::Owner(owner.value, owner.identity)
        }
        _ => Recipient::Nobody,
    };
    let client_id = flow.client_id.as_deref();
    let page = For { purpose: Purpose::Verification, flow: flow.id, client_id, address: &canonical };
    codes::send(cx, page, &to)
}

/// Takes a typed code. If the code was confirmed by its link in another browser, whatever is submitted here completes
/// the flow.
pub fn submit_code(
    cx: &mut Cx<'_>,
    flow: Flow<Verification>,
    typed: &str,
    previous: Option<&Session>,
) -> Result<Progress<Verification>> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) || matches!(flow.state.purpose, VerificationPurpose::Link { .. }) {
        return Ok(Progress::Stay(flow));
    }
    match codes::check(cx, flow.id, typed)? {
        Checked::Right(_) => match proof::apply(cx, flow)? {
            Ok(flow) => proof::conclude(cx, flow, previous),
            Err(flow) => Ok(Progress::Stay(flow)),
        },
        Checked::Used => proof::conclude(cx, flow, previous),
        Checked::Refused(notice) => Ok(Progress::Stay(keep(cx, flow, vec![notice])?)),
    }
}

/// Mails a new code on request, which takes the place of the one before.
pub fn resend(cx: &mut Cx<'_>, flow: Flow<Verification>) -> Result<Flow<Verification>> {
    let flow = hold(cx, flow)?;
    let is_link = matches!(flow.state.purpose, VerificationPurpose::Link { .. });
    // A proof that made no account, as somebody has the address by now, is none: their owner gets another mail.
    if !is_open(&flow, cx.now) || is_link || (flow.identity.is_some() && has_news(cx, &flow)?) {
        return Ok(flow);
    }
    let address = traits::canonical_email(&flow.state.address).unwrap_or_default();
    if let Some(refusal) = codes::resend_refusal(cx, &address)? {
        return keep(cx, flow, vec![refusal]);
    }
    mail(cx, &flow)?;
    keep(cx, flow, vec![Notice::success("code.sent")])
}

/// In how many seconds a new code may be asked for; `None` is at once.
pub fn resend_wait(cx: &mut Cx<'_>, flow: &Flow<Verification>) -> Result<Option<u64>> {
    codes::resend_wait(cx, &flow.state.address)
}

//! What the proof of an address brings about.

use serde_json::Value;

use super::super::registration::Account;
use super::super::{Progress, accounts, keep, parked, sessions, spend, traits, undo};
use super::account;
use crate::cx::{Cx, Result};
use crate::model::{Event, Flow, IdentityId, Notice, Session, Verification, VerificationPurpose};
use crate::store;

/// Writes down what is proven: an account is made, an address marked or replaced. It may happen in another browser than
/// the one that waits, so nobody is signed in. `Err` is the page with the reason why nothing could be done.
pub(super) fn apply(
    cx: &mut Cx<'_>,
    mut flow: Flow<Verification>,
) -> Result<std::result::Result<Flow<Verification>, Flow<Verification>>> {
    let canonical = traits::canonical_email(&flow.state.address).unwrap_or_default();
    let done = match (flow.state.purpose.clone(), flow.identity) {
        (VerificationPurpose::Registration { pending: Some(sealed), .. }, None) => {
            let account = account(cx, flow.id, &sealed)?;
            flow.identity = make(cx, account, &canonical)?;
            flow.identity.is_some()
        }
        (VerificationPurpose::Address, Some(identity)) => accounts::prove(cx, identity, &canonical)?,
        (VerificationPurpose::Change { name }, Some(identity)) => {
            replace(cx, &flow, identity, &name, &canonical)?
        }
        (VerificationPurpose::Registration { .. }, _) | (VerificationPurpose::Link { .. }, _) | (_, None) => {
            false
        }
    };
    if !done {
        let notice = Notice::error("email.taken_unused");
        return Ok(Err(keep(cx, flow, vec![notice])?));
    }
    Ok(Ok(keep(cx, flow, Vec::new())?))
}

/// Ends a flow whose proof is written down, in the browser that waits for it; a registration signs its owner in.
pub(super) fn conclude(
    cx: &mut Cx<'_>,
    flow: Flow<Verification>,
    previous: Option<&Session>,
) -> Result<Progress<Verification>> {
    let registered = match &flow.state.purpose {
        VerificationPurpose::Registration { pending: Some(sealed), .. } => {
            Some(account(cx, flow.id, sealed)?.opening)
        }
        _ => None,
    };
    let (Some(identity), Some(browser)) = (flow.identity, flow.browser) else {
        return Ok(Progress::Stay(keep(cx, flow, vec![Notice::error("code.expired").on("code")])?));
    };
    let is_active = store::identities::find(cx.db, identity)?.is_some_and(|person| person.is_active());
    let completed = match spend(cx, flow)? {
        Ok(completed) => completed,
        Err(flow) => return Ok(Progress::Stay(flow)),
    };
    let Some(opening) = registered.filter(|_| is_active) else {
        return Ok(Progress::Done(completed, None));
    };
    let signed_in = sessions::sign_in(cx, identity, browser, opening.amr(), previous)?;
    opening.provide(cx, &signed_in.session)?;
    Ok(Progress::Done(completed, Some(signed_in)))
}

/// The account that waited. `None` if somebody has one of its addresses by now.
fn make(cx: &mut Cx<'_>, account: Account, proven: &str) -> Result<Option<IdentityId>> {
    let Account { schema_id, traits, opening } = account;
    if accounts::taken(cx, &schema_id, &traits, None)?.is_some() {
        return Ok(None);
    }
    let identity = opening.identity(cx, &schema_id, traits);
    accounts::insert(cx, &identity, |canonical| canonical == proven)?;
    opening.give(cx, identity.id)?;
    Ok(Some(identity.id))
}

/// A new address takes the place of the old one. Codes and flows that went out to the old one are dead,
/// other devices are signed out, and its mailbox is told how to take it back.
fn replace(
    cx: &mut Cx<'_>,
    flow: &Flow<Verification>,
    identity: IdentityId,
    name: &str,
    canonical: &str,
) -> Result<bool> {
    if accounts::owner_of(cx, canonical)?.is_some_and(|owner| owner.identity != identity) {
        return Ok(false);
    }
    let mut person = accounts::existing(cx, identity)?;
    let before = person.text_trait(name).map(str::to_owned);
    let proven_before = match before.as_deref().and_then(traits::canonical_email) {
        Some(old) => accounts::owner_of(cx, &old)?
            .is_some_and(|owner| owner.identity == identity && owner.verified_at.is_some()),
        None => false,
    };
    let Value::Object(known) = &mut person.traits else { return Ok(false) };
    known.insert(name.to_owned(), Value::String(flow.state.address.clone()));
    if !accounts::update(cx, &mut person, |address| address == canonical)? {
        return Ok(false);
    }
    store::one_time_codes::expire_of_identity(cx.db, identity, cx.now)?;
    store::flows::expire_of_identity(cx.db, identity, Some(flow.id), cx.now)?;
    parked::forget(cx, identity)?;
    // Whoever changes the address stays; on all other devices nobody does (S13).
    for session in sessions::list(cx, identity)? {
        if Some(session.browser) != flow.browser {
            sessions::end(cx, &session, "address_changed")?;
        }
    }
    cx.record(Event::new("address.changed").of(identity).with("trait", name))?;
    // Who never proved the old address has no more right to it than anybody.
    if let Some(before) = before.filter(|_| proven_before) {
        undo::offer_address(cx, identity, name, &before)?;
    }
    Ok(true)
}

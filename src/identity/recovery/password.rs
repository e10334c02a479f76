//! The new password, for somebody who has proven the mailbox. Nothing else can be done with that proof but to make a
//! passkey instead.

use super::super::{
    accounts, credentials, factors, guessing, hold, is_open, keep, known_words, passwords, spend, traits,
};
use crate::crypto::{PasswordHash, PlainPassword};
use crate::cx::{Cx, Result};
use crate::model::{Completed, Event, Flow, Identity, IdentityId, Mail, Notice, Recovery, RecoveryStage};
use crate::store;

/// What a submitted form comes to before the password is hashed.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a page again is the usual outcome, and it lives for a moment")]
pub enum Prepared {
    /// The page again, or the page of the stage that the flow is in.
    Stay(Flow<Recovery>),
    /// A password to hash, outside the transaction.
    Hash(Box<NewPassword>),
}

/// A good new password of somebody who may have one.
#[derive(Debug)]
pub struct NewPassword {
    /// To be hashed.
    pub password: PlainPassword,
    flow: Flow<Recovery>,
}

impl NewPassword {
    /// Takes the password out, to be hashed.
    pub fn take_password(mut self) -> (Self, PlainPassword) {
        let password = std::mem::take(&mut self.password);
        (self, password)
    }
}

/// Takes a new password; in any stage but the last one, nothing happens.
pub fn prepare_password(cx: &mut Cx<'_>, flow: Flow<Recovery>, typed: &str) -> Result<Prepared> {
    let mut flow = hold(cx, flow)?;
    let Some(person) = holder(cx, &flow)? else {
        if flow.state.stage == RecoveryStage::Password && lacks_second(cx, &flow)? {
            // A second factor was added since.
            flow.state.stage = RecoveryStage::SecondFactor;
            return Ok(Prepared::Stay(keep(cx, flow, Vec::new())?));
        }
        return Ok(Prepared::Stay(flow));
    };
    let mut words = known_words(cx, flow.client_id.as_deref());
    words.push(flow.state.address.clone());
    words.extend(traits::words(&person.traits));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match passwords::check_length(passwords::least(cx, person.id)?, typed, &words) {
        Ok(password) => {
            let flow = keep(cx, flow, Vec::new())?;
            Ok(Prepared::Hash(Box::new(NewPassword { password, flow })))
        }
        Err(notice) => Ok(Prepared::Stay(keep(cx, flow, vec![notice])?)),
    }
}

/// The page again, for a password that turned out to be no good one.
pub fn refuse_password(cx: &mut Cx<'_>, new: NewPassword, notice: Notice) -> Result<Flow<Recovery>> {
    let flow = hold(cx, new.flow)?;
    if is_open(&flow, cx.now) { keep(cx, flow, vec![notice]) } else { Ok(flow) }
}

/// A recovery that is done.
#[derive(Debug)]
pub struct Recovered {
    /// The flow.
    pub completed: Completed,
    /// Whose password or passkey is new.
    pub identity: IdentityId,
    /// How they have shown who they are (RFC 8176).
    pub amr: Vec<String>,
    /// Whether it is a passkey that is new.
    pub by_passkey: bool,
}

/// Sets the new password: the mailbox counts as proven, codes and other flows of the person are dead, failed sign-ins are
/// forgotten, and every proven address is told. `None` if somebody was faster, or the flow has lost its evidence. Ending
/// sessions and grants, and the new session, are the caller's.
pub fn save_password(cx: &mut Cx<'_>, new: NewPassword, hash: PasswordHash) -> Result<Option<Recovered>> {
    let flow = hold(cx, new.flow)?;
    let Some(person) = holder(cx, &flow)? else { return Ok(None) };
    recovered(cx, flow, person.id, &["pwd"], |cx| credentials::set(cx, person.id, &hash))
}

/// What a recovery brings about, with whatever is new: `give` writes it, once nobody else can be faster.
pub(super) fn recovered(
    cx: &mut Cx<'_>,
    flow: Flow<Recovery>,
    identity: IdentityId,
    first: &[&str],
    give: impl FnOnce(&mut Cx<'_>) -> Result<()>,
) -> Result<Option<Recovered>> {
    let mut amr: Vec<String> = first.iter().map(|&how| how.to_owned()).collect();
    amr.extend(flow.state.second.iter().filter(|how| !first.contains(&how.as_str())).cloned());
    let (id, address, mailed) = (flow.id, flow.state.address.clone(), flow.state.made_by.is_none());
    // Whoever came by a right but breached password has shown no mailbox.
    let news = if mailed && address.is_empty() { Mail::PasswordChanged } else { Mail::RecoveryCompleted };
    let Ok(completed) = spend(cx, flow)? else { return Ok(None) };
    give(cx)?;
    if let Some(canonical) = traits::canonical_email(&address).filter(|_| mailed) {
        accounts::prove(cx, identity, &canonical)?;
    }
    store::one_time_codes::expire_of_identity(cx.db, identity, cx.now)?;
    store::flows::expire_of_identity(cx.db, identity, Some(id), cx.now)?;
    guessing::forget_password(cx, identity)?;
    cx.record(Event::new("recovery.completed").of(identity).with("flow_id", id.to_string()))?;
    cx.notify(identity, &news)?;
    Ok(Some(Recovered { completed, identity, amr, by_passkey: false }))
}

/// Whose password the flow may set.
pub(super) fn holder(cx: &mut Cx<'_>, flow: &Flow<Recovery>) -> Result<Option<Identity>> {
    if !is_open(flow, cx.now) || flow.state.stage != RecoveryStage::Password {
        return Ok(None);
    }
    let Some(identity) = flow.identity else { return Ok(None) };
    if lacks_second(cx, flow)? {
        return Ok(None);
    }
    Ok(store::identities::find(cx.db, identity)?.filter(Identity::is_active))
}

/// Whether the person has a second factor that was not shown in this flow.
fn lacks_second(cx: &mut Cx<'_>, flow: &Flow<Recovery>) -> Result<bool> {
    match flow.identity.filter(|_| flow.state.second.is_empty()) {
        Some(identity) => factors::is_any(cx, identity),
        None => Ok(false),
    }
}

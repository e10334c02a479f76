//! What a person may take back for a week by the link of a mail (pages 1.4.6): another address, by whoever reads the mail
//! of the old one; and the deletion of the account. A recovery ends none of that, as it may be a thief's.

use serde_json::Value;

use super::{accounts, parked, traits};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{Event, IdentityId, Mail, TokenDigest, UNDO, Undo, UndoId, Undoing};
use crate::store;

/// Something was done that can be taken back: the token of the link.
fn offer(cx: &mut Cx<'_>, identity: IdentityId, undoing: Undoing) -> Result<PlainToken> {
    let token = PlainToken::generate(TokenKind::UndoLink, cx.random());
    let undo = Undo {
        id: UndoId::from_uuid(cx.random().uuid()),
        digest: token.digest(),
        identity,
        undoing,
        created_at: cx.now,
        expires_at: cx.now + UNDO,
        used_at: None,
    };
    store::undos::insert(cx.db, &undo)?;
    Ok(token)
}

/// Another address has taken the place of this one: its mailbox is told, with a link that puts it back.
pub(super) fn offer_address(cx: &mut Cx<'_>, identity: IdentityId, name: &str, before: &str) -> Result<()> {
    let undoing = Undoing::Address { name: name.to_owned(), before: before.to_owned() };
    let link = offer(cx, identity, undoing)?.expose().to_owned();
    cx.queue_mail(before, Some(identity), Mail::AddressChanged { link }, UNDO)?;
    Ok(())
}

/// The account is deleted in a week: its mailboxes are told, each with a link that keeps it. That it is switched off until
/// then, and what ends with that, is the caller's.
pub fn schedule_deletion(cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
    store::undos::close_deletion(cx.db, identity, cx.now)?;
    let link = offer(cx, identity, Undoing::Deletion)?.expose().to_owned();
    for address in store::identities::addresses_of(cx.db, identity)? {
        // Whoever reads it can do no more than keep what is there.
        let mail = Mail::DeletionScheduled { link: link.clone() };
        cx.queue_mail(&address.value, Some(identity), mail, UNDO)?;
    }
    let due = (cx.now + UNDO).rfc3339();
    cx.record(Event::new("deletion.scheduled").of(identity).with("due_at", due))
}

/// What the link with a token of this digest takes back; `None` if nobody knows it.
pub fn find(cx: &mut Cx<'_>, token: &TokenDigest) -> Result<Option<Undo>> {
    Ok(store::undos::find(cx.db, token)?)
}

/// What came of putting an address back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutBack {
    /// It is theirs again.
    Done,
    /// Somebody else has it by now.
    Taken,
    /// It was done before, or it is too late.
    Over,
}

/// Puts an address back, once. Who has changed it since then can take nothing back. What the person has is for the caller
/// to end.
pub fn put_back(cx: &mut Cx<'_>, undo: &Undo) -> Result<PutBack> {
    let Undoing::Address { name, before } = &undo.undoing else { return Ok(PutBack::Over) };
    let canonical = traits::canonical_email(before).unwrap_or_default();
    if !undo.is_open(cx.now) {
        return Ok(PutBack::Over);
    }
    if accounts::owner_of(cx, &canonical)?.is_some_and(|owner| owner.identity != undo.identity) {
        return Ok(PutBack::Taken);
    }
    if !store::undos::consume(cx.db, undo.id, cx.now)? {
        return Ok(PutBack::Over);
    }
    store::undos::close_addresses(cx.db, undo.identity, undo.created_at, cx.now)?;
    parked::forget(cx, undo.identity)?;
    let mut person = accounts::existing(cx, undo.identity)?;
    if let Value::Object(known) = &mut person.traits {
        known.insert(name.clone(), Value::String(before.clone()));
    }
    // It was proven when it was replaced, or there would be no link.
    if !accounts::update(cx, &mut person, |address| address == canonical)? {
        return Err(crate::cx::Fault::Overloaded(std::time::Duration::from_secs(1)));
    }
    cx.record(Event::new("address.restored").of(undo.identity).with("trait", name.as_str()))?;
    Ok(PutBack::Done)
}

/// Takes the deletion of the account back, once: `false` if that is too late. Switching it on again is the caller's.
pub fn keep_account(cx: &mut Cx<'_>, undo: &Undo) -> Result<bool> {
    if undo.undoing != Undoing::Deletion
        || !undo.is_open(cx.now)
        || !store::undos::consume(cx.db, undo.id, cx.now)?
    {
        return Ok(false);
    }
    cx.record(Event::new("deletion.withdrawn").of(undo.identity))?;
    Ok(true)
}

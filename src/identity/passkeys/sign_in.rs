//! Signing in with a passkey: what it is, and who verified its owner, make two factors in one step.

use super::super::{Progress, hold, is_open, keep, login};
use super::challenges::{consume, of_flow};
use super::{authenticate, handle, is_authentic, relying_party};
use crate::config::Settings;
use crate::crypto::base64url;
use crate::crypto::webauthn::{Asserted, Assertion, KnownCredential, Refusal};
use crate::cx::{Cx, Result};
use crate::model::{Ceremony, Event, Flow, Login, Notice, Passkey, PasskeyKind, Session};
use crate::store;

/// What a browser sent, read, with the row of its credential. Nothing is decided yet.
pub struct Attempt {
    read: std::result::Result<(Assertion, Option<Passkey>), Refusal>,
    asserted: std::result::Result<Asserted, Refusal>,
}

/// Reads what a browser sent, and looks for its credential.
pub fn look_up(cx: &mut Cx<'_>, response: &str) -> Result<Attempt> {
    let rp = relying_party(cx.settings()).ok_or(Refusal::RelyingParty);
    let read = match rp.and_then(|rp| Assertion::read(response.as_bytes(), &rp)) {
        Ok(assertion) => {
            let passkey = store::passkeys::find_by_credential(cx.db, &assertion.credential_id)?;
            Ok((assertion, passkey))
        }
        Err(refusal) => Err(refusal),
    };
    Ok(Attempt { read, asserted: Err(Refusal::Signature) })
}

impl Attempt {
    /// Verifies the signature, and all that is signed. It needs no transaction, and must not be in one.
    pub fn verify(mut self, settings: &Settings) -> Self {
        if let (Ok((assertion, Some(passkey))), Some(rp)) = (&self.read, relying_party(settings)) {
            let known =
                KnownCredential { public_key: &passkey.public_key, backup_eligible: passkey.backup_eligible };
            self.asserted = assertion.verify(&rp, known, true);
        }
        self
    }
}

/// The person has begun and not gone on; nothing has happened.
pub fn not_used(cx: &mut Cx<'_>, flow: Flow<Login>) -> Result<Flow<Login>> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) {
        return Ok(flow);
    }
    keep(cx, flow, vec![Notice::info("passkey.cancelled")])
}

/// Takes the attempt. `previous` is the living session of this browser. A flow that knows its person accepts no other.
pub fn sign_in(
    cx: &mut Cx<'_>,
    flow: Flow<Login>,
    attempt: Attempt,
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let flow = hold(cx, flow)?;
    let Some(browser) = flow.browser.filter(|_| is_open(&flow, cx.now)) else {
        return Ok(Progress::Stay(flow));
    };
    let (assertion, passkey) = match attempt.read {
        Ok(read) => read,
        Err(refusal) => return refused(cx, flow, None, refusal.name()),
    };
    let (challenge, subject) = (assertion.challenge(), of_flow(&flow));
    if !consume(cx, challenge, Ceremony::Get, &subject, &browser)? {
        login::failed(cx, &flow, passkey.map(|passkey| passkey.identity), "passkey_challenge")?;
        return Ok(Progress::Stay(keep(cx, flow, vec![Notice::error("passkey.expired")])?));
    }
    // Between two transactions it may have been removed.
    let known = store::passkeys::find_by_credential(cx.db, &assertion.credential_id)?;
    let is_same = |known: &Passkey| {
        passkey.is_some_and(|before| before.id == known.id && before.public_key == known.public_key)
    };
    let Some(mut known) = known.filter(is_same) else {
        login::failed(cx, &flow, flow.identity, "passkey_unknown")?;
        let unknown = base64url(&assertion.credential_id);
        let notice = Notice::error("passkey.unknown").with("credential", unknown);
        return Ok(Progress::Stay(keep(cx, flow, vec![notice])?));
    };
    let asserted = match (attempt.asserted, objection(cx, &flow, &assertion, &known)) {
        (Ok(asserted), None) => asserted,
        (Err(refusal), _) => return refused(cx, flow, Some(&known), refusal.name()),
        (Ok(_), Some(reason)) => return refused(cx, flow, Some(&known), reason),
    };
    let counted = known.sign_count;
    if (asserted.sign_count != 0 || counted != 0) && asserted.sign_count <= counted {
        let event = Event::new("passkey.clone_suspected").of(known.identity);
        cx.record(event.with("passkey_id", known.id.to_string()))?;
        return refused(cx, flow, Some(&known), "passkey_count");
    }
    let person = store::identities::find(cx.db, known.identity)?;
    match person {
        Some(person) if person.is_active() => {}
        Some(person) => return Ok(Progress::Stay(login::switched_off(cx, flow, &person)?)),
        None => return refused(cx, flow, None, "identity_gone"),
    }
    known.sign_count = asserted.sign_count;
    known.backed_up = asserted.backed_up;
    known.last_used_at = Some(cx.now);
    authenticate(cx, &mut known);
    if !store::passkeys::set_used(cx.db, &known, counted)? {
        return refused(cx, flow, Some(&known), "passkey_count");
    }
    login::first_shown(cx, flow, known.identity, amr(&known), previous)
}

/// What speaks against a credential whose signature fits.
fn objection(
    cx: &Cx<'_>,
    flow: &Flow<Login>,
    assertion: &Assertion,
    known: &Passkey,
) -> Option<&'static str> {
    let of_owner = assertion.user_handle.as_deref().map(|claimed| claimed == handle(known.identity));
    if !is_authentic(cx, known) {
        return Some("passkey_row");
    }
    if known.kind != PasskeyKind::Passkey {
        return Some("passkey_kind");
    }
    match (flow.identity, of_owner) {
        (Some(expected), _) if expected != known.identity => Some("passkey_of_another"),
        // Who nobody named must name themselves (WebAuthn 7.2 step 6).
        (None, None) | (_, Some(false)) => Some("passkey_user_handle"),
        _ => None,
    }
}

/// How the person has shown who they are (RFC 8176): with a key that stays in hardware, or one that may be copied, by
/// touching it, and by what it asked of them.
fn amr(passkey: &Passkey) -> &'static [&'static str] {
    if passkey.backup_eligible { &["swk", "user", "mfa"] } else { &["hwk", "user", "mfa"] }
}

/// The person hears the same whatever the reason; only the event knows it.
fn refused(
    cx: &mut Cx<'_>,
    flow: Flow<Login>,
    known: Option<&Passkey>,
    reason: &'static str,
) -> Result<Progress<Login>> {
    login::failed(cx, &flow, known.map(|known| known.identity), reason)?;
    Ok(Progress::Stay(keep(cx, flow, vec![Notice::error("passkey.failed")])?))
}

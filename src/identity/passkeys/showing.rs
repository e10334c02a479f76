//! A passkey or a security key is shown: what was sent is read and verified outside of transactions, and judged inside.

use super::super::is_open;
use super::challenges::{consume, of_flow};
use super::{authenticate, handle_of, is_authentic, relying_party};
use crate::config::Settings;
use crate::crypto::base64url;
use crate::crypto::webauthn::{Asserted, Assertion, KnownCredential, Refusal};
use crate::cx::{Cx, Result};
use crate::model::{Ceremony, Event, Flow, FlowState, IdentityId, Notice, Passkey, PasskeyKind};
use crate::store;

/// For what it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// In place of everything else: only a passkey that has verified its owner will do.
    Alone,
    /// After a first factor, for a person who is known: a security key will do, too.
    Second,
}

/// What a browser sent, read, with the row of its credential. Nothing is decided yet.
pub struct Attempt {
    purpose: Use,
    read: std::result::Result<(Assertion, Option<Passkey>), Refusal>,
    asserted: std::result::Result<Asserted, Refusal>,
}

/// Reads what a browser sent, and looks for its credential.
pub fn look_up(cx: &mut Cx<'_>, response: &str, purpose: Use) -> Result<Attempt> {
    let rp = relying_party(cx.settings()).ok_or(Refusal::RelyingParty);
    let read = match rp.and_then(|rp| Assertion::read(response.as_bytes(), &rp)) {
        Ok(assertion) => {
            let passkey = store::passkeys::find_by_credential(cx.db, &assertion.credential_id)?;
            Ok((assertion, passkey))
        }
        Err(refusal) => Err(refusal),
    };
    Ok(Attempt { purpose, read, asserted: Err(Refusal::Signature) })
}

impl Attempt {
    /// Verifies the signature, and all that is signed. It needs no transaction, and must not be in one.
    pub fn verify(mut self, settings: &Settings) -> Self {
        if let (Ok((assertion, Some(passkey))), Some(rp)) = (&self.read, relying_party(settings)) {
            let known =
                KnownCredential { public_key: &passkey.public_key, backup_eligible: passkey.backup_eligible };
            self.asserted = assertion.verify(&rp, known, self.purpose == Use::Alone);
        }
        self
    }
}

/// What came of an attempt.
pub(super) enum Judged {
    /// It was shown, and that is written down.
    Shown(Box<Passkey>),
    /// It was not, and what the page says.
    Refused(Notice),
}

/// Judges an attempt on the page of an open flow, whose challenge is used up by it. A flow that knows its person accepts
/// no other.
pub(super) fn judge<S: FlowState>(cx: &mut Cx<'_>, flow: &Flow<S>, attempt: Attempt) -> Result<Judged> {
    let purpose = attempt.purpose;
    let (assertion, passkey) = match attempt.read {
        Ok(read) => read,
        Err(refusal) => return refused(cx, flow, purpose, None, refusal.name()),
    };
    let challenge = assertion.challenge();
    let is_ours = match &flow.browser {
        Some(browser) => consume(cx, challenge, Ceremony::Get, &of_flow(flow), browser)?,
        None => false,
    };
    if !is_ours || !is_open(flow, cx.now) {
        failed(cx, flow, purpose, passkey.map(|passkey| passkey.identity), "passkey_challenge")?;
        return Ok(Judged::Refused(Notice::error("passkey.expired")));
    }
    // Between two transactions it may have been removed.
    let known = store::passkeys::find_by_credential(cx.db, &assertion.credential_id)?;
    let is_same = |known: &Passkey| {
        passkey.is_some_and(|before| before.id == known.id && before.public_key == known.public_key)
    };
    let Some(mut known) = known.filter(is_same) else {
        failed(cx, flow, purpose, flow.identity, "passkey_unknown")?;
        let unknown = base64url(&assertion.credential_id);
        return Ok(Judged::Refused(Notice::error("passkey.unknown").with("credential", unknown)));
    };
    let objection = objection(cx, flow.identity, purpose, &assertion, &known);
    let asserted = match (attempt.asserted, objection) {
        (Ok(asserted), None) => asserted,
        (Err(refusal), _) => return refused(cx, flow, purpose, Some(&known), refusal.name()),
        (Ok(_), Some(reason)) => return refused(cx, flow, purpose, Some(&known), reason),
    };
    let counted = known.sign_count;
    if (asserted.sign_count != 0 || counted != 0) && asserted.sign_count <= counted {
        let event = Event::new("passkey.clone_suspected").of(known.identity);
        cx.record(event.with("passkey_id", known.id.to_string()))?;
        return refused(cx, flow, purpose, Some(&known), "passkey_count");
    }
    known.sign_count = asserted.sign_count;
    known.backed_up = asserted.backed_up;
    known.last_used_at = Some(cx.now);
    authenticate(cx, &mut known);
    if !store::passkeys::set_used(cx.db, &known, counted)? {
        return refused(cx, flow, purpose, Some(&known), "passkey_count");
    }
    Ok(Judged::Shown(Box::new(known)))
}

/// What speaks against a credential whose signature fits.
fn objection(
    cx: &Cx<'_>,
    expected: Option<IdentityId>,
    purpose: Use,
    assertion: &Assertion,
    known: &Passkey,
) -> Option<&'static str> {
    let of_owner = assertion.user_handle.as_deref().map(|claimed| claimed == handle_of(known));
    if !is_authentic(cx, known) {
        return Some("passkey_row");
    }
    if purpose == Use::Alone && known.kind != PasskeyKind::Passkey {
        return Some("passkey_kind");
    }
    match (expected, of_owner) {
        (Some(expected), _) if expected != known.identity => Some("passkey_of_another"),
        // Who nobody named must name themselves (WebAuthn 7.2 step 6).
        (None, None) | (_, Some(false)) => Some("passkey_user_handle"),
        _ => None,
    }
}

/// How the person has shown who they are (RFC 8176): with a key that stays in hardware, or one that may be copied, by
/// touching it, and that it is the second factor or both.
pub fn amr(passkey: &Passkey) -> &'static [&'static str] {
    if passkey.backup_eligible { &["swk", "user", "mfa"] } else { &["hwk", "user", "mfa"] }
}

/// The person hears the same whatever the reason; only the event knows it.
fn refused<S: FlowState>(
    cx: &mut Cx<'_>,
    flow: &Flow<S>,
    purpose: Use,
    known: Option<&Passkey>,
    reason: &'static str,
) -> Result<Judged> {
    failed(cx, flow, purpose, known.map(|known| known.identity).or(flow.identity), reason)?;
    Ok(Judged::Refused(Notice::error("passkey.failed")))
}

fn failed<S: FlowState>(
    cx: &mut Cx<'_>,
    flow: &Flow<S>,
    purpose: Use,
    identity: Option<IdentityId>,
    reason: &'static str,
) -> Result<()> {
    let event = match purpose {
        Use::Alone => Event::new("login.failed"),
        Use::Second => Event::new("second_factor.failed").with("kind", "webauthn"),
    };
    let event = identity.into_iter().fold(event.with("reason", reason), Event::of);
    cx.record(match &flow.client_id {
        Some(client_id) => event.for_client(client_id),
        None => event,
    })
}

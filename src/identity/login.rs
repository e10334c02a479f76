//! Signing in: with a password or a mailed code, and with a second factor by whoever has one.

mod breached;
mod choice;
mod code;
mod device;
mod second;

pub use breached::must_change;
pub use choice::choose;
pub use code::{resend_code, resend_wait, send_code, submit_code};
pub use second::{begin_second, is_second_due, second_shown, submit_second};

use unicode_normalization::UnicodeNormalization;

use super::guessing::{self, Try, Whom};
use super::throttle::{PASSWORD, Permit};
use super::{Progress, accounts, credentials, factors, hold, is_open, keep, sessions, spend, start, traits};
use crate::crypto::{PasswordHash, PlainPassword, Verdict};
use crate::cx::{Cx, Result};
use crate::model::{
    Birth, Event, FirstFactor, Flow, FlowId, Identity, IdentityId, Instant, Login, Mail, Notice, Session,
};
use crate::store;

/// What is kept of an identifier to show it again.
const SHOWN: usize = 254;

/// Begins a sign-in. `confirm` is whom to authenticate again: then their own address stands on the page, and what is
/// submitted in its place is ignored.
pub fn begin(cx: &mut Cx<'_>, birth: Birth, identifier: &str, confirm: Option<IdentityId>) -> Result<FlowId> {
    let identifier = match confirm {
        Some(identity) => accounts::main_address(cx, identity)?.map(|address| address.value),
        None => Some(identifier.trim().chars().take(SHOWN).collect()),
    };
    let state = Login { identifier: identifier.unwrap_or_default(), ..Login::default() };
    Ok(start(cx, birth, confirm, state)?.id)
}

/// Begins the same sign-in again, in place of one that has run out: what was shown in it counts no more.
pub fn begin_again(cx: &mut Cx<'_>, birth: Birth, old: &Flow<Login>) -> Result<FlowId> {
    begin(cx, birth, &old.state.identifier, confirmed(old))
}

/// Who must confirm that it is them; `None` for an ordinary sign-in, even if a first factor says who it is.
pub fn confirmed(flow: &Flow<Login>) -> Option<IdentityId> {
    flow.identity.filter(|_| flow.state.first.as_ref().is_none_or(|first| first.confirms))
}

/// What was shown as a first factor counts no more.
fn forget_first(flow: &mut Flow<Login>) {
    flow.identity = confirmed(flow);
    flow.state.first = None;
}

/// What a submitted form comes to before any password is compared.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a page again is the usual outcome, and it lives for a moment")]
pub enum Prepared {
    /// The page again.
    Stay(Flow<Login>),
    /// A comparison, outside the transaction.
    Compare(Box<Attempt>),
}

/// A try, counted and not yet compared. Its comparison costs the same whether or not there is a hash.
#[derive(Debug)]
pub struct Attempt {
    /// What was typed.
    pub password: PlainPassword,
    /// What to compare it with; `None` if there is nobody, or no password.
    pub hash: Option<PasswordHash>,
    flow: Flow<Login>,
    identity: Option<IdentityId>,
    stored: Option<(String, Instant)>,
    counted: Try,
}

impl Attempt {
    /// Takes the password out, to be compared.
    pub fn take_password(mut self) -> (Self, PlainPassword) {
        let password = std::mem::take(&mut self.password);
        (self, password)
    }
}

/// Takes a submitted form: counts the try and finds what to compare. Empty fields are no try; a password that is longer
/// than any can be is a wrong one, which nobody hashes.
pub fn prepare(cx: &mut Cx<'_>, flow: Flow<Login>, identifier: &str, password: &str) -> Result<Prepared> {
    let mut flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) {
        return Ok(Prepared::Stay(flow));
    }
    flow.state.proven = None;
    flow.state.mailed = false;
    forget_first(&mut flow);
    if flow.identity.is_none() {
        flow.state.identifier = identifier.trim().chars().take(SHOWN).collect();
    }
    let mut notices = Vec::new();
    if flow.identity.is_none() && identifier.trim().is_empty() {
        notices.push(Notice::error("field.empty").with("field", "email").on("identifier"));
    }
    if password.is_empty() {
        notices.push(Notice::error("field.empty").with("field", "password").on("password"));
    }
    if !notices.is_empty() {
        return Ok(Prepared::Stay(keep(cx, flow, notices)?));
    }
    let canonical = canonical(identifier);
    let identity = match flow.identity {
        Some(identity) => Some(identity),
        None => store::identities::find_by_address(cx.db, &canonical)?.map(|identity| identity.id),
    };
    let whom = Whom { identity, address: &canonical, browser: flow.browser };
    let counted = match guessing::count(cx, &PASSWORD, whom)? {
        Ok(counted) => counted,
        Err(refusal) => {
            let reason = if refusal == Permit::Spent { "password_off" } else { "slow_down" };
            failed(cx, &flow, identity, reason)?;
            let notices = refusal.refusal().into_iter().collect();
            return Ok(Prepared::Stay(keep(cx, flow, notices)?));
        }
    };
    let Some(password) = PlainPassword::new(password) else {
        return Ok(Prepared::Stay(missed(cx, flow, identity, counted, "password_too_long")?));
    };
    let stored = match identity {
        Some(identity) => credentials::find(cx, identity)?,
        None => {
            credentials::find_nothing(cx)?;
            None
        }
    };
    let (hash, stored) = stored.map(|stored| (stored.hash, (stored.sealed, stored.set_at))).unzip();
    let flow = keep(cx, flow, Vec::new())?;
    Ok(Prepared::Compare(Box::new(Attempt { password, hash, flow, identity, stored, counted })))
}

/// Takes the verdict. `better` is a stronger hash of the same password, to be kept. `previous` is the living session of
/// this browser: if it is another person's and younger than this page, they choose which account to use.
pub fn finish(
    cx: &mut Cx<'_>,
    attempt: Attempt,
    verdict: Verdict,
    better: Option<PasswordHash>,
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let Attempt { flow, identity, stored, counted, .. } = attempt;
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) {
        return Ok(Progress::Stay(flow));
    }
    let (Some(id), Some((stored, set_at)), true) = (identity, stored, verdict.matches) else {
        let reason = if identity.is_some() { "wrong_password" } else { "unknown_address" };
        return Ok(Progress::Stay(missed(cx, flow, identity, counted, reason)?));
    };
    // The password that was compared may have been changed, or its owner deleted, since then.
    let is_same = store::identities::password_set_at(cx.db, id)? == Some(set_at);
    let Some(person) = store::identities::find(cx.db, id)?.filter(|_| is_same) else {
        return Ok(Progress::Stay(missed(cx, flow, Some(id), counted, "password_changed")?));
    };
    if !person.is_active() {
        return Ok(Progress::Stay(switched_off(cx, flow, &person)?));
    }
    counted.was_right(cx)?;
    if let Some(better) = better {
        credentials::upgrade(cx, id, &stored, &better)?;
    }
    first_shown(cx, flow, id, &["pwd"], previous)
}

/// A first factor was shown, by `amr`. If somebody else has signed in in this browser since the page was opened, in another
/// tab, the person chooses which account to use (J14): nobody is signed out in silence.
pub(super) fn first_shown(
    cx: &mut Cx<'_>,
    mut flow: Flow<Login>,
    id: IdentityId,
    amr: &[&str],
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let other = previous.filter(|session| session.identity != id && session.is_alive(cx.now));
    if other.is_some_and(|session| session.authenticated_at > flow.created_at) {
        flow.state.proven = Some(id);
        flow.state.proven_by = amr.iter().map(|&how| how.to_owned()).collect();
        return Ok(Progress::Stay(keep(cx, flow, Vec::new())?));
    }
    first_accepted(cx, flow, id, amr, previous)
}

/// Whoever has a second factor and has not shown it is asked for it, everybody else is signed in.
fn first_accepted(
    cx: &mut Cx<'_>,
    mut flow: Flow<Login>,
    id: IdentityId,
    amr: &[&str],
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let confirms = flow.identity.is_some();
    if !factors::is_asked_for(cx, id, amr, flow.browser.as_ref(), confirms)? {
        return sign_in(cx, flow, id, amr, previous);
    }
    flow.identity = Some(id);
    flow.state.first = Some(FirstFactor {
        identity: id,
        amr: amr.iter().map(|&how| how.to_owned()).collect(),
        at: cx.now.micros(),
        raises: None,
        confirms,
    });
    Ok(Progress::Stay(keep(cx, flow, Vec::new())?))
}

/// Ends a flow whose person has shown who they are with `amr`: they are signed in.
pub(super) fn sign_in(
    cx: &mut Cx<'_>,
    mut flow: Flow<Login>,
    id: IdentityId,
    amr: &[&str],
    previous: Option<&Session>,
) -> Result<Progress<Login>> {
    let Some(browser) = flow.browser else { return Ok(Progress::Stay(flow)) };
    flow.identity = Some(id);
    let client_id = flow.client_id.clone();
    let completed = match spend(cx, flow)? {
        Ok(completed) => completed,
        Err(flow) => return Ok(Progress::Stay(flow)),
    };
    let is_new = device::is_new(cx, id, &browser)?;
    let signed_in = sessions::sign_in(cx, id, browser, amr, previous)?;
    if is_new && cx.settings().new_device_mail {
        cx.notify(id, &Mail::NewDevice)?;
    }
    let event = Event::new("login.succeeded").of(id).in_session(signed_in.session.id);
    let event = if is_new { event.with("new_device", true) } else { event };
    cx.record(match client_id {
        Some(client_id) => event.for_client(&client_id),
        None => event,
    })?;
    Ok(Progress::Done(completed, Some(signed_in)))
}

/// A try that was wrong.
fn missed(
    cx: &mut Cx<'_>,
    flow: Flow<Login>,
    identity: Option<IdentityId>,
    counted: Try,
    reason: &'static str,
) -> Result<Flow<Login>> {
    counted.was_wrong(cx)?;
    mismatch(cx, flow, identity, reason)
}

/// What the person hears is the same whatever the reason; only the event knows it.
fn mismatch(
    cx: &mut Cx<'_>,
    mut flow: Flow<Login>,
    identity: Option<IdentityId>,
    reason: &'static str,
) -> Result<Flow<Login>> {
    failed(cx, &flow, identity, reason)?;
    flow.state.misses += 1;
    flow.state.proven = None;
    keep(cx, flow, vec![Notice::error("login.mismatch")])
}

pub(super) fn switched_off(cx: &mut Cx<'_>, flow: Flow<Login>, person: &Identity) -> Result<Flow<Login>> {
    failed(cx, &flow, Some(person.id), "identity_inactive")?;
    if let Some(deletion) = store::undos::find_deletion(cx.db, person.id)? {
        let notice = Notice::error("login.deleting").with("time", deletion.expires_at.rfc3339());
        return keep(cx, flow, vec![notice]);
    }
    let settings = cx.settings();
    let support = settings.brand.support_url.clone().unwrap_or_else(|| settings.name.clone());
    keep(cx, flow, vec![Notice::error("login.disabled").with("support", support)])
}

pub(super) fn failed(
    cx: &mut Cx<'_>,
    flow: &Flow<Login>,
    identity: Option<IdentityId>,
    reason: &'static str,
) -> Result<()> {
    let mut event = Event::new("login.failed").with("reason", reason);
    if let Some(identity) = identity {
        event = event.of(identity);
    }
    if let Some(client_id) = &flow.client_id {
        event = event.for_client(client_id);
    }
    cx.record(event)
}

/// The one spelling of what was typed; what is no address is compared as it is, and belongs to nobody.
fn canonical(typed: &str) -> String {
    traits::canonical_email(typed).unwrap_or_else(|| typed.trim().nfkc().collect::<String>().to_lowercase())
}

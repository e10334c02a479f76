//! From a completed flow, or an answered question, onward.

use super::begin::alone;
use super::waiting::{Waiting, callback, denied, waiting};
use super::{Arrival, Lost, LostKind, Step, Visitor, advance, endings};
use crate::cx::{Cx, Result};
use crate::identity::registration::Pending;
use crate::identity::{self, SignedIn};
use crate::model::{
    Answer, AuthorizationRequestId, Birth, Completed, Continuation, Event, Flow, FlowId, FlowKind, FlowState,
    Registration, ReturnUrl, Session, TOUCHED_REQUEST,
};
use crate::oauth2::{authorize, consent};
use crate::store;

/// A flow is done. Whoever it signed in takes the browser over, and the journey goes on where the flow had
/// interrupted it.
pub fn resume(
    cx: &mut Cx<'_>,
    completed: Completed,
    signed_in: Option<&SignedIn>,
    visitor: &Visitor,
) -> Result<Step> {
    let previous = visitor.claimed(cx)?;
    if let (Some(new), Some(old)) = (signed_in, &previous)
        && new.session.id != old.id
    {
        endings::end_session(cx, old, "replaced_in_browser")?;
    }
    let (kind, flow) = (completed.kind(), completed.flow());
    let recovered = kind == FlowKind::Recovery;
    let continuation = completed.into_continuation();
    // A session that was merely raised is as old as before.
    if let (Some(new), Some(id)) = (signed_in, continuation.authorization())
        && new.session.authenticated_at == cx.now
    {
        store::authorization_requests::set_authenticated(cx.db, id, cx.now)?;
    }
    if let (Some(new), true) = (signed_in, kind != FlowKind::Login)
        && identity::factors::new_backup_codes(cx, &new.session)?.is_some()
    {
        // They are shown once, and without them a lost passkey is a lost account.
        touch(cx, &continuation)?;
        return Ok(Step::NewCodes(kind, flow));
    }
    let session = match signed_in {
        Some(new) => Some(new.session.clone()),
        None => visitor.session(cx)?,
    };
    if recovered
        && continuation == Continuation::Account
        && let Some(url) = cx.settings().after_recovery.clone()
    {
        // The operator's own word needs no rule.
        return Ok(Step::Return(ReturnUrl::from_row(url)));
    }
    onward(cx, &continuation, session.as_ref())
}

/// A flow that was completed before is shown or answered again: it leads on as it did.
pub fn lead_on<S: FlowState>(cx: &mut Cx<'_>, flow: &Flow<S>, visitor: &Visitor) -> Result<Step> {
    let session = visitor.session(cx)?;
    onward(cx, flow.continuation(), session.as_ref())
}

/// Where a flow of this browser leads on from what it has made, whatever its kind; `None` if it is not this browser's.
pub fn go_on(cx: &mut Cx<'_>, id: FlowId, visitor: &Visitor) -> Result<Option<Step>> {
    let flow = store::flows::find_parent(cx.db, id)?;
    let Some(flow) = flow.filter(|flow| flow.birth.browser == Some(visitor.browser)) else { return Ok(None) };
    let session = visitor.session(cx)?;
    Ok(Some(onward(cx, &flow.birth.continuation, session.as_ref())?))
}

/// The registration is good, and its address must be proven first.
pub fn prove(cx: &mut Cx<'_>, flow: &Flow<Registration>, pending: Pending) -> Result<Step> {
    let id = identity::verification::begin_for_registration(cx, flow, pending)?;
    touch(cx, flow.continuation())?;
    Ok(Step::Flow(FlowKind::Verification, id))
}

/// A form on the way to a request was answered: it waits longer than the flows inside it.
pub(super) fn touch(cx: &mut Cx<'_>, continuation: &Continuation) -> Result<()> {
    match continuation.authorization() {
        Some(id) => Ok(store::authorization_requests::extend(cx.db, id, cx.now + TOUCHED_REQUEST)?),
        None => Ok(()),
    }
}

pub(super) fn onward(
    cx: &mut Cx<'_>,
    continuation: &Continuation,
    session: Option<&Session>,
) -> Result<Step> {
    match continuation {
        Continuation::Authorization(id) => {
            touch(cx, continuation)?;
            advance(cx, *id, session)
        }
        Continuation::Return(url) => Ok(Step::Return(url.clone())),
        Continuation::Account => Ok(match cx.settings().default_return_url.clone() {
            Some(url) => Step::Return(ReturnUrl::from_row(url)),
            None => Step::Account,
        }),
    }
}

/// The person allows the client what it asked for. `None` if the request is not this browser's.
pub fn allow(
    cx: &mut Cx<'_>,
    id: AuthorizationRequestId,
    remember: bool,
    visitor: &Visitor,
) -> Result<Option<Step>> {
    let request = match waiting(cx, id, visitor)? {
        Waiting::Open(request) => request,
        Waiting::Over(step) => return Ok(Some(step)),
        Waiting::Unknown => return Ok(None),
    };
    let Some(session) = visitor.session(cx)? else {
        return Ok(Some(advance(cx, id, None)?));
    };
    let scope = &authorize::to_consent(&request.parameters);
    store::authorization_requests::set_consent(cx.db, id, session.identity, scope)?;
    let client = cx.clients().find(&request.parameters.client_id);
    let redirect_uri = &request.parameters.redirect_uri;
    if remember && client.as_ref().is_some_and(|client| !client.is_unverifiable(redirect_uri)) {
        consent::remember(cx, session.identity, &request.parameters.client_id, scope)?;
    }
    touch(cx, &Continuation::Authorization(id))?;
    Ok(Some(advance(cx, id, Some(&session))?))
}

/// The person does not allow it: the client hears so. `None` if the request is not this browser's.
pub fn deny(cx: &mut Cx<'_>, id: AuthorizationRequestId, visitor: &Visitor) -> Result<Option<Step>> {
    let request = match waiting(cx, id, visitor)? {
        Waiting::Open(request) => request,
        Waiting::Over(step) => return Ok(Some(step)),
        Waiting::Unknown => return Ok(None),
    };
    if !store::authorization_requests::answer(cx.db, id, Answer::Denied, cx.now)? {
        return Ok(Some(Step::Lost(Lost::new(LostKind::Answered, None))));
    }
    let session = visitor.session(cx)?;
    let mut event = Event::new("consent.denied").for_client(&request.parameters.client_id);
    if let Some(session) = &session {
        event = event.of(session.identity).in_session(session.id);
    }
    cx.record(event)?;
    Ok(Some(match callback(cx, &request) {
        Ok(callback) => Step::Client(Box::new(Arrival { callback, answer: Err(denied()) })),
        Err(step) => *step,
    }))
}

/// The person goes on with the account that is signed in. `None` if the request is not this browser's.
pub fn choose_account(
    cx: &mut Cx<'_>,
    id: AuthorizationRequestId,
    visitor: &Visitor,
) -> Result<Option<Step>> {
    match waiting(cx, id, visitor)? {
        Waiting::Unknown => Ok(None),
        Waiting::Over(step) => Ok(Some(step)),
        Waiting::Open(_) => {
            let session = visitor.session(cx)?;
            if session.is_some() {
                store::authorization_requests::set_chosen(cx.db, id, cx.now)?;
            }
            touch(cx, &Continuation::Authorization(id))?;
            Ok(Some(advance(cx, id, session.as_ref())?))
        }
    }
}

/// The person wants to go on with another account: a sign-in for the same request. `None` if it is not this browser's.
pub fn switch_account(
    cx: &mut Cx<'_>,
    id: AuthorizationRequestId,
    visitor: &Visitor,
) -> Result<Option<Step>> {
    let request = match waiting(cx, id, visitor)? {
        Waiting::Open(request) => request,
        Waiting::Over(step) => return Ok(Some(step)),
        Waiting::Unknown => return Ok(None),
    };
    let continuation = Continuation::Authorization(id);
    touch(cx, &continuation)?;
    let client_id = Some(request.parameters.client_id.clone());
    let birth = Birth { continuation, client_id, ..alone(visitor) };
    Ok(Some(Step::Flow(FlowKind::Login, identity::login::begin(cx, birth, "", None)?)))
}

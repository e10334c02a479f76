//! From the authorization endpoint to the first page, or straight home.

use super::next::Level;
use super::waiting::{Waiting, callback, denied, seen, waiting};
use super::{Arrival, Decision, Facts, Lost, LostKind, Next, Step, Visitor, next};
use crate::cx::{Cx, Result};
use crate::model::{
    Answer, AuthorizationParameters, AuthorizationRequest, AuthorizationRequestId, Birth, Client,
    Continuation, FlowKind, Prompt, Session, TokenDigest, UNTOUCHED_REQUEST,
};
use crate::oauth2::{Error, authorize, consent, subject};
use crate::{identity, store};

/// A request that was found good has come with this browser. One that needs no page is answered at once and stored
/// nowhere.
pub fn arrive(cx: &mut Cx<'_>, asked: AuthorizationParameters, visitor: &Visitor) -> Result<Step> {
    let request = fresh(cx, asked, Some(visitor.browser));
    let session = seen_now(cx, visitor)?;
    step(cx, request, session.as_ref(), false)
}

/// A request has come by POST, without cookies: it waits for the browser that follows it (decision 12).
pub fn park(cx: &mut Cx<'_>, asked: AuthorizationParameters) -> Result<Step> {
    let request = fresh(cx, asked, None);
    store::authorization_requests::insert(cx.db, &request)?;
    Ok(Step::Challenge(FlowKind::Login, request.id))
}

pub(super) fn fresh(
    cx: &Cx<'_>,
    parameters: AuthorizationParameters,
    browser: Option<TokenDigest>,
) -> AuthorizationRequest {
    AuthorizationRequest {
        id: AuthorizationRequestId::from_uuid(cx.random().uuid()),
        browser,
        parameters,
        authenticated_at: None,
        chosen_at: None,
        consent: None,
        created_at: cx.now,
        expires_at: cx.now + UNTOUCHED_REQUEST,
        answer: None,
    }
}

/// A browser follows a `login_challenge`: the request goes on from where it stands. `None` if it is not this browser's.
pub fn enter(
    cx: &mut Cx<'_>,
    id: AuthorizationRequestId,
    visitor: &Visitor,
) -> Result<Option<(Step, Option<Session>)>> {
    let session = seen_now(cx, visitor)?;
    Ok(match waiting(cx, id, visitor)? {
        Waiting::Unknown => None,
        Waiting::Over(over) => Some((over, session)),
        Waiting::Open(request) => Some((step(cx, *request, session.as_ref(), true)?, session)),
    })
}

/// The living session of this browser, which is used by this, and so lives longer.
pub(super) fn seen_now(cx: &mut Cx<'_>, visitor: &Visitor) -> Result<Option<Session>> {
    let session = visitor.session(cx)?;
    if let Some(session) = session.as_ref().filter(|session| identity::sessions::is_due(session, cx.now)) {
        identity::sessions::touch(cx, session)?;
    }
    Ok(session)
}

/// Takes a stored request to its next page, or to its answer.
pub fn advance(cx: &mut Cx<'_>, id: AuthorizationRequestId, session: Option<&Session>) -> Result<Step> {
    let Some(request) = store::authorization_requests::find(cx.db, id)? else {
        return Ok(Step::Lost(Lost::new(LostKind::Expired, None)));
    };
    match seen(cx, request, |_| Ok(session.cloned()))? {
        Waiting::Open(request) => step(cx, *request, session, true),
        Waiting::Over(over) => Ok(over),
        Waiting::Unknown => Ok(Step::Lost(Lost::new(LostKind::Expired, None))),
    }
}

pub(super) fn step(
    cx: &mut Cx<'_>,
    request: AuthorizationRequest,
    session: Option<&Session>,
    is_stored: bool,
) -> Result<Step> {
    let callback = match callback(cx, &request) {
        Ok(callback) => callback,
        Err(step) => return Ok(*step),
    };
    let Some(client) = cx.clients().find(&request.parameters.client_id) else {
        return Ok(Step::Lost(Lost::new(LostKind::Unregistered, None)));
    };
    let decision = decide(cx, &request, session, &client)?;
    tracing::debug!(next = ?decision.next, because = decision.because, client_id = client.id, "decided");
    let refusal = |decision: Decision| {
        decision
            .next
            .error()
            .map(|code| Error::new(code, format!("No answer is possible: {}.", decision.because)))
    };
    let answer = match (decision.next, session) {
        (Next::Answer, Some(session)) => {
            let stored = is_stored.then_some(request.id);
            match answer(cx, &client, &request, session, stored)? {
                Answered::With(answer) => *answer,
                Answered::Before(step) => return Ok(step),
            }
        }
        (Next::Refusal | Next::Unmet, _) => {
            if is_stored {
                let answer = if decision.next == Next::Unmet { Answer::Unmet } else { Answer::Mismatched };
                store::authorization_requests::answer(cx.db, request.id, answer, cx.now)?;
            }
            Err(refusal(decision).unwrap_or_else(denied))
        }
        (_, _) if request.parameters.prompts(Prompt::None) => Err(refusal(decision).unwrap_or_else(denied)),
        (wanted, _) => {
            if !is_stored {
                store::authorization_requests::insert(cx.db, &request)?;
                return Ok(challenge(wanted, request.id));
            }
            return page(cx, wanted, &request, session);
        }
    };
    Ok(Step::Client(Box::new(Arrival { callback, answer })))
}

fn decide(
    cx: &mut Cx<'_>,
    request: &AuthorizationRequest,
    session: Option<&Session>,
    client: &Client,
) -> Result<Decision> {
    let asked = &request.parameters;
    let (mut address_is_proven, mut consent_is_missing, mut is_expected) = (true, false, true);
    let mut level = Level::Reached;
    if let Some(session) = session {
        level = level_of(cx, asked, session)?;
        is_expected = is_the_expected(cx, client, asked, session)?;
        if cx.settings().verification_required {
            address_is_proven = identity::verification::unproven_address(cx, session.identity)?.is_none();
        }
        let given = request.consent.as_ref().is_some_and(|(by, scope)| {
            *by == session.identity && scope.covers(&authorize::to_consent(asked))
        });
        if !given {
            let remembered = if client.skip_consent {
                None
            } else {
                consent::remembered(cx, session.identity, &client.id)?
            };
            consent_is_missing = authorize::consent_needed(client, asked, remembered.as_ref());
        }
    }
    Ok(next(&Facts {
        request,
        session,
        address_is_proven,
        is_expected,
        level,
        consent_is_missing,
        registration_is_open: cx.settings().registration && client.allow_registration,
        now: cx.now,
    }))
}

/// Whether the session reaches the level that the client asks for, or its person could.
fn level_of(cx: &mut Cx<'_>, asked: &AuthorizationParameters, session: &Session) -> Result<Level> {
    let levels = authorize::levels(asked);
    if session.assurance >= levels.wanted {
        return Ok(Level::Reached);
    }
    if identity::factors::is_any(cx, session.identity)? {
        return Ok(Level::Raisable);
    }
    Ok(if session.assurance < levels.least { Level::Unreachable } else { Level::Reached })
}

/// Whether this is the person whom the request names, by the name that the client knows or by the identity itself.
fn is_the_expected(
    cx: &mut Cx<'_>,
    client: &Client,
    asked: &AuthorizationParameters,
    session: &Session,
) -> Result<bool> {
    let Some(expected) = &asked.hinted_subject else { return Ok(true) };
    Ok(*expected == session.identity.to_string() || *expected == subject::of(cx, client, session.identity)?)
}

enum Answered {
    /// An answer or a refusal for the client.
    With(Box<std::result::Result<authorize::AuthorizationAnswer, Error>>),
    /// Somebody else was faster, or the client goes in circles.
    Before(Step),
}

fn answer(
    cx: &mut Cx<'_>,
    client: &std::sync::Arc<Client>,
    request: &AuthorizationRequest,
    session: &Session,
    stored: Option<AuthorizationRequestId>,
) -> Result<Answered> {
    if let Some(last_error) = authorize::goes_in_circles(cx, client, session)? {
        let lost = Lost { last_error, ..Lost::new(LostKind::Loop, Some(client.clone())) };
        return Ok(Answered::Before(Step::Lost(lost)));
    }
    if let Some(id) = stored
        && !store::authorization_requests::answer(cx.db, id, Answer::Code, cx.now)?
    {
        return Ok(Answered::Before(advance(cx, id, Some(session))?));
    }
    let answer = authorize::issue(cx, client, &request.parameters, session, stored)?;
    Ok(Answered::With(Box::new(Ok(answer))))
}

/// The page of what is missing, by the challenge that stands for the request.
fn challenge(wanted: Next, id: AuthorizationRequestId) -> Step {
    match wanted {
        Next::Registration => Step::Challenge(FlowKind::Registration, id),
        Next::Verification => Step::Challenge(FlowKind::Verification, id),
        Next::Choice => Step::Choice(id),
        Next::Consent => Step::Consent(id),
        Next::Login | Next::SecondFactor | Next::Refusal | Next::Unmet | Next::Answer => {
            Step::Challenge(FlowKind::Login, id)
        }
    }
}

/// The page of what is missing. Pages of flows begin with a flow, born with the way back to this request.
fn page(
    cx: &mut Cx<'_>,
    wanted: Next,
    request: &AuthorizationRequest,
    session: Option<&Session>,
) -> Result<Step> {
    let birth = Birth {
        browser: request.browser,
        continuation: Continuation::Authorization(request.id),
        client_id: Some(request.parameters.client_id.clone()),
    };
    let hint = request.parameters.login_hint.clone().unwrap_or_default();
    Ok(match wanted {
        Next::Registration => {
            Step::Flow(FlowKind::Registration, identity::registration::begin(cx, birth, &hint)?)
        }
        Next::Verification => match session {
            Some(session) => super::begin::prove_address(cx, birth, session)?,
            None => Step::Flow(FlowKind::Login, identity::login::begin(cx, birth, &hint, None)?),
        },
        Next::SecondFactor => match session {
            Some(session) => Step::SecondFactor(identity::login::begin_second(cx, birth, session)?),
            None => Step::Flow(FlowKind::Login, identity::login::begin(cx, birth, &hint, None)?),
        },
        Next::Choice => Step::Choice(request.id),
        Next::Consent => Step::Consent(request.id),
        Next::Login | Next::Refusal | Next::Unmet | Next::Answer => {
            // Somebody who is signed in confirms that it is them; whoever else is meant can say so on the page.
            let client = cx.clients().find(&request.parameters.client_id);
            let confirm = match (session, client) {
                (Some(session), Some(client))
                    if is_the_expected(cx, &client, &request.parameters, session)? =>
                {
                    Some(session.identity)
                }
                _ => None,
            };
            Step::Flow(FlowKind::Login, identity::login::begin(cx, birth, &hint, confirm)?)
        }
    })
}

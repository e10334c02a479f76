//! A request that waits, seen from a browser.

use std::time::Duration;

use super::{Arrival, Lost, LostKind, Step, Visitor};
use crate::cx::{Cx, Result};
use crate::model::{Answer, AuthorizationRequest, AuthorizationRequestId, Instant, Session, TokenDigest};
use crate::oauth2::{Callback, Error, ErrorCode, authorize};
use crate::store;

/// How long a request that came by POST waits for the browser that brought it (decision 12).
const ARRIVAL: Duration = Duration::from_secs(60);

/// What a browser finds under a `login_challenge`.
#[derive(Debug)]
pub enum Waiting {
    /// A request of its own that can still be answered.
    Open(Box<AuthorizationRequest>),
    /// Where it leads instead: the same answer again, or a page that leads back.
    Over(Step),
    /// Nothing, or the request of another browser.
    Unknown,
}

/// Looks for a request. One that came without cookies is bound to the first browser that follows it at once.
pub fn waiting(cx: &mut Cx<'_>, id: AuthorizationRequestId, visitor: &Visitor) -> Result<Waiting> {
    let Some(mut request) = store::authorization_requests::find(cx.db, id)? else {
        return Ok(Waiting::Unknown);
    };
    if request.browser.is_none()
        && cx.now.since(request.created_at) <= ARRIVAL
        && store::authorization_requests::bind(cx.db, id, &visitor.browser)?
    {
        request.browser = Some(visitor.browser);
    }
    if request.browser != Some(visitor.browser) {
        return Ok(Waiting::Unknown);
    }
    seen(cx, request, |cx| visitor.session(cx))
}

/// The same for a request whose browser is known to be the right one.
pub(super) fn seen(
    cx: &mut Cx<'_>,
    request: AuthorizationRequest,
    session: impl FnOnce(&mut Cx<'_>) -> Result<Option<Session>>,
) -> Result<Waiting> {
    if let Some((at, answer)) = request.answer {
        let session = session(cx)?;
        return Ok(Waiting::Over(answered(cx, &request, (at, answer), session.as_ref())?));
    }
    if request.is_expired(cx.now) {
        let client = cx.clients().find(&request.parameters.client_id);
        return Ok(Waiting::Over(Step::Lost(Lost::new(LostKind::Expired, client))));
    }
    // Nobody is asked for anything that could not be answered: the client, its redirect URI or its permission may be gone
    // by now.
    let callback = match callback(cx, &request) {
        Ok(callback) => callback,
        Err(unregistered) => return Ok(Waiting::Over(*unregistered)),
    };
    if let Some(client) = cx.clients().find(&request.parameters.client_id)
        && let Err(error) = authorize::still_permitted(&client, &request.parameters)
    {
        return Ok(Waiting::Over(Step::Client(Box::new(Arrival { callback, answer: Err(error) }))));
    }
    Ok(Waiting::Open(Box::new(request)))
}

/// A browser that has lost its cookie sends the form of a request that waits. If the form's token was made for the
/// browser that the request belongs to, and the browser itself says that the form is ours, they are the same: the
/// request is bound to it again (decision 11). What the form says is not acted on.
pub fn reclaim(
    cx: &mut Cx<'_>,
    id: AuthorizationRequestId,
    visitor: &Visitor,
    form_token_fits: impl Fn(&TokenDigest) -> bool,
    same_origin: bool,
) -> Result<()> {
    let Some(request) = store::authorization_requests::find(cx.db, id)? else { return Ok(()) };
    let is_lost =
        request.browser.is_some_and(|browser| browser != visitor.browser && form_token_fits(&browser));
    if is_lost && same_origin && request.answer.is_none() && !request.is_expired(cx.now) {
        store::authorization_requests::rebind(cx.db, id, &visitor.browser)?;
    }
    Ok(())
}

/// The way back of a request; a step that explains, if there is none any more.
pub(super) fn callback(
    cx: &Cx<'_>,
    request: &AuthorizationRequest,
) -> std::result::Result<Callback, Box<Step>> {
    let clients = cx.clients();
    let issuer = &cx.settings().issuer;
    Callback::of_request(&request.parameters, &clients, issuer).ok_or_else(|| {
        let client = clients.find(&request.parameters.client_id);
        Box::new(Step::Lost(Lost::new(LostKind::Unregistered, client)))
    })
}

/// The answer that was given is given again, as long as it can be used.
fn answered(
    cx: &mut Cx<'_>,
    request: &AuthorizationRequest,
    (at, answer): (Instant, Answer),
    session: Option<&Session>,
) -> Result<Step> {
    let callback = match callback(cx, request) {
        Ok(callback) => callback,
        Err(step) => return Ok(*step),
    };
    let answer = match answer {
        Answer::Denied => Err(denied()),
        Answer::Mismatched => {
            let text = "Somebody else than the request names signed in.";
            Err(Error::new(ErrorCode::LoginRequired, text))
        }
        Answer::Unmet => {
            let text = "Whoever signed in cannot reach the level that is asked for.";
            Err(Error::new(ErrorCode::UnmetAuthenticationRequirements, text))
        }
        Answer::Code => {
            let client = cx.clients().find(&request.parameters.client_id);
            let again = match &client {
                Some(client) => authorize::reissue(cx, client, request, at, session)?,
                None => None,
            };
            match again {
                Some(answer) => Ok(answer),
                None => return Ok(Step::Lost(Lost::new(LostKind::Answered, client))),
            }
        }
    };
    Ok(Step::Client(Box::new(Arrival { callback, answer })))
}

/// What the client hears when the person refuses.
pub(super) fn denied() -> Error {
    Error::new(ErrorCode::AccessDenied, "The person refused.")
}

//! A request that waits, seen from a browser.

use std::time::Duration;

use super::{Arrival, Lost, LostKind, Step, Visitor};
use crate::cx::{Cx, Result};
use crate::model::{Answer, AuthorizationRequest, AuthorizationRequestId};
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
    seen(cx, request)
}

/// The same for a request whose browser is known to be the right one.
pub(super) fn seen(cx: &mut Cx<'_>, request: AuthorizationRequest) -> Result<Waiting> {
    if let Some((_, answer)) = request.answer {
        return Ok(Waiting::Over(answered(cx, &request, answer)?));
    }
    if request.is_expired(cx.now) {
        let client = cx.clients().find(&request.parameters.client_id);
        return Ok(Waiting::Over(Step::Lost(Lost::new(LostKind::Expired, client))));
    }
    Ok(Waiting::Open(Box::new(request)))
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
fn answered(cx: &mut Cx<'_>, request: &AuthorizationRequest, answer: Answer) -> Result<Step> {
    let callback = match callback(cx, request) {
        Ok(callback) => callback,
        Err(step) => return Ok(*step),
    };
    let answer = match answer {
        Answer::Denied => Err(denied()),
        Answer::Code => match authorize::reissue(cx, request.id)? {
            Some(code) => Ok(code),
            None => {
                let client = cx.clients().find(&request.parameters.client_id);
                return Ok(Step::Lost(Lost::new(LostKind::Answered, client)));
            }
        },
    };
    Ok(Step::Client(Box::new(Arrival { callback, answer })))
}

/// What the client hears when the person refuses.
pub(super) fn denied() -> Error {
    Error::new(ErrorCode::AccessDenied, "The person refused.")
}

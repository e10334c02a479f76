//! A browser comes with the name of a request that its client has pushed (RFC 9126 4).

use super::arrive::{fresh, seen_now, step};
use super::waiting::{Waiting, waiting};
use super::{Step, Visitor};
use crate::cx::{Cx, Result};
use crate::model::{AuthorizationParameters, FlowKind, TokenDigest};
use crate::store;

/// The request is used, once, and goes on as any other. Its name leads the same browser back to the same request for as
/// long as that waits: somebody pressed Back, or reloaded. `None` where it leads to nothing.
pub fn arrive_pushed(
    cx: &mut Cx<'_>,
    digest: &TokenDigest,
    asked: AuthorizationParameters,
    visitor: &Visitor,
) -> Result<Option<Step>> {
    let request = fresh(cx, asked, Some(visitor.browser));
    let client_id = request.parameters.client_id.clone();
    let session = seen_now(cx, visitor)?;
    if store::pushed_requests::consume(cx.db, digest, &client_id, request.id, cx.now)? {
        return step(cx, request, session.as_ref(), false).map(Some);
    }
    let used = store::pushed_requests::find(cx.db, digest)?;
    let Some(id) = used.filter(|used| used.client_id == client_id).and_then(|used| used.used_for) else {
        return Ok(None);
    };
    match waiting(cx, id, visitor)? {
        Waiting::Open(request) => step(cx, *request, session.as_ref(), true).map(Some),
        Waiting::Over(_) | Waiting::Unknown => Ok(None),
    }
}

/// The same by POST, without cookies: the request waits for the browser that follows it (decision 12).
pub fn park_pushed(
    cx: &mut Cx<'_>,
    digest: &TokenDigest,
    asked: AuthorizationParameters,
) -> Result<Option<Step>> {
    let request = fresh(cx, asked, None);
    let client_id = &request.parameters.client_id;
    if !store::pushed_requests::consume(cx.db, digest, client_id, request.id, cx.now)? {
        return Ok(None);
    }
    store::authorization_requests::insert(cx.db, &request)?;
    Ok(Some(Step::Challenge(FlowKind::Login, request.id)))
}

//! The way home: an answer leaves for its client.

use super::cookies;
use super::page::FormPostPage;
use super::reply::Reply;
use super::visit::Visit;
use crate::cx::Result;
use crate::journey::Arrival;
use crate::oauth2::Delivery;

/// Sends the browser to the client with the answer, which is signed here, after the commit. A form stands in a page of its
/// own behind a GET, so that a reload repeats no other form.
pub(super) fn answer(visit: &Visit, arrival: &Arrival) -> Result<Reply> {
    if arrival.callback.is_form() && visit.method() == actix_web::http::Method::POST {
        return Ok(Reply::see_other(&visit.here()));
    }
    deliver(visit, arrival)
}

/// The same at once, for an answer that no GET leads to: a request by POST that was refused is stored nowhere.
pub(super) fn deliver(visit: &Visit, arrival: &Arrival) -> Result<Reply> {
    let reply = match arrival.deliver(&visit.env().signing.get())? {
        Delivery::Address(url) => Reply::see_other(&url),
        Delivery::Form { action, fields } => Reply::page(&FormPostPage {
            frame: visit.frame(),
            client_name: arrival.callback.client_name().to_owned(),
            action,
            fields,
        })?,
    };
    let state = arrival.answer.as_ref().ok().and_then(|answer| answer.browser_state());
    Ok(match state {
        Some(state) => reply.with_cookie(cookies::with_state(visit.settings(), state.to_owned())),
        None => reply,
    })
}

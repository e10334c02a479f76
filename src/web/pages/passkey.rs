//! Signing in with a passkey: the options for the browser, and what it brings back.

use actix_web::http::StatusCode;

use super::form;
use crate::cx::Result;
use crate::identity::{Progress, passkeys};
use crate::model::{Flow, FlowId, Login};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// What a passkey is to be shown by on the page of a flow; `null` if it is over.
pub(in crate::web) async fn options(visit: Visit, _fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return Reply::json(StatusCode::OK, &()) };
    let browser = visit.visitor().browser;
    let options = visit.work().write(move |cx| passkeys::request_options(cx, id, &browser)).await?;
    Reply::json(StatusCode::OK, &options)
}

/// A passkey was shown. Its signature is verified between two transactions, never inside one.
pub(in crate::web) async fn submit(visit: Visit, fields: FormFields) -> Result<Reply> {
    let response = fields.get("assertion").to_owned();
    if response.is_empty() {
        return form::act(&visit, &fields, |cx, flow: Flow<Login>, visitor| {
            let flow = passkeys::not_used(cx, flow)?;
            form::led(cx, Progress::Stay(flow), visitor)
        })
        .await;
    }
    let attempt = visit.work().read(move |cx| passkeys::look_up(cx, &response)).await?;
    let attempt = attempt.verify(visit.settings());
    form::act(&visit, &fields, move |cx, flow: Flow<Login>, visitor| {
        let previous = visitor.session(cx)?;
        let progress = passkeys::sign_in(cx, flow, attempt, previous.as_ref())?;
        form::led(cx, progress, visitor)
    })
    .await
}

//! Passkeys and security keys on the pages of flows: the options for the browser, and what it brings back.

use actix_web::http::StatusCode;

use super::{flow, form};
use crate::cx::Result;
use crate::identity::passkeys::{self, Attempt, Shows, Use};
use crate::identity::{Progress, login, recovery};
use crate::journey::{self, Step};
use crate::model::{Flow, FlowId, Login, PasskeyKind, Recovery};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

async fn options_of<S: Shows>(visit: &Visit) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return Reply::json(StatusCode::OK, &()) };
    let browser = visit.visitor().browser;
    let options = visit.work().write(move |cx| passkeys::request_options::<S>(cx, id, &browser)).await?;
    Reply::json(StatusCode::OK, &options)
}

/// What a passkey is to be shown by on the page of a sign-in; `null` if it is over.
pub(in crate::web) async fn options(visit: Visit, _fields: FormFields) -> Result<Reply> {
    options_of::<Login>(&visit).await
}

/// The same for a recovery.
pub(in crate::web) async fn recovery_options(visit: Visit, _fields: FormFields) -> Result<Reply> {
    options_of::<Recovery>(&visit).await
}

/// What a passkey in place of a new password is to be made by; `null` if there is nothing to recover now.
pub(in crate::web) async fn new_options(visit: Visit, _fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return Reply::json(StatusCode::OK, &()) };
    let browser = visit.visitor().browser;
    let options = visit.work().write(move |cx| recovery::passkey_options(cx, id, &browser)).await?;
    Reply::json(StatusCode::OK, &options)
}

/// A passkey was made in place of a new password. It is read before the transaction.
pub(in crate::web) async fn save(visit: Visit, fields: FormFields) -> Result<Reply> {
    let sent = Some(fields.get("credential")).filter(|sent| !sent.is_empty());
    let made = sent.map(|sent| passkeys::read_new(visit.settings(), sent, PasskeyKind::Passkey));
    form::act(&visit, &fields, move |cx, flow: Flow<Recovery>, visitor| {
        Ok(match journey::finish_recovery_with_passkey(cx, flow, made, visitor)? {
            Ok((step, signed_in)) => (step, Some(signed_in)),
            Err(flow) => (flow::standing(&flow), None),
        })
    })
    .await
}

/// What was sent, with its signature verified: between two transactions, never inside one.
async fn attempt(visit: &Visit, fields: &FormFields, purpose: Use) -> Result<Attempt> {
    let response = fields.get("assertion").to_owned();
    let attempt = visit.work().read(move |cx| passkeys::look_up(cx, &response, purpose)).await?;
    Ok(attempt.verify(visit.settings()))
}

/// A passkey was shown in place of a password.
pub(in crate::web) async fn submit(visit: Visit, fields: FormFields) -> Result<Reply> {
    if fields.get("assertion").is_empty() {
        return form::act(&visit, &fields, |cx, flow: Flow<Login>, visitor| {
            let flow = passkeys::not_used(cx, flow)?;
            form::led(cx, Progress::Stay(flow), visitor)
        })
        .await;
    }
    let attempt = attempt(&visit, &fields, Use::Alone).await?;
    form::act(&visit, &fields, move |cx, flow: Flow<Login>, visitor| {
        let previous = visitor.session(cx)?;
        let progress = passkeys::sign_in(cx, flow, attempt, previous.as_ref())?;
        form::led(cx, progress, visitor)
    })
    .await
}

/// A passkey or a security key was shown in the second step.
pub(in crate::web) async fn second(visit: Visit, fields: FormFields) -> Result<Reply> {
    let trust = fields.get("trust") == "true";
    let attempt = attempt(&visit, &fields, Use::Second).await?;
    form::act(&visit, &fields, move |cx, flow: Flow<Login>, visitor| {
        let previous = visitor.session(cx)?;
        match passkeys::second(cx, flow, attempt, trust, previous.as_ref())? {
            Progress::Stay(flow) if login::is_second_due(&flow, previous.as_ref(), cx.now) => {
                Ok((Step::SecondFactor(flow.id), None))
            }
            progress => form::led(cx, progress, visitor),
        }
    })
    .await
}

/// A passkey or a security key was shown on the way to a new password.
pub(in crate::web) async fn recover(visit: Visit, fields: FormFields) -> Result<Reply> {
    let attempt = attempt(&visit, &fields, Use::Second).await?;
    form::act(&visit, &fields, move |cx, flow: Flow<Recovery>, _visitor| {
        let flow = passkeys::recover(cx, flow, attempt)?;
        Ok((flow::standing(&flow), None))
    })
    .await
}

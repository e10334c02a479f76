//! Proving an address by the mailed code.

use super::flow;
use super::form;
use super::link;
use crate::courier;
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::Result;
use crate::identity::{LinkView, verification};
use crate::journey::{self, Shown, Step};
use crate::model::{Flow, FlowId, FlowKind, Verification, VerificationPurpose};
use crate::web::page::{CodePage, CodePurpose};
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

use actix_web::http::StatusCode;

/// What the page needs beside its flow.
struct Around {
    client_name: Option<String>,
    resend_wait: Option<u64>,
    link: Option<LinkView>,
    mail_is_down: bool,
}

/// The page, or the beginning of one; a mailed link begins a flow that remembers it.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else {
        return match visit.query_value("link") {
            Some(token) => open_link(&visit, token).await,
            None => flow::begin(&visit, FlowKind::Verification).await,
        };
    };
    if visit.query_value("csrf_token").is_some() || visit.query_value("code").is_some() {
        return flow::same_again::<Verification>(&visit, id, path::VERIFICATION).await;
    }
    let visitor = visit.visitor();
    let shown = visit
        .work()
        .write(move |cx| {
            let flow = match journey::show::<Verification>(cx, id, &visitor)? {
                Shown::Step(step) => return Ok(Err(step)),
                Shown::Page(flow) => flow,
            };
            let link = match flow.state.purpose {
                VerificationPurpose::Link { .. } => Some(verification::link_view(cx, &flow)?),
                _ => None,
            };
            let client_name = flow::client_name(cx, &flow);
            let resend_wait = verification::resend_wait(cx, &flow)?;
            let mail_is_down = courier::is_down(cx)?;
            Ok(Ok((flow, Around { client_name, resend_wait, link, mail_is_down })))
        })
        .await?;
    match shown {
        Ok((flow, around)) => page(&visit, *flow, around),
        Err(step) => visit.go(&step),
    }
}

fn page(visit: &Visit, flow: Flow<Verification>, around: Around) -> Result<Reply> {
    if let Some(view) = around.link {
        return link::page(visit, CodePurpose::Verification, flow.id, flow.notices, around.client_name, view);
    }
    let settings = visit.settings();
    let change_link = match &flow.state.purpose {
        VerificationPurpose::Registration { from, .. } => Some(path::of_flow(path::REGISTRATION, *from)),
        VerificationPurpose::Change { .. } => Some(path::PROFILE.to_owned()),
        VerificationPurpose::Address | VerificationPurpose::Link { .. } => None,
    };
    let optional = !settings.verification_required
        && matches!(flow.state.purpose, VerificationPurpose::Address | VerificationPurpose::Change { .. });
    let mut page = CodePage {
        frame: flow::frame(visit, &flow, around.client_name.as_deref()),
        client_name: around.client_name,
        purpose: CodePurpose::Verification,
        form: visit.flow_form(path::VERIFICATION, flow.id),
        notices: flow.notices,
        address: flow.state.address,
        certain: true,
        from_address: settings.courier.from.clone(),
        resend: visit.flow_form(path::VERIFICATION_RESEND, flow.id),
        resend_wait: around.resend_wait,
        change_link,
        skip_link: optional.then(|| path::ACCOUNT.to_owned()),
        login_link: Some(path::after(path::LOGIN, flow.id)),
        status_path: Some(path::of_flow(path::VERIFICATION_STATUS, flow.id)),
    };
    if around.mail_is_down {
        page.tell_that_mail_is_down();
    }
    Reply::page(&page)
}

async fn open_link(visit: &Visit, token: &str) -> Result<Reply> {
    if let Err(wait) = visit.site().flows.take(visit.peer(), visit.work().now()) {
        return crate::web::failure::too_many_flows(visit, wait.as_secs());
    }
    let Some(token) = PlainToken::parse(TokenKind::VerificationLink, token) else {
        return link::dead(visit);
    };
    let visitor = visit.visitor();
    let opened =
        visit.work().write(move |cx| verification::open_link(cx, link::birth(&visitor), &token)).await?;
    match opened {
        Some(flow) => Ok(Reply::see_other(&path::of_flow(path::VERIFICATION, flow))),
        None => link::dead(visit),
    }
}

/// The code.
pub(in crate::web) async fn submit(visit: Visit, fields: FormFields) -> Result<Reply> {
    let code = fields.get("code").to_owned();
    form::act(&visit, &fields, move |cx, flow: Flow<Verification>, visitor| {
        let previous = visitor.session(cx)?;
        let progress = verification::submit_code(cx, flow, &code, previous.as_ref())?;
        form::led(cx, progress, visitor)
    })
    .await
}

/// Another code.
pub(in crate::web) async fn resend(visit: Visit, fields: FormFields) -> Result<Reply> {
    form::act(&visit, &fields, |cx, flow, _| {
        Ok((Step::Flow(FlowKind::Verification, verification::resend(cx, flow)?.id), None))
    })
    .await
}

/// Whether the waiting page should go on: 205 once another device has confirmed, 204 until then.
pub(in crate::web) async fn status(visit: Visit) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return Ok(Reply::empty(StatusCode::NO_CONTENT)) };
    let visitor = visit.visitor();
    let news = visit
        .work()
        .read(move |cx| {
            let flow = crate::store::flows::find::<Verification>(cx.db, id)?;
            Ok(match flow.filter(|flow| flow.belongs_to(&visitor.browser)) {
                Some(flow) => flow.completed_at.is_some() || verification::has_news(cx, &flow)?,
                None => false,
            })
        })
        .await?;
    Ok(Reply::empty(if news { StatusCode::RESET_CONTENT } else { StatusCode::NO_CONTENT }))
}

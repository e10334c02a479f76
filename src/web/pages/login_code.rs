//! The code of a sign-in by mail.

use super::flow;
use super::form::{self, Led};
use crate::courier;
use crate::cx::{Cx, Result};
use crate::identity::traits::masked;
use crate::identity::{Progress, login};
use crate::journey::{self, Shown, Step, Visitor};
use crate::model::{Flow, FlowId, FlowKind, Login};
use crate::web::page::{CodePage, CodePurpose};
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// The page of the code.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(&visit, FlowKind::Login).await };
    if ["csrf_token", "code"].iter().any(|name| visit.query_value(name).is_some()) {
        return flow::same_again::<Login>(&visit, id, path::LOGIN_CODE).await;
    }
    let visitor = visit.visitor();
    let found = visit
        .work()
        .write(move |cx| {
            let flow = match journey::show::<Login>(cx, id, &visitor)? {
                Shown::Step(step) => return Ok(Err(step)),
                Shown::Page(flow) => flow,
            };
            if !flow.state.mailed {
                return Ok(Err(Step::Flow(FlowKind::Login, flow.id)));
            }
            let client_name = flow::client_name(cx, &flow);
            Ok(Ok((login::resend_wait(cx, &flow)?, courier::is_down(cx)?, client_name, flow)))
        })
        .await?;
    let (resend_wait, mail_is_down, client_name, flow) = match found {
        Ok(found) => found,
        Err(step) => return visit.go(&step),
    };
    let mut page = CodePage {
        frame: flow::frame(&visit, &flow, client_name.as_deref()),
        client_name,
        purpose: CodePurpose::SignIn,
        form: visit.flow_form(path::LOGIN_CODE, flow.id),
        address: masked(&flow.state.identifier),
        certain: false,
        from_address: visit.settings().courier.from.clone(),
        resend: visit.flow_form(path::LOGIN_CODE_RESEND, flow.id),
        resend_wait,
        change_link: None,
        skip_link: None,
        login_link: flow::login_after(flow.id),
        status_path: None,
        notices: flow.notices,
    };
    if mail_is_down {
        page.tell_that_mail_is_down();
    }
    Reply::page(&page)
}

/// Where a sign-in stands after a form of it.
fn standing(flow: &Flow<Login>) -> Step {
    if flow.state.mailed { Step::SignInCode(flow.id) } else { Step::Flow(FlowKind::Login, flow.id) }
}

/// The code.
pub(in crate::web) async fn submit(visit: Visit, fields: FormFields) -> Result<Reply> {
    let code = if fields.repeats("code") { String::new() } else { fields.get("code").to_owned() };
    let act = move |cx: &mut Cx<'_>, flow: Flow<Login>, visitor: &Visitor| -> Result<Led> {
        let previous = visitor.session(cx)?;
        match login::submit_code(cx, flow, &code, previous.as_ref())? {
            Progress::Stay(flow) => Ok((standing(&flow), None)),
            done @ Progress::Done(..) => form::led(cx, done, visitor),
        }
    };
    form::act(&visit, &fields, act).await
}

/// Another code.
pub(in crate::web) async fn resend(visit: Visit, fields: FormFields) -> Result<Reply> {
    form::act(&visit, &fields, |cx, flow: Flow<Login>, _| {
        Ok((standing(&login::resend_code(cx, flow)?), None))
    })
    .await
}

/// A code is asked for in place of a password.
pub(super) async fn ask(visit: &Visit, fields: &FormFields) -> Result<Reply> {
    let identifier = if fields.repeats("identifier") { "" } else { fields.get("identifier") }.to_owned();
    let typed = identifier.clone();
    let keep = move |state: &mut Login| state.identifier = typed;
    form::act_keeping(visit, fields, keep, move |cx, flow, _| {
        Ok((standing(&login::send_code(cx, flow, &identifier)?), None))
    })
    .await
}

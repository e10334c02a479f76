//! Connecting a device (RFC 8628 3.3): its code is typed or followed, and then the person is asked, always.

use std::time::Duration;

use actix_web::http::StatusCode;

use super::consent::permissions;
use super::people::Person;
use super::said::Said;
use crate::crypto::base64url;
use crate::cx::Result;
use crate::journey::device::{self, Brought, Question};
use crate::model::{Notice, Session, UserCode};
use crate::web::failure::{self, Failure};
use crate::web::page::{DeviceAnswered, DeviceConfirmPage, DeviceDonePage, DevicePage};
use crate::web::path;
use crate::web::reply::{Class, Reply};
use crate::web::visit::{FormFields, Visit};

/// What the token of the first page's form speaks of: there is neither a flow nor a session yet.
const FORM: &str = "device";

/// The control, and the parameter of the address that a device may show.
const USER_CODE: &str = "user_code";

/// Asks for the code. One that stands in the address already leads to its question.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    if visit.query().iter().any(|(name, _)| name == "csrf_token") {
        return again(&visit, Notice::info("flow.get_submit"));
    }
    if let Some(typed) = visit.query_value(USER_CODE) {
        return match UserCode::parse(typed) {
            Some(code) => Ok(Reply::see_other(&path::device_confirm(&code))),
            None => again(&visit, wrong("device.format")),
        };
    }
    let said = Said::read_for(&visit, &browser(&visit));
    page(&visit, said.notices, StatusCode::OK)
}

fn page(visit: &Visit, notices: Vec<Notice>, status: StatusCode) -> Result<Reply> {
    let page = DevicePage { frame: visit.frame(), form: visit.form_for(path::DEVICE, FORM, ""), notices };
    Reply::html(status, Class::FlowPage, &page)
}

/// For whom a sentence of the first page is sealed.
fn browser(visit: &Visit) -> String {
    base64url(visit.visitor().browser.as_bytes())
}

/// The first page again, with what is wrong.
fn again(visit: &Visit, notice: Notice) -> Result<Reply> {
    let said = Said { notices: vec![notice], ..Said::default() };
    Ok(Reply::see_other(&said.at_for(visit.env(), &browser(visit), path::DEVICE)?))
}

fn wrong(id: &str) -> Notice {
    Notice::error(id).on(USER_CODE)
}

/// Nothing was compared: the form stays, and its status says how long to wait (decision 26).
fn wait(visit: &Visit, wait: Duration) -> Result<Reply> {
    let seconds = wait.as_secs().max(1);
    let notice = wrong("device.slow_down").with("minutes", seconds.div_ceil(60));
    let page = page(visit, vec![notice], StatusCode::TOO_MANY_REQUESTS)?;
    Ok(page.with_retry_after(seconds).with_error_id("device.slow_down"))
}

/// Takes the code that somebody has typed.
pub(in crate::web) async fn enter(visit: Visit, fields: FormFields) -> Result<Reply> {
    let visitor = visit.visitor();
    if !visit.token_fits(&fields, FORM)(&visitor.browser) {
        return again(&visit, Notice::info("flow.reopened"));
    }
    let typed = fields.get(USER_CODE);
    if typed.trim().is_empty() {
        return again(&visit, wrong("device.empty"));
    }
    let Some(code) = UserCode::parse(typed) else { return again(&visit, wrong("device.format")) };
    let asked = code.clone();
    match visit.work().write(move |cx| device::bring(cx, &asked, &visitor)).await? {
        Brought::Wait(time) => wait(&visit, time),
        Brought::Wrong => again(&visit, wrong("device.mismatch")),
        Brought::Question(_) | Brought::Detour | Brought::Answered(_) | Brought::Over => {
            Ok(Reply::see_other(&path::device_confirm(&code)))
        }
    }
}

/// Asks whether the device may be connected, whoever brought the code and in whichever way.
pub(in crate::web) async fn confirm(visit: Visit) -> Result<Reply> {
    if visit.query().iter().any(|(name, _)| name == "csrf_token" || name == "answer") {
        // An answer is a form that is sent, and never an address that is opened.
        return failure::method_not_allowed(&visit);
    }
    let Some(typed) = visit.query_value(USER_CODE) else { return Ok(Reply::see_other(path::DEVICE)) };
    let Some(code) = UserCode::parse(typed) else { return again(&visit, wrong("device.format")) };
    let (visitor, asked) = (visit.visitor(), code.clone());
    let found = visit
        .work()
        .write(move |cx| {
            let brought = device::bring(cx, &asked, &visitor)?;
            let person = match &brought {
                Brought::Question(question) => Person::find(cx, question.session.identity)?,
                _ => Person::default(),
            };
            Ok((brought, person))
        })
        .await?;
    match found {
        (Brought::Question(question), person) => ask(&visit, &code, &question, &person),
        (Brought::Detour, _) => detour(&visit, code).await,
        (Brought::Answered(true), _) => done(&visit, DeviceAnswered::Connected),
        (Brought::Answered(false), _) => done(&visit, DeviceAnswered::Refused),
        (Brought::Over, _) => done(&visit, DeviceAnswered::Over),
        (Brought::Wrong, _) => again(&visit, wrong("device.mismatch")),
        (Brought::Wait(time), _) => wait(&visit, time),
    }
}

/// What the token of the question speaks of: this session and this code, and no other.
fn subject(session: &Session, code: &UserCode) -> String {
    format!("{} {}", session.id, code.letters())
}

fn ask(visit: &Visit, code: &UserCode, question: &Question, person: &Person) -> Result<Reply> {
    let frame = visit.frame();
    let query = format!("{USER_CODE}={code}");
    Reply::page(&DeviceConfirmPage {
        permissions: permissions(&frame, &question.code.scope),
        form: visit.form_for(path::DEVICE_CONFIRM, &subject(&question.session, code), &query),
        client_name: question.client.name.clone(),
        identifier: person.shown(),
        user_code: code.to_string(),
        minutes: visit.work().now().since(question.code.created_at).as_secs() / 60,
        asked_from: question.code.asked_from.clone(),
        elsewhere: !question.is_here,
        frame,
    })
}

async fn detour(visit: &Visit, code: UserCode) -> Result<Reply> {
    if let Err(wait) = visit.site().flows.take(visit.peer(), visit.work().now()) {
        return failure::too_many_flows(visit, wait.as_secs());
    }
    let (visitor, question) = (visit.visitor(), path::device_confirm(&code));
    let step = visit.work().write(move |cx| device::detour(cx, &code, &question, &visitor)).await?;
    visit.go(&step)
}

fn done(visit: &Visit, answered: DeviceAnswered) -> Result<Reply> {
    Reply::page(&DeviceDonePage {
        frame: visit.frame(),
        answered,
        again_link: path::DEVICE.to_owned(),
        account_link: path::ACCOUNT.to_owned(),
    })
}

/// Yes or no, from the browser and the session that were asked and from no other (N06).
pub(in crate::web) async fn answer(visit: Visit, fields: FormFields) -> Result<Reply> {
    let code = visit.query_value(USER_CODE).and_then(UserCode::parse);
    let Some(code) = code else { return Ok(Reply::see_other(path::DEVICE)) };
    let visitor = visit.visitor();
    let session = visit.work().read(move |cx| visitor.session(cx)).await?;
    let Some(session) = session else {
        // Signed out meanwhile: the sign-in leads back to the question.
        return Ok(Reply::see_other(&path::device_confirm(&code)));
    };
    if !visit.token_fits(&fields, &subject(&session, &code))(&visitor.browser) {
        tracing::warn!(error_id = "device_form", request_id = %visit.request_id(), "csrf.rejected");
        return Failure::new("device_form", StatusCode::FORBIDDEN)
            .or("device.again", path::DEVICE)
            .or("go.account", path::ACCOUNT)
            .show(&visit);
    }
    let allowed = match fields.get("answer") {
        "connect" => Some(true),
        "refuse" => Some(false),
        _ => None,
    };
    if let Some(allowed) = allowed {
        let code = code.clone();
        visit.work().write(move |cx| device::answer(cx, &code, allowed, &visitor)).await?;
    }
    Ok(Reply::see_other(&path::device_confirm(&code)))
}

//! Signing in, and choosing between two accounts.

use super::breached;
use super::flow;
use super::form;
use super::login_code;
use super::people::Person;
use crate::cx::Result;
use crate::identity::login::{self, Prepared};
use crate::identity::{passkeys, traits};
use crate::journey::{self, Opened, Shown, Step, Waiting};
use crate::model::{AuthorizationRequestId, Flow, FlowId, FlowKind, Login};
use crate::web::csrf::Provenance;
use crate::web::page::{ChooserPage, LoginPage, PasskeyForm};
use crate::web::path;
use crate::web::reply::{Class, Reply};
use crate::web::visit::{FormFields, Visit};

use actix_web::http::StatusCode;
use serde_json::json;

/// What the page needs beside its flow.
struct Around {
    client_name: Option<String>,
    registration: bool,
    known_as: Option<String>,
    signed_in: Option<Person>,
    proven: Option<Person>,
}

/// The page, or the beginning of one.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(&visit, FlowKind::Login).await };
    if visit.query_value("csrf_token").is_some() || visit.query_value("password").is_some() {
        return flow::again(&visit, FlowKind::Login).await;
    }
    shown(&visit, id, StatusCode::OK).await
}

async fn shown(visit: &Visit, id: FlowId, status: StatusCode) -> Result<Reply> {
    let visitor = visit.visitor();
    let shown = visit
        .work()
        .write(move |cx| {
            let flow = match journey::show::<Login>(cx, id, &visitor)? {
                Shown::Step(step) => return Ok(Err(step)),
                Shown::Page(flow) => flow,
            };
            let session = visitor.session(cx)?;
            if login::is_second_due(&flow, session.as_ref(), cx.now) {
                return Ok(Err(Step::SecondFactor(flow.id)));
            }
            if flow.state.mailed {
                return Ok(Err(Step::SignInCode(flow.id)));
            }
            let confirmed = login::confirmed(&flow);
            if let Some(session) = &session
                && confirmed.is_none()
                && flow.state.proven.is_none()
                && !asks_again(&flow)
                && session.authenticated_at > flow.created_at
            {
                // Somebody has signed in since, in another tab: there is nothing to ask.
                return Ok(Err(journey::lead_on(cx, &flow, &visitor)?));
            }
            let mut person = |id| Person::find(cx, id);
            let known_as = confirmed.map(&mut person).transpose()?.map(|person| person.shown());
            let proven = flow.state.proven.map(&mut person).transpose()?;
            let signed_in = session.map(|session| person(session.identity)).transpose()?;
            let client_name = flow::client_name(cx, &flow);
            let registration = flow::registration_is_open(cx, &flow);
            Ok(Ok((flow, Around { client_name, registration, known_as, signed_in, proven })))
        })
        .await?;
    match shown {
        Ok((flow, around)) => page(visit, *flow, around, status),
        Err(step) => visit.go(&step),
    }
}

fn page(visit: &Visit, flow: Flow<Login>, around: Around, status: StatusCode) -> Result<Reply> {
    if let (Some(proven), Some(signed_in)) = (around.proven, around.signed_in) {
        return Reply::page(&ChooserPage {
            frame: flow::frame(visit, &flow, around.client_name.as_deref()),
            client_name: around.client_name,
            form: visit.flow_form(path::CHOICE, flow.id),
            signed_in_as: signed_in.shown(),
            other: Some(proven.shown()),
            notices: flow.notices,
        });
    }
    let settings = visit.settings();
    let passkey = passkeys::relying_party(settings).map(|rp| PasskeyForm {
        form: visit.flow_form(path::LOGIN_PASSKEY, flow.id),
        options: path::of_flow(path::LOGIN_PASSKEY_OPTIONS, flow.id),
        unknown: unknown_passkey(&flow).map(|id| json!({ "rpId": rp.id, "unknown": id }).to_string()),
    });
    let known = around.known_as.is_some();
    let page = LoginPage {
        frame: flow::frame(visit, &flow, around.client_name.as_deref()),
        client_name: around.client_name,
        form: visit.flow_form(path::LOGIN, flow.id),
        identifier: around.known_as.clone().unwrap_or(flow.state.identifier),
        identifier_is_email: traits::identifier(settings) == "email",
        known_as: around.known_as,
        offer_code: settings.login_code,
        switch_link: known.then(|| path::switch_after(flow.id)),
        recovery_link: settings.recovery.then(|| path::after(path::RECOVERY, flow.id)),
        registration_link: (around.registration && !known).then(|| path::after(path::REGISTRATION, flow.id)),
        misses: flow.state.misses,
        notices: flow.notices,
        passkey,
    };
    Reply::html(status, Class::FlowPage, &page)
}

/// Whether the person wanted another account than the one that is signed in, and must show again that it is theirs.
fn asks_again(flow: &Flow<Login>) -> bool {
    flow.notices.iter().any(|notice| notice.id == "login.expired_reenter")
}

/// The passkey that was shown and that nobody has any more.
fn unknown_passkey(flow: &Flow<Login>) -> Option<&str> {
    let notice = flow.notices.iter().find(|notice| notice.id == "passkey.unknown")?;
    notice.args.get("credential").map(String::as_str)
}

/// Identifier and password. The password is compared between two transactions, never inside one.
pub(in crate::web) async fn submit(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(&visit, FlowKind::Login).await };
    if fields.get("via") == "code" && visit.settings().login_code {
        return login_code::ask(&visit, &fields).await;
    }
    let visitor = visit.visitor();
    let (fits, own) = (visit.token_fits(&fields, &id.to_string()), visit.provenance() == Provenance::Own);
    let (identifier, password) = (fields.get("identifier").to_owned(), fields.get("password").to_owned());
    let (prepared, slow_down) = visit
        .work()
        .write(move |cx| {
            let mut slow_down = None;
            let keep = |state: &mut Login| state.identifier.clone_from(&identifier);
            let prepared = match journey::open_keeping(cx, id, &visitor, fits, own, keep)? {
                Opened::Step(step) => Err(step),
                Opened::Rebound(id) => Err(Step::Flow(FlowKind::Login, id)),
                Opened::Ready(flow) => match login::prepare(cx, *flow, &identifier, &password)? {
                    Prepared::Stay(flow) => {
                        slow_down = flow::wait_of(&flow.notices);
                        Err(Step::Flow(FlowKind::Login, flow.id))
                    }
                    Prepared::Compare(attempt) => Ok(attempt),
                },
            };
            Ok((prepared, slow_down))
        })
        .await?;
    let mut attempt = match (prepared, slow_down) {
        (Ok(attempt), _) => attempt,
        // The form stays where it is and can be used; its status says how long to wait (decision 26).
        (Err(_), Some(seconds)) => {
            let page = shown(&visit, id, StatusCode::TOO_MANY_REQUESTS).await?;
            return Ok(page.with_retry_after(seconds).with_error_id("login.slow_down"));
        }
        (Err(step), None) => return visit.go(&step),
    };
    let env = visit.env();
    let verdict = env.passwords.verify(attempt.password.clone(), attempt.hash.clone()).await?;
    if verdict.matches
        && let Some(source) = breached::source(&visit, &attempt.password).await?
    {
        match visit.work().write(move |cx| login::must_change(cx, attempt, source)).await? {
            Ok(flow) => return visit.go(&flow::standing(&flow)),
            Err(as_before) => attempt = as_before,
        }
    }
    let better = match verdict.matches && verdict.rehash {
        true => Some(env.passwords.hash(attempt.password.clone()).await?),
        false => None,
    };
    let (step, signed_in) = visit
        .work()
        .write(move |cx| {
            let previous = visitor.session(cx)?;
            let progress = login::finish(cx, *attempt, verdict, better, previous.as_ref())?;
            form::led(cx, progress, &visitor)
        })
        .await?;
    visit.go_signed_in(&step, signed_in.as_ref())
}

/// The choice between two accounts: for a flow whose password was right, or for a request with
/// `prompt=select_account`.
pub(in crate::web) async fn choose(visit: Visit, fields: FormFields) -> Result<Reply> {
    let visitor = visit.visitor();
    let switch = fields.get("choice") == "switch";
    if let Some(id) = visit.id::<AuthorizationRequestId>("login_challenge") {
        let fits = visit.token_fits(&fields, &id.to_string());
        if !fits(&visitor.browser) || (!switch && fields.get("choice") != "continue") {
            return flow::request_again(&visit, id, fits, path::CHOICE).await;
        }
        let step = visit
            .work()
            .write(move |cx| {
                if switch {
                    journey::switch_account(cx, id, &visitor)
                } else {
                    journey::choose_account(cx, id, &visitor)
                }
            })
            .await?;
        return match step {
            Some(step) => visit.go(&step),
            None => Ok(Reply::see_other(path::LOGIN)),
        };
    }
    form::act(&visit, &fields, move |cx, flow: Flow<Login>, visitor| {
        let previous = visitor.session(cx)?;
        let progress = login::choose(cx, flow, switch, previous.as_ref())?;
        form::led(cx, progress, visitor)
    })
    .await
}

/// The page of `prompt=select_account`.
pub(in crate::web) async fn choose_page(visit: Visit) -> Result<Reply> {
    let Some(id) = visit.id::<AuthorizationRequestId>("login_challenge") else {
        return Ok(match visit.id::<FlowId>("flow") {
            Some(flow) => Reply::see_other(&path::of_flow(path::LOGIN, flow)),
            None => Reply::see_other(path::LOGIN),
        });
    };
    let visitor = visit.visitor();
    let shown = visit
        .work()
        .write(move |cx| {
            let request = match journey::waiting(cx, id, &visitor)? {
                Waiting::Open(request) => request,
                Waiting::Over(step) => return Ok(Err(Some(step))),
                Waiting::Unknown => return Ok(Err(None)),
            };
            let Some(session) = visitor.session(cx)? else {
                return Ok(Err(Some(journey::advance(cx, id, None)?)));
            };
            let client = cx.clients().find(&request.parameters.client_id);
            let client_name = client.map(|client| client.name.clone());
            Ok(Ok((client_name, Person::find(cx, session.identity)?)))
        })
        .await?;
    match shown {
        Ok((client_name, person)) => Reply::page(&ChooserPage {
            frame: flow::on_the_way(&visit, Some(id), client_name.as_deref()),
            client_name,
            notices: Vec::new(),
            form: visit.request_form(path::CHOICE, id),
            signed_in_as: person.shown(),
            other: None,
        }),
        Err(Some(step)) => visit.go(&step),
        Err(None) => Ok(Reply::see_other(path::LOGIN)),
    }
}

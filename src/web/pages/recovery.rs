//! A forgotten password: the address, the code, and the new password.

use super::breached;
use super::flow;
use super::link;
use super::people::Person;
use crate::courier;
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::identity::recovery::{self, Prepared};
use crate::identity::traits::masked;
use crate::identity::{LinkView, passkeys, passwords};
use crate::journey::{self, Opened, Shown, Step};
use crate::model::{Flow, FlowId, FlowKind, Notice, Recovery, RecoveryStage};
use crate::store;
use crate::web::csrf::Provenance;
use crate::web::failure::Failure;
use crate::web::page::{CodePage, CodePurpose, NewPasswordPage, PasskeyForm, RecoveryPage};
use crate::web::path;
use crate::web::reply::{Class, Reply};
use crate::web::visit::{FormFields, Visit};

use actix_web::http::StatusCode;

/// What the pages need beside their flow.
struct Around {
    client_name: Option<String>,
    signed_in: Option<Person>,
    resend_wait: Option<u64>,
    link: Option<LinkView>,
    owner: String,
    password_min: usize,
    mail_is_down: bool,
}

type Found = std::result::Result<(Box<Flow<Recovery>>, Around), Step>;

fn find(cx: &mut Cx<'_>, id: FlowId, visitor: &journey::Visitor) -> Result<Found> {
    let flow = match journey::show::<Recovery>(cx, id, visitor)? {
        Shown::Step(step) => return Ok(Err(step)),
        Shown::Page(flow) => flow,
    };
    if flow.state.stage == RecoveryStage::Code && recovery::used_elsewhere(cx, &flow)? {
        // The password was changed on another device; this one goes on by signing in (decision 13).
        let begun = journey::begin(cx, FlowKind::Login, journey::Origin::After(flow.id), visitor)?;
        if let journey::Begun::Step(step) = begun {
            if let Step::Flow(kind, id) = &step {
                store::flows::set_notices(cx.db, *kind, *id, &[Notice::success("password.changed")])?;
            }
            return Ok(Err(step));
        }
    }
    let session = visitor.session(cx)?;
    let signed_in = session.map(|session| Person::find(cx, session.identity)).transpose()?;
    let owner = match flow.identity.filter(|_| flow.state.stage == RecoveryStage::Password) {
        Some(identity) => Person::find(cx, identity)?.shown(),
        None => String::new(),
    };
    let password_min = match flow.identity {
        Some(identity) => passwords::least(cx, identity)?,
        None => cx.settings().password.min_length,
    };
    let link = match flow.state.stage {
        RecoveryStage::Link(_) => Some(recovery::link_view(cx, &flow)?),
        _ => None,
    };
    let (client_name, resend_wait) = (flow::client_name(cx, &flow), recovery::resend_wait(cx, &flow)?);
    let mail_is_down = flow.state.stage == RecoveryStage::Code && courier::is_down(cx)?;
    Ok(Ok((flow, Around { client_name, signed_in, resend_wait, link, owner, password_min, mail_is_down })))
}

/// The page of the address or of the code, or the beginning; a mailed link begins a flow that remembers it.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else {
        return match visit.query_value("link") {
            Some(token) => open_link(&visit, token).await,
            None if !visit.settings().recovery => closed(&visit),
            None => flow::begin(&visit, FlowKind::Recovery).await,
        };
    };
    if ["csrf_token", "email", "code"].iter().any(|name| visit.query_value(name).is_some()) {
        return flow::again(&visit, FlowKind::Recovery).await;
    }
    shown(&visit, id, StatusCode::OK).await
}

async fn shown(visit: &Visit, id: FlowId, status: StatusCode) -> Result<Reply> {
    let visitor = visit.visitor();
    let (flow, around) = match visit.work().write(move |cx| find(cx, id, &visitor)).await? {
        Ok(found) => found,
        Err(step) => return visit.go(&step),
    };
    if matches!(flow.state.stage, RecoveryStage::Password | RecoveryStage::SecondFactor) {
        return visit.go(&flow::standing(&flow));
    }
    page(visit, *flow, around, status)
}

fn page(visit: &Visit, flow: Flow<Recovery>, around: Around, status: StatusCode) -> Result<Reply> {
    if let Some(view) = around.link {
        return link::page(visit, CodePurpose::Recovery, flow.id, flow.notices, around.client_name, view);
    }
    if flow.state.stage == RecoveryStage::Address {
        let page = RecoveryPage {
            frame: flow::frame(visit, &flow, around.client_name.as_deref()),
            client_name: around.client_name,
            form: visit.flow_form(path::RECOVERY, flow.id),
            email: flow.state.address,
            signed_in_as: around.signed_in.map(|person| person.shown()),
            login_link: flow::login_after(flow.id),
            notices: flow.notices,
        };
        return Reply::html(status, Class::FlowPage, &page);
    }
    let by_administrator = flow.state.made_by.is_some();
    let mut page = CodePage {
        frame: flow::frame(visit, &flow, around.client_name.as_deref()),
        client_name: around.client_name,
        purpose: CodePurpose::Recovery,
        form: visit.flow_form(path::RECOVERY_CODE, flow.id),
        notices: flow.notices,
        address: masked(&flow.state.address),
        certain: false,
        from_address: visit.settings().courier.from.clone(),
        resend: visit.flow_form(path::RECOVERY_RESEND, flow.id),
        resend_wait: around.resend_wait,
        change_link: (!by_administrator).then(|| path::after(path::RECOVERY, flow.id)),
        skip_link: None,
        login_link: flow::login_after(flow.id),
        status_path: Some(path::of_flow(path::RECOVERY_STATUS, flow.id)),
    };
    if around.mail_is_down {
        page.tell_that_mail_is_down();
    }
    Reply::html(status, Class::FlowPage, &page)
}

fn closed(visit: &Visit) -> Result<Reply> {
    Failure::new("recovery_closed", StatusCode::NOT_FOUND).or("go.sign_in", path::LOGIN).show(visit)
}

async fn open_link(visit: &Visit, token: &str) -> Result<Reply> {
    if let Err(wait) = visit.site().flows.take(visit.peer(), visit.work().now()) {
        return crate::web::failure::too_many_flows(visit, wait.as_secs());
    }
    let Some(token) = PlainToken::parse(TokenKind::RecoveryLink, token) else { return link::dead(visit) };
    let visitor = visit.visitor();
    let opened = visit.work().write(move |cx| recovery::open_link(cx, link::birth(&visitor), &token)).await?;
    match opened {
        Some(flow) => Ok(Reply::see_other(&path::of_flow(path::RECOVERY, flow))),
        None => link::dead(visit),
    }
}

async fn act(
    visit: &Visit,
    fields: &FormFields,
    act: impl FnOnce(&mut Cx<'_>, Flow<Recovery>) -> Result<Flow<Recovery>> + Send + 'static,
) -> Result<Reply> {
    let typed = fields.get("email").to_owned();
    let keep = move |state: &mut Recovery| {
        if state.stage == RecoveryStage::Address {
            state.address = typed;
        }
    };
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(visit, FlowKind::Recovery).await };
    let visitor = visit.visitor();
    let (fits, own) = (visit.token_fits(fields, &id.to_string()), visit.provenance() == Provenance::Own);
    let (step, slow_down) = visit
        .work()
        .write(move |cx| {
            Ok(match journey::open_keeping::<Recovery>(cx, id, &visitor, fits, own, keep)? {
                Opened::Step(step) => (step, None),
                Opened::Rebound(id) => (Step::Flow(FlowKind::Recovery, id), None),
                Opened::Ready(flow) => {
                    let flow = act(cx, *flow)?;
                    (flow::standing(&flow), flow::wait_of(&flow.notices))
                }
            })
        })
        .await?;
    match slow_down {
        // The form stays where it is and can be used; its status says how long to wait (decision 26).
        Some(seconds) => {
            let page = shown(visit, id, StatusCode::TOO_MANY_REQUESTS).await?;
            Ok(page.with_retry_after(seconds).with_error_id("recovery.slow_down"))
        }
        None => visit.go(&step),
    }
}

/// The address.
pub(in crate::web) async fn submit(visit: Visit, fields: FormFields) -> Result<Reply> {
    if !visit.settings().recovery {
        return closed(&visit);
    }
    let address = if fields.repeats("email") { String::new() } else { fields.get("email").to_owned() };
    act(&visit, &fields, move |cx, flow| recovery::submit_address(cx, flow, &address)).await
}

/// The code.
pub(in crate::web) async fn submit_code(visit: Visit, fields: FormFields) -> Result<Reply> {
    let code = fields.get("code").to_owned();
    act(&visit, &fields, move |cx, flow| recovery::submit_code(cx, flow, &code)).await
}

/// Another code.
pub(in crate::web) async fn resend(visit: Visit, fields: FormFields) -> Result<Reply> {
    act(&visit, &fields, recovery::resend).await
}

/// The page of the new password. It is no part of the settings, and can do nothing else.
pub(in crate::web) async fn new_password(visit: Visit) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(&visit, FlowKind::Recovery).await };
    if visit.query_value("csrf_token").is_some() || visit.query_value("password").is_some() {
        return flow::same_again::<Recovery>(&visit, id, path::NEW_PASSWORD).await;
    }
    let visitor = visit.visitor();
    let (flow, around) = match visit.work().write(move |cx| find(cx, id, &visitor)).await? {
        Ok(found) => found,
        Err(step) => return visit.go(&step),
    };
    if flow.state.stage != RecoveryStage::Password {
        return visit.go(&flow::standing(&flow));
    }
    Reply::page(&NewPasswordPage {
        frame: flow::frame(&visit, &flow, around.client_name.as_deref()),
        client_name: around.client_name,
        form: visit.flow_form(path::NEW_PASSWORD, flow.id),
        identifier: around.owner,
        password_min: around.password_min,
        passkey: passkeys::relying_party(visit.settings()).map(|_| PasskeyForm {
            form: visit.flow_form(path::NEW_PASSKEY, flow.id),
            options: path::of_flow(path::NEW_PASSKEY_OPTIONS, flow.id),
            unknown: None,
        }),
        notices: flow.notices,
    })
}

/// The new password. It is hashed between two transactions; then everything else of the person ends.
pub(in crate::web) async fn save(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(&visit, FlowKind::Recovery).await };
    let visitor = visit.visitor();
    let (fits, own) = (visit.token_fits(&fields, &id.to_string()), visit.provenance() == Provenance::Own);
    let password = fields.get("password").to_owned();
    let prepared = visit
        .work()
        .write(move |cx| {
            Ok(match journey::open::<Recovery>(cx, id, &visitor, fits, own)? {
                Opened::Step(step) => Err(step),
                Opened::Rebound(id) => Err(Step::NewPassword(id)),
                Opened::Ready(flow) => match recovery::prepare_password(cx, *flow, &password)? {
                    Prepared::Stay(flow) => Err(flow::standing(&flow)),
                    Prepared::Hash(new) => Ok(new),
                },
            })
        })
        .await?;
    let new = match prepared {
        Ok(new) => new,
        Err(step) => return visit.go(&step),
    };
    if breached::is_breached(&visit, &new.password).await? {
        let refuse = move |cx: &mut Cx<'_>| recovery::refuse_password(cx, *new, passwords::breached());
        let flow = visit.work().write(refuse).await?;
        return visit.go(&flow::standing(&flow));
    }
    let hash = visit.env().passwords.hash(new.password.clone()).await?;
    let done = visit.work().write(move |cx| journey::finish_recovery(cx, *new, hash, &visitor)).await?;
    match done {
        Some((step, signed_in)) => visit.go_signed_in(&step, Some(&signed_in)),
        // The same form was faster from another click; it leads on from its own address.
        None => Ok(Reply::see_other(&path::of_flow(path::NEW_PASSWORD, id))),
    }
}

/// Whether the waiting page should go on: 205 once another device has gone on, 204 until then.
pub(in crate::web) async fn status(visit: Visit) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return Ok(Reply::empty(StatusCode::NO_CONTENT)) };
    let visitor = visit.visitor();
    let news = visit
        .work()
        .read(move |cx| {
            let flow = store::flows::find::<Recovery>(cx.db, id)?;
            Ok(match flow.filter(|flow| flow.belongs_to(&visitor.browser)) {
                Some(flow) => flow.completed_at.is_some() || recovery::has_news(cx, &flow)?,
                None => false,
            })
        })
        .await?;
    Ok(Reply::empty(if news { StatusCode::RESET_CONTENT } else { StatusCode::NO_CONTENT }))
}

//! Creating an account.

use super::breached;
use super::flow;
use super::form::{self, Led};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::identity::registration::{self, Prepared, Registered};
use crate::identity::{invitations, passkeys, passwords};
use crate::journey::{self, Opened, Shown, Step, Visitor};
use crate::model::{Flow, FlowId, FlowKind, PasskeyKind, Registration};
use crate::web::csrf::Provenance;
use crate::web::failure::{self, Failure};
use crate::web::page::{PasskeyForm, RegistrationPage};
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

use actix_web::http::StatusCode;

/// The page, or the beginning of one.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    if let Some(token) = visit.query_value("invitation") {
        return open_invitation(&visit, token).await;
    }
    let Some(id) = visit.id::<FlowId>("flow") else {
        if !visit.settings().registration {
            return closed(&visit);
        }
        return flow::begin(&visit, FlowKind::Registration).await;
    };
    if visit.query_value("csrf_token").is_some() || visit.query_value("password").is_some() {
        return flow::again(&visit, FlowKind::Registration).await;
    }
    let visitor = visit.visitor();
    let shown = visit
        .work()
        .write(move |cx| {
            Ok(match journey::show::<Registration>(cx, id, &visitor)? {
                Shown::Step(step) => Err(step),
                Shown::Page(flow) => {
                    let open = flow.state.invitation.is_some() || flow::registration_is_open(cx, &flow);
                    let name = flow::client_name(cx, &flow);
                    let schema_id = registration::schema_id(cx, &flow);
                    let invitation = invitations::behind(cx, &flow)?;
                    Ok((flow, name, open, schema_id, invitation))
                }
            })
        })
        .await?;
    let (flow, client_name, open, schema_id, invitation) = match shown {
        Ok(found) => found,
        Err(step) => return visit.go(&step),
    };
    if flow.state.invitation.is_some() && invitation.is_none() {
        return invitation_over(&visit);
    }
    if !open && !visit.settings().registration {
        return closed(&visit);
    }
    if !open {
        return Failure::new("registration_closed", StatusCode::FORBIDDEN)
            .or("go.sign_in", &path::after(path::LOGIN, flow.id))
            .show(&visit);
    }
    Reply::page(&RegistrationPage {
        frame: flow::frame(&visit, &flow, client_name.as_deref()),
        client_name,
        form: visit.flow_form(path::REGISTRATION, flow.id),
        fields: flow::fields(&visit, &schema_id, &flow.state.values),
        invited_to: invitation.map(|invitation| {
            let client = invitation.client_id.and_then(|id| visit.env().clients.get().find(&id));
            client.map_or_else(|| visit.settings().name.clone(), |client| client.name.clone())
        }),
        password_min: visit.settings().password.min_length,
        login_link: flow::login_after(flow.id),
        passkey: passkeys::relying_party(visit.settings()).map(|_| PasskeyForm {
            form: visit.flow_form(path::REGISTRATION_PASSKEY, flow.id),
            options: path::of_flow(path::REGISTRATION_PASSKEY_OPTIONS, flow.id),
            unknown: None,
        }),
        notices: flow.notices,
    })
}

/// A link of an invitation begins a page of this browser, and stands in its address no more (decision 14).
async fn open_invitation(visit: &Visit, token: &str) -> Result<Reply> {
    if let Err(wait) = visit.site().flows.take(visit.peer(), visit.work().now()) {
        return failure::too_many_flows(visit, wait.as_secs());
    }
    let Some(token) = PlainToken::parse(TokenKind::Invitation, token) else { return invitation_over(visit) };
    let browser = visit.visitor().browser;
    let opened = visit.work().write(move |cx| invitations::open(cx, &token.digest(), browser)).await?;
    match opened {
        Some(id) => Ok(Reply::see_other(&path::of_flow(path::REGISTRATION, id))),
        None => invitation_over(visit),
    }
}

fn invitation_over(visit: &Visit) -> Result<Reply> {
    Failure::new("invitation_over", StatusCode::NOT_FOUND)
        .or("go.sign_in", path::LOGIN)
        .or("go.recover", path::RECOVERY)
        .show(visit)
}

fn closed(visit: &Visit) -> Result<Reply> {
    let login = match (visit.id("after"), visit.id("login_challenge")) {
        (Some(flow), _) => path::after(path::LOGIN, flow),
        (None, Some(request)) => path::of_request(path::LOGIN, request),
        (None, None) => path::LOGIN.to_owned(),
    };
    Failure::new("registration_closed", StatusCode::NOT_FOUND).or("go.sign_in", &login).show(visit)
}

/// The fields and the password. The password is hashed between two transactions.
pub(in crate::web) async fn submit(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else {
        if !visit.settings().registration {
            return closed(&visit);
        }
        return flow::begin(&visit, FlowKind::Registration).await;
    };
    let visitor = visit.visitor();
    let (fits, own) = (visit.token_fits(&fields, &id.to_string()), visit.provenance() == Provenance::Own);
    let (values, password) = (fields.beginning("traits."), fields.get("password").to_owned());
    if values.keys().any(|name| fields.repeats(name)) {
        return failure::body(&visit, crate::web::visit::BodyProblem::Broken);
    }
    let prepared = visit
        .work()
        .write(move |cx| {
            let keep = |state: &mut Registration| state.values.clone_from(&values);
            Ok(match journey::open_keeping(cx, id, &visitor, fits, own, keep)? {
                Opened::Step(step) => Err(step),
                Opened::Rebound(id) => Err(Step::Flow(FlowKind::Registration, id)),
                Opened::Ready(flow)
                    if flow.state.invitation.is_none() && !flow::registration_is_open(cx, &flow) =>
                {
                    Err(Step::Flow(FlowKind::Registration, flow.id))
                }
                Opened::Ready(flow) => match registration::prepare(cx, *flow, values, &password)? {
                    Prepared::Stay(flow) => Err(Step::Flow(FlowKind::Registration, flow.id)),
                    Prepared::Hash(draft) => Ok(draft),
                },
            })
        })
        .await?;
    let draft = match prepared {
        Ok(draft) => draft,
        Err(step) => return visit.go(&step),
    };
    if breached::is_breached(&visit, &draft.password).await? {
        let refuse = move |cx: &mut Cx<'_>| registration::refuse_password(cx, *draft, passwords::breached());
        let flow = visit.work().write(refuse).await?;
        return visit.go(&Step::Flow(FlowKind::Registration, flow.id));
    }
    let hash = visit.env().passwords.hash(draft.password.clone()).await?;
    let (step, signed_in) = visit
        .work()
        .write(move |cx| {
            let previous = visitor.session(cx)?;
            let registered = registration::finish(cx, *draft, hash, previous.as_ref())?;
            led(cx, registered, &visitor)
        })
        .await?;
    visit.go_signed_in(&step, signed_in.as_ref())
}

fn led(cx: &mut Cx<'_>, registered: Registered, visitor: &Visitor) -> Result<Led> {
    Ok(match registered {
        Registered::MustProve(flow, pending) => (journey::prove(cx, &flow, pending)?, None),
        Registered::Stay(flow) => (Step::Flow(FlowKind::Registration, flow.id), None),
        Registered::Done(done, signed_in) => {
            (journey::resume(cx, done, Some(&signed_in), visitor)?, Some(signed_in))
        }
    })
}

/// What the passkey of a new account is to be made by; `null` if the fields are not in order, or the page is over.
pub(in crate::web) async fn passkey_options(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return Reply::json(StatusCode::OK, &()) };
    let (browser, values) = (visit.visitor().browser, fields.beginning("traits."));
    let options =
        visit.work().write(move |cx| registration::passkey_options(cx, id, &browser, &values)).await?;
    Reply::json(StatusCode::OK, &options)
}

/// The fields and a passkey in place of the password. What the authenticator made is read before the transaction.
pub(in crate::web) async fn submit_passkey(visit: Visit, fields: FormFields) -> Result<Reply> {
    if visit.id::<FlowId>("flow").is_none() && !visit.settings().registration {
        return closed(&visit);
    }
    let values = fields.beginning("traits.");
    if values.keys().any(|name| fields.repeats(name)) {
        return failure::body(&visit, crate::web::visit::BodyProblem::Broken);
    }
    let sent = Some(fields.get("credential")).filter(|sent| !sent.is_empty());
    let made = sent.map(|sent| passkeys::read_new(visit.settings(), sent, PasskeyKind::Passkey));
    let kept = values.clone();
    let keep = move |state: &mut Registration| state.values = kept;
    form::act_keeping(&visit, &fields, keep, move |cx, flow: Flow<Registration>, visitor| {
        if flow.state.invitation.is_none() && !flow::registration_is_open(cx, &flow) {
            return Ok((Step::Flow(FlowKind::Registration, flow.id), None));
        }
        let previous = visitor.session(cx)?;
        let registered = registration::with_passkey(cx, flow, values, made, previous.as_ref())?;
        led(cx, registered, visitor)
    })
    .await
}

//! Creating an account.

use super::flow;
use crate::cx::Result;
use crate::identity::registration::{self, Prepared, Registered};
use crate::journey::{self, Opened, Shown, Step};
use crate::model::{FlowId, FlowKind, Registration};
use crate::web::csrf::Provenance;
use crate::web::failure::{self, Failure};
use crate::web::page::RegistrationPage;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

use actix_web::http::StatusCode;

/// The page, or the beginning of one.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    if !visit.settings().registration {
        return closed(&visit);
    }
    let Some(id) = visit.id::<FlowId>("flow") else {
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
                    let (name, open) = (flow::client_name(cx, &flow), flow::registration_is_open(cx, &flow));
                    Ok((flow, name, open))
                }
            })
        })
        .await?;
    let (flow, client_name, open) = match shown {
        Ok(found) => found,
        Err(step) => return visit.go(&step),
    };
    if !open {
        return Failure::new("registration_closed", StatusCode::FORBIDDEN)
            .or("go.sign_in", &path::after(path::LOGIN, flow.id))
            .show(&visit);
    }
    Reply::page(&RegistrationPage {
        frame: flow::frame(&visit, &flow, client_name.as_deref()),
        client_name,
        form: visit.flow_form(path::REGISTRATION, flow.id),
        fields: flow::fields(&visit, &flow.state.values),
        password_min: visit.settings().password.min_length,
        login_link: flow::login_after(flow.id),
        notices: flow.notices,
    })
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
    if !visit.settings().registration {
        return closed(&visit);
    }
    let Some(id) = visit.id::<FlowId>("flow") else {
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
                Opened::Ready(flow) if !flow::registration_is_open(cx, &flow) => {
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
    let hash = visit.env().passwords.hash(draft.password.clone()).await?;
    let (step, signed_in) = visit
        .work()
        .write(move |cx| {
            let previous = visitor.session(cx)?;
            Ok(match registration::finish(cx, *draft, hash, previous.as_ref())? {
                Registered::MustProve(flow, pending) => (journey::prove(cx, &flow, pending)?, None),
                Registered::Done(done, signed_in) => {
                    (journey::resume(cx, done, Some(&signed_in), &visitor)?, Some(signed_in))
                }
            })
        })
        .await?;
    visit.go_signed_in(&step, signed_in.as_ref())
}

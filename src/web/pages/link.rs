//! The links of mails: opening one changes nothing, its button does (decision 14).

use super::flow;
use crate::cx::Result;
use crate::identity::verification::Confirmed;
use crate::identity::{LinkView, Progress, recovery, verification};
use crate::journey::{self, Opened, Step, Visitor};
use crate::model::{Birth, Continuation, FlowId, FlowKind, Notice, Recovery, Verification};
use crate::web::csrf::Provenance;
use crate::web::failure::Failure;
use crate::web::page::{CodePurpose, LinkPage};
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

use actix_web::http::StatusCode;

/// What a flow is born with that a link begins: this browser has no part in the journey of the one that waits.
pub(super) fn birth(visitor: &Visitor) -> Birth {
    Birth { browser: Some(visitor.browser), continuation: Continuation::Account, client_id: None }
}

/// A link that is none of ours, or too old to be known.
pub(super) fn dead(visit: &Visit) -> Result<Reply> {
    Failure::new("link_unknown", StatusCode::NOT_FOUND)
        .or("go.sign_in", path::LOGIN)
        .or("go.recover", path::RECOVERY)
        .show(visit)
}

/// The page of a link.
pub(super) fn page(
    visit: &Visit,
    purpose: CodePurpose,
    flow: FlowId,
    mut notices: Vec<Notice>,
    client_name: Option<String>,
    view: LinkView,
) -> Result<Reply> {
    let (confirm, disown) = match purpose {
        CodePurpose::Verification => (path::VERIFICATION_LINK, path::VERIFICATION_DISOWN),
        CodePurpose::Recovery => (path::RECOVERY_LINK, path::RECOVERY_DISOWN),
    };
    let alive = view.dead.is_none();
    if notices.is_empty() {
        notices.extend(view.dead);
    }
    Reply::page(&LinkPage {
        frame: visit.frame(),
        client_name,
        notices,
        address: view.address,
        purpose,
        elsewhere: view.elsewhere,
        asked_at: view.asked_at.for_people(),
        asked_from: view.asked_from,
        form: alive.then(|| visit.flow_form(confirm, flow)),
        disown: (alive && view.elsewhere).then(|| visit.flow_form(disown, flow)),
        login_link: flow::login_after(flow),
    })
}

/// The button of a verification mail's link.
pub(in crate::web) async fn confirm_verification(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else {
        return flow::begin(&visit, FlowKind::Verification).await;
    };
    let visitor = visit.visitor();
    let (fits, own) = (visit.token_fits(&fields, &id.to_string()), visit.provenance() == Provenance::Own);
    let (step, signed_in) = visit
        .work()
        .write(move |cx| {
            let flow = match journey::open::<Verification>(cx, id, &visitor, fits, own)? {
                Opened::Step(step) => return Ok((step, None)),
                Opened::Rebound(id) => return Ok((Step::Flow(FlowKind::Verification, id), None)),
                Opened::Ready(flow) => flow,
            };
            let previous = visitor.session(cx)?;
            Ok(match verification::confirm_link(cx, *flow, previous.as_ref())? {
                Confirmed::Here(Progress::Done(done, signed_in)) => {
                    (journey::resume(cx, done, signed_in.as_ref(), &visitor)?, signed_in)
                }
                Confirmed::Here(Progress::Stay(flow))
                | Confirmed::Elsewhere(flow)
                | Confirmed::Dead(flow) => (Step::Flow(FlowKind::Verification, flow.id), None),
            })
        })
        .await?;
    visit.go_signed_in(&step, signed_in.as_ref())
}

/// "This wasn't me", of a verification.
pub(in crate::web) async fn disown_verification(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else {
        return flow::begin(&visit, FlowKind::Verification).await;
    };
    let visitor = visit.visitor();
    let (fits, own) = (visit.token_fits(&fields, &id.to_string()), visit.provenance() == Provenance::Own);
    let step = visit
        .work()
        .write(move |cx| {
            Ok(match journey::open::<Verification>(cx, id, &visitor, fits, own)? {
                Opened::Step(step) => step,
                Opened::Rebound(id) => Step::Flow(FlowKind::Verification, id),
                Opened::Ready(flow) => {
                    Step::Flow(FlowKind::Verification, verification::disown_link(cx, *flow)?.id)
                }
            })
        })
        .await?;
    visit.go(&step)
}

/// The button of a recovery mail's link: on to the new password, in this browser.
pub(in crate::web) async fn confirm_recovery(visit: Visit, fields: FormFields) -> Result<Reply> {
    recovery_link(visit, fields, recovery::confirm_link).await
}

/// "This wasn't me", of a recovery.
pub(in crate::web) async fn disown_recovery(visit: Visit, fields: FormFields) -> Result<Reply> {
    recovery_link(visit, fields, recovery::disown_link).await
}

type OnLink =
    fn(&mut crate::cx::Cx<'_>, crate::model::Flow<Recovery>) -> Result<crate::model::Flow<Recovery>>;

async fn recovery_link(visit: Visit, fields: FormFields, act: OnLink) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(&visit, FlowKind::Recovery).await };
    let visitor = visit.visitor();
    let (fits, own) = (visit.token_fits(&fields, &id.to_string()), visit.provenance() == Provenance::Own);
    let step = visit
        .work()
        .write(move |cx| {
            Ok(match journey::open::<Recovery>(cx, id, &visitor, fits, own)? {
                Opened::Step(step) => step,
                Opened::Rebound(id) => Step::Flow(FlowKind::Recovery, id),
                Opened::Ready(flow) => super::recovery::standing(&act(cx, *flow)?),
            })
        })
        .await?;
    visit.go(&step)
}

//! The links of mails: opening one changes nothing, its button does (decision 14).

use super::flow;
use super::form;
use crate::cx::Result;
use crate::identity::verification::Confirmed;
use crate::identity::{LinkView, recovery, verification};
use crate::journey::{Step, Visitor};
use crate::model::{Birth, Continuation, Flow, FlowId, FlowKind, Notice, Verification};
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
        CodePurpose::Recovery | CodePurpose::SignIn => (path::RECOVERY_LINK, path::RECOVERY_DISOWN),
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
        asked_at: visit.language().date(view.asked_at),
        asked_from: visit.language().place(&view.asked_from),
        form: alive.then(|| visit.flow_form(confirm, flow)),
        disown: (alive && view.elsewhere).then(|| visit.flow_form(disown, flow)),
        login_link: flow::login_after(flow),
    })
}

/// The button of a verification mail's link.
pub(in crate::web) async fn confirm_verification(visit: Visit, fields: FormFields) -> Result<Reply> {
    form::act(&visit, &fields, |cx, flow: Flow<Verification>, visitor| {
        let previous = visitor.session(cx)?;
        match verification::confirm_link(cx, flow, previous.as_ref())? {
            Confirmed::Here(progress) => form::led(cx, progress, visitor),
            Confirmed::Elsewhere(flow) | Confirmed::Dead(flow) => {
                Ok((Step::Flow(FlowKind::Verification, flow.id), None))
            }
        }
    })
    .await
}

/// "This wasn't me", of a verification.
pub(in crate::web) async fn disown_verification(visit: Visit, fields: FormFields) -> Result<Reply> {
    form::act(&visit, &fields, |cx, flow, _| {
        Ok((Step::Flow(FlowKind::Verification, verification::disown_link(cx, flow)?.id), None))
    })
    .await
}

/// The button of a recovery mail's link: on to the new password, in this browser.
pub(in crate::web) async fn confirm_recovery(visit: Visit, fields: FormFields) -> Result<Reply> {
    form::act(&visit, &fields, |cx, flow, _| Ok((flow::standing(&recovery::confirm_link(cx, flow)?), None)))
        .await
}

/// "This wasn't me", of a recovery.
pub(in crate::web) async fn disown_recovery(visit: Visit, fields: FormFields) -> Result<Reply> {
    form::act(&visit, &fields, |cx, flow, _| Ok((flow::standing(&recovery::disown_link(cx, flow)?), None)))
        .await
}

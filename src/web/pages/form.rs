//! What the forms of all flows share that are acted on within one transaction: the flow is opened, the form does its
//! work, and the person goes where that leads.

use super::flow;
use crate::cx::{Cx, Result};
use crate::identity::{Progress, SignedIn};
use crate::journey::{self, Opened, Renewable, Step, Visitor};
use crate::model::{Flow, FlowId, FlowState};
use crate::web::csrf::Provenance;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// Where a form leads, and the session that it may have made.
pub(super) type Led = (Step, Option<SignedIn>);

/// Acts on a form of a flow; without a flow, one begins.
pub(super) async fn act<S: Renewable>(
    visit: &Visit,
    fields: &FormFields,
    act: impl FnOnce(&mut Cx<'_>, Flow<S>, &Visitor) -> Result<Led> + Send + 'static,
) -> Result<Reply> {
    act_keeping(visit, fields, |_| {}, act).await
}

/// The same; if the form is shown again without being acted on, `keep` puts what was typed into it (E4).
pub(super) async fn act_keeping<S: Renewable>(
    visit: &Visit,
    fields: &FormFields,
    keep: impl FnOnce(&mut S) + Send + 'static,
    act: impl FnOnce(&mut Cx<'_>, Flow<S>, &Visitor) -> Result<Led> + Send + 'static,
) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(visit, S::KIND).await };
    let visitor = visit.visitor();
    let (fits, own) = (visit.token_fits(fields, &id.to_string()), visit.provenance() == Provenance::Own);
    let (step, signed_in) = visit
        .work()
        .write(move |cx| match journey::open_keeping::<S>(cx, id, &visitor, fits, own, keep)? {
            Opened::Step(step) => Ok((step, None)),
            Opened::Rebound(id) => Ok((Step::Flow(S::KIND, id), None)),
            Opened::Ready(flow) => act(cx, *flow, &visitor),
        })
        .await?;
    visit.go_signed_in(&step, signed_in.as_ref())
}

/// Where a flow stands after its form: on its page, or past its end.
pub(super) fn led<S: FlowState>(cx: &mut Cx<'_>, progress: Progress<S>, visitor: &Visitor) -> Result<Led> {
    Ok(match progress {
        Progress::Stay(flow) => (Step::Flow(S::KIND, flow.id), None),
        Progress::Done(done, signed_in) => {
            (journey::resume(cx, done, signed_in.as_ref(), visitor)?, signed_in)
        }
    })
}

//! The use cases of people: sign in, create an account, prove an address, recover, change, and administration.
//!
//! No flow knows what comes after it: each hands back a [`Completed`], and `journey` decides.

mod accounts;
pub mod administration;
mod codes;
mod credentials;
pub mod factors;
mod guessing;
pub mod invitations;
mod links;
pub mod login;
pub mod parked;
pub mod passkeys;
pub mod passwords;
pub mod recovery;
pub mod registration;
pub mod search;
pub mod security_check;
pub mod sessions;
pub mod settings;
mod throttle;
pub mod traits;
pub mod undo;
pub mod verification;

#[cfg(test)]
mod tests;

pub use codes::CODE_MINUTES;
pub use guessing::{Lock, LockState, lift_lock, lock_of};
pub use links::{LinkTarget, LinkView, link_target};
pub use sessions::SignedIn;

use crate::cx::{Cx, Result};
use crate::model::{Birth, Completed, Flow, FlowId, FlowState, IdentityId, Instant, Notice};
use crate::store;

/// Where a form has led.
#[derive(Debug)]
pub enum Progress<S> {
    /// Nowhere yet: the page again, with its notices.
    Stay(Flow<S>),
    /// To the end of the flow, and perhaps to a session.
    Done(Completed, Option<SignedIn>),
}

/// Begins a flow, as a row.
fn start<S: FlowState>(
    cx: &mut Cx<'_>,
    birth: Birth,
    identity: Option<IdentityId>,
    state: S,
) -> Result<Flow<S>> {
    let mut flow = Flow::begin(FlowId::from_uuid(cx.random().uuid()), birth, state, cx.now);
    flow.identity = identity;
    store::flows::insert(cx.db, &flow)?;
    Ok(flow)
}

/// Whether a form of this flow may be acted on. Whoever asks has looked before; this is the second lock.
fn is_open<S>(flow: &Flow<S>, now: Instant) -> bool
where
    S: FlowState,
{
    flow.completed_at.is_none() && !flow.is_expired(now)
}

/// Stores a flow whose form was answered, with what its page says next. If it was completed meanwhile, it stays as it
/// is now.
fn keep<S: FlowState>(cx: &mut Cx<'_>, mut flow: Flow<S>, notices: Vec<Notice>) -> Result<Flow<S>> {
    flow.touch(cx.now);
    flow.notices = notices;
    if store::flows::update(cx.db, &flow)? { Ok(flow) } else { read_again(cx, flow) }
}

/// The flow as it is now: between two transactions, others may have ended it.
fn read_again<S: FlowState>(cx: &mut Cx<'_>, flow: Flow<S>) -> Result<Flow<S>> {
    Ok(store::flows::find(cx.db, flow.id)?.unwrap_or(flow))
}

/// The flow as it is now, held until the end of the transaction: of two forms that come at once, the second one sees
/// what the first one did.
fn hold<S: FlowState>(cx: &mut Cx<'_>, flow: Flow<S>) -> Result<Flow<S>> {
    Ok(store::flows::find_to_change(cx.db, flow.id)?.unwrap_or(flow))
}

/// Completes a flow, once. `Err` is the flow as it is now: somebody was faster, or time has run out.
fn spend<S: FlowState>(cx: &mut Cx<'_>, flow: Flow<S>) -> Result<std::result::Result<Completed, Flow<S>>> {
    if store::flows::complete(cx.db, flow.id, cx.now)? {
        return Ok(Ok(flow.complete()));
    }
    Ok(Err(read_again(cx, flow)?))
}

/// The words that everybody knows of the service, and therefore a password must not be made of.
fn known_words(cx: &Cx<'_>, client_id: Option<&str>) -> Vec<String> {
    let client = client_id.and_then(|id| cx.clients().find(id)).map(|client| client.name.clone());
    [cx.settings().name.clone()].into_iter().chain(client).collect()
}

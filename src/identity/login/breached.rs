//! A right password that others know. Whoever has typed it is not signed in: they choose another one first, and go on from
//! there (B06).

use super::super::{is_open, recovery};
use super::Attempt;
use crate::cx::{Cx, Result};
use crate::model::{Event, Flow, Login, Recovery};
use crate::store;

/// In place of a session, begins a flow in which the password must be changed, with the way back of the sign-in. `Err` is
/// the attempt again if it has lost what it stood on: then it goes its usual way. `source` is where the password stands.
pub fn must_change(
    cx: &mut Cx<'_>,
    attempt: Box<Attempt>,
    source: &'static str,
) -> Result<std::result::Result<Flow<Recovery>, Box<Attempt>>> {
    let (Some(id), Some(set_at)) = (attempt.identity, attempt.stored.as_ref().map(|(_, at)| *at)) else {
        return Ok(Err(attempt));
    };
    let held = store::flows::find_to_change::<Login>(cx.db, attempt.flow.id)?;
    let Some(flow) = held.filter(|flow| is_open(flow, cx.now)) else { return Ok(Err(attempt)) };
    let is_same = store::identities::password_set_at(cx.db, id)? == Some(set_at);
    if !is_same || !store::identities::find(cx.db, id)?.is_some_and(|person| person.is_active()) {
        return Ok(Err(attempt));
    }
    attempt.counted.was_right(cx)?;
    let mut event = Event::new("password.breached").of(id).with("source", source);
    if let Some(client_id) = &flow.client_id {
        event = event.for_client(client_id);
    }
    cx.record(event)?;
    Ok(Ok(recovery::begin_for_breached(cx, flow.birth(), id)?))
}

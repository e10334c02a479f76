//! A recovery that an administrator begins: its link and code are handed over by two ways, and open in any browser.

use std::time::Duration;

use super::super::{codes, start};
use crate::crypto::OneTimeCode;
use crate::cx::{Cx, Result};
use crate::model::{
    Birth, Continuation, Event, Flow, FlowId, IdentityId, Recovery, RecoveryStage, TokenDigest,
    UNTOUCHED_FLOW,
};
use crate::store;

/// Makes a recovery for an identity; earlier ones of administrators are void. `None` if there is no such identity, or if
/// it may not sign in.
pub fn create_by_administrator(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    lifetime: Duration,
    continuation: Continuation,
) -> Result<Option<(Flow<Recovery>, OneTimeCode)>> {
    if super::entitled(cx, Some(identity))?.is_none() {
        return Ok(None);
    }
    let birth = Birth { browser: None, continuation, client_id: None };
    let state = Recovery::at(RecoveryStage::Code, String::new());
    let mut flow = start(cx, birth, None, state)?;
    flow.expires_at = cx.now + lifetime.max(UNTOUCHED_FLOW);
    store::flows::update(cx.db, &flow)?;
    let code = codes::hand_over(cx, flow.id, identity, lifetime)?;
    cx.record(
        Event::new("recovery.created")
            .of(identity)
            .with("flow_id", flow.id.to_string())
            .with("seconds", lifetime.as_secs()),
    )?;
    Ok(Some((flow, code)))
}

/// A browser opens the page of a recovery that an administrator made: a flow of its own, with the same way back.
pub fn begin_from(cx: &mut Cx<'_>, made_by: &Flow<Recovery>, browser: TokenDigest) -> Result<FlowId> {
    let birth = Birth { browser: Some(browser), ..made_by.birth() };
    let state = Recovery { made_by: Some(made_by.id), ..Recovery::at(RecoveryStage::Code, String::new()) };
    Ok(start(cx, birth, None, state)?.id)
}

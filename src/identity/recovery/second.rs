//! The second factor on the way to a new password: whoever has the mailbox has not the account (V09). Recovery removes no
//! factor, and a trusted browser spares nothing here.

use super::super::factors::{self, Checked, Typed};
use super::super::{hold, is_open, keep};
use crate::cx::{Cx, Result};
use crate::model::{Flow, Instant, Notice, Recovery, RecoveryStage};

/// Takes what was typed as the second factor.
pub fn submit_second(
    cx: &mut Cx<'_>,
    flow: Flow<Recovery>,
    kind: Typed,
    typed: &str,
) -> Result<Flow<Recovery>> {
    let flow = hold(cx, flow)?;
    let Some(identity) = flow.identity.filter(|_| is_due(&flow, cx.now)) else { return Ok(flow) };
    if super::entitled(cx, Some(identity))?.is_none() {
        return Ok(flow);
    }
    match factors::check(cx, identity, kind, typed)? {
        Checked::Right(how) => second_shown(cx, flow, how),
        Checked::Refused(notice) => {
            let clock = (notice.id == "totp.mismatch").then(|| Notice::info("totp.clock"));
            keep(cx, flow, clock.into_iter().chain([notice]).collect())
        }
    }
}

/// A second factor was shown, by `how` (RFC 8176): the new password is asked for. For every kind of factor; whoever calls
/// has just checked it for the flow's identity, in this transaction.
pub fn second_shown(cx: &mut Cx<'_>, mut flow: Flow<Recovery>, how: &[&str]) -> Result<Flow<Recovery>> {
    if !is_due(&flow, cx.now) {
        return Ok(flow);
    }
    flow.state.second = how.iter().map(|&how| how.to_owned()).collect();
    flow.state.stage = RecoveryStage::Password;
    keep(cx, flow, Vec::new())
}

fn is_due(flow: &Flow<Recovery>, now: Instant) -> bool {
    is_open(flow, now) && flow.state.stage == RecoveryStage::SecondFactor
}

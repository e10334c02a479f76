//! A recovery that an administrator begins: its link and code are handed over by two ways, and open in any browser.

use std::time::Duration;

use super::super::{codes, start};
use crate::crypto::{OneTimeCode, PlainToken};
use crate::cx::{Cx, Result};
use crate::model::{
    Birth, Continuation, Event, Flow, FlowId, IdentityId, Recovery, RecoveryStage, TokenDigest,
    UNTOUCHED_FLOW,
};
use crate::store;

/// What becomes of recoveries that administrators have made before and that still work (S17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnExisting {
    /// They are void.
    Replace,
    /// They go on working.
    Keep,
    /// There is no other one.
    Reject,
}

/// A recovery that an administrator has made.
#[derive(Debug)]
pub struct Administered {
    /// Its flow, which belongs to no browser.
    pub flow: Flow<Recovery>,
    /// Opens it on its page.
    pub code: OneTimeCode,
    /// Opens it by itself.
    pub link: PlainToken,
    /// The recoveries that it has made void.
    pub superseded: Vec<FlowId>,
}

/// What came of the wish for a recovery.
#[derive(Debug)]
pub enum Made {
    /// It is made.
    New(Box<Administered>),
    /// These work already, and there is to be no other one.
    Exists(Vec<FlowId>),
    /// There is no such identity, or it may not sign in.
    Nobody,
}

impl Made {
    /// What was made, if it was.
    pub fn made(self) -> Option<Administered> {
        match self {
            Self::New(made) => Some(*made),
            Self::Exists(_) | Self::Nobody => None,
        }
    }
}

/// Makes a recovery for an identity.
pub fn create_by_administrator(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    lifetime: Duration,
    continuation: Continuation,
    on_existing: OnExisting,
) -> Result<Made> {
    if super::entitled(cx, Some(identity))?.is_none() {
        return Ok(Made::Nobody);
    }
    let superseded = match on_existing {
        OnExisting::Replace => codes::supersede_handed_over(cx, identity)?,
        OnExisting::Keep => Vec::new(),
        OnExisting::Reject => match codes::handed_over(cx, identity)? {
            existing if existing.is_empty() => existing,
            existing => return Ok(Made::Exists(existing)),
        },
    };
    let birth = Birth { browser: None, continuation, client_id: None };
    let state = Recovery::at(RecoveryStage::Code, String::new());
    let mut flow = start(cx, birth, None, state)?;
    flow.expires_at = cx.now + lifetime.max(UNTOUCHED_FLOW);
    store::flows::update(cx.db, &flow)?;
    let (code, link) = codes::hand_over(cx, flow.id, identity, lifetime)?;
    cx.record(
        Event::new("recovery.created")
            .of(identity)
            .with("flow_id", flow.id.to_string())
            .with("seconds", lifetime.as_secs()),
    )?;
    Ok(Made::New(Box::new(Administered { flow, code, link, superseded })))
}

/// A browser opens the page of a recovery that an administrator made: a flow of its own, with the same way back.
pub fn begin_from(cx: &mut Cx<'_>, made_by: &Flow<Recovery>, browser: TokenDigest) -> Result<FlowId> {
    let birth = Birth { browser: Some(browser), ..made_by.birth() };
    let state = Recovery { made_by: Some(made_by.id), ..Recovery::at(RecoveryStage::Code, String::new()) };
    Ok(start(cx, birth, None, state)?.id)
}

//! The link of a recovery mail: the browser that opened it goes on to the new password, and no other.

use super::super::{LinkView, codes, hold, is_open, keep, links, start};
use crate::crypto::PlainToken;
use crate::cx::{Cx, Result};
use crate::model::{Birth, Flow, FlowId, Notice, Recovery, RecoveryStage};
use crate::store::one_time_codes::MailedCode;

/// A browser opened a link: a flow of this browser that remembers it. `None` if nobody knows the token.
pub fn open_link(cx: &mut Cx<'_>, birth: Birth, token: &PlainToken) -> Result<Option<FlowId>> {
    let Some((code, waiting)) = links::find::<Recovery>(cx, token)? else { return Ok(None) };
    let state = Recovery::at(RecoveryStage::Link(code.id), waiting.state.address.clone());
    Ok(Some(start(cx, links::birth(birth, &waiting), None, state)?.id))
}

/// What the page of an opened link shows.
pub fn link_view(cx: &mut Cx<'_>, flow: &Flow<Recovery>) -> Result<LinkView> {
    let found = behind(cx, flow)?;
    Ok(links::view(cx, flow, &flow.state.address, found.as_ref()))
}

/// The person goes on, on the page of an opened link: the mailbox is proven, and this flow asks for the new password. A
/// link that is dead stays on its page, which says why.
pub fn confirm_link(cx: &mut Cx<'_>, flow: Flow<Recovery>) -> Result<Flow<Recovery>> {
    let mut flow = hold(cx, flow)?;
    let RecoveryStage::Link(id) = flow.state.stage else { return Ok(flow) };
    if !is_open(&flow, cx.now) {
        return Ok(flow);
    }
    let Some((code, waiting)) = links::hold::<Recovery>(cx, id)? else {
        return keep(cx, flow, vec![Notice::error("link.expired")]);
    };
    if let Some(notice) = links::dead(&code, &waiting, cx.now) {
        return keep(cx, flow, vec![notice]);
    }
    let identity = super::entitled(cx, Some(code.identity.ok_or_else(|| links::nobody(&code))?))?;
    let Some(identity) = identity else {
        return keep(cx, flow, vec![Notice::error("link.expired")]);
    };
    if !codes::consume_link(cx, &code)? {
        return keep(cx, flow, vec![Notice::error("link.used")]);
    }
    super::proven(cx, &mut flow, identity)?;
    keep(cx, flow, Vec::new())
}

/// The person did not ask for this mail: the code and the flow that waits for it are dead.
pub fn disown_link(cx: &mut Cx<'_>, flow: Flow<Recovery>) -> Result<Flow<Recovery>> {
    let flow = hold(cx, flow)?;
    let RecoveryStage::Link(id) = flow.state.stage else { return Ok(flow) };
    if !is_open(&flow, cx.now) {
        return Ok(flow);
    }
    let found = links::hold::<Recovery>(cx, id)?;
    let notice = links::disown(cx, found.as_ref(), "recovery.disowned")?;
    keep(cx, flow, vec![notice])
}

/// Whether the code of a waiting flow was used or disowned elsewhere: its page should be loaded again.
pub fn has_news(cx: &mut Cx<'_>, flow: &Flow<Recovery>) -> Result<bool> {
    if flow.state.stage != RecoveryStage::Code {
        return Ok(false);
    }
    links::has_news(cx, flow.state.made_by.unwrap_or(flow.id))
}

fn behind(cx: &mut Cx<'_>, flow: &Flow<Recovery>) -> Result<Option<(MailedCode, Flow<Recovery>)>> {
    match flow.state.stage {
        RecoveryStage::Link(id) => links::find_by_id(cx, id),
        _ => Ok(None),
    }
}

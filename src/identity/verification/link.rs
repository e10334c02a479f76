//! The link of a verification mail: it confirms, wherever it was opened, and signs nobody in there.

use super::super::{LinkView, Progress, codes, hold, is_open, keep, links, start};
use super::proof;
use crate::crypto::PlainToken;
use crate::cx::{Cx, Result};
use crate::model::{Birth, Flow, FlowId, Notice, OneTimeCodeId, Session, Verification, VerificationPurpose};
use crate::store;
use crate::store::one_time_codes::MailedCode;

/// A browser opened a link: a flow of this browser that remembers it. `None` if nobody knows the token.
pub fn open_link(cx: &mut Cx<'_>, birth: Birth, token: &PlainToken) -> Result<Option<FlowId>> {
    let Some((code, waiting)) = links::find::<Verification>(cx, token)? else { return Ok(None) };
    let state = Verification {
        address: waiting.state.address.clone(),
        purpose: VerificationPurpose::Link { code: code.id, confirmed: false },
    };
    Ok(Some(start(cx, links::birth(birth, &waiting), None, state)?.id))
}

/// What the page of an opened link shows.
pub fn link_view(cx: &mut Cx<'_>, flow: &Flow<Verification>) -> Result<LinkView> {
    let found = behind(cx, flow)?;
    Ok(links::view(cx, flow, &flow.state.address, found.as_ref()))
}

/// What came of confirming.
#[derive(Debug)]
pub enum Confirmed {
    /// The flow that waits is this browser's: it was completed here.
    Here(Progress<Verification>),
    /// Another browser waits, and goes on by itself; this page says so.
    Elsewhere(Flow<Verification>),
    /// The link leads nowhere any more; this page says why.
    Dead(Flow<Verification>),
}

/// The person confirms, on the page of an opened link.
pub fn confirm_link(
    cx: &mut Cx<'_>,
    flow: Flow<Verification>,
    previous: Option<&Session>,
) -> Result<Confirmed> {
    let mut flow = hold(cx, flow)?;
    let VerificationPurpose::Link { code: id, confirmed } = flow.state.purpose else {
        return Ok(Confirmed::Dead(flow));
    };
    if !is_open(&flow, cx.now) {
        return Ok(Confirmed::Dead(flow));
    }
    if confirmed {
        return Ok(Confirmed::Elsewhere(flow));
    }
    let Some((code, waiting)) = links::hold::<Verification>(cx, id)? else {
        return Ok(Confirmed::Dead(keep(cx, flow, vec![Notice::error("link.expired")])?));
    };
    let dead = links::dead(&code, &waiting, cx.now);
    if dead.is_some() || !codes::consume_link(cx, &code)? {
        let notice = dead.unwrap_or_else(|| Notice::error("link.used"));
        return Ok(Confirmed::Dead(keep(cx, flow, vec![notice])?));
    }
    let here = waiting.browser == flow.browser;
    let waiting = match proof::apply(cx, waiting)? {
        Ok(waiting) => waiting,
        Err(refused) => {
            let notices = refused.notices;
            return Ok(Confirmed::Dead(keep(cx, flow, notices)?));
        }
    };
    if here {
        // This page has done its duty, too: whoever comes back to it is led on.
        store::flows::complete(cx.db, flow.id, cx.now)?;
        return Ok(Confirmed::Here(proof::conclude(cx, waiting, previous)?));
    }
    flow.state.purpose = VerificationPurpose::Link { code: id, confirmed: true };
    let notice = Notice::success("address.confirmed_elsewhere");
    Ok(Confirmed::Elsewhere(keep(cx, flow, vec![notice])?))
}

/// The person did not ask for this mail: the code and the flow that waits for it are dead.
pub fn disown_link(cx: &mut Cx<'_>, flow: Flow<Verification>) -> Result<Flow<Verification>> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) || link_of(&flow).is_none() {
        return Ok(flow);
    }
    let found = match link_of(&flow) {
        Some(id) => links::hold::<Verification>(cx, id)?,
        None => None,
    };
    let notice = links::disown(cx, found.as_ref(), "verification.disowned")?;
    keep(cx, flow, vec![notice])
}

/// Whether the code of a waiting flow was confirmed or disowned elsewhere: its page should be loaded again.
pub fn has_news(cx: &mut Cx<'_>, flow: &Flow<Verification>) -> Result<bool> {
    links::has_news(cx, flow.id)
}

fn link_of(flow: &Flow<Verification>) -> Option<OneTimeCodeId> {
    match flow.state.purpose {
        VerificationPurpose::Link { code, .. } => Some(code),
        _ => None,
    }
}

fn behind(cx: &mut Cx<'_>, flow: &Flow<Verification>) -> Result<Option<(MailedCode, Flow<Verification>)>> {
    let Some(id) = link_of(flow) else { return Ok(None) };
    links::find_by_id(cx, id)
}

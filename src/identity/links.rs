//! Links in mails. Opening one changes nothing; a button on its page does.

use super::codes;
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Birth, Continuation, Event, Flow, FlowId, FlowState, Instant, Notice, OneTimeCodeId};
use crate::store;
use crate::store::one_time_codes::MailedCode;

/// What the page of an opened link shows.
#[derive(Debug, Clone)]
pub struct LinkView {
    /// The address that the mail went to, as it was typed or as it is stored; empty if an administrator has given the link.
    pub address: String,
    /// When the mail was asked for.
    pub asked_at: Instant,
    /// With what browser and from where.
    pub asked_from: String,
    /// Whether another browser waits for the answer.
    pub elsewhere: bool,
    /// Why the link leads nowhere any more.
    pub dead: Option<Notice>,
}

/// What kind of link a token belongs to.
#[derive(Debug)]
pub enum LinkTarget {
    /// A mail that proves an address.
    Verification(PlainToken),
    /// A mail that opens the way to a new password.
    Recovery(PlainToken),
}

/// Reads the token of a link, of whichever kind.
pub fn link_target(text: &str) -> Option<LinkTarget> {
    let verification = PlainToken::parse(TokenKind::VerificationLink, text).map(LinkTarget::Verification);
    verification.or_else(|| PlainToken::parse(TokenKind::RecoveryLink, text).map(LinkTarget::Recovery))
}

/// The code of a link with the flow that waits for it; `None` if nobody knows the token.
pub(super) fn find<S: FlowState>(
    cx: &mut Cx<'_>,
    token: &PlainToken,
) -> Result<Option<(MailedCode, Flow<S>)>> {
    let Some(code) = store::one_time_codes::find_by_link(cx.db, &token.digest())? else { return Ok(None) };
    let waiting = store::flows::find(cx.db, code.flow)?;
    Ok(waiting.map(|waiting| (code, waiting)))
}

/// The same by the code's id, which a flow holds; `None` if it was cleaned away.
pub(super) fn find_by_id<S: FlowState>(
    cx: &mut Cx<'_>,
    id: OneTimeCodeId,
) -> Result<Option<(MailedCode, Flow<S>)>> {
    let Some(code) = store::one_time_codes::find(cx.db, id)? else { return Ok(None) };
    let waiting = store::flows::find(cx.db, code.flow)?;
    Ok(waiting.map(|waiting| (code, waiting)))
}

/// The same, for a change: both are held until the end of the transaction, always the flow before its code.
pub(super) fn hold<S: FlowState>(
    cx: &mut Cx<'_>,
    id: OneTimeCodeId,
) -> Result<Option<(MailedCode, Flow<S>)>> {
    let Some(code) = store::one_time_codes::find(cx.db, id)? else { return Ok(None) };
    let Some(waiting) = store::flows::find_to_change(cx.db, code.flow)? else { return Ok(None) };
    let code = store::one_time_codes::find(cx.db, id)?;
    Ok(code.map(|code| (code, waiting)))
}

/// What a flow for an opened link is born with. In the browser that waits, it has the way back of the flow that waits;
/// in another one, nothing of it but the client. Where no browser waits, because an administrator began it, the first one
/// that comes goes on.
pub(super) fn birth<S: FlowState>(birth: Birth, waiting: &Flow<S>) -> Birth {
    if waiting.browser.is_none() {
        return Birth { browser: birth.browser, ..waiting.birth() };
    }
    if birth.browser.is_some() && birth.browser == waiting.browser {
        return waiting.birth();
    }
    let client_id = birth.client_id.or_else(|| waiting.client_id.clone());
    Birth { continuation: Continuation::Account, client_id, ..birth }
}

/// Why the link leads nowhere any more.
pub(super) fn dead<S: FlowState>(code: &MailedCode, waiting: &Flow<S>, now: Instant) -> Option<Notice> {
    codes::dead_link(code, now).or_else(|| {
        let is_over = waiting.completed_at.is_some() || waiting.is_expired(now);
        is_over.then(|| Notice::error("link.expired"))
    })
}

/// What the page of the link shows.
pub(super) fn view<S: FlowState>(
    cx: &Cx<'_>,
    flow: &Flow<S>,
    address: &str,
    found: Option<&(MailedCode, Flow<S>)>,
) -> LinkView {
    match found {
        Some((code, waiting)) => LinkView {
            address: address.to_owned(),
            asked_at: code.created_at,
            // Where an administrator sits is nobody's business.
            asked_from: waiting.browser.map_or_else(String::new, |_| code.asked_from.clone()),
            elsewhere: waiting.browser.is_some() && waiting.browser != flow.browser,
            dead: dead(code, waiting, cx.now),
        },
        None => LinkView {
            address: address.to_owned(),
            asked_at: flow.created_at,
            asked_from: String::new(),
            elsewhere: false,
            dead: Some(Notice::error("link.expired")),
        },
    }
}

/// Somebody did not ask for the mail: its code is dead, and so is the flow that waits for it. What the page says then.
pub(super) fn disown<S: FlowState>(
    cx: &mut Cx<'_>,
    found: Option<&(MailedCode, Flow<S>)>,
    event: &'static str,
) -> Result<Notice> {
    let Some((code, waiting)) = found else { return Ok(Notice::error("link.expired")) };
    if !store::one_time_codes::disown(cx.db, code.id, cx.now)? {
        return Ok(codes::dead_link(code, cx.now).unwrap_or_else(|| Notice::error("link.used")));
    }
    store::flows::expire(cx.db, waiting.id, cx.now)?;
    let event = Event::new(event).with("code_id", code.id.to_string());
    cx.record(match code.identity {
        Some(identity) => event.of(identity),
        None => event,
    })?;
    Ok(Notice::success("address.disowned"))
}

/// Whether something has happened to the newest code of a flow in another tab or browser.
pub(super) fn has_news(cx: &mut Cx<'_>, flow: FlowId) -> Result<bool> {
    let newest = store::one_time_codes::newest_of(cx.db, flow)?;
    Ok(newest.is_some_and(|code| code.used_at.is_some() || code.disowned_at.is_some()))
}

/// A code without an identity where one is needed.
pub(super) fn nobody(code: &MailedCode) -> Fault {
    Fault::Internal(format!("code {} is for nobody", code.id))
}

//! A flow is opened by a browser: shown, or answered. What is expired, finished, foreign or unknown leads on, too.

use super::begin::alone;
use super::resume::{lead_on, touch};
use super::{Lost, LostKind, Step, Visitor};
use crate::cx::{Cx, Result};
use crate::model::{
    Birth, Continuation, Flow, FlowId, FlowKind, FlowState, Login, Notice, Recovery, RecoveryStage,
    Registration, TokenDigest, Verification, VerificationPurpose,
};
use crate::{identity, store};

/// What showing a flow comes to.
#[derive(Debug)]
pub enum Shown<S> {
    /// The page of this flow.
    Page(Box<Flow<S>>),
    /// Somewhere else.
    Step(Step),
}

/// What answering a flow's form comes to.
#[derive(Debug)]
pub enum Opened<S> {
    /// The form may be acted on.
    Ready(Box<Flow<S>>),
    /// The browser had lost its cookie and is bound to the flow again: the form once more, and this cookie.
    Rebound(FlowId),
    /// Somewhere else; nothing was done.
    Step(Step),
}

/// Kinds of flows that can begin again in place of one that is over.
pub trait Renewable: FlowState + Sized {
    /// The same page again, with what was typed on it.
    fn again(cx: &mut Cx<'_>, old: &Flow<Self>, birth: Birth) -> Result<Step>;

    /// The page without a past.
    fn anew(cx: &mut Cx<'_>, birth: Birth) -> Result<Step>;

    /// The page of a flow that has no browser, if there is one (a recovery that an administrator made).
    fn unbound(_cx: &mut Cx<'_>, _flow: &Flow<Self>, _visitor: &Visitor) -> Result<Option<Step>> {
        Ok(None)
    }
}

/// For the GET of a flow's page.
pub fn show<S: Renewable>(cx: &mut Cx<'_>, id: FlowId, visitor: &Visitor) -> Result<Shown<S>> {
    let Some(flow) = store::flows::find_to_change::<S>(cx.db, id)? else {
        return Ok(Shown::Step(without_past::<S>(cx, visitor)?));
    };
    if flow.browser.is_none()
        && let Some(step) = S::unbound(cx, &flow, visitor)?
    {
        return Ok(Shown::Step(step));
    }
    if !flow.belongs_to(&visitor.browser) {
        return Ok(Shown::Step(without_past::<S>(cx, visitor)?));
    }
    if flow.completed_at.is_some() {
        return Ok(Shown::Step(lead_on(cx, &flow, visitor)?));
    }
    if flow.is_expired(cx.now) {
        return Ok(Shown::Step(renew(cx, &flow, Notice::info("flow.renewed"))?));
    }
    // The request inside which it stands may have been answered in another tab.
    if let Some(over) = over(cx, flow.continuation(), visitor)? {
        return Ok(Shown::Step(over));
    }
    Ok(Shown::Page(Box::new(flow)))
}

/// For the POST of a flow's form. `form_token_fits` says whether the form's token was made for this browser's digest;
/// `same_origin` whether the browser itself says that the form is ours.
pub fn open<S: Renewable>(
    cx: &mut Cx<'_>,
    id: FlowId,
    visitor: &Visitor,
    form_token_fits: impl Fn(&TokenDigest) -> bool,
    same_origin: bool,
) -> Result<Opened<S>> {
    open_keeping(cx, id, visitor, form_token_fits, same_origin, |_| {})
}

/// The same; if the form is shown again without being acted on, `keep` puts what was typed into it (E4).
pub fn open_keeping<S: Renewable>(
    cx: &mut Cx<'_>,
    id: FlowId,
    visitor: &Visitor,
    form_token_fits: impl Fn(&TokenDigest) -> bool,
    same_origin: bool,
    keep: impl FnOnce(&mut S),
) -> Result<Opened<S>> {
    let Some(mut flow) = store::flows::find_to_change::<S>(cx.db, id)? else {
        return Ok(Opened::Step(without_past::<S>(cx, visitor)?));
    };
    if !flow.belongs_to(&visitor.browser) {
        let lost_cookie = same_origin && flow.browser.is_some_and(|browser| form_token_fits(&browser));
        if !lost_cookie || flow.completed_at.is_some() || flow.is_expired(cx.now) {
            return Ok(Opened::Step(without_past::<S>(cx, visitor)?));
        }
        keep(&mut flow.state);
        flow.browser = Some(visitor.browser);
        flow.notices = vec![Notice::info("flow.reopened")];
        store::flows::update(cx.db, &flow)?;
        if let Some(request) = flow.continuation().authorization() {
            store::authorization_requests::rebind(cx.db, request, &visitor.browser)?;
        }
        return Ok(Opened::Rebound(flow.id));
    }
    if flow.completed_at.is_some() {
        // A second click may have left before the answer to the first brought the session's cookie: what leads on is
        // decided by the browser's next request, which has it.
        return Ok(Opened::Step(match visitor.session(cx)? {
            Some(_) => lead_on(cx, &flow, visitor)?,
            None => page_of(&flow),
        }));
    }
    if flow.is_expired(cx.now) {
        if same_origin {
            keep(&mut flow.state);
        }
        return Ok(Opened::Step(renew(cx, &flow, Notice::info("login.expired_reenter"))?));
    }
    if let Some(over) = over(cx, flow.continuation(), visitor)? {
        return Ok(Opened::Step(over));
    }
    if !form_token_fits(&visitor.browser) {
        if same_origin {
            keep(&mut flow.state);
        }
        flow.notices = vec![Notice::info("flow.reopened")];
        store::flows::update(cx.db, &flow)?;
        return Ok(Opened::Step(page_of(&flow)));
    }
    touch(cx, flow.continuation())?;
    Ok(Opened::Ready(Box::new(flow)))
}

/// Where a flow leads whose request can wait no longer, or was answered.
fn over(cx: &mut Cx<'_>, continuation: &Continuation, visitor: &Visitor) -> Result<Option<Step>> {
    let Some(id) = continuation.authorization() else { return Ok(None) };
    Ok(match super::waiting(cx, id, visitor)? {
        super::Waiting::Open(_) => None,
        super::Waiting::Over(step) => Some(step),
        super::Waiting::Unknown => Some(Step::Lost(Lost::new(LostKind::Expired, None))),
    })
}

/// The page on which a flow stands.
pub(super) fn page_of<S: FlowState>(flow: &Flow<S>) -> Step {
    Step::Flow(S::KIND, flow.id)
}

/// A flow without the context of one that is not this browser's, or is gone.
fn without_past<S: Renewable>(cx: &mut Cx<'_>, visitor: &Visitor) -> Result<Step> {
    if S::KIND != FlowKind::Recovery && visitor.session(cx)?.is_some() {
        return Ok(Step::Account);
    }
    S::anew(cx, alone(visitor))
}

/// A fresh flow in place of an expired one, if its journey still leads somewhere; otherwise the page that leads back.
fn renew<S: Renewable>(cx: &mut Cx<'_>, old: &Flow<S>, notice: Notice) -> Result<Step> {
    if let Some(id) = old.continuation().authorization() {
        let alive = store::authorization_requests::find(cx.db, id)?
            .is_some_and(|request| !request.is_expired(cx.now) && request.answer.is_none());
        if !alive {
            let client = old.client_id.as_deref().and_then(|id| cx.clients().find(id));
            return Ok(Step::Lost(Lost::new(LostKind::Expired, client)));
        }
    } else if let Some(client) = old.client_id.as_deref().and_then(|id| cx.clients().find(id))
        && *old.continuation() == Continuation::Account
        && old.browser.is_some()
    {
        // The request is gone and took the way back with it; the client is still known.
        return Ok(Step::Lost(Lost::new(LostKind::Expired, Some(client))));
    }
    let step = S::again(cx, old, old.birth())?;
    if let Step::Flow(kind, id) = &step {
        store::flows::set_notices(cx.db, *kind, *id, &[notice])?;
    }
    Ok(step)
}

impl Renewable for Login {
    fn again(cx: &mut Cx<'_>, old: &Flow<Self>, birth: Birth) -> Result<Step> {
        let id = identity::login::begin_again(cx, birth, old)?;
        Ok(Step::Flow(FlowKind::Login, id))
    }

    fn anew(cx: &mut Cx<'_>, birth: Birth) -> Result<Step> {
        Ok(Step::Flow(FlowKind::Login, identity::login::begin(cx, birth, "", None)?))
    }
}

impl Renewable for Registration {
    fn again(cx: &mut Cx<'_>, old: &Flow<Self>, birth: Birth) -> Result<Step> {
        let id = identity::registration::begin_with(cx, birth, old.state.clone())?;
        Ok(Step::Flow(FlowKind::Registration, id))
    }

    fn anew(cx: &mut Cx<'_>, birth: Birth) -> Result<Step> {
        Ok(Step::Flow(FlowKind::Registration, identity::registration::begin(cx, birth, "")?))
    }
}

impl Renewable for Recovery {
    fn again(cx: &mut Cx<'_>, old: &Flow<Self>, birth: Birth) -> Result<Step> {
        Ok(Step::Flow(FlowKind::Recovery, identity::recovery::begin(cx, birth, &old.state.address)?))
    }

    fn anew(cx: &mut Cx<'_>, birth: Birth) -> Result<Step> {
        Ok(Step::Flow(FlowKind::Recovery, identity::recovery::begin(cx, birth, "")?))
    }

    fn unbound(cx: &mut Cx<'_>, flow: &Flow<Self>, visitor: &Visitor) -> Result<Option<Step>> {
        if flow.is_expired(cx.now) || flow.completed_at.is_some() || flow.state.stage != RecoveryStage::Code {
            return Ok(None);
        }
        let id = identity::recovery::begin_from(cx, flow, visitor.browser)?;
        Ok(Some(Step::Flow(FlowKind::Recovery, id)))
    }
}

impl Renewable for Verification {
    fn again(cx: &mut Cx<'_>, old: &Flow<Self>, birth: Birth) -> Result<Step> {
        match (&old.state.purpose, old.identity) {
            // What was to be made of it is sealed in the old flow: the form again, with what was typed.
            (VerificationPurpose::Registration { from, .. }, _) => {
                match store::flows::find::<Registration>(cx.db, *from)? {
                    Some(form) => Registration::again(cx, &form, birth),
                    None => Registration::anew(cx, birth),
                }
            }
            (VerificationPurpose::Address, Some(identity)) => {
                let id = identity::verification::begin_for_address(cx, birth, identity, &old.state.address)?;
                Ok(Step::Flow(FlowKind::Verification, id))
            }
            (VerificationPurpose::Change { name }, Some(identity)) => {
                let address = old.state.address.clone();
                let id = identity::verification::begin_for_change(cx, birth, identity, name, &address)?;
                Ok(Step::Flow(FlowKind::Verification, id))
            }
            _ => Self::anew(cx, birth),
        }
    }

    fn anew(cx: &mut Cx<'_>, birth: Birth) -> Result<Step> {
        // A proof belongs to somebody: it begins with signing in.
        Ok(Step::Flow(FlowKind::Login, identity::login::begin(cx, birth, "", None)?))
    }
}

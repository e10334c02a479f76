//! Flows are born here: each with its way back, which is settled at this moment and never again.

use super::waiting::{Waiting, waiting};
use super::{Step, Visitor};
use crate::cx::{Cx, Fault, Result};
use crate::model::{
    AuthorizationRequestId, Birth, Continuation, Event, FlowId, FlowKind, ParkedChangeId, ReturnUrl,
    ReturnUrlRefusal, Session,
};
use crate::{identity, store};

/// Where somebody comes from who opens a page that begins a flow.
#[derive(Debug, Clone)]
pub enum Origin {
    /// From a waiting request.
    Request(AuthorizationRequestId),
    /// From another flow of this browser, whose way back is taken over.
    After(FlowId),
    /// From nowhere, or with a URL to return to.
    Alone(Option<String>),
}

/// What came of beginning.
#[derive(Debug)]
pub enum Begun {
    /// The step onto the new page, or past it.
    Step(Step),
    /// The URL to return to is not allowed; it was not stored.
    ReturnRefused {
        /// As it came.
        received: String,
        /// Why.
        refusal: ReturnUrlRefusal,
    },
}

/// Begins a flow of this kind.
///
/// Whoever is signed in and comes from nowhere is taken past the sign-in, never told off.
pub fn begin(cx: &mut Cx<'_>, kind: FlowKind, origin: Origin, visitor: &Visitor) -> Result<Begun> {
    let (birth, identifier) = match origin {
        Origin::Request(id) => match waiting(cx, id, visitor)? {
            Waiting::Over(step) => return Ok(Begun::Step(step)),
            Waiting::Unknown => (alone(visitor), String::new()),
            Waiting::Open(request) => {
                let birth = Birth {
                    browser: Some(visitor.browser),
                    continuation: Continuation::Authorization(id),
                    client_id: Some(request.parameters.client_id.clone()),
                };
                (birth, request.parameters.login_hint.clone().unwrap_or_default())
            }
        },
        // The flow of another browser gives nothing away: neither its way back nor what was typed (S07).
        Origin::After(id) => match store::flows::find_parent(cx.db, id)? {
            Some(parent) if parent.birth.browser == Some(visitor.browser) => {
                (parent.birth, parent.identifier.unwrap_or_default())
            }
            _ => (alone(visitor), String::new()),
        },
        Origin::Alone(received) => {
            let continuation = match received.map(|url| (return_url(cx, &url), url)) {
                None => Continuation::Account,
                Some((Ok(url), _)) => Continuation::Return(url),
                Some((Err(refusal), received)) => {
                    cx.record(
                        Event::new("return_to.rejected")
                            .with("reason", format!("{refusal:?}").to_lowercase()),
                    )?;
                    return Ok(Begun::ReturnRefused { received, refusal });
                }
            };
            if matches!(kind, FlowKind::Login | FlowKind::Registration) && visitor.session(cx)?.is_some() {
                return Ok(Begun::Step(match continuation {
                    Continuation::Return(url) => Step::Return(url),
                    Continuation::Account | Continuation::Authorization(_) => Step::Account,
                }));
            }
            (Birth { continuation, ..alone(visitor) }, String::new())
        }
    };
    let id = match kind {
        FlowKind::Login => identity::login::begin(cx, birth, &identifier, None)?,
        FlowKind::Registration => identity::registration::begin(cx, birth, &identifier)?,
        FlowKind::Recovery => identity::recovery::begin(cx, birth, &identifier)?,
        FlowKind::Verification => {
            return Ok(Begun::Step(match visitor.session(cx)? {
                Some(session) => prove_address(cx, birth, &session)?,
                None => Step::Flow(FlowKind::Login, identity::login::begin(cx, birth, &identifier, None)?),
            }));
        }
    };
    Ok(Begun::Step(Step::Flow(kind, id)))
}

/// Somebody who is signed in must show again that it is them, and then goes on to their account. Whoever has signed in
/// lately, and was spared the second factor, shows that one only.
pub fn begin_confirmation(cx: &mut Cx<'_>, session: &Session, back: ReturnUrl) -> Result<Step> {
    let birth =
        Birth { browser: Some(session.browser), continuation: Continuation::Return(back), client_id: None };
    if identity::sessions::is_recent(cx.settings(), session, cx.now)
        && !identity::factors::is_shown(cx, session)?
    {
        return Ok(Step::SecondFactor(identity::login::begin_second(cx, birth, session)?));
    }
    let id = identity::login::begin(cx, birth, "", Some(session.identity))?;
    Ok(Step::Flow(FlowKind::Login, id))
}

/// Somebody who is signed in has sent a sensitive form, and must show again that it is them: the form waits meanwhile, and
/// `back` says where the journey goes on with it.
pub fn park_change(
    cx: &mut Cx<'_>,
    session: &Session,
    path: &str,
    fields: &identity::parked::Fields,
    back: impl FnOnce(ParkedChangeId) -> String,
) -> Result<Step> {
    let id = identity::parked::park(cx, session, path, fields)?;
    let back = own_url(cx, &back(id))?;
    begin_confirmation(cx, session, back)
}

/// Begins the proof of the address of whoever is signed in; past it, if there is nothing to prove.
pub(super) fn prove_address(cx: &mut Cx<'_>, birth: Birth, session: &Session) -> Result<Step> {
    match identity::verification::unproven_address(cx, session.identity)? {
        Some(address) => {
            let id = identity::verification::begin_for_address(cx, birth, session.identity, &address)?;
            Ok(Step::Flow(FlowKind::Verification, id))
        }
        None => super::resume::onward(cx, &birth.continuation, Some(session)),
    }
}

/// A flow that has no past: its way back is the account, or what the settings say.
pub(super) fn alone(visitor: &Visitor) -> Birth {
    Birth { browser: Some(visitor.browser), continuation: Continuation::Account, client_id: None }
}

/// Checks a URL that somebody wants to return to, once and for all (S25).
pub fn return_url(cx: &Cx<'_>, received: &str) -> std::result::Result<ReturnUrl, ReturnUrlRefusal> {
    let of_clients = cx.clients().return_url_rules();
    match cx.settings().allowed_return_urls(of_clients) {
        Some(allowed) => allowed.check(received),
        None => Err(ReturnUrlRefusal::NotAllowed),
    }
}

/// A URL of our own, which needs no rule.
pub fn own_url(cx: &Cx<'_>, path: &str) -> Result<ReturnUrl> {
    return_url(cx, path).map_err(|why| Fault::Internal(format!("{path} is no path of ours: {why:?}")))
}

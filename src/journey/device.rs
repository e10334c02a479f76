//! Somebody connects a device that cannot show them a page (RFC 8628 3.3): they bring its code to a browser, sign in
//! there, and say yes or no. A detour on the way, however long, comes back to the question.

use std::sync::Arc;
use std::time::Duration;

use super::begin::{own_url, prove_address};
use super::{Step, Visitor};
use crate::cx::{Cx, Result};
use crate::identity;
use crate::model::{
    Birth, Client, Continuation, DeviceCode, FlowKind, GrantType, Session, UserCode, is_same_network,
};
use crate::oauth2::device::{self, tries};

/// What a browser that brings a code gets to see.
#[derive(Debug)]
pub enum Brought {
    /// The question.
    Question(Box<Question>),
    /// Nobody is signed in, or whoever is must prove their address first: [`detour`] begins it.
    Detour,
    /// This person has answered: whether the device may be connected.
    Answered(bool),
    /// The code is over, or somebody else has answered.
    Over,
    /// No device shows this code.
    Wrong,
    /// Nothing was compared: too many codes were wrong.
    Wait(Duration),
}

/// Everything that somebody should know before they answer.
#[derive(Debug)]
pub struct Question {
    /// What the device asked for.
    pub code: DeviceCode,
    /// Which application it is.
    pub client: Arc<Client>,
    /// Who is asked.
    pub session: Session,
    /// Whether the device is, for all that can be known, where this browser is.
    pub is_here: bool,
}

/// Compares the code that somebody has typed, or followed, and counts the try first.
pub fn bring(cx: &mut Cx<'_>, code: &UserCode, visitor: &Visitor) -> Result<Brought> {
    let attempt = match tries::count(cx, &visitor.browser)? {
        Ok(attempt) => attempt,
        Err(wait) => return Ok(Brought::Wait(wait)),
    };
    let Some(found) = device::find(cx, code)? else {
        attempt.was_wrong(cx)?;
        return Ok(Brought::Wrong);
    };
    attempt.was_right(cx)?;
    stand(cx, found, visitor)
}

/// Where a code stands for whoever brought it.
fn stand(cx: &mut Cx<'_>, code: DeviceCode, visitor: &Visitor) -> Result<Brought> {
    let session = visitor.session(cx)?;
    if let Some(answer) = &code.answer {
        let theirs = session.is_some_and(|session| session.identity == answer.identity);
        return Ok(if theirs { Brought::Answered(answer.allowed) } else { Brought::Over });
    }
    let client = cx.clients().find(&code.client_id);
    let Some(client) = client.filter(|client| client.may_use(GrantType::DeviceCode)) else {
        return Ok(Brought::Over);
    };
    if code.expires_at <= cx.now {
        return Ok(Brought::Over);
    }
    let Some(session) = session else { return Ok(Brought::Detour) };
    if cx.settings().verification_required
        && identity::verification::unproven_address(cx, session.identity)?.is_some()
    {
        return Ok(Brought::Detour);
    }
    if identity::sessions::is_due(&session, cx.now) {
        identity::sessions::touch(cx, &session)?;
    }
    let is_here = is_same_network(&code.asked_from, &cx.caller.peer);
    Ok(Brought::Question(Box::new(Question { code, client, session, is_here })))
}

/// Begins what is missing before the question: a sign-in, or the proof of an address. Its way back is the question, at
/// this path.
pub fn detour(cx: &mut Cx<'_>, code: &UserCode, question: &str, visitor: &Visitor) -> Result<Step> {
    let birth = Birth {
        browser: Some(visitor.browser),
        continuation: Continuation::Return(own_url(cx, question)?),
        client_id: device::find(cx, code)?.map(|found| found.client_id),
    };
    match visitor.session(cx)? {
        Some(session) => prove_address(cx, birth, &session),
        None => Ok(Step::Flow(FlowKind::Login, identity::login::begin(cx, birth, "", None)?)),
    }
}

/// The person answers. The caller has made sure that the form was made for this code and this session; whatever comes of
/// it, the page of the code says it.
pub fn answer(cx: &mut Cx<'_>, code: &UserCode, allowed: bool, visitor: &Visitor) -> Result<()> {
    let Some(found) = device::find(cx, code)? else { return Ok(()) };
    if let Brought::Question(question) = stand(cx, found, visitor)? {
        device::answer(cx, &question.code, &question.session, allowed)?;
    }
    Ok(())
}

//! `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 3.4, 3.5). oxide-auth has no notion of it.

use std::time::Duration;

use super::Outcome;
use super::code::first_tokens;
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{ClaimsRequest, Client, DeviceAnswer, DeviceCode, Event, Grant, GrantId, Scope};
use crate::oauth2::parameters::Parameters;
use crate::oauth2::{Error, ErrorCode, audience};
use crate::store;

/// By how much a device that asks too fast must slow down, each time (RFC 8628 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// What the clock and the network of an honest device may cost it.
const TOLERANCE: Duration = Duration::from_millis(500);

pub(super) fn redeem(cx: &mut Cx<'_>, client: &Client, form: &Parameters<'_>) -> Result<Outcome> {
    let refuse = |cause: &str| Ok(Outcome::Refused(Error::invalid_grant(cause)));
    let Some(text) = form.get("device_code") else {
        let error = Error::new(ErrorCode::InvalidRequest, "The request has no device_code.");
        return Ok(Outcome::Refused(error));
    };
    let Some(presented) = PlainToken::parse(TokenKind::DeviceCode, text) else {
        return refuse("the device code is none of ours");
    };
    let digest = presented.digest();
    let Some(code) = store::device_codes::find(cx.db, &digest)? else {
        return refuse("the device code is unknown");
    };
    if code.client_id != client.id {
        let event = Event::new("device.client_mismatch").for_client(&client.id);
        cx.record(event.with("issued_to", code.client_id.as_str()))?;
        return refuse("the device code was issued to another client");
    }
    let wanted = match Wanted::of(&code, form, &cx.settings().issuer) {
        Ok(wanted) => wanted,
        Err(error) => return Ok(Outcome::Refused(error)),
    };
    if code.used_at.is_some() {
        return refuse("the device code was redeemed before");
    }
    if code.expires_at <= cx.now {
        let text = "The device code has expired. Ask for another one.";
        return Ok(Outcome::Refused(Error::new(ErrorCode::ExpiredToken, text)));
    }
    if !store::device_codes::poll(cx.db, &digest, cx.now, TOLERANCE, SLOW_DOWN)? {
        let text = "The device asks too often. Wait 5 seconds longer between two requests from now on.";
        return Ok(Outcome::Refused(Error::new(ErrorCode::SlowDown, text)));
    }
    match &code.answer {
        None => {
            let text = "Nobody has answered yet.";
            Ok(Outcome::Refused(Error::new(ErrorCode::AuthorizationPending, text)))
        }
        Some(answer) if !answer.allowed => Ok(Outcome::Refused(denied("the person refused"))),
        Some(answer) => allowed(cx, client, &code, answer, wanted),
    }
}

/// What the request may have of what was granted.
struct Wanted {
    scope: Scope,
    audience: Vec<String>,
}

impl Wanted {
    /// Nothing beyond what the person read (T05).
    fn of(code: &DeviceCode, form: &Parameters<'_>, issuer: &str) -> std::result::Result<Self, Error> {
        let too_wide = || {
            Error::new(ErrorCode::InvalidScope, "The scope is malformed, or more than the device asked for.")
        };
        let scope = match form.get("scope") {
            None => code.scope.clone(),
            Some(asked) => Scope::parse(asked)
                .ok()
                .filter(|asked| !asked.is_empty() && code.scope.covers(asked))
                .ok_or_else(too_wide)?,
        };
        let audience = audience::narrow(&code.audience, form, &scope, issuer)?;
        Ok(Self { scope, audience })
    }
}

fn denied(cause: &str) -> Error {
    Error::new(ErrorCode::AccessDenied, "The device may not be connected.").because(cause)
}

/// The person allowed it. They, and their session unless access is offline, must still stand (Z9).
fn allowed(
    cx: &mut Cx<'_>,
    client: &Client,
    code: &DeviceCode,
    answer: &DeviceAnswer,
    wanted: Wanted,
) -> Result<Outcome> {
    let offline = code.scope.contains("offline_access");
    let session = (!offline).then_some(answer.session);
    if !store::grants::person_stands(cx.db, answer.identity, session, cx.now)? {
        return Ok(Outcome::Refused(denied("the session or the identity has ended")));
    }
    let id = GrantId::from_uuid(cx.row_key());
    if !store::device_codes::consume(cx.db, &code.digest, id, cx.now)? {
        return Ok(Outcome::Refused(Error::invalid_grant("another request redeemed the device code")));
    }
    let lifetime = if offline { client.lifetimes.refresh_absolute } else { client.lifetimes.access };
    let grant = Grant {
        id,
        client_id: code.client_id.clone(),
        identity: answer.identity,
        session: answer.session,
        scope: code.scope.clone(),
        audience: code.audience.clone(),
        claims: ClaimsRequest::default(),
        offline,
        auth_time: answer.auth_time,
        acr: answer.acr,
        amr: answer.amr.clone(),
        created_at: cx.now,
        expires_at: cx.now + lifetime,
        ended_at: None,
    };
    let unsigned = first_tokens(cx, client, &grant, wanted.scope, wanted.audience, None)?;
    cx.record(
        Event::new("grant.created")
            .of(grant.identity)
            .in_session(grant.session)
            .for_client(&grant.client_id)
            .with("grant", grant.id.to_string())
            .with("scope", grant.scope.to_string())
            .with("device", true),
    )?;
    Ok(Outcome::Granted(Box::new(unsigned)))
}

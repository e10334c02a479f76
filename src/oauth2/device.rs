//! The device authorization endpoint (RFC 8628 3.1, 3.2), and what a person says to the device.

pub mod tries;

use std::time::Duration;

use super::parameters::Parameters;
use super::registrar::default_scope;
use super::{Error, ErrorCode, audience};
use crate::config::Settings;
use crate::crypto::{MacPurpose, PlainToken, TokenKind};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Client, DeviceAnswer, DeviceCode, Event, GrantType, Scope, Session, UserCode};
use crate::store;

/// How long both codes live.
pub const LIFETIME: Duration = Duration::from_secs(600);

/// How long a device waits between two questions.
pub const INTERVAL: Duration = Duration::from_secs(5);

/// The longest scope, in bytes.
const SCOPE: usize = 4096;

/// The most resources in one request.
const RESOURCES: usize = 10;

/// How often a code is drawn again that somebody carries already.
const DRAWS: usize = 8;

/// What a device asks for, after every rule about it was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    scope: Scope,
    audience: Vec<String>,
}

/// The two codes: one for the device, one for the person.
#[derive(Debug)]
pub struct Codes {
    /// For the device.
    pub device: PlainToken,
    /// For the person.
    pub user: UserCode,
}

/// Checks the request of a client that has shown who it is. Scopes and resources are those of the authorization
/// endpoint.
pub fn check(
    client: &Client,
    form: &[(String, String)],
    settings: &Settings,
) -> std::result::Result<Asked, Error> {
    let form = Parameters::new(form);
    let refuse = |text: String| Error::new(ErrorCode::InvalidRequest, text);
    if let Some(name) = form.repeated() {
        return Err(refuse(format!("The parameter {name} came more than once.")));
    }
    if let Some(name) = form.unstorable() {
        return Err(refuse(format!("The parameter {name} holds a NUL character.")));
    }
    if !client.may_use(GrantType::DeviceCode) {
        let text =
            format!("The client is not registered for the grant type {}.", GrantType::DeviceCode.name());
        return Err(Error::new(ErrorCode::UnauthorizedClient, text));
    }
    let scope = scope(client, form.get("scope"))?;
    let mut resources: Vec<String> = form.all("resource").map(str::to_owned).collect();
    if resources.len() > RESOURCES {
        return Err(Error::new(ErrorCode::InvalidTarget, "The request names too many resources."));
    }
    resources.sort_unstable();
    resources.dedup();
    let audience = audience::settle(client, &resources, &scope, &settings.issuer)?;
    Ok(Asked { scope, audience })
}

fn scope(client: &Client, asked: Option<&str>) -> std::result::Result<Scope, Error> {
    let refuse = |text: &str| Error::new(ErrorCode::InvalidScope, text);
    let scope = match asked {
        None => default_scope(&client.scopes),
        Some(asked) if asked.len() > SCOPE => return Err(refuse("The scope is longer than 4096 bytes.")),
        Some(asked) => {
            Scope::parse(asked).map_err(|_| refuse("The scope holds a character that scopes do not have."))?
        }
    };
    if scope.is_empty() {
        return Err(refuse("The request names no scope."));
    }
    if !client.scopes.covers(&scope) {
        return Err(refuse("The client is not registered for one of the scopes."));
    }
    Ok(scope)
}

/// Writes the request of a device, and gives it its codes.
pub fn begin(cx: &mut Cx<'_>, client: &Client, asked: Asked) -> Result<Codes> {
    let device = PlainToken::generate(TokenKind::DeviceCode, cx.random());
    let user = unused_user_code(cx)?;
    let code = DeviceCode {
        digest: device.digest(),
        user_code: cx.env.secrets.mac(MacPurpose::UserCode, &[user.letters().as_bytes()]),
        client_id: client.id.clone(),
        scope: asked.scope,
        audience: asked.audience,
        asked_from: cx.caller.peer.clone(),
        interval: INTERVAL,
        answer: None,
        created_at: cx.now,
        expires_at: cx.now + LIFETIME,
        used_at: None,
        grant: None,
    };
    store::device_codes::insert(cx.db, &code)?;
    cx.record(Event::new("device.asked").for_client(&client.id).with("scope", code.scope.to_string()))?;
    Ok(Codes { device, user })
}

fn unused_user_code(cx: &mut Cx<'_>) -> Result<UserCode> {
    for _ in 0..DRAWS {
        let letters = u64::try_from(UserCode::ALPHABET.len()).unwrap_or(1);
        let place = || usize::try_from(cx.random().below(letters)).unwrap_or(0);
        let code = UserCode::of_letters([(); UserCode::LENGTH].map(|()| place()));
        if find(cx, &code)?.is_none() {
            return Ok(code);
        }
    }
    Err(Fault::Internal("every user code that was drawn is in use".to_owned()))
}

/// The request of the device that shows this code, dead ones included. The caller has counted the try.
pub fn find(cx: &mut Cx<'_>, code: &UserCode) -> Result<Option<DeviceCode>> {
    let env = cx.env;
    for digest in env.secrets.macs(MacPurpose::UserCode, &[code.letters().as_bytes()]) {
        if let Some(found) = store::device_codes::find_by_user_code(cx.db, &digest)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A person says whether the device may be connected, once. `false` if somebody was faster, or the code is dead.
pub fn answer(cx: &mut Cx<'_>, code: &DeviceCode, session: &Session, allowed: bool) -> Result<bool> {
    let answer = DeviceAnswer {
        allowed,
        identity: session.identity,
        session: session.id,
        auth_time: session.authenticated_at,
        acr: session.assurance,
        amr: session.amr.clone(),
        at: cx.now,
    };
    let first = store::device_codes::answer(cx.db, &code.digest, &answer)?;
    if first {
        let event = Event::new(if allowed { "device.allowed" } else { "device.denied" });
        cx.record(
            event
                .of(session.identity)
                .in_session(session.id)
                .for_client(&code.client_id)
                .with("scope", code.scope.to_string())
                .with("asked_from", code.asked_from.as_str()),
        )?;
    }
    Ok(first)
}

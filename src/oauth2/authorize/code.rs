//! The code: issued once per answered request, derived from it where it waited, and given again while it lives.

use std::time::Duration;

use super::answer::{AuthorizationAnswer, issue_again};
use super::still_permitted;
use crate::crypto::{MacPurpose, PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{
    AuthorizationCode, AuthorizationParameters, AuthorizationRequest, AuthorizationRequestId, Client, Event,
    Instant, Session,
};
use crate::oauth2::session_state::session_state;
use crate::store;

/// How long a code lives (decision 17).
pub const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// The window in which codes without an exchange are counted.
const LOOP_WINDOW: Duration = Duration::from_secs(30);

/// How many of them are a loop.
const LOOP_CODES: usize = 5;

/// Whether the client asks for codes again and again and never redeems one; then why its last exchange was refused, if
/// it tried one. Somebody must be told before the browser goes round for ever.
pub fn goes_in_circles(
    cx: &mut Cx<'_>,
    client: &Client,
    session: &Session,
) -> Result<Option<Option<String>>> {
    let since = cx.now - LOOP_WINDOW;
    let traces = store::authorization_codes::traces(cx.db, session.id, &client.id, since, LOOP_CODES)?;
    if traces.len() < LOOP_CODES || traces.iter().any(|trace| trace.used) {
        return Ok(None);
    }
    let last_error = traces.into_iter().find_map(|trace| trace.last_error);
    cx.record(
        Event::new("authorize.loop_broken")
            .of(session.identity)
            .in_session(session.id)
            .for_client(&client.id)
            .with("last_error", last_error.clone()),
    )?;
    Ok(Some(last_error))
}

/// Issues a code for this session.
pub(super) fn issue_code(
    cx: &mut Cx<'_>,
    asked: &AuthorizationParameters,
    session: &Session,
    request: Option<AuthorizationRequestId>,
) -> Result<PlainToken> {
    let code = match request {
        Some(request) => derived(cx, request),
        None => PlainToken::generate(TokenKind::AuthorizationCode, cx.random()),
    };
    let row = AuthorizationCode {
        digest: code.digest(),
        request,
        client_id: asked.client_id.clone(),
        identity: session.identity,
        session: session.id,
        redirect_uri: asked.redirect_uri.clone(),
        redirect_uri_given: asked.redirect_uri_given,
        scope: asked.scope.clone(),
        audience: asked.audience.clone(),
        claims: asked.claims.clone(),
        nonce: asked.nonce.clone(),
        code_challenge: asked.code_challenge.clone(),
        auth_time: session.authenticated_at,
        acr: session.assurance,
        amr: session.amr.clone(),
        with_auth_time: asked.max_age.is_some(),
        tries: 0,
        created_at: cx.now,
        expires_at: cx.now + CODE_LIFETIME,
        used_at: None,
        grant: None,
    };
    store::authorization_codes::insert(cx.db, &row)?;
    Ok(code)
}

/// The answer that the request got, for as long as it is good: the code of then, and tokens anew, as nothing of them is
/// kept. `None` if it was used, or somebody else is signed in by now.
pub fn reissue(
    cx: &mut Cx<'_>,
    client: &Client,
    request: &AuthorizationRequest,
    answered_at: Instant,
    session: Option<&Session>,
) -> Result<Option<AuthorizationAnswer>> {
    let asked = &request.parameters;
    if still_permitted(client, asked).is_err() {
        return Ok(None);
    }
    let code = match asked.response_type.has_code() {
        true => match living(cx, request.id)? {
            Some(code) => Some(code),
            None => return Ok(None),
        },
        false => None,
    };
    if !asked.response_type.is_front_channel() {
        let state = session_state(cx.env, &client.id, &asked.redirect_uri, session);
        return Ok(code.map(|code| AuthorizationAnswer::code(code, state)));
    }
    let is_fresh = cx.now.since(answered_at) <= CODE_LIFETIME;
    match session.filter(|session| is_fresh && session.authenticated_at <= answered_at) {
        Some(session) => issue_again(cx, client, asked, session, (request.id, code)),
        None => Ok(None),
    }
}

/// Nobody without the data secret can compute it, and nothing secret is stored for it.
fn derived(cx: &Cx<'_>, request: AuthorizationRequestId) -> PlainToken {
    let mac = cx.env.secrets.mac(MacPurpose::AuthorizationCode, &[request.uuid().as_bytes()]);
    PlainToken::derive(TokenKind::AuthorizationCode, mac)
}

/// The code that the request got, if it is still good; perhaps it was derived before the data secret was replaced.
fn living(cx: &mut Cx<'_>, request: AuthorizationRequestId) -> Result<Option<PlainToken>> {
    let env = cx.env;
    for mac in env.secrets.macs(MacPurpose::AuthorizationCode, &[request.uuid().as_bytes()]) {
        let code = PlainToken::derive(TokenKind::AuthorizationCode, mac);
        if let Some(row) = store::authorization_codes::find(cx.db, &code.digest())? {
            let is_good = row.used_at.is_none() && row.expires_at > cx.now;
            return Ok(is_good.then_some(code));
        }
    }
    Ok(None)
}

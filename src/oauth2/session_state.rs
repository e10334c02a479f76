//! Whether somebody else is signed in by now, for clients that watch it in the browser (OIDC Session Management 1.0).

use url::Url;

use crate::crypto::{MacPurpose, base64url, sha256};
use crate::cx::Env;
use crate::model::Session;

/// What the browser knows of the session: another value with every session, from which nobody learns the session's
/// token. A script may read it.
pub fn browser_state(env: &Env, session: &Session) -> String {
    let mac = env.secrets.mac(MacPurpose::BrowserState, &[session.id.uuid().as_bytes()]);
    base64url(&mac[..24])
}

/// What an answer of the authorization endpoint says of the session, to the client and to the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionState {
    /// `session_state`, for the client.
    pub told: String,
    /// What the browser must keep, or the client would always find another session; empty if nobody is signed in. It is
    /// sent with each answer, as a browser may have lost it, or have it from before a setting or a secret changed.
    pub browser: String,
}

/// `session_state` of an answer of the authorization endpoint (Session Management 2), by which the client's page asks
/// again and again whether anything has changed. `session` is the one of the browser, if somebody is signed in. `None`
/// if session management is off, or the answer goes to no page that could ask.
pub fn session_state(
    env: &Env,
    client_id: &str,
    redirect_uri: &str,
    session: Option<&Session>,
) -> Option<SessionState> {
    if !env.settings.session.management {
        return None;
    }
    let url = Url::parse(redirect_uri).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let origin = url.origin().ascii_serialization();
    let browser = session.map(|session| browser_state(env, session)).unwrap_or_default();
    let salt = env.random.uuid().simple().to_string();
    Some(SessionState { told: salted(client_id, &origin, &browser, &salt), browser })
}

/// The check session iframe computes the same (`static/check_session.js`).
fn salted(client_id: &str, origin: &str, state: &str, salt: &str) -> String {
    let digest = sha256(format!("{client_id} {origin} {state} {salt}").as_bytes());
    format!("{}.{salt}", base64url(&digest))
}

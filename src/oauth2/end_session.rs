//! Sign-out that a client asks for (OIDC RP-Initiated Logout 1.0).

use std::sync::Arc;

use super::id_token::{self, Hint};
use super::{Parameters, subject};
use crate::cx::{Cx, Result};
use crate::model::{Client, Session};
use crate::store;

/// The longest value of each parameter that is looked at at all, in bytes.
const LONGEST: &[(&str, usize)] = &[
    ("id_token_hint", 16 * 1024),
    ("post_logout_redirect_uri", 2048),
    ("state", 2048),
    ("client_id", 200),
    ("logout_hint", 1024),
    ("ui_locales", 1024),
];

/// What to do about a request.
#[derive(Debug, Clone)]
pub enum EndSession {
    /// The hint names the session of this browser: it ends without asking.
    Now(After),
    /// Ask first; after that it ends on our own page (decision 22).
    Ask {
        /// The client that the request names, for its name and its address.
        client: Option<Arc<Client>>,
        /// What a developer should know: why the person does not go straight back.
        reason: &'static str,
    },
}

/// Where a sign-out ends.
#[derive(Debug, Clone)]
pub enum After {
    /// At this client, byte for byte as registered, with the `state`.
    Client(Arc<Client>, String),
    /// On our page.
    Page {
        /// The client that the request names.
        client: Option<Arc<Client>>,
        /// What a developer should know.
        reason: &'static str,
    },
}

/// Decides. `session` is the one of this browser, if it has one.
pub fn decide(
    cx: &mut Cx<'_>,
    parameters: &[(String, String)],
    session: Option<&Session>,
) -> Result<EndSession> {
    let given = Parameters::new(parameters);
    let clients = cx.clients();
    let keys = cx.env.signing.get();
    let hint = given.get("id_token_hint").and_then(|text| id_token::read(text, cx.settings(), &keys, cx.now));
    let named = given.get("client_id");
    let client = hint.as_ref().map(|hint| hint.client_id.as_str()).or(named).and_then(|id| clients.find(id));
    let ask = |reason| Ok(EndSession::Ask { client: client.clone(), reason });
    if given.repeated().is_some() {
        return ask("a parameter came more than once");
    }
    if LONGEST.iter().any(|(name, longest)| given.raw(name).len() > *longest) {
        return ask("a parameter is too long");
    }
    let Some(hint) = &hint else {
        return ask("there is no id_token_hint, or it is none of ours");
    };
    if named.is_some_and(|named| named != hint.client_id) {
        return ask("client_id is not the client of the id_token_hint");
    }
    let Some(client) = &client else { return ask("the client of the id_token_hint is not registered") };
    // Signed out already: nothing to ask, and the way back is as good as before.
    if let Some(session) = session
        && !names(cx, client, hint, session)?
    {
        return ask("the id_token_hint is of another session");
    }
    let page = |reason| Ok(EndSession::Now(After::Page { client: Some(client.clone()), reason }));
    let Some(uri) = given.get("post_logout_redirect_uri") else {
        return page("no post_logout_redirect_uri");
    };
    if !client.allows_post_logout(uri) {
        return page("the post_logout_redirect_uri is not registered for this client");
    }
    let mut url = uri.to_owned();
    if let Some(state) = given.get("state") {
        url.push(if uri.contains('?') { '&' } else { '?' });
        url.push_str("state=");
        url.push_str(&super::callback::encode(state));
    }
    Ok(EndSession::Now(After::Client(client.clone(), url)))
}

/// Whether the hint speaks of the person of this session, and of this session or of one that is over: who signed in
/// anew after that wants to sign out as much. A session of the same person that still lives elsewhere is another one.
fn names(cx: &mut Cx<'_>, client: &Client, hint: &Hint, session: &Session) -> Result<bool> {
    if hint.subject != subject::of(cx, client, session.identity)? {
        return Ok(false);
    }
    match hint.session {
        Some(sid) if sid != session.id => {
            let other = store::sessions::find(cx.db, sid)?;
            Ok(!other.is_some_and(|other| other.is_alive(cx.now)))
        }
        _ => Ok(true),
    }
}

//! Sign-out that a client asks for (OIDC RP-Initiated Logout 1.0).

use std::sync::Arc;

use super::{Hint, Parameters, id_token};
use crate::cx::Env;
use crate::model::{Client, Instant, Session};

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
    /// At the client, byte for byte as registered, with the `state`.
    Client(String),
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
    env: &Env,
    parameters: &[(String, String)],
    session: Option<&Session>,
    now: Instant,
) -> EndSession {
    let given = Parameters::new(parameters);
    let clients = env.clients.get();
    let hint = given
        .get("id_token_hint")
        .and_then(|text| id_token::read_hint(text, &env.settings, &env.signing.get(), now));
    let named = given.get("client_id");
    let client = hint.as_ref().map(|hint| hint.client_id.as_str()).or(named).and_then(|id| clients.find(id));
    let ask = |reason| EndSession::Ask { client: client.clone(), reason };
    if given.repeated().is_some() {
        return ask("a parameter came more than once");
    }
    let Some(hint) = hint else {
        return ask("there is no id_token_hint, or it is none of ours");
    };
    if named.is_some_and(|named| named != hint.client_id) {
        return ask("client_id is not the client of the id_token_hint");
    }
    let Some(client) = &client else { return ask("the client of the id_token_hint is not registered") };
    // Signed out already: nothing to ask, and the way back is as good as before.
    if session.is_some_and(|session| !names(&hint, session)) {
        return ask("the id_token_hint is of another session");
    }
    let Some(uri) = given.get("post_logout_redirect_uri") else {
        return EndSession::Now(After::Page {
            client: Some(client.clone()),
            reason: "no post_logout_redirect_uri",
        });
    };
    if !client.allows_post_logout(uri) {
        let reason = "the post_logout_redirect_uri is not registered for this client";
        return EndSession::Now(After::Page { client: Some(client.clone()), reason });
    }
    let mut url = uri.to_owned();
    if let Some(state) = given.get("state") {
        url.push(if uri.contains('?') { '&' } else { '?' });
        url.push_str("state=");
        url.push_str(&super::callback::encode(state));
    }
    EndSession::Now(After::Client(url))
}

fn names(hint: &Hint, session: &Session) -> bool {
    match hint.session {
        Some(sid) => sid == session.id,
        None => hint.subject == session.identity.to_string(),
    }
}

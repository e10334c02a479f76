//! Pushed authorization requests (RFC 9126): a client leaves its request here, authenticated, and sends the browser with a
//! name for it.

use super::parameters::Parameters;
use super::{AuthorizeError, Error, ErrorCode};
use crate::config::{Clients, Settings};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{AuthorizationParameters, Client, PUSHED_REQUEST, PushedRequest, REQUEST_URN};
use crate::store;

/// What shows who the client is, and is no part of its request.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// The request in a form that an authenticated client sent: without its credentials, and with its name.
pub fn parameters(
    client: &Client,
    form: &[(String, String)],
) -> std::result::Result<Vec<(String, String)>, Error> {
    let given = Parameters::new(form);
    let refuse = |text: &str| Err(Error::new(ErrorCode::InvalidRequest, text));
    if given.is_present("request_uri") {
        return refuse("A pushed request must not have a request_uri.");
    }
    if given.get("client_id").is_some_and(|named| named != client.id) {
        return refuse("The client_id is not the one of the client that authenticated.");
    }
    let mut parameters: Vec<(String, String)> =
        form.iter().filter(|(name, _)| !CREDENTIALS.contains(&name.as_str())).cloned().collect();
    if given.get("client_id").is_none() {
        parameters.retain(|(name, _)| name != "client_id");
        parameters.push(("client_id".to_owned(), client.id.clone()));
    }
    Ok(parameters)
}

/// Keeps a request that was found good; gives its `request_uri`.
pub fn keep(cx: &mut Cx<'_>, client: &Client, parameters: Vec<(String, String)>) -> Result<String> {
    let token = PlainToken::generate(TokenKind::PushedRequest, cx.random());
    let request = PushedRequest {
        digest: token.digest(),
        client_id: client.id.clone(),
        parameters,
        used_for: None,
        created_at: cx.now,
        expires_at: cx.now + PUSHED_REQUEST,
    };
    store::pushed_requests::insert(cx.db, &request)?;
    Ok(format!("{REQUEST_URN}{}", token.expose()))
}

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Whether its client pushed it.
    pub pushed: bool,
    /// Whether its client signed it.
    pub signed: bool,
}

/// Whether the client may send its requests in this way (RFC 9126 6, RFC 9101 10.5).
pub fn check_way(client: &Client, way: Way) -> std::result::Result<(), Error> {
    let refuse = |text: &str| Err(Error::new(ErrorCode::InvalidRequest, text));
    if client.require_pushed && !way.pushed {
        return refuse("The client is registered to push its requests.");
    }
    if client.require_signed_request && !way.signed {
        return refuse("The client is registered to sign its requests.");
    }
    Ok(())
}

/// The refusal of a request that was found good, but came on a way that its client may not use.
pub fn refuse_way(
    asked: &AuthorizationParameters,
    parameters: &[(String, String)],
    clients: &Clients,
    settings: &Settings,
    way: Way,
) -> std::result::Result<(), AuthorizeError> {
    let Some(client) = clients.find(&asked.client_id) else { return Ok(()) };
    check_way(&client, way).map_err(|error| super::authorize::refuse(parameters, clients, settings, error))
}

//! Signed authorization requests (RFC 9101, OIDC Core 6): what counts is what the client signed, and nothing beside it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::authorize::known_client;
use super::parameters::Parameters;
use super::{AuthorizeError, Error, ErrorCode};
use crate::config::Clients;
use crate::crypto::{ClientJwt, PlainToken, TokenKind, unverified_claim};
use crate::cx::Refusal;
use crate::model::{Client, Instant, REQUEST_URN, SigningPreference, TokenDigest};

/// What a request object may call itself.
const TYPES: &[&str] = &["JWT", "oauth-authz-req+jwt"];

/// Claims that are about the JWT, and no parameters.
const OF_THE_JWT: [&str; 6] = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/// Where the parameters of a request stand.
#[derive(Debug)]
pub enum Asked {
    /// In the request itself.
    Plain,
    /// In a JWT.
    Object(RequestObject),
    /// Where its client has left them (RFC 9126).
    Pushed {
        /// The client that the request names.
        client: Arc<Client>,
        /// What the `request_uri` says.
        digest: TokenDigest,
    },
}

/// Finds out where the parameters stand. `Ok(Err)` is a refusal that goes to the client, if the request itself is good
/// enough for that.
pub fn asked(
    parameters: &[(String, String)],
    clients: &Clients,
) -> Result<Result<Asked, Error>, AuthorizeError> {
    let given = Parameters::new(parameters);
    let refuse = |text: &str| Ok(Err(Error::new(ErrorCode::InvalidRequest, text)));
    if ["request", "request_uri"].iter().any(|name| given.repeats(name)) {
        return refuse("The parameter request or request_uri came more than once.");
    }
    match (given.get("request"), given.get("request_uri")) {
        (None, None) => Ok(Ok(Asked::Plain)),
        (Some(_), Some(_)) => refuse("The request has both request and request_uri."),
        (Some(token), None) => {
            let client = known_client(&given, clients)?;
            Ok(Ok(Asked::Object(RequestObject { client, token: token.to_owned() })))
        }
        (None, Some(uri)) => match uri.strip_prefix(REQUEST_URN) {
            Some(secret) => {
                let client = known_client(&given, clients)?;
                let token =
                    PlainToken::parse(TokenKind::PushedRequest, secret).ok_or_else(|| unusable(&client))?;
                Ok(Ok(Asked::Pushed { client, digest: token.digest() }))
            }
            // Nothing is ever fetched for a request.
            None => Ok(Err(Error::new(
                ErrorCode::RequestUriNotSupported,
                "The only request_uri here is one that the endpoint for pushed requests gave.",
            ))),
        },
    }
}

/// A JWT that claims to hold the request of a client.
#[derive(Debug)]
pub struct RequestObject {
    /// The client that the request names.
    pub client: Arc<Client>,
    /// The JWT.
    pub token: String,
}

impl RequestObject {
    /// What the JWT must be.
    pub fn entry(&self) -> ClientJwt<'static> {
        ClientJwt { types: TYPES, algorithm: self.client.request_object_alg.map(SigningPreference::name) }
    }

    /// The refusal of a JWT that is none of this client's.
    pub fn refused(&self, why: &Refusal) -> Error {
        wrong("It is not signed by a registered key of the client, or not a signed JWT of the right form.")
            .because(format!("the request object of {}: {}", self.client.id, why.cause()))
    }

    /// The way on which a refusal reaches the client: by what stands in the request itself, or, where that says nothing, by
    /// what the JWT claims. Neither is believed; a redirect URI must be registered anyway.
    pub fn way_back(&self, parameters: &[(String, String)]) -> Vec<(String, String)> {
        let given = Parameters::new(parameters);
        let mut way = vec![("client_id".to_owned(), self.client.id.clone())];
        for name in ["redirect_uri", "state", "response_type", "response_mode"] {
            let outside = given.get(name).map(str::to_owned);
            if let Some(value) = outside.or_else(|| unverified_claim(&self.token, name)) {
                way.push((name.to_owned(), value));
            }
        }
        way
    }

    /// The parameters that were signed, and nothing else.
    pub fn parameters(
        &self,
        claims: &Map<String, Value>,
        outside: &[(String, String)],
        issuer: &str,
        now: Instant,
    ) -> Result<Vec<(String, String)>, Error> {
        let id = &self.client.id;
        ClientJwt::check_parties(claims, id, issuer).map_err(|why| wrong(&sentence(&why.to_string())))?;
        ClientJwt::check_times(claims, now).map_err(|why| wrong(&sentence(&why.to_string())))?;
        if let Some(name) = ["request", "request_uri"].into_iter().find(|name| claims.contains_key(*name)) {
            return Err(wrong(&format!("It holds the parameter {name}.")));
        }
        // An assertion of the client must not pass for its request (RFC 9101 10.8).
        if claims.get("sub").and_then(Value::as_str) == Some(id) {
            return Err(wrong("Its sub is the client."));
        }
        let outside = Parameters::new(outside);
        let mut parameters = vec![("client_id".to_owned(), id.clone())];
        for (name, value) in claims.iter().filter(|(name, _)| !OF_THE_JWT.contains(&name.as_str())) {
            for text in texts(name, value)? {
                let must_match = matches!(name.as_str(), "client_id" | "response_type");
                if must_match && outside.get(name).is_some_and(|outside| outside != text) {
                    return Err(wrong(&format!("Its {name} is not the one of the request.")));
                }
                if name == "client_id" {
                    continue;
                }
                parameters.push((name.clone(), text));
            }
        }
        Ok(parameters)
    }
}

/// A claim as a parameter: numbers and objects as JSON writes them (OIDC Core 6.1), a list of resources as several.
fn texts(name: &str, value: &Value) -> Result<Vec<String>, Error> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Number(number) => Ok(vec![number.to_string()]),
        Value::Object(_) if name == "claims" => Ok(vec![value.to_string()]),
        Value::Array(several) if name == "resource" => several
            .iter()
            .map(|one| one.as_str().map(str::to_owned).ok_or_else(|| wrong("A resource in it is no text.")))
            .collect(),
        // What nobody asks for may be anything.
        Value::Object(_) | Value::Array(_) | Value::Bool(_) | Value::Null if !KNOWN.contains(&name) => {
            Ok(Vec::new())
        }
        _ => Err(wrong(&format!("Its {name} is no text."))),
    }
}

/// Parameters that must not be left out because of their form.
const KNOWN: [&str; 19] = [
    "client_id",
    "response_type",
    "response_mode",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "display",
    "login_hint",
    "id_token_hint",
    "ui_locales",
    "claims_locales",
    "acr_values",
    "claims",
    "resource",
    "code_challenge",
    "code_challenge_method",
];

/// The page for a `request_uri` of ours that leads to nothing.
pub fn unusable(client: &Arc<Client>) -> AuthorizeError {
    AuthorizeError::Untrusted(Box::new(super::authorize::unusable_request_uri(Some(client))))
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorCode::InvalidRequestObject, format!("The request object is not valid. {what}"))
}

fn sentence(what: &str) -> String {
    format!("In it: {what}.")
}

//! Who the client is. The method is the client's, never the request's choice; all refusals look alike.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::parameters::Parameters;
use super::{Error, ErrorCode};
use crate::config::Clients;
use crate::crypto::{constant_time_eq, sha256};
use crate::model::{AuthMethod, Client, Instant, KnownSecret};

/// A name and a secret of an `Authorization: Basic` header, as they stand there and form-decoded (RFC 6749 2.3.1
/// wants the latter, many libraries send the former).
struct Basic {
    raw: (String, String),
    decoded: Option<(String, String)>,
}

/// Finds and authenticates the client of a request to the token, revocation or introspection endpoint.
pub fn authenticate(
    clients: &Clients,
    authorization: Option<&str>,
    form: &[(String, String)],
    now: Instant,
) -> Result<Arc<Client>, Error> {
    let form = Parameters::new(form);
    let basic = authorization.map(read_basic).transpose()?;
    let body_secret = form.is_present("client_secret");
    let assertion = form.is_present("client_assertion") || form.is_present("client_assertion_type");
    if basic.is_some() && (body_secret || assertion) {
        return Err(refuse("The request authenticates the client in two ways."));
    }
    if form.repeats("client_id") || form.repeats("client_secret") {
        return Err(refuse("The client was named more than once."));
    }
    if assertion {
        return Err(Error::invalid_client("client assertions are not supported"));
    }
    match basic {
        Some(basic) => by_basic(clients, &basic, form.get("client_id"), now),
        None => by_body(clients, form.get("client_id"), body_secret.then(|| form.raw("client_secret")), now),
    }
}

/// The client that a request names, whether or not it is the one that asks: for whoever counts what goes wrong.
pub fn named(
    clients: &Clients,
    authorization: Option<&str>,
    form: &[(String, String)],
) -> Option<Arc<Client>> {
    if let Some(claimed) = super::claimed(clients, authorization, form) {
        return claimed.ok().map(|claimed| claimed.client);
    }
    match authorization.map(read_basic) {
        Some(Ok(basic)) => {
            [basic.decoded, Some(basic.raw)].iter().flatten().find_map(|(id, _)| clients.find(id))
        }
        Some(Err(_)) => None,
        None => clients.find(Parameters::new(form).get("client_id")?),
    }
}

fn refuse(description: &str) -> Error {
    Error::new(ErrorCode::InvalidRequest, description)
}

fn by_basic(
    clients: &Clients,
    basic: &Basic,
    named: Option<&str>,
    now: Instant,
) -> Result<Arc<Client>, Error> {
    let readings = [basic.decoded.as_ref(), Some(&basic.raw)];
    if named.is_some_and(|named| readings.iter().flatten().all(|(id, _)| id != named)) {
        return Err(refuse("The client_id is not the one of the Authorization header."));
    }
    let found = readings.iter().flatten().find_map(|(id, _)| clients.find(id));
    let Some(client) = found else {
        spend_a_comparison(&basic.raw.1);
        return Err(Error::invalid_client("no client has this client_id"));
    };
    if client.auth_method != AuthMethod::Basic {
        return Err(Error::invalid_client(format!(
            "{} is not registered for client_secret_basic",
            client.id
        )));
    }
    // Both readings are always compared, so that the time says nothing.
    let raw = has_secret(&client, &basic.raw.1, now);
    let decoded = basic.decoded.as_ref().is_some_and(|(_, secret)| has_secret(&client, secret, now));
    if raw | decoded { Ok(client) } else { Err(wrong_secret(&client)) }
}

fn by_body(
    clients: &Clients,
    id: Option<&str>,
    secret: Option<&str>,
    now: Instant,
) -> Result<Arc<Client>, Error> {
    let id = id.ok_or_else(|| Error::invalid_client("the request names no client"))?;
    let Some(client) = clients.find(id) else {
        spend_a_comparison(secret.unwrap_or_default());
        return Err(Error::invalid_client("no client has this client_id"));
    };
    match (client.auth_method, secret) {
        (AuthMethod::None, None) => Ok(client),
        (AuthMethod::None, Some(_)) => {
            Err(Error::invalid_client(format!("{id} is public and sent a client_secret")))
        }
        (AuthMethod::Post, Some(secret)) if has_secret(&client, secret, now) => Ok(client),
        (AuthMethod::Post, Some(_)) => Err(wrong_secret(&client)),
        (AuthMethod::Post, None) => {
            Err(Error::invalid_client(format!("{id} is confidential and sent no client_secret")))
        }
        (AuthMethod::Basic, _) => {
            Err(Error::invalid_client(format!("{id} is registered for client_secret_basic")))
        }
        (AuthMethod::PrivateKeyJwt, _) => {
            Err(Error::invalid_client(format!("{id} is registered for private_key_jwt")))
        }
    }
}

fn wrong_secret(client: &Client) -> Error {
    Error::invalid_client(format!("the secret is not one of {}", client.id))
}

/// An unknown client costs as much as a wrong secret.
fn spend_a_comparison(secret: &str) {
    std::hint::black_box(sha256(secret.as_bytes()));
}

/// RFC 7617: the scheme in any case, base64, a colon after the name.
fn read_basic(header: &str) -> Result<Basic, Error> {
    let malformed = || Error::invalid_client("the Authorization header is no Basic credentials");
    let (scheme, rest) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let text = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(malformed)?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    let decoded = form_decode(id).zip(form_decode(secret));
    Ok(Basic { raw: (id.to_owned(), secret.to_owned()), decoded })
}

/// `None` where a percent sign begins no byte, or the bytes are no text.
fn form_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) =
                    (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Whether this is one of the client's secrets, and not over; all are compared, in constant time.
fn has_secret(client: &Client, presented: &str, now: Instant) -> bool {
    client.secrets.iter().fold(false, |found, secret| {
        let same = match &secret.known {
            KnownSecret::Plain(known) => {
                constant_time_eq(&sha256(known.expose().as_bytes()), &sha256(presented.as_bytes()))
            }
            KnownSecret::Sha256(digest) => constant_time_eq(digest, &sha256(presented.as_bytes())),
        };
        found | (same && !secret.is_over(now))
    })
}

//! `private_key_jwt`: the client signs who it is, for this server alone, for a few minutes, and once (OIDC Core 9, RFC
//! 7523 with what RFC 10070 made of its audience).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::parameters::Parameters;
use super::{Error, ErrorCode};
use crate::config::Clients;
use crate::crypto::{ClientJwt, sha256, unverified_claim};
use crate::cx::{Cx, Refusal, Result};
use crate::model::{AuthMethod, Client, Event, Instant, SigningPreference};
use crate::store;

/// The one kind of assertion (RFC 7523 2.2).
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What an assertion may call itself.
const TYPES: &[&str] = &["JWT", "client-authentication+jwt"];

/// How far ahead an assertion may end, in seconds.
const LONGEST: i64 = 300;

/// The longest `jti`, in bytes.
const JTI: usize = 256;

/// An assertion, and the client that it claims to be of.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The client.
    pub client: Arc<Client>,
    /// What it signed, perhaps.
    pub assertion: String,
}

/// An assertion that is good, but for its being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneUse {
    digest: [u8; 32],
    expires_at: Instant,
}

/// The assertion of a request; `None` if it has none and the client shows who it is in another way, or not at all.
pub fn claimed(
    clients: &Clients,
    authorization: Option<&str>,
    form: &[(String, String)],
) -> Option<std::result::Result<Claimed, Error>> {
    let form = Parameters::new(form);
    let assertion = ["client_assertion", "client_assertion_type"];
    if !assertion.iter().any(|name| form.is_present(name)) {
        return None;
    }
    let refuse = |text: &str| Some(Err(Error::new(ErrorCode::InvalidRequest, text)));
    if authorization.is_some() || form.is_present("client_secret") {
        return refuse("The request authenticates the client in two ways.");
    }
    if assertion.iter().chain(&["client_id"]).any(|name| form.repeats(name)) {
        return refuse("The client was named more than once.");
    }
    Some(read(clients, &form).map_err(Error::invalid_client))
}

fn read(clients: &Clients, form: &Parameters<'_>) -> std::result::Result<Claimed, String> {
    if form.get("client_assertion_type") != Some(KIND) {
        return Err("the client_assertion_type is another one".to_owned());
    }
    let assertion = form.get("client_assertion").ok_or("the client_assertion is empty")?;
    let subject = unverified_claim(assertion, "sub").ok_or("the assertion names no client")?;
    if form.get("client_id").is_some_and(|named| named != subject) {
        return Err("the client_id is not the one of the assertion".to_owned());
    }
    let client = clients.find(&subject).ok_or("no client has this client_id")?;
    if client.auth_method != AuthMethod::PrivateKeyJwt {
        return Err(format!("{subject} is not registered for private_key_jwt"));
    }
    Ok(Claimed { client, assertion: assertion.to_owned() })
}

impl Claimed {
    /// What the JWT must be.
    pub fn entry(&self) -> ClientJwt<'static> {
        ClientJwt { types: TYPES, algorithm: self.client.assertion_alg.map(SigningPreference::name) }
    }

    /// The refusal of a JWT that is none of this client's.
    pub fn refused(&self, why: &Refusal) -> Error {
        Error::invalid_client(format!("the assertion of {}: {}", self.client.id, why.cause()))
    }

    /// Looks at the claims of an assertion whose signature is good.
    pub fn check(
        &self,
        claims: &Map<String, Value>,
        issuer: &str,
        now: Instant,
    ) -> std::result::Result<OneUse, Error> {
        let id = &self.client.id;
        let wrong = |what: &str| Error::invalid_client(format!("the assertion of {id}: {what}"));
        ClientJwt::check_parties(claims, id, issuer).map_err(|why| wrong(&why.to_string()))?;
        if claims.get("sub").and_then(Value::as_str) != Some(id) {
            return Err(wrong("sub is not the client"));
        }
        let end = ClientJwt::check_times(claims, now).map_err(|why| wrong(&why.to_string()))?;
        let end = end.ok_or_else(|| wrong("it has no exp"))?;
        if end > now.seconds() + LONGEST + ClientJwt::SKEW {
            return Err(wrong("it is good for too long"));
        }
        let jti = claims.get("jti").and_then(Value::as_str).unwrap_or_default();
        if jti.is_empty() || jti.len() > JTI {
            return Err(wrong("its jti is missing, no text, or too long"));
        }
        let digest = sha256(format!("client_assertion\0{id}\0{jti}").as_bytes());
        // A second later than the last moment at which it would be accepted.
        let expires_at = Instant::from_seconds(end + ClientJwt::SKEW + 1);
        Ok(OneUse { digest, expires_at })
    }
}

/// Uses an assertion up, over all processes. What follows is another transaction: a request that is refused then has
/// used its assertion all the same.
pub fn spend(cx: &mut Cx<'_>, client: &Client, once: OneUse) -> Result<std::result::Result<(), Error>> {
    if store::client_assertions::spend(cx.db, &once.digest, &client.id, once.expires_at)? {
        return Ok(Ok(()));
    }
    cx.record(Event::new("client_assertion.replay").for_client(&client.id))?;
    Ok(Err(Error::invalid_client(format!("the assertion of {} was used before", client.id))))
}

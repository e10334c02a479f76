//! The token endpoint: what is granted, before it is signed.
//!
//! A grant type has its own file, which drives oxide-auth's machine of that grant and maps its refusals by step.

mod client_credentials;
mod code;
mod device;
mod mint;
mod refresh;

pub(super) use mint::{Order, grant_of_jti, half_hash, sign};
pub use mint::{TokenResponse, Unsigned};
pub use refresh::SUCCESSOR_WINDOW;

use std::sync::Arc;

use super::parameters::Parameters;
use super::{Error, ErrorCode};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Env, Result};
use crate::model::{Client, GrantType, IdentityId, Instant};
use crate::store;

/// What came of a token request. A refusal is a value, so that what it changed (a counted try, an ended family) is
/// kept.
#[derive(Debug)]
pub enum Outcome {
    /// Tokens, to be signed after the commit.
    Granted(Box<Unsigned>),
    /// No tokens.
    Refused(Error),
}

/// The grant type of a request, if the client may use it.
pub fn grant_type(form: &[(String, String)], client: &Client) -> std::result::Result<GrantType, Error> {
    let form = Parameters::new(form);
    if let Some(name) = form.repeated() {
        let text = format!("The parameter {name} came more than once.");
        return Err(Error::new(ErrorCode::InvalidRequest, text));
    }
    if let Some(name) = form.unstorable() {
        let text = format!("The parameter {name} holds a NUL character.");
        return Err(Error::new(ErrorCode::InvalidRequest, text));
    }
    let Some(asked) = form.get("grant_type") else {
        return Err(Error::new(ErrorCode::InvalidRequest, "The request has no grant_type."));
    };
    let Some(known) = GrantType::parse(asked) else {
        let text = "The grant_type is none of authorization_code, refresh_token, client_credentials and device_code.";
        return Err(Error::new(ErrorCode::UnsupportedGrantType, text));
    };
    if !client.may_use(known) {
        let text = format!("The client is not registered for the grant type {asked}.");
        return Err(Error::new(ErrorCode::UnauthorizedClient, text));
    }
    Ok(known)
}

/// Refuses what cannot be a code or a refresh token of ours, whoever made it: guessing without our prefix and checksum
/// costs no query and leaves no fact (C12).
pub fn check_form_of_secret(form: &[(String, String)], grant: GrantType) -> std::result::Result<(), Error> {
    let (name, kind) = match grant {
        GrantType::AuthorizationCode => ("code", TokenKind::AuthorizationCode),
        GrantType::RefreshToken => ("refresh_token", TokenKind::Refresh),
        GrantType::DeviceCode => ("device_code", TokenKind::DeviceCode),
        GrantType::ClientCredentials => return Ok(()),
    };
    match Parameters::new(form).get(name) {
        Some(text) if PlainToken::parse(kind, text).is_none() => {
            Err(Error::invalid_grant(format!("the {name} is none of ours")))
        }
        _ => Ok(()),
    }
}

/// Redeems a code (RFC 6749 4.1.3, RFC 7636 4.5).
pub fn redeem_code(cx: &mut Cx<'_>, client: &Arc<Client>, form: &[(String, String)]) -> Result<Outcome> {
    let outcome = code::redeem(cx, client, &Parameters::new(form))?;
    record_denial(cx, client, GrantType::AuthorizationCode, outcome)
}

/// Rotates a refresh token (RFC 6749 6, RFC 9700 4.14).
pub fn refresh(cx: &mut Cx<'_>, client: &Arc<Client>, form: &[(String, String)]) -> Result<Outcome> {
    let outcome = refresh::rotate(cx, client, &Parameters::new(form))?;
    record_denial(cx, client, GrantType::RefreshToken, outcome)
}

/// Redeems the code of a device, once its person has answered (RFC 8628 3.4). A question that came before the answer is
/// no fact worth keeping.
pub fn redeem_device_code(
    cx: &mut Cx<'_>,
    client: &Arc<Client>,
    form: &[(String, String)],
) -> Result<Outcome> {
    let outcome = device::redeem(cx, client, &Parameters::new(form))?;
    match &outcome {
        Outcome::Refused(error)
            if matches!(error.code, ErrorCode::AuthorizationPending | ErrorCode::SlowDown) =>
        {
            Ok(outcome)
        }
        _ => record_denial(cx, client, GrantType::DeviceCode, outcome),
    }
}

/// The person that a client may be called like: in a token for itself its id stands as the subject (RFC 9700 4.15).
pub fn namesake(client: &Client, grant: GrantType) -> Option<IdentityId> {
    client.id.parse().ok().filter(|_| grant == GrantType::ClientCredentials)
}

/// Refuses a client whose namesake exists.
pub fn refuse_namesake(cx: &mut Cx<'_>, subject: IdentityId) -> Result<Option<Error>> {
    Ok(store::identities::find(cx.db, subject)?.map(|_| {
        let text = "The client is called like a person, so it cannot act for itself.";
        Error::new(ErrorCode::UnauthorizedClient, text)
    }))
}

/// Gives a client a token for itself (RFC 6749 4.4), without the database: only for clients whose access tokens are
/// JWTs.
pub fn client_credentials(
    env: &Env,
    client: &Arc<Client>,
    form: &[(String, String)],
    now: Instant,
) -> Outcome {
    client_credentials::grant(env, client, &Parameters::new(form), now)
        .map_or_else(Outcome::Refused, |unsigned| Outcome::Granted(Box::new(unsigned)))
}

/// Gives a client an opaque token for itself, which is stored.
pub fn client_credentials_stored(
    cx: &mut Cx<'_>,
    client: &Arc<Client>,
    form: &[(String, String)],
) -> Result<Outcome> {
    match client_credentials::grant(cx.env, client, &Parameters::new(form), cx.now) {
        Err(error) => Ok(Outcome::Refused(error)),
        Ok(unsigned) => {
            unsigned.store(cx)?;
            Ok(Outcome::Granted(Box::new(unsigned)))
        }
    }
}

fn record_denial(cx: &mut Cx<'_>, client: &Client, grant: GrantType, outcome: Outcome) -> Result<Outcome> {
    if let Outcome::Refused(error) = &outcome {
        cx.record(
            crate::model::Event::new("token.denied")
                .for_client(&client.id)
                .with("grant_type", grant.name())
                .with("error", error.code.name())
                .with("reason", error.cause.as_str()),
        )?;
    }
    Ok(outcome)
}

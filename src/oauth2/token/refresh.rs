//! `grant_type=refresh_token`: rotation with one successor within the window, and reuse detection (decision 18).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use oxide_auth::code_grant::refresh::{Input, Output, Refresh as Machine, Request};
use oxide_auth::primitives::grant::{Extensions, Grant as OxideGrant};

use super::Outcome;
use super::mint::{Order, Unsigned};
use crate::crypto::{MacPurpose, PlainToken, TokenKind};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Client, Event, Grant, Mail, RefreshToken, RefreshTokenId, Scope};
use crate::oauth2::parameters::Parameters;
use crate::oauth2::registrar::to_oxide;
use crate::oauth2::{Error, ErrorCode, audience, grants, id_token, subject};
use crate::store;

/// How long the same token gets the same successor: for a client that asked from two tabs, or lost the answer.
pub const SUCCESSOR_WINDOW: Duration = Duration::from_secs(10);

pub(super) fn rotate(cx: &mut Cx<'_>, client: &Arc<Client>, form: &Parameters<'_>) -> Result<Outcome> {
    let refuse = |cause: &str| Ok(Outcome::Refused(Error::invalid_grant(cause)));
    let Some(text) = form.get("refresh_token") else {
        let error = Error::new(ErrorCode::InvalidRequest, "The request has no refresh_token.");
        return Ok(Outcome::Refused(error));
    };
    let Some(presented) = PlainToken::parse(TokenKind::Refresh, text) else {
        return refuse("the refresh token is none of ours");
    };
    let Some(token) = store::refresh_tokens::find(cx.db, &presented.digest())? else {
        return refuse("the refresh token is unknown, or its family has ended");
    };
    let Some(grant) = store::grants::find(cx.db, token.grant)? else {
        return refuse("the grant is gone");
    };
    let scope = match correct(&grant, client, form) {
        Ok(scope) => scope,
        Err(error) => {
            if grant.client_id != client.id {
                let event = Event::new("refresh.client_mismatch").of(grant.identity).for_client(&client.id);
                cx.record(event.with("issued_to", grant.client_id.as_str()))?;
            }
            return Ok(Outcome::Refused(error));
        }
    };
    let issuer = &cx.settings().issuer;
    let audience = match audience::narrow(&grant.audience, form, &scope, issuer) {
        Ok(audience) => audience,
        Err(error) => return Ok(Outcome::Refused(error)),
    };
    if grant.ended_at.is_some() || grant.expires_at <= cx.now {
        return refuse("the grant has ended");
    }
    let session = (!grant.offline).then_some(grant.session);
    if !store::grants::person_stands(cx.db, grant.identity, session, cx.now)? {
        return refuse("the session or the identity has ended");
    }
    let successor = match successor(cx, client, &grant, &token, &presented)? {
        Ok(successor) => successor,
        Err(error) => return Ok(Outcome::Refused(error)),
    };
    let subject = subject::of(cx, client, grant.identity)?;
    let order = Order { client, grant: Some((&grant, &subject)), scope, audience, now: cx.now };
    // No nonce: it belongs to the sign-in, not to the refresh (OIDC Core 12.2).
    let claims = id_token::claims(cx, &grant, &subject, None)?;
    let mut unsigned = Unsigned::new(cx.env, order).with_id_token(client, claims);
    unsigned.refresh_token = Some(successor);
    unsigned.store(cx)?;
    Ok(Outcome::Granted(Box::new(unsigned)))
}

/// The next token of the family. It is computed from the presented one, so it can be given again without being kept.
fn successor(
    cx: &mut Cx<'_>,
    client: &Client,
    grant: &Grant,
    token: &RefreshToken,
    presented: &PlainToken,
) -> Result<std::result::Result<PlainToken, Error>> {
    // By every data secret: between two requests, another one may have become the first.
    let macs = cx.env.secrets.macs(MacPurpose::RefreshSuccessor, &[presented.expose().as_bytes()]);
    let mut possible = macs.into_iter().map(|mac| PlainToken::derive(TokenKind::Refresh, mac));
    let Some(next) = possible.next() else {
        return Err(Fault::Internal("there is no data secret".to_owned()));
    };
    if store::refresh_tokens::consume(cx.db, token.id, cx.now)? {
        let row = RefreshToken {
            id: RefreshTokenId::from_uuid(cx.row_key()),
            digest: next.digest(),
            grant: grant.id,
            generation: token.generation + 1,
            created_at: cx.now,
            expires_at: grant.expires_at.min(cx.now + client.lifetimes.refresh_idle),
            used_at: None,
        };
        store::refresh_tokens::insert(cx.db, &row)?;
        return Ok(Ok(next));
    }
    // Read again: another transaction may have been faster between our reading and our writing.
    let Some(token) = store::refresh_tokens::find(cx.db, &token.digest)? else {
        return Ok(Err(Error::invalid_grant("the family of the refresh token has just ended")));
    };
    let Some(used_at) = token.used_at else {
        return Ok(Err(Error::invalid_grant("the refresh token is expired")));
    };
    if cx.now.since(used_at) <= SUCCESSOR_WINDOW {
        for next in std::iter::once(next).chain(possible) {
            let after = store::refresh_tokens::find(cx.db, &next.digest())?;
            if after.is_some_and(|after| after.used_at.is_none()) {
                return Ok(Ok(next));
            }
        }
    }
    cx.record(
        Event::new("refresh.reuse_detected")
            .of(grant.identity)
            .in_session(grant.session)
            .for_client(&grant.client_id)
            .with("grant", grant.id.to_string())
            .with("generation", token.generation),
    )?;
    grants::end_one(cx, grant.id, "refresh_token_reused")?;
    cx.notify(grant.identity, &Mail::RefreshTokenReused { client_name: client.name.clone() })?;
    Ok(Err(Error::invalid_grant("the refresh token was used before: its family has ended")))
}

/// Whether the request fits the grant, and the scope of the new access token: all of the grant, or the part of it
/// that the request names. Steps oxide-auth's machine.
fn correct(grant: &Grant, client: &Client, form: &Parameters<'_>) -> std::result::Result<Scope, Error> {
    let mut machine = Machine::new(&MachineRequest { client, form });
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            // The client was authenticated before.
            Output::Unauthenticated { .. } => Input::Authenticated { scope: None },
            Output::RecoverRefresh { .. } => Input::Recovered {
                scope: form.get("scope").map(Cow::Borrowed),
                grant: stored(grant).map(Box::new),
            },
            Output::Refresh { .. } => {
                // The machine keeps scopes as a set; their order is the grant's or the request's.
                let Some(asked) = form.get("scope") else { return Ok(grant.scope.clone()) };
                return Scope::parse(asked).map_err(|_| too_wide());
            }
            Output::Err(_) if grant.client_id != client.id => {
                return Err(Error::invalid_grant("the refresh token was issued to another client"));
            }
            Output::Err(_) if form.get("scope").is_some() => return Err(too_wide()),
            Output::Err(_) | Output::Ok(_) => {
                return Err(Error::invalid_grant("oxide-auth refused the refresh"));
            }
        };
    }
}

fn too_wide() -> Error {
    Error::new(ErrorCode::InvalidScope, "The scope is malformed, or more than was granted.")
}

/// The grant as the machine keeps it. It reads the wall clock, so the expiry is checked by ours.
fn stored(grant: &Grant) -> Option<OxideGrant> {
    Some(OxideGrant {
        owner_id: grant.identity.to_string(),
        client_id: grant.client_id.clone(),
        scope: to_oxide(&grant.scope)?,
        redirect_uri: "https://unused.invalid/".parse().ok()?,
        until: DateTime::<Utc>::MAX_UTC,
        extensions: Extensions::new(),
    })
}

/// The request as the machine reads it: the client is known.
struct MachineRequest<'a> {
    client: &'a Client,
    form: &'a Parameters<'a>,
}

impl Request for MachineRequest<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        self.form.get("refresh_token").map(Cow::Borrowed)
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.form.get("scope").map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        self.form.get("grant_type").map(Cow::Borrowed)
    }

    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(&self.client.id), Cow::Borrowed(&[])))
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.form.get(key).map(Cow::Borrowed)
    }
}

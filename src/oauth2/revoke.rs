//! Revocation (RFC 7009): whatever the token was, afterwards it is worth nothing.

use super::introspect::read_jwt;
use super::token::grant_of_jti;
use super::{Error, ErrorCode, Parameters, grants};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{Client, Event, Instant};
use crate::store;

/// What came of it.
#[derive(Debug)]
pub enum Revocation {
    /// The token is worth nothing now, or never was (RFC 7009 2.2).
    Done,
    /// The request was not good.
    Refused(Error),
}

/// Revokes a token of this client: a refresh token with its whole grant, an access token alone.
pub fn revoke(cx: &mut Cx<'_>, client: &Client, form: &[(String, String)]) -> Result<Revocation> {
    let form = Parameters::new(form);
    if let Some(name) = form.repeated() {
        let text = format!("The parameter {name} came more than once.");
        return Ok(Revocation::Refused(Error::new(ErrorCode::InvalidRequest, text)));
    }
    let Some(text) = form.get("token") else {
        let error = Error::new(ErrorCode::InvalidRequest, "The request has no token.");
        return Ok(Revocation::Refused(error));
    };
    if let Some(token) = PlainToken::parse(TokenKind::Refresh, text) {
        refresh_token(cx, client, &token)?;
    } else if let Some(token) = PlainToken::parse(TokenKind::Access, text) {
        if store::access_tokens::revoke(cx.db, &token.digest(), &client.id, cx.now)? {
            cx.record(Event::new("token.revoked").for_client(&client.id).with("token_use", "access_token"))?;
        }
    } else {
        access_jwt(cx, client, text)?;
    }
    Ok(Revocation::Done)
}

fn refresh_token(cx: &mut Cx<'_>, client: &Client, token: &PlainToken) -> Result<()> {
    let Some(found) = store::refresh_tokens::find(cx.db, &token.digest())? else { return Ok(()) };
    let Some(grant) = store::grants::find(cx.db, found.grant)? else { return Ok(()) };
    // A token of another client stays as it is, and nobody learns that it exists (RFC 7009 2.1).
    if grant.client_id == client.id {
        grants::end_one(cx, grant.id, "revoked_by_client")?;
    }
    Ok(())
}

fn access_jwt(cx: &mut Cx<'_>, client: &Client, text: &str) -> Result<()> {
    let Some(claims) = read_jwt(cx, text)?.filter(|claims| claims.client_id == client.id) else {
        return Ok(());
    };
    let expires_at = Instant::from_seconds(claims.exp);
    store::grants::revoke_token(cx.db, &claims.jti, cx.now, expires_at)?;
    let mut event = Event::new("token.revoked").for_client(&client.id).with("token_use", "access_token");
    if let Some(grant) = grant_of_jti(&claims.jti) {
        event = event.with("grant", grant.to_string());
    }
    cx.record(event)
}

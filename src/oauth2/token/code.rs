//! `grant_type=authorization_code`. Only a fully correct redemption consumes the code (decision 17).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use oxide_auth::code_grant::accesstoken::{AccessToken as Machine, Authorization, Input, Output, Request};
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::{Extensions, Grant as OxideGrant};

use super::Outcome;
use super::mint::{Order, Unsigned};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{AuthorizationCode, Client, Event, Grant, GrantId, RefreshToken, RefreshTokenId, Scope};
use crate::oauth2::parameters::Parameters;
use crate::oauth2::registrar::to_oxide;
use crate::oauth2::{Error, ErrorCode, audience, grants, id_token, subject};
use crate::store;

/// Wrong verifiers that a code survives, plus one.
const TRIES: i64 = 3;

/// A replay within this time is a client that asked twice at once (a double effect of a SPA), not a thief.
const DOUBLE_REQUEST: Duration = Duration::from_secs(2);

/// Why a redemption is not correct.
#[derive(Debug)]
pub(super) struct Wrong {
    error: Error,
    /// Whether it counts as a try of the verifier.
    counts: bool,
    /// Whether the code is another client's.
    foreign: bool,
}

pub(super) fn redeem(cx: &mut Cx<'_>, client: &Arc<Client>, form: &Parameters<'_>) -> Result<Outcome> {
    let Some(text) = form.get("code") else {
        let error = Error::new(ErrorCode::InvalidRequest, "The request has no code.");
        return Ok(Outcome::Refused(error));
    };
    let Some(presented) = PlainToken::parse(TokenKind::AuthorizationCode, text) else {
        return Ok(Outcome::Refused(Error::invalid_grant("the code is none of ours")));
    };
    let digest = presented.digest();
    let Some(code) = store::authorization_codes::find(cx.db, &digest)? else {
        return Ok(Outcome::Refused(Error::invalid_grant("the code is unknown")));
    };
    let development = client.development || cx.settings().is_development();
    if let Err(wrong) = correct(&code, client, form, development) {
        if wrong.foreign {
            let event = Event::new("code.client_mismatch").of(code.identity).for_client(&client.id);
            cx.record(event.with("issued_to", code.client_id.as_str()))?;
            return Ok(Outcome::Refused(wrong.error));
        }
        if wrong.counts {
            store::authorization_codes::count_try(cx.db, &digest)?;
        }
        return refuse(cx, &code, wrong.error);
    }
    let audience = match audience::narrow(&code.audience, form, &code.scope, &cx.settings().issuer) {
        Ok(audience) => audience,
        Err(error) => return refuse(cx, &code, error),
    };
    if code.used_at.is_none()
        && !store::grants::person_stands(cx.db, code.identity, Some(code.session), cx.now)?
    {
        return refuse(cx, &code, Error::invalid_grant("the session or the identity has ended"));
    }
    let id = GrantId::from_uuid(cx.row_key());
    if !store::authorization_codes::consume(cx.db, &digest, id, TRIES, cx.now)? {
        return not_consumed(cx, &code);
    }
    let (grant, unsigned) = grant(cx, client, code, id, audience)?;
    cx.record(
        Event::new("grant.created")
            .of(grant.identity)
            .in_session(grant.session)
            .for_client(&grant.client_id)
            .with("grant", grant.id.to_string())
            .with("scope", grant.scope.to_string()),
    )?;
    Ok(Outcome::Granted(Box::new(unsigned)))
}

/// Writes the grant and its first tokens.
fn grant(
    cx: &mut Cx<'_>,
    client: &Client,
    code: AuthorizationCode,
    id: GrantId,
    audience: Vec<String>,
) -> Result<(Grant, Unsigned)> {
    let offline = code.scope.contains("offline_access");
    let lifetime = if offline { client.lifetimes.refresh_absolute } else { client.lifetimes.access };
    let grant = Grant {
        id,
        client_id: code.client_id,
        identity: code.identity,
        session: code.session,
        scope: code.scope,
        audience: code.audience,
        claims: code.claims,
        offline,
        auth_time: code.auth_time,
        acr: code.acr,
        amr: code.amr,
        created_at: cx.now,
        expires_at: cx.now + lifetime,
        ended_at: None,
    };
    let scope = grant.scope.clone();
    let unsigned = first_tokens(cx, client, &grant, scope, audience, code.nonce)?;
    Ok((grant, unsigned))
}

/// Writes a grant with its first tokens: all that was granted, or the part of it that is asked for.
pub(super) fn first_tokens(
    cx: &mut Cx<'_>,
    client: &Client,
    grant: &Grant,
    scope: Scope,
    audience: Vec<String>,
    nonce: Option<String>,
) -> Result<Unsigned> {
    store::grants::insert(cx.db, grant)?;
    grants::take_part(cx, grant.session, &grant.client_id)?;
    let subject = subject::of(cx, client, grant.identity)?;
    let order = Order { client, grant: Some((grant, &subject)), scope, audience, now: cx.now };
    let claims = id_token::claims(cx, grant, &subject, nonce)?;
    let mut unsigned = Unsigned::new(cx.env, order).with_id_token(client, claims);
    unsigned.store(cx)?;
    if grant.offline {
        let token = PlainToken::generate(TokenKind::Refresh, cx.random());
        let row = RefreshToken {
            id: RefreshTokenId::from_uuid(cx.row_key()),
            digest: token.digest(),
            grant: grant.id,
            generation: 0,
            created_at: cx.now,
            expires_at: grant.expires_at.min(cx.now + client.lifetimes.refresh_idle),
            used_at: None,
        };
        store::refresh_tokens::insert(cx.db, &row)?;
        unsigned.refresh_token = Some(token);
    }
    Ok(unsigned)
}

/// The redemption is correct and yet the code was not there to take: dead, or replayed. A replay some time after the
/// first redemption ends what that gave (RFC 9700 4.2.4); a wrong replay never comes here, so a stolen code without
/// its verifier ends nothing.
fn not_consumed(cx: &mut Cx<'_>, code: &AuthorizationCode) -> Result<Outcome> {
    // Read again: another transaction may have been faster between our reading and our writing.
    let code = store::authorization_codes::find(cx.db, &code.digest)?.unwrap_or_else(|| code.clone());
    let Some(used_at) = code.used_at else {
        let cause = if code.expires_at <= cx.now {
            "the code is expired"
        } else {
            "the verifier was wrong too often"
        };
        return refuse(cx, &code, Error::invalid_grant(cause));
    };
    if cx.now.since(used_at) > DOUBLE_REQUEST {
        let event = Event::new("code.replay").of(code.identity).in_session(code.session);
        cx.record(event.for_client(&code.client_id))?;
        if let Some(grant) = code.grant {
            grants::end_one(cx, grant, "code_replayed")?;
        }
    }
    Ok(Outcome::Refused(Error::invalid_grant("the code was redeemed before")))
}

/// Remembers the refusal with the code, for the breaker of loops.
fn refuse(cx: &mut Cx<'_>, code: &AuthorizationCode, error: Error) -> Result<Outcome> {
    let text = format!("{}: {}", error.code.name(), error.description);
    store::authorization_codes::set_last_error(cx.db, &code.digest, &text)?;
    Ok(Outcome::Refused(error))
}

/// Whether everything that the client sends with the code is right. Steps oxide-auth's machine.
pub(super) fn correct(
    code: &AuthorizationCode,
    client: &Client,
    form: &Parameters<'_>,
    development: bool,
) -> std::result::Result<(), Wrong> {
    let wrong = |error: Error| Wrong { error, counts: false, foreign: false };
    // Bytes, where the machine compares meanings.
    match form.get("redirect_uri") {
        Some(uri) if uri != code.redirect_uri => return Err(wrong(redirect_uri_differs(code, client))),
        None if code.redirect_uri_given => return Err(wrong(redirect_uri_differs(code, client))),
        _ => {}
    }
    let verifier = form.get("code_verifier");
    let pkce = if code.code_challenge.is_some() { Pkce::required() } else { Pkce::optional() };
    let request = MachineRequest { client, form, redirect_uri: &code.redirect_uri };
    let mut machine = Machine::new(&request);
    let mut input = Input::None;
    let mut recovered = false;
    loop {
        input = match machine.advance(input) {
            // The client was authenticated before.
            Output::Authenticate { .. } => Input::Authenticated,
            Output::Recover { .. } => {
                recovered = true;
                Input::Recovered(stored(code, &pkce).map(Box::new))
            }
            Output::Extend { extensions } => {
                let challenge = extensions.remove(&pkce);
                check_verifier(code, &pkce, challenge, verifier, development).map_err(|error| Wrong {
                    error,
                    counts: verifier.is_some(),
                    foreign: false,
                })?;
                Input::Extended { access_extensions: Extensions::new() }
            }
            Output::Issue { .. } => return Ok(()),
            Output::Err(_) if recovered && code.client_id != client.id => {
                let error = Error::invalid_grant("the code was issued to another client");
                return Err(Wrong { error, counts: false, foreign: true });
            }
            Output::Err(_) | Output::Ok(_) => {
                return Err(wrong(Error::invalid_grant("oxide-auth refused the redemption")));
            }
        };
    }
}

fn redirect_uri_differs(code: &AuthorizationCode, client: &Client) -> Error {
    if code.client_id != client.id {
        return Error::invalid_grant("the code was issued to another client");
    }
    let text = "The redirect_uri is not the one of the authorization request.";
    Error::new(ErrorCode::InvalidGrant, text).named("redirect_uri_differs")
}

/// RFC 7636 4.6. A verifier where no challenge was is refused, too: somebody took the challenge away (RFC 9700 4.8.2).
fn check_verifier(
    code: &AuthorizationCode,
    pkce: &Pkce,
    challenge: Option<oxide_auth::primitives::grant::Value>,
    verifier: Option<&str>,
    development: bool,
) -> std::result::Result<(), Error> {
    let refuse = |text: &str| Error::new(ErrorCode::InvalidGrant, text).named("pkce_mismatch");
    match (&code.code_challenge, verifier) {
        (None, None) => return Ok(()),
        (None, Some(_)) => return Err(refuse("There is a code_verifier, but there was no code_challenge.")),
        (Some(_), None) => return Err(refuse("The request has no code_verifier.")),
        (Some(_), Some("undefined")) if development => {
            let text = "code_verifier is the text `undefined`: the page has lost its verifier.";
            return Err(Error::new(ErrorCode::InvalidGrant, text).named("pkce_verifier_lost"));
        }
        (Some(_), Some(verifier)) if !is_verifier(verifier) => {
            return Err(refuse("The code_verifier is not 43 to 128 characters of A-Z a-z 0-9 - . _ ~."));
        }
        (Some(_), Some(_)) => {}
    }
    pkce.verify(challenge, verifier.map(Cow::Borrowed))
        .map_err(|()| refuse("The code_verifier does not fit the code_challenge."))
}

/// RFC 7636 4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

/// The code as the machine keeps grants. It reads the wall clock, so the expiry is checked by ours.
fn stored(code: &AuthorizationCode, pkce: &Pkce) -> Option<OxideGrant> {
    let mut extensions = Extensions::new();
    let challenge = code.code_challenge.as_deref().map(Cow::Borrowed);
    if let Some(encoded) = pkce.challenge(Some(Cow::Borrowed("S256")), challenge).ok()? {
        extensions.set(pkce, encoded);
    }
    Some(OxideGrant {
        owner_id: code.identity.to_string(),
        client_id: code.client_id.clone(),
        scope: to_oxide(&code.scope)?,
        redirect_uri: code.redirect_uri.parse().ok()?,
        until: DateTime::<Utc>::MAX_UTC,
        extensions,
    })
}

/// The request as the machine reads it: the client is known, and a redirect URI that nobody named is the code's.
struct MachineRequest<'a> {
    client: &'a Client,
    form: &'a Parameters<'a>,
    redirect_uri: &'a str,
}

impl Request for MachineRequest<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        self.form.get("code").map(Cow::Borrowed)
    }

    fn authorization(&self) -> Authorization<'_> {
        Authorization::Username(Cow::Borrowed(&self.client.id))
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.form.get("redirect_uri").unwrap_or(self.redirect_uri)))
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        self.form.get("grant_type").map(Cow::Borrowed)
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.form.get(key).map(Cow::Borrowed)
    }
}

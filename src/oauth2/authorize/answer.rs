//! A good answer: a code, tokens that still want their signatures, or both (OIDC Core 3.1, 3.2, 3.3).

use super::code::{CODE_LIFETIME, issue_code};
use crate::crypto::{PlainToken, SigningKeys};
use crate::cx::{Cx, Fault, Result};
use crate::model::{
    AuthorizationParameters, AuthorizationRequestId, Client, Event, Grant, GrantId, ResponseType, Scope,
    Session, SigningPreference,
};
use crate::oauth2::session_state::{SessionState, session_state};
use crate::oauth2::standard_claims;
use crate::oauth2::token::{Order, Unsigned, half_hash, sign};
use crate::oauth2::{ID_TOKEN_SECONDS, IdClaims, grants, id_token, subject};
use crate::store;

/// The parameters of an answer, in their order.
pub type Parts = Vec<(&'static str, String)>;

/// A good answer on its way.
#[derive(Debug)]
pub struct AuthorizationAnswer {
    code: Option<PlainToken>,
    access: Option<Unsigned>,
    id_token: Option<(IdClaims, SigningPreference)>,
    session_state: Option<SessionState>,
}

impl AuthorizationAnswer {
    /// A code and nothing else.
    pub fn code(code: PlainToken, session_state: Option<SessionState>) -> Self {
        Self { code: Some(code), access: None, id_token: None, session_state }
    }

    /// What the browser keeps with the answer, for clients that watch the session.
    pub fn browser_state(&self) -> Option<&str> {
        self.session_state.as_ref().map(|state| state.browser.as_str()).filter(|state| !state.is_empty())
    }

    /// The parameters. Signs what must be signed, so not inside a transaction.
    pub fn sign(&self, keys: &SigningKeys) -> Result<Parts> {
        let mut parts = Parts::new();
        if let Some(code) = &self.code {
            parts.push(("code", code.expose().to_owned()));
        }
        let mut at_hash = None;
        if let Some(access) = &self.access {
            let token = access.access_token(keys)?;
            at_hash = self.id_token.as_ref().map(|(_, algorithm)| half_hash(*algorithm, &token));
            parts.push(("access_token", token));
            parts.push(("token_type", "Bearer".to_owned()));
            parts.push(("expires_in", access.expires_in().to_string()));
            parts.push(("scope", access.scope().to_string()));
        }
        if let Some((claims, algorithm)) = &self.id_token {
            let c_hash = self.code.as_ref().map(|code| half_hash(*algorithm, code.expose()));
            let claims = IdClaims { at_hash, c_hash, ..claims.clone() };
            parts.push(("id_token", sign(keys, *algorithm, "JWT", &claims)?));
        }
        parts.extend(self.session_state.as_ref().map(|state| ("session_state", state.told.clone())));
        Ok(parts)
    }
}

/// Answers a request for this session. The caller has made sure that the person may be signed in and has consented.
pub fn issue(
    cx: &mut Cx<'_>,
    client: &Client,
    asked: &AuthorizationParameters,
    session: &Session,
    request: Option<AuthorizationRequestId>,
) -> Result<AuthorizationAnswer> {
    if client.id != asked.client_id {
        return Err(Fault::Internal("the request is another client's".to_owned()));
    }
    let code = match asked.response_type.has_code() {
        true => Some(issue_code(cx, asked, session, request)?),
        false => None,
    };
    if !asked.response_type.is_front_channel() {
        let session_state = session_state(cx.env, &client.id, &asked.redirect_uri, Some(session));
        return Ok(AuthorizationAnswer { code, access: None, id_token: None, session_state });
    }
    grants::take_part(cx, session.id, &client.id)?;
    let grant = grant(cx, client, asked, session, request);
    if asked.response_type.has_token() {
        store::grants::insert(cx.db, &grant)?;
        cx.record(
            Event::new("grant.created")
                .of(grant.identity)
                .in_session(grant.session)
                .for_client(&grant.client_id)
                .with("grant", grant.id.to_string())
                .with("scope", grant.scope.to_string()),
        )?;
    }
    with_tokens(cx, client, asked, session, (code, grant))
}

/// The same answer with tokens anew, for as long as what it gave stands; `None` after that.
pub(super) fn issue_again(
    cx: &mut Cx<'_>,
    client: &Client,
    asked: &AuthorizationParameters,
    session: &Session,
    (request, code): (AuthorizationRequestId, Option<PlainToken>),
) -> Result<Option<AuthorizationAnswer>> {
    let mut grant = grant(cx, client, asked, session, Some(request));
    if asked.response_type.has_token() {
        match store::grants::find(cx.db, grant.id)? {
            Some(given) if given.ended_at.is_none() => grant = given,
            _ => return Ok(None),
        }
    }
    with_tokens(cx, client, asked, session, (code, grant)).map(Some)
}

/// Adds the tokens that the browser carries, to a code or alone.
fn with_tokens(
    cx: &mut Cx<'_>,
    client: &Client,
    asked: &AuthorizationParameters,
    session: &Session,
    (code, grant): (Option<PlainToken>, Grant),
) -> Result<AuthorizationAnswer> {
    let session_state = session_state(cx.env, &client.id, &asked.redirect_uri, Some(session));
    let subject = subject::of(cx, client, session.identity)?;
    let mut access = None;
    if asked.response_type.has_token() {
        let order = Order {
            client,
            grant: Some((&grant, &subject)),
            scope: grant.scope.clone(),
            audience: grant.audience.clone(),
            now: cx.now,
        };
        let unsigned = Unsigned::new(cx.env, order);
        unsigned.store(cx)?;
        access = Some(unsigned);
    }
    let mut id_token = None;
    if asked.response_type.has_id_token() {
        let mut claims = id_token::claims(cx, &grant, &subject, asked.nonce.clone())?;
        if asked.response_type == ResponseType::IdToken {
            // There is no access token that userinfo would answer (OIDC Core 5.4).
            let names = standard_claims::of_scopes(&grant.scope);
            claims.person.extend(id_token::of_person(cx, grant.identity, &names)?);
        }
        id_token = Some((claims, client.id_token_alg));
    }
    Ok(AuthorizationAnswer { code, access, id_token, session_state })
}

/// What the tokens of the answer follow from, one for each request however often it is answered. It never outlives the
/// session: `offline_access` is for a code (OIDC Core 11).
fn grant(
    cx: &Cx<'_>,
    client: &Client,
    asked: &AuthorizationParameters,
    session: &Session,
    request: Option<AuthorizationRequestId>,
) -> Grant {
    let scope: Scope = asked.scope.without(&["offline_access"]);
    let lifetime = match asked.response_type.has_token() {
        // An answer that is given again has tokens that are as much younger.
        true => client.lifetimes.access + CODE_LIFETIME,
        false => std::time::Duration::from_secs(ID_TOKEN_SECONDS.unsigned_abs()),
    };
    Grant {
        id: GrantId::from_uuid(request.map_or_else(|| cx.row_key(), |request| request.uuid())),
        client_id: client.id.clone(),
        identity: session.identity,
        session: session.id,
        scope,
        audience: asked.audience.clone(),
        claims: asked.claims.clone(),
        offline: false,
        auth_time: session.authenticated_at,
        acr: session.assurance,
        amr: session.amr.clone(),
        created_at: cx.now,
        expires_at: cx.now + lifetime,
        ended_at: None,
    }
}

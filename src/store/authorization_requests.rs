//! Authorization requests that wait for their person.

use diesel::prelude::*;

use super::schema::authorization_requests::{self as requests};
use super::{Connection, Error, Result, claims, each};
use crate::model::{
    Answer, AuthorizationParameters, AuthorizationRequest, AuthorizationRequestId, IdentityId, Instant,
    Prompt, ResponseMode, ResponseType, Scope, TokenDigest,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = requests, treat_none_as_default_value = false)]
struct Row {
    id: String,
    browser: Option<Vec<u8>>,
    client_id: String,
    redirect_uri: String,
    redirect_uri_given: bool,
    scope: String,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    prompt: String,
    max_age: Option<i64>,
    login_hint: Option<String>,
    ui_locales: Option<String>,
    acr_values: Option<String>,
    hinted_subject: Option<String>,
    audience: String,
    authenticated_at: Option<i64>,
    chosen_at: Option<i64>,
    consented_by: Option<String>,
    consented_scope: Option<String>,
    created_at: i64,
    expires_at: i64,
    answered_at: Option<i64>,
    answer: Option<String>,
    response_type: String,
    response_mode: String,
    claims: Option<String>,
}

/// Writes a new request.
pub fn insert(db: &mut Connection, request: &AuthorizationRequest) -> Result<()> {
    let row = to_row(request)?;
    each!(db, c => diesel::insert_into(requests::table).values(&row).execute(c))?;
    Ok(())
}

/// The request of this id, expired or answered ones included.
pub fn find(db: &mut Connection, id: AuthorizationRequestId) -> Result<Option<AuthorizationRequest>> {
    let row: Option<Row> =
        each!(db, c => requests::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(from_row).transpose()
}

/// Which languages the client asked for.
pub fn ui_locales(db: &mut Connection, id: AuthorizationRequestId) -> Result<Option<String>> {
    let asked: Option<Option<String>> = each!(db, c => requests::table
        .find(id.to_string())
        .select(requests::ui_locales)
        .get_result::<Option<String>>(c)
        .optional())?;
    Ok(asked.flatten())
}

/// Binds a request that came without cookies (decision 12) to a browser, once: `false` if it has one.
pub fn bind(db: &mut Connection, id: AuthorizationRequestId, browser: &TokenDigest) -> Result<bool> {
    let changed = each!(db, c => diesel::update(requests::table.find(id.to_string()))
        .filter(requests::browser.is_null())
        .set(requests::browser.eq(browser.as_bytes().to_vec()))
        .execute(c))?;
    Ok(changed == 1)
}

/// Binds a request to another cookie of the browser that brought it and had lost its cookie (decision 11).
pub fn rebind(db: &mut Connection, id: AuthorizationRequestId, browser: &TokenDigest) -> Result<()> {
    each!(db, c => diesel::update(requests::table.find(id.to_string()))
        .filter(requests::answered_at.is_null())
        .set(requests::browser.eq(browser.as_bytes().to_vec()))
        .execute(c))?;
    Ok(())
}

/// Lets the request wait at least until `until`.
pub fn extend(db: &mut Connection, id: AuthorizationRequestId, until: Instant) -> Result<()> {
    each!(db, c => diesel::update(requests::table.find(id.to_string()))
        .filter(requests::expires_at.lt(until.micros()))
        .set(requests::expires_at.eq(until.micros()))
        .execute(c))?;
    Ok(())
}

/// Somebody signed in for this request, which is also a choice of account.
pub fn set_authenticated(db: &mut Connection, id: AuthorizationRequestId, now: Instant) -> Result<()> {
    each!(db, c => diesel::update(requests::table.find(id.to_string()))
        .set((requests::authenticated_at.eq(now.micros()), requests::chosen_at.eq(now.micros())))
        .execute(c))?;
    Ok(())
}

/// The person goes on with the session's account.
pub fn set_chosen(db: &mut Connection, id: AuthorizationRequestId, now: Instant) -> Result<()> {
    each!(db, c => diesel::update(requests::table.find(id.to_string()))
        .set(requests::chosen_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// The person allowed this for the request.
pub fn set_consent(
    db: &mut Connection,
    id: AuthorizationRequestId,
    identity: IdentityId,
    scope: &Scope,
) -> Result<()> {
    each!(db, c => diesel::update(requests::table.find(id.to_string()))
        .set((
            requests::consented_by.eq(identity.to_string()),
            requests::consented_scope.eq(scope.to_string()),
        ))
        .execute(c))?;
    Ok(())
}

/// Forgets what the person has said to requests that still wait: whoever goes on with one is asked again.
pub fn forget_consent_of(db: &mut Connection, identity: IdentityId) -> Result<()> {
    each!(db, c => diesel::update(requests::table)
        .filter(requests::consented_by.eq(identity.to_string()))
        .filter(requests::answered_at.is_null())
        .set((
            requests::consented_by.eq(None::<String>),
            requests::consented_scope.eq(None::<String>),
            requests::authenticated_at.eq(None::<i64>),
        ))
        .execute(c))?;
    Ok(())
}

/// Answers the request, once: `false` if it has an answer.
pub fn answer(db: &mut Connection, id: AuthorizationRequestId, answer: Answer, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(requests::table.find(id.to_string()))
        .filter(requests::answered_at.is_null())
        .set((requests::answered_at.eq(now.micros()), requests::answer.eq(answer.name())))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes at most `limit` requests that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => requests::table
        .filter(requests::expires_at.lt(before.micros()))
        .limit(limit)
        .select(requests::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(requests::table.filter(requests::id.eq_any(&old))).execute(c))
}

fn to_row(request: &AuthorizationRequest) -> Result<Row> {
    let asked = &request.parameters;
    let prompt: Vec<&str> = asked.prompt.iter().map(|prompt| prompt.name()).collect();
    Ok(Row {
        id: request.id.to_string(),
        browser: request.browser.as_ref().map(|digest| digest.as_bytes().to_vec()),
        client_id: asked.client_id.clone(),
        redirect_uri: asked.redirect_uri.clone(),
        redirect_uri_given: asked.redirect_uri_given,
        scope: asked.scope.to_string(),
        state: asked.state.clone(),
        nonce: asked.nonce.clone(),
        code_challenge: asked.code_challenge.clone(),
        prompt: prompt.join(" "),
        max_age: asked.max_age.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX)),
        login_hint: asked.login_hint.clone(),
        ui_locales: asked.ui_locales.clone(),
        acr_values: asked.acr_values.clone(),
        hinted_subject: asked.hinted_subject.clone(),
        audience: serde_json::to_string(&asked.audience).map_err(|why| Error::Query(why.to_string()))?,
        authenticated_at: request.authenticated_at.map(Instant::micros),
        chosen_at: request.chosen_at.map(Instant::micros),
        consented_by: request.consent.as_ref().map(|(identity, _)| identity.to_string()),
        consented_scope: request.consent.as_ref().map(|(_, scope)| scope.to_string()),
        created_at: request.created_at.micros(),
        expires_at: request.expires_at.micros(),
        answered_at: request.answer.map(|(at, _)| at.micros()),
        answer: request.answer.map(|(_, answer)| answer.name().to_owned()),
        response_type: asked.response_type.name().to_owned(),
        response_mode: asked.response_mode.name().to_owned(),
        claims: claims::to_column(&asked.claims)?,
    })
}

fn from_row(row: Row) -> Result<AuthorizationRequest> {
    let wrong = |column| Error::impossible("authorization_requests", column, &row.id);
    let prompt: Option<Vec<Prompt>> = row.prompt.split_ascii_whitespace().map(Prompt::parse).collect();
    let browser = row.browser.as_deref().map(|bytes| TokenDigest::from_slice(bytes).ok_or(())).transpose();
    let consent = match (&row.consented_by, &row.consented_scope) {
        (Some(identity), Some(scope)) => Some((
            identity.parse::<IdentityId>().map_err(|_| wrong("consented_by"))?,
            Scope::parse(scope).map_err(|_| wrong("consented_scope"))?,
        )),
        _ => None,
    };
    let answer = match (row.answered_at, row.answer.as_deref()) {
        (Some(at), Some(name)) => {
            Some((Instant::from_micros(at), Answer::parse(name).ok_or_else(|| wrong("answer"))?))
        }
        _ => None,
    };
    Ok(AuthorizationRequest {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        browser: browser.map_err(|()| wrong("browser"))?,
        parameters: AuthorizationParameters {
            client_id: row.client_id.clone(),
            redirect_uri: row.redirect_uri.clone(),
            redirect_uri_given: row.redirect_uri_given,
            scope: Scope::parse(&row.scope).map_err(|_| wrong("scope"))?,
            state: row.state.clone(),
            nonce: row.nonce.clone(),
            code_challenge: row.code_challenge.clone(),
            prompt: prompt.ok_or_else(|| wrong("prompt"))?,
            max_age: row.max_age.map(|seconds| u64::try_from(seconds).unwrap_or(0)),
            login_hint: row.login_hint.clone(),
            ui_locales: row.ui_locales.clone(),
            acr_values: row.acr_values.clone(),
            hinted_subject: row.hinted_subject.clone(),
            response_type: ResponseType::parse(&row.response_type).ok_or_else(|| wrong("response_type"))?,
            response_mode: ResponseMode::parse(&row.response_mode).ok_or_else(|| wrong("response_mode"))?,
            claims: claims::from_column(row.claims.as_deref()).ok_or_else(|| wrong("claims"))?,
            audience: serde_json::from_str(&row.audience).map_err(|_| wrong("audience"))?,
        },
        authenticated_at: row.authenticated_at.map(Instant::from_micros),
        chosen_at: row.chosen_at.map(Instant::from_micros),
        consent,
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        answer,
    })
}

//! Authorization codes.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};

use super::kept::Kept;
use super::schema::authorization_codes as codes;
use super::{Connection, Error, Result, claims, each};
use crate::model::{
    Assurance, AuthorizationCode, GrantId, IdentityId, Instant, Scope, SessionId, TokenDigest,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = codes, treat_none_as_default_value = false)]
struct Row {
    digest: Vec<u8>,
    request_id: Option<String>,
    client_id: String,
    identity_id: String,
    session_id: String,
    redirect_uri: String,
    redirect_uri_given: bool,
    scope: String,
    audience: String,
    nonce: Option<String>,
    code_challenge: Option<String>,
    auth_time: i64,
    acr: String,
    amr: String,
    with_auth_time: bool,
    tries: i64,
    last_error: Option<String>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    grant_id: Option<String>,
    claims: Option<String>,
}

/// What became of a code that was issued before: for the breaker of loops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Whether it was redeemed.
    pub used: bool,
    /// Why its last redemption was refused.
    pub last_error: Option<String>,
}

/// Writes a new code.
pub fn insert(db: &mut Connection, code: &AuthorizationCode) -> Result<()> {
    let row = to_row(code)?;
    each!(db, c => diesel::insert_into(codes::table).values(&row).execute(c))?;
    Ok(())
}

/// The code of this digest, dead ones included.
pub fn find(db: &mut Connection, digest: &TokenDigest) -> Result<Option<AuthorizationCode>> {
    let row: Option<Row> = each!(db, c => codes::table
        .find(digest.as_bytes().to_vec())
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// Redeems the code, once: `false` if it is used, expired, or was tried `limit` times with a wrong verifier.
pub fn consume(
    db: &mut Connection,
    digest: &TokenDigest,
    grant: GrantId,
    limit: i64,
    now: Instant,
) -> Result<bool> {
    let text = &[
        "UPDATE authorization_codes SET used_at = ",
        ", grant_id = ",
        " WHERE digest = ",
        " AND used_at IS NULL AND expires_at > ",
        " AND tries < ",
        "",
    ];
    let (digest, grant) = (digest.as_bytes().to_vec(), grant.to_string());
    let (digest, grant) = (digest.into_sql::<Binary>(), grant.into_sql::<Text>());
    let (limit, now) = (limit.into_sql::<BigInt>(), now.micros().into_sql::<BigInt>());
    let changed = each!(db, c => Kept { text, values: &[&now, &grant, &digest, &now, &limit] }.execute(c))?;
    Ok(changed == 1)
}

/// Counts a wrong verifier.
pub fn count_try(db: &mut Connection, digest: &TokenDigest) -> Result<()> {
    each!(db, c => diesel::update(codes::table.find(digest.as_bytes().to_vec()))
        .filter(codes::used_at.is_null())
        .set(codes::tries.eq(codes::tries + 1))
        .execute(c))?;
    Ok(())
}

/// Remembers why the code was refused.
pub fn set_last_error(db: &mut Connection, digest: &TokenDigest, error: &str) -> Result<()> {
    each!(db, c => diesel::update(codes::table.find(digest.as_bytes().to_vec()))
        .set(codes::last_error.eq(error))
        .execute(c))?;
    Ok(())
}

/// What became of the last `limit` codes that the session got for the client after `since`, newest first.
pub fn traces(
    db: &mut Connection,
    session: SessionId,
    client_id: &str,
    since: Instant,
    limit: usize,
) -> Result<Vec<Trace>> {
    type Found = (Option<i64>, Option<String>);
    let query = codes::table
        .filter(codes::session_id.eq(session.to_string()))
        .filter(codes::client_id.eq(client_id))
        .filter(codes::created_at.gt(since.micros()))
        .order(codes::created_at.desc())
        .select((codes::used_at, codes::last_error));
    let found: Vec<Found> = match db {
        // It is asked for with each code: rows are read one by one, and a LIMIT would be prepared each time.
        Connection::Sqlite(c) => {
            let rows = query.load_iter::<Found, DefaultLoadingMode>(c)?;
            rows.take(limit).collect::<QueryResult<_>>()?
        }
        Connection::Postgres(c) => query.limit(i64::try_from(limit).unwrap_or(i64::MAX)).load::<Found>(c)?,
    };
    Ok(found.into_iter().map(|(used, last_error)| Trace { used: used.is_some(), last_error }).collect())
}

/// Ends the codes of a person that were not redeemed.
pub fn expire_of_identity(db: &mut Connection, identity: IdentityId, now: Instant) -> Result<()> {
    each!(db, c => diesel::update(codes::table)
        .filter(codes::identity_id.eq(identity.to_string()))
        .filter(codes::used_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .set(codes::expires_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// Ends the codes that a person gave one client and that were not redeemed.
pub fn expire_of_client(
    db: &mut Connection,
    identity: IdentityId,
    client_id: &str,
    now: Instant,
) -> Result<()> {
    each!(db, c => diesel::update(codes::table)
        .filter(codes::identity_id.eq(identity.to_string()))
        .filter(codes::client_id.eq(client_id))
        .filter(codes::used_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .set(codes::expires_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// Ends the codes of a session that were not redeemed.
pub fn expire_of_session(db: &mut Connection, session: SessionId, now: Instant) -> Result<()> {
    each!(db, c => diesel::update(codes::table)
        .filter(codes::session_id.eq(session.to_string()))
        .filter(codes::used_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .set(codes::expires_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// Deletes at most `limit` codes that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<Vec<u8>> = each!(db, c => codes::table
        .filter(codes::expires_at.lt(before.micros()))
        .limit(limit)
        .select(codes::digest)
        .load::<Vec<u8>>(c))?;
    each!(db, c => diesel::delete(codes::table.filter(codes::digest.eq_any(&old))).execute(c))
}

fn to_row(code: &AuthorizationCode) -> Result<Row> {
    Ok(Row {
        digest: code.digest.as_bytes().to_vec(),
        request_id: code.request.map(|id| id.to_string()),
        client_id: code.client_id.clone(),
        identity_id: code.identity.to_string(),
        session_id: code.session.to_string(),
        redirect_uri: code.redirect_uri.clone(),
        redirect_uri_given: code.redirect_uri_given,
        scope: code.scope.to_string(),
        audience: serde_json::to_string(&code.audience).map_err(|why| Error::Query(why.to_string()))?,
        nonce: code.nonce.clone(),
        code_challenge: code.code_challenge.clone(),
        auth_time: code.auth_time.micros(),
        acr: code.acr.name().to_owned(),
        amr: code.amr.join(" "),
        with_auth_time: code.with_auth_time,
        tries: code.tries,
        last_error: None,
        created_at: code.created_at.micros(),
        expires_at: code.expires_at.micros(),
        used_at: code.used_at.map(Instant::micros),
        grant_id: code.grant.map(|id| id.to_string()),
        claims: claims::to_column(&code.claims)?,
    })
}

fn from_row(row: Row) -> Result<AuthorizationCode> {
    // The digest is the key, and no secret; the session says enough to find the row.
    let wrong = |column| Error::impossible("authorization_codes", column, &row.session_id);
    let id = |text: &Option<String>| text.as_deref().map(str::parse).transpose();
    Ok(AuthorizationCode {
        digest: TokenDigest::from_slice(&row.digest).ok_or_else(|| wrong("digest"))?,
        request: row.request_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("request_id"))?,
        client_id: row.client_id.clone(),
        identity: row.identity_id.parse().map_err(|_| wrong("identity_id"))?,
        session: row.session_id.parse().map_err(|_| wrong("session_id"))?,
        redirect_uri: row.redirect_uri.clone(),
        redirect_uri_given: row.redirect_uri_given,
        scope: Scope::parse(&row.scope).map_err(|_| wrong("scope"))?,
        audience: serde_json::from_str(&row.audience).map_err(|_| wrong("audience"))?,
        claims: claims::from_column(row.claims.as_deref()).ok_or_else(|| wrong("claims"))?,
        nonce: row.nonce.clone(),
        code_challenge: row.code_challenge.clone(),
        auth_time: Instant::from_micros(row.auth_time),
        acr: Assurance::parse(&row.acr).ok_or_else(|| wrong("acr"))?,
        amr: row.amr.split_ascii_whitespace().map(str::to_owned).collect(),
        with_auth_time: row.with_auth_time,
        tries: row.tries,
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        used_at: row.used_at.map(Instant::from_micros),
        grant: id(&row.grant_id).map_err(|_| wrong("grant_id"))?,
    })
}

//! Devices that ask for access, and what was said to them.

use std::time::Duration;

use diesel::prelude::*;

use super::schema::device_codes as codes;
use super::{Connection, Error, Result, each};
use crate::model::{
    Assurance, DeviceAnswer, DeviceCode, GrantId, IdentityId, Instant, Scope, SessionId, TokenDigest,
};

const ALLOWED: &str = "allowed";
const DENIED: &str = "denied";

#[derive(Queryable, Insertable)]
#[diesel(table_name = codes, treat_none_as_default_value = false)]
struct Row {
    digest: Vec<u8>,
    user_code: Vec<u8>,
    client_id: String,
    scope: String,
    audience: String,
    asked_from: String,
    interval_seconds: i64,
    polled_at: Option<i64>,
    answer: Option<String>,
    identity_id: Option<String>,
    session_id: Option<String>,
    auth_time: Option<i64>,
    acr: Option<String>,
    amr: Option<String>,
    answered_at: Option<i64>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    grant_id: Option<String>,
}

/// Writes a new code, to which nobody has said anything.
pub fn insert(db: &mut Connection, code: &DeviceCode) -> Result<()> {
    let row = Row {
        digest: code.digest.as_bytes().to_vec(),
        user_code: code.user_code.to_vec(),
        client_id: code.client_id.clone(),
        scope: code.scope.to_string(),
        audience: serde_json::to_string(&code.audience).map_err(|why| Error::Query(why.to_string()))?,
        asked_from: code.asked_from.clone(),
        interval_seconds: i64::try_from(code.interval.as_secs()).unwrap_or(i64::MAX),
        polled_at: None,
        answer: None,
        identity_id: None,
        session_id: None,
        auth_time: None,
        acr: None,
        amr: None,
        answered_at: None,
        created_at: code.created_at.micros(),
        expires_at: code.expires_at.micros(),
        used_at: None,
        grant_id: None,
    };
    each!(db, c => diesel::insert_into(codes::table).values(&row).execute(c))?;
    Ok(())
}

/// The code of this digest, dead ones included.
pub fn find(db: &mut Connection, digest: &TokenDigest) -> Result<Option<DeviceCode>> {
    let row: Option<Row> = each!(db, c => codes::table
        .find(digest.as_bytes().to_vec())
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// The code that a person carries under this keyed digest, dead ones included.
pub fn find_by_user_code(db: &mut Connection, user_code: &[u8; 32]) -> Result<Option<DeviceCode>> {
    let row: Option<Row> = each!(db, c => codes::table
        .filter(codes::user_code.eq(user_code.to_vec()))
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// The device asks whether there is an answer: `true` if it has waited since it asked before. If it has not, it must wait
/// `more` from now on. `tolerance` is what a clock and a network may cost.
pub fn poll(
    db: &mut Connection,
    digest: &TokenDigest,
    now: Instant,
    tolerance: Duration,
    more: Duration,
) -> Result<bool> {
    let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    let (latest, second) = (now.micros().saturating_add(micros(tolerance)), 1_000_000_i64);
    let in_time = each!(db, c => diesel::update(codes::table.find(digest.as_bytes().to_vec()))
        .filter(codes::polled_at.is_null().or(codes::polled_at
            .assume_not_null()
            .le(diesel::dsl::sql::<diesel::sql_types::BigInt>("")
                .bind::<diesel::sql_types::BigInt, _>(latest)
                .sql(" - interval_seconds * ")
                .bind::<diesel::sql_types::BigInt, _>(second))))
        .set(codes::polled_at.eq(now.micros()))
        .execute(c))?;
    if in_time == 1 {
        return Ok(true);
    }
    let more = i64::try_from(more.as_secs()).unwrap_or(i64::MAX);
    each!(db, c => diesel::update(codes::table.find(digest.as_bytes().to_vec()))
        .set((
            codes::polled_at.eq(now.micros()),
            codes::interval_seconds.eq(codes::interval_seconds + more),
        ))
        .execute(c))?;
    Ok(false)
}

/// Writes what a person said, once: `false` if somebody was faster, or the code is dead.
pub fn answer(db: &mut Connection, digest: &TokenDigest, answer: &DeviceAnswer) -> Result<bool> {
    let now = answer.at.micros();
    let changed = each!(db, c => diesel::update(codes::table.find(digest.as_bytes().to_vec()))
        .filter(codes::answer.is_null())
        .filter(codes::expires_at.gt(now))
        .set((
            codes::answer.eq(if answer.allowed { ALLOWED } else { DENIED }),
            codes::identity_id.eq(answer.identity.to_string()),
            codes::session_id.eq(answer.session.to_string()),
            codes::auth_time.eq(answer.auth_time.micros()),
            codes::acr.eq(answer.acr.name()),
            codes::amr.eq(answer.amr.join(" ")),
            codes::answered_at.eq(now),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// Redeems the code, once: `false` if it is used, expired, or was not allowed.
pub fn consume(db: &mut Connection, digest: &TokenDigest, grant: GrantId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(codes::table.find(digest.as_bytes().to_vec()))
        .filter(codes::answer.eq(ALLOWED))
        .filter(codes::used_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .set((codes::used_at.eq(now.micros()), codes::grant_id.eq(grant.to_string())))
        .execute(c))?;
    Ok(changed == 1)
}

/// Ends the codes that a person answered and that were not redeemed.
pub fn expire_of_identity(db: &mut Connection, identity: IdentityId, now: Instant) -> Result<()> {
    each!(db, c => diesel::update(codes::table)
        .filter(codes::identity_id.eq(identity.to_string()))
        .filter(codes::used_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .set(codes::expires_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// Ends the codes that a person answered to one client and that were not redeemed.
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

/// Ends the codes that were answered in a session and that were not redeemed.
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

fn from_row(row: Row) -> Result<DeviceCode> {
    // Neither digest is a secret, and neither is worth a line in a log; the client and the age find the row.
    let place = format!("{} at {}", row.client_id, row.created_at);
    let wrong = |column| Error::impossible("device_codes", column, &place);
    Ok(DeviceCode {
        digest: TokenDigest::from_slice(&row.digest).ok_or_else(|| wrong("digest"))?,
        user_code: row.user_code.as_slice().try_into().map_err(|_| wrong("user_code"))?,
        scope: Scope::parse(&row.scope).map_err(|_| wrong("scope"))?,
        audience: serde_json::from_str(&row.audience).map_err(|_| wrong("audience"))?,
        interval: Duration::from_secs(
            u64::try_from(row.interval_seconds).map_err(|_| wrong("interval_seconds"))?,
        ),
        answer: answer_of(&row).map_err(wrong)?,
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        used_at: row.used_at.map(Instant::from_micros),
        grant: row.grant_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("grant_id"))?,
        client_id: row.client_id,
        asked_from: row.asked_from,
    })
}

/// An answer has all of its columns; what lacks one is named.
fn answer_of(row: &Row) -> std::result::Result<Option<DeviceAnswer>, &'static str> {
    let Some(answer) = &row.answer else { return Ok(None) };
    let allowed = match answer.as_str() {
        ALLOWED => true,
        DENIED => false,
        _ => return Err("answer"),
    };
    Ok(Some(DeviceAnswer {
        allowed,
        identity: row.identity_id.as_deref().and_then(|id| id.parse().ok()).ok_or("identity_id")?,
        session: row.session_id.as_deref().and_then(|id| id.parse().ok()).ok_or("session_id")?,
        auth_time: row.auth_time.map(Instant::from_micros).ok_or("auth_time")?,
        acr: row.acr.as_deref().and_then(Assurance::parse).ok_or("acr")?,
        amr: row.amr.as_deref().ok_or("amr")?.split_ascii_whitespace().map(str::to_owned).collect(),
        at: row.answered_at.map(Instant::from_micros).ok_or("answered_at")?,
    }))
}

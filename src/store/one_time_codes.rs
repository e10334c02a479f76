//! Codes that were mailed. The row knows neither the code nor the token of its link, only digests.

use diesel::prelude::*;

use super::schema::one_time_codes as codes;
use super::{Connection, Error, Result, each};
use crate::model::{FlowId, IdentityId, Instant, OneTimeCodeId, TokenDigest};

/// A mailed code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedCode {
    /// Its id.
    pub id: OneTimeCodeId,
    /// The flow that it was mailed for.
    pub flow: FlowId,
    /// `verification`, `sign_in`, `recovery`, or `administered_recovery`.
    pub purpose: String,
    /// Whom it is for; `None` for a registration, and for an address that nobody has.
    pub identity: Option<IdentityId>,
    /// The canonical address that it was mailed to.
    pub address: String,
    /// The MAC of the code.
    pub digest: Vec<u8>,
    /// The digest of its link's token.
    pub link_digest: TokenDigest,
    /// How often a code was tried.
    pub tries: i64,
    /// The browser and the network that asked for it, in words for its reader.
    pub asked_from: String,
    /// When it was mailed.
    pub created_at: Instant,
    /// When it dies.
    pub expires_at: Instant,
    /// When it was used.
    pub used_at: Option<Instant>,
    /// When a newer one took its place.
    pub superseded_at: Option<Instant>,
    /// When somebody said that they had not asked for it.
    pub disowned_at: Option<Instant>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = codes, treat_none_as_default_value = false)]
struct Row {
    id: String,
    flow_id: String,
    purpose: String,
    identity_id: Option<String>,
    address: String,
    digest: Vec<u8>,
    link_digest: Vec<u8>,
    tries: i64,
    asked_from: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    superseded_at: Option<i64>,
    disowned_at: Option<i64>,
}

/// Writes a new code.
pub fn insert(db: &mut Connection, code: &MailedCode) -> Result<()> {
    let row = Row {
        id: code.id.to_string(),
        flow_id: code.flow.to_string(),
        purpose: code.purpose.clone(),
        identity_id: code.identity.map(|id| id.to_string()),
        address: code.address.clone(),
        digest: code.digest.clone(),
        link_digest: code.link_digest.as_bytes().to_vec(),
        tries: code.tries,
        asked_from: code.asked_from.clone(),
        created_at: code.created_at.micros(),
        expires_at: code.expires_at.micros(),
        used_at: code.used_at.map(Instant::micros),
        superseded_at: code.superseded_at.map(Instant::micros),
        disowned_at: code.disowned_at.map(Instant::micros),
    };
    each!(db, c => diesel::insert_into(codes::table).values(&row).execute(c))?;
    Ok(())
}

/// The newest code of a flow, dead ones included.
pub fn newest_of(db: &mut Connection, flow: FlowId) -> Result<Option<MailedCode>> {
    let row: Option<Row> = each!(db, c => codes::table
        .filter(codes::flow_id.eq(flow.to_string()))
        .order((codes::created_at.desc(), codes::id.desc()))
        .first::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// The code of this id.
pub fn find(db: &mut Connection, id: OneTimeCodeId) -> Result<Option<MailedCode>> {
    let row: Option<Row> = each!(db, c => codes::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(from_row).transpose()
}

/// The code whose link carries this token.
pub fn find_by_link(db: &mut Connection, link: &TokenDigest) -> Result<Option<MailedCode>> {
    let row: Option<Row> = each!(db, c => codes::table
        .filter(codes::link_digest.eq(link.as_bytes().to_vec()))
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// Counts a try: `false` if the code has none left, is used, superseded, disowned or expired.
pub fn count_try(db: &mut Connection, id: OneTimeCodeId, limit: i64, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(codes::table.find(id.to_string()))
        .filter(codes::used_at.is_null())
        .filter(codes::superseded_at.is_null())
        .filter(codes::disowned_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .filter(codes::tries.lt(limit))
        .set(codes::tries.eq(codes::tries + 1))
        .execute(c))?;
    Ok(changed == 1)
}

/// Uses the code, once.
pub fn consume(db: &mut Connection, id: OneTimeCodeId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(codes::table.find(id.to_string()))
        .filter(codes::used_at.is_null())
        .filter(codes::superseded_at.is_null())
        .filter(codes::disowned_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .set(codes::used_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

/// A newer code takes the place of all living ones of this purpose and address; answers their flows.
pub fn supersede(db: &mut Connection, purpose: &str, address: &str, now: Instant) -> Result<Vec<FlowId>> {
    let flows: Vec<String> = each!(db, c => codes::table
        .filter(codes::address.eq(address))
        .filter(codes::purpose.eq(purpose))
        .filter(codes::used_at.is_null())
        .filter(codes::superseded_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .select(codes::flow_id)
        .load::<String>(c))?;
    each!(db, c => diesel::update(codes::table
        .filter(codes::address.eq(address))
        .filter(codes::purpose.eq(purpose))
        .filter(codes::used_at.is_null())
        .filter(codes::superseded_at.is_null()))
        .set(codes::superseded_at.eq(now.micros()))
        .execute(c))?;
    flows
        .iter()
        .map(|id| id.parse().map_err(|_| Error::impossible("one_time_codes", "flow_id", id)))
        .collect()
}

/// A newer code takes the place of all living ones of this purpose and identity.
pub fn supersede_of_identity(
    db: &mut Connection,
    purpose: &str,
    identity: IdentityId,
    now: Instant,
) -> Result<()> {
    each!(db, c => diesel::update(codes::table
        .filter(codes::identity_id.eq(identity.to_string()))
        .filter(codes::purpose.eq(purpose))
        .filter(codes::used_at.is_null())
        .filter(codes::superseded_at.is_null()))
        .set(codes::superseded_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// The flows of the living codes of this purpose and identity.
pub fn flows_of_identity(
    db: &mut Connection,
    purpose: &str,
    identity: IdentityId,
    now: Instant,
) -> Result<Vec<FlowId>> {
    let flows: Vec<String> = each!(db, c => codes::table
        .filter(codes::identity_id.eq(identity.to_string()))
        .filter(codes::purpose.eq(purpose))
        .filter(codes::used_at.is_null())
        .filter(codes::superseded_at.is_null())
        .filter(codes::disowned_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .order((codes::created_at.asc(), codes::id.asc()))
        .select(codes::flow_id)
        .load::<String>(c))?;
    flows
        .iter()
        .map(|id| id.parse().map_err(|_| Error::impossible("one_time_codes", "flow_id", id)))
        .collect()
}

/// Ends all living codes of an identity.
pub fn expire_of_identity(db: &mut Connection, identity: IdentityId, now: Instant) -> Result<()> {
    each!(db, c => diesel::update(codes::table)
        .filter(codes::identity_id.eq(identity.to_string()))
        .filter(codes::used_at.is_null())
        .filter(codes::expires_at.gt(now.micros()))
        .set(codes::expires_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// Somebody said that they had not asked for it.
pub fn disown(db: &mut Connection, id: OneTimeCodeId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(codes::table.find(id.to_string()))
        .filter(codes::used_at.is_null())
        .filter(codes::disowned_at.is_null())
        .set(codes::disowned_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

/// When codes were mailed to the address after `since`, newest first, at most `limit`.
pub fn mailed_since(db: &mut Connection, address: &str, since: Instant, limit: i64) -> Result<Vec<Instant>> {
    let times: Vec<i64> = each!(db, c => codes::table
        .filter(codes::address.eq(address))
        .filter(codes::created_at.gt(since.micros()))
        .order(codes::created_at.desc())
        .limit(limit)
        .select(codes::created_at)
        .load::<i64>(c))?;
    Ok(times.into_iter().map(Instant::from_micros).collect())
}

/// Deletes at most `limit` codes that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => codes::table
        .filter(codes::expires_at.lt(before.micros()))
        .limit(limit)
        .select(codes::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(codes::table.filter(codes::id.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<MailedCode> {
    let wrong = |column| Error::impossible("one_time_codes", column, &row.id);
    Ok(MailedCode {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        flow: row.flow_id.parse().map_err(|_| wrong("flow_id"))?,
        purpose: row.purpose.clone(),
        identity: row.identity_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("identity_id"))?,
        address: row.address.clone(),
        digest: row.digest.clone(),
        link_digest: TokenDigest::from_slice(&row.link_digest).ok_or_else(|| wrong("link_digest"))?,
        tries: row.tries,
        asked_from: row.asked_from.clone(),
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        used_at: row.used_at.map(Instant::from_micros),
        superseded_at: row.superseded_at.map(Instant::from_micros),
        disowned_at: row.disowned_at.map(Instant::from_micros),
    })
}

//! API keys of the administration, by digest.

use diesel::prelude::*;

use super::schema::api_keys;
use super::{Connection, Error, Result, each};
use crate::model::{ApiKeyId, Instant, TokenDigest};

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What its owner called it.
    pub name: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it dies by itself.
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

type Row = (String, String, i64, Option<i64>, Option<i64>);

/// Writes a new key.
pub fn insert(db: &mut Connection, key: &ApiKey, digest: &TokenDigest) -> Result<()> {
    each!(db, c => diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(key.id.to_string()),
            api_keys::name.eq(&key.name),
            api_keys::digest.eq(digest.as_bytes().to_vec()),
            api_keys::created_at.eq(key.created_at.micros()),
            api_keys::expires_at.eq(key.expires_at.map(Instant::micros)),
        ))
        .execute(c))?;
    Ok(())
}

/// The key of this digest, if it may be used.
pub fn find_alive(db: &mut Connection, digest: &TokenDigest, now: Instant) -> Result<Option<ApiKey>> {
    let row: Option<Row> = each!(db, c => api_keys::table
        .filter(api_keys::digest.eq(digest.as_bytes().to_vec()))
        .filter(api_keys::revoked_at.is_null())
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now.micros())))
        .select((api_keys::id, api_keys::name, api_keys::created_at, api_keys::expires_at, api_keys::revoked_at))
        .first::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// All keys, oldest first.
pub fn list(db: &mut Connection) -> Result<Vec<ApiKey>> {
    let rows: Vec<Row> = each!(db, c => api_keys::table
        .order((api_keys::created_at.asc(), api_keys::id.asc()))
        .select((api_keys::id, api_keys::name, api_keys::created_at, api_keys::expires_at, api_keys::revoked_at))
        .load::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// Revokes a key: `false` if there is no such living key.
pub fn revoke(db: &mut Connection, id: ApiKeyId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(api_keys::table.find(id.to_string()))
        .filter(api_keys::revoked_at.is_null())
        .set(api_keys::revoked_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

fn from_row((id, name, created_at, expires_at, revoked_at): Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: id.parse().map_err(|_| Error::impossible("api_keys", "id", &id))?,
        name,
        created_at: Instant::from_micros(created_at),
        expires_at: expires_at.map(Instant::from_micros),
        revoked_at: revoked_at.map(Instant::from_micros),
    })
}

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
    /// When it was last used, at most a minute old.
    pub last_used_at: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct Row {
    id: String,
    name: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
}

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
        .select(Row::as_select())
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// All keys, oldest first.
pub fn list(db: &mut Connection) -> Result<Vec<ApiKey>> {
    let rows: Vec<Row> = each!(db, c => api_keys::table
        .order((api_keys::created_at.asc(), api_keys::id.asc()))
        .select(Row::as_select())
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

/// Notes that the key was used.
pub fn touch(db: &mut Connection, id: ApiKeyId, now: Instant) -> Result<()> {
    each!(db, c => diesel::update(api_keys::table.find(id.to_string()))
        .set(api_keys::last_used_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

fn from_row(row: Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.id.parse().map_err(|_| Error::impossible("api_keys", "id", &row.id))?,
        name: row.name,
        created_at: Instant::from_micros(row.created_at),
        expires_at: row.expires_at.map(Instant::from_micros),
        revoked_at: row.revoked_at.map(Instant::from_micros),
        last_used_at: row.last_used_at.map(Instant::from_micros),
    })
}

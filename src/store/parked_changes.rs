//! Sensitive changes that wait until their person has shown again who they are.

use diesel::prelude::*;

use super::schema::parked_changes as parked;
use super::{Connection, Error, Result, each};
use crate::model::{IdentityId, Instant, ParkedChange, ParkedChangeId, TokenDigest};

#[derive(Queryable, Insertable)]
#[diesel(table_name = parked, treat_none_as_default_value = false)]
struct Row {
    id: String,
    identity_id: String,
    session_id: String,
    browser: Vec<u8>,
    path: String,
    sealed: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

/// Writes a new one.
pub fn insert(db: &mut Connection, change: &ParkedChange) -> Result<()> {
    let row = Row {
        id: change.id.to_string(),
        identity_id: change.identity.to_string(),
        session_id: change.session.to_string(),
        browser: change.browser.as_bytes().to_vec(),
        path: change.path.clone(),
        sealed: change.sealed.clone(),
        created_at: change.created_at.micros(),
        expires_at: change.expires_at.micros(),
        used_at: change.used_at.map(Instant::micros),
    };
    each!(db, c => diesel::insert_into(parked::table).values(&row).execute(c))?;
    Ok(())
}

/// The one of this id, used and expired ones included.
pub fn find(db: &mut Connection, id: ParkedChangeId) -> Result<Option<ParkedChange>> {
    let row: Option<Row> =
        each!(db, c => parked::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(from_row).transpose()
}

/// Uses it, once: `false` if somebody was faster, or if it is void. Nobody needs what was typed any more.
pub fn consume(db: &mut Connection, id: ParkedChangeId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(parked::table.find(id.to_string()))
        .filter(parked::used_at.is_null())
        .filter(parked::expires_at.gt(now.micros()))
        .set((parked::used_at.eq(now.micros()), parked::sealed.eq("")))
        .execute(c))?;
    Ok(changed == 1)
}

/// Makes everything void that waits for this person.
pub fn delete_of_identity(db: &mut Connection, identity: IdentityId) -> Result<()> {
    each!(db, c => diesel::delete(parked::table
        .filter(parked::identity_id.eq(identity.to_string()))
        .filter(parked::used_at.is_null()))
        .execute(c))?;
    Ok(())
}

/// Deletes at most `limit` that were void before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => parked::table
        .filter(parked::expires_at.lt(before.micros()))
        .limit(limit)
        .select(parked::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(parked::table.filter(parked::id.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<ParkedChange> {
    let wrong = |column| Error::impossible("parked_changes", column, &row.id);
    Ok(ParkedChange {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        identity: row.identity_id.parse().map_err(|_| wrong("identity_id"))?,
        session: row.session_id.parse().map_err(|_| wrong("session_id"))?,
        browser: TokenDigest::from_slice(&row.browser).ok_or_else(|| wrong("browser"))?,
        path: row.path.clone(),
        sealed: row.sealed.clone(),
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        used_at: row.used_at.map(Instant::from_micros),
    })
}

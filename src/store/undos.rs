//! What people may take back by a mailed link.

use diesel::prelude::*;

use super::schema::undos;
use super::{Connection, Error, Result, each};
use crate::model::{IdentityId, Instant, TokenDigest, Undo, UndoId};

const ADDRESS: &str = "address";
const DELETION: &str = "deletion";

#[derive(Queryable, Insertable)]
#[diesel(table_name = undos, treat_none_as_default_value = false)]
struct Row {
    id: String,
    digest: Vec<u8>,
    identity_id: String,
    kind: String,
    data: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

/// Writes a new one.
pub fn insert(db: &mut Connection, undo: &Undo) -> Result<()> {
    let row = Row {
        id: undo.id.to_string(),
        digest: undo.digest.as_bytes().to_vec(),
        identity_id: undo.identity.to_string(),
        kind: undo.undoing.kind().to_owned(),
        data: serde_json::to_string(&undo.undoing).map_err(|why| Error::Query(why.to_string()))?,
        created_at: undo.created_at.micros(),
        expires_at: undo.expires_at.micros(),
        used_at: undo.used_at.map(Instant::micros),
    };
    each!(db, c => diesel::insert_into(undos::table).values(&row).execute(c))?;
    Ok(())
}

/// The one of this digest, used and expired ones included.
pub fn find(db: &mut Connection, digest: &TokenDigest) -> Result<Option<Undo>> {
    let row: Option<Row> = each!(db, c => undos::table
        .filter(undos::digest.eq(digest.as_bytes().to_vec()))
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// The deletion of this person that can still be taken back, or is due.
pub fn find_deletion(db: &mut Connection, identity: IdentityId) -> Result<Option<Undo>> {
    let rows: Vec<Row> = each!(db, c => undos::table
        .filter(undos::identity_id.eq(identity.to_string()))
        .filter(undos::kind.eq(DELETION))
        .filter(undos::used_at.is_null())
        .load::<Row>(c))?;
    rows.into_iter().next().map(from_row).transpose()
}

/// Uses it, once: `false` if somebody was faster.
pub fn consume(db: &mut Connection, id: UndoId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(undos::table.find(id.to_string()))
        .filter(undos::used_at.is_null())
        .set(undos::used_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

/// Changes of the address that came since then can be taken back no more.
pub fn close_addresses(
    db: &mut Connection,
    identity: IdentityId,
    since: Instant,
    now: Instant,
) -> Result<()> {
    each!(db, c => diesel::update(undos::table)
        .filter(undos::identity_id.eq(identity.to_string()))
        .filter(undos::kind.eq(ADDRESS))
        .filter(undos::created_at.ge(since.micros()))
        .filter(undos::used_at.is_null())
        .set(undos::used_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// No deletion of this person is to happen any more: `false` if none was.
pub fn close_deletion(db: &mut Connection, identity: IdentityId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(undos::table)
        .filter(undos::identity_id.eq(identity.to_string()))
        .filter(undos::kind.eq(DELETION))
        .filter(undos::used_at.is_null())
        .set(undos::used_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed > 0)
}

/// At most `limit` deletions whose time has come.
pub fn due_deletions(db: &mut Connection, now: Instant, limit: i64) -> Result<Vec<Undo>> {
    let rows: Vec<Row> = each!(db, c => undos::table
        .filter(undos::kind.eq(DELETION))
        .filter(undos::expires_at.le(now.micros()))
        .filter(undos::used_at.is_null())
        .order(undos::expires_at.asc())
        .limit(limit)
        .load::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// Deletes at most `limit` that expired before `before`. A deletion that is due goes with its person.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let mut gone = 0;
    for kind in [ADDRESS, DELETION] {
        let is_over = undos::used_at.is_not_null().or(undos::kind.eq(ADDRESS));
        let old: Vec<String> = each!(db, c => undos::table
            .filter(undos::kind.eq(kind))
            .filter(undos::expires_at.lt(before.micros()))
            .filter(is_over)
            .limit(limit)
            .select(undos::id)
            .load::<String>(c))?;
        gone += each!(db, c => diesel::delete(undos::table.filter(undos::id.eq_any(&old))).execute(c))?;
    }
    Ok(gone)
}

fn from_row(row: Row) -> Result<Undo> {
    let wrong = |column| Error::impossible("undos", column, &row.id);
    Ok(Undo {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        digest: TokenDigest::from_slice(&row.digest).ok_or_else(|| wrong("digest"))?,
        identity: row.identity_id.parse().map_err(|_| wrong("identity_id"))?,
        undoing: serde_json::from_str(&row.data).map_err(|_| wrong("data"))?,
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        used_at: row.used_at.map(Instant::from_micros),
    })
}

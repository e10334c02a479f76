//! Which assertions of clients were used (RFC 7523 3): each one once, over all processes.

use diesel::prelude::*;

use super::schema::client_assertions as assertions;
use super::{Connection, Result, each};
use crate::model::Instant;

/// Uses an assertion, once: `false` if it was used before. `digest` stands for the client and the `jti`.
pub fn spend(db: &mut Connection, digest: &[u8; 32], client_id: &str, expires_at: Instant) -> Result<bool> {
    let inserted = each!(db, c => diesel::insert_into(assertions::table)
        .values((
            assertions::digest.eq(digest.to_vec()),
            assertions::client_id.eq(client_id),
            assertions::expires_at.eq(expires_at.micros()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Deletes at most `limit` assertions that expired before `before`: they are refused for their age then.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<Vec<u8>> = each!(db, c => assertions::table
        .filter(assertions::expires_at.lt(before.micros()))
        .limit(limit)
        .select(assertions::digest)
        .load::<Vec<u8>>(c))?;
    each!(db, c => diesel::delete(assertions::table.filter(assertions::digest.eq_any(&old))).execute(c))
}

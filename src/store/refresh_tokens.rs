//! Refresh tokens, one row per generation.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::kept::Kept;
use super::schema::refresh_tokens as tokens;
use super::{Connection, Error, Result, each};
use crate::model::{Instant, RefreshToken, RefreshTokenId, TokenDigest};

#[derive(Queryable, Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
struct Row {
    id: String,
    digest: Vec<u8>,
    grant_id: String,
    generation: i64,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

/// Writes a new token.
pub fn insert(db: &mut Connection, token: &RefreshToken) -> Result<()> {
    let row = Row {
        id: token.id.to_string(),
        digest: token.digest.as_bytes().to_vec(),
        grant_id: token.grant.to_string(),
        generation: token.generation,
        created_at: token.created_at.micros(),
        expires_at: token.expires_at.micros(),
        used_at: token.used_at.map(Instant::micros),
    };
    each!(db, c => diesel::insert_into(tokens::table).values(&row).execute(c))?;
    Ok(())
}

/// The token of this digest, dead ones included.
pub fn find(db: &mut Connection, digest: &TokenDigest) -> Result<Option<RefreshToken>> {
    let row: Option<Row> = each!(db, c => tokens::table
        .filter(tokens::digest.eq(digest.as_bytes().to_vec()))
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// Spends the token, once: `false` if somebody was faster or it is expired.
pub fn consume(db: &mut Connection, id: RefreshTokenId, now: Instant) -> Result<bool> {
    let text = &[
        "UPDATE refresh_tokens SET used_at = ",
        " WHERE id = ",
        " AND used_at IS NULL AND expires_at > ",
        "",
    ];
    let (id, now) = (id.to_string().into_sql::<Text>(), now.micros().into_sql::<BigInt>());
    let changed = each!(db, c => Kept { text, values: &[&now, &id, &now] }.execute(c))?;
    Ok(changed == 1)
}

/// Deletes at most `limit` tokens that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => tokens::table
        .filter(tokens::expires_at.lt(before.micros()))
        .limit(limit)
        .select(tokens::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(tokens::table.filter(tokens::id.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<RefreshToken> {
    let wrong = |column| Error::impossible("refresh_tokens", column, &row.id);
    Ok(RefreshToken {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        digest: TokenDigest::from_slice(&row.digest).ok_or_else(|| wrong("digest"))?,
        grant: row.grant_id.parse().map_err(|_| wrong("grant_id"))?,
        generation: row.generation,
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        used_at: row.used_at.map(Instant::from_micros),
    })
}

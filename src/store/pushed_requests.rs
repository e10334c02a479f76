//! Authorization requests that clients pushed and that wait for their browser (RFC 9126).

use diesel::prelude::*;

use super::schema::pushed_requests as pushed;
use super::{Connection, Error, Result, each};
use crate::model::{AuthorizationRequestId, Instant, PushedRequest, TokenDigest};

#[derive(Queryable, Insertable)]
#[diesel(table_name = pushed, treat_none_as_default_value = false)]
struct Row {
    digest: Vec<u8>,
    client_id: String,
    parameters: String,
    request_id: Option<String>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

/// Writes a new one.
pub fn insert(db: &mut Connection, request: &PushedRequest) -> Result<()> {
    let row = Row {
        digest: request.digest.as_bytes().to_vec(),
        client_id: request.client_id.clone(),
        parameters: serde_json::to_string(&request.parameters)
            .map_err(|why| Error::Query(why.to_string()))?,
        request_id: None,
        created_at: request.created_at.micros(),
        expires_at: request.expires_at.micros(),
        used_at: None,
    };
    each!(db, c => diesel::insert_into(pushed::table).values(&row).execute(c))?;
    Ok(())
}

/// The one of this digest, used and expired ones included.
pub fn find(db: &mut Connection, digest: &TokenDigest) -> Result<Option<PushedRequest>> {
    let row: Option<Row> = each!(db, c => pushed::table
        .find(digest.as_bytes().to_vec())
        .get_result::<Row>(c)
        .optional())?;
    row.map(|row| from_row(*digest, row)).transpose()
}

/// Uses it for this authorization request, once: `false` if it was used, is too old, or is another client's.
pub fn consume(
    db: &mut Connection,
    digest: &TokenDigest,
    client_id: &str,
    request: AuthorizationRequestId,
    now: Instant,
) -> Result<bool> {
    let changed = each!(db, c => diesel::update(pushed::table.find(digest.as_bytes().to_vec()))
        .filter(pushed::client_id.eq(client_id))
        .filter(pushed::used_at.is_null())
        .filter(pushed::expires_at.gt(now.micros()))
        .set((pushed::used_at.eq(now.micros()), pushed::request_id.eq(request.to_string())))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes at most `limit` that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<Vec<u8>> = each!(db, c => pushed::table
        .filter(pushed::expires_at.lt(before.micros()))
        .limit(limit)
        .select(pushed::digest)
        .load::<Vec<u8>>(c))?;
    each!(db, c => diesel::delete(pushed::table.filter(pushed::digest.eq_any(&old))).execute(c))
}

fn from_row(digest: TokenDigest, row: Row) -> Result<PushedRequest> {
    // The digest is no secret, and finds the row; the client says whom to ask.
    let wrong = |column| Error::impossible("pushed_requests", column, &row.client_id);
    Ok(PushedRequest {
        digest,
        parameters: serde_json::from_str(&row.parameters).map_err(|_| wrong("parameters"))?,
        used_for: row.request_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("request_id"))?,
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        client_id: row.client_id,
    })
}

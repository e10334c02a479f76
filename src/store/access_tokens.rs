//! Opaque access tokens. (JWTs are not stored.)

use diesel::prelude::*;

use super::schema::{access_tokens as tokens, grants, identities, sessions};
use super::{Connection, Error, Result, each};
use crate::model::{AccessToken, GrantId, Instant, Scope, TokenDigest};

#[derive(Queryable, Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
struct Row {
    digest: Vec<u8>,
    grant_id: Option<String>,
    client_id: String,
    identity_id: Option<String>,
    scope: String,
    audience: String,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

/// Writes a new token.
pub fn insert(db: &mut Connection, token: &AccessToken) -> Result<()> {
    let row = Row {
        digest: token.digest.as_bytes().to_vec(),
        grant_id: token.grant.map(|id| id.to_string()),
        client_id: token.client_id.clone(),
        identity_id: token.identity.map(|id| id.to_string()),
        scope: token.scope.to_string(),
        audience: serde_json::to_string(&token.audience).map_err(|why| Error::Query(why.to_string()))?,
        created_at: token.created_at.micros(),
        expires_at: token.expires_at.micros(),
        revoked_at: None,
    };
    each!(db, c => diesel::insert_into(tokens::table).values(&row).execute(c))?;
    Ok(())
}

/// The token of this digest, if it may be used: neither expired nor revoked, and (if it follows from a grant) the
/// grant has not ended, its person is active, and its session lives unless the grant is offline. One query.
pub fn standing(db: &mut Connection, digest: &TokenDigest, now: Instant) -> Result<Option<AccessToken>> {
    let now = now.micros();
    let row: Option<Row> = each!(db, c => tokens::table
        .left_join(grants::table.on(tokens::grant_id.eq(grants::id.nullable())))
        .left_join(identities::table.on(identities::id.eq(grants::identity_id)))
        .left_join(sessions::table.on(sessions::id.eq(grants::session_id)))
        .filter(tokens::digest.eq(digest.as_bytes().to_vec()))
        .filter(tokens::revoked_at.is_null())
        .filter(tokens::expires_at.gt(now))
        .filter(tokens::grant_id.is_null().or(grants::ended_at.is_null()
            .and(identities::state.eq("active"))
            .and(grants::offline.eq(true).or(sessions::ended_at.is_null()
                .and(sessions::idle_expires_at.gt(now))
                .and(sessions::expires_at.gt(now))))))
        .select(tokens::all_columns)
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// Revokes the token if it is the client's.
pub fn revoke(db: &mut Connection, digest: &TokenDigest, client_id: &str, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(tokens::table.find(digest.as_bytes().to_vec()))
        .filter(tokens::client_id.eq(client_id))
        .filter(tokens::revoked_at.is_null())
        .set(tokens::revoked_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes at most `limit` tokens that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<Vec<u8>> = each!(db, c => tokens::table
        .filter(tokens::expires_at.lt(before.micros()))
        .limit(limit)
        .select(tokens::digest)
        .load::<Vec<u8>>(c))?;
    each!(db, c => diesel::delete(tokens::table.filter(tokens::digest.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<AccessToken> {
    let wrong = |column| Error::impossible("access_tokens", column, &row.client_id);
    let grant: Option<GrantId> =
        row.grant_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("grant_id"))?;
    Ok(AccessToken {
        digest: TokenDigest::from_slice(&row.digest).ok_or_else(|| wrong("digest"))?,
        grant,
        client_id: row.client_id.clone(),
        identity: row.identity_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("identity_id"))?,
        scope: Scope::parse(&row.scope).map_err(|_| wrong("scope"))?,
        audience: serde_json::from_str(&row.audience).map_err(|_| wrong("audience"))?,
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
    })
}

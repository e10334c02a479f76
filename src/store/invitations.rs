//! Invitations. The row knows the digest of the link's token only.

use diesel::prelude::*;

use super::schema::invitations;
use super::{Connection, Error, Result, each};
use crate::model::{IdentityId, Instant, Invitation, InvitationId, TokenDigest};

#[derive(Queryable, Insertable)]
#[diesel(table_name = invitations, treat_none_as_default_value = false)]
struct Row {
    id: String,
    address: String,
    canonical: String,
    schema_id: String,
    traits: String,
    client_id: Option<String>,
    return_to: Option<String>,
    link_digest: Vec<u8>,
    created_at: i64,
    expires_at: i64,
    accepted_at: Option<i64>,
    revoked_at: Option<i64>,
    identity_id: Option<String>,
}

/// Writes a new one.
pub fn insert(db: &mut Connection, invitation: &Invitation) -> Result<()> {
    let row = Row {
        id: invitation.id.to_string(),
        address: invitation.address.clone(),
        canonical: invitation.canonical.clone(),
        schema_id: invitation.schema_id.clone(),
        traits: invitation.traits.to_string(),
        client_id: invitation.client_id.clone(),
        return_to: invitation.return_to.clone(),
        link_digest: invitation.link.as_bytes().to_vec(),
        created_at: invitation.created_at.micros(),
        expires_at: invitation.expires_at.micros(),
        accepted_at: invitation.accepted_at.map(Instant::micros),
        revoked_at: invitation.revoked_at.map(Instant::micros),
        identity_id: invitation.identity.map(|id| id.to_string()),
    };
    each!(db, c => diesel::insert_into(invitations::table).values(&row).execute(c))?;
    Ok(())
}

/// The one of this id.
pub fn find(db: &mut Connection, id: InvitationId) -> Result<Option<Invitation>> {
    let row: Option<Row> =
        each!(db, c => invitations::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(from_row).transpose()
}

/// The one whose link carries this token.
pub fn find_by_link(db: &mut Connection, link: &TokenDigest) -> Result<Option<Invitation>> {
    let row: Option<Row> = each!(db, c => invitations::table
        .filter(invitations::link_digest.eq(link.as_bytes().to_vec()))
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// Invitations, the newest first, after the one of this age and id.
pub fn list(
    db: &mut Connection,
    after: Option<(Instant, InvitationId)>,
    limit: i64,
) -> Result<Vec<Invitation>> {
    let (at, id) = after.map_or((i64::MAX, String::new()), |(at, id)| (at.micros(), id.to_string()));
    let rows: Vec<Row> = each!(db, c => {
        let mut query = invitations::table.filter(invitations::created_at.le(at)).into_boxed();
        if after.is_some() {
            query = query.filter(invitations::created_at.lt(at).or(invitations::id.lt(id)));
        }
        query.order((invitations::created_at.desc(), invitations::id.desc())).limit(limit).load::<Row>(c)
    })?;
    rows.into_iter().map(from_row).collect()
}

/// Uses it, once: `false` if it opens nothing any more.
pub fn accept(db: &mut Connection, id: InvitationId, identity: IdentityId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(invitations::table.find(id.to_string()))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(now.micros()))
        .set((
            invitations::accepted_at.eq(now.micros()),
            invitations::identity_id.eq(identity.to_string()),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// Takes it back: `false` if it opens nothing any more.
pub fn revoke(db: &mut Connection, id: InvitationId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(invitations::table.find(id.to_string()))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(now.micros()))
        .set(invitations::revoked_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

/// Takes all open ones for an address back; answers how many.
pub fn revoke_of_address(db: &mut Connection, canonical: &str, now: Instant) -> Result<usize> {
    each!(db, c => diesel::update(invitations::table)
        .filter(invitations::canonical.eq(canonical))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(now.micros()))
        .set(invitations::revoked_at.eq(now.micros()))
        .execute(c))
}

/// Deletes at most `limit` that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => invitations::table
        .filter(invitations::expires_at.lt(before.micros()))
        .limit(limit)
        .select(invitations::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(invitations::table.filter(invitations::id.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<Invitation> {
    let wrong = |column| Error::impossible("invitations", column, &row.id);
    Ok(Invitation {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        address: row.address.clone(),
        canonical: row.canonical.clone(),
        schema_id: row.schema_id.clone(),
        traits: serde_json::from_str(&row.traits).map_err(|_| wrong("traits"))?,
        client_id: row.client_id.clone(),
        return_to: row.return_to.clone(),
        link: TokenDigest::from_slice(&row.link_digest).ok_or_else(|| wrong("link_digest"))?,
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        accepted_at: row.accepted_at.map(Instant::from_micros),
        revoked_at: row.revoked_at.map(Instant::from_micros),
        identity: row.identity_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("identity_id"))?,
    })
}

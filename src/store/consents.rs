//! What a person has allowed a client once and for all.

use diesel::prelude::*;

use super::schema::consents;
use super::{Connection, Error, Result, each};
use crate::model::{IdentityId, Instant, Scope};

/// What a person has allowed a client once and for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Whom.
    pub client_id: String,
    /// What.
    pub scope: Scope,
    /// When for the first time.
    pub created_at: Instant,
    /// When it was last added to.
    pub updated_at: Instant,
}

/// Everything that the person has allowed, by the ids of the clients.
pub fn list_of(db: &mut Connection, identity: IdentityId) -> Result<Vec<Remembered>> {
    type Found = (String, String, i64, i64);
    let rows: Vec<Found> = each!(db, c => consents::table
        .filter(consents::identity_id.eq(identity.to_string()))
        .order(consents::client_id.asc())
        .select((consents::client_id, consents::scope, consents::created_at, consents::updated_at))
        .load::<Found>(c))?;
    rows.into_iter()
        .map(|(client_id, scope, created, updated)| {
            let scope = Scope::parse(&scope)
                .map_err(|_| Error::impossible("consents", "scope", &format!("{identity} {client_id}")))?;
            let (created_at, updated_at) = (Instant::from_micros(created), Instant::from_micros(updated));
            Ok(Remembered { client_id, scope, created_at, updated_at })
        })
        .collect()
}

/// What the person has allowed the client.
pub fn find(db: &mut Connection, identity: IdentityId, client_id: &str) -> Result<Option<Scope>> {
    let scope: Option<String> = each!(db, c => consents::table
        .find((identity.to_string(), client_id))
        .select(consents::scope)
        .get_result::<String>(c)
        .optional())?;
    scope
        .map(|scope| {
            Scope::parse(&scope)
                .map_err(|_| Error::impossible("consents", "scope", &format!("{identity} {client_id}")))
        })
        .transpose()
}

/// Writes what the person allows the client from now on.
pub fn upsert(
    db: &mut Connection,
    identity: IdentityId,
    client_id: &str,
    scope: &Scope,
    now: Instant,
) -> Result<()> {
    let scope = scope.to_string();
    each!(db, c => diesel::insert_into(consents::table)
        .values((
            consents::identity_id.eq(identity.to_string()),
            consents::client_id.eq(client_id),
            consents::scope.eq(&scope),
            consents::created_at.eq(now.micros()),
            consents::updated_at.eq(now.micros()),
        ))
        .on_conflict((consents::identity_id, consents::client_id))
        .do_update()
        .set((consents::scope.eq(&scope), consents::updated_at.eq(now.micros())))
        .execute(c))?;
    Ok(())
}

/// Forgets what the person has allowed the client: `false` if there was nothing.
pub fn delete(db: &mut Connection, identity: IdentityId, client_id: &str) -> Result<bool> {
    let changed = each!(db, c => diesel::delete(consents::table.find((identity.to_string(), client_id)))
        .execute(c))?;
    Ok(changed == 1)
}

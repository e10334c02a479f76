//! The grants of a person that may be used now, as that person sees them.

use diesel::prelude::*;

use crate::model::{GrantId, IdentityId, Instant, Scope};
use crate::store::schema::{grants, refresh_tokens, sessions};
use crate::store::{Connection, Error, Result, each};

/// A grant that may be used now, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Living {
    /// Which.
    pub id: GrantId,
    /// To whom.
    pub client_id: String,
    /// What.
    pub scope: Scope,
    /// Whether it outlives its session.
    pub offline: bool,
    /// When it was given.
    pub created_at: Instant,
    /// The end that no refresh moves.
    pub expires_at: Instant,
    /// When tokens were last made from it.
    pub refreshed_at: Instant,
}

/// The grants of a person that may be used now, the oldest first, at most `limit`.
pub fn living_of(db: &mut Connection, identity: IdentityId, now: Instant, limit: i64) -> Result<Vec<Living>> {
    type Found = (String, String, String, bool, i64, i64);
    let now = now.micros();
    let rows: Vec<Found> = each!(db, c => grants::table
        .left_join(sessions::table.on(sessions::id.eq(grants::session_id)))
        .filter(grants::identity_id.eq(identity.to_string()))
        .filter(grants::ended_at.is_null())
        .filter(grants::expires_at.gt(now))
        .filter(grants::offline.eq(true).or(sessions::ended_at.is_null()
            .and(sessions::idle_expires_at.gt(now))
            .and(sessions::expires_at.gt(now))))
        .order((grants::created_at.asc(), grants::id.asc()))
        .limit(limit)
        .select((
            grants::id,
            grants::client_id,
            grants::scope,
            grants::offline,
            grants::created_at,
            grants::expires_at,
        ))
        .load::<Found>(c))?;
    let ids: Vec<&str> = rows.iter().map(|(id, ..)| id.as_str()).collect();
    let newest: Vec<(String, Option<i64>)> = each!(db, c => refresh_tokens::table
        .filter(refresh_tokens::grant_id.eq_any(&ids))
        .group_by(refresh_tokens::grant_id)
        .select((refresh_tokens::grant_id, diesel::dsl::max(refresh_tokens::created_at)))
        .load::<(String, Option<i64>)>(c))?;
    rows.iter()
        .map(|(id, client_id, scope, offline, created_at, expires_at)| {
            let wrong = |column| Error::impossible("grants", column, id);
            let refreshed = newest.iter().find(|(of, _)| of == id).and_then(|(_, at)| *at);
            Ok(Living {
                id: id.parse().map_err(|_| wrong("id"))?,
                client_id: client_id.clone(),
                scope: Scope::parse(scope).map_err(|_| wrong("scope"))?,
                offline: *offline,
                created_at: Instant::from_micros(*created_at),
                expires_at: Instant::from_micros(*expires_at),
                refreshed_at: Instant::from_micros(refreshed.unwrap_or(*created_at)),
            })
        })
        .collect()
}

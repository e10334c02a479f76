//! The event log: facts, written in the transaction that made them true.

use diesel::prelude::*;

use super::schema::events;
use super::{Connection, Result, each};
use crate::model::{Event, EventId, Instant, Origin, RequestId};

/// Writes one fact.
pub fn insert(
    db: &mut Connection,
    id: EventId,
    at: Instant,
    origin: Origin,
    request: Option<RequestId>,
    peer: Option<&str>,
    event: &Event,
) -> Result<()> {
    each!(db, c => diesel::insert_into(events::table)
        .values((
            events::id.eq(id.to_string()),
            events::at.eq(at.micros()),
            events::kind.eq(event.kind),
            events::origin.eq(origin.name()),
            events::identity_id.eq(event.identity.map(|id| id.to_string())),
            events::session_id.eq(event.session.map(|id| id.to_string())),
            events::client_id.eq(event.client_id.as_deref()),
            events::request_id.eq(request.map(|id| id.to_string())),
            events::peer.eq(peer),
            events::data.eq(event.data.to_string()),
        ))
        .execute(c))?;
    Ok(())
}

/// The kinds of the facts about an identity, oldest first.
pub fn kinds_of(db: &mut Connection, identity: crate::model::IdentityId) -> Result<Vec<String>> {
    each!(db, c => events::table
        .filter(events::identity_id.eq(identity.to_string()))
        .order((events::at.asc(), events::id.asc()))
        .select(events::kind)
        .load::<String>(c))
}

/// How many facts there are of this kind.
#[cfg(test)]
pub fn count_of(db: &mut Connection, kind: &str) -> Result<i64> {
    each!(db, c => events::table.filter(events::kind.eq(kind)).count().get_result::<i64>(c))
}

/// Deletes at most `limit` facts older than `before`.
pub fn delete_older(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => events::table
        .filter(events::at.lt(before.micros()))
        .limit(limit)
        .select(events::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(events::table.filter(events::id.eq_any(&old))).execute(c))
}

//! The event log: facts, written in the transaction that made them true.

use diesel::prelude::*;

use super::identities::ROWS;
use super::schema::events;
use super::{Connection, Error, Result, each};
use crate::model::{Event, EventId, IdentityId, Instant, Origin, RecordedEvent, RequestId, SessionId};

/// What is asked of the log.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only about this identity.
    pub identity: Option<IdentityId>,
    /// Only of these kinds; of all, if there is none.
    pub kinds: Vec<String>,
    /// Not before this.
    pub since: Option<Instant>,
    /// Before this.
    pub until: Option<Instant>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct Row {
    id: String,
    at: i64,
    kind: String,
    origin: String,
    identity_id: Option<String>,
    session_id: Option<String>,
    client_id: Option<String>,
    request_id: Option<String>,
    peer: Option<String>,
    data: String,
}

/// Who brought facts about, and when.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// When.
    pub at: Instant,
    /// Who, by kind.
    pub origin: Origin,
    /// By which request.
    pub request: Option<RequestId>,
    /// From where.
    pub peer: Option<&'a str>,
}

/// Writes many facts.
pub fn insert_all(db: &mut Connection, cause: Cause<'_>, new: &[(EventId, Event)]) -> Result<()> {
    let rows: Vec<Row> = new
        .iter()
        .map(|(id, event)| Row {
            id: id.to_string(),
            at: cause.at.micros(),
            kind: event.kind.to_owned(),
            origin: cause.origin.name().to_owned(),
            identity_id: event.identity.map(|id| id.to_string()),
            session_id: event.session.map(|id| id.to_string()),
            client_id: event.client_id.clone(),
            request_id: cause.request.map(|id| id.to_string()),
            peer: cause.peer.map(str::to_owned),
            data: event.data.to_string(),
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        each!(db, c => diesel::insert_into(events::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Writes one fact, with a statement that is kept prepared.
pub fn insert(db: &mut Connection, cause: Cause<'_>, id: EventId, event: &Event) -> Result<()> {
    each!(db, c => diesel::insert_into(events::table)
        .values((
            events::id.eq(id.to_string()),
            events::at.eq(cause.at.micros()),
            events::kind.eq(event.kind),
            events::origin.eq(cause.origin.name()),
            events::identity_id.eq(event.identity.map(|id| id.to_string())),
            events::session_id.eq(event.session.map(|id| id.to_string())),
            events::client_id.eq(event.client_id.as_deref()),
            events::request_id.eq(cause.request.map(|id| id.to_string())),
            events::peer.eq(cause.peer),
            events::data.eq(event.data.to_string()),
        ))
        .execute(c))?;
    Ok(())
}

/// The kinds of the facts about an identity, oldest first.
pub fn kinds_of(db: &mut Connection, identity: IdentityId) -> Result<Vec<String>> {
    each!(db, c => events::table
        .filter(events::identity_id.eq(identity.to_string()))
        .order((events::at.asc(), events::id.asc()))
        .select(events::kind)
        .load::<String>(c))
}

/// Whether there is a fact of this kind about an identity.
pub fn is_there(db: &mut Connection, identity: IdentityId, kind: &str) -> Result<bool> {
    each!(db, c => diesel::select(diesel::dsl::exists(
            events::table.filter(events::identity_id.eq(identity.to_string())).filter(events::kind.eq(kind)),
        ))
        .get_result::<bool>(c))
}

/// A fact as it is read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// When.
    pub at: Instant,
    /// Its stable name.
    pub kind: String,
    /// Who brought it about, by name.
    pub origin: String,
    /// In which session.
    pub session: Option<SessionId>,
    /// For which client.
    pub client_id: Option<String>,
    /// From which address of the network.
    pub peer: Option<String>,
    /// What else is known, as JSON.
    pub data: serde_json::Value,
}

/// The facts about an identity since then, the newest first, at most `limit`.
pub fn list_of(db: &mut Connection, identity: IdentityId, since: Instant, limit: i64) -> Result<Vec<Fact>> {
    type Found = (i64, String, String, Option<String>, Option<String>, Option<String>, String);
    let rows: Vec<Found> = each!(db, c => events::table
        .filter(events::identity_id.eq(identity.to_string()))
        .filter(events::at.ge(since.micros()))
        .order((events::at.desc(), events::id.desc()))
        .limit(limit)
        .select((
            events::at,
            events::kind,
            events::origin,
            events::session_id,
            events::client_id,
            events::peer,
            events::data,
        ))
        .load::<Found>(c))?;
    rows.into_iter()
        .map(|(at, kind, origin, session, client_id, peer, data)| {
            let wrong = |column| Error::impossible("events", column, &format!("{kind} at {at}"));
            Ok(Fact {
                at: Instant::from_micros(at),
                session: session.as_deref().map(str::parse).transpose().map_err(|_| wrong("session_id"))?,
                data: serde_json::from_str(&data).map_err(|_| wrong("data"))?,
                kind: kind.clone(),
                origin,
                client_id,
                peer,
            })
        })
        .collect()
}

/// How many facts there are of this kind.
#[cfg(test)]
pub fn count_of(db: &mut Connection, kind: &str) -> Result<i64> {
    each!(db, c => events::table.filter(events::kind.eq(kind)).count().get_result::<i64>(c))
}

/// Facts, the newest first, at most `limit`, after the one that `after` names by its instant and id.
pub fn list(
    db: &mut Connection,
    wanted: &Wanted,
    after: Option<(Instant, EventId)>,
    limit: i64,
) -> Result<Vec<RecordedEvent>> {
    let rows: Vec<Row> = each!(db, c => {
        let mut query = events::table.into_boxed();
        if let Some((at, id)) = after {
            query = query.filter(
                events::at.lt(at.micros()).or(events::at.eq(at.micros()).and(events::id.lt(id.to_string()))),
            );
        }
        if let Some(identity) = wanted.identity {
            query = query.filter(events::identity_id.eq(identity.to_string()));
        }
        if !wanted.kinds.is_empty() {
            query = query.filter(events::kind.eq_any(wanted.kinds.clone()));
        }
        if let Some(since) = wanted.since {
            query = query.filter(events::at.ge(since.micros()));
        }
        if let Some(until) = wanted.until {
            query = query.filter(events::at.lt(until.micros()));
        }
        query.order((events::at.desc(), events::id.desc())).limit(limit).load::<Row>(c)
    })?;
    rows.into_iter().map(from_row).collect()
}

fn from_row(row: Row) -> Result<RecordedEvent> {
    let wrong = |column| Error::impossible("events", column, &row.id);
    Ok(RecordedEvent {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        at: Instant::from_micros(row.at),
        kind: row.kind.clone(),
        origin: row.origin.clone(),
        identity: row.identity_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("identity_id"))?,
        session: row.session_id.clone(),
        client_id: row.client_id.clone(),
        request: row.request_id.clone(),
        peer: row.peer.clone(),
        data: serde_json::from_str(&row.data).map_err(|_| wrong("data"))?,
    })
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

//! Browser sessions.

use diesel::prelude::*;

use super::schema::{identities, sessions};
use super::{Connection, Error, Result, each};
use crate::model::{Assurance, IdentityId, Instant, Session, SessionId, TokenDigest};

#[derive(Queryable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
struct Row {
    id: String,
    token_digest: Vec<u8>,
    identity_id: String,
    browser: Vec<u8>,
    aal: String,
    amr: String,
    user_agent: String,
    peer: String,
    created_at: i64,
    authenticated_at: i64,
    last_seen_at: i64,
    idle_expires_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
}

/// Writes a new session; its token is known by digest only.
pub fn insert(db: &mut Connection, session: &Session, token: &TokenDigest) -> Result<()> {
    let row = Row {
        id: session.id.to_string(),
        token_digest: token.as_bytes().to_vec(),
        identity_id: session.identity.to_string(),
        browser: session.browser.as_bytes().to_vec(),
        aal: session.assurance.name().to_owned(),
        amr: session.amr.join(" "),
        user_agent: session.user_agent.clone(),
        peer: session.peer.clone(),
        created_at: session.created_at.micros(),
        authenticated_at: session.authenticated_at.micros(),
        last_seen_at: session.last_seen_at.micros(),
        idle_expires_at: session.idle_expires_at.micros(),
        expires_at: session.expires_at.micros(),
        ended_at: session.ended_at.map(Instant::micros),
    };
    each!(db, c => diesel::insert_into(sessions::table).values(&row).execute(c))?;
    Ok(())
}

/// The session of this token, if it lives and its identity is active.
pub fn find_alive(db: &mut Connection, token: &TokenDigest, now: Instant) -> Result<Option<Session>> {
    let row: Option<Row> = each!(db, c => sessions::table
        .inner_join(identities::table.on(identities::id.eq(sessions::identity_id)))
        .filter(sessions::token_digest.eq(token.as_bytes().to_vec()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::idle_expires_at.gt(now.micros()))
        .filter(sessions::expires_at.gt(now.micros()))
        .filter(identities::state.eq("active"))
        .select(sessions::all_columns)
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// The session of this id, ended ones included.
pub fn find(db: &mut Connection, id: SessionId) -> Result<Option<Session>> {
    let row: Option<Row> =
        each!(db, c => sessions::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(from_row).transpose()
}

/// The living sessions of an identity, newest first.
pub fn alive_of(db: &mut Connection, identity: IdentityId, now: Instant, limit: i64) -> Result<Vec<Session>> {
    let rows: Vec<Row> = each!(db, c => sessions::table
        .filter(sessions::identity_id.eq(identity.to_string()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::idle_expires_at.gt(now.micros()))
        .filter(sessions::expires_at.gt(now.micros()))
        .order((sessions::created_at.desc(), sessions::id.desc()))
        .limit(limit)
        .load::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// Sessions of an identity, the newest first, at most `limit`, after the one of this age and id; with `alive` only the
/// living or only the others.
pub fn list_of(
    db: &mut Connection,
    identity: IdentityId,
    alive: Option<bool>,
    now: Instant,
    after: Option<(Instant, SessionId)>,
    limit: i64,
) -> Result<Vec<Session>> {
    let rows: Vec<Row> = each!(db, c => {
        let mut query = sessions::table.filter(sessions::identity_id.eq(identity.to_string())).into_boxed();
        if let Some((at, id)) = after {
            query = query.filter(
                sessions::created_at
                    .lt(at.micros())
                    .or(sessions::created_at.eq(at.micros()).and(sessions::id.lt(id.to_string()))),
            );
        }
        match alive {
            Some(true) => {
                query = query.filter(
                    sessions::ended_at
                        .is_null()
                        .and(sessions::idle_expires_at.gt(now.micros()))
                        .and(sessions::expires_at.gt(now.micros())),
                );
            }
            Some(false) => {
                query = query.filter(
                    sessions::ended_at
                        .is_not_null()
                        .or(sessions::idle_expires_at.le(now.micros()))
                        .or(sessions::expires_at.le(now.micros())),
                );
            }
            None => {}
        }
        query.order((sessions::created_at.desc(), sessions::id.desc())).limit(limit).load::<Row>(c)
    })?;
    rows.into_iter().map(from_row).collect()
}

/// All sessions, the newest first, at most `limit`, after the one of this age and id; with `alive` only the living or only
/// the others.
pub fn list(
    db: &mut Connection,
    alive: Option<bool>,
    now: Instant,
    after: Option<(Instant, SessionId)>,
    limit: i64,
) -> Result<Vec<Session>> {
    let (at, id) = after.map_or((i64::MAX, String::new()), |(at, id)| (at.micros(), id.to_string()));
    let rows: Vec<Row> = each!(db, c => {
        let mut query = sessions::table.filter(sessions::created_at.le(at)).into_boxed();
        if after.is_some() {
            query = query.filter(sessions::created_at.lt(at).or(sessions::id.lt(id)));
        }
        match alive {
            Some(true) => {
                query = query.filter(
                    sessions::ended_at
                        .is_null()
                        .and(sessions::idle_expires_at.gt(now.micros()))
                        .and(sessions::expires_at.gt(now.micros())),
                );
            }
            Some(false) => {
                query = query.filter(
                    sessions::ended_at
                        .is_not_null()
                        .or(sessions::idle_expires_at.le(now.micros()))
                        .or(sessions::expires_at.le(now.micros())),
                );
            }
            None => {}
        }
        query.order((sessions::created_at.desc(), sessions::id.desc())).limit(limit).load::<Row>(c)
    })?;
    rows.into_iter().map(from_row).collect()
}

/// Prolongs a living session: `false` if it is none.
pub fn extend(
    db: &mut Connection,
    id: SessionId,
    now: Instant,
    idle_expires_at: Instant,
    expires_at: Instant,
) -> Result<bool> {
    let changed = each!(db, c => diesel::update(sessions::table.find(id.to_string()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::idle_expires_at.gt(now.micros()))
        .filter(sessions::expires_at.gt(now.micros()))
        .set((
            sessions::idle_expires_at.eq(idle_expires_at.micros()),
            sessions::expires_at.eq(expires_at.micros()),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes a session.
pub fn delete(db: &mut Connection, id: SessionId) -> Result<bool> {
    let changed = each!(db, c => diesel::delete(sessions::table.find(id.to_string())).execute(c))?;
    Ok(changed == 1)
}

/// Notes that the session was used.
pub fn touch(db: &mut Connection, id: SessionId, now: Instant, idle_expires_at: Instant) -> Result<()> {
    each!(db, c => diesel::update(sessions::table.find(id.to_string()))
        .set((sessions::last_seen_at.eq(now.micros()), sessions::idle_expires_at.eq(idle_expires_at.micros())))
        .execute(c))?;
    Ok(())
}

/// The person has shown who they are again, in the same session, which gets a new token.
pub fn renew(db: &mut Connection, session: &Session, token: &TokenDigest) -> Result<()> {
    each!(db, c => diesel::update(sessions::table.find(session.id.to_string()))
        .set((
            sessions::token_digest.eq(token.as_bytes().to_vec()),
            sessions::browser.eq(session.browser.as_bytes().to_vec()),
            sessions::aal.eq(session.assurance.name()),
            sessions::amr.eq(session.amr.join(" ")),
            sessions::authenticated_at.eq(session.authenticated_at.micros()),
            sessions::last_seen_at.eq(session.last_seen_at.micros()),
            sessions::idle_expires_at.eq(session.idle_expires_at.micros()),
            sessions::expires_at.eq(session.expires_at.micros()),
        ))
        .execute(c))?;
    Ok(())
}

/// Ends one session: `false` if it had ended.
pub fn end(db: &mut Connection, id: SessionId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(sessions::table.find(id.to_string()))
        .filter(sessions::ended_at.is_null())
        .set(sessions::ended_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes at most `limit` sessions that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => sessions::table
        .filter(sessions::expires_at.lt(before.micros()))
        .limit(limit)
        .select(sessions::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(sessions::table.filter(sessions::id.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<Session> {
    let wrong = |column| Error::impossible("sessions", column, &row.id);
    Ok(Session {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        identity: row.identity_id.parse().map_err(|_| wrong("identity_id"))?,
        browser: TokenDigest::from_slice(&row.browser).ok_or_else(|| wrong("browser"))?,
        assurance: Assurance::parse(&row.aal).ok_or_else(|| wrong("aal"))?,
        amr: row.amr.split_ascii_whitespace().map(str::to_owned).collect(),
        user_agent: row.user_agent.clone(),
        peer: row.peer.clone(),
        created_at: Instant::from_micros(row.created_at),
        authenticated_at: Instant::from_micros(row.authenticated_at),
        last_seen_at: Instant::from_micros(row.last_seen_at),
        idle_expires_at: Instant::from_micros(row.idle_expires_at),
        expires_at: Instant::from_micros(row.expires_at),
        ended_at: row.ended_at.map(Instant::from_micros),
    })
}

//! Grants, and whether what follows from one may still be used.

mod living;

pub use living::{Living, living_of};

use diesel::prelude::*;

use super::schema::{access_tokens, addresses, grants, identities, refresh_tokens, revoked_tokens, sessions};
use super::{Connection, Error, Result, claims, each};
use crate::model::{Assurance, ClaimsRequest, Grant, GrantId, IdentityId, Instant, Scope, SessionId};

#[derive(Queryable, Insertable)]
#[diesel(table_name = grants, treat_none_as_default_value = false)]
struct Row {
    id: String,
    client_id: String,
    identity_id: String,
    session_id: String,
    scope: String,
    audience: String,
    offline: bool,
    auth_time: i64,
    acr: String,
    amr: String,
    created_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    end_reason: Option<String>,
    claims: Option<String>,
}

/// A grant that may be used now, with what answers about its tokens need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// To whom.
    pub client_id: String,
    /// By whom.
    pub identity: IdentityId,
    /// In which session.
    pub session: SessionId,
    /// Whether it outlives the session.
    pub offline: bool,
    /// The schema of what is known of the person.
    pub schema_id: String,
    /// What is known of the person, as JSON.
    pub traits: String,
    /// When that was last changed.
    pub updated_at: Instant,
    /// The single claims that the client is told.
    pub claims: ClaimsRequest,
}

/// A grant that is about to end: for the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Which.
    pub id: GrantId,
    /// To whom it was given.
    pub client_id: String,
    /// By whom.
    pub identity: IdentityId,
    /// In which session.
    pub session: SessionId,
}

/// Which grants.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// One.
    Grant(GrantId),
    /// All of a person, but those that were given in one session.
    Identity(IdentityId, Option<SessionId>),
    /// All of a session, offline ones included or not.
    Session(SessionId, bool),
    /// All that a person gave to one client.
    Client(IdentityId, &'a str),
}

/// Writes a new grant.
pub fn insert(db: &mut Connection, grant: &Grant) -> Result<()> {
    let row = to_row(grant)?;
    each!(db, c => diesel::insert_into(grants::table).values(&row).execute(c))?;
    Ok(())
}

/// The grant of this id, ended ones included.
pub fn find(db: &mut Connection, id: GrantId) -> Result<Option<Grant>> {
    let row: Option<Row> =
        each!(db, c => grants::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(from_row).transpose()
}

/// The grant, if its tokens may be used: it has not ended, its person is active, its session lives unless it is
/// offline, and `jti` was not revoked by itself.
pub fn standing(db: &mut Connection, id: GrantId, jti: &str, now: Instant) -> Result<Option<Standing>> {
    type Found = (String, String, String, bool, String, String, i64, Option<String>);
    let now = now.micros();
    let row: Option<Found> = each!(db, c => grants::table
        .inner_join(identities::table.on(identities::id.eq(grants::identity_id)))
        .left_join(sessions::table.on(sessions::id.eq(grants::session_id)))
        .filter(grants::id.eq(id.to_string()))
        .filter(grants::ended_at.is_null())
        .filter(grants::expires_at.gt(now))
        .filter(identities::state.eq("active"))
        .filter(grants::offline.eq(true).or(sessions::ended_at.is_null()
            .and(sessions::idle_expires_at.gt(now))
            .and(sessions::expires_at.gt(now))))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            revoked_tokens::table.filter(revoked_tokens::jti.eq(jti)))))
        .select((
            grants::client_id,
            grants::identity_id,
            grants::session_id,
            grants::offline,
            identities::schema_id,
            identities::traits,
            identities::updated_at,
            grants::claims,
        ))
        .get_result::<Found>(c)
        .optional())?;
    let Some((client_id, identity, session, offline, schema_id, traits, updated_at, asked)) = row else {
        return Ok(None);
    };
    let wrong = |column| Error::impossible("grants", column, &id.to_string());
    Ok(Some(Standing {
        client_id,
        identity: identity.parse().map_err(|_| wrong("identity_id"))?,
        session: session.parse().map_err(|_| wrong("session_id"))?,
        offline,
        schema_id,
        traits,
        updated_at: Instant::from_micros(updated_at),
        claims: claims::from_column(asked.as_deref()).ok_or_else(|| wrong("claims"))?,
    }))
}

/// Whether a code or an offline grant of this person may be used: the person is active, and (if it is named) the
/// session lives.
pub fn person_stands(
    db: &mut Connection,
    identity: IdentityId,
    session: Option<SessionId>,
    now: Instant,
) -> Result<bool> {
    let active: Option<String> = each!(db, c => identities::table
        .find(identity.to_string())
        .filter(identities::state.eq("active"))
        .select(identities::id)
        .get_result::<String>(c)
        .optional())?;
    if active.is_none() {
        return Ok(false);
    }
    let Some(session) = session else { return Ok(true) };
    let alive: Option<String> = each!(db, c => sessions::table
        .find(session.to_string())
        .filter(sessions::identity_id.eq(identity.to_string()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::idle_expires_at.gt(now.micros()))
        .filter(sessions::expires_at.gt(now.micros()))
        .select(sessions::id)
        .get_result::<String>(c)
        .optional())?;
    Ok(alive.is_some())
}

/// The addresses that the person has proven, as they were entered.
pub fn proven_addresses(db: &mut Connection, identity: IdentityId) -> Result<Vec<String>> {
    each!(db, c => addresses::table
        .filter(addresses::identity_id.eq(identity.to_string()))
        .filter(addresses::verified_at.is_not_null())
        .select(addresses::value)
        .load::<String>(c))
}

/// Ends grants with their tokens; answers those that were alive.
pub fn end(db: &mut Connection, of: Of<'_>, reason: &str, now: Instant) -> Result<Vec<Ended>> {
    type Found = (String, String, String, String);
    let (id, identity, session, client, offline) = match of {
        Of::Grant(id) => (Some(id.to_string()), None, None, None, true),
        Of::Identity(identity, _) => (None, Some(identity.to_string()), None, None, true),
        Of::Session(session, offline) => (None, None, Some(session.to_string()), None, offline),
        Of::Client(identity, client) => (None, Some(identity.to_string()), None, Some(client), true),
    };
    let except = match of {
        Of::Identity(_, except) => except.map(|session| session.to_string()),
        _ => None,
    };
    let found: Vec<Found> = each!(db, c => {
        let mut query = grants::table
            .filter(grants::ended_at.is_null())
            .select((grants::id, grants::client_id, grants::identity_id, grants::session_id))
            .into_boxed();
        if let Some(id) = &id {
            query = query.filter(grants::id.eq(id));
        }
        if let Some(identity) = &identity {
            query = query.filter(grants::identity_id.eq(identity));
        }
        if let Some(session) = &session {
            query = query.filter(grants::session_id.eq(session));
        }
        if let Some(client) = client {
            query = query.filter(grants::client_id.eq(client));
        }
        if let Some(except) = &except {
            query = query.filter(grants::session_id.ne(except));
        }
        if !offline {
            query = query.filter(grants::offline.eq(false));
        }
        query.load::<Found>(c)
    })?;
    // In portions: a statement of SQLite takes a limited number of values.
    for some in found.chunks(500) {
        let ids: Vec<&str> = some.iter().map(|(id, ..)| id.as_str()).collect();
        each!(db, c => diesel::delete(refresh_tokens::table.filter(refresh_tokens::grant_id.eq_any(&ids)))
            .execute(c))?;
        each!(db, c => diesel::delete(access_tokens::table.filter(access_tokens::grant_id.eq_any(&ids)))
            .execute(c))?;
        each!(db, c => diesel::update(grants::table.filter(grants::id.eq_any(&ids)))
            .set((grants::ended_at.eq(now.micros()), grants::end_reason.eq(reason)))
            .execute(c))?;
    }
    found
        .into_iter()
        .map(|(id, client_id, identity, session)| {
            let wrong = |column| Error::impossible("grants", column, &id);
            Ok(Ended {
                id: id.parse().map_err(|_| wrong("id"))?,
                client_id,
                identity: identity.parse().map_err(|_| wrong("identity_id"))?,
                session: session.parse().map_err(|_| wrong("session_id"))?,
            })
        })
        .collect()
}

/// Whether the JWT of this `jti` was revoked by itself.
pub fn is_revoked(db: &mut Connection, jti: &str) -> Result<bool> {
    let found: Option<String> = each!(db, c => revoked_tokens::table
        .find(jti)
        .select(revoked_tokens::jti)
        .get_result::<String>(c)
        .optional())?;
    Ok(found.is_some())
}

/// Remembers that the JWT of this `jti` is revoked, until it would have expired.
pub fn revoke_token(db: &mut Connection, jti: &str, now: Instant, expires_at: Instant) -> Result<()> {
    each!(db, c => diesel::insert_into(revoked_tokens::table)
        .values((
            revoked_tokens::jti.eq(jti),
            revoked_tokens::revoked_at.eq(now.micros()),
            revoked_tokens::expires_at.eq(expires_at.micros()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Deletes at most `limit` grants whose end was before `before`, with their refresh tokens.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => grants::table
        .filter(grants::expires_at.lt(before.micros()))
        .limit(limit)
        .select(grants::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(grants::table.filter(grants::id.eq_any(&old))).execute(c))
}

/// Deletes at most `limit` remembered revocations of tokens that expired before `before`.
pub fn delete_expired_revocations(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => revoked_tokens::table
        .filter(revoked_tokens::expires_at.lt(before.micros()))
        .limit(limit)
        .select(revoked_tokens::jti)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(revoked_tokens::table.filter(revoked_tokens::jti.eq_any(&old))).execute(c))
}

fn to_row(grant: &Grant) -> Result<Row> {
    Ok(Row {
        id: grant.id.to_string(),
        client_id: grant.client_id.clone(),
        identity_id: grant.identity.to_string(),
        session_id: grant.session.to_string(),
        scope: grant.scope.to_string(),
        audience: serde_json::to_string(&grant.audience).map_err(|why| Error::Query(why.to_string()))?,
        offline: grant.offline,
        auth_time: grant.auth_time.micros(),
        acr: grant.acr.name().to_owned(),
        amr: grant.amr.join(" "),
        created_at: grant.created_at.micros(),
        expires_at: grant.expires_at.micros(),
        ended_at: grant.ended_at.map(Instant::micros),
        end_reason: None,
        claims: claims::to_column(&grant.claims)?,
    })
}

fn from_row(row: Row) -> Result<Grant> {
    let wrong = |column| Error::impossible("grants", column, &row.id);
    Ok(Grant {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        client_id: row.client_id.clone(),
        identity: row.identity_id.parse().map_err(|_| wrong("identity_id"))?,
        session: row.session_id.parse().map_err(|_| wrong("session_id"))?,
        scope: Scope::parse(&row.scope).map_err(|_| wrong("scope"))?,
        audience: serde_json::from_str(&row.audience).map_err(|_| wrong("audience"))?,
        claims: claims::from_column(row.claims.as_deref()).ok_or_else(|| wrong("claims"))?,
        offline: row.offline,
        auth_time: Instant::from_micros(row.auth_time),
        acr: Assurance::parse(&row.acr).ok_or_else(|| wrong("acr"))?,
        amr: row.amr.split_ascii_whitespace().map(str::to_owned).collect(),
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
        ended_at: row.ended_at.map(Instant::from_micros),
    })
}

//! Which clients take part in a session. The rows go with their session.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::kept::Kept;
use super::schema::session_clients as parts;
use super::{Connection, Error, Result, each};
use crate::model::{Instant, SessionId};

/// Writes that the client takes part, unless that is written already. A session that has ended has no parts any more: a
/// grant that outlives it may be given later.
pub fn insert_once(db: &mut Connection, session: SessionId, client_id: &str, now: Instant) -> Result<()> {
    let text = &[
        "INSERT INTO session_clients (session_id, client_id, first_at) SELECT id, ",
        ", ",
        " FROM sessions WHERE id = ",
        " AND ended_at IS NULL ON CONFLICT DO NOTHING",
    ];
    let session = session.to_string().into_sql::<Text>();
    let (client, now) = (client_id.into_sql::<Text>(), now.micros().into_sql::<BigInt>());
    each!(db, c => Kept { text, values: &[&client, &now, &session] }.execute(c))?;
    Ok(())
}

/// The clients that take part, by their ids.
pub fn list(db: &mut Connection, session: SessionId) -> Result<Vec<String>> {
    each!(db, c => parts::table
        .filter(parts::session_id.eq(session.to_string()))
        .select(parts::client_id)
        .order(parts::client_id.asc())
        .load::<String>(c))
}

/// The clients that take part in any of these sessions, by their ids.
pub fn list_all(db: &mut Connection, sessions: &[SessionId]) -> Result<Vec<(SessionId, String)>> {
    let ids: Vec<String> = sessions.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String)> = each!(db, c => parts::table
        .filter(parts::session_id.eq_any(&ids))
        .select((parts::session_id, parts::client_id))
        .order((parts::session_id.asc(), parts::client_id.asc()))
        .load::<(String, String)>(c))?;
    rows.into_iter()
        .map(|(session, client)| match session.parse() {
            Ok(session) => Ok((session, client)),
            Err(_) => Err(Error::impossible("session_clients", "session_id", &session)),
        })
        .collect()
}

/// The client takes part no more: `false` if it did not.
pub fn delete(db: &mut Connection, session: SessionId, client_id: &str) -> Result<bool> {
    let gone =
        each!(db, c => diesel::delete(parts::table.find((session.to_string(), client_id))).execute(c))?;
    Ok(gone == 1)
}

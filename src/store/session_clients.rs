//! Which clients take part in a session. The rows go with their session.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::kept::Kept;
use super::schema::session_clients as parts;
use super::{Connection, Result, each};
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

//! The outbox of sign-outs: what clients are still to be told, written in the transaction that ended the session. A row
//! that was told, or given up, is deleted; the events keep what became of it.

use diesel::prelude::*;

use super::lots::{self, Lot};
use super::schema::logout_notices as notices;
use super::{Connection, Error, Result, each};
use crate::model::{Instant, LogoutNotice, LogoutNoticeId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = notices, treat_none_as_default_value = false)]
struct Row {
    id: String,
    client_id: String,
    identity_id: String,
    session_id: String,
    attempts: i64,
    last_error: Option<String>,
    due_at: i64,
    lease_owner: Option<String>,
    created_at: i64,
    expires_at: i64,
}

/// Queues a notice, due at once.
pub fn insert(db: &mut Connection, notice: &LogoutNotice) -> Result<()> {
    let row = Row {
        id: notice.id.to_string(),
        client_id: notice.client_id.clone(),
        identity_id: notice.identity.to_string(),
        session_id: notice.session.to_string(),
        attempts: notice.attempts,
        last_error: None,
        due_at: notice.created_at.micros(),
        lease_owner: None,
        created_at: notice.created_at.micros(),
        expires_at: notice.expires_at.micros(),
    };
    each!(db, c => diesel::insert_into(notices::table).values(&row).execute(c))?;
    Ok(())
}

/// Whether anything waits for its attempt, or was left behind by somebody whose lease ran out.
pub fn has_due(db: &mut Connection, now: Instant) -> Result<bool> {
    each!(db, c => diesel::select(diesel::dsl::exists(
            notices::table.filter(notices::due_at.le(now.micros())),
        ))
        .get_result::<bool>(c))
}

/// Takes what is due, as the lot allows; its owner has until the lot's instant to say what became of it, then it is due
/// again. The try is counted here, so that a notice that ends its deliverer is not tried forever.
///
/// Whoever never failed comes first. What is due is asked again of a row that somebody else changed meanwhile.
pub fn claim_due(db: &mut Connection, now: Instant, lot: &Lot) -> Result<Vec<LogoutNotice>> {
    let now = now.micros();
    let waiting: Vec<(String, String)> = each!(db, c => notices::table
        .filter(notices::due_at.le(now))
        .filter(notices::client_id.ne_all(lot.full()))
        .order((notices::attempts.asc(), notices::due_at.asc()))
        .limit(lots::LOOK)
        .select((notices::id, notices::client_id))
        .load::<(String, String)>(c))?;
    let chosen = lot.choose(waiting);
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = each!(db, c => diesel::update(notices::table
        .filter(notices::id.eq_any(&chosen))
        .filter(notices::due_at.le(now)))
        .set((
            notices::attempts.eq(notices::attempts + 1),
            notices::due_at.eq(lot.until.micros()),
            notices::lease_owner.eq(&lot.owner),
        ))
        .returning(Row::as_returning())
        .get_results::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// The notice is told, or given up: `false` if somebody was faster.
pub fn delete(db: &mut Connection, id: LogoutNoticeId) -> Result<bool> {
    let gone = each!(db, c => diesel::delete(notices::table.find(id.to_string())).execute(c))?;
    Ok(gone == 1)
}

/// The attempt of `owner` failed; the next is due at `next`. `false` if the notice is not `owner`'s any more.
pub fn put_off(
    db: &mut Connection,
    id: LogoutNoticeId,
    owner: &str,
    next: Instant,
    why: &str,
) -> Result<bool> {
    let changed = each!(db, c => diesel::update(notices::table.find(id.to_string()))
        .filter(notices::lease_owner.eq(owner))
        .set((
            notices::due_at.eq(next.micros()),
            notices::last_error.eq(why),
            notices::lease_owner.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes at most `limit` notices that expired before `before`: nobody was there to give them up.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => notices::table
        .filter(notices::expires_at.lt(before.micros()))
        .limit(limit)
        .select(notices::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(notices::table.filter(notices::id.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<LogoutNotice> {
    let wrong = |column| Error::impossible("logout_notices", column, &row.id);
    Ok(LogoutNotice {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        client_id: row.client_id.clone(),
        identity: row.identity_id.parse().map_err(|_| wrong("identity_id"))?,
        session: row.session_id.parse().map_err(|_| wrong("session_id"))?,
        attempts: row.attempts,
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
    })
}

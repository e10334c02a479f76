//! PostgreSQL's workers: one connection each, a transaction per job.

use std::sync::Mutex;
use std::sync::mpsc::Receiver;

use super::job::Job;
use super::next;
use crate::store::postgres::PostgresOpener;
use crate::store::{Connection, Result};

/// The life of a PostgreSQL worker: it replaces its connection when that broke.
pub(super) fn work_on_postgres(
    opener: &PostgresOpener,
    queue: &Mutex<Receiver<Box<dyn Job>>>,
    transactional: bool,
) {
    let mut kept: Option<Connection> = None;
    while let Some(mut job) = next(queue) {
        let (db, outcome) = match begin(opener, kept.take(), transactional) {
            Ok(mut db) => {
                let keep = job.run(&mut db);
                let outcome = match (transactional, keep) {
                    (true, true) => db.batch("COMMIT"),
                    (true, false) => db.batch("ROLLBACK"),
                    (false, true) => Ok(()),
                    // A failed read may have met a connection that died while it was idle.
                    (false, false) => db.batch("SELECT 1"),
                };
                (Some(db), outcome)
            }
            Err(why) => (None, Err(why)),
        };
        if outcome.is_ok() && !job.spoilt_connection() {
            kept = db;
        }
        job.answer(outcome.as_ref().err());
    }
}

/// A connection with a transaction begun (for writes). One that died while idle is replaced once: nothing was done
/// on it yet.
fn begin(opener: &PostgresOpener, kept: Option<Connection>, transactional: bool) -> Result<Connection> {
    if let Some(mut db) = kept {
        if !transactional {
            return Ok(db);
        }
        if db.batch("BEGIN").is_ok() {
            return Ok(db);
        }
    }
    let mut db = Connection::Postgres(opener.open()?);
    if transactional {
        db.batch("BEGIN")?;
    }
    Ok(db)
}

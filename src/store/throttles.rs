//! Counters of failed tries, by a keyed digest of whom they concern.

use diesel::prelude::*;

use super::schema::throttles;
use super::{Connection, Result, each};
use crate::model::Instant;

/// A counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Failures in a row.
    pub failures: i64,
    /// No try counts before this.
    pub blocked_until: Instant,
}

/// The counter of a subject, if it is still worth remembering.
pub fn find(db: &mut Connection, subject: &[u8; 32], now: Instant) -> Result<Option<Throttle>> {
    let row: Option<(i64, i64)> = each!(db, c => throttles::table
        .find(subject.to_vec())
        .filter(throttles::expires_at.gt(now.micros()))
        .select((throttles::failures, throttles::blocked_until))
        .first::<(i64, i64)>(c)
        .optional())?;
    Ok(row.map(|(failures, until)| Throttle { failures, blocked_until: Instant::from_micros(until) }))
}

/// Writes the counter.
pub fn upsert(
    db: &mut Connection,
    subject: &[u8; 32],
    throttle: Throttle,
    expires_at: Instant,
) -> Result<()> {
    let (failures, until) = (throttle.failures, throttle.blocked_until.micros());
    each!(db, c => diesel::insert_into(throttles::table)
        .values((
            throttles::subject.eq(subject.to_vec()),
            throttles::failures.eq(failures),
            throttles::blocked_until.eq(until),
            throttles::expires_at.eq(expires_at.micros()),
        ))
        .on_conflict(throttles::subject)
        .do_update()
        .set((
            throttles::failures.eq(failures),
            throttles::blocked_until.eq(until),
            throttles::expires_at.eq(expires_at.micros()),
        ))
        .execute(c))?;
    Ok(())
}

/// Forgets the counter.
pub fn delete(db: &mut Connection, subject: &[u8; 32]) -> Result<()> {
    each!(db, c => diesel::delete(throttles::table.find(subject.to_vec())).execute(c))?;
    Ok(())
}

/// Deletes at most `limit` counters that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<Vec<u8>> = each!(db, c => throttles::table
        .filter(throttles::expires_at.lt(before.micros()))
        .limit(limit)
        .select(throttles::subject)
        .load::<Vec<u8>>(c))?;
    each!(db, c => diesel::delete(throttles::table.filter(throttles::subject.eq_any(&old))).execute(c))
}

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
        .get_result::<(i64, i64)>(c)
        .optional())?;
    Ok(row.map(|(failures, until)| Throttle { failures, blocked_until: Instant::from_micros(until) }))
}

/// Counts one failure more and answers how many there are now; `None` if no try counts yet. The row stays locked until
/// the end of the transaction, so of many tries at once only one is counted before the next is looked at.
pub fn count(
    db: &mut Connection,
    subject: &[u8; 32],
    now: Instant,
    expires_at: Instant,
) -> Result<Option<i64>> {
    let (nothing, until) = (0_i64, i64::MIN);
    each!(db, c => diesel::insert_into(throttles::table)
        .values((
            throttles::subject.eq(subject.to_vec()),
            throttles::failures.eq(nothing),
            throttles::blocked_until.eq(until),
            throttles::expires_at.eq(expires_at.micros()),
        ))
        .on_conflict(throttles::subject)
        .do_nothing()
        .execute(c))?;
    each!(db, c => diesel::update(throttles::table.find(subject.to_vec()))
        .filter(throttles::expires_at.le(now.micros()))
        .set((
            throttles::failures.eq(nothing),
            throttles::blocked_until.eq(until),
            throttles::expires_at.eq(expires_at.micros()),
        ))
        .execute(c))?;
    each!(db, c => diesel::update(throttles::table.find(subject.to_vec()))
        .filter(throttles::blocked_until.le(now.micros()))
        .set(throttles::failures.eq(throttles::failures + 1))
        .returning(throttles::failures)
        .get_result::<i64>(c)
        .optional())
}

/// Takes one failure back: the try was none.
pub fn uncount(db: &mut Connection, subject: &[u8; 32]) -> Result<()> {
    each!(db, c => diesel::update(throttles::table.find(subject.to_vec()))
        .filter(throttles::failures.gt(0_i64))
        .set(throttles::failures.eq(throttles::failures - 1))
        .execute(c))?;
    Ok(())
}

/// No try counts before `until`, and all is remembered until `expires_at`.
pub fn block(db: &mut Connection, subject: &[u8; 32], until: Instant, expires_at: Instant) -> Result<()> {
    each!(db, c => diesel::update(throttles::table.find(subject.to_vec()))
        .set((throttles::blocked_until.eq(until.micros()), throttles::expires_at.eq(expires_at.micros())))
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

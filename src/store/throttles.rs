//! Counters of failed tries, by a keyed digest of whom they concern.

use std::time::Duration;

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

/// Takes `price` out of a budget that is full again `depth` after it was empty. `None` if it was there, else the instant at
/// which it will be. A budget is a row, too: it expires when it is full, and then there is nothing to remember.
pub fn take(
    db: &mut Connection,
    subject: &[u8; 32],
    now: Instant,
    price: Duration,
    depth: Duration,
) -> Result<Option<Instant>> {
    let (nothing, until) = (0_i64, i64::MIN);
    each!(db, c => diesel::insert_into(throttles::table)
        .values((
            throttles::subject.eq(subject.to_vec()),
            throttles::failures.eq(nothing),
            throttles::blocked_until.eq(until),
            throttles::expires_at.eq(now.micros()),
        ))
        .on_conflict(throttles::subject)
        .do_nothing()
        .execute(c))?;
    each!(db, c => diesel::update(throttles::table.find(subject.to_vec()))
        .filter(throttles::expires_at.lt(now.micros()))
        .set(throttles::expires_at.eq(now.micros()))
        .execute(c))?;
    let taken = each!(db, c => diesel::update(throttles::table.find(subject.to_vec()))
        .filter(throttles::expires_at.le(((now + depth) - price).micros()))
        .set(throttles::expires_at.eq(throttles::expires_at + micros(price)))
        .execute(c))?;
    if taken == 1 {
        return Ok(None);
    }
    let full_at: i64 = each!(db, c => throttles::table
        .find(subject.to_vec())
        .select(throttles::expires_at)
        .get_result::<i64>(c))?;
    Ok(Some((Instant::from_micros(full_at) + price) - depth))
}

/// Puts back what was taken.
pub fn give_back(db: &mut Connection, subject: &[u8; 32], price: Duration) -> Result<()> {
    each!(db, c => diesel::update(throttles::table.find(subject.to_vec()))
        .set(throttles::expires_at.eq(throttles::expires_at - micros(price)))
        .execute(c))?;
    Ok(())
}

fn micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

/// Forgets the counter.
pub fn delete(db: &mut Connection, subject: &[u8; 32]) -> Result<()> {
    each!(db, c => diesel::delete(throttles::table.find(subject.to_vec())).execute(c))?;
    Ok(())
}

/// If there are more than `most` counters: the instant up to which the others expire.
pub fn edge(db: &mut Connection, most: i64) -> Result<Option<Instant>> {
    let edge: Option<i64> = each!(db, c => throttles::table
        .order(throttles::expires_at.desc())
        .offset(most)
        .limit(1)
        .select(throttles::expires_at)
        .get_result::<i64>(c)
        .optional())?;
    Ok(edge.map(Instant::from_micros))
}

/// Deletes at most `limit` counters that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    delete_up_to(db, before - Duration::from_micros(1), limit)
}

/// Deletes at most `limit` counters that expire at `last` or before, the first ones first.
pub fn delete_up_to(db: &mut Connection, last: Instant, limit: i64) -> Result<usize> {
    let old: Vec<Vec<u8>> = each!(db, c => throttles::table
        .filter(throttles::expires_at.le(last.micros()))
        .order(throttles::expires_at)
        .limit(limit)
        .select(throttles::subject)
        .load::<Vec<u8>>(c))?;
    each!(db, c => diesel::delete(throttles::table.filter(throttles::subject.eq_any(&old))).execute(c))
}

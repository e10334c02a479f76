//! Challenges that wait for the answer of an authenticator.

use diesel::prelude::*;

use super::schema::webauthn_challenges as challenges;
use super::{Connection, Result, each};
use crate::model::{Ceremony, Instant, TokenDigest, WebauthnChallenge};

/// Writes a new one.
pub fn insert(db: &mut Connection, challenge: &WebauthnChallenge) -> Result<()> {
    each!(db, c => diesel::insert_into(challenges::table)
        .values((
            challenges::digest.eq(challenge.digest.as_bytes().to_vec()),
            challenges::ceremony.eq(challenge.ceremony.name()),
            challenges::subject.eq(&challenge.subject),
            challenges::browser.eq(challenge.browser.as_bytes().to_vec()),
            challenges::created_at.eq(challenge.created_at.micros()),
            challenges::expires_at.eq(challenge.expires_at.micros()),
        ))
        .execute(c))?;
    Ok(())
}

/// Uses one for what it was made for, once: `false` if it was used, has run out, or was made for another ceremony,
/// page, person, or browser.
pub fn consume(
    db: &mut Connection,
    digest: &TokenDigest,
    ceremony: Ceremony,
    subject: &str,
    browser: &TokenDigest,
    now: Instant,
) -> Result<bool> {
    let changed = each!(db, c => diesel::update(challenges::table.find(digest.as_bytes().to_vec()))
        .filter(challenges::ceremony.eq(ceremony.name()))
        .filter(challenges::subject.eq(subject))
        .filter(challenges::browser.eq(browser.as_bytes().to_vec()))
        .filter(challenges::used_at.is_null())
        .filter(challenges::expires_at.gt(now.micros()))
        .set(challenges::used_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes at most `limit` that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<Vec<u8>> = each!(db, c => challenges::table
        .filter(challenges::expires_at.lt(before.micros()))
        .limit(limit)
        .select(challenges::digest)
        .load::<Vec<u8>>(c))?;
    each!(db, c => diesel::delete(challenges::table.filter(challenges::digest.eq_any(&old))).execute(c))
}

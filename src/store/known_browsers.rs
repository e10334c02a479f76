//! In which browsers somebody has signed in before.

use diesel::prelude::*;

use super::schema::known_browsers;
use super::{Connection, Error, Result, each};
use crate::model::{IdentityId, Instant, TokenDigest};

/// Whether this person has signed in with this browser, not too long ago.
pub fn contains(
    db: &mut Connection,
    identity: IdentityId,
    browser: &TokenDigest,
    now: Instant,
) -> Result<bool> {
    let expires_at: Option<i64> = each!(db, c => known_browsers::table
        .find((identity.to_string(), browser.as_bytes().to_vec()))
        .select(known_browsers::expires_at)
        .get_result::<i64>(c)
        .optional())?;
    Ok(expires_at.is_some_and(|at| now < Instant::from_micros(at)))
}

/// The browsers of a person, the last used first.
pub fn of(db: &mut Connection, identity: IdentityId, limit: i64) -> Result<Vec<TokenDigest>> {
    let rows: Vec<Vec<u8>> = each!(db, c => known_browsers::table
        .filter(known_browsers::identity_id.eq(identity.to_string()))
        .order((known_browsers::seen_at.desc(), known_browsers::browser))
        .limit(limit)
        .select(known_browsers::browser)
        .load::<Vec<u8>>(c))?;
    let wrong = || Error::impossible("known_browsers", "browser", &identity.to_string());
    rows.iter().map(|row| TokenDigest::from_slice(row).ok_or_else(wrong)).collect()
}

/// This person signs in with this browser now.
pub fn remember(
    db: &mut Connection,
    identity: IdentityId,
    browser: &TokenDigest,
    now: Instant,
    expires_at: Instant,
) -> Result<()> {
    each!(db, c => diesel::insert_into(known_browsers::table)
        .values((
            known_browsers::identity_id.eq(identity.to_string()),
            known_browsers::browser.eq(browser.as_bytes().to_vec()),
            known_browsers::seen_at.eq(now.micros()),
            known_browsers::expires_at.eq(expires_at.micros()),
        ))
        .on_conflict((known_browsers::identity_id, known_browsers::browser))
        .do_update()
        .set((known_browsers::seen_at.eq(now.micros()), known_browsers::expires_at.eq(expires_at.micros())))
        .execute(c))?;
    Ok(())
}

/// Forgets one browser of a person.
pub fn forget(db: &mut Connection, identity: IdentityId, browser: &TokenDigest) -> Result<()> {
    each!(db, c => diesel::delete(
        known_browsers::table.find((identity.to_string(), browser.as_bytes().to_vec()))
    )
    .execute(c))?;
    Ok(())
}

/// Forgets all browsers of a person but one.
pub fn forget_of_identity(
    db: &mut Connection,
    identity: IdentityId,
    except: Option<&TokenDigest>,
) -> Result<()> {
    // No browser has an empty digest.
    let except = except.map_or_else(Vec::new, |browser| browser.as_bytes().to_vec());
    each!(db, c => diesel::delete(
        known_browsers::table
            .filter(known_browsers::identity_id.eq(identity.to_string()))
            .filter(known_browsers::browser.ne(&except))
    )
    .execute(c))?;
    Ok(())
}

/// Deletes at most `limit` browsers that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<(String, Vec<u8>)> = each!(db, c => known_browsers::table
        .filter(known_browsers::expires_at.lt(before.micros()))
        .limit(limit)
        .select((known_browsers::identity_id, known_browsers::browser))
        .load::<(String, Vec<u8>)>(c))?;
    for (identity, browser) in &old {
        each!(db, c => diesel::delete(known_browsers::table.find((identity, browser))).execute(c))?;
    }
    Ok(old.len())
}

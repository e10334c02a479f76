//! Browsers that spare their person the second step for a while.

use diesel::prelude::*;

use super::schema::trusted_devices as devices;
use super::{Connection, Error, Result, each};
use crate::model::{IdentityId, Instant, TokenDigest, TrustedDevice, TrustedDeviceId};

#[derive(Queryable, Insertable)]
#[diesel(table_name = devices, treat_none_as_default_value = false)]
struct Row {
    id: String,
    identity_id: String,
    browser: Vec<u8>,
    user_agent: String,
    created_at: i64,
    expires_at: i64,
}

/// Writes a device, in place of an older row of the same browser.
pub fn insert(db: &mut Connection, device: &TrustedDevice) -> Result<()> {
    let row = Row {
        id: device.id.to_string(),
        identity_id: device.identity.to_string(),
        browser: device.browser.as_bytes().to_vec(),
        user_agent: device.user_agent.clone(),
        created_at: device.created_at.micros(),
        expires_at: device.expires_at.micros(),
    };
    each!(db, c => diesel::delete(devices::table
        .filter(devices::identity_id.eq(&row.identity_id))
        .filter(devices::browser.eq(&row.browser)))
        .execute(c))?;
    each!(db, c => diesel::insert_into(devices::table).values(&row).execute(c))?;
    Ok(())
}

/// Whether the identity trusts this browser.
pub fn is_trusted(
    db: &mut Connection,
    identity: IdentityId,
    browser: &TokenDigest,
    now: Instant,
) -> Result<bool> {
    let found: Option<String> = each!(db, c => devices::table
        .filter(devices::identity_id.eq(identity.to_string()))
        .filter(devices::browser.eq(browser.as_bytes().to_vec()))
        .filter(devices::expires_at.gt(now.micros()))
        .select(devices::id)
        .get_result::<String>(c)
        .optional())?;
    Ok(found.is_some())
}

/// The devices that the identity trusts, newest first.
pub fn list(db: &mut Connection, identity: IdentityId, now: Instant) -> Result<Vec<TrustedDevice>> {
    let rows: Vec<Row> = each!(db, c => devices::table
        .filter(devices::identity_id.eq(identity.to_string()))
        .filter(devices::expires_at.gt(now.micros()))
        .order((devices::created_at.desc(), devices::id.desc()))
        .load::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// Ends the trust in one device of the identity: `false` if there is none of this id.
pub fn delete(db: &mut Connection, identity: IdentityId, id: TrustedDeviceId) -> Result<bool> {
    let changed = each!(db, c => diesel::delete(devices::table.find(id.to_string()))
        .filter(devices::identity_id.eq(identity.to_string()))
        .execute(c))?;
    Ok(changed == 1)
}

/// Ends the trust in all devices of the identity; answers how many there were.
pub fn delete_of_identity(db: &mut Connection, identity: IdentityId) -> Result<usize> {
    each!(db, c => diesel::delete(devices::table.filter(devices::identity_id.eq(identity.to_string())))
        .execute(c))
}

/// Deletes at most `limit` devices whose trust ended before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => devices::table
        .filter(devices::expires_at.lt(before.micros()))
        .limit(limit)
        .select(devices::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(devices::table.filter(devices::id.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<TrustedDevice> {
    let wrong = |column| Error::impossible("trusted_devices", column, &row.id);
    Ok(TrustedDevice {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        identity: row.identity_id.parse().map_err(|_| wrong("identity_id"))?,
        browser: TokenDigest::from_slice(&row.browser).ok_or_else(|| wrong("browser"))?,
        user_agent: row.user_agent.clone(),
        created_at: Instant::from_micros(row.created_at),
        expires_at: Instant::from_micros(row.expires_at),
    })
}

//! Second factors: the secret of an authenticator app, what is being set up, and backup codes.

use diesel::prelude::*;

use super::schema::{backup_codes, credentials, factor_setups};
use super::{Connection, Error, Result, each};
use crate::model::{CredentialId, IdentityId, Instant, SessionId};

const TOTP: &str = "totp";

/// The sealed secret of an identity's authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpRow {
    /// Sealed.
    pub secret: String,
    /// Since when it is in use.
    pub created_at: Instant,
    /// The last step of time whose code was taken.
    pub last_step: Option<i64>,
}

/// The authenticator app of an identity.
pub fn totp(db: &mut Connection, identity: IdentityId) -> Result<Option<TotpRow>> {
    let row: Option<(String, i64, Option<i64>)> = each!(db, c => credentials::table
        .filter(credentials::identity_id.eq(identity.to_string()))
        .filter(credentials::kind.eq(TOTP))
        .select((credentials::secret, credentials::created_at, credentials::last_step))
        .get_result::<(String, i64, Option<i64>)>(c)
        .optional())?;
    Ok(row.map(|(secret, at, last_step)| TotpRow { secret, created_at: Instant::from_micros(at), last_step }))
}

/// Whether the identity has an authenticator app.
pub fn has_totp(db: &mut Connection, identity: IdentityId) -> Result<bool> {
    let found: Option<String> = each!(db, c => credentials::table
        .filter(credentials::identity_id.eq(identity.to_string()))
        .filter(credentials::kind.eq(TOTP))
        .select(credentials::id)
        .get_result::<String>(c)
        .optional())?;
    Ok(found.is_some())
}

/// Writes the identity's authenticator app, whose code of `step` was just taken, if one was: `false` if there is one.
pub fn insert_totp(
    db: &mut Connection,
    id: CredentialId,
    identity: IdentityId,
    secret: &str,
    step: Option<i64>,
    now: Instant,
) -> Result<bool> {
    let written = each!(db, c => diesel::insert_into(credentials::table)
        .values((
            credentials::id.eq(id.to_string()),
            credentials::identity_id.eq(identity.to_string()),
            credentials::kind.eq(TOTP),
            credentials::secret.eq(secret),
            credentials::created_at.eq(now.micros()),
            credentials::updated_at.eq(now.micros()),
            credentials::last_step.eq(step),
        ))
        .on_conflict((credentials::identity_id, credentials::kind))
        .do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Takes the code of this step of time, if no code of it or of a later one was taken: `false` otherwise.
pub fn take_step(db: &mut Connection, identity: IdentityId, step: i64) -> Result<bool> {
    let changed = each!(db, c => diesel::update(credentials::table)
        .filter(credentials::identity_id.eq(identity.to_string()))
        .filter(credentials::kind.eq(TOTP))
        .filter(credentials::last_step.is_null().or(credentials::last_step.lt(step)))
        .set(credentials::last_step.eq(Some(step)))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes the identity's authenticator app: `false` if there was none.
pub fn delete_totp(db: &mut Connection, identity: IdentityId) -> Result<bool> {
    let changed = each!(db, c => diesel::delete(credentials::table)
        .filter(credentials::identity_id.eq(identity.to_string()))
        .filter(credentials::kind.eq(TOTP))
        .execute(c))?;
    Ok(changed > 0)
}

/// Something that is being set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// In which session it was begun; no other one may look at it.
    pub session: SessionId,
    /// Sealed.
    pub secret: String,
    /// When it is over.
    pub expires_at: Instant,
}

/// What the identity is setting up of this kind, if that is not over.
pub fn setup(db: &mut Connection, identity: IdentityId, kind: &str, now: Instant) -> Result<Option<Setup>> {
    let row: Option<(String, String, i64)> = each!(db, c => factor_setups::table
        .find((identity.to_string(), kind))
        .filter(factor_setups::expires_at.gt(now.micros()))
        .select((factor_setups::session_id, factor_setups::secret, factor_setups::expires_at))
        .get_result::<(String, String, i64)>(c)
        .optional())?;
    row.map(|(session, secret, until)| {
        let session =
            session.parse().map_err(|_| Error::impossible("factor_setups", "session_id", &session))?;
        Ok(Setup { session, secret, expires_at: Instant::from_micros(until) })
    })
    .transpose()
}

/// Begins a setup, in place of an older one of its kind.
pub fn begin_setup(
    db: &mut Connection,
    identity: IdentityId,
    kind: &str,
    setup: &Setup,
    now: Instant,
) -> Result<()> {
    let changing = (
        factor_setups::session_id.eq(setup.session.to_string()),
        factor_setups::secret.eq(&setup.secret),
        factor_setups::created_at.eq(now.micros()),
        factor_setups::expires_at.eq(setup.expires_at.micros()),
    );
    each!(db, c => diesel::insert_into(factor_setups::table)
        .values((
            factor_setups::identity_id.eq(identity.to_string()),
            factor_setups::kind.eq(kind),
            changing.clone(),
        ))
        .on_conflict((factor_setups::identity_id, factor_setups::kind))
        .do_update()
        .set(changing.clone())
        .execute(c))?;
    Ok(())
}

/// Ends a setup.
pub fn end_setup(db: &mut Connection, identity: IdentityId, kind: &str) -> Result<()> {
    each!(db, c => diesel::delete(factor_setups::table.find((identity.to_string(), kind))).execute(c))?;
    Ok(())
}

/// Ends whatever the identity is setting up.
pub fn end_setups(db: &mut Connection, identity: IdentityId) -> Result<()> {
    each!(db, c => diesel::delete(factor_setups::table
        .filter(factor_setups::identity_id.eq(identity.to_string())))
        .execute(c))?;
    Ok(())
}

/// Deletes at most `limit` setups that expired before `before`.
pub fn delete_expired_setups(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<(String, String)> = each!(db, c => factor_setups::table
        .filter(factor_setups::expires_at.lt(before.micros()))
        .limit(limit)
        .select((factor_setups::identity_id, factor_setups::kind))
        .load::<(String, String)>(c))?;
    let mut deleted = 0;
    for (identity, kind) in old {
        deleted += each!(db, c => diesel::delete(factor_setups::table.find((&identity, &kind)))
            .filter(factor_setups::expires_at.lt(before.micros()))
            .execute(c))?;
    }
    Ok(deleted)
}

/// Replaces the backup codes of an identity by those of these digests; an empty list leaves none.
pub fn replace_backup_codes(
    db: &mut Connection,
    identity: IdentityId,
    digests: &[[u8; 32]],
    now: Instant,
) -> Result<()> {
    each!(db, c => diesel::delete(backup_codes::table
        .filter(backup_codes::identity_id.eq(identity.to_string())))
        .execute(c))?;
    for digest in digests {
        each!(db, c => diesel::insert_into(backup_codes::table)
            .values((
                backup_codes::digest.eq(digest.to_vec()),
                backup_codes::identity_id.eq(identity.to_string()),
                backup_codes::created_at.eq(now.micros()),
                backup_codes::used_at.eq(None::<i64>),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Writes one backup code beside others; one that is there stays as it is.
pub fn insert_backup_code(
    db: &mut Connection,
    identity: IdentityId,
    digest: &[u8; 32],
    now: Instant,
    used_at: Option<Instant>,
) -> Result<()> {
    each!(db, c => diesel::insert_into(backup_codes::table)
        .values((
            backup_codes::digest.eq(digest.to_vec()),
            backup_codes::identity_id.eq(identity.to_string()),
            backup_codes::created_at.eq(now.micros()),
            backup_codes::used_at.eq(used_at.map(Instant::micros)),
        ))
        .on_conflict(backup_codes::digest)
        .do_nothing()
        .execute(c))?;
    Ok(())
}

/// A backup code, used or not, without the code itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupCodeRow {
    /// Whose it is.
    pub identity: IdentityId,
    /// The keyed digest.
    pub digest: [u8; 32],
    /// Since when it is good.
    pub created_at: Instant,
    /// When it was used.
    pub used_at: Option<Instant>,
}

/// The backup codes of several identities, used ones included.
pub fn backup_codes_of_all(db: &mut Connection, identities: &[IdentityId]) -> Result<Vec<BackupCodeRow>> {
    let ids: Vec<String> = identities.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, Vec<u8>, i64, Option<i64>)> = each!(db, c => backup_codes::table
        .filter(backup_codes::identity_id.eq_any(&ids))
        .order(backup_codes::digest.asc())
        .select((
            backup_codes::identity_id,
            backup_codes::digest,
            backup_codes::created_at,
            backup_codes::used_at,
        ))
        .load::<(String, Vec<u8>, i64, Option<i64>)>(c))?;
    let read = |(id, digest, made, used): (String, Vec<u8>, i64, Option<i64>)| {
        let wrong = |column| Error::impossible("backup_codes", column, &id);
        Ok(BackupCodeRow {
            identity: id.parse().map_err(|_| wrong("identity_id"))?,
            digest: digest.try_into().map_err(|_| wrong("digest"))?,
            created_at: Instant::from_micros(made),
            used_at: used.map(Instant::from_micros),
        })
    };
    rows.into_iter().map(read).collect()
}

/// Deletes the backup codes of an identity; answers how many there were.
pub fn delete_backup_codes(db: &mut Connection, identity: IdentityId) -> Result<usize> {
    each!(db, c => diesel::delete(backup_codes::table
        .filter(backup_codes::identity_id.eq(identity.to_string())))
        .execute(c))
}

/// Uses a backup code of the identity, once: `false` if there is no unused one of this digest.
pub fn use_backup_code(
    db: &mut Connection,
    identity: IdentityId,
    digest: &[u8; 32],
    now: Instant,
) -> Result<bool> {
    let changed = each!(db, c => diesel::update(backup_codes::table.find(digest.to_vec()))
        .filter(backup_codes::identity_id.eq(identity.to_string()))
        .filter(backup_codes::used_at.is_null())
        .set(backup_codes::used_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

/// Whether the identity has used a backup code of this digest.
pub fn is_backup_code_used(db: &mut Connection, identity: IdentityId, digest: &[u8; 32]) -> Result<bool> {
    let used: Option<Option<i64>> = each!(db, c => backup_codes::table
        .find(digest.to_vec())
        .filter(backup_codes::identity_id.eq(identity.to_string()))
        .select(backup_codes::used_at)
        .get_result::<Option<i64>>(c)
        .optional())?;
    Ok(used.flatten().is_some())
}

/// How many backup codes of the identity are left.
pub fn backup_codes_left(db: &mut Connection, identity: IdentityId) -> Result<usize> {
    let left: Vec<i64> = each!(db, c => backup_codes::table
        .filter(backup_codes::identity_id.eq(identity.to_string()))
        .filter(backup_codes::used_at.is_null())
        .select(backup_codes::created_at)
        .load::<i64>(c))?;
    Ok(left.len())
}

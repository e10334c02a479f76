//! Signing keys, sealed.

use diesel::prelude::*;

use super::schema::signing_keys;
use super::{Connection, Result, each};
use crate::model::Instant;

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// Its public name.
    pub kid: String,
    /// Its algorithm (RFC 7518 3.1).
    pub algorithm: String,
    /// The private key (PKCS #8), sealed.
    pub sealed: String,
    /// When it was made.
    pub created_at: Instant,
}

/// Writes a new key.
pub fn insert(db: &mut Connection, key: &SealedKey) -> Result<()> {
    each!(db, c => diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(&key.kid),
            signing_keys::algorithm.eq(&key.algorithm),
            signing_keys::private_key.eq(&key.sealed),
            signing_keys::created_at.eq(key.created_at.micros()),
        ))
        .execute(c))?;
    Ok(())
}

/// All keys that are not retired, newest first.
pub fn list(db: &mut Connection) -> Result<Vec<SealedKey>> {
    type Row = (String, String, String, i64);
    let rows: Vec<Row> = each!(db, c => signing_keys::table
        .filter(signing_keys::retired_at.is_null())
        .order((signing_keys::created_at.desc(), signing_keys::kid.asc()))
        .select((
            signing_keys::kid,
            signing_keys::algorithm,
            signing_keys::private_key,
            signing_keys::created_at,
        ))
        .load::<Row>(c))?;
    Ok(rows
        .into_iter()
        .map(|(kid, algorithm, sealed, at)| SealedKey {
            kid,
            algorithm,
            sealed,
            created_at: Instant::from_micros(at),
        })
        .collect())
}

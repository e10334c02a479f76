//! Which credentials identities have, without their secrets.

use diesel::prelude::*;

use super::schema::credentials;
use super::{Connection, Error, Result, each};
use crate::model::{IdentityId, Instant};

/// A credential of which an identity has one at most: its password, or its authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Whose it is.
    pub identity: IdentityId,
    /// `password` or `totp`.
    pub kind: String,
    /// Since when there is one.
    pub created_at: Instant,
    /// Since when it is this one; a stronger hash of the same password does not count.
    pub updated_at: Instant,
}

/// Those of several identities.
pub fn of_all(db: &mut Connection, identities: &[IdentityId]) -> Result<Vec<Credential>> {
    let ids: Vec<String> = identities.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String, i64, i64)> = each!(db, c => credentials::table
        .filter(credentials::identity_id.eq_any(&ids))
        .select((
            credentials::identity_id,
            credentials::kind,
            credentials::created_at,
            credentials::updated_at,
        ))
        .load::<(String, String, i64, i64)>(c))?;
    let read = |(id, kind, made, set): (String, String, i64, i64)| {
        let identity = id.parse().map_err(|_| Error::impossible("credentials", "identity_id", &id))?;
        let (created_at, updated_at) = (Instant::from_micros(made), Instant::from_micros(set));
        Ok(Credential { identity, kind, created_at, updated_at })
    };
    rows.into_iter().map(read).collect()
}

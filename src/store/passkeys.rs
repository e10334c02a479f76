//! Passkeys and security keys.

use diesel::prelude::*;

use super::schema::passkeys;
use super::{Connection, Error, Result, each};
use crate::model::{IdentityId, Instant, Passkey, PasskeyId, PasskeyKind};

#[derive(Queryable, Insertable)]
#[diesel(table_name = passkeys, treat_none_as_default_value = false)]
struct Row {
    id: String,
    identity_id: String,
    credential_id: Vec<u8>,
    kind: String,
    name: String,
    public_key: Vec<u8>,
    sign_count: i64,
    backup_eligible: bool,
    backed_up: bool,
    aaguid: String,
    transports: String,
    mac: Vec<u8>,
    created_at: i64,
    last_used_at: Option<i64>,
    user_handle: Option<Vec<u8>>,
}

/// Writes a new one: `false` if somebody has its credential, be it the same person.
pub fn insert(db: &mut Connection, passkey: &Passkey) -> Result<bool> {
    let row = Row {
        id: passkey.id.to_string(),
        identity_id: passkey.identity.to_string(),
        credential_id: passkey.credential_id.clone(),
        kind: passkey.kind.name().to_owned(),
        name: passkey.name.clone(),
        public_key: passkey.public_key.clone(),
        sign_count: i64::from(passkey.sign_count),
        backup_eligible: passkey.backup_eligible,
        backed_up: passkey.backed_up,
        aaguid: passkey.aaguid.to_string(),
        transports: passkey.transports.join(" "),
        mac: passkey.mac.clone(),
        created_at: passkey.created_at.micros(),
        last_used_at: passkey.last_used_at.map(Instant::micros),
        user_handle: passkey.user_handle.clone(),
    };
    let written = each!(db, c => diesel::insert_into(passkeys::table)
        .values(&row)
        .on_conflict(passkeys::credential_id)
        .do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// The one with this credential.
pub fn find_by_credential(db: &mut Connection, credential_id: &[u8]) -> Result<Option<Passkey>> {
    let row: Option<Row> = each!(db, c => passkeys::table
        .filter(passkeys::credential_id.eq(credential_id.to_vec()))
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// Those of a person, oldest first.
pub fn list(db: &mut Connection, identity: IdentityId) -> Result<Vec<Passkey>> {
    let rows: Vec<Row> = each!(db, c => passkeys::table
        .filter(passkeys::identity_id.eq(identity.to_string()))
        .order((passkeys::created_at.asc(), passkeys::id.asc()))
        .load::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// Those of several persons, the oldest first.
pub fn list_of_all(db: &mut Connection, identities: &[IdentityId]) -> Result<Vec<Passkey>> {
    let ids: Vec<String> = identities.iter().map(ToString::to_string).collect();
    let rows: Vec<Row> = each!(db, c => passkeys::table
        .filter(passkeys::identity_id.eq_any(&ids))
        .order((passkeys::created_at.asc(), passkeys::id.asc()))
        .load::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// Whether a person has any.
pub fn is_any(db: &mut Connection, identity: IdentityId) -> Result<bool> {
    let query = || passkeys::table.filter(passkeys::identity_id.eq(identity.to_string()));
    each!(db, c => diesel::select(diesel::dsl::exists(query())).get_result::<bool>(c))
}

/// The same for somebody who is going to delete one: whoever wants to do so at the same time waits, and then finds those
/// that are left.
pub fn list_to_change(db: &mut Connection, identity: IdentityId) -> Result<Vec<Passkey>> {
    let query = || {
        passkeys::table
            .filter(passkeys::identity_id.eq(identity.to_string()))
            .order((passkeys::created_at.asc(), passkeys::id.asc()))
    };
    let rows: Vec<Row> = match db {
        Connection::Sqlite(c) => query().load::<Row>(c)?,
        Connection::Postgres(c) => query().for_update().load::<Row>(c)?,
    };
    rows.into_iter().map(from_row).collect()
}

/// It was used: `false` if it is gone, or was used in the same instant by somebody else who got further in counting.
pub fn set_used(db: &mut Connection, passkey: &Passkey, counted_before: u32) -> Result<bool> {
    let changed = each!(db, c => diesel::update(passkeys::table.find(passkey.id.to_string()))
        .filter(passkeys::sign_count.eq(i64::from(counted_before)))
        .set((
            passkeys::sign_count.eq(i64::from(passkey.sign_count)),
            passkeys::backed_up.eq(passkey.backed_up),
            passkeys::mac.eq(passkey.mac.clone()),
            passkeys::last_used_at.eq(passkey.last_used_at.map(Instant::micros)),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// At most `limit` of everybody's whose ids come after that one.
pub fn page(db: &mut Connection, after: Option<PasskeyId>, limit: i64) -> Result<Vec<Passkey>> {
    let last = after.map_or_else(String::new, |id| id.to_string());
    let rows: Vec<Row> = each!(db, c => passkeys::table
        .filter(passkeys::id.gt(&last))
        .order(passkeys::id.asc())
        .limit(limit)
        .load::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// Puts another MAC in the place of the one that was read: `false` if the row has changed since, or is gone.
pub fn replace_mac(db: &mut Connection, passkey: &Passkey, mac: &[u8]) -> Result<bool> {
    let changed = each!(db, c => diesel::update(passkeys::table.find(passkey.id.to_string()))
        .filter(passkeys::mac.eq(&passkey.mac))
        .set(passkeys::mac.eq(mac))
        .execute(c))?;
    Ok(changed == 1)
}

/// Gives one of a person another name: `false` if they have none of this id.
pub fn rename(db: &mut Connection, identity: IdentityId, id: PasskeyId, name: &str) -> Result<bool> {
    let changed = each!(db, c => diesel::update(passkeys::table.find(id.to_string()))
        .filter(passkeys::identity_id.eq(identity.to_string()))
        .set(passkeys::name.eq(name))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes one of a person: `false` if they have none of this id.
pub fn delete(db: &mut Connection, identity: IdentityId, id: PasskeyId) -> Result<bool> {
    let changed = each!(db, c => diesel::delete(passkeys::table.find(id.to_string()))
        .filter(passkeys::identity_id.eq(identity.to_string()))
        .execute(c))?;
    Ok(changed == 1)
}

fn from_row(row: Row) -> Result<Passkey> {
    let wrong = |column| Error::impossible("passkeys", column, &row.id);
    Ok(Passkey {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        identity: row.identity_id.parse().map_err(|_| wrong("identity_id"))?,
        kind: PasskeyKind::parse(&row.kind).ok_or_else(|| wrong("kind"))?,
        sign_count: u32::try_from(row.sign_count).map_err(|_| wrong("sign_count"))?,
        aaguid: row.aaguid.parse().map_err(|_| wrong("aaguid"))?,
        transports: row.transports.split_ascii_whitespace().map(str::to_owned).collect(),
        created_at: Instant::from_micros(row.created_at),
        last_used_at: row.last_used_at.map(Instant::from_micros),
        backup_eligible: row.backup_eligible,
        backed_up: row.backed_up,
        credential_id: row.credential_id,
        name: row.name,
        public_key: row.public_key,
        mac: row.mac,
        user_handle: row.user_handle,
    })
}

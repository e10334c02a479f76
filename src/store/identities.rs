//! Identities, their addresses and their passwords.

use diesel::prelude::*;

use super::schema::{addresses, credentials, identities};
use super::{Connection, Error, Result, each};
use crate::model::{
    AddressId, CredentialId, Identity, IdentityId, IdentityState, Instant, VerifiableAddress,
};

#[derive(Queryable, QueryableByName, Insertable, AsChangeset)]
#[diesel(table_name = identities, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    schema_id: String,
    traits: String,
    state: String,
    state_changed_at: i64,
    metadata_public: Option<String>,
    metadata_admin: Option<String>,
    version: i64,
    created_at: i64,
    updated_at: i64,
    external_id: Option<String>,
}

/// A password of somebody new.
#[derive(Insertable)]
#[diesel(table_name = credentials, treat_none_as_default_value = false)]
struct PasswordRow<'a> {
    id: String,
    identity_id: String,
    kind: &'static str,
    secret: &'a str,
    created_at: i64,
    updated_at: i64,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = addresses, treat_none_as_null = true, treat_none_as_default_value = false)]
struct AddressRow {
    id: String,
    identity_id: String,
    via: String,
    value: String,
    canonical: String,
    verified_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

const PASSWORD: &str = "password";

/// The rows of one statement, as many as SQLite has room for whatever their columns.
pub(super) const ROWS: usize = 1000;

/// Writes new identities.
pub fn insert_all<'a>(db: &mut Connection, new: impl Iterator<Item = &'a Identity>) -> Result<()> {
    let rows: Vec<Row> = new.map(to_row).collect();
    for rows in rows.chunks(ROWS) {
        each!(db, c => diesel::insert_into(identities::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// The identity of this id.
pub fn find(db: &mut Connection, id: IdentityId) -> Result<Option<Identity>> {
    let row: Option<Row> =
        each!(db, c => identities::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(from_row).transpose()
}

/// The identity that this canonical address belongs to.
pub fn find_by_address(db: &mut Connection, canonical: &str) -> Result<Option<Identity>> {
    let row: Option<Row> = each!(db, c => addresses::table
        .inner_join(identities::table.on(identities::id.eq(addresses::identity_id)))
        .filter(addresses::canonical.eq(canonical))
        .select(identities::all_columns)
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// The identity that another system calls this.
pub fn find_by_external_id(db: &mut Connection, external_id: &str) -> Result<Option<Identity>> {
    let row: Option<Row> = each!(db, c => identities::table
        .filter(identities::external_id.eq(external_id))
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// Writes the identity over the one of its id, if nobody else has since `version`: `false` otherwise.
pub fn update(db: &mut Connection, identity: &Identity, version: i64) -> Result<bool> {
    let row = to_row(identity);
    let changed = each!(db, c => diesel::update(identities::table.find(&row.id))
        .filter(identities::version.eq(version))
        .set(&row)
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes the identity with all that hangs on it.
pub fn delete(db: &mut Connection, id: IdentityId) -> Result<bool> {
    let changed = each!(db, c => diesel::delete(identities::table.find(id.to_string())).execute(c))?;
    Ok(changed == 1)
}

/// How many identities there are, at most `limit`.
pub fn count_up_to(db: &mut Connection, limit: i64) -> Result<usize> {
    let ids: Vec<String> =
        each!(db, c => identities::table.select(identities::id).limit(limit).load::<String>(c))?;
    Ok(ids.len())
}

/// The addresses of an identity.
pub fn addresses_of(db: &mut Connection, identity: IdentityId) -> Result<Vec<VerifiableAddress>> {
    let rows: Vec<AddressRow> = each!(db, c => addresses::table
        .filter(addresses::identity_id.eq(identity.to_string()))
        .order((addresses::created_at.asc(), addresses::id.asc()))
        .load::<AddressRow>(c))?;
    rows.into_iter().map(address_from_row).collect()
}

/// The addresses of several identities, oldest first.
pub fn addresses_of_all(db: &mut Connection, identities: &[IdentityId]) -> Result<Vec<VerifiableAddress>> {
    let ids: Vec<String> = identities.iter().map(ToString::to_string).collect();
    let rows: Vec<AddressRow> = each!(db, c => addresses::table
        .filter(addresses::identity_id.eq_any(&ids))
        .order((addresses::created_at.asc(), addresses::id.asc()))
        .load::<AddressRow>(c))?;
    rows.into_iter().map(address_from_row).collect()
}

/// The identities of these ids, oldest first.
pub fn find_all(db: &mut Connection, identities: &[IdentityId]) -> Result<Vec<Identity>> {
    let ids: Vec<String> = identities.iter().map(ToString::to_string).collect();
    let rows: Vec<Row> = each!(db, c => identities::table
        .filter(identities::id.eq_any(&ids))
        .order((identities::created_at.asc(), identities::id.asc()))
        .load::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// The address of this canonical form.
pub fn find_address(db: &mut Connection, canonical: &str) -> Result<Option<VerifiableAddress>> {
    let row: Option<AddressRow> = each!(db, c => addresses::table
        .filter(addresses::canonical.eq(canonical))
        .get_result::<AddressRow>(c)
        .optional())?;
    row.map(address_from_row).transpose()
}

/// Which of these canonical addresses somebody has.
pub fn taken_addresses(db: &mut Connection, canonical: &[String]) -> Result<Vec<String>> {
    each!(db, c => addresses::table
        .filter(addresses::canonical.eq_any(canonical))
        .select(addresses::canonical)
        .load::<String>(c))
}

/// Which of these external ids somebody has.
pub fn taken_external_ids(db: &mut Connection, external_ids: &[String]) -> Result<Vec<String>> {
    let found: Vec<Option<String>> = each!(db, c => identities::table
        .filter(identities::external_id.eq_any(external_ids))
        .select(identities::external_id)
        .load::<Option<String>>(c))?;
    Ok(found.into_iter().flatten().collect())
}

/// Writes new addresses; [`Error::Duplicate`] if somebody has one of them.
pub fn insert_addresses<'a>(
    db: &mut Connection,
    new: impl Iterator<Item = &'a VerifiableAddress>,
) -> Result<()> {
    let rows: Vec<AddressRow> = new.map(address_to_row).collect();
    for rows in rows.chunks(ROWS) {
        each!(db, c => diesel::insert_into(addresses::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Writes the hashes of the passwords of people who have none yet.
pub fn insert_password_hashes(
    db: &mut Connection,
    new: &[(CredentialId, IdentityId, String)],
    now: Instant,
) -> Result<()> {
    let (created_at, updated_at) = (now.micros(), now.micros());
    for new in new.chunks(ROWS) {
        let rows: Vec<PasswordRow> = new
            .iter()
            .map(|(id, identity, secret)| PasswordRow {
                id: id.to_string(),
                identity_id: identity.to_string(),
                kind: PASSWORD,
                secret,
                created_at,
                updated_at,
            })
            .collect();
        each!(db, c => diesel::insert_into(credentials::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// The person has shown that the address is theirs.
pub fn set_verified(db: &mut Connection, id: AddressId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(addresses::table.find(id.to_string()))
        .filter(addresses::verified_at.is_null())
        .set((addresses::verified_at.eq(now.micros()), addresses::updated_at.eq(now.micros())))
        .execute(c))?;
    Ok(changed == 1)
}

/// Deletes an address.
pub fn delete_address(db: &mut Connection, id: AddressId) -> Result<()> {
    each!(db, c => diesel::delete(addresses::table.find(id.to_string())).execute(c))?;
    Ok(())
}

/// The kinds of the credentials of an identity, with when each was made and last set.
pub fn credential_kinds(
    db: &mut Connection,
    identity: IdentityId,
) -> Result<Vec<(String, Instant, Instant)>> {
    let rows: Vec<(String, i64, i64)> = each!(db, c => credentials::table
        .filter(credentials::identity_id.eq(identity.to_string()))
        .order((credentials::created_at.asc(), credentials::id.asc()))
        .select((credentials::kind, credentials::created_at, credentials::updated_at))
        .load::<(String, i64, i64)>(c))?;
    let instants = |(kind, made, set)| (kind, Instant::from_micros(made), Instant::from_micros(set));
    Ok(rows.into_iter().map(instants).collect())
}

/// The hash of the identity's password (PHC text).
pub fn password_hash(db: &mut Connection, identity: IdentityId) -> Result<Option<String>> {
    each!(db, c => credentials::table
        .filter(credentials::identity_id.eq(identity.to_string()))
        .filter(credentials::kind.eq(PASSWORD))
        .select(credentials::secret)
        .get_result::<String>(c)
        .optional())
}

/// When the identity's password was last set; a stronger hash of the same password does not count.
pub fn password_set_at(db: &mut Connection, identity: IdentityId) -> Result<Option<Instant>> {
    let at: Option<i64> = each!(db, c => credentials::table
        .filter(credentials::identity_id.eq(identity.to_string()))
        .filter(credentials::kind.eq(PASSWORD))
        .select(credentials::updated_at)
        .get_result::<i64>(c)
        .optional())?;
    Ok(at.map(Instant::from_micros))
}

/// Sets the hash of the identity's password.
pub fn set_password_hash(
    db: &mut Connection,
    id: CredentialId,
    identity: IdentityId,
    hash: &str,
    now: Instant,
) -> Result<()> {
    each!(db, c => diesel::insert_into(credentials::table)
        .values((
            credentials::id.eq(id.to_string()),
            credentials::identity_id.eq(identity.to_string()),
            credentials::kind.eq(PASSWORD),
            credentials::secret.eq(hash),
            credentials::created_at.eq(now.micros()),
            credentials::updated_at.eq(now.micros()),
        ))
        .on_conflict((credentials::identity_id, credentials::kind))
        .do_update()
        .set((credentials::secret.eq(hash), credentials::updated_at.eq(now.micros())))
        .execute(c))?;
    Ok(())
}

/// Deletes the identity's password.
pub fn delete_password(db: &mut Connection, identity: IdentityId) -> Result<()> {
    each!(db, c => diesel::delete(credentials::table
        .filter(credentials::identity_id.eq(identity.to_string()))
        .filter(credentials::kind.eq(PASSWORD)))
        .execute(c))?;
    Ok(())
}

/// Replaces the hash of the same password by a stronger one, unless the password was changed meanwhile.
pub fn replace_password_hash(
    db: &mut Connection,
    identity: IdentityId,
    old: &str,
    new: &str,
) -> Result<bool> {
    let changed = each!(db, c => diesel::update(credentials::table)
        .filter(credentials::identity_id.eq(identity.to_string()))
        .filter(credentials::kind.eq(PASSWORD))
        .filter(credentials::secret.eq(old))
        .set(credentials::secret.eq(new))
        .execute(c))?;
    Ok(changed == 1)
}

fn to_row(identity: &Identity) -> Row {
    Row {
        id: identity.id.to_string(),
        schema_id: identity.schema_id.clone(),
        traits: identity.traits.to_string(),
        state: identity.state.name().to_owned(),
        state_changed_at: identity.state_changed_at.micros(),
        metadata_public: identity.metadata_public.as_ref().map(ToString::to_string),
        metadata_admin: identity.metadata_admin.as_ref().map(ToString::to_string),
        version: identity.version,
        created_at: identity.created_at.micros(),
        updated_at: identity.updated_at.micros(),
        external_id: identity.external_id.clone(),
    }
}

pub(super) fn from_row(row: Row) -> Result<Identity> {
    let wrong = |column| Error::impossible("identities", column, &row.id);
    let json = |text: &Option<String>| text.as_deref().map(serde_json::from_str).transpose();
    Ok(Identity {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        schema_id: row.schema_id.clone(),
        traits: serde_json::from_str(&row.traits).map_err(|_| wrong("traits"))?,
        state: IdentityState::parse(&row.state).ok_or_else(|| wrong("state"))?,
        state_changed_at: Instant::from_micros(row.state_changed_at),
        metadata_public: json(&row.metadata_public).map_err(|_| wrong("metadata_public"))?,
        metadata_admin: json(&row.metadata_admin).map_err(|_| wrong("metadata_admin"))?,
        version: row.version,
        created_at: Instant::from_micros(row.created_at),
        updated_at: Instant::from_micros(row.updated_at),
        external_id: row.external_id,
    })
}

fn address_to_row(address: &VerifiableAddress) -> AddressRow {
    AddressRow {
        id: address.id.to_string(),
        identity_id: address.identity.to_string(),
        via: "email".to_owned(),
        value: address.value.clone(),
        canonical: address.canonical.clone(),
        verified_at: address.verified_at.map(Instant::micros),
        created_at: address.created_at.micros(),
        updated_at: address.updated_at.micros(),
    }
}

fn address_from_row(row: AddressRow) -> Result<VerifiableAddress> {
    let wrong = |column| Error::impossible("addresses", column, &row.id);
    Ok(VerifiableAddress {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        identity: row.identity_id.parse().map_err(|_| wrong("identity_id"))?,
        value: row.value.clone(),
        canonical: row.canonical.clone(),
        verified_at: row.verified_at.map(Instant::from_micros),
        created_at: Instant::from_micros(row.created_at),
        updated_at: Instant::from_micros(row.updated_at),
    })
}

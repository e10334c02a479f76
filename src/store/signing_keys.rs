//! Signing keys, sealed. A unique index lets each algorithm have one active key and one that is next.

use std::time::Duration;

use diesel::prelude::*;

use super::schema::signing_keys;
use super::{Connection, Error, Result, each};
use crate::model::{Instant, KeyState};

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Its public name.
    pub kid: String,
    /// Its algorithm (RFC 7518 3.1).
    pub algorithm: String,
    /// What it is for.
    pub state: KeyState,
    /// The private key (PKCS #8), sealed; empty once it is retired.
    pub sealed: String,
    /// The public key (a JWK); empty in a row that an early version has written.
    pub public: String,
    /// When it was made, which is when it was published.
    pub created_at: Instant,
    /// When it begins to sign, or began.
    pub activates_at: Instant,
    /// When it stopped to sign.
    pub retired_at: Option<Instant>,
    /// The longest life of a token that it may have signed.
    pub token_life: Duration,
    /// Until when a retired key is published.
    pub published_until: Option<Instant>,
}

impl StoredKey {
    /// Whether the key set shows it.
    pub fn is_published(&self, now: Instant) -> bool {
        self.state != KeyState::Retired || self.published_until.is_some_and(|end| end > now)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys)]
struct Row {
    kid: String,
    algorithm: String,
    private_key: String,
    created_at: i64,
    retired_at: Option<i64>,
    state: String,
    public_key: String,
    activates_at: i64,
    token_life: i64,
    published_until: Option<i64>,
}

/// Writes a new key; `false` if its algorithm has a key in this state already.
pub fn insert(db: &mut Connection, key: &StoredKey) -> Result<bool> {
    let rows = each!(db, c => diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(&key.kid),
            signing_keys::algorithm.eq(&key.algorithm),
            signing_keys::private_key.eq(&key.sealed),
            signing_keys::created_at.eq(key.created_at.micros()),
            signing_keys::retired_at.eq(key.retired_at.map(Instant::micros)),
            signing_keys::state.eq(key.state.name()),
            signing_keys::public_key.eq(&key.public),
            signing_keys::activates_at.eq(key.activates_at.micros()),
            signing_keys::token_life.eq(micros(key.token_life)),
            signing_keys::published_until.eq(key.published_until.map(Instant::micros)),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// All keys, newest first.
pub fn list(db: &mut Connection) -> Result<Vec<StoredKey>> {
    let rows: Vec<Row> = each!(db, c => signing_keys::table
        .order((signing_keys::created_at.desc(), signing_keys::kid.asc()))
        .select(Row::as_select())
        .load::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// The active key of an algorithm, which nobody else can change before this transaction ends.
pub fn hold_active(db: &mut Connection, algorithm: &str) -> Result<Option<StoredKey>> {
    let row: Option<Row> = each!(db, c => diesel::update(signing_keys::table)
        .filter(signing_keys::algorithm.eq(algorithm))
        .filter(signing_keys::state.eq(KeyState::Active.name()))
        .set(signing_keys::token_life.eq(signing_keys::token_life))
        .returning(Row::as_returning())
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// Lets a key sign no more, and erases its private part; `false` if it is retired already.
pub fn retire(db: &mut Connection, kid: &str, now: Instant, published_until: Instant) -> Result<bool> {
    let rows = each!(db, c => diesel::update(signing_keys::table.find(kid))
        .filter(signing_keys::state.ne(KeyState::Retired.name()))
        .set((
            signing_keys::state.eq(KeyState::Retired.name()),
            signing_keys::private_key.eq(""),
            signing_keys::retired_at.eq(now.micros()),
            signing_keys::published_until.eq(published_until.micros()),
        ))
        .execute(c))?;
    Ok(rows == 1)
}

/// Lets the key that is next sign from now on; `false` if it is not next.
pub fn activate(db: &mut Connection, kid: &str, now: Instant) -> Result<bool> {
    let rows = each!(db, c => diesel::update(signing_keys::table.find(kid))
        .filter(signing_keys::state.eq(KeyState::Next.name()))
        .set((
            signing_keys::state.eq(KeyState::Active.name()),
            signing_keys::activates_at.eq(now.micros()),
        ))
        .execute(c))?;
    Ok(rows == 1)
}

/// Notes that the active keys sign tokens that live so long.
pub fn raise_token_life(db: &mut Connection, life: Duration) -> Result<()> {
    each!(db, c => diesel::update(signing_keys::table)
        .filter(signing_keys::state.eq(KeyState::Active.name()))
        .filter(signing_keys::token_life.lt(micros(life)))
        .set(signing_keys::token_life.eq(micros(life)))
        .execute(c))?;
    Ok(())
}

/// Writes the public part where an early version has written none.
pub fn set_public(db: &mut Connection, kid: &str, jwk: &str) -> Result<()> {
    each!(db, c => diesel::update(signing_keys::table.find(kid))
        .filter(signing_keys::public_key.eq(""))
        .set(signing_keys::public_key.eq(jwk))
        .execute(c))?;
    Ok(())
}

/// Deletes at most `limit` keys that were published until before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => signing_keys::table
        .filter(signing_keys::published_until.lt(before.micros()))
        .limit(limit)
        .select(signing_keys::kid)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(signing_keys::table.filter(signing_keys::kid.eq_any(&old))).execute(c))
}

fn micros(life: Duration) -> i64 {
    i64::try_from(life.as_micros()).unwrap_or(i64::MAX)
}

fn from_row(row: Row) -> Result<StoredKey> {
    let state =
        KeyState::parse(&row.state).ok_or_else(|| Error::impossible("signing_keys", "state", &row.kid))?;
    let life = u64::try_from(row.token_life)
        .map_err(|_| Error::impossible("signing_keys", "token_life", &row.kid))?;
    Ok(StoredKey {
        kid: row.kid,
        algorithm: row.algorithm,
        state,
        sealed: row.private_key,
        public: row.public_key,
        created_at: Instant::from_micros(row.created_at),
        activates_at: Instant::from_micros(row.activates_at),
        retired_at: row.retired_at.map(Instant::from_micros),
        token_life: Duration::from_micros(life),
        published_until: row.published_until.map(Instant::from_micros),
    })
}

//! Finding identities by what is known of them: by exact values of traits, by the beginnings of words, by state, schema
//! and age. Each question walks along one index, in the order of its answer, so that a page costs the same wherever it is.

use diesel::prelude::*;
use diesel::sql_types::Binary;

use super::asked::Asked;
use super::identities::{ROWS, Row, from_row};
use super::schema::{search_words, trait_index};
use super::{Connection, Result, each};
use crate::model::{Identity, IdentityId, IdentityState, Instant};

/// What is looked for: all of it together.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// Only these.
    pub state: Option<IdentityState>,
    /// Only those of this schema.
    pub schema_id: Option<String>,
    /// Only those that were made then or later.
    pub from: Option<Instant>,
    /// Only those that were made earlier.
    pub before: Option<Instant>,
    /// Only those with these values at these paths.
    pub values: Vec<(String, Vec<u8>)>,
    /// Only whoever has these canonical addresses.
    pub addresses: Vec<String>,
}

/// What an identity is found by. No pair and no word may stand twice.
#[derive(Debug)]
pub struct Entry {
    /// Whom it finds.
    pub identity: IdentityId,
    /// When it was made.
    pub created_at: Instant,
    /// Paths of traits, and values there.
    pub values: Vec<(String, Vec<u8>)>,
    /// Words.
    pub words: Vec<Vec<u8>>,
}

/// A row of the index of values.
#[derive(Insertable)]
#[diesel(table_name = trait_index, treat_none_as_default_value = false)]
struct ValueRow<'a> {
    identity_id: String,
    path: &'a str,
    value: &'a [u8],
    created_at: i64,
}

/// A row of the index of words.
#[derive(Insertable)]
#[diesel(table_name = search_words, treat_none_as_default_value = false)]
struct WordRow<'a> {
    identity_id: String,
    word: &'a [u8],
}

/// An identity, and the word that it was found by.
#[derive(QueryableByName)]
struct ByWord {
    #[diesel(embed)]
    identity: Row,
    #[diesel(sql_type = Binary)]
    word: Vec<u8>,
}

const COLUMNS: &str = "SELECT i.id, i.schema_id, i.traits, i.state, i.state_changed_at, i.metadata_public, \
                       i.metadata_admin, i.version, i.created_at, i.updated_at, i.external_id";

/// Takes away what an identity was found by.
pub fn forget(db: &mut Connection, identity: IdentityId) -> Result<()> {
    let id = identity.to_string();
    each!(db, c => diesel::delete(trait_index::table.filter(trait_index::identity_id.eq(&id))).execute(c))?;
    each!(db, c => diesel::delete(search_words::table.filter(search_words::identity_id.eq(&id))).execute(c))?;
    Ok(())
}

/// Writes what identities are found by that are found by nothing yet.
pub fn index(db: &mut Connection, entries: &[Entry]) -> Result<()> {
    let values: Vec<ValueRow> = entries
        .iter()
        .flat_map(|entry| {
            entry.values.iter().map(|(path, value)| ValueRow {
                identity_id: entry.identity.to_string(),
                path,
                value,
                created_at: entry.created_at.micros(),
            })
        })
        .collect();
    for rows in values.chunks(ROWS) {
        each!(db, c => diesel::insert_into(trait_index::table).values(rows).execute(c))?;
    }
    let words: Vec<WordRow> = entries
        .iter()
        .flat_map(|entry| {
            entry.words.iter().map(|word| WordRow { identity_id: entry.identity.to_string(), word })
        })
        .collect();
    for rows in words.chunks(ROWS) {
        each!(db, c => diesel::insert_into(search_words::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Identities, the oldest first, after the one of this age and id.
pub fn list(
    db: &mut Connection,
    conditions: &Conditions,
    after: Option<(Instant, IdentityId)>,
    limit: i64,
) -> Result<Vec<Identity>> {
    let rows: Vec<Row> = by_age(conditions, after, limit).rows(db)?;
    rows.into_iter().map(from_row).collect()
}

/// Identities of which a word begins like this, by that word, after the one of this word and id.
pub fn beginning(
    db: &mut Connection,
    prefix: &str,
    conditions: &Conditions,
    after: Option<(&[u8], IdentityId)>,
    limit: i64,
) -> Result<Vec<(Identity, Vec<u8>)>> {
    let rows: Vec<ByWord> = by_word(prefix, conditions, after, limit).rows(db)?;
    rows.into_iter().map(|found| Ok((from_row(found.identity)?, found.word))).collect()
}

/// From the address that is asked for, along the index of the first value, or along the ages.
fn by_age(conditions: &Conditions, after: Option<(Instant, IdentityId)>, limit: i64) -> Asked {
    let (from, before) = ages(conditions);
    let from = after.map_or(from, |(at, _)| at.micros().max(from));
    let asked = Asked::new(COLUMNS);
    if let Some((address, others)) = conditions.addresses.split_first() {
        let asked = asked
            .sql(" FROM addresses a CROSS JOIN identities i WHERE i.id = a.identity_id AND a.canonical = ")
            .text(address);
        let asked = later(asked.sql(" AND i.created_at >= ").number(from), before, after);
        let asked = addressed(having(stateful(asked, conditions), &conditions.values), others);
        return asked.sql(" LIMIT ").number(limit);
    }
    match conditions.values.split_first() {
        Some(((path, value), others)) => {
            // Joined crosswise, SQLite keeps to this order.
            let asked = asked
                .sql(" FROM trait_index t CROSS JOIN identities i WHERE i.id = t.identity_id AND t.path = ")
                .text(path)
                .sql(" AND t.value = ")
                .bytes(value)
                .sql(" AND t.created_at >= ")
                .number(from)
                .sql(" AND t.created_at < ")
                .number(before);
            let asked = match after {
                Some((at, id)) => asked
                    .sql(" AND (t.created_at > ")
                    .number(at.micros())
                    .sql(" OR t.identity_id > ")
                    .text(id.to_string())
                    .sql(")"),
                None => asked,
            };
            let asked = having(stateful(asked, conditions), others);
            asked.sql(" ORDER BY t.created_at, t.identity_id LIMIT ").number(limit)
        }
        None => {
            let asked = asked.sql(" FROM identities i WHERE i.created_at >= ").number(from);
            stateful(later(asked, before, after), conditions)
                .sql(" ORDER BY i.created_at, i.id LIMIT ")
                .number(limit)
        }
    }
}

/// Made before that instant, and in the order after that age and id.
fn later(asked: Asked, before: i64, after: Option<(Instant, IdentityId)>) -> Asked {
    let asked = asked.sql(" AND i.created_at < ").number(before);
    match after {
        Some((at, id)) => asked
            .sql(" AND (i.created_at > ")
            .number(at.micros())
            .sql(" OR i.id > ")
            .text(id.to_string())
            .sql(")"),
        None => asked,
    }
}

/// Along the index of words. An identity with several such words is there once, at the first of them.
fn by_word(prefix: &str, conditions: &Conditions, after: Option<(&[u8], IdentityId)>, limit: i64) -> Asked {
    let prefix = prefix.as_bytes();
    let asked = Asked::new(COLUMNS)
        .sql(", w.word FROM search_words w CROSS JOIN identities i WHERE i.id = w.identity_id AND w.word >= ")
        .bytes(after.map_or(prefix, |(word, _)| word))
        .sql(" AND w.word < ")
        .bytes(&beyond(prefix));
    let asked = match after {
        Some((word, id)) => {
            asked.sql(" AND (w.word > ").bytes(word).sql(" OR w.identity_id > ").text(id.to_string()).sql(")")
        }
        None => asked,
    };
    let asked = asked
        .sql(" AND NOT EXISTS (SELECT 1 FROM search_words e WHERE e.identity_id = w.identity_id AND e.word >= ")
        .bytes(prefix)
        .sql(" AND e.word < w.word)");
    let asked = match (conditions.from, conditions.before) {
        (None, None) => asked,
        _ => {
            let (from, before) = ages(conditions);
            let asked = asked.sql(" AND i.created_at >= ").number(from);
            asked.sql(" AND i.created_at < ").number(before)
        }
    };
    let asked = having(stateful(asked, conditions), &conditions.values);
    let asked = addressed(asked, &conditions.addresses);
    asked.sql(" ORDER BY w.word, w.identity_id LIMIT ").number(limit)
}

fn ages(conditions: &Conditions) -> (i64, i64) {
    let from = conditions.from.map_or(i64::MIN, Instant::micros);
    (from, conditions.before.map_or(i64::MAX, Instant::micros))
}

fn stateful(mut asked: Asked, conditions: &Conditions) -> Asked {
    if let Some(state) = conditions.state {
        asked = asked.sql(" AND i.state = ").text(state.name());
    }
    if let Some(schema_id) = &conditions.schema_id {
        asked = asked.sql(" AND i.schema_id = ").text(schema_id);
    }
    asked
}

fn having(mut asked: Asked, values: &[(String, Vec<u8>)]) -> Asked {
    for (path, value) in values {
        asked = asked
            .sql(" AND EXISTS (SELECT 1 FROM trait_index o WHERE o.identity_id = i.id AND o.path = ")
            .text(path)
            .sql(" AND o.value = ")
            .bytes(value)
            .sql(")");
    }
    asked
}

fn addressed(mut asked: Asked, addresses: &[String]) -> Asked {
    for address in addresses {
        asked = asked
            .sql(" AND EXISTS (SELECT 1 FROM addresses b WHERE b.identity_id = i.id AND b.canonical = ")
            .text(address)
            .sql(")");
    }
    asked
}

/// The first bytes that are beyond all that begin with the prefix. No UTF-8 holds 0xFF, so the last byte has a next one.
fn beyond(prefix: &[u8]) -> Vec<u8> {
    let mut beyond = prefix.to_vec();
    match beyond.last_mut() {
        Some(last) => *last = last.saturating_add(1),
        None => beyond.push(0xFF),
    }
    beyond
}

#[cfg(test)]
mod tests;

//! What identities are found by: traits that their schema marks with `index`, their addresses, and the domains of those.
//!
//! The index is written in the transaction that changes an identity. If the schema marks other traits than before, it is
//! written anew for everybody, piece by piece, and until then whoever searches is told to wait.

mod filter;
mod fold;
mod rebuild;

pub use filter::{BadFilter, Condition, conditions as read_filter};
pub use rebuild::{is_ready, rebuild};

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::traits;
use crate::config::Settings;
use crate::crypto::sha256;
use crate::cx::{Cx, Result};
use crate::model::{Identity, IdentityId, Instant};
use crate::store;
use crate::store::search::{Conditions, Entry};

/// The path of the domains of addresses in the index; no trait is called so.
const DOMAIN: &str = "domain";

/// Values longer than this stand in the index by their digest.
const LONGEST_VALUE: usize = 200;

/// The most values of one identity, and the most words.
const MOST: usize = 64;

/// Writes what an identity is found by.
pub(super) fn index(cx: &mut Cx<'_>, identity: &Identity) -> Result<()> {
    store::search::forget(cx.db, identity.id)?;
    index_new(cx, std::iter::once(identity))
}

/// Writes what new identities are found by.
pub(super) fn index_new<'a>(cx: &mut Cx<'_>, new: impl Iterator<Item = &'a Identity>) -> Result<()> {
    let entries: Vec<Entry> = new.map(|identity| entry(cx.settings(), identity)).collect();
    Ok(store::search::index(cx.db, &entries)?)
}

fn entry(settings: &Settings, identity: &Identity) -> Entry {
    let (mut values, mut words) = (BTreeSet::new(), BTreeSet::new());
    let schema = traits::schema(settings, &identity.schema_id);
    for path in traits::indexed(schema) {
        for value in at(&identity.traits, &path) {
            values.insert((format!("traits.{}", path.join(".")), exact(value)));
            if let Value::String(text) = value {
                words.extend(fold::words(text));
            }
        }
    }
    for address in traits::addresses(schema, &identity.traits) {
        if let Some(canonical) = traits::canonical_email(&address) {
            words.extend(fold::words_of_address(&canonical));
            if let Some((_, domain)) = canonical.rsplit_once('@') {
                values.insert((DOMAIN.to_owned(), exact(&Value::from(domain))));
            }
        }
    }
    let words = words.into_iter().take(MOST).map(String::into_bytes).collect();
    let values = values.into_iter().take(MOST).collect();
    Entry { identity: identity.id, created_at: identity.created_at, values, words }
}

/// The scalars at a path, with those in a list there.
fn at<'a>(traits: &'a Value, path: &[String]) -> Vec<&'a Value> {
    let found = path.iter().try_fold(traits, |value, name| value.get(name));
    let is_scalar = |value: &&Value| value.is_string() || value.is_number() || value.is_boolean();
    match found {
        Some(Value::Array(items)) => items.iter().filter(is_scalar).collect(),
        found => found.into_iter().filter(is_scalar).collect(),
    }
}

/// A value as the index compares it: as JSON, in one normal form of Unicode.
fn exact(value: &Value) -> Vec<u8> {
    let text = match value {
        Value::String(text) => Value::String(text.nfc().collect()).to_string(),
        other => other.to_string(),
    };
    if text.len() <= LONGEST_VALUE {
        text.into_bytes()
    } else {
        [&b"#"[..], &sha256(text.as_bytes())].concat()
    }
}

/// Only those with an address at this domain.
pub fn at_domain(domain: &str) -> (String, Vec<u8>) {
    let canonical = traits::canonical_email(&format!("a@{domain}"));
    let domain = canonical.as_deref().and_then(|address| address.strip_prefix("a@")).unwrap_or_default();
    (DOMAIN.to_owned(), exact(&Value::from(domain)))
}

/// Identities, the oldest first, after the one of this age and id.
pub fn list(
    cx: &mut Cx<'_>,
    conditions: &Conditions,
    after: Option<(Instant, IdentityId)>,
    limit: i64,
) -> Result<Vec<Identity>> {
    Ok(store::search::list(cx.db, conditions, after, limit)?)
}

/// Identities of which a word begins with what was typed, whatever its accents and its case, with that word; after the
/// one of this word and id. Nothing begins with nothing.
pub fn beginning(
    cx: &mut Cx<'_>,
    typed: &str,
    conditions: &Conditions,
    after: Option<(&[u8], IdentityId)>,
    limit: i64,
) -> Result<Vec<(Identity, Vec<u8>)>> {
    let prefix = fold::prefix(typed);
    if prefix.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::search::beginning(cx.db, &prefix, conditions, after, limit)?)
}

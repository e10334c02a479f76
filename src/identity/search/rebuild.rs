//! The index is written anew when the schema marks other traits than it did, or when it is younger than the identities.

use super::index;
use crate::crypto::{base64url, sha256};
use crate::cx::{Cx, Result};
use crate::identity::traits;
use crate::model::{IdentityId, Instant};
use crate::store;
use crate::store::meta;
use crate::store::search::Conditions;

/// Where the installation remembers for which traits the index is complete.
const DONE: &str = "search.index";

/// Where it remembers how far it has come.
const UNDER_WAY: &str = "search.index_under_way";

/// Identities of one transaction.
const BITE: i64 = 200;

/// What the index depends on; its beginning counts the ways in which it was ever written.
fn fingerprint(cx: &Cx<'_>) -> String {
    let settings = cx.settings();
    let mut marked = String::new();
    for (id, _) in settings.identity.schemas() {
        let schema = traits::schema(settings, id);
        let (paths, addresses) = (traits::indexed(schema), traits::address_names(schema));
        marked.push_str(&format!("{id:?} {paths:?} {addresses:?}\n"));
    }
    format!("1.{}", base64url(&sha256(marked.as_bytes())))
}

/// Whether everybody can be found.
pub fn is_ready(cx: &mut Cx<'_>) -> Result<bool> {
    let wanted = fingerprint(cx);
    Ok(meta::find(cx.db, DONE)?.is_some_and(|done| done == wanted))
}

/// Writes a piece of the index, if it is not complete: `true` once it is.
pub fn rebuild(cx: &mut Cx<'_>) -> Result<bool> {
    if is_ready(cx)? {
        return Ok(true);
    }
    let wanted = fingerprint(cx);
    let after = meta::find(cx.db, UNDER_WAY)?.and_then(|text| position(&text, &wanted));
    let people = store::search::list(cx.db, &Conditions::default(), after, BITE)?;
    for person in &people {
        index(cx, person)?;
    }
    let (name, value) = match people.last() {
        Some(last) => (UNDER_WAY, format!("{wanted} {} {}", last.created_at.micros(), last.id)),
        None => (DONE, wanted),
    };
    meta::insert_once(cx.db, name, &value)?;
    meta::replace(cx.db, name, &value)?;
    Ok(name == DONE)
}

fn position(text: &str, wanted: &str) -> Option<(Instant, IdentityId)> {
    let (at, id) = text.strip_prefix(wanted)?.trim_start().split_once(' ')?;
    Some((Instant::from_micros(at.parse().ok()?), id.parse().ok()?))
}

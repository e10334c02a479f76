//! What a person has connected: the clients that have grants of theirs, or whom they have allowed something once and for
//! all.

use crate::cx::{Cx, Result};
use crate::model::{IdentityId, Instant, Scope};
use crate::store;

/// The most grants that are looked at.
const GRANTS: i64 = 1000;

/// A client that may act for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// Its id.
    pub client_id: String,
    /// Its name; the id, if nobody knows the client any more.
    pub name: String,
    /// What it may do, or what it is not asked for again.
    pub scope: Scope,
    /// Since when.
    pub first_at: Instant,
    /// When it last got tokens, or when it was last allowed something.
    pub last_at: Instant,
    /// Whether some of it outlives the sign-in.
    pub offline: bool,
    /// Whether it is remembered.
    pub remembered: bool,
}

/// The clients of a person, by their names.
pub fn list(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Vec<Connected>> {
    let mut found: Vec<Connected> = Vec::new();
    for consent in store::consents::list_of(cx.db, identity)? {
        found.push(Connected {
            name: String::new(),
            client_id: consent.client_id,
            scope: consent.scope,
            first_at: consent.created_at,
            last_at: consent.updated_at,
            offline: false,
            remembered: true,
        });
    }
    for grant in store::grants::living_of(cx.db, identity, cx.now, GRANTS)? {
        match found.iter_mut().find(|known| known.client_id == grant.client_id) {
            Some(known) => {
                known.scope = known.scope.union(&grant.scope);
                known.first_at = known.first_at.min(grant.created_at);
                known.last_at = known.last_at.max(grant.refreshed_at);
                known.offline |= grant.offline;
            }
            None => found.push(Connected {
                name: String::new(),
                client_id: grant.client_id,
                scope: grant.scope,
                first_at: grant.created_at,
                last_at: grant.refreshed_at,
                offline: grant.offline,
                remembered: false,
            }),
        }
    }
    let clients = cx.clients();
    for known in &mut found {
        let client = clients.find(&known.client_id);
        known.name = client.map_or_else(|| known.client_id.clone(), |client| client.name.clone());
    }
    found.sort_by_cached_key(|known| (known.name.to_lowercase(), known.client_id.clone()));
    Ok(found)
}

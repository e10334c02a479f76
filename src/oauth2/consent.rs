//! What people have allowed clients once and for all.

use crate::cx::{Cx, Result};
use crate::model::{Event, IdentityId, Scope};
use crate::store;

/// What the person has allowed the client.
pub fn remembered(cx: &mut Cx<'_>, identity: IdentityId, client_id: &str) -> Result<Option<Scope>> {
    Ok(store::consents::find(cx.db, identity, client_id)?)
}

/// Adds to what the person has allowed the client.
pub fn remember(cx: &mut Cx<'_>, identity: IdentityId, client_id: &str, scope: &Scope) -> Result<()> {
    let together = match store::consents::find(cx.db, identity, client_id)? {
        Some(before) if before.covers(scope) => return Ok(()),
        Some(before) => before.union(scope),
        None => scope.clone(),
    };
    store::consents::upsert(cx.db, identity, client_id, &together, cx.now)?;
    cx.record(Event::new("consent.given").of(identity).for_client(client_id).with("scope", scope.to_string()))
}

/// Forgets what the person has allowed the client, and ends what followed from it.
pub fn forget(cx: &mut Cx<'_>, identity: IdentityId, client_id: &str) -> Result<bool> {
    let had = ask_again(cx, identity, client_id)?;
    super::grants::end_of_client(cx, identity, client_id, "consent_withdrawn")?;
    Ok(had)
}

/// Forgets what the person has allowed the client, which keeps what it has: `false` if nothing was remembered. The next
/// time, the person is asked.
pub fn ask_again(cx: &mut Cx<'_>, identity: IdentityId, client_id: &str) -> Result<bool> {
    let had = store::consents::delete(cx.db, identity, client_id)?;
    if had {
        cx.record(Event::new("consent.withdrawn").of(identity).for_client(client_id))?;
    }
    Ok(had)
}

//! Who takes part in a session, and the end of grants: with their codes, refresh tokens and access tokens, in one
//! transaction, with an event each.

use crate::cx::{Cx, Result};
use crate::model::{Event, GrantId, IdentityId, SessionId};
use crate::store;
use crate::store::grants::Of;

/// From now on the client takes part in the session, if that lives: sign-out names it, and tells it. Whoever gives a
/// client the first tokens of a grant calls this, in the same transaction.
pub fn take_part(cx: &mut Cx<'_>, session: SessionId, client_id: &str) -> Result<()> {
    Ok(store::session_clients::insert_once(cx.db, session, client_id, cx.now)?)
}

/// Ends everything that a person granted. Answers how many grants were alive.
pub fn end_of_identity(cx: &mut Cx<'_>, identity: IdentityId, reason: &'static str) -> Result<usize> {
    store::authorization_codes::expire_of_identity(cx.db, identity, cx.now)?;
    store::device_codes::expire_of_identity(cx.db, identity, cx.now)?;
    end(cx, Of::Identity(identity), reason)
}

/// Ends what was granted in a session; what is offline only if `including_offline`.
pub fn end_of_session(
    cx: &mut Cx<'_>,
    session: SessionId,
    including_offline: bool,
    reason: &'static str,
) -> Result<usize> {
    store::authorization_codes::expire_of_session(cx.db, session, cx.now)?;
    if including_offline {
        // Without it, the session is looked at when the device comes: what it asked for may be offline.
        store::device_codes::expire_of_session(cx.db, session, cx.now)?;
    }
    end(cx, Of::Session(session, including_offline), reason)
}

/// Ends what a person granted to one client.
pub fn end_of_client(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    client_id: &str,
    reason: &'static str,
) -> Result<usize> {
    store::authorization_codes::expire_of_client(cx.db, identity, client_id, cx.now)?;
    store::device_codes::expire_of_client(cx.db, identity, client_id, cx.now)?;
    end(cx, Of::Client(identity, client_id), reason)
}

/// Ends one grant.
pub(super) fn end_one(cx: &mut Cx<'_>, grant: GrantId, reason: &'static str) -> Result<usize> {
    end(cx, Of::Grant(grant), reason)
}

fn end(cx: &mut Cx<'_>, of: Of<'_>, reason: &'static str) -> Result<usize> {
    let ended = store::grants::end(cx.db, of, reason, cx.now)?;
    for grant in &ended {
        cx.record(
            Event::new("grant.ended")
                .of(grant.identity)
                .in_session(grant.session)
                .for_client(&grant.client_id)
                .with("grant", grant.id.to_string())
                .with("reason", reason),
        )?;
    }
    Ok(ended.len())
}

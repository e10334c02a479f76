//! Who takes part in a session, and the end of grants: with their codes, refresh tokens and access tokens, in one
//! transaction, with an event each.

use crate::cx::{Cx, Result};
use crate::model::{Event, GrantId, IdentityId, SessionId};
use crate::store;
use crate::store::grants::{Ended, Of};

/// From now on the client takes part in the session, if that lives: sign-out names it, and tells it. Whoever gives a
/// client the first tokens of a grant calls this, in the same transaction.
pub fn take_part(cx: &mut Cx<'_>, session: SessionId, client_id: &str) -> Result<()> {
    Ok(store::session_clients::insert_once(cx.db, session, client_id, cx.now)?)
}

/// Ends everything that a person granted, but what was given in one session: grants, codes on their way, and what the
/// person has said to requests that wait. Answers the grants that were alive.
pub fn end_of_identity(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    except: Option<SessionId>,
    reason: &'static str,
) -> Result<Vec<Ended>> {
    store::authorization_codes::expire_of_identity(cx.db, identity, cx.now)?;
    store::device_codes::expire_of_identity(cx.db, identity, cx.now)?;
    store::authorization_requests::forget_consent_of(cx.db, identity)?;
    end(cx, Of::Identity(identity, except), reason)
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
    Ok(end(cx, Of::Session(session, including_offline), reason)?.len())
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
    Ok(end(cx, Of::Client(identity, client_id), reason)?.len())
}

/// Ends one grant.
pub(super) fn end_one(cx: &mut Cx<'_>, grant: GrantId, reason: &'static str) -> Result<usize> {
    Ok(end(cx, Of::Grant(grant), reason)?.len())
}

fn end(cx: &mut Cx<'_>, of: Of<'_>, reason: &'static str) -> Result<Vec<Ended>> {
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
    Ok(ended)
}

//! Endings that touch people and protocol alike: sign-out, and the one off-switch.

use super::{Step, Visitor, resume};
use crate::crypto::PasswordHash;
use crate::cx::{Cx, Result};
use crate::identity::administration::{Refusal, Replacement};
use crate::identity::factors::Added;
use crate::identity::recovery::{NewPassword, Recovered};
use crate::identity::{self, SignedIn};
use crate::model::{Identity, IdentityId, IdentityState, Session, SessionId};
use crate::oauth2::grants;
use crate::store;

/// The most sessions that are looked at when all of a person end.
const SESSIONS: i64 = 1000;

/// Ends everything of a person, but one session: sessions, grants with all their tokens, codes, mailed codes, open
/// flows and trusted devices, in this transaction.
pub fn end_everything(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    except: Option<SessionId>,
    reason: &'static str,
) -> Result<()> {
    for session in store::sessions::alive_of(cx.db, identity, cx.now, SESSIONS)? {
        if Some(session.id) != except {
            identity::sessions::end(cx, &session, reason)?;
        }
    }
    grants::end_of_identity(cx, identity, reason)?;
    store::one_time_codes::expire_of_identity(cx.db, identity, cx.now)?;
    store::flows::expire_of_identity(cx.db, identity, None, cx.now)?;
    identity::factors::untrust_all(cx, identity, reason)
}

/// Ends one session with what was granted in it, save what is offline.
pub fn end_session(cx: &mut Cx<'_>, session: &Session, reason: &'static str) -> Result<bool> {
    let was_alive = identity::sessions::end(cx, session, reason)?;
    grants::end_of_session(cx, session.id, false, reason)?;
    Ok(was_alive)
}

/// Ends all sessions of a person but this one; answers how many.
pub fn end_other_sessions(cx: &mut Cx<'_>, current: &Session, reason: &'static str) -> Result<usize> {
    let mut ended = 0;
    for session in store::sessions::alive_of(cx.db, current.identity, cx.now, SESSIONS)? {
        if session.id != current.id && end_session(cx, &session, reason)? {
            ended += 1;
        }
    }
    Ok(ended)
}

/// Signs this browser out.
pub fn sign_out(cx: &mut Cx<'_>, visitor: &Visitor) -> Result<Option<Session>> {
    let Some(session) = visitor.claimed(cx)? else { return Ok(None) };
    end_session(cx, &session, "signed_out")?;
    Ok(Some(session))
}

/// A recovery is done: the new password stands, everything that was is ended, and the person is signed in here.
/// `None` if somebody was faster.
pub fn finish_recovery(
    cx: &mut Cx<'_>,
    new: NewPassword,
    hash: PasswordHash,
    visitor: &Visitor,
) -> Result<Option<(Step, SignedIn)>> {
    let Some(recovered) = identity::recovery::save_password(cx, new, hash)? else {
        return Ok(None);
    };
    let Recovered { completed, identity, amr } = recovered;
    end_everything(cx, identity, None, "recovered")?;
    let amr: Vec<&str> = amr.iter().map(String::as_str).collect();
    let signed_in = identity::sessions::sign_in(cx, identity, visitor.browser, &amr, None)?;
    let step = resume(cx, completed, Some(&signed_in), visitor)?;
    Ok(Some((step, signed_in)))
}

/// The person has chosen a new password while signed in; this session gets a new token.
pub fn change_password(
    cx: &mut Cx<'_>,
    session: &Session,
    hash: PasswordHash,
    end_others: bool,
) -> Result<SignedIn> {
    identity::settings::save_password(cx, session.identity, hash)?;
    if end_others {
        end_other_sessions(cx, session, "password_changed")?;
        store::one_time_codes::expire_of_identity(cx.db, session.identity, cx.now)?;
    }
    identity::factors::untrust_all(cx, session.identity, "password_changed")?;
    identity::sessions::raise(cx, session, &[])
}

/// The person adds an authenticator app with its first code: their session counts as one of both factors from now on. With
/// the first second factor, all other sessions end, as nobody has shown it in them.
pub fn add_app(cx: &mut Cx<'_>, session: &Session, typed: &str) -> Result<(Added, Option<SignedIn>)> {
    let added = identity::factors::add_app(cx, session, typed)?;
    let Added::Done { first } = added else { return Ok((added, None)) };
    if first {
        end_other_sessions(cx, session, "second_factor_added")?;
    }
    let signed_in = identity::sessions::raise(cx, session, &["otp", "mfa"])?;
    Ok((added, Some(signed_in)))
}

/// Switches an identity on or off. Off ends everything at once (S1).
pub fn set_state(cx: &mut Cx<'_>, id: IdentityId, state: IdentityState) -> Result<Option<Identity>> {
    let changed = identity::administration::set_state(cx, id, state)?;
    if changed.is_some() && state == IdentityState::Inactive {
        end_everything(cx, id, None, "identity_deactivated")?;
    }
    Ok(changed)
}

/// Replaces an identity. Off ends everything at once (S1), and so does another password.
pub fn replace_identity(
    cx: &mut Cx<'_>,
    id: IdentityId,
    with: Replacement,
) -> Result<std::result::Result<Identity, Refusal>> {
    let (off, other_password) = (with.state == IdentityState::Inactive, with.password.is_some());
    let replaced = identity::administration::replace(cx, id, with)?;
    if replaced.is_ok() {
        if off {
            end_everything(cx, id, None, "identity_deactivated")?;
        } else if other_password {
            end_everything(cx, id, None, "password_replaced")?;
        }
    }
    Ok(replaced)
}

/// Ends all sessions of a person; answers how many.
pub fn end_sessions(cx: &mut Cx<'_>, id: IdentityId, reason: &'static str) -> Result<usize> {
    let mut ended = 0;
    for session in store::sessions::alive_of(cx.db, id, cx.now, SESSIONS)? {
        if end_session(cx, &session, reason)? {
            ended += 1;
        }
    }
    Ok(ended)
}

/// Deletes an identity, with an end for everything that it had. `false` if there is none of this id.
pub fn delete_identity(cx: &mut Cx<'_>, id: IdentityId) -> Result<bool> {
    end_everything(cx, id, None, "identity_deleted")?;
    identity::administration::delete(cx, id)
}

//! Endings that touch people and protocol alike: sign-out, and the one off-switch.

use super::{Step, Visitor, resume};
use crate::config::Ends;
use crate::crypto::PasswordHash;
use crate::crypto::webauthn::{NewCredential, Refusal as WebauthnRefusal};
use crate::cx::{Cx, Result};
use crate::identity::administration::{Patch, Refusal, Removed, Replacement};
use crate::identity::factors::Added;
use crate::identity::recovery::{NewPassword, Recovered};
use crate::identity::{self, SignedIn};
use crate::model::{
    Event, Flow, Identity, IdentityId, IdentityState, Notice, Passkey, PasskeyKind, Recovery, Session,
    SessionId,
};
use crate::oauth2::{consent, grants};
use crate::store;

/// The most sessions that are looked at when all of a person end.
const SESSIONS: i64 = 1000;

/// The off-switch: ends everything of a person, but one session with what was granted in it. Sessions, grants with all
/// their tokens, codes of every kind, open flows, answers to requests that wait, changes that wait, trusted devices, and
/// the standing of the browsers that they have used end in this transaction; and every client that took part is told
/// through the outbox.
pub fn end_everything(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    except: Option<SessionId>,
    reason: &'static str,
) -> Result<()> {
    let alive = store::sessions::alive_of(cx.db, identity, cx.now, SESSIONS)?;
    for session in alive.iter().filter(|session| Some(session.id) != except) {
        identity::sessions::end(cx, session, reason)?;
    }
    let kept = alive.iter().find(|session| Some(session.id) == except).map(|session| &session.browser);
    store::known_browsers::forget_of_identity(cx.db, identity, kept)?;
    let mut ended = grants::end_of_identity(cx, identity, except, reason)?;
    // Who has offline access from a session that is over hears only now that it has ended.
    ended.retain(|grant| alive.iter().all(|session| session.id != grant.session));
    ended.sort_by_cached_key(|grant| (grant.session.to_string(), grant.client_id.clone()));
    ended.dedup_by(|one, other| one.session == other.session && one.client_id == other.client_id);
    for grant in ended {
        identity::sessions::queue_notice(cx, identity, grant.session, &grant.client_id)?;
    }
    identity::factors::untrust_all(cx, identity, reason)?;
    end_pages(cx, identity)
}

/// Ends what waits for a person without a session: mailed codes, open flows, and changes that wait.
fn end_pages(cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
    store::one_time_codes::expire_of_identity(cx.db, identity, cx.now)?;
    store::flows::expire_of_identity(cx.db, identity, None, cx.now)?;
    identity::parked::forget(cx, identity)
}

/// Ends what a new password ends, but one session with what was granted in it: everything, or only the sessions with what
/// is not offline, as the settings say (S35).
fn end_for_password(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    except: Option<&Session>,
    reason: &'static str,
) -> Result<()> {
    match cx.settings().recovery_ends {
        Ends::SessionsAndGrants => end_everything(cx, identity, except.map(|session| session.id), reason),
        Ends::Sessions => {
            for session in store::sessions::alive_of(cx.db, identity, cx.now, SESSIONS)? {
                if except.is_none_or(|kept| kept.id != session.id) {
                    end_session(cx, &session, reason)?;
                }
            }
            end_pages(cx, identity)
        }
    }
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
    store::known_browsers::forget_of_identity(cx.db, current.identity, Some(&current.browser))?;
    Ok(ended)
}

/// Takes a client's access away: its grants with all their tokens, what is remembered of consent, and its part in the
/// person's sessions, of which it is told.
pub fn remove_access(cx: &mut Cx<'_>, identity: IdentityId, client_id: &str) -> Result<()> {
    consent::forget(cx, identity, client_id)?;
    for session in store::sessions::alive_of(cx.db, identity, cx.now, SESSIONS)? {
        identity::sessions::leave(cx, &session, client_id)?;
    }
    Ok(())
}

/// Signs this browser out.
pub fn sign_out(cx: &mut Cx<'_>, visitor: &Visitor) -> Result<Option<Session>> {
    let Some(session) = visitor.claimed(cx)? else { return Ok(None) };
    end_session(cx, &session, "signed_out")?;
    Ok(Some(session))
}

/// A recovery is done: the new password stands, what was is ended (S35), and the person is signed in here.
/// `None` if somebody was faster.
pub fn finish_recovery(
    cx: &mut Cx<'_>,
    new: NewPassword,
    hash: PasswordHash,
    visitor: &Visitor,
) -> Result<Option<(Step, SignedIn)>> {
    match identity::recovery::save_password(cx, new, hash)? {
        Some(recovered) => Ok(Some(come_back(cx, recovered, visitor)?)),
        None => Ok(None),
    }
}

/// The same with a passkey in place of the password. Whoever has no backup codes gets some, as the passkey may be lost.
/// `Err` is the page that the flow stands on.
pub fn finish_recovery_with_passkey(
    cx: &mut Cx<'_>,
    flow: Flow<Recovery>,
    made: Option<std::result::Result<NewCredential, WebauthnRefusal>>,
    visitor: &Visitor,
) -> Result<std::result::Result<(Step, SignedIn), Flow<Recovery>>> {
    Ok(match identity::recovery::save_passkey(cx, flow, made)? {
        Ok(recovered) => Ok(come_back(cx, recovered, visitor)?),
        Err(flow) => Err(flow),
    })
}

fn come_back(cx: &mut Cx<'_>, recovered: Recovered, visitor: &Visitor) -> Result<(Step, SignedIn)> {
    let Recovered { completed, identity, amr, by_passkey } = recovered;
    end_for_password(cx, identity, None, "recovered")?;
    identity::factors::untrust_all(cx, identity, "recovered")?;
    let amr: Vec<&str> = amr.iter().map(String::as_str).collect();
    let signed_in = identity::sessions::sign_in(cx, identity, visitor.browser, &amr, None)?;
    if by_passkey {
        identity::factors::provide_backup_codes(cx, &signed_in.session)?;
    }
    let step = resume(cx, completed, Some(&signed_in), visitor)?;
    Ok((step, signed_in))
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
        end_for_password(cx, session.identity, Some(session), "password_changed")?;
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

/// Adds a passkey or a security key. It has just been shown, so the session gets its level; if it is the first second
/// factor, other sessions, which lack it, end.
pub fn add_passkey(
    cx: &mut Cx<'_>,
    session: &Session,
    kind: PasskeyKind,
    read: std::result::Result<NewCredential, WebauthnRefusal>,
) -> Result<(std::result::Result<Passkey, Notice>, Option<SignedIn>)> {
    let first = !identity::factors::is_any(cx, session.identity)?;
    let added = identity::passkeys::add(cx, session, kind, read)?;
    let Ok(passkey) = &added else { return Ok((added, None)) };
    if first {
        end_other_sessions(cx, session, "second_factor_added")?;
    }
    let signed_in = identity::sessions::raise(cx, session, identity::passkeys::amr(passkey))?;
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

/// Changes a part of an identity. Off ends everything at once (S1).
pub fn patch_identity(
    cx: &mut Cx<'_>,
    id: IdentityId,
    patch: Patch,
    version: Option<i64>,
) -> Result<std::result::Result<Identity, Refusal>> {
    match identity::administration::patched(cx, id, patch, version)? {
        Ok(with) => replace_identity(cx, id, with),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Takes the password of an identity away, and ends everything that it had.
pub fn remove_password(cx: &mut Cx<'_>, id: IdentityId) -> Result<Removed> {
    let removed = identity::administration::remove_password(cx, id)?;
    if removed == Removed::Gone {
        end_everything(cx, id, None, "credential_removed")?;
    }
    Ok(removed)
}

/// A person finds in their activity what they have not done: nobody is signed in any more but they.
pub fn disown_activity(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    cx.record(Event::new("activity.disowned").of(session.identity).in_session(session.id))?;
    end_everything(cx, session.identity, Some(session.id), "activity_disowned")
}

/// Ends all sessions of a person; answers how many.
pub fn end_sessions(cx: &mut Cx<'_>, id: IdentityId, reason: &'static str) -> Result<usize> {
    let mut ended = 0;
    for session in store::sessions::alive_of(cx.db, id, cx.now, SESSIONS)? {
        if end_session(cx, &session, reason)? {
            ended += 1;
        }
    }
    store::known_browsers::forget_of_identity(cx.db, id, None)?;
    Ok(ended)
}

/// Deletes an identity, with an end for everything that it had. `false` if there is none of this id.
pub fn delete_identity(cx: &mut Cx<'_>, id: IdentityId) -> Result<bool> {
    end_everything(cx, id, None, "identity_deleted")?;
    identity::administration::delete(cx, id)
}

//! Sessions: a browser in which somebody is signed in.

use std::time::Duration;

use crate::config::Settings;
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{
    Assurance, Event, IdentityId, Instant, LogoutNotice, LogoutNoticeId, Session, SessionId, TokenDigest,
    browser_name,
};
use crate::store;

/// How many sessions a person may have at once.
const MOST: usize = 50;

/// How many browsers of a person are known, and for how long after a sign-in.
const MOST_KNOWN: usize = 20;
const KNOWN: Duration = Duration::from_secs(90 * 86_400);

/// A session that was used is written down at most so often.
const TOUCH: Duration = Duration::from_secs(60);

/// For so long it is tried to tell a client that a session has ended.
const NEWS: Duration = Duration::from_secs(24 * 3_600);

/// A session with the token that its browser is to get.
#[derive(Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// For the browser's cookie.
    pub token: PlainToken,
}

/// The living session of this token.
pub fn current(cx: &mut Cx<'_>, token: &PlainToken) -> Result<Option<Session>> {
    Ok(store::sessions::find_alive(cx.db, &token.digest(), cx.now)?)
}

/// Whether it is time to write down that the session is used.
pub fn is_due(session: &Session, now: Instant) -> bool {
    now.since(session.last_seen_at) >= TOUCH
}

/// Whether the person has shown lately enough who they are for a sensitive change.
pub fn is_recent(settings: &Settings, session: &Session, now: Instant) -> bool {
    now.since(session.authenticated_at) < settings.session.recent
}

/// Writes down that the session is used: its idle time begins anew.
pub fn touch(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    let until = (cx.now + cx.settings().session.idle).min(session.expires_at);
    Ok(store::sessions::touch(cx.db, session.id, cx.now, until)?)
}

/// Prolongs a living session, as if it had begun now; what the person has shown stays as old as it is. `false` if it has
/// ended.
pub fn extend(cx: &mut Cx<'_>, session: &Session) -> Result<bool> {
    let limits = cx.settings().session;
    let (idle, absolute) = (cx.now + limits.idle, cx.now + limits.absolute);
    if !store::sessions::extend(cx.db, session.id, cx.now, idle.min(absolute), absolute)? {
        return Ok(false);
    }
    cx.record(Event::new("session.extended").of(session.identity).in_session(session.id))?;
    Ok(true)
}

/// The person has shown who they are with `amr` (RFC 8176). `previous` is the living session of this browser: the same
/// person's is renewed and gets a new token; another person's is for the caller to end. Too many sessions of one person
/// end the oldest.
pub fn sign_in(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    browser: TokenDigest,
    amr: &[&str],
    previous: Option<&Session>,
) -> Result<SignedIn> {
    let token = PlainToken::generate(TokenKind::Session, cx.random());
    let limits = cx.settings().session;
    let again = previous.filter(|session| session.identity == identity && session.is_alive(cx.now));
    let session = Session {
        id: again.map_or_else(|| SessionId::from_uuid(cx.random().uuid()), |session| session.id),
        identity,
        browser,
        assurance: Assurance::of(amr),
        amr: amr.iter().map(|&how| how.to_owned()).collect(),
        user_agent: again.map_or(&cx.caller.user_agent, |session| &session.user_agent).clone(),
        peer: again.map_or(&cx.caller.peer, |session| &session.peer).clone(),
        created_at: again.map_or(cx.now, |session| session.created_at),
        authenticated_at: cx.now,
        last_seen_at: cx.now,
        idle_expires_at: (cx.now + limits.idle).min(cx.now + limits.absolute),
        expires_at: cx.now + limits.absolute,
        ended_at: None,
    };
    if again.is_some() {
        store::sessions::renew(cx.db, &session, &token.digest())?;
    } else {
        store::sessions::insert(cx.db, &session, &token.digest())?;
        end_oldest(cx, identity)?;
    }
    let is_strange = remember(cx, identity, &browser)?;
    let kind = if again.is_some() { "session.renewed" } else { "session.started" };
    let event = Event::new(kind).of(identity).in_session(session.id).with("amr", session.amr.clone());
    cx.record(if is_strange { event.with("new_browser", true) } else { event })?;
    Ok(SignedIn { session, token })
}

/// The person of a living session has shown `more` (RFC 8176) in it, perhaps nothing: it gets a new token, and perhaps a
/// higher level. When they signed in stays as it was.
pub fn raise(cx: &mut Cx<'_>, session: &Session, more: &[&str]) -> Result<SignedIn> {
    let token = PlainToken::generate(TokenKind::Session, cx.random());
    let mut raised = session.clone();
    for how in more {
        if !raised.amr.iter().any(|known| known == how) {
            raised.amr.push((*how).to_owned());
        }
    }
    raised.assurance = Assurance::of(&raised.amr);
    raised.last_seen_at = cx.now;
    raised.idle_expires_at = (cx.now + cx.settings().session.idle).min(session.expires_at);
    store::sessions::renew(cx.db, &raised, &token.digest())?;
    let event = Event::new("session.renewed").of(raised.identity).in_session(raised.id);
    cx.record(event.with("amr", raised.amr.clone()))?;
    Ok(SignedIn { session: raised, token })
}

/// From now on, strangers who guess do not lock this browser out. Whether it is a strange one itself: the person has used
/// others lately, and not this one.
fn remember(cx: &mut Cx<'_>, identity: IdentityId, browser: &TokenDigest) -> Result<bool> {
    let limit = i64::try_from(2 * MOST_KNOWN).unwrap_or(i64::MAX);
    let before = store::known_browsers::of(cx.db, identity, limit)?;
    store::known_browsers::remember(cx.db, identity, browser, cx.now, cx.now + KNOWN)?;
    for oldest in before.iter().filter(|known| *known != browser).skip(MOST_KNOWN - 1) {
        store::known_browsers::forget(cx.db, identity, oldest)?;
    }
    Ok(!before.is_empty() && !before.contains(browser))
}

fn end_oldest(cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
    let limit = i64::try_from(2 * MOST).unwrap_or(i64::MAX);
    for session in store::sessions::alive_of(cx.db, identity, cx.now, limit)?.into_iter().skip(MOST) {
        end(cx, &session, "too_many")?;
    }
    Ok(())
}

/// The living sessions of a person, newest first.
pub fn list(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Vec<Session>> {
    let limit = i64::try_from(2 * MOST).unwrap_or(i64::MAX);
    Ok(store::sessions::alive_of(cx.db, identity, cx.now, limit)?)
}

/// The session of this id, ended ones included.
pub fn find(cx: &mut Cx<'_>, id: SessionId) -> Result<Option<Session>> {
    Ok(store::sessions::find(cx.db, id)?)
}

/// Ends a session, with a notice to every client that took part in it and wants to hear: `false` if it had ended. What
/// was granted in it is for the caller to end.
pub fn end(cx: &mut Cx<'_>, session: &Session, reason: &'static str) -> Result<bool> {
    if !store::sessions::end(cx.db, session.id, cx.now)? {
        return Ok(false);
    }
    let event = Event::new("session.ended").of(session.identity).in_session(session.id);
    cx.record(event.with("reason", reason))?;
    queue_notices(cx, session)?;
    Ok(true)
}

/// Every end of a session passes here, so that no client with a back channel is forgotten.
fn queue_notices(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    for client_id in store::session_clients::list(cx.db, session.id)? {
        queue_notice(cx, session.identity, session.id, &client_id)?;
    }
    Ok(())
}

/// A client takes part in the session no more, and is told of it as if the session had ended: `false` if it took no part.
pub fn leave(cx: &mut Cx<'_>, session: &Session, client_id: &str) -> Result<bool> {
    let took_part = store::session_clients::delete(cx.db, session.id, client_id)?;
    if took_part {
        queue_notice(cx, session.identity, session.id, client_id)?;
    }
    Ok(took_part)
}

/// Tells a client that a session has ended, if it wants to hear of such things.
pub fn queue_notice(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    session: SessionId,
    client_id: &str,
) -> Result<()> {
    if cx.clients().find(client_id).is_none_or(|client| client.backchannel_logout.is_none()) {
        return Ok(());
    }
    let notice = LogoutNotice {
        id: LogoutNoticeId::from_uuid(cx.row_key()),
        client_id: client_id.to_owned(),
        identity,
        session,
        attempts: 0,
        created_at: cx.now,
        expires_at: cx.now + NEWS,
    };
    store::logout_notices::insert(cx.db, &notice)?;
    cx.wake_notifier();
    Ok(())
}

/// What a browser calls itself, in the words of people: `Firefox on Linux`.
pub fn device(user_agent: &str) -> String {
    browser_name(user_agent).unwrap_or_else(|| "An unknown browser".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_as_people_know_it() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            ("", "An unknown browser"),
            ("something/1.0", "An unknown browser"),
        ] {
            assert_eq!(device(agent), name, "{agent}");
        }
    }
}

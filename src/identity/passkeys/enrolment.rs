//! Adding a credential to an account, naming it, and taking it away again.

use uuid::Uuid;

use super::super::{factors, passwords};
use super::challenges::{consume, of_session};
use super::{authenticate, provider, relying_party};
use crate::config::Settings;
use crate::crypto::webauthn::{NewCredential, Refusal, registered};
use crate::cx::{Cx, Result};
use crate::model::{
    Ceremony, Event, IdentityId, Mail, Notice, Passkey, PasskeyId, PasskeyKind, Session, SessionId,
    TokenDigest, system_name,
};
use crate::store;

/// How many credentials a person may have.
const MOST: usize = 30;

/// The most characters of a name.
const NAME: usize = 60;

/// Reads what an authenticator made. It needs no transaction, and must not be in one.
pub fn read_new(
    settings: &Settings,
    response: &str,
    kind: PasskeyKind,
) -> std::result::Result<NewCredential, Refusal> {
    let rp = relying_party(settings).ok_or(Refusal::RelyingParty)?;
    registered(response.as_bytes(), &rp, kind == PasskeyKind::Passkey)
}

/// Adds what was read to the account of the session, in which its person has signed in lately. It is a second factor, too;
/// whoever has no backup codes gets some. A refusal is a sentence for them.
pub fn add(
    cx: &mut Cx<'_>,
    session: &Session,
    kind: PasskeyKind,
    read: std::result::Result<NewCredential, Refusal>,
) -> Result<std::result::Result<Passkey, Notice>> {
    let on = On {
        subject: of_session(session),
        browser: session.browser,
        session: Some(session.id),
        person: Some(session.identity),
    };
    let passkey = match made(cx, &on, session.identity, kind, read)? {
        Ok(passkey) => passkey,
        Err(notice) => return Ok(Err(notice)),
    };
    if is_full(cx, session.identity)? {
        return Ok(Err(Notice::error("passkey.too_many")));
    }
    if !keep_made(cx, &passkey, on.session)? {
        return Ok(Err(refused(cx, &on, "credential_exists")?));
    }
    factors::provide_backup_codes(cx, session)?;
    cx.notify(session.identity, &Mail::PasskeyAdded)?;
    Ok(Ok(passkey))
}

/// Whether a person has as many as they may have.
pub(in crate::identity) fn is_full(cx: &mut Cx<'_>, identity: IdentityId) -> Result<bool> {
    Ok(store::passkeys::list(cx.db, identity)?.len() >= MOST)
}

/// Where a credential is made.
pub(in crate::identity) struct On {
    /// The page and its person, as the challenge was made for them.
    pub(in crate::identity) subject: String,
    /// The browser.
    pub(in crate::identity) browser: TokenDigest,
    /// The session, if somebody is signed in.
    pub(in crate::identity) session: Option<SessionId>,
    /// Whose account it is, if there is one already.
    pub(in crate::identity) person: Option<IdentityId>,
}

/// The credential that was read, whose challenge is used up by it, as a row that is not written yet.
pub(in crate::identity) fn made(
    cx: &mut Cx<'_>,
    on: &On,
    identity: IdentityId,
    kind: PasskeyKind,
    read: std::result::Result<NewCredential, Refusal>,
) -> Result<std::result::Result<Passkey, Notice>> {
    let new = match read {
        Ok(new) => new,
        Err(refusal) => return Ok(Err(refused(cx, on, refusal.name())?)),
    };
    if !consume(cx, &new.challenge, Ceremony::Create, &on.subject, &on.browser)? {
        refused(cx, on, "challenge")?;
        return Ok(Err(Notice::error("passkey.expired")));
    }
    let aaguid = Uuid::from_bytes(new.aaguid);
    let mut passkey = Passkey {
        id: PasskeyId::from_uuid(cx.random().uuid()),
        identity,
        credential_id: new.id,
        kind,
        name: first_name(cx, kind, aaguid),
        public_key: new.public_key,
        sign_count: new.sign_count,
        backup_eligible: new.backup_eligible,
        backed_up: new.backed_up,
        aaguid,
        transports: new.transports.into_iter().map(str::to_owned).collect(),
        mac: Vec::new(),
        created_at: cx.now,
        last_used_at: None,
        user_handle: None,
    };
    authenticate(cx, &mut passkey);
    Ok(Ok(passkey))
}

/// Writes a new credential: `false` if somebody has it.
pub(in crate::identity) fn keep_made(
    cx: &mut Cx<'_>,
    passkey: &Passkey,
    session: Option<SessionId>,
) -> Result<bool> {
    if !store::passkeys::insert(cx.db, passkey)? {
        return Ok(false);
    }
    told(cx, session, "passkey.added", passkey)?;
    Ok(true)
}

/// What a credential is called until its owner gives it a name: by who keeps it, and the system that it was made on.
pub(super) fn first_name(cx: &Cx<'_>, kind: PasskeyKind, aaguid: Uuid) -> String {
    let keeper = provider(aaguid).unwrap_or(match kind {
        PasskeyKind::Passkey => "Passkey",
        PasskeyKind::SecurityKey => "Security key",
    });
    match system_name(&cx.caller.user_agent) {
        Some(system) if kind == PasskeyKind::Passkey => format!("{keeper} on {system}"),
        _ => keeper.to_owned(),
    }
}

/// Gives one of a person another name; an empty one changes nothing.
pub fn rename(cx: &mut Cx<'_>, session: &Session, id: PasskeyId, typed: &str) -> Result<Notice> {
    let name: String = typed.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Ok(Notice::error("field.empty").with("field", "name"));
    }
    if name.chars().count() > NAME {
        return Ok(Notice::error("field.too_long").with("field", "name").with("max", NAME));
    }
    if store::passkeys::rename(cx.db, session.identity, id, &name)? {
        let event = Event::new("passkey.renamed").of(session.identity).in_session(session.id);
        cx.record(event.with("passkey_id", id.to_string()))?;
    }
    Ok(Notice::success("passkey.renamed"))
}

/// What came of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is gone, or was gone before.
    Done,
    /// It stays: without it, its owner could not sign in any more.
    Last,
}

/// Takes one of a person away, unless it is their last way in.
pub fn remove(cx: &mut Cx<'_>, session: &Session, id: PasskeyId) -> Result<Removed> {
    let all = store::passkeys::list_to_change(cx.db, session.identity)?;
    let Some(passkey) = all.iter().find(|passkey| passkey.id == id) else { return Ok(Removed::Done) };
    let opens = |passkey: &Passkey| passkey.kind == PasskeyKind::Passkey;
    if opens(passkey)
        && !all.iter().any(|other| other.id != id && opens(other))
        && !passwords::is_set(cx, session.identity)?
    {
        return Ok(Removed::Last);
    }
    if take_away(cx, passkey, Some(session.id))? {
        cx.notify(session.identity, &Mail::PasskeyRemoved)?;
        factors::removed(cx, session.identity)?;
    }
    Ok(Removed::Done)
}

/// Deletes one of a person, whoever wants that: `false` if it is gone already. Telling the person, and what ends with their
/// last second factor, is for the caller.
pub(in crate::identity) fn take_away(
    cx: &mut Cx<'_>,
    passkey: &Passkey,
    session: Option<SessionId>,
) -> Result<bool> {
    let deleted = store::passkeys::delete(cx.db, passkey.identity, passkey.id)?;
    if deleted {
        told(cx, session, "passkey.removed", passkey)?;
    }
    Ok(deleted)
}

fn told(cx: &mut Cx<'_>, session: Option<SessionId>, fact: &'static str, passkey: &Passkey) -> Result<()> {
    let event = session.into_iter().fold(Event::new(fact).of(passkey.identity), Event::in_session);
    cx.record(event.with("passkey_id", passkey.id.to_string()).with("kind", passkey.kind.name()))
}

/// What is said of a credential that counts for nothing; why, only the event knows.
pub(in crate::identity) fn refused(cx: &mut Cx<'_>, on: &On, reason: &'static str) -> Result<Notice> {
    let event = on.person.into_iter().fold(Event::new("passkey.refused"), Event::of);
    let event = on.session.into_iter().fold(event, Event::in_session);
    cx.record(event.with("reason", reason))?;
    Ok(Notice::error("passkey.not_added"))
}

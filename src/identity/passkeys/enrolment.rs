//! Adding a credential to an account, naming it, and taking it away again.

use uuid::Uuid;

use super::super::factors;
use super::challenges::{consume, of_session};
use super::{authenticate, provider, relying_party};
use crate::config::Settings;
use crate::crypto::webauthn::{NewCredential, Refusal, registered};
use crate::cx::{Cx, Result};
use crate::model::{
    Ceremony, Event, IdentityId, Mail, Notice, Passkey, PasskeyId, PasskeyKind, Session, system_name,
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
    let identity = session.identity;
    let new = match read {
        Ok(new) => new,
        Err(refusal) => return refused(cx, session, refusal.name()),
    };
    let subject = of_session(session);
    if !consume(cx, &new.challenge, Ceremony::Create, &subject, &session.browser)? {
        record_refusal(cx, session, "challenge")?;
        return Ok(Err(Notice::error("passkey.expired")));
    }
    if store::passkeys::list(cx.db, identity)?.len() >= MOST {
        return Ok(Err(Notice::error("passkey.too_many")));
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
    if !store::passkeys::insert(cx.db, &passkey)? {
        return refused(cx, session, "credential_exists");
    }
    told(cx, Some(session), "passkey.added", &passkey)?;
    if factors::of(cx, identity)?.backup_codes == 0 {
        factors::make_backup_codes(cx, session)?;
    }
    cx.notify(identity, &Mail::PasskeyAdded)?;
    Ok(Ok(passkey))
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
        && !has_password(cx, session.identity)?
    {
        return Ok(Removed::Last);
    }
    if take_away(cx, passkey, Some(session))? {
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
    session: Option<&Session>,
) -> Result<bool> {
    let deleted = store::passkeys::delete(cx.db, passkey.identity, passkey.id)?;
    if deleted {
        told(cx, session, "passkey.removed", passkey)?;
    }
    Ok(deleted)
}

fn has_password(cx: &mut Cx<'_>, identity: IdentityId) -> Result<bool> {
    Ok(store::identities::password_set_at(cx.db, identity)?.is_some())
}

fn told(cx: &mut Cx<'_>, session: Option<&Session>, fact: &'static str, passkey: &Passkey) -> Result<()> {
    let event = Event::new(fact).of(passkey.identity);
    let event = session.into_iter().fold(event, |event, session| event.in_session(session.id));
    cx.record(event.with("passkey_id", passkey.id.to_string()).with("kind", passkey.kind.name()))
}

fn refused(
    cx: &mut Cx<'_>,
    session: &Session,
    reason: &'static str,
) -> Result<std::result::Result<Passkey, Notice>> {
    record_refusal(cx, session, reason)?;
    Ok(Err(Notice::error("passkey.not_added")))
}

fn record_refusal(cx: &mut Cx<'_>, session: &Session, reason: &'static str) -> Result<()> {
    let event = Event::new("passkey.refused").of(session.identity).in_session(session.id);
    cx.record(event.with("reason", reason))
}

//! The password of an identity, as the database keeps it: hashed, and the hash sealed for this identity.

use crate::crypto::PasswordHash;
use crate::cx::{Cx, Fault, Result};
use crate::model::{CredentialId, Event, IdentityId, Instant};
use crate::store;

/// A stored hash, with the text that it was opened from.
pub(super) struct Stored {
    /// To compare with.
    pub(super) hash: PasswordHash,
    /// As it stands in the row, to be replaced by a stronger hash.
    pub(super) sealed: String,
    /// Since when it is the password, to notice that it is another one by now.
    pub(super) set_at: Instant,
}

/// The place that the hash is sealed for.
fn place(identity: IdentityId) -> String {
    format!("credentials.secret.{identity}")
}

fn seal(cx: &Cx<'_>, identity: IdentityId, hash: &PasswordHash) -> Result<String> {
    Ok(cx.env.secrets.seal(cx.random(), &place(identity), hash.as_phc().as_bytes())?)
}

/// The password of an identity, if it has one.
pub(super) fn find(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Option<Stored>> {
    let Some(sealed) = store::identities::password_hash(cx.db, identity)? else { return Ok(None) };
    let Some(set_at) = store::identities::password_set_at(cx.db, identity)? else { return Ok(None) };
    let phc = cx.env.secrets.open_text(&place(identity), &sealed)?;
    Ok(Some(Stored { hash: PasswordHash::from_phc(phc.expose()), sealed, set_at }))
}

/// Sets the passwords of people who have none yet; the facts of it are the caller's to write.
pub(super) fn set_new<'a>(
    cx: &mut Cx<'_>,
    passwords: impl Iterator<Item = (IdentityId, &'a PasswordHash)>,
) -> Result<()> {
    let mut rows = Vec::new();
    for (identity, hash) in passwords {
        rows.push((CredentialId::from_uuid(cx.random().uuid()), identity, seal(cx, identity, hash)?));
    }
    Ok(store::identities::insert_password_hashes(cx.db, &rows, cx.now)?)
}

/// The fact that somebody has another password.
pub(super) fn changed(identity: IdentityId) -> Event {
    Event::new("credential.changed").of(identity).with("kind", "password")
}

/// Sets a new password.
pub(super) fn set(cx: &mut Cx<'_>, identity: IdentityId, hash: &PasswordHash) -> Result<()> {
    let sealed = seal(cx, identity, hash)?;
    let id = CredentialId::from_uuid(cx.random().uuid());
    store::identities::set_password_hash(cx.db, id, identity, &sealed, cx.now)?;
    cx.record(changed(identity))
}

/// Takes the password away.
pub(super) fn remove(cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
    store::identities::delete_password(cx.db, identity)?;
    cx.record(Event::new("credential.removed").of(identity).with("kind", "password"))
}

/// Keeps a stronger hash of the same password, unless the password was changed meanwhile.
pub(super) fn upgrade(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    before: &str,
    better: &PasswordHash,
) -> Result<()> {
    let sealed = seal(cx, identity, better)?;
    if store::identities::replace_password_hash(cx.db, identity, before, &sealed)? {
        cx.record(Event::new("credential.rehashed").of(identity))?;
    }
    Ok(())
}

/// The same look into the database for a person that does not exist, so that the time tells nothing.
pub(super) fn find_nothing(cx: &mut Cx<'_>) -> Result<()> {
    let nobody = IdentityId::from_uuid(cx.random().uuid());
    match find(cx, nobody)? {
        None => Ok(()),
        Some(_) => Err(Fault::Internal("a fresh id has a password".to_owned())),
    }
}

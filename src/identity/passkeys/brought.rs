//! Passkeys and security keys on their way from one server to another, under the same name: an authenticator signs for no
//! other.

use uuid::Uuid;

use super::{authenticate, first_name, handle, list};
use crate::crypto::webauthn::{LONGEST_CREDENTIAL_ID, check_key, known_transports};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Event, IdentityId, Instant, Passkey, PasskeyId, PasskeyKind};
use crate::store;

/// A key that somebody has from elsewhere.
#[derive(Debug, Clone)]
pub struct BroughtKey {
    /// What it was used for.
    pub kind: PasskeyKind,
    /// Its id in its authenticator.
    pub credential_id: Vec<u8>,
    /// The public key (COSE_Key).
    pub public_key: Vec<u8>,
    /// How often it has signed.
    pub sign_count: u32,
    /// Whether it may be copied.
    pub backup_eligible: bool,
    /// Whether it has been.
    pub backed_up: bool,
    /// The kind of authenticator.
    pub aaguid: Uuid,
    /// How it can be reached; unknown ways are left out.
    pub transports: Vec<String>,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Since when there is one.
    pub added_at: Option<Instant>,
    /// What the authenticator knows its person by; the id of the identity if nothing is said.
    pub user_handle: Option<Vec<u8>>,
}

/// What speaks against a key, in a few words for whoever brings it.
pub(in crate::identity) fn objection(cx: &mut Cx<'_>, key: &BroughtKey) -> Result<Option<&'static str>> {
    if key.credential_id.is_empty() || key.credential_id.len() > LONGEST_CREDENTIAL_ID {
        return Ok(Some("the id has not 1 to 1,023 bytes"));
    }
    if check_key(&key.public_key).is_err() {
        return Ok(Some("the public key is none of ES256, EdDSA and RS256 in COSE's form"));
    }
    if key.user_handle.as_ref().is_some_and(|handle| handle.is_empty() || handle.len() > 64) {
        return Ok(Some("the user handle has not 1 to 64 bytes"));
    }
    let known = store::passkeys::find_by_credential(cx.db, &key.credential_id)?;
    Ok(known.map(|_| "somebody has this key already"))
}

/// Keeps a key against which nothing speaks.
pub(in crate::identity) fn bring(cx: &mut Cx<'_>, identity: IdentityId, key: BroughtKey) -> Result<()> {
    let name = match key.name {
        Some(name) => name,
        None => first_name(cx, key.kind, key.aaguid),
    };
    let mut passkey = Passkey {
        id: PasskeyId::from_uuid(cx.random().uuid()),
        identity,
        credential_id: key.credential_id,
        kind: key.kind,
        name,
        public_key: key.public_key,
        sign_count: key.sign_count,
        backup_eligible: key.backup_eligible,
        backed_up: key.backed_up,
        aaguid: key.aaguid,
        transports: known_transports(&key.transports).into_iter().map(str::to_owned).collect(),
        mac: Vec::new(),
        created_at: key.added_at.map_or(cx.now, |at| at.min(cx.now)),
        last_used_at: None,
        user_handle: key.user_handle.filter(|told| *told != handle(identity)),
    };
    authenticate(cx, &mut passkey);
    if !store::passkeys::insert(cx.db, &passkey)? {
        return Err(Fault::Overloaded(std::time::Duration::from_secs(1)));
    }
    let event = Event::new("passkey.added").of(identity).with("passkey_id", passkey.id.to_string());
    cx.record(event.with("kind", passkey.kind.name()).with("imported", true))
}

/// The keys of somebody, to take them elsewhere, each with what its authenticator knows its person by.
pub fn to_take_along(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Vec<(Passkey, Vec<u8>)>> {
    let keys = list(cx, identity)?;
    Ok(keys.into_iter().map(|key| (key.clone(), super::handle_of(&key))).collect())
}

//! Credentials that an administrator takes away, for somebody who has lost them or never had them; never the last way in.

use super::super::{credentials, factors, passkeys, traits};
use crate::cx::{Cx, Result};
use crate::model::{Identity, IdentityId, Mail, Passkey, PasskeyKind, VerifiableAddress};
use crate::store;

/// What came of taking a credential away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is gone.
    Gone,
    /// There was none, or nobody whose it could be.
    NotThere,
    /// It is the last way in, and stays.
    LastWayIn,
}

impl Removed {
    /// Of something that is never the only way in.
    pub fn beside(was_there: bool) -> Self {
        if was_there { Self::Gone } else { Self::NotThere }
    }
}

/// Takes the password away from somebody who has a passkey, or can choose a new password over a proven address. What they
/// had is for the caller to end, in this transaction.
pub fn remove_password(cx: &mut Cx<'_>, id: IdentityId) -> Result<Removed> {
    let Some(identity) = store::identities::find(cx.db, id)? else { return Ok(Removed::NotThere) };
    if store::identities::password_set_at(cx.db, id)?.is_none() {
        return Ok(Removed::NotThere);
    }
    let passkeys = store::passkeys::list_to_change(cx.db, id)?;
    if !passkeys.iter().any(opens) && !recovers(cx, &identity)? {
        return Ok(Removed::LastWayIn);
    }
    credentials::remove(cx, id)?;
    Ok(Removed::Gone)
}

/// Takes the passkeys or the security keys of somebody away, or only the one with this credential. The last passkey stays
/// with whoever has neither a password nor a proven address by which they could choose one. The person is told by mail.
pub fn remove_keys(
    cx: &mut Cx<'_>,
    id: IdentityId,
    kind: PasskeyKind,
    only: Option<&[u8]>,
) -> Result<Removed> {
    let Some(identity) = store::identities::find(cx.db, id)? else { return Ok(Removed::NotThere) };
    let is_meant = |key: &Passkey| key.kind == kind && only.is_none_or(|only| key.credential_id == only);
    let (meant, kept): (Vec<_>, Vec<_>) =
        store::passkeys::list_to_change(cx.db, id)?.into_iter().partition(is_meant);
    if meant.is_empty() {
        return Ok(Removed::NotThere);
    }
    let opened = meant.iter().any(opens) && !kept.iter().any(opens);
    if opened && store::identities::password_set_at(cx.db, id)?.is_none() && !recovers(cx, &identity)? {
        return Ok(Removed::LastWayIn);
    }
    for key in &meant {
        passkeys::take_away(cx, key, None)?;
    }
    cx.notify(id, &Mail::PasskeyRemoved)?;
    factors::removed(cx, id)?;
    Ok(Removed::Gone)
}

/// Whether it opens the account with nothing else.
fn opens(key: &Passkey) -> bool {
    key.kind == PasskeyKind::Passkey
}

/// Whether somebody can choose a new password over a proven address.
fn recovers(cx: &mut Cx<'_>, identity: &Identity) -> Result<bool> {
    let addresses = store::identities::addresses_of(cx.db, identity.id)?;
    let is_way_in = |address: &VerifiableAddress| {
        let schema = traits::schema(cx.settings(), &identity.schema_id);
        address.verified_at.is_some() && traits::recovers(schema, &identity.traits, &address.canonical)
    };
    Ok(cx.settings().recovery && addresses.iter().any(is_way_in))
}

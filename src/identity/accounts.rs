//! Rows of identities and of their addresses, made and changed together, each change with its event.

use serde_json::Value;

use super::{search, traits};
use crate::cx::{Cx, Fault, Result};
use crate::model::{AddressId, Event, Identity, IdentityId, IdentityState, VerifiableAddress};
use crate::store;

/// A new identity of this schema that is not stored yet.
pub(super) fn new_identity(cx: &Cx<'_>, schema_id: &str, traits: Value) -> Identity {
    Identity {
        id: IdentityId::from_uuid(cx.random().uuid()),
        schema_id: schema_id.to_owned(),
        traits,
        state: IdentityState::Active,
        state_changed_at: cx.now,
        metadata_public: None,
        metadata_admin: None,
        version: 1,
        created_at: cx.now,
        updated_at: cx.now,
        external_id: None,
    }
}

/// The first address in the traits that belongs to somebody else than `except`.
pub(super) fn taken(
    cx: &mut Cx<'_>,
    schema_id: &str,
    wanted: &Value,
    except: Option<IdentityId>,
) -> Result<Option<String>> {
    for value in traits::addresses(traits::schema(cx.settings(), schema_id), wanted) {
        let Some(canonical) = traits::canonical_email(&value) else { continue };
        if owner_of(cx, &canonical)?.is_some_and(|owner| Some(owner.identity) != except) {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Whose this canonical address is.
pub(super) fn owner_of(cx: &mut Cx<'_>, canonical: &str) -> Result<Option<VerifiableAddress>> {
    Ok(store::identities::find_address(cx.db, canonical)?)
}

/// Stores a new identity with the addresses in its traits, of which those of `proven` count as proven. Nobody may have
/// them.
pub(super) fn insert(cx: &mut Cx<'_>, identity: &Identity, proven: impl Fn(&str) -> bool) -> Result<()> {
    store::identities::insert(cx.db, identity)?;
    cx.record(Event::new("identity.created").of(identity.id).with("state", identity.state.name()))?;
    align_addresses(cx, identity, proven)?;
    search::index(cx, identity)
}

/// Stores a changed identity, if nobody else has changed it since it was read: `false` otherwise.
pub(super) fn update(
    cx: &mut Cx<'_>,
    identity: &mut Identity,
    proven: impl Fn(&str) -> bool,
) -> Result<bool> {
    let before = identity.version;
    identity.version += 1;
    identity.updated_at = cx.now;
    if !store::identities::update(cx.db, identity, before)? {
        return Ok(false);
    }
    cx.record(Event::new("identity.updated").of(identity.id).with("version", identity.version))?;
    align_addresses(cx, identity, proven)?;
    search::index(cx, identity)?;
    Ok(true)
}

/// Makes the address rows those of the traits. What stays keeps its proof; what is proven now is marked so.
fn align_addresses(cx: &mut Cx<'_>, identity: &Identity, proven: impl Fn(&str) -> bool) -> Result<()> {
    let wanted: Vec<(String, String)> =
        traits::addresses(traits::schema(cx.settings(), &identity.schema_id), &identity.traits)
            .into_iter()
            .filter_map(|value| traits::canonical_email(&value).map(|canonical| (value, canonical)))
            .collect();
    let before = store::identities::addresses_of(cx.db, identity.id)?;
    for old in &before {
        if !wanted.iter().any(|(value, canonical)| *canonical == old.canonical && *value == old.value) {
            store::identities::delete_address(cx.db, old.id)?;
        }
    }
    for (value, canonical) in wanted {
        let old = before.iter().find(|old| old.canonical == canonical);
        if old.is_some_and(|old| old.value == value) {
            if proven(&canonical) {
                prove(cx, identity.id, &canonical)?;
            }
            continue;
        }
        let address = VerifiableAddress {
            id: AddressId::from_uuid(cx.random().uuid()),
            identity: identity.id,
            value,
            canonical,
            verified_at: old.and_then(|old| old.verified_at),
            created_at: old.map_or(cx.now, |old| old.created_at),
            updated_at: cx.now,
        };
        store::identities::insert_address(cx.db, &address)?;
        if proven(&address.canonical) {
            prove(cx, identity.id, &address.canonical)?;
        }
    }
    Ok(())
}

/// Marks an address of this identity proven; `false` if it is not theirs. One that was proven before stays so.
pub(super) fn prove(cx: &mut Cx<'_>, identity: IdentityId, canonical: &str) -> Result<bool> {
    let Some(address) = owner_of(cx, canonical)?.filter(|address| address.identity == identity) else {
        return Ok(false);
    };
    if store::identities::set_verified(cx.db, address.id, cx.now)? {
        cx.record(Event::new("address.verified").of(identity).with("address_id", address.id.to_string()))?;
    }
    Ok(true)
}

/// An identity that must be there, because a row points to it.
pub(super) fn existing(cx: &mut Cx<'_>, id: IdentityId) -> Result<Identity> {
    let found = store::identities::find(cx.db, id)?;
    found.ok_or_else(|| Fault::Internal(format!("identity {id} is gone")))
}

/// The address that stands for a person on pages: the first one.
pub(super) fn main_address(cx: &mut Cx<'_>, id: IdentityId) -> Result<Option<VerifiableAddress>> {
    Ok(store::identities::addresses_of(cx.db, id)?.into_iter().next())
}

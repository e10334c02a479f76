//! Rows of identities and of what hangs on them, made and changed together, each change with its event.

use serde_json::Value;

use super::{credentials, search, traits};
use crate::crypto::PasswordHash;
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
    for (value, canonical) in wanted_addresses(cx, schema_id, wanted) {
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

/// Somebody new, who is not stored yet.
pub(super) struct Newcomer {
    pub(super) identity: Identity,
    /// Those in the traits.
    addresses: Vec<VerifiableAddress>,
    password: Option<PasswordHash>,
}

impl Newcomer {
    /// With the addresses in its traits, of which those of `proven` count as proven.
    pub(super) fn new(
        cx: &Cx<'_>,
        identity: Identity,
        proven: impl Fn(&str) -> bool,
        password: Option<PasswordHash>,
    ) -> Self {
        let mut addresses: Vec<VerifiableAddress> = Vec::new();
        for (value, canonical) in wanted_addresses(cx, &identity.schema_id, &identity.traits) {
            if addresses.iter().any(|before| before.canonical == canonical) {
                continue;
            }
            addresses.push(VerifiableAddress {
                id: AddressId::from_uuid(cx.random().uuid()),
                identity: identity.id,
                value,
                verified_at: proven(&canonical).then_some(cx.now),
                canonical,
                created_at: cx.now,
                updated_at: cx.now,
            });
        }
        Self { identity, addresses, password }
    }
}

/// Stores a new identity with the addresses in its traits, of which those of `proven` count as proven. Nobody may have
/// them.
pub(super) fn insert(cx: &mut Cx<'_>, identity: &Identity, proven: impl Fn(&str) -> bool) -> Result<()> {
    let newcomer = Newcomer::new(cx, identity.clone(), proven, None);
    insert_all(cx, &[newcomer])
}

/// Stores new identities, each table by one statement. Nobody may have their addresses, and no two of them the same.
pub(super) fn insert_all(cx: &mut Cx<'_>, people: &[Newcomer]) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let identities = || people.iter().map(|one| &one.identity);
    store::identities::insert_all(cx.db, identities())?;
    store::identities::insert_addresses(cx.db, people.iter().flat_map(|one| &one.addresses))?;
    search::index_new(cx, identities())?;
    let passwords = people.iter().filter_map(|one| one.password.as_ref().map(|hash| (one.identity.id, hash)));
    credentials::set_new(cx, passwords)?;
    let mut events = Vec::new();
    for Newcomer { identity, addresses, password } in people {
        events.push(Event::new("identity.created").of(identity.id).with("state", identity.state.name()));
        let proven = addresses.iter().filter(|address| address.verified_at.is_some());
        events.extend(proven.map(verified));
        events.extend(password.as_ref().map(|_| credentials::changed(identity.id)));
    }
    cx.record_all(events)
}

fn verified(address: &VerifiableAddress) -> Event {
    Event::new("address.verified").of(address.identity).with("address_id", address.id.to_string())
}

/// The addresses in these traits, as they stand there and as they are compared.
pub(super) fn wanted_addresses(cx: &Cx<'_>, schema_id: &str, wanted: &Value) -> Vec<(String, String)> {
    traits::addresses(traits::schema(cx.settings(), schema_id), wanted)
        .into_iter()
        .filter_map(|value| traits::canonical_email(&value).map(|canonical| (value, canonical)))
        .collect()
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
    let wanted = wanted_addresses(cx, &identity.schema_id, &identity.traits);
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
        store::identities::insert_addresses(cx.db, std::iter::once(&address))?;
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
        cx.record(verified(&address))?;
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

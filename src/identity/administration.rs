//! Identities as administrators see them: made, read, replaced, switched on and off, deleted.

mod brought;
mod external_id;
mod import;
mod patch;
mod removal;

pub use brought::{Brought, Configs, taken_along};
pub use external_id::{ExternalId, find_by_external_id};
pub use import::{Imported, import, import_all};
pub use patch::Patch;
pub use removal::{Removed, remove_keys, remove_password};

use serde_json::Value;

use super::{accounts, credentials, guessing, search, traits};
use crate::config::Settings;
use crate::crypto::PasswordHash;
use crate::cx::{Cx, Result};
use crate::model::{Event, Identity, IdentityId, IdentityState, Instant, VerifiableAddress};
use crate::store;
use crate::store::search::Conditions;

/// What an identity is made of.
#[derive(Debug)]
pub struct NewIdentity {
    /// The name of the schema.
    pub schema_id: String,
    /// What is known of the person.
    pub traits: Value,
    /// Whether it may be used.
    pub state: IdentityState,
    /// What applications may read.
    pub metadata_public: Option<Value>,
    /// What only administrators may read.
    pub metadata_admin: Option<Value>,
    /// The password, hashed already.
    pub password: Option<PasswordHash>,
    /// Whether the addresses count as proven.
    pub verified: bool,
}

/// What an identity is replaced with. Its id and age stay.
#[derive(Debug)]
pub struct Replacement {
    /// The schema.
    pub schema_id: String,
    /// What is known of the person.
    pub traits: Value,
    /// Whether it may be used.
    pub state: IdentityState,
    /// What applications may read.
    pub metadata_public: Option<Value>,
    /// What only administrators may read.
    pub metadata_admin: Option<Value>,
    /// What another system calls it.
    pub external_id: ExternalId,
    /// Another password, hashed already; without one the old one stays.
    pub password: Option<PasswordHash>,
    /// The version that the writer has read, if they insist on it.
    pub version: Option<i64>,
}

/// One thing that does not fit the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The JSON pointer of the value, within the identity.
    pub pointer: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Why an administrator's wish was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such identity.
    NotFound,
    /// It does not fit.
    Invalid(Vec<Misfit>),
    /// Somebody else has this address.
    AddressTaken(String),
    /// Somebody has this id.
    IdTaken,
    /// Somebody has this external id.
    ExternalIdTaken,
    /// Somebody else has changed the identity meanwhile.
    Conflict,
    /// A patch names what it may not touch, or what is not there.
    Patch(Misfit),
    /// The operation at this place of a patch has tested something that is not so.
    TestFailed(String),
}

/// Makes an identity.
pub fn create(cx: &mut Cx<'_>, new: NewIdentity) -> Result<std::result::Result<Identity, Refusal>> {
    import(cx, Imported::new(new))
}

/// The identity of this id.
pub fn get(cx: &mut Cx<'_>, id: IdentityId) -> Result<Option<Identity>> {
    Ok(store::identities::find(cx.db, id)?)
}

/// Identities, oldest first, after the one of this age and id.
pub fn list(cx: &mut Cx<'_>, after: Option<(Instant, IdentityId)>, limit: i64) -> Result<Vec<Identity>> {
    search::list(cx, &Conditions::default(), after, limit)
}

/// The addresses of an identity, oldest first.
pub fn addresses_of(cx: &mut Cx<'_>, id: IdentityId) -> Result<Vec<VerifiableAddress>> {
    Ok(store::identities::addresses_of(cx.db, id)?)
}

/// The identity that a typed address belongs to.
pub fn find_by_address(cx: &mut Cx<'_>, typed: &str) -> Result<Option<Identity>> {
    match traits::canonical_email(typed) {
        Some(canonical) => Ok(store::identities::find_by_address(cx.db, &canonical)?),
        None => Ok(None),
    }
}

/// Replaces what can be replaced. Addresses that stay keep their proof; new ones have none, and codes on their way to
/// one that was taken away are void. If the identity became inactive or got another password, its sessions and grants
/// are for the caller to end, in this transaction.
pub fn replace(
    cx: &mut Cx<'_>,
    id: IdentityId,
    with: Replacement,
) -> Result<std::result::Result<Identity, Refusal>> {
    let Some(mut identity) = store::identities::find(cx.db, id)? else { return Ok(Err(Refusal::NotFound)) };
    if with.version.is_some_and(|version| version != identity.version) {
        return Ok(Err(Refusal::Conflict));
    }
    if let Some(refusal) = refuse(cx, &with.schema_id, &with.traits, Some(id))? {
        return Ok(Err(refusal));
    }
    if let ExternalId::Is(external_id) = with.external_id {
        if let Some(refusal) = external_id::refuse(cx, external_id.as_deref(), Some(id))? {
            return Ok(Err(refusal));
        }
        identity.external_id = external_id;
    }
    let turned = identity.state != with.state;
    identity.schema_id = with.schema_id;
    identity.traits = with.traits;
    identity.metadata_public = with.metadata_public;
    identity.metadata_admin = with.metadata_admin;
    identity.state = with.state;
    if turned {
        identity.state_changed_at = cx.now;
    }
    let before = addresses_of(cx, id)?;
    if !accounts::update(cx, &mut identity, |_| false)? {
        return Ok(Err(Refusal::Conflict));
    }
    let after = addresses_of(cx, id)?;
    if before.iter().any(|old| !after.iter().any(|kept| kept.canonical == old.canonical)) {
        store::one_time_codes::expire_of_identity(cx.db, id, cx.now)?;
        store::flows::expire_of_identity(cx.db, id, None, cx.now)?;
    }
    if let Some(hash) = with.password {
        credentials::set(cx, id, &hash)?;
        guessing::forget_password(cx, id)?;
    }
    if turned {
        record_state(cx, &identity)?;
    }
    Ok(Ok(identity))
}

/// What the identity would be replaced with by a patch. It holds the version that it was made from, so that nothing that
/// others write meanwhile is undone.
pub fn patched(
    cx: &mut Cx<'_>,
    id: IdentityId,
    patch: Patch,
    version: Option<i64>,
) -> Result<std::result::Result<Replacement, Refusal>> {
    let Some(identity) = store::identities::find(cx.db, id)? else { return Ok(Err(Refusal::NotFound)) };
    if version.is_some_and(|version| version != identity.version) {
        return Ok(Err(Refusal::Conflict));
    }
    Ok(patch.apply(&identity, Some(identity.version)))
}

/// Switches an identity on or off, and nothing else: what it had is for the caller to end. `None` if there is none of this
/// id.
pub fn set_state(cx: &mut Cx<'_>, id: IdentityId, state: IdentityState) -> Result<Option<Identity>> {
    let Some(mut identity) = store::identities::find(cx.db, id)? else { return Ok(None) };
    if identity.state == state {
        return Ok(Some(identity));
    }
    identity.state = state;
    identity.state_changed_at = cx.now;
    let before = identity.version;
    identity.version += 1;
    identity.updated_at = cx.now;
    if !store::identities::update(cx.db, &identity, before)? {
        return Err(crate::cx::Fault::Overloaded(std::time::Duration::from_secs(1)));
    }
    record_state(cx, &identity)?;
    Ok(Some(identity))
}

/// The hash of an identity's password, for an export.
pub fn password_hash(cx: &mut Cx<'_>, id: IdentityId) -> Result<Option<PasswordHash>> {
    Ok(credentials::find(cx, id)?.map(|stored| stored.hash))
}

fn record_state(cx: &mut Cx<'_>, identity: &Identity) -> Result<()> {
    let kind = match identity.state {
        // Whoever may be used again is not deleted behind the back of whoever said so.
        IdentityState::Active => {
            store::undos::close_deletion(cx.db, identity.id, cx.now)?;
            "identity.activated"
        }
        IdentityState::Inactive => "identity.deactivated",
    };
    cx.record(Event::new(kind).of(identity.id))
}

/// Deletes an identity with all that hangs on it; its id is never used again. `false` if there is none of this id.
pub fn delete(cx: &mut Cx<'_>, id: IdentityId) -> Result<bool> {
    store::one_time_codes::expire_of_identity(cx.db, id, cx.now)?;
    store::flows::expire_of_identity(cx.db, id, None, cx.now)?;
    if !store::identities::delete(cx.db, id)? {
        return Ok(false);
    }
    cx.record(Event::new("identity.deleted").of(id))?;
    Ok(true)
}

fn refuse(
    cx: &mut Cx<'_>,
    schema_id: &str,
    wanted: &Value,
    except: Option<IdentityId>,
) -> Result<Option<Refusal>> {
    if let Some(refusal) = misfit(cx.settings(), schema_id, wanted) {
        return Ok(Some(refusal));
    }
    Ok(accounts::taken(cx, schema_id, wanted, except)?.map(Refusal::AddressTaken))
}

/// What of it no identity can be.
fn misfit(settings: &Settings, schema_id: &str, wanted: &Value) -> Option<Refusal> {
    let mut misfits = Vec::new();
    if settings.identity.schema_of(schema_id).is_none() {
        let known: Vec<&str> = settings.identity.schemas().map(|(id, _)| id).collect();
        let reason = format!("there is no schema {schema_id:?}, only {}", known.join(", "));
        misfits.push(Misfit { pointer: "/schema_id".to_owned(), reason });
    }
    let faults = traits::faults(traits::schema(settings, schema_id), wanted);
    misfits.extend(
        faults.into_iter().map(|(pointer, reason)| Misfit { pointer: format!("/traits{pointer}"), reason }),
    );
    if !misfits.is_empty() {
        return Some(Refusal::Invalid(misfits));
    }
    None
}

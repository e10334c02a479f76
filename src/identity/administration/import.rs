//! Many people who were elsewhere before, or one: what is asked of the database and what is written there is asked and
//! written for all of them at once.

use std::collections::BTreeSet;

use super::brought::{self, Brought};
use super::{NewIdentity, Refusal, external_id, misfit};
use crate::cx::{Cx, Result};
use crate::identity::accounts::{self, Newcomer};
use crate::identity::traits;
use crate::model::{Identity, IdentityId, Instant};
use crate::store;

/// A new identity that was one before, elsewhere.
#[derive(Debug)]
pub struct Imported {
    /// What it is made of.
    pub new: NewIdentity,
    /// Its id, if it keeps the one that it had.
    pub id: Option<IdentityId>,
    /// When it was made, if that was before.
    pub created_at: Option<Instant>,
    /// Which of its addresses count as proven.
    pub proven: Vec<String>,
    /// What another system calls it.
    pub external_id: Option<String>,
    /// What it can show beside its password.
    pub brought: Brought,
}

impl Imported {
    /// Somebody new altogether.
    pub fn new(new: NewIdentity) -> Self {
        let (proven, brought) = (Vec::new(), Brought::default());
        Self { new, id: None, created_at: None, proven, external_id: None, brought }
    }
}

/// Makes an identity of one that was elsewhere.
pub fn import(cx: &mut Cx<'_>, imported: Imported) -> Result<std::result::Result<Identity, Refusal>> {
    let mut taken = Taken::of(cx, std::slice::from_ref(&imported))?;
    let (newcomer, brought) = match admit(cx, &mut taken, imported)? {
        Ok(admitted) => admitted,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let newcomers = [newcomer];
    accounts::insert_all(cx, &newcomers)?;
    let [Newcomer { identity, .. }] = newcomers;
    brought::keep(cx, identity.id, brought)?;
    Ok(Ok(identity))
}

/// Makes identities of these, in their order, and says of each why it was refused, if it was.
pub fn import_all(cx: &mut Cx<'_>, people: Vec<Imported>) -> Result<Vec<Option<Refusal>>> {
    let mut taken = Taken::of(cx, &people)?;
    let mut refusals = Vec::with_capacity(people.len());
    let mut newcomers = Vec::new();
    for imported in people {
        let brings = !imported.brought.is_empty();
        match admit(cx, &mut taken, imported)? {
            Err(refusal) => refusals.push(Some(refusal)),
            Ok((newcomer, brought)) => {
                let id = newcomer.identity.id;
                newcomers.push(newcomer);
                refusals.push(None);
                // What is brought is compared with what others have brought before, so it must stand there.
                if brings {
                    accounts::insert_all(cx, &std::mem::take(&mut newcomers))?;
                    brought::keep(cx, id, brought)?;
                }
            }
        }
    }
    accounts::insert_all(cx, &newcomers)?;
    Ok(refusals)
}

/// What is somebody's: of everything that some people want, and of those who were admitted since.
struct Taken {
    /// Canonical.
    addresses: BTreeSet<String>,
    ids: BTreeSet<IdentityId>,
    external_ids: BTreeSet<String>,
}

impl Taken {
    fn of(cx: &mut Cx<'_>, people: &[Imported]) -> Result<Self> {
        let addresses: Vec<String> = people
            .iter()
            .flat_map(|one| accounts::wanted_addresses(cx, &one.new.schema_id, &one.new.traits))
            .map(|(_, canonical)| canonical)
            .collect();
        let ids: Vec<IdentityId> = people.iter().filter_map(|one| one.id).collect();
        let external_ids: Vec<String> = people.iter().filter_map(|one| one.external_id.clone()).collect();
        let mut taken =
            Self { addresses: BTreeSet::new(), ids: BTreeSet::new(), external_ids: BTreeSet::new() };
        if !addresses.is_empty() {
            taken.addresses.extend(store::identities::taken_addresses(cx.db, &addresses)?);
        }
        if !ids.is_empty() {
            let found = store::identities::find_all(cx.db, &ids)?;
            taken.ids.extend(found.into_iter().map(|identity| identity.id));
        }
        if !external_ids.is_empty() {
            taken.external_ids.extend(store::identities::taken_external_ids(cx.db, &external_ids)?);
        }
        Ok(taken)
    }

    /// Why nobody can be this, as somebody is it already.
    fn refuse(&self, imported: &Imported, addresses: &[(String, String)]) -> Option<Refusal> {
        if let Some((value, _)) = addresses.iter().find(|(_, canonical)| self.addresses.contains(canonical)) {
            return Some(Refusal::AddressTaken(value.clone()));
        }
        if imported.id.is_some_and(|id| self.ids.contains(&id)) {
            return Some(Refusal::IdTaken);
        }
        let external_id = imported.external_id.as_deref()?;
        external_id::misfit(external_id)
            .or_else(|| self.external_ids.contains(external_id).then_some(Refusal::ExternalIdTaken))
    }
}

type Admitted = std::result::Result<(Newcomer, Brought), Refusal>;

/// Whoever can become an identity; nothing is written yet.
fn admit(cx: &mut Cx<'_>, taken: &mut Taken, imported: Imported) -> Result<Admitted> {
    if let Some(refusal) = misfit(cx.settings(), &imported.new.schema_id, &imported.new.traits) {
        return Ok(Err(refusal));
    }
    let addresses = accounts::wanted_addresses(cx, &imported.new.schema_id, &imported.new.traits);
    if let Some(refusal) = taken.refuse(&imported, &addresses) {
        return Ok(Err(refusal));
    }
    if let Some(misfit) = brought::objection(cx, &imported.brought, imported.id)? {
        return Ok(Err(Refusal::Invalid(vec![misfit])));
    }
    let Imported { new, id, created_at, proven, external_id, brought } = imported;
    let fresh = accounts::new_identity(cx, &new.schema_id, new.traits);
    let identity = Identity {
        id: id.unwrap_or(fresh.id),
        created_at: created_at.map_or(fresh.created_at, |at| at.min(cx.now)),
        state: new.state,
        metadata_public: new.metadata_public,
        metadata_admin: new.metadata_admin,
        external_id,
        ..fresh
    };
    taken.addresses.extend(addresses.into_iter().map(|(_, canonical)| canonical));
    taken.ids.insert(identity.id);
    taken.external_ids.extend(identity.external_id.clone());
    let proven: Vec<String> = proven.iter().filter_map(|address| traits::canonical_email(address)).collect();
    let is_proven = |canonical: &str| new.verified || proven.iter().any(|known| known == canonical);
    Ok(Ok((Newcomer::new(cx, identity, is_proven, new.password), brought)))
}

//! What another system calls an identity: a name of its own choice, which no two identities have.

use super::{Misfit, Refusal};
use crate::cx::{Cx, Result};
use crate::model::{Identity, IdentityId};
use crate::store;

/// The most characters.
const LENGTH: usize = 255;

/// What becomes of it in a replacement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ExternalId {
    /// It stays as it is.
    #[default]
    Stays,
    /// It is this from now on, or none.
    Is(Option<String>),
}

/// The identity that another system calls this.
pub fn find_by_external_id(cx: &mut Cx<'_>, external_id: &str) -> Result<Option<Identity>> {
    Ok(store::identities::find_by_external_id(cx.db, external_id)?)
}

/// Whether it can be one at all.
pub(super) fn misfit(wanted: &str) -> Option<Refusal> {
    if wanted.is_empty() || wanted.chars().count() > LENGTH || wanted.chars().any(char::is_control) {
        let reason = format!("it has 1 to {LENGTH} characters, and none that controls anything");
        return Some(Refusal::Invalid(vec![Misfit { pointer: "/external_id".to_owned(), reason }]));
    }
    None
}

/// What speaks against it, for another identity than `except`.
pub(super) fn refuse(
    cx: &mut Cx<'_>,
    wanted: Option<&str>,
    except: Option<IdentityId>,
) -> Result<Option<Refusal>> {
    let Some(wanted) = wanted else { return Ok(None) };
    if let Some(refusal) = misfit(wanted) {
        return Ok(Some(refusal));
    }
    let owner = find_by_external_id(cx, wanted)?;
    Ok(owner.filter(|owner| Some(owner.id) != except).map(|_| Refusal::ExternalIdTaken))
}

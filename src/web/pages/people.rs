//! How a person is called on pages.

use crate::cx::{Cx, Result};
use crate::model::IdentityId;
use crate::store;

/// What pages say of a person.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    /// The name, if one is known.
    pub name: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// Whether the address is proven.
    pub verified: bool,
}

impl Person {
    /// The person of this id; nobody, if there is none.
    pub fn find(cx: &mut Cx<'_>, id: IdentityId) -> Result<Self> {
        let Some(identity) = store::identities::find(cx.db, id)? else { return Ok(Self::default()) };
        let address = store::identities::addresses_of(cx.db, id)?.into_iter().next();
        Ok(Self {
            name: identity.text_trait("name").map(str::to_owned),
            verified: address.as_ref().is_some_and(|address| address.verified_at.is_some()),
            address: address.map(|address| address.value),
        })
    }

    /// What people recognise themselves by: the address, or the name.
    pub fn shown(&self) -> String {
        self.address.clone().or_else(|| self.name.clone()).unwrap_or_default()
    }
}

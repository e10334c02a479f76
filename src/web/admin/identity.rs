//! The shape of an identity (Kratos' `identity`).

use serde_json::{Value, json};

use crate::config::Settings;
use crate::crypto::base64url;
use crate::cx::{Cx, Result};
use crate::model::{Identity, IdentityId, Instant, VerifiableAddress};
use crate::store;

/// An identity with what stands beside it.
pub(super) struct Person {
    pub(super) identity: Identity,
    addresses: Vec<VerifiableAddress>,
    password_set_at: Option<Instant>,
}

impl Person {
    /// With its addresses, and with the fact that it has a password.
    pub(super) fn read(cx: &mut Cx<'_>, identity: Identity) -> Result<Self> {
        let addresses = store::identities::addresses_of(cx.db, identity.id)?;
        let password_set_at = store::identities::password_set_at(cx.db, identity.id)?;
        Ok(Self { identity, addresses, password_set_at })
    }

    /// The identity of this id.
    pub(super) fn find(cx: &mut Cx<'_>, id: IdentityId) -> Result<Option<Self>> {
        let found = store::identities::find(cx.db, id)?;
        found.map(|identity| Self::read(cx, identity)).transpose()
    }

    /// Many, with their addresses only.
    pub(super) fn list(cx: &mut Cx<'_>, identities: Vec<Identity>) -> Result<Vec<Self>> {
        let ids: Vec<IdentityId> = identities.iter().map(|identity| identity.id).collect();
        let mut all = store::identities::addresses_of_all(cx.db, &ids)?;
        Ok(identities
            .into_iter()
            .map(|identity| {
                let addresses = all.extract_if(.., |address| address.identity == identity.id).collect();
                Self { identity, addresses, password_set_at: None }
            })
            .collect())
    }

    /// As JSON.
    pub(super) fn json(&self, settings: &Settings) -> Value {
        let Self { identity, addresses, password_set_at } = self;
        let schema = base64url(identity.schema_id.as_bytes());
        let mut json = json!({
            "id": identity.id,
            "schema_id": identity.schema_id,
            "schema_url": format!("{}/schemas/{schema}", settings.issuer),
            "state": identity.state.name(),
            "state_changed_at": identity.state_changed_at.rfc3339(),
            "traits": identity.traits,
            "verifiable_addresses": addresses.iter().map(verifiable).collect::<Vec<_>>(),
            "recovery_addresses": addresses.iter().map(for_recovery).collect::<Vec<_>>(),
            "metadata_public": identity.metadata_public,
            "metadata_admin": identity.metadata_admin,
            "created_at": identity.created_at.rfc3339(),
            "updated_at": identity.updated_at.rfc3339(),
            "organization_id": null,
            "version": identity.version,
        });
        if let Some(at) = password_set_at {
            let identifiers: Vec<&str> = addresses.iter().map(|address| address.value.as_str()).collect();
            json["credentials"] = json!({
                "password": {
                    "type": "password",
                    "identifiers": identifiers,
                    "version": 0,
                    "updated_at": at.rfc3339(),
                }
            });
        }
        json
    }
}

fn verifiable(address: &VerifiableAddress) -> Value {
    let status = if address.verified_at.is_some() { "completed" } else { "pending" };
    let mut json = json!({
        "id": address.id,
        "value": address.value,
        "verified": address.verified_at.is_some(),
        "via": "email",
        "status": status,
        "created_at": address.created_at.rfc3339(),
        "updated_at": address.updated_at.rfc3339(),
    });
    if let Some(at) = address.verified_at {
        json["verified_at"] = json!(at.rfc3339());
    }
    json
}

fn for_recovery(address: &VerifiableAddress) -> Value {
    json!({
        "id": address.id,
        "value": address.value,
        "via": "email",
        "created_at": address.created_at.rfc3339(),
        "updated_at": address.updated_at.rfc3339(),
    })
}

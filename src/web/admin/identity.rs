//! The shape of an identity (Kratos' `identity`).

mod credentials;

pub(super) use credentials::Shown;

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::http::header;
use serde_json::{Value, json};

use super::refusal::Answer;
use crate::config::Settings;
use crate::crypto::base64url;
use crate::cx::{Cx, Result};
use crate::model::{Identity, IdentityId, VerifiableAddress};
use crate::store;
use crate::web::reply::Reply;
use crate::web::visit::Visit;
use credentials::Held;

/// An identity with what stands beside it.
pub(in crate::web) struct Person {
    pub(super) identity: Identity,
    addresses: Vec<VerifiableAddress>,
    credentials: Option<Held>,
    shown: Shown,
}

impl Person {
    /// With its addresses, and with what it can sign in with.
    pub(super) fn read(cx: &mut Cx<'_>, identity: Identity) -> Result<Self> {
        let credentials = Held::of_all(cx, &[identity.id])?.remove(&identity.id);
        Ok(Self { credentials, ..Self::without_credentials(cx, identity)? })
    }

    /// With its addresses only.
    pub(in crate::web) fn without_credentials(cx: &mut Cx<'_>, identity: Identity) -> Result<Self> {
        let addresses = store::identities::addresses_of(cx.db, identity.id)?;
        Ok(Self { identity, addresses, credentials: None, shown: Shown::default() })
    }

    /// The identity of this id.
    pub(super) fn find(cx: &mut Cx<'_>, id: IdentityId) -> Result<Option<Self>> {
        let found = store::identities::find(cx.db, id)?;
        found.map(|identity| Self::read(cx, identity)).transpose()
    }

    /// With more about these credentials.
    pub(super) fn showing(self, shown: Shown) -> Self {
        Self { shown, ..self }
    }

    /// Many, with their addresses, and with what they can sign in with if that is asked for.
    pub(super) fn list(cx: &mut Cx<'_>, identities: Vec<Identity>, shown: &Shown) -> Result<Vec<Self>> {
        let ids: Vec<IdentityId> = identities.iter().map(|identity| identity.id).collect();
        let mut all: HashMap<IdentityId, Vec<VerifiableAddress>> = HashMap::new();
        for address in store::identities::addresses_of_all(cx.db, &ids)? {
            all.entry(address.identity).or_default().push(address);
        }
        let mut held = match shown.is_any() {
            true => Held::of_all(cx, &ids)?,
            false => HashMap::new(),
        };
        Ok(identities
            .into_iter()
            .map(|identity| {
                let addresses = all.remove(&identity.id).unwrap_or_default();
                let credentials = held.remove(&identity.id);
                Self { identity, addresses, credentials, shown: shown.clone() }
            })
            .collect())
    }

    /// As an answer, with the tag that `If-Match` takes.
    pub(super) fn reply(&self, visit: &Visit) -> Answer {
        let reply = Reply::json(StatusCode::OK, &self.json(visit.settings()))?;
        Ok(reply.with_text_header(header::ETAG, &self.tag()))
    }

    /// As the answer to whoever made it.
    pub(super) fn created(&self, visit: &Visit) -> Answer {
        let location = format!("/admin/identities/{}", self.identity.id);
        let reply = Reply::created(&location, &self.json(visit.settings()))?;
        Ok(reply.with_text_header(header::ETAG, &self.tag()))
    }

    fn tag(&self) -> String {
        format!("\"{}\"", self.identity.version)
    }

    /// As JSON.
    pub(super) fn json(&self, settings: &Settings) -> Value {
        let mut json = self.for_its_person(settings);
        if let Some(external_id) = &self.identity.external_id {
            json["external_id"] = json!(external_id);
        }
        json["metadata_admin"] = json!(self.identity.metadata_admin);
        json["version"] = json!(self.identity.version);
        let credentials = self.credentials.as_ref();
        if let Some(held) =
            credentials.and_then(|held| held.json(self.identity.id, &self.addresses, &self.shown))
        {
            json["credentials"] = held;
        }
        json
    }

    /// As JSON that the person may see: without what only administrators may read.
    pub(in crate::web) fn for_its_person(&self, settings: &Settings) -> Value {
        let Self { identity, addresses, .. } = self;
        let schema = base64url(identity.schema_id.as_bytes());
        json!({
            "id": identity.id,
            "schema_id": identity.schema_id,
            "schema_url": format!("{}/schemas/{schema}", settings.issuer),
            "state": identity.state.name(),
            "state_changed_at": identity.state_changed_at.rfc3339(),
            "traits": identity.traits,
            "verifiable_addresses": addresses.iter().map(verifiable).collect::<Vec<_>>(),
            "recovery_addresses": addresses.iter().map(for_recovery).collect::<Vec<_>>(),
            "metadata_public": identity.metadata_public,
            "created_at": identity.created_at.rfc3339(),
            "updated_at": identity.updated_at.rfc3339(),
            "organization_id": null,
        })
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

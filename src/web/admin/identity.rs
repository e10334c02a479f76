//! The shape of an identity (Kratos' `identity`).

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::http::header;
use serde_json::{Value, json};

use super::input::Query;
use super::refusal::{Answer, Refused};
use crate::config::Settings;
use crate::crypto::base64url;
use crate::cx::{Cx, Result};
use crate::model::{Identity, IdentityId, Instant, VerifiableAddress};
use crate::store;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The types of credentials that Kratos knows; those that an identity has are shown.
const CREDENTIALS: [&str; 8] =
    ["password", "oidc", "totp", "lookup_secret", "webauthn", "passkey", "code", "saml"];

/// Whether the parameter `include_credential` asks for credentials, which must be of a known type. What is shown of them is
/// always the same.
pub(super) fn shown(query: &Query<'_>) -> Answer<bool> {
    let mut shown = false;
    for kind in query.all("include_credential") {
        if !CREDENTIALS.contains(&kind) {
            let reason = format!("include_credential takes {}.", CREDENTIALS.join(", "));
            return Err(Refused::bad_request("invalid_parameter", reason).into());
        }
        shown = true;
    }
    Ok(shown)
}

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

    /// Many, with their addresses, and with the fact that they have a password if that is asked for.
    pub(super) fn list(
        cx: &mut Cx<'_>,
        identities: Vec<Identity>,
        with_credentials: bool,
    ) -> Result<Vec<Self>> {
        let ids: Vec<IdentityId> = identities.iter().map(|identity| identity.id).collect();
        let mut all: HashMap<IdentityId, Vec<VerifiableAddress>> = HashMap::new();
        for address in store::identities::addresses_of_all(cx.db, &ids)? {
            all.entry(address.identity).or_default().push(address);
        }
        let passwords: HashMap<IdentityId, Instant> = match with_credentials {
            true => store::identities::passwords_set_at(cx.db, &ids)?.into_iter().collect(),
            false => HashMap::new(),
        };
        Ok(identities
            .into_iter()
            .map(|identity| {
                let addresses = all.remove(&identity.id).unwrap_or_default();
                let password_set_at = passwords.get(&identity.id).copied();
                Self { identity, addresses, password_set_at }
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

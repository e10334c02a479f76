//! Everything that is known of a person, for that person: no secrets, and nobody else's data.

use serde_json::{Value, json};

use crate::cx::{Cx, Result};
use crate::model::{IdentityId, Instant};
use crate::store;

/// The most rows of one kind.
const MOST: i64 = 10_000;

/// What is known of a person, as JSON.
pub fn own_data(cx: &mut Cx<'_>, id: IdentityId) -> Result<Value> {
    let person = store::identities::find(cx.db, id)?;
    let at = |instant: Instant| instant.rfc3339();
    let clients = cx.clients();
    let name = |id: &str| clients.find(id).map(|client| client.name.clone());
    let addresses: Vec<Value> = store::identities::addresses_of(cx.db, id)?
        .into_iter()
        .map(|address| {
            json!({
                "value": address.value,
                "verified_at": address.verified_at.map(at),
                "created_at": at(address.created_at),
            })
        })
        .collect();
    let credentials: Vec<Value> = store::identities::credential_kinds(cx.db, id)?
        .into_iter()
        .map(|(kind, made, set)| json!({"kind": kind, "created_at": at(made), "updated_at": at(set)}))
        .collect();
    let passkeys: Vec<Value> = store::passkeys::list(cx.db, id)?
        .into_iter()
        .map(|passkey| {
            json!({
                "kind": passkey.kind.name(),
                "name": passkey.name,
                "created_at": at(passkey.created_at),
                "last_used_at": passkey.last_used_at.map(at),
            })
        })
        .collect();
    let sessions: Vec<Value> = store::sessions::list_of(cx.db, id, None, cx.now, None, MOST)?
        .into_iter()
        .map(|session| {
            json!({
                "id": session.id.to_string(),
                "browser": session.user_agent,
                "network_address": session.peer,
                "signed_in_with": session.amr,
                "created_at": at(session.created_at),
                "authenticated_at": at(session.authenticated_at),
                "last_seen_at": at(session.last_seen_at),
                "ended_at": session.ended_at.map(at),
            })
        })
        .collect();
    let consents: Vec<Value> = store::consents::list_of(cx.db, id)?
        .into_iter()
        .map(|consent| {
            json!({
                "client_id": consent.client_id,
                "client_name": name(&consent.client_id),
                "scope": consent.scope.to_string(),
                "created_at": at(consent.created_at),
                "updated_at": at(consent.updated_at),
            })
        })
        .collect();
    let grants: Vec<Value> = store::grants::living_of(cx.db, id, cx.now, MOST)?
        .into_iter()
        .map(|grant| {
            json!({
                "client_id": grant.client_id,
                "client_name": name(&grant.client_id),
                "scope": grant.scope.to_string(),
                "outlives_the_session": grant.offline,
                "created_at": at(grant.created_at),
                "expires_at": at(grant.expires_at),
            })
        })
        .collect();
    let events: Vec<Value> = store::events::list_of(cx.db, id, Instant::from_micros(0), MOST)?
        .into_iter()
        .map(|fact| {
            json!({
                "at": at(fact.at),
                "kind": fact.kind,
                "by": fact.origin,
                "session": fact.session.map(|session| session.to_string()),
                "client_id": fact.client_id,
                "network_address": fact.peer,
                "data": fact.data,
            })
        })
        .collect();
    Ok(json!({
        "made_at": at(cx.now),
        "identity": person.map(|person| json!({
            "id": person.id.to_string(),
            "schema_id": person.schema_id,
            "external_id": person.external_id,
            "traits": person.traits,
            "state": person.state.name(),
            "metadata_public": person.metadata_public,
            "created_at": at(person.created_at),
            "updated_at": at(person.updated_at),
        })),
        "addresses": addresses,
        "credentials": credentials,
        "passkeys": passkeys,
        "sessions": sessions,
        "consents": consents,
        "grants": grants,
        "events": events,
    }))
}

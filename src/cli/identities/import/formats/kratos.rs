//! Identities in the shape of Kratos' API, which is that of ours.

use serde::Deserialize;
use serde_json::Value;

use super::{Person, hash, instant, person};
use crate::identity::administration::{Brought, Configs};
use crate::model::IdentityState;

/// Members that nobody asked for, such as `schema_url`, are passed over.
#[derive(Deserialize)]
struct Identity {
    id: Option<String>,
    schema_id: Option<String>,
    external_id: Option<String>,
    traits: serde_json::Map<String, Value>,
    state: Option<String>,
    metadata_public: Option<Value>,
    metadata_admin: Option<Value>,
    created_at: Option<String>,
    #[serde(default)]
    verifiable_addresses: Vec<Address>,
    credentials: Option<Credentials>,
}

#[derive(Deserialize)]
struct Address {
    value: String,
    #[serde(default)]
    verified: bool,
}

#[derive(Default, Deserialize)]
struct Credentials {
    password: Option<Password>,
    totp: Option<Beside>,
    lookup_secret: Option<Beside>,
    webauthn: Option<Beside>,
    passkey: Option<Beside>,
}

/// What is shown beside a password.
#[derive(Deserialize)]
struct Beside {
    config: Option<Value>,
}

#[derive(Deserialize)]
struct Password {
    config: Option<Config>,
}

#[derive(Default, Deserialize)]
struct Config {
    password: Option<String>,
    hashed_password: Option<String>,
}

/// `schema_id` is for those that name none, or that of another server.
pub(super) fn read(text: &str, schema_id: &str) -> Result<Person, String> {
    let read: Identity = serde_json::from_str(text).map_err(|why| told(&why))?;
    let schema_id = read.schema_id.as_deref().filter(|_| schema_id.is_empty()).unwrap_or(schema_id);
    let mut person = person(schema_id, read.traits);
    let imported = &mut person.imported;
    imported.id = read.id.map(|id| id.parse().map_err(|_| "the id is no UUID".to_owned())).transpose()?;
    imported.created_at = read.created_at.as_deref().map(instant).transpose()?;
    imported.proven =
        read.verifiable_addresses.into_iter().filter(|of| of.verified).map(|of| of.value).collect();
    if let Some(state) = read.state {
        imported.new.state = IdentityState::parse(&state)
            .ok_or_else(|| "the state is neither active nor inactive".to_owned())?;
    }
    imported.new.metadata_public = read.metadata_public.filter(|value| !value.is_null());
    imported.new.metadata_admin = read.metadata_admin.filter(|value| !value.is_null());
    imported.external_id = read.external_id.filter(|text| !text.is_empty());
    let credentials = read.credentials.unwrap_or_default();
    let beside = |of: Option<Beside>| of.and_then(|beside| beside.config);
    let configs = Configs {
        totp: beside(credentials.totp),
        lookup_secret: beside(credentials.lookup_secret),
        webauthn: beside(credentials.webauthn),
        passkey: beside(credentials.passkey),
    };
    imported.brought =
        Brought::read(configs).map_err(|misfit| format!("{}: {}", misfit.pointer, misfit.reason))?;
    let config = credentials.password.and_then(|password| password.config).unwrap_or_default();
    match config.hashed_password.filter(|text| !text.is_empty()) {
        Some(text) => imported.new.password = Some(hash(&text)?),
        None => person.plain_password = config.password,
    }
    Ok(person)
}

/// What the parser says, without the values that it quotes.
pub(super) fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(", expected ") {
        Some((start, expected)) if start.starts_with("invalid ") => {
            format!("a value of the wrong type, expected {expected}")
        }
        _ => text,
    }
}

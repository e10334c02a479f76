//! What an identity is made of, and replaced with, as callers send it. Members that nobody asked for are refused (G05).

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::passwords::{self, Credentials};
use super::refusal::{Answer, Refused};
use crate::identity::administration::{ExternalId, Imported, NewIdentity, Replacement};
use crate::identity::traits;
use crate::model::IdentityState;
use crate::web::visit::Visit;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Active,
    Inactive,
}

impl From<State> for IdentityState {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self::Active,
            State::Inactive => Self::Inactive,
        }
    }
}

/// Somebody new.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Creation {
    schema_id: Option<String>,
    external_id: Option<String>,
    traits: Value,
    state: Option<State>,
    metadata_public: Option<Value>,
    metadata_admin: Option<Value>,
    credentials: Option<Credentials>,
    #[serde(default)]
    verifiable_addresses: Vec<VerifiableAddress>,
    #[serde(default)]
    recovery_addresses: Vec<RecoveryAddress>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifiableAddress {
    value: String,
    via: Via,
    #[serde(default)]
    verified: bool,
    #[serde(rename = "status")]
    _status: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecoveryAddress {
    value: String,
    #[serde(rename = "via")]
    _via: Via,
}

/// How an address is reached.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Via {
    Email,
}

/// What somebody is replaced with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Update {
    schema_id: Option<String>,
    #[serde(default)]
    external_id: Told,
    traits: Value,
    state: State,
    metadata_public: Option<Value>,
    metadata_admin: Option<Value>,
    credentials: Option<Credentials>,
}

/// A member that stays as it is if it is left out, and goes if it is `null`.
#[derive(Default)]
struct Told(ExternalId);

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(ExternalId::Is(Option::<String>::deserialize(from)?)))
    }
}

impl Creation {
    /// Whether a password stands in it, which takes time to hash.
    pub(super) fn has_plain_password(&self) -> bool {
        self.credentials.as_ref().is_some_and(Credentials::has_plain_password)
    }

    /// Checks it, and hashes what must be hashed before a transaction begins.
    pub(super) async fn prepared(mut self, visit: &Visit) -> Answer<Imported> {
        let proven = addresses(visit, &self)?;
        let brought = self.credentials.as_mut().map(Credentials::take_brought).transpose()?;
        let password = passwords::hash(visit, self.credentials, &self.traits).await?;
        let new = NewIdentity {
            schema_id: self.schema_id.unwrap_or_else(|| visit.settings().identity.schema_id.clone()),
            traits: self.traits,
            state: self.state.map_or(IdentityState::Active, IdentityState::from),
            metadata_public: self.metadata_public,
            metadata_admin: self.metadata_admin,
            password,
            verified: false,
        };
        let (external_id, brought) = (self.external_id, brought.unwrap_or_default());
        Ok(Imported { proven, external_id, brought, ..Imported::new(new) })
    }
}

impl Update {
    /// Checks it, and hashes what must be hashed before a transaction begins.
    pub(super) async fn prepared(self, visit: &Visit, version: Option<i64>) -> Answer<Replacement> {
        self.credentials.as_ref().map_or(Ok(()), Credentials::refuse_brought)?;
        let password = passwords::hash(visit, self.credentials, &self.traits).await?;
        Ok(Replacement {
            external_id: self.external_id.0,
            schema_id: self.schema_id.unwrap_or_else(|| visit.settings().identity.schema_id.clone()),
            traits: self.traits,
            state: self.state.into(),
            metadata_public: self.metadata_public,
            metadata_admin: self.metadata_admin,
            password,
            version,
        })
    }
}

/// The addresses that count as proven. Whatever the lists name must stand in the traits: an address beside them would
/// belong to nobody.
fn addresses(visit: &Visit, body: &Creation) -> Answer<Vec<String>> {
    let settings = visit.settings();
    let schema_id = body.schema_id.as_deref().unwrap_or(&settings.identity.schema_id);
    let known: Vec<String> = traits::addresses(traits::schema(settings, schema_id), &body.traits)
        .iter()
        .filter_map(|value| traits::canonical_email(value))
        .collect();
    let verifiable = body.verifiable_addresses.iter().map(|address| {
        let Via::Email = address.via;
        ("/verifiable_addresses", &address.value)
    });
    let recovery = body.recovery_addresses.iter().map(|address| ("/recovery_addresses", &address.value));
    for (pointer, value) in verifiable.chain(recovery) {
        if !traits::canonical_email(value).is_some_and(|canonical| known.contains(&canonical)) {
            let reason = "An address that is not in the traits cannot be verified, nor used for recovery.";
            return Err(Refused::bad_request("invalid_identity", reason).at(pointer).into());
        }
    }
    let proven = body.verifiable_addresses.iter().filter(|address| address.verified);
    Ok(proven.map(|address| address.value.clone()).collect())
}

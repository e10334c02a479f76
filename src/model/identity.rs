//! An identity: a human as this provider knows them.

use serde_json::Value;

use super::{AddressId, IdentityId, Instant};

/// Whether an identity may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityState {
    /// It may sign in.
    Active,
    /// It may do nothing; all that it had is ended.
    Inactive,
}

impl IdentityState {
    /// The value in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }

    /// Reads the value.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Inactive].into_iter().find(|state| state.name() == name)
    }
}

/// An identity. `sub` in tokens is its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Never given to anybody else, not after deletion either.
    pub id: IdentityId,
    /// The schema that its traits obey.
    pub schema_id: String,
    /// What is known of the person, as the schema has it.
    pub traits: Value,
    /// Whether it may be used.
    pub state: IdentityState,
    /// When that was last changed.
    pub state_changed_at: Instant,
    /// What applications may read.
    pub metadata_public: Option<Value>,
    /// What only administrators may read.
    pub metadata_admin: Option<Value>,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// What another system calls it; no two have the same.
    pub external_id: Option<String>,
}

impl Identity {
    /// Whether it may be used.
    pub fn is_active(&self) -> bool {
        self.state == IdentityState::Active
    }

    /// What others may know of it: templates of messages, and webhooks.
    pub fn for_applications(&self) -> Value {
        serde_json::json!({
            "id": self.id.to_string(),
            "schema_id": self.schema_id,
            "traits": self.traits,
            "metadata_public": self.metadata_public,
        })
    }

    /// A text trait.
    pub fn text_trait(&self, name: &str) -> Option<&str> {
        self.traits.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}

/// An address of an identity, which can be proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiableAddress {
    /// Its id.
    pub id: AddressId,
    /// Whose it is.
    pub identity: IdentityId,
    /// As it was entered; mail goes there.
    pub value: String,
    /// In the one spelling that is compared.
    pub canonical: String,
    /// When it was proven.
    pub verified_at: Option<Instant>,
    /// When it was entered.
    pub created_at: Instant,
    /// When the row last changed.
    pub updated_at: Instant,
}

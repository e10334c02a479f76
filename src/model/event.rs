//! An event: one fact about an identity, session, credential, grant, client or key, written with the fact itself.

use serde_json::Value;

use super::{IdentityId, SessionId};

/// Who brought the fact about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The person, on the pages.
    SelfService,
    /// A client, through the protocol.
    Protocol,
    /// An administrator, through the admin API.
    Admin,
    /// An operator, on the command line.
    CommandLine,
    /// The server itself.
    System,
}

impl Origin {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfService => "self_service",
            Self::Protocol => "protocol",
            Self::Admin => "admin",
            Self::CommandLine => "command_line",
            Self::System => "system",
        }
    }
}

/// A fact to be written. It names things by their ids and holds no secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The stable name, such as `login.failed`.
    pub kind: &'static str,
    /// Whose identity.
    pub identity: Option<IdentityId>,
    /// Which session.
    pub session: Option<SessionId>,
    /// Which client.
    pub client_id: Option<String>,
    /// What else is worth knowing, as a JSON object.
    pub data: Value,
}

impl Event {
    /// The fact of this name.
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            identity: None,
            session: None,
            client_id: None,
            data: Value::Object(serde_json::Map::new()),
        }
    }

    /// About this identity.
    pub fn of(mut self, identity: IdentityId) -> Self {
        self.identity = Some(identity);
        self
    }

    /// In this session.
    pub fn in_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// For this client.
    pub fn for_client(mut self, client_id: &str) -> Self {
        self.client_id = Some(client_id.to_owned());
        self
    }

    /// With this detail.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Value::Object(data) = &mut self.data {
            data.insert(name.to_owned(), value.into());
        }
        self
    }
}

//! A passkey or a security key: the public half of a key that an authenticator keeps for one person (WebAuthn).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{IdentityId, Instant, PasskeyId, TokenDigest};

/// How long a challenge waits for its answer.
pub const WEBAUTHN_CHALLENGE: Duration = Duration::from_secs(120);

/// What a person may do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasskeyKind {
    /// Sign in with nothing else: it verifies its owner, and is found without being named.
    Passkey,
    /// Show it after the password.
    SecurityKey,
}

impl PasskeyKind {
    /// The name in the database, in forms and in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::SecurityKey => "security_key",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Passkey, Self::SecurityKey].into_iter().find(|kind| kind.name() == name)
    }
}

/// A passkey or a security key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Its id in our house.
    pub id: PasskeyId,
    /// Whose it is.
    pub identity: IdentityId,
    /// Its id in its authenticator; no two rows have the same.
    pub credential_id: Vec<u8>,
    /// What it may be used for.
    pub kind: PasskeyKind,
    /// What its owner calls it.
    pub name: String,
    /// The public key (COSE_Key).
    pub public_key: Vec<u8>,
    /// How often it has signed; zero if it does not count.
    pub sign_count: u32,
    /// Whether it may be copied to other devices. It never changes.
    pub backup_eligible: bool,
    /// Whether it has been.
    pub backed_up: bool,
    /// The kind of authenticator, as a UUID; zero if it does not say.
    pub aaguid: uuid::Uuid,
    /// How the authenticator can be reached (WebAuthn 5.8.4).
    pub transports: Vec<String>,
    /// A MAC over what nobody but us may change.
    pub mac: Vec<u8>,
    /// When it was added.
    pub created_at: Instant,
    /// When it was last used.
    pub last_used_at: Option<Instant>,
    /// What its authenticator knows its person by, if that is not the id of the identity: it was made elsewhere.
    pub user_handle: Option<Vec<u8>>,
}

/// What is to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// A credential is made.
    Create,
    /// A credential is shown.
    Get,
}

impl Ceremony {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
        }
    }
}

/// A challenge on its way to an authenticator. The row knows its digest only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebauthnChallenge {
    /// The digest of the challenge.
    pub digest: TokenDigest,
    /// For which ceremony it was made.
    pub ceremony: Ceremony,
    /// For which page, and for whom.
    pub subject: String,
    /// For which browser.
    pub browser: TokenDigest,
    /// When it was made.
    pub created_at: Instant,
    /// When it dies.
    pub expires_at: Instant,
}

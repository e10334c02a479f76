//! What a person may take back by a mailed link.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{IdentityId, Instant, TokenDigest, UndoId};

/// How long it can be taken back; an account is deleted after that.
pub const UNDO: Duration = Duration::from_secs(7 * 24 * 3_600);

/// What is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Undoing {
    /// Another address took the place of a proven one.
    Address {
        /// The trait that holds it.
        name: String,
        /// The address that comes back.
        before: String,
    },
    /// The account is to be deleted.
    Deletion,
}

impl Undoing {
    /// The name in the database and in events.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Address { .. } => "address",
            Self::Deletion => "deletion",
        }
    }
}

/// Something that can be taken back, once, by whoever has the link of the mail; signed in or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// Its row.
    pub id: UndoId,
    /// The digest of the link's token.
    pub digest: TokenDigest,
    /// Whose account.
    pub identity: IdentityId,
    /// What is taken back.
    pub undoing: Undoing,
    /// When it was done.
    pub created_at: Instant,
    /// From when on it stays as it is.
    pub expires_at: Instant,
    /// When it was taken back, or could be no more.
    pub used_at: Option<Instant>,
}

impl Undo {
    /// Whether it can be taken back.
    pub fn is_open(&self, now: Instant) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}

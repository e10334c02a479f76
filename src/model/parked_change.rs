//! A sensitive change that waits: its person was signed in, but had shown too long ago who they are.

use std::time::Duration;

use super::{IdentityId, Instant, ParkedChangeId, SessionId, TokenDigest};

/// How long a change waits for its person to show again who they are.
pub const PARKED: Duration = Duration::from_secs(10 * 60);

/// A form that was sent and not yet acted on. Only the session and the browser that sent it have any use of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedChange {
    /// Its id; no secret.
    pub id: ParkedChangeId,
    /// Whose account is to be changed, as the server knows it: nothing that was typed decides that (A06).
    pub identity: IdentityId,
    /// In which session.
    pub session: SessionId,
    /// In which browser.
    pub browser: TokenDigest,
    /// The path that the form was sent to, which says what the change is.
    pub path: String,
    /// The fields of the form, sealed for this row; empty once they were used.
    pub sealed: String,
    /// When the form was sent.
    pub created_at: Instant,
    /// From when on it is void.
    pub expires_at: Instant,
    /// When it was applied.
    pub used_at: Option<Instant>,
}

impl ParkedChange {
    /// The place that the fields are sealed for.
    pub fn place(id: ParkedChangeId) -> String {
        format!("parked_changes.sealed.{id}")
    }
}

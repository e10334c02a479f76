//! An invitation: somebody who is expected, and the way that they take.

use serde_json::Value;

use super::{IdentityId, Instant, InvitationId, TokenDigest};

/// An invitation. Its link opens the page on which an account is created, whether or not people may create any.
#[derive(Debug, Clone, PartialEq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The address that it was mailed to; whoever comes with the link has it.
    pub address: String,
    /// In the one spelling that is compared.
    pub canonical: String,
    /// The schema of the account.
    pub schema_id: String,
    /// What is known of the person already.
    pub traits: Value,
    /// The application that they are invited to.
    pub client_id: Option<String>,
    /// Where they go afterwards.
    pub return_to: Option<String>,
    /// The digest of the link's token.
    pub link: TokenDigest,
    /// When it was made.
    pub created_at: Instant,
    /// From then on it opens nothing.
    pub expires_at: Instant,
    /// When it was accepted.
    pub accepted_at: Option<Instant>,
    /// When it was taken back.
    pub revoked_at: Option<Instant>,
    /// Whose account it became.
    pub identity: Option<IdentityId>,
}

impl Invitation {
    /// Whether it still opens the page.
    pub fn is_open(&self, now: Instant) -> bool {
        self.accepted_at.is_none() && self.revoked_at.is_none() && now < self.expires_at
    }

    /// Where it stands, in a word.
    pub fn state(&self, now: Instant) -> &'static str {
        match (self.accepted_at, self.revoked_at) {
            (Some(_), _) => "accepted",
            (None, Some(_)) => "revoked",
            (None, None) if now >= self.expires_at => "expired",
            (None, None) => "open",
        }
    }
}

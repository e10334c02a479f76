//! A session: an identity signed in with one browser.

use super::{IdentityId, Instant, SessionId, TokenDigest};

/// The level of assurance of an authentication; `acr` in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assurance {
    /// One factor.
    Aal1,
    /// Two factors.
    Aal2,
}

impl Assurance {
    /// The levels that a sign-in here can reach.
    pub const OFFERED: &[Self] = &[Self::Aal1, Self::Aal2];

    /// The level that these methods reach: with `mfa` (RFC 8176 2) more than one factor was shown.
    pub fn of<T: AsRef<str>>(amr: &[T]) -> Self {
        if amr.iter().any(|how| how.as_ref() == "mfa") { Self::Aal2 } else { Self::Aal1 }
    }

    /// The value of `acr`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
        }
    }

    /// Reads a value of `acr`.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Aal1, Self::Aal2].into_iter().find(|level| level.name() == name)
    }
}

/// A session, as long as it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// `sid` in tokens.
    pub id: SessionId,
    /// Who is signed in.
    pub identity: IdentityId,
    /// The browser that it belongs to.
    pub browser: TokenDigest,
    /// How well they have shown who they are.
    pub assurance: Assurance,
    /// How they have shown it (RFC 8176 values).
    pub amr: Vec<String>,
    /// The browser's own description of itself, shortened.
    pub user_agent: String,
    /// The address that it was begun from.
    pub peer: String,
    /// When it began.
    pub created_at: Instant,
    /// When the person last showed who they are; `auth_time` in tokens.
    pub authenticated_at: Instant,
    /// When it was last used, at most a minute old.
    pub last_seen_at: Instant,
    /// When it ends if it is not used.
    pub idle_expires_at: Instant,
    /// When it ends in any case.
    pub expires_at: Instant,
    /// When it was ended.
    pub ended_at: Option<Instant>,
}

impl Session {
    /// Whether it can be used.
    pub fn is_alive(&self, now: Instant) -> bool {
        self.ended_at.is_none() && now < self.idle_expires_at && now < self.expires_at
    }
}

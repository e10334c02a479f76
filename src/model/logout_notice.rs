//! The news that a session has ended, for one client that took part in it (OIDC Back-Channel Logout 1.0).

use super::{IdentityId, Instant, LogoutNoticeId, SessionId};

/// What a client is still to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutNotice {
    /// Names it in the outbox, in the log, and to the client: every attempt has the same `Idempotency-Key`.
    pub id: LogoutNoticeId,
    /// Who is told.
    pub client_id: String,
    /// Whose session ended. The identity itself may be gone.
    pub identity: IdentityId,
    /// Which session.
    pub session: SessionId,
    /// How often it was tried.
    pub attempts: i64,
    /// When the session ended.
    pub created_at: Instant,
    /// When it is news no more: nothing is sent after this.
    pub expires_at: Instant,
}

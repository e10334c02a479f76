//! An authorization request that its client has left here, for its browser to fetch (RFC 9126).

use std::time::Duration;

use super::{AuthorizationRequestId, Instant, TokenDigest};

/// How long it waits for the browser.
pub const PUSHED_REQUEST: Duration = Duration::from_secs(90);

/// What stands before the secret in the `request_uri` (RFC 9126 2.2).
pub const REQUEST_URN: &str = "urn:ietf:params:oauth:request_uri:";

/// A pushed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRequest {
    /// The digest of the secret in its `request_uri`.
    pub digest: TokenDigest,
    /// Whose it is.
    pub client_id: String,
    /// What was asked for, parameter by parameter, in their order; found good when it was pushed.
    pub parameters: Vec<(String, String)>,
    /// For which authorization request it was used, if it was.
    pub used_for: Option<AuthorizationRequestId>,
    /// When it came.
    pub created_at: Instant,
    /// From when on it is worth nothing.
    pub expires_at: Instant,
}

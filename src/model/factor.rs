//! Second factors: what somebody can show beside the first one.

use serde::{Deserialize, Serialize};

use super::{IdentityId, Instant, TokenDigest, TrustedDeviceId};

/// The second factors that an identity has. All kinds count alike: whoever has one shows one at every sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factors {
    /// An authenticator app (RFC 6238).
    pub totp: bool,
    /// A security key or passkey (WebAuthn).
    pub webauthn: bool,
    /// Backup codes that are left. They stand in for a factor and are none of their own.
    pub backup_codes: usize,
}

impl Factors {
    /// Whether there is a second factor.
    pub fn is_any(&self) -> bool {
        self.totp || self.webauthn
    }
}

/// A first factor that was shown, while the second one is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstFactor {
    /// Who showed it.
    pub identity: IdentityId,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// When, in microseconds since 1970: `auth_time` of the session that it leads to.
    pub at: i64,
    /// The session that is raised; `None` if a new one is to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raises: Option<super::SessionId>,
    /// Whether the page had to be filled in by this very person, who was signed in before.
    #[serde(default)]
    pub confirms: bool,
}

/// A browser that spares its person the second step at an ordinary sign-in, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedDevice {
    /// Its id.
    pub id: TrustedDeviceId,
    /// Who trusts it.
    pub identity: IdentityId,
    /// The digest of the browser's cookie: another browser cannot borrow it.
    pub browser: TokenDigest,
    /// The browser's own description of itself.
    pub user_agent: String,
    /// Since when.
    pub created_at: Instant,
    /// Until when.
    pub expires_at: Instant,
}

//! ID tokens that come back to us as hints.

use crate::config::Settings;
use crate::crypto::{Expected, SigningKeys};
use crate::model::{IdentityId, Instant, SessionId};

/// What an ID token of ours says about whom it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The identity.
    pub subject: IdentityId,
    /// The session, unless the token is too old to name one.
    pub session: Option<SessionId>,
    /// The client.
    pub client_id: String,
}

/// An ID token of ours as it stands, before anybody has looked whom a pairwise subject names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// `sub`, as the client knows it.
    pub(super) subject: String,
    /// The session, unless the token is too old to name one.
    pub(super) session: Option<SessionId>,
    /// The client.
    pub(super) client_id: String,
}

/// Reads an ID token; its time may be over (OIDC Core 3.1.2.1, RP-Initiated Logout 2), its signature must be ours.
pub(super) fn read(hint: &str, settings: &Settings, keys: &SigningKeys, now: Instant) -> Option<Named> {
    let expected = Expected { typ: "JWT", issuer: &settings.issuer, now, expired_is_fine: true };
    let claims = keys.verify(hint, expected).ok()?;
    let text = |name: &str| claims.get(name).and_then(|value| value.as_str());
    Some(Named {
        subject: text("sub")?.to_owned(),
        session: text("sid").and_then(|sid| sid.parse().ok()),
        client_id: text("aud")?.to_owned(),
    })
}

/// Reads a hint about an identity.
pub(super) fn read_hint(hint: &str, settings: &Settings, keys: &SigningKeys, now: Instant) -> Option<Hint> {
    let named = read(hint, settings, keys, now)?;
    Some(Hint { subject: named.subject.parse().ok()?, session: named.session, client_id: named.client_id })
}

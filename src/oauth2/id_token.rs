//! ID tokens: what they tell, and what they say when they come back to us as hints.

use std::collections::BTreeSet;

use serde_json::Value;

use super::IdClaims;
use super::standard_claims::{self, Known};
use crate::config::Settings;
use crate::crypto::{Expected, SigningKeys};
use crate::cx::{Cx, Result};
use crate::model::{Grant, IdentityId, Instant, SessionId};
use crate::store;

/// What an ID token of ours says about whom it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The name by which the client knows the person.
    pub subject: String,
    /// The session, unless the token is too old to name one.
    pub session: Option<SessionId>,
    /// The client.
    pub client_id: String,
}

/// Reads an ID token; its time may be over (OIDC Core 3.1.2.1, RP-Initiated Logout 2), its signature must be ours.
pub(super) fn read(hint: &str, settings: &Settings, keys: &SigningKeys, now: Instant) -> Option<Hint> {
    let expected = Expected { typ: "JWT", issuer: &settings.issuer, now, expired_is_fine: true };
    let claims = keys.verify(hint, expected).ok()?;
    let text = |name: &str| claims.get(name).and_then(|value| value.as_str());
    Some(Hint {
        subject: text("sub")?.to_owned(),
        session: text("sid").and_then(|sid| sid.parse().ok()),
        client_id: text("aud")?.to_owned(),
    })
}

/// The claims of an ID token for what was granted, with the claims of the person that were asked for by name (OIDC Core
/// 5.5).
pub(super) fn claims(
    cx: &mut Cx<'_>,
    grant: &Grant,
    subject: &str,
    nonce: Option<String>,
) -> Result<IdClaims> {
    let mut claims = IdClaims::of(grant, subject, &cx.settings().issuer, nonce, cx.now);
    let names: BTreeSet<&str> = grant.claims.id_token.keys().map(String::as_str).collect();
    claims.person = of_person(cx, grant.identity, &names)?;
    Ok(claims)
}

/// These claims of a person, read only if there are any.
pub(super) fn of_person(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    names: &BTreeSet<&str>,
) -> Result<serde_json::Map<String, Value>> {
    if names.is_empty() {
        return Ok(serde_json::Map::new());
    }
    let Some(person) = store::identities::find(cx.db, identity)? else { return Ok(serde_json::Map::new()) };
    let proven = store::grants::proven_addresses(cx.db, identity)?;
    let traits = cx.settings().identity.claims(&person.schema_id, person.traits);
    let known = Known { traits: &traits, proven: &proven, updated_at: person.updated_at };
    Ok(standard_claims::tell(names, &known))
}

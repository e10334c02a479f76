//! `credentials` of an identity: what somebody can sign in with, and never what it takes to do so. Neither a hash nor the
//! secret of an app nor a code is shown, whatever is asked for.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::crypto::base64url;
use crate::cx::{Cx, Result};
use crate::model::{IdentityId, Instant, Passkey, PasskeyKind, VerifiableAddress};
use crate::store;
use crate::store::credentials::Credential;
use crate::store::factors::BackupCodeRow;
use crate::web::admin::input::Query;
use crate::web::admin::refusal::{Answer, Refused};

/// The types of credentials that Kratos knows; those that an identity has are shown.
const TYPES: [&str; 8] = ["password", "oidc", "totp", "lookup_secret", "webauthn", "passkey", "code", "saml"];

/// Of which types more is shown than that there is one.
#[derive(Debug, Clone, Default)]
pub(in crate::web::admin) struct Shown(Vec<String>);

impl Shown {
    /// What the parameter `include_credential` asks for, which must be of a known type.
    pub(in crate::web::admin) fn of(query: &Query<'_>) -> Answer<Self> {
        let mut shown = Vec::new();
        for kind in query.all("include_credential") {
            if !TYPES.contains(&kind) {
                let reason = format!("include_credential takes {}.", TYPES.join(", "));
                return Err(Refused::bad_request("invalid_parameter", reason).into());
            }
            shown.push(kind.to_owned());
        }
        Ok(Self(shown))
    }

    /// Whether anything is asked for.
    pub(in crate::web::admin) fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    fn has(&self, kind: &str) -> bool {
        self.0.iter().any(|known| known == kind)
    }
}

/// What an identity has.
#[derive(Debug, Default)]
pub(super) struct Held {
    single: Vec<Credential>,
    codes: Vec<BackupCodeRow>,
    keys: Vec<Passkey>,
}

impl Held {
    /// Of each of these that has anything.
    pub(super) fn of_all(cx: &mut Cx<'_>, ids: &[IdentityId]) -> Result<HashMap<IdentityId, Self>> {
        let mut all: HashMap<IdentityId, Self> = HashMap::new();
        for credential in store::credentials::of_all(cx.db, ids)? {
            all.entry(credential.identity).or_default().single.push(credential);
        }
        for code in store::factors::backup_codes_of_all(cx.db, ids)? {
            all.entry(code.identity).or_default().codes.push(code);
        }
        for key in store::passkeys::list_of_all(cx.db, ids)? {
            all.entry(key.identity).or_default().keys.push(key);
        }
        Ok(all)
    }

    /// As JSON; `None` if there is nothing.
    pub(super) fn json(
        &self,
        identity: IdentityId,
        addresses: &[VerifiableAddress],
        shown: &Shown,
    ) -> Option<Value> {
        let mut all = Map::new();
        let mut add = |kind: &str, identifiers: Vec<String>, times: (Instant, Instant), config: Value| {
            let mut json = json!({
                "type": kind,
                "identifiers": identifiers,
                "version": 0,
                "created_at": times.0.rfc3339(),
                "updated_at": times.1.rfc3339(),
            });
            if shown.has(kind) && !config.is_null() {
                json["config"] = config;
            }
            all.insert(kind.to_owned(), json);
        };
        for credential in &self.single {
            let identifiers = match credential.kind.as_str() {
                "password" => addresses.iter().map(|address| address.value.clone()).collect(),
                _ => vec![identity.to_string()],
            };
            let times = (credential.created_at, credential.updated_at);
            add(&credential.kind, identifiers, times, Value::Null);
        }
        if let Some(times) = span(self.codes.iter().map(|code| (code.created_at, code.used_at))) {
            let left = self.codes.iter().filter(|code| code.used_at.is_none()).count();
            add("lookup_secret", vec![identity.to_string()], times, json!({"codes_left": left}));
        }
        for (kind, name) in [(PasskeyKind::SecurityKey, "webauthn"), (PasskeyKind::Passkey, "passkey")] {
            let keys: Vec<&Passkey> = self.keys.iter().filter(|key| key.kind == kind).collect();
            if let Some(times) = span(keys.iter().map(|key| (key.created_at, key.last_used_at))) {
                let identifiers = keys.iter().map(|key| base64url(&key.credential_id)).collect();
                let credentials: Vec<Value> = keys.iter().map(|key| of_key(key)).collect();
                add(name, identifiers, times, json!({"credentials": credentials}));
            }
        }
        (!all.is_empty()).then_some(Value::Object(all))
    }
}

/// Since when there is one of these, and when one of them last changed.
fn span(times: impl Iterator<Item = (Instant, Option<Instant>)>) -> Option<(Instant, Instant)> {
    times.fold(None, |span, (made, used)| {
        let last = used.unwrap_or(made).max(made);
        Some(
            span.map_or((made, last), |(first, latest): (Instant, Instant)| {
                (first.min(made), latest.max(last))
            }),
        )
    })
}

fn of_key(key: &Passkey) -> Value {
    json!({
        "id": base64url(&key.credential_id),
        "display_name": key.name,
        "is_passwordless": key.kind == PasskeyKind::Passkey,
        "added_at": key.created_at.rfc3339(),
        "last_used_at": key.last_used_at.map(Instant::rfc3339),
        "transport": key.transports,
        "flags": {"backup_eligible": key.backup_eligible, "backup_state": key.backed_up},
        "authenticator": {"aaguid": key.aaguid, "sign_count": key.sign_count},
    })
}

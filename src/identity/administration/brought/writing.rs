//! Writes what somebody can show beside their password in the forms that are read here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::cx::{Cx, Result};
use crate::identity::{accounts, factors, passkeys};
use crate::model::{IdentityId, Instant, Passkey, PasskeyKind};

/// Second factors and passkeys of somebody, as members of `credentials`. Whoever reads it has the secret of their app.
pub fn taken_along(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Map<String, Value>> {
    let mut all = Map::new();
    let mut add = |kind: &str, config: Value| all.insert(kind.to_owned(), json!({ "config": config }));
    if let Some(secret) = factors::app_secret(cx, identity)? {
        let address = accounts::main_address(cx, identity)?.map(|address| address.value);
        let account = address.unwrap_or_else(|| identity.to_string());
        let url = secret.uri(&cx.settings().name, &account);
        add("totp", json!({"totp_url": url.as_str()}));
    }
    if let Some(factors::KeptCodes { codes, digest_key }) = factors::backup_codes_of(cx, identity)? {
        let codes: Vec<Value> = codes
            .iter()
            .map(|code| json!({"digest": text(&code.digest), "used_at": code.used_at.map(Instant::rfc3339)}))
            .collect();
        add("lookup_secret", json!({"codes": codes, "digest_key": text(&digest_key)}));
    }
    let keys = passkeys::to_take_along(cx, identity)?;
    for (kind, name) in [(PasskeyKind::SecurityKey, "webauthn"), (PasskeyKind::Passkey, "passkey")] {
        let keys: Vec<Value> = keys
            .iter()
            .filter(|(key, _)| key.kind == kind)
            .map(|(key, handle)| of_key(key, handle))
            .collect();
        if !keys.is_empty() {
            add(name, json!({ "credentials": keys }));
        }
    }
    Ok(all)
}

fn of_key(key: &Passkey, handle: &[u8]) -> Value {
    json!({
        "id": text(&key.credential_id),
        "public_key": text(&key.public_key),
        "flags": {"backup_eligible": key.backup_eligible, "backup_state": key.backed_up},
        "authenticator": {"aaguid": text(key.aaguid.as_bytes()), "sign_count": key.sign_count},
        "display_name": key.name,
        "is_passwordless": key.kind == PasskeyKind::Passkey,
        "transport": key.transports,
        "added_at": key.created_at.rfc3339(),
        "user_handle": text(handle),
    })
}

/// Bytes as Kratos writes them.
fn text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

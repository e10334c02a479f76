//! Credentials as administrators see them, bring them and take them away.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::world::World;
use crate::crypto::webauthn::authenticator::{Authenticator, SYNCED};

const TOTP: &str = "otpauth://totp/acme:anna?algorithm=SHA1&digits=6&issuer=acme&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// A key as Kratos writes it.
fn key(flags: u8) -> (Authenticator, Value) {
    let mut key = Authenticator::new(-7, "https://id.example.org");
    key.flags = flags;
    let json = json!({
        "id": key.id,
        "public_key": key.cose(),
        "display_name": "My key",
        "flags": {"backup_eligible": true, "backup_state": true},
        "authenticator": {"sign_count": 3},
        "transport": ["internal"],
    });
    (key, json)
}

/// Somebody with everything.
fn everything(email: &str) -> Value {
    json!({
        "traits": {"email": email},
        "credentials": {
            "password": {"config": {"password": "river lantern cobalt orchard"}},
            "totp": {"config": {"totp_url": TOTP}},
            "lookup_secret": {"config": {"codes": [{"code": "k3w9x0ab"}, {"code": "k3w9x0ac", "used_at": "2026-01-01T00:00:00Z"}]}},
            "webauthn": {"config": {"credentials": [key(SYNCED).1, key(SYNCED).1]}},
            "passkey": {"config": {"credentials": [key(SYNCED).1], "user_handle": "AAEC"}},
        },
    })
}

#[actix_web::test]
async fn credentials_are_shown_as_kratos_shows_them_and_no_secret_is() {
    let world = World::new().await;
    let made = world.post("/admin/identities", everything("anna@example.com")).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let id = made.json["id"].as_str().unwrap().to_owned();
    let path = format!("/admin/identities/{id}");
    let all = &made.json["credentials"];
    let kinds: Vec<&String> = all.as_object().unwrap().keys().collect();
    assert_eq!(kinds, ["lookup_secret", "passkey", "password", "totp", "webauthn"]);
    for (kind, of) in all.as_object().unwrap() {
        assert_eq!((&of["type"], &of["version"]), (&json!(kind), &json!(0)));
        assert!(of["created_at"].is_string() && of["updated_at"].is_string(), "{of}");
        assert!(of.get("config").is_none(), "{of}");
    }
    assert_eq!(all["password"]["identifiers"], json!(["anna@example.com"]));
    assert_eq!(all["totp"]["identifiers"], json!([id]));
    assert_eq!(all["webauthn"]["identifiers"].as_array().unwrap().len(), 2);

    let types = ["password", "totp", "lookup_secret", "webauthn", "passkey"];
    let query: Vec<String> = types.iter().map(|kind| format!("include_credential={kind}")).collect();
    let more = world.get(&format!("{path}?{}", query.join("&"))).await.json;
    let of = |kind: &str| more["credentials"][kind]["config"].clone();
    assert_eq!((of("password"), of("totp")), (Value::Null, Value::Null));
    assert_eq!(of("lookup_secret"), json!({"codes_left": 1}));
    let passkey = &of("passkey")["credentials"][0];
    assert_eq!(passkey["display_name"], "My key");
    assert_eq!(passkey["id"], more["credentials"]["passkey"]["identifiers"][0]);
    let text = more.to_string();
    for secret in ["argon2", "GEZDGNBVGY3TQOJQ", "otpauth", "k3w9x0ab", "public_key", "mac"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let listed = world.get("/admin/identities?include_credential=webauthn").await.json;
    assert_eq!(listed[0]["credentials"]["webauthn"], more["credentials"]["webauthn"]);
    assert_eq!(listed[0]["credentials"]["totp"], all["totp"]);
    assert!(world.get("/admin/identities").await.json[0].get("credentials").is_none());
}

#[actix_web::test]
async fn sec_a07_every_type_of_credential_is_taken_away_alone() {
    let world = &World::new().await;
    let made = world.post("/admin/identities", everything("anna@example.com")).await;
    let id = made.json["id"].as_str().unwrap().to_owned();
    let path = |kind: &str| format!("/admin/identities/{id}/credentials/{kind}");
    let delete = |path: String| async move { world.ask(Method::DELETE, &path, None).await };
    let one = made.json["credentials"]["webauthn"]["identifiers"][0].as_str().unwrap().to_owned();

    delete(path("totp?identifier=x")).await.refused(400, "invalid_parameter");
    delete(path("webauthn?identifier=AAAA")).await.refused(404, "not_found");
    delete(path("webauthn?identifier=*")).await.refused(404, "not_found");
    delete(path("passkey") + &format!("?identifier={one}")).await.refused(404, "not_found");
    delete(path("saml")).await.refused(404, "not_found");
    assert_eq!(delete(path("webauthn") + &format!("?identifier={one}")).await.status, 204);
    let left = world.get(&format!("/admin/identities/{id}")).await.json["credentials"].clone();
    assert_eq!(
        left["webauthn"]["identifiers"],
        json!([made.json["credentials"]["webauthn"]["identifiers"][1]])
    );
    for kind in ["webauthn", "lookup_secret", "totp", "passkey"] {
        assert_eq!(delete(path(kind)).await.status, 204, "{kind}");
        delete(path(kind)).await.refused(404, "not_found");
        let left = world.get(&format!("/admin/identities/{id}")).await.json["credentials"].clone();
        assert!(left.get(kind).is_none() && left.get("password").is_some(), "{kind}: {left}");
    }
    // The address is not proven, so the password is the last way in.
    delete(path("password")).await.refused(400, "last_way_in");
}

#[actix_web::test]
async fn what_is_brought_is_checked_and_a_replacement_brings_a_password_only() {
    let world = World::new().await;
    let person = world.person("anna@example.com").await;
    let path = format!("/admin/identities/{}", person["id"].as_str().unwrap());
    for (credentials, pointer) in [
        (json!({"totp": {"config": {"totp_url": "hunter2"}}}), "/credentials/totp/config/totp_url"),
        (json!({"totp": {"config": {"x": 1}}}), "/credentials/totp/config"),
        (
            json!({"lookup_secret": {"config": {"codes": [{"code": "short"}]}}}),
            "/credentials/lookup_secret/config/codes/0",
        ),
    ] {
        let body = json!({"traits": {"email": "ben@example.com"}, "credentials": credentials});
        let heard = world.post("/admin/identities", body).await;
        heard.refused(400, "invalid_credentials");
        assert_eq!(heard.json["error"]["details"]["pointer"], pointer);
        assert!(!heard.json.to_string().contains("hunter2"));
    }
    let digest = json!({"lookup_secret": {"config": {
        "codes": [{"digest": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}], "digest_key": "AAAA",
    }}});
    let body = json!({"traits": {"email": "ben@example.com"}, "credentials": digest});
    world.post("/admin/identities", body).await.refused(400, "invalid_identity");
    let body = json!({
        "traits": {"email": "anna@example.com"}, "state": "active",
        "credentials": {"totp": {"config": {"totp_url": TOTP}}},
    });
    let heard = world.ask(Method::PUT, &path, Some(body)).await;
    heard.refused(400, "invalid_credentials");
    assert_eq!(heard.json["error"]["details"]["pointer"], "/credentials/totp");
    assert_eq!(world.get("/admin/identities").await.json.as_array().unwrap().len(), 1);
}

//! People.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::world::World;

#[actix_web::test]
async fn an_identity_is_made_read_replaced_and_deleted() {
    let world = World::new().await;
    let made = world
        .post(
            "/admin/identities",
            json!({
                "schema_id": "default",
                "traits": {"email": "Anna@Example.com", "name": "Anna"},
                "metadata_admin": {"crm": 1},
                "credentials": {"password": {"config": {"password": "river lantern cobalt orchard"}}},
                "verifiable_addresses":
                    [{"value": "anna@example.com", "via": "email", "verified": true, "status": "completed"}],
            }),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.json);
    let path = made.header("location").to_owned();
    assert_eq!(path, format!("/admin/identities/{}", made.json["id"].as_str().unwrap()));
    assert_eq!(made.json["state"], "active");
    assert_eq!(made.json["schema_url"], "https://id.example.org/schemas/ZGVmYXVsdA");
    assert_eq!(made.json["metadata_admin"], json!({"crm": 1}));
    assert_eq!(made.json["metadata_public"], Value::Null);
    let address = &made.json["verifiable_addresses"][0];
    assert_eq!((&address["verified"], &address["status"]), (&json!(true), &json!("completed")));
    assert_eq!(made.json["recovery_addresses"][0]["value"], "Anna@Example.com");
    assert_eq!(made.json["credentials"]["password"]["identifiers"], json!(["Anna@Example.com"]));
    assert!(!made.json.to_string().contains("argon2"));
    assert_eq!(world.get(&path).await.json, made.json);

    world.clock.advance(Duration::from_secs(5));
    let body = json!({"traits": {"email": "anna@example.net"}, "state": "inactive"});
    let replaced = world.ask(Method::PUT, &path, Some(body)).await;
    assert_eq!(replaced.status, 200, "{}", replaced.json);
    assert_eq!(replaced.json["state"], "inactive");
    assert_ne!(replaced.json["state_changed_at"], made.json["state_changed_at"]);
    assert_eq!(replaced.json["created_at"], made.json["created_at"]);
    assert_eq!(replaced.json["metadata_admin"], Value::Null);
    assert_eq!(replaced.json["verifiable_addresses"][0]["verified"], false);
    assert!(replaced.json["credentials"]["password"].is_object());

    assert_eq!(world.ask(Method::DELETE, &path, None).await.status, 204);
    world.ask(Method::DELETE, &path, None).await.refused(404, "not_found");
    world.get(&path).await.refused(404, "not_found");
}

#[actix_web::test]
async fn a_writer_who_insists_on_what_they_read_loses_to_a_faster_one() {
    let world = World::new().await;
    let person = world.person("anna@example.com").await;
    let path = format!("/admin/identities/{}", person["id"].as_str().unwrap());
    let tag = format!("\"{}\"", person["version"]);
    let put = |name: &str| {
        let body = json!({"traits": {"email": "anna@example.com", "name": name}, "state": "active"});
        let request = TestRequest::put().uri(&path).insert_header(("If-Match", tag.as_str())).set_json(body);
        world.send(request.insert_header(("Authorization", format!("Bearer {}", world.key))))
    };
    assert_eq!(put("Ann").await.status, 200);
    put("Anne").await.refused(412, "identity_changed");
    assert_eq!(world.get(&path).await.json["traits"]["name"], "Ann");
}

#[actix_web::test]
async fn sec_g05_what_is_not_an_administrators_to_set_is_refused() {
    let world = World::new().await;
    let person = world.person("anna@example.com").await;
    let path = format!("/admin/identities/{}", person["id"].as_str().unwrap());
    for name in [
        "id",
        "created_at",
        "updated_at",
        "state_changed_at",
        "schema_url",
        "version",
        "role",
        "verified",
        "aal",
        "tenant_id",
        "traits.email",
    ] {
        let mut body = json!({"traits": {"email": "ben@example.com"}, "state": "active"});
        body[name] = json!("x");
        world.post("/admin/identities", body.clone()).await.refused(400, "malformed_body");
        world.ask(Method::PUT, &path, Some(body)).await.refused(400, "malformed_body");
    }
    for credentials in [
        json!({"oidc": {}}),
        json!({"password": {"type": "password"}}),
        json!({"password": {"config": {"hash": "x"}}}),
    ] {
        let body = json!({"traits": {"email": "ben@example.com"}, "credentials": credentials});
        world.post("/admin/identities", body).await.refused(400, "malformed_body");
    }
    let body = json!({
        "traits": {"email": "ben@example.com"},
        "verifiable_addresses": [{"value": "anna@example.com", "via": "email", "verified": true}],
    });
    world.post("/admin/identities", body).await.refused(400, "invalid_identity");
    assert_eq!(world.get(&path).await.json, person);
    assert_eq!(world.get("/admin/identities").await.json.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_with_the_place() {
    let world = World::new().await;
    world.person("anna@example.com").await;
    let heard = world.post("/admin/identities", json!({"traits": {"email": "nobody"}})).await;
    heard.refused(400, "invalid_identity");
    assert_eq!(heard.json["error"]["details"]["faults"][0]["pointer"], "/traits/email");
    let heard = world.post("/admin/identities", json!({"schema_id": "x", "traits": {}})).await;
    heard.refused(400, "invalid_identity");
    let heard = world.post("/admin/identities", json!({"traits": {"email": "ANNA@example.com"}})).await;
    heard.refused(409, "address_taken");
    for (config, id) in [
        (json!({"password": "short"}), "invalid_credentials"),
        (json!({"password": "passwordpassword"}), "invalid_credentials"),
        (json!({"hashed_password": "$2b$10$x"}), "invalid_credentials"),
        (
            json!({"hashed_password": "$2b$31$8GyucX8XsZLj7wIH9nlh3.Gyu9rtWEp.zIeA5zM3n7OoomDBUwPZK"}),
            "invalid_credentials",
        ),
        (json!({"password": "a b c d e f g h i", "hashed_password": "x"}), "invalid_credentials"),
        (json!({"password": 1}), "malformed_body"),
    ] {
        let credentials = json!({"password": {"config": config}});
        let body = json!({"traits": {"email": "ben@example.com"}, "credentials": credentials});
        world.post("/admin/identities", body).await.refused(400, id);
    }
    let body = json!({"traits": {"email": "ben@example.com"}, "metadata_admin": {"x": "\u{0}"}});
    world.post("/admin/identities", body).await.refused(400, "unstorable_character");
}

//! What other systems call identities.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::world::World;

fn named(email: &str, external_id: &Value) -> Value {
    json!({"traits": {"email": email}, "external_id": external_id})
}

#[actix_web::test]
async fn an_external_id_is_unique_and_finds_its_identity() {
    let world = World::new().await;
    let made = world.post("/admin/identities", named("anna@example.com", &json!("crm/7 +%"))).await;
    assert_eq!((made.status, &made.json["external_id"]), (201, &json!("crm/7 +%")), "{}", made.json);
    let found = world.get("/admin/identities/by/external/crm%2F7%20+%25?include_credential=password").await;
    assert_eq!(found.json["id"], made.json["id"]);
    world.get("/admin/identities/by/external/crm").await.refused(404, "not_found");
    let list = |query: &'static str| async { world.get(query).await.json.as_array().unwrap().len() };
    assert_eq!(list("/admin/identities?external_id=crm%2F7%20%2B%25").await, 1);
    assert_eq!(list("/admin/identities?external_id=other").await, 0);
    world
        .get("/admin/identities?external_id=a&credentials_identifier=b")
        .await
        .refused(400, "conflicting_parameters");

    let ben = named("ben@example.com", &json!("crm/7 +%"));
    world.post("/admin/identities", ben).await.refused(409, "external_id_taken");
    for bad in [json!(""), json!("x".repeat(256)), json!("a\nb")] {
        let heard = world.post("/admin/identities", named("ben@example.com", &bad)).await;
        heard.refused(400, "invalid_identity");
        assert_eq!(heard.json["error"]["details"]["faults"][0]["pointer"], "/external_id");
    }
    let ben = world.person("ben@example.com").await;
    assert!(ben.get("external_id").is_none());
    // Many have none.
    world.person("cleo@example.com").await;
}

#[actix_web::test]
async fn an_external_id_stays_unless_it_is_named() {
    let world = &World::new().await;
    let made = world.post("/admin/identities", named("anna@example.com", &json!("crm-7"))).await;
    world.post("/admin/identities", named("ben@example.com", &json!("crm-8"))).await;
    let path = format!("/admin/identities/{}", made.json["id"].as_str().unwrap());
    let put = |change: Value| {
        let mut body = json!({"traits": {"email": "anna@example.com"}, "state": "active"});
        if let Some(value) = change.get("external_id") {
            body["external_id"] = value.clone();
        }
        let path = path.clone();
        async move { world.ask(Method::PUT, &path, Some(body)).await }
    };
    assert_eq!(put(json!({})).await.json["external_id"], "crm-7");
    assert_eq!(put(json!({"external_id": "crm-9"})).await.json["external_id"], "crm-9");
    put(json!({"external_id": "crm-8"})).await.refused(409, "external_id_taken");
    assert!(put(json!({"external_id": null})).await.json.get("external_id").is_none());

    let patch = |kind: &'static str, body: Value| {
        let request = TestRequest::patch()
            .uri(&path)
            .insert_header(("Authorization", format!("Bearer {}", world.key)))
            .set_json(body)
            .insert_header(("Content-Type", kind));
        world.send(request)
    };
    let operations = json!([{"op": "add", "path": "/external_id", "value": "crm-10"}]);
    let heard = patch("application/json-patch+json", operations).await;
    assert_eq!((heard.status, &heard.json["external_id"]), (200, &json!("crm-10")));
    let heard = patch("application/merge-patch+json", json!({"external_id": 7})).await;
    heard.refused(400, "invalid_identity");
    patch("application/merge-patch+json", json!({"external_id": "crm-8"}))
        .await
        .refused(409, "external_id_taken");
    let heard = patch("application/merge-patch+json", json!({"external_id": null})).await;
    assert!(heard.json.get("external_id").is_none());
}

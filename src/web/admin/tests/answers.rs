//! What the rest answers.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::world::World;
use crate::web::admin::endpoints;

#[actix_web::test]
async fn what_stands_nowhere_or_is_used_otherwise_is_told_in_orys_shape() {
    let world = World::new().await;
    world.get("/admin/nothing").await.refused(404, "no_such_endpoint");
    let heard = world.ask(Method::PUT, "/admin/identities", Some(json!([]))).await;
    heard.refused(405, "method_not_allowed");
    assert_eq!(heard.header("allow"), "GET, HEAD, POST, PATCH");
    let bearer = ("Authorization", format!("Bearer {}", world.key));
    let form = TestRequest::post().uri("/admin/identities").insert_header(bearer.clone());
    let form = form.set_form([("traits", "x")]);
    world.send(form).await.refused(415, "unsupported_media_type");
    let large = TestRequest::post().uri("/admin/identities").insert_header(bearer);
    let large = large.insert_header(("Content-Type", "application/json")).set_payload(vec![b' '; 1 << 21]);
    world.send(large).await.refused(413, "too_large");
    world.post("/admin/identities", json!([])).await.refused(400, "malformed_body");
    let id = "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11";
    for path in ["identities", "sessions", "courier/messages", "clients"] {
        world.get(&format!("/admin/{path}/{id}")).await.refused(404, "not_found");
    }
    for path in ["identities", "sessions", "courier/messages"] {
        world.get(&format!("/admin/{path}/1'%20OR%20'1'='1")).await.refused(400, "malformed_id");
    }
}

#[actix_web::test]
async fn sec_i01_lists_come_in_pages_that_nobody_can_forge() {
    let world = World::new().await;
    let mut all = Vec::new();
    for n in 0..5 {
        all.push(world.person(&format!("p{n}@example.com")).await["id"].clone());
        if n % 2 == 0 {
            world.clock.advance(Duration::from_secs(1));
        }
    }
    let mut seen = Vec::new();
    let mut next = Some("/admin/identities?page_size=2".to_owned());
    while let Some(path) = next {
        let heard = world.get(&path).await;
        assert_eq!(heard.status, 200, "{}", heard.json);
        assert!(heard.header("link").starts_with("</admin/identities?page_size=2>; rel=\"first\""));
        let page = heard.json.as_array().unwrap();
        assert!((1..=2).contains(&page.len()));
        seen.extend(page.iter().map(|person| person["id"].clone()));
        next = heard.next();
    }
    let sorted = |mut ids: Vec<Value>| {
        ids.sort_by_key(Value::to_string);
        ids
    };
    assert_eq!(sorted(seen), sorted(all.clone()));

    let token = world.get("/admin/identities?page_size=2").await.next().unwrap();
    let forged = token.replace("page_token=", "page_token=AAAA");
    world.get(&forged).await.refused(400, "invalid_page_token");
    let elsewhere = token.replace("/admin/identities", "/admin/courier/messages");
    world.get(&elsewhere).await.refused(400, "invalid_page_token");
    for (query, id) in [
        ("page_size=0", "invalid_page_size"),
        ("page_size=1001", "invalid_page_size"),
        ("page_size=x", "invalid_page_size"),
        ("page_size=1&page_size=2", "repeated_parameter"),
        ("page_token=%00", "unstorable_character"),
        ("sort=id", "unknown_parameter"),
        ("order=desc%3B%20DROP%20TABLE", "unknown_parameter"),
        ("ids=1%27%20OR%201", "malformed_id"),
    ] {
        world.get(&format!("/admin/identities?{query}")).await.refused(400, id);
    }
    let two: Vec<&str> = all[..2].iter().map(|id| id.as_str().unwrap()).collect();
    let heard = world.get(&format!("/admin/identities?ids={}&ids={}", two[0], two[1])).await;
    assert_eq!(heard.json.as_array().unwrap().len(), 2);
    let heard = world.get("/admin/identities?credentials_identifier=P3%40Example.com").await;
    assert_eq!(heard.json[0]["traits"]["email"], "p3@example.com");
    let heard = world.get("/admin/identities?credentials_identifier=nobody").await;
    assert_eq!(heard.json, json!([]));
}

#[actix_web::test]
async fn seed_s7_a_recovery_code_is_made_and_its_way_back_is_checked_at_birth() {
    let world = World::new().await;
    let id = world.person("anna@example.com").await["id"].clone();
    let body = json!({
        "identity_id": id, "expires_in": "15m", "flow_type": "browser", "return_to": "https://app.example.org/x",
    });
    let heard = world.post("/admin/recovery/code", body).await;
    assert_eq!(heard.status, 201, "{}", heard.json);
    let link = heard.json["recovery_link"].as_str().unwrap();
    assert!(link.starts_with("https://id.example.org/recovery?flow="), "{link}");
    let code = heard.json["recovery_code"].as_str().unwrap();
    assert!(code.len() == 8 && code.bytes().all(|b| b.is_ascii_digit()));
    assert!(!link.contains(code));
    assert_eq!(heard.json["expires_at"], (world.work().now() + Duration::from_secs(900)).rfc3339());

    for (member, value, status, refusal) in [
        ("return_to", json!("https://evil.test/"), 400, "self_service_flow_return_to_forbidden"),
        ("return_to", json!("javascript:alert(1)"), 400, "self_service_flow_return_to_forbidden"),
        ("expires_in", json!("1d"), 400, "invalid_expires_in"),
        ("expires_in", json!("1s"), 400, "invalid_expires_in"),
        ("expires_in", json!("9999h"), 400, "invalid_expires_in"),
        ("flow_type", json!("api"), 400, "malformed_body"),
        ("identity_id", json!("x"), 400, "malformed_id"),
        ("identity_id", json!("9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11"), 404, "not_found"),
        ("unknown", json!(1), 400, "malformed_body"),
    ] {
        let mut body = json!({"identity_id": id});
        body[member] = value;
        world.post("/admin/recovery/code", body).await.refused(status, refusal);
    }
    let body = json!({"traits": {"email": "anna@example.com"}, "state": "inactive"});
    let path = format!("/admin/identities/{}", id.as_str().unwrap());
    assert_eq!(world.ask(Method::PUT, &path, Some(body)).await.status, 200);
    let heard = world.post("/admin/recovery/code", json!({"identity_id": id})).await;
    heard.refused(409, "identity_inactive");
}

#[actix_web::test]
async fn introspection_wants_a_token_and_says_nothing_about_strangers() {
    let world = World::new().await;
    let bearer = ("Authorization", format!("Bearer {}", world.key));
    let ask = |form: Vec<(&'static str, &'static str)>| {
        let request = TestRequest::post().uri("/admin/oauth2/introspect").insert_header(bearer.clone());
        world.send(request.set_form(form))
    };
    let heard = ask(vec![("token", "eyJhbGciOiJub25lIn0.e30.")]).await;
    assert_eq!((heard.status, heard.json), (200, json!({"active": false})));
    ask(vec![]).await.refused(400, "token_missing");
    ask(vec![("token", "a"), ("token", "b")]).await.refused(400, "repeated_parameter");
    ask(vec![("token", "a"), ("scope", "\"")]).await.refused(400, "invalid_scope");
    let json = world.post("/admin/oauth2/introspect", json!({"token": "a"})).await;
    json.refused(415, "unsupported_media_type");
}

#[test]
fn the_reference_names_every_endpoint() {
    let page = include_str!("../../../../docs/admin-api.md");
    for endpoint in endpoints().iter().filter(|endpoint| endpoint.at != "/version") {
        let wanted = format!("`{} {}`", endpoint.method, endpoint.at);
        assert!(page.contains(&wanted), "docs/admin-api.md does not name {wanted}");
    }
    assert!(page.contains("$ADMIN/version"));
}

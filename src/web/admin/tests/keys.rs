//! Who is let in.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::test::TestRequest;

use super::world::{Heard, World, new_key};
use crate::config::Mode;
use crate::crypto::{PlainToken, TokenKind};
use crate::random::SystemRandom;
use crate::store::api_keys;
use crate::web::admin::endpoints;

/// Each address of the table with an id in it, and some that are not in the table.
fn doors() -> Vec<(Method, String)> {
    let id = "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11";
    let mut doors: Vec<(Method, String)> =
        endpoints().into_iter().map(|endpoint| (endpoint.method, endpoint.at.replace("{id}", id))).collect();
    doors.push((Method::PUT, "/admin/identities".to_owned()));
    doors.push((Method::GET, "/admin".to_owned()));
    doors.push((Method::GET, "/admin/identities/".to_owned()));
    doors.push((Method::GET, "/login".to_owned()));
    doors
}

#[actix_web::test]
async fn sec_g01_no_address_answers_to_anybody_without_a_living_key() {
    let world = World::new().await;
    let (revoked_id, revoked) = new_key(world.work(), None).await;
    world.work().write(move |cx| Ok(api_keys::revoke(cx.db, revoked_id, cx.now)?)).await.unwrap();
    let (_, expired) = new_key(world.work(), Some(world.work().now())).await;
    let other = |kind| PlainToken::generate(kind, &SystemRandom).expose().to_owned();
    let presented = [
        String::new(),
        format!("Bearer {revoked}"),
        format!("Bearer {expired}"),
        format!("Bearer {}", other(TokenKind::ApiKey)),
        format!("Bearer {}", other(TokenKind::Session)),
        format!("Bearer {}", other(TokenKind::Access)),
        format!("Bearer {}x", world.key),
        format!("Basic {}", world.key),
        world.key.clone(),
        "Bearer".to_owned(),
        "Bearer eyJhbGciOiJub25lIn0.e30.".to_owned(),
    ];
    for (method, path) in doors() {
        for authorization in &presented {
            let mut request = TestRequest::default()
                .method(method.clone())
                .uri(&path)
                .insert_header(("Cookie", "__Host-wayhome_session=x; __Host-wayhome_browser=y"));
            if !authorization.is_empty() {
                request = request.insert_header(("Authorization", authorization.as_str()));
            }
            let heard = world.send(request).await;
            let id = if authorization.is_empty() { "api_key_required" } else { "api_key_invalid" };
            heard.refused(401, id);
            assert!(heard.header("www-authenticate").starts_with("Bearer realm="), "{method} {path}");
        }
    }
    for path in ["/health/alive", "/health/ready"] {
        assert_eq!(world.send(TestRequest::get().uri(path)).await.status, 200);
    }
}

#[actix_web::test]
async fn sec_g01_two_keys_at_once_are_no_key() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", world.key);
    let request = TestRequest::get()
        .uri("/version")
        .append_header(("Authorization", bearer.as_str()))
        .append_header(("Authorization", bearer.as_str()));
    world.send(request).await.refused(401, "api_key_invalid");
}

#[actix_web::test]
async fn in_development_no_key_is_needed_but_a_wrong_one_is_told() {
    let world = World::in_mode(Mode::Development).await;
    assert_eq!(world.send(TestRequest::get().uri("/version")).await.status, 200);
    let request = TestRequest::get().uri("/version").insert_header(("Authorization", "Bearer nonsense"));
    world.send(request).await.refused(401, "api_key_invalid");
}

#[actix_web::test]
async fn the_use_of_a_key_is_noted_at_most_once_a_minute() {
    let world = World::new().await;
    let last = || async {
        let keys = world.work().read(|cx| Ok(api_keys::list(cx.db)?)).await.unwrap();
        keys[0].last_used_at
    };
    assert_eq!(last().await, None);
    world.get("/version").await;
    let first = last().await;
    assert_eq!(first, Some(world.work().now()));
    world.clock.advance(Duration::from_secs(59));
    world.get("/version").await;
    assert_eq!(last().await, first);
    world.clock.advance(Duration::from_secs(1));
    world.get("/version").await;
    assert_eq!(last().await, Some(world.work().now()));
}

#[actix_web::test]
async fn seed_s7_a_cookie_changes_nothing() {
    let world = World::new().await;
    world.person("anna@example.com").await;
    let ask = |cookie: Option<&'static str>| {
        let mut request = TestRequest::get()
            .uri("/admin/identities")
            .insert_header(("Authorization", format!("Bearer {}", world.key)));
        if let Some(cookie) = cookie {
            request = request.insert_header(("Cookie", cookie));
        }
        world.send(request)
    };
    let without = ask(None).await;
    for cookie in ["__Host-wayhome_browser=wh_br_x", "csrf_token=1; ory_kratos_session=2", "\u{fffd}", ""] {
        let with = ask(Some(cookie)).await;
        assert_eq!((with.status, &with.json), (without.status, &without.json));
        let headers = |heard: &Heard| {
            let mut all: Vec<String> = heard
                .headers
                .iter()
                .filter(|(name, _)| name.as_str() != "x-request-id")
                .map(|(name, value)| format!("{name}: {value:?}"))
                .collect();
            all.sort();
            all
        };
        assert_eq!(headers(&with), headers(&without));
        assert!(with.headers.get("set-cookie").is_none());
    }
}

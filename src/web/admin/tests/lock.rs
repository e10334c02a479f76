//! Locks that guessing made.

use std::time::Duration;

use actix_web::http::Method;
use serde_json::{Value, json};

use super::world::World;
use crate::identity::login;
use crate::model::{Birth, Continuation, Login, TokenDigest};
use crate::store;

/// A stranger's tries, as far apart as they must be.
async fn miss(world: &World, address: &'static str, times: usize) {
    let browser = Some(TokenDigest::from_bytes([9; 32]));
    for _ in 0..times {
        world.clock.advance(Duration::from_secs(900));
        let tried = world.work().write(move |cx| {
            let birth = Birth { browser, continuation: Continuation::Account, client_id: None };
            let id = login::begin(cx, birth, "", None)?;
            let flow = store::flows::find::<Login>(cx.db, id)?.unwrap();
            login::prepare(cx, flow, address, "a wrong guess").map(drop)
        });
        tried.await.unwrap();
    }
}

#[actix_web::test]
async fn sec_b05_a_lock_is_seen_and_lifted() {
    let world = World::new().await;
    let person = world.person("anna@example.com").await;
    let id = person["id"].as_str().unwrap().to_owned();
    let path = format!("/admin/identities/{id}/lock");
    let open = json!({"identity_id": id, "state": "open", "failures": 0, "retry_at": null, "paused_credentials": []});
    assert_eq!(world.get(&path).await.json, open);

    miss(&world, "anna@example.com", 7).await;
    let waiting = world.get(&path).await;
    assert_eq!((&waiting.json["state"], &waiting.json["failures"]), (&json!("waiting"), &json!(7)));
    assert_ne!(waiting.json["retry_at"], Value::Null);
    assert_eq!(world.ask(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(world.get(&path).await.json, open);
    assert_eq!(world.ask(Method::DELETE, &path, None).await.status, 204);

    miss(&world, "anna@example.com", 100).await;
    assert_eq!(world.get(&path).await.json["state"], "password_off");
    world.ask(Method::DELETE, &path, None).await;
    assert_eq!(world.get(&path).await.json, open);
    let id = id.parse().unwrap();
    let facts = world.work().read(move |cx| Ok(store::events::kinds_of(cx.db, id)?)).await.unwrap();
    assert_eq!(facts.iter().filter(|fact| *fact == "identity.unlocked").count(), 3);

    let nobody = "/admin/identities/9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11/lock";
    world.get(nobody).await.refused(404, "not_found");
    world.ask(Method::DELETE, nobody, None).await.refused(404, "not_found");
}

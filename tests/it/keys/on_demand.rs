//! Keys that are replaced because somebody asks for it, over the administration.

use serde_json::json;

use super::*;
use crate::admin::key;
use crate::app::{Setup, on_both};
use crate::http::Answer;

on_both![
    prov_2_a_rotation_over_the_administration_shows_both_keys,
    a_key_that_is_made_in_a_hurry_takes_the_place_of_the_next_one_too,
    what_is_asked_of_the_keys_and_not_done_is_told,
];

const SET: &str = "/admin/keys/hydra.openid.id-token";

#[track_caller]
fn make(app: &TestApp, algorithm: &str) -> Value {
    let ask = Ask::json("POST", SET, &json!({"alg": algorithm, "use": "sig"}));
    app.ask_admin(&ask).expect(201).json()
}

fn prov_2_a_rotation_over_the_administration_shows_both_keys(setup: Setup) {
    let app = setup.production().clients(&machine("mill", "RS256")).start();
    let (id, bearer) = key(&app, None);
    let before = token(&app, "mill");
    let ask = |ask: Ask| app.ask_admin(&ask.bearer(&bearer));
    let made = ask(Ask::json("POST", SET, &json!({"alg": "RS256", "use": "sig"}))).expect(201).json();
    let new = made["keys"][0]["kid"].as_str().expect("a kid").to_owned();
    assert_eq!(made["keys"].as_array().map(Vec::len), Some(1));
    assert_eq!(kids(&app, "RS256"), [new.as_str(), &kid(&before)], "fetched again, both are there");
    let after = token(&app, "mill");
    assert_eq!(kid(&after), new);
    let modulus =
        |kid: &str| published(&app).into_iter().find(|key| key["kid"] == kid).map(|key| key["n"].clone());
    assert_ne!(modulus(&new), modulus(&kid(&before)), "new material");
    for old_or_new in [&before, &after] {
        assert!(verifies(&fetched(&app), &app, old_or_new));
        let form = Ask::form("/admin/oauth2/introspect", &[("token", old_or_new)]);
        assert_eq!(ask(form).expect(200).json()["active"], true);
    }
    // Both names mean the one set, which is the published one.
    let public = app.ask(&Ask::get("/.well-known/jwks.json")).expect(200).json();
    for set in [SET, "/admin/keys/hydra.jwt.access-token"] {
        assert_eq!(ask(Ask::get(set)).expect(200).json(), public);
    }
    let snapshot = app.snapshot();
    let by_key = |event: &&Value| {
        let data = event["data"].as_str().unwrap_or_default();
        event["origin"] == "admin" && data.contains(&id.to_string())
    };
    let kinds: Vec<&str> =
        snapshot.rows("events").iter().filter(by_key).filter_map(|event| event["kind"].as_str()).collect();
    for kind in ["key.created", "key.activated", "key.retired"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
}

fn a_key_that_is_made_in_a_hurry_takes_the_place_of_the_next_one_too(setup: Setup) {
    let app = setup.clients(&machine("mill", "ES256")).start();
    app.advance(89 * DAY);
    tend(&app);
    assert_eq!(stored(&app, "ES256", "next").len(), 1);
    let made = make(&app, "ES256");
    assert_eq!(made["keys"][0]["kid"], kid(&token(&app, "mill")));
    assert!(stored(&app, "ES256", "next").is_empty(), "whoever has seen one may have seen the other");
    assert!(stored(&app, "ES256", "retired").iter().all(|row| row["private_key"] == ""));
    app.advance(2 * DAY);
    tend(&app);
    assert_eq!(made["keys"][0]["kid"], kid(&token(&app, "mill")), "its own 90 days have begun");
}

fn what_is_asked_of_the_keys_and_not_done_is_told(setup: Setup) {
    let app = setup.start();
    let before = app.snapshot();
    let refused = |answer: &Answer, status: u16, id: &str, pointer: Option<&str>| {
        let error = &answer.json()["error"];
        assert_eq!((answer.status, error["id"].as_str()), (status, Some(id)), "{}", answer.text());
        assert_eq!(error["details"]["pointer"].as_str(), pointer);
    };
    let post = |body: Value| app.ask_admin(&Ask::json("POST", SET, &body));
    for algorithm in ["none", "HS256", "ES512", "rs256", ""] {
        refused(&post(json!({"alg": algorithm, "use": "sig"})), 400, "invalid_key", Some("/alg"));
    }
    refused(&post(json!({"alg": "RS256", "use": "enc"})), 400, "invalid_key", Some("/use"));
    refused(&post(json!({"alg": "RS256", "use": "sig", "kid": "mine"})), 400, "invalid_key", Some("/kid"));
    refused(&post(json!({"alg": "RS256"})), 400, "malformed_body", None);
    refused(&post(json!({"alg": "RS256", "use": "sig", "d": "x"})), 400, "malformed_body", None);
    for set in ["/admin/keys/mine", "/admin/keys/..%2f", "/admin/keys/HYDRA.openid.id-token"] {
        refused(&app.ask_admin(&Ask::get(set)), 404, "not_found", None);
        let body = json!({"alg": "RS256", "use": "sig"});
        refused(&app.ask_admin(&Ask::json("POST", set, &body)), 404, "not_found", None);
    }
    refused(&app.ask_admin(&Ask::get(&format!("{SET}?private=true"))), 400, "unknown_parameter", None);
    refused(&app.ask_admin(&Ask::get(SET).method("DELETE")), 405, "method_not_allowed", None);
    before.expect_same(&app.snapshot(), "a refused wish");
    // Ory's SDKs send an empty one where nobody has chosen.
    assert_eq!(post(json!({"alg": "ES256", "use": "sig", "kid": ""})).status, 201);
}

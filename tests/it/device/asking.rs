//! The device authorization endpoint: who may ask, for what, and what bad input becomes.

use super::{DEVICE_CODE, Device, refused, start};
use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::http::Ask;

on_both![
    a_device_asks_with_nothing_but_its_name,
    sec_k03_the_method_at_the_device_endpoint_is_the_clients,
    sec_k04_a_confidential_device_is_nobody_without_its_secret,
    sec_t05_a_device_gets_no_more_than_is_registered,
    sec_u03_malformed_oversized_and_doubled_input_is_refused,
    sec_u09_a_public_name_fills_no_disk,
];

const ENDPOINT: &str = "/oauth2/device/auth";

fn a_device_asks_with_nothing_but_its_name(setup: Setup) {
    let app = start(setup);
    let answer = app.ask(&Ask::form(ENDPOINT, &[("client_id", "tv")])).expect(200);
    assert!(answer.json()["user_code"].is_string());
    // Two devices of the same kind are two devices.
    let (one, two) = (Device::asks(&app, "tv"), Device::asks(&app, "tv"));
    assert!(one.code != two.code && one.user_code != two.user_code);
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    assert_eq!(metadata["device_authorization_endpoint"], format!("{}{ENDPOINT}", app.issuer));
    let grants = metadata["grant_types_supported"].as_array().expect("a list");
    assert!(grants.contains(&DEVICE_CODE.into()), "{metadata}");
    // What is kept says neither code (RFC 8628 5.2).
    let kept = app.snapshot().text();
    let letters = one.user_code.replace('-', "");
    for secret in [&one.code, &one.user_code, &letters] {
        assert!(!kept.contains(secret), "{secret}");
    }
    assert_eq!(app.snapshot().rows("device_codes").len(), 3);
}

fn sec_k03_the_method_at_the_device_endpoint_is_the_clients(setup: Setup) {
    let app = start(setup);
    let before = app.snapshot();
    for secret in ["any", ""] {
        let fields = [("client_id", "tv"), ("client_secret", secret), ("scope", "openid")];
        assert_eq!(app.ask(&Ask::form(ENDPOINT, &fields)).status, 401, "{secret:?}");
    }
    let by_body = [("client_id", "kiosk"), ("client_secret", CLIENT_SECRET)];
    assert_eq!(app.ask(&Ask::form(ENDPOINT, &by_body)).status, 401);
    assert_eq!(app.ask(&Ask::form(ENDPOINT, &[]).basic("kiosk", "wrong")).status, 401);
    assert_eq!(app.ask(&Ask::form(ENDPOINT, &[]).basic("nobody", "wrong")).status, 401);
    assert_eq!(app.ask(&Ask::form(ENDPOINT, &[])).status, 401);
    let twice = Ask::form(ENDPOINT, &[("client_id", "tv")]).basic("kiosk", CLIENT_SECRET);
    assert_eq!(app.ask(&twice).expect(400).json()["error"], "invalid_request");
    // The grant type is the client's as well.
    let spa = app.relying_party("spa").call(ENDPOINT, &[("scope", "openid")]);
    assert_eq!(refused(&spa, "unauthorized_client")["error_id"], "unauthorized_client");
    let fields = [("grant_type", DEVICE_CODE), ("device_code", "x")];
    refused(&app.relying_party("spa").token(&fields), "unauthorized_client");
    before.expect_same(&app.snapshot(), "a refusal");
}

fn sec_k04_a_confidential_device_is_nobody_without_its_secret(setup: Setup) {
    let app = start(setup);
    assert_eq!(app.ask(&Ask::form(ENDPOINT, &[("client_id", "kiosk")])).status, 401);
    let kiosk = Device::asks(&app, "kiosk");
    let who = super::ada(&app);
    kiosk.answered_in(&mut super::signed_in(&app, &who), "Connect");
    let by_name = [("grant_type", DEVICE_CODE), ("client_id", "kiosk"), ("device_code", &kiosk.code)];
    assert_eq!(app.ask(&Ask::form("/oauth2/token", &by_name)).status, 401);
    // Nothing was spent, and nobody was slowed down.
    kiosk.is_connected().expect_subject(&who.subject());
}

fn sec_t05_a_device_gets_no_more_than_is_registered(setup: Setup) {
    let app = start(setup);
    let tv = app.relying_party("tv");
    let ask = |fields: &[(&str, &str)]| tv.call(ENDPOINT, fields);
    refused(&ask(&[("scope", "openid films:write")]), "invalid_scope");
    refused(&ask(&[("scope", "openid"), ("resource", "https://bank.example.org")]), "invalid_target");
    let _all = ask(&[("scope", "openid"), ("resource", "https://films.example.org")]).expect(200);

    let device = Device::asks_for(&app, "tv", "openid profile");
    device.answered_in(&mut super::signed_in(&app, &super::ada(&app)), "Connect");
    let before = app.snapshot().without(&["events"]);
    for scope in ["openid email", "openid profile offline_access", "\u{7f}"] {
        refused(&device.polls_at_once(&[("scope", scope)]), "invalid_scope");
    }
    refused(&device.polls_at_once(&[("resource", "https://bank.example.org")]), "invalid_target");
    before.expect_same(&app.snapshot().without(&["events"]), "a refusal");
    let narrow = [("scope", "openid"), ("resource", "https://music.example.org")];
    let tokens = device.rp.tokens(&device.polls_at_once(&narrow).expect(200), None);
    let claims = device.rp.verified(&tokens.access, "at+jwt");
    assert_eq!(claims["scope"], "openid");
    assert_eq!(claims["aud"], serde_json::json!(["https://music.example.org", app.issuer]));
}

fn sec_u03_malformed_oversized_and_doubled_input_is_refused(setup: Setup) {
    let app = start(setup);
    let before = app.snapshot();
    let tv = app.relying_party("tv");
    let long = format!("openid {}", "x ".repeat(3_000));
    for (fields, error) in [
        (&[("scope", "openid"), ("scope", "openid")][..], "invalid_request"),
        (&[("scope", "open\"id")], "invalid_scope"),
        (&[("scope", "ä")], "invalid_scope"),
        (&[("scope", &long)], "invalid_scope"),
        (&[("anything", "1"), ("anything", "2")], "invalid_request"),
        (&[("resource", "https://films.example.org/")], "invalid_target"),
    ] {
        refused(&tv.call(ENDPOINT, fields), error);
    }
    let many: Vec<(&str, &str)> = vec![("resource", "https://films.example.org"); 11];
    refused(&tv.call(ENDPOINT, &many), "invalid_target");
    assert_eq!(app.ask(&Ask::form(ENDPOINT, &[("client_id", "tv"), ("x", "\0")])).status, 400);
    let large = "x".repeat(64 * 1024);
    assert_eq!(app.ask(&Ask::form(ENDPOINT, &[("client_id", "tv"), ("scope", &large)])).status, 413);
    let json = Ask::json("POST", ENDPOINT, &serde_json::json!({ "client_id": "tv" }));
    assert_eq!(app.ask(&json).status, 415);
    assert_eq!(app.ask(&Ask::get(ENDPOINT)).status, 405);
    before.expect_same(&app.snapshot(), "bad input");

    for (fields, error) in [
        (&[("grant_type", DEVICE_CODE)][..], "invalid_request"),
        (&[("grant_type", DEVICE_CODE), ("device_code", "")], "invalid_request"),
        (&[("grant_type", DEVICE_CODE), ("device_code", "nonsense")], "invalid_grant"),
        (&[("grant_type", DEVICE_CODE), ("device_code", "x"), ("device_code", "x")], "invalid_request"),
        (&[("grant_type", "device_code"), ("device_code", "x")], "unsupported_grant_type"),
    ] {
        refused(&tv.token(fields), error);
    }
    // A code of another kind, and one that nobody was given.
    use wayhome::crypto::{PlainToken, TokenKind};
    let refresh = PlainToken::derive(TokenKind::Refresh, [7; 32]);
    let unknown = PlainToken::derive(TokenKind::DeviceCode, [7; 32]);
    for code in [refresh.expose(), unknown.expose()] {
        refused(&tv.token(&[("grant_type", DEVICE_CODE), ("device_code", code)]), "invalid_grant");
    }
}

fn sec_u09_a_public_name_fills_no_disk(setup: Setup) {
    let app = start(setup.set("limits.flows_per_minute", "3"));
    for _ in 0..3 {
        let _codes = Device::asks(&app, "tv");
    }
    let answer = app.ask(&Ask::form(ENDPOINT, &[("client_id", "tv")])).expect(429);
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
    assert_eq!(answer.json()["error_id"], "too_many_requests");
    assert_eq!(app.snapshot().rows("device_codes").len(), 3);
    app.advance(60);
    let _codes = Device::asks(&app, "tv");
}

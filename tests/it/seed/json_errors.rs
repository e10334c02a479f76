//! S32: programs are answered in JSON whatever happens, and pages of registered clients may read it.

use serde_json::Value;

use crate::app::{Setup, TestApp, on_both};
use crate::http::{Answer, Ask};
use crate::people::PASSWORD;

const ORIGIN: &str = "http://localhost:5173";

on_both![
    seed_s32_every_refusal_of_an_endpoint_is_json_that_the_client_may_read,
    seed_s32_too_many_requests_are_told_in_json,
    seed_s32_too_many_requests_are_told_alike_at_every_endpoint,
    seed_s32_a_fault_of_ours_is_told_in_json,
    sec_t08_a_revocation_that_cannot_be_written_is_no_success,
    seed_s32_other_origins_read_nothing,
    sec_p08_a_preflight_names_what_may_be_sent,
];

#[track_caller]
fn readable(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{:?}\n{}", answer.headers, answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "{:?}", answer.headers);
    assert_eq!(answer.header("access-control-allow-credentials"), None, "cookies are nobody's business here");
    let body = answer.json();
    for name in ["error", "error_description", "request_id"] {
        assert!(body[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {body}");
    }
    assert_eq!(answer.header("x-request-id"), body["request_id"].as_str());
    body
}

fn seed_s32_every_refusal_of_an_endpoint_is_json_that_the_client_may_read(setup: Setup) {
    let app = setup.start();
    let ask = |ask: Ask| app.ask(&ask.with("Origin", ORIGIN));
    let form = |target: &str, fields: &[(&str, &str)]| ask(Ask::form(target, fields));
    for target in ["/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"] {
        readable(&form(target, &[]), 401);
        readable(&ask(Ask::get(target)), 405);
        readable(&ask(Ask::get(target).method("PUT")), 405);
        readable(&ask(Ask::json("POST", target, &serde_json::json!({}))), 415);
        readable(&form(target, &[("token", &"x".repeat(70_000))]), 413);
        readable(&form(&format!("{target}/nothing"), &[]), 404);
    }
    readable(&form("/oauth2/token", &[("client_id", "spa")]), 400);
    readable(&form("/oauth2/token", &[("client_id", "spa"), ("grant_type", "password")]), 400);
    let wrong = [("client_id", "spa"), ("grant_type", "authorization_code"), ("code", "nonsense")];
    assert_eq!(readable(&form("/oauth2/token", &wrong), 400)["error"], "invalid_grant");
    let wrong = [("client_id", "spa"), ("grant_type", "refresh_token"), ("refresh_token", "nonsense")];
    assert_eq!(readable(&form("/oauth2/token", &wrong), 400)["error"], "invalid_grant");
    let userinfo = ask(Ask::get("/userinfo"));
    readable(&userinfo, 401);
    assert!(userinfo.header("www-authenticate").is_some_and(|text| text.starts_with("Bearer")));
    assert!(
        userinfo
            .header("access-control-expose-headers")
            .is_some_and(|text| text.contains("WWW-Authenticate"))
    );
    assert_eq!(readable(&ask(Ask::get("/userinfo").bearer("nonsense")), 401)["error"], "invalid_token");
    readable(&ask(Ask::get("/userinfo").method("DELETE")), 405);
}

fn seed_s32_too_many_requests_are_told_in_json(setup: Setup) {
    let app = setup.set("limits.requests_per_minute", "3").start();
    let ask = || app.ask(&Ask::form("/oauth2/token", &[("client_id", "spa")]).with("Origin", ORIGIN));
    for _ in 0..3 {
        readable(&ask(), 400);
    }
    let answer = ask();
    assert_eq!(readable(&answer, 429)["error_id"], "too_many_requests");
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
    app.advance(60);
    readable(&ask(), 400);
}

fn seed_s32_too_many_requests_are_told_alike_at_every_endpoint(setup: Setup) {
    let app = setup.set("limits.requests_per_minute", "3").start();
    for (target, refusal) in [("/oauth2/token", 400), ("/oauth2/revoke", 400), ("/userinfo", 401)] {
        let ask = || app.ask(&Ask::form(target, &[("client_id", "spa")]).with("Origin", ORIGIN));
        for _ in 0..3 {
            readable(&ask(), refusal);
        }
        assert_eq!(readable(&ask(), 429)["error_id"], "too_many_requests", "{target}");
        app.advance(60);
    }
}

fn break_tokens(app: &TestApp) {
    app.write(|cx| Ok(cx.db.batch("ALTER TABLE refresh_tokens RENAME TO gone")?));
}

fn seed_s32_a_fault_of_ours_is_told_in_json(setup: Setup) {
    let app = setup.start();
    let token = wayhome::crypto::PlainToken::generate(
        wayhome::crypto::TokenKind::Refresh,
        &wayhome::random::SystemRandom,
    );
    break_tokens(&app);
    let fields = [("client_id", "spa"), ("grant_type", "refresh_token"), ("refresh_token", token.expose())];
    let answer = app.ask(&Ask::form("/oauth2/token", &fields).with("Origin", ORIGIN));
    let body = readable(&answer, 500);
    assert_eq!(body["error"], "server_error");
    let text = body.to_string().to_lowercase();
    assert!(!text.contains("refresh_tokens") && !text.contains("sql"), "nothing of the inside: {body}");
}

fn sec_t08_a_revocation_that_cannot_be_written_is_no_success(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    let tokens = house.redeem(browser.location());
    let revocation = |token: &str| {
        let fields = [("client_id", "house"), ("token", token)];
        app.ask(&Ask::form("/oauth2/revoke", &fields).with("Origin", ORIGIN))
    };
    let userinfo = || app.ask(&Ask::get("/userinfo").bearer(&tokens.access).with("Origin", ORIGIN));
    app.write(|cx| Ok(cx.db.batch("ALTER TABLE revoked_tokens RENAME TO gone")?));
    readable(&revocation(&tokens.access), 500);
    readable(&userinfo(), 500);
    app.write(|cx| Ok(cx.db.batch("ALTER TABLE gone RENAME TO revoked_tokens")?));
    assert_eq!(userinfo().status, 200, "nothing was revoked, and nothing else was lost");
    assert_eq!(revocation(&tokens.access).status, 200);
    readable(&userinfo(), 401);
    break_tokens(&app);
    readable(&revocation(tokens.refresh()), 500);
}

fn seed_s32_other_origins_read_nothing(setup: Setup) {
    let app = setup.start();
    for origin in ["https://evil.example", "http://localhost:9999", "null", "https://shop.example.org"] {
        let answer = app.ask(&Ask::form("/oauth2/token", &[("client_id", "spa")]).with("Origin", origin));
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
    }
}

fn sec_p08_a_preflight_names_what_may_be_sent(setup: Setup) {
    let app = setup.start();
    for target in ["/oauth2/token", "/oauth2/revoke", "/userinfo"] {
        let ask = Ask::get(target)
            .method("OPTIONS")
            .with("Origin", ORIGIN)
            .with("Access-Control-Request-Method", "POST")
            .with("Access-Control-Request-Headers", "authorization");
        let answer = app.ask(&ask).expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "{target}");
        assert!(
            answer.header("access-control-allow-headers").is_some_and(|text| text.contains("Authorization"))
        );
    }
}

//! Requests that are pushed, and requests for which something would have to be fetched (group Q, provider 3).

use serde_json::json;

use super::ann;
use crate::app::{Setup, TestApp, on_both};
use crate::http::{Answer, Ask, encoded};
use crate::people::PASSWORD;
use crate::relying_party::RelyingParty;
use crate::signing::{ClientSigner, KeyServer, by_value, registration};

on_both![
    prov_3_a_pushed_request_leads_home,
    sec_q02_nothing_is_fetched_for_a_request,
    sec_q03_a_pushed_request_is_good_once_for_its_client_and_for_ninety_seconds,
    sec_q03_whoever_pushes_must_be_the_client,
    sec_q03_a_client_that_pushes_cannot_ask_otherwise,
    sec_q04_beside_a_pushed_request_nothing_counts,
    of_many_uses_of_a_pushed_request_at_two_servers_one_waits,
    going_back_to_a_pushed_request_leads_to_the_same_sign_in,
    a_pushed_request_may_come_by_post,
    an_address_pushes_only_so_many_requests_of_public_clients_in_a_minute,
];

fn signer() -> ClientSigner {
    ClientSigner::new("ES256", "1")
}

pub(super) fn fields(parameters: &[(String, String)]) -> Vec<(&str, &str)> {
    parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Pushes a request of a public client.
#[track_caller]
fn push(rp: &RelyingParty<'_>, more: &[(&str, &str)]) -> Answer {
    let answer = rp.ask_as_page(Ask::form("/oauth2/par", &fields(&rp.parameters(more))));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer
}

/// The address that the browser is sent to with a pushed request.
pub(super) fn address(app: &TestApp, client_id: &str, uri: &str, more: &[(&str, &str)]) -> String {
    let mut all = vec![("client_id", client_id), ("request_uri", uri)];
    all.extend(more);
    format!("{}/oauth2/auth?{}", app.issuer, encoded(&all))
}

#[track_caller]
fn pushed(rp: &RelyingParty<'_>, more: &[(&str, &str)]) -> String {
    let body = push(rp, more).expect(201).json();
    assert_eq!(body["expires_in"], 90);
    body["request_uri"].as_str().unwrap().to_owned()
}

#[track_caller]
fn expect_unusable(app: &TestApp, at: &str) {
    let answer = app.ask(&Ask::get(at.strip_prefix(&app.issuer).unwrap())).expect(400);
    assert!(answer.header("location").is_none() && answer.header("set-cookie").is_none());
    assert!(answer.text().contains("request_uri_invalid"), "{}", answer.text());
}

fn prov_3_a_pushed_request_leads_home(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let uri = pushed(&rp, &[]);
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:wh_pr_"), "{uri}");
    let mut browser = app.browser();
    browser.open(address(&app, "spa", &uri, &[])).sign_in(&who).press("Allow");
    assert!(rp.redeem(browser.location()).answer["id_token"].is_string());
}

fn sec_q02_nothing_is_fetched_for_a_request(setup: Setup) {
    let key = signer();
    let app = setup.clients(&registration(&by_value(&[&key]))).start();
    let trap = KeyServer::start(&json!({}));
    let rp = app.relying_party("spa");
    let mut browser = app.browser();
    let local = format!("http://127.0.0.1:{}/request.jwt", trap.port);
    for uri in
        [local.as_str(), "https://example.org/request.jwt", "file:///etc/passwd", "urn:other:thing", "x"]
    {
        browser.open(rp.authorization_url_with(&[("request_uri", uri)]));
        assert_eq!(rp.error(browser.location()), "request_uri_not_supported", "{uri}");
    }
    let both = [("request_uri", local.as_str()), ("request", "a.b.c")];
    browser.open(rp.authorization_url_with(&both));
    assert_eq!(rp.error(browser.location()), "invalid_request");
    let urn = pushed(&rp, &[]);
    browser.open(rp.authorization_url_with(&[("request_uri", &urn), ("request", "a.b.c")]));
    assert_eq!(rp.error(browser.location()), "invalid_request");
    assert_eq!(trap.visits(), 0);
}

fn sec_q03_a_pushed_request_is_good_once_for_its_client_and_for_ninety_seconds(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    // After it is answered.
    let uri = pushed(&rp, &[]);
    let at = address(&app, "house", &uri, &[]);
    let mut browser = app.browser();
    browser.open(&at).sign_in(&who);
    assert_eq!(rp.callback(browser.location()).error, None);
    expect_unusable(&app, &at);
    browser.open(&at);
    assert_eq!(browser.page().error_id().as_deref(), Some("request_uri_invalid"));
    // After it was answered at once.
    let uri = pushed(&rp, &[]);
    let at = address(&app, "house", &uri, &[]);
    browser.open(&at);
    assert_eq!(rp.callback(browser.location()).error, None);
    browser.open(&at);
    assert_eq!(browser.page().error_id().as_deref(), Some("request_uri_invalid"));
    // By another client, which does not use it up.
    let uri = pushed(&rp, &[]);
    expect_unusable(&app, &address(&app, "spa", &uri, &[]));
    // By another browser while it waits in one.
    let at = address(&app, "house", &uri, &[("prompt", "none")]);
    let mut waiting = app.browser();
    waiting.open(&at);
    assert_eq!(waiting.page().path(), "/login");
    expect_unusable(&app, &at);
    // Too late, guessed, cut off, and without a client.
    let uri = pushed(&rp, &[]);
    app.advance(91);
    expect_unusable(&app, &address(&app, "house", &uri, &[]));
    let guess = "urn:ietf:params:oauth:request_uri:";
    for uri in [
        &uri[..uri.len() - 1],
        guess,
        &format!("{guess}wh_pr_{}", "0".repeat(49)),
        &uri.to_uppercase().replace("URN:IETF:PARAMS:OAUTH:REQUEST_URI", "urn:ietf:params:oauth:request_uri"),
    ] {
        expect_unusable(&app, &address(&app, "house", uri, &[]));
    }
    let nameless =
        app.ask(&Ask::get(&format!("/oauth2/auth?{}", encoded(&[("request_uri", &uri)])))).expect(400);
    assert!(nameless.text().contains("client_id_missing"));
}

fn sec_q03_whoever_pushes_must_be_the_client(setup: Setup) {
    let app = setup.start();
    let shop = app.relying_party("shop");
    let parameters = shop.parameters(&[]);
    let all = fields(&parameters);
    let refused = app.ask(&Ask::form("/oauth2/par", &all)).expect(401);
    assert_eq!(refused.json()["error"], "invalid_client");
    app.ask(&Ask::form("/oauth2/par", &all).basic("shop", "wrong")).expect(401);
    assert!(shop.call("/oauth2/par", &all).expect(201).json()["request_uri"].is_string());
    // Its name comes with its credentials.
    let nameless: Vec<(&str, &str)> = all.iter().filter(|(name, _)| *name != "client_id").copied().collect();
    shop.call("/oauth2/par", &nameless).expect(201);
    let mut foreign = nameless.clone();
    foreign.push(("client_id", "spa"));
    shop.call("/oauth2/par", &foreign).expect(400);
    for (name, value, error) in [
        ("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request"),
        ("request_uri", "", "invalid_request"),
        ("redirect_uri", "https://evil.test/", "invalid_request"),
        ("scope", "openid other", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("request", "a.b.c", "invalid_request_object"),
        ("registration", "{}", "registration_not_supported"),
    ] {
        let mut wrong: Vec<(&str, &str)> = all.iter().filter(|(known, _)| *known != name).copied().collect();
        wrong.push((name, value));
        let body = shop.call("/oauth2/par", &wrong).expect(400).json();
        assert_eq!(body["error"], error, "{name}={value}");
    }
    let twice = [&all[..], &[("state", "x")]].concat();
    assert_eq!(shop.call("/oauth2/par", &twice).expect(400).json()["error"], "invalid_request");
    app.ask(&Ask::get("/oauth2/par")).expect(405);
}

fn sec_q03_a_client_that_pushes_cannot_ask_otherwise(setup: Setup) {
    let app = setup
        .clients(
            "[[client]]\nid = \"pusher\"\nname = \"Pusher\"\ntype = \"spa\"\n\
             redirect_uris = [\"http://localhost:5190/callback\"]\n\
             require_pushed_authorization_requests = true\nskip_consent = true\n",
        )
        .start();
    let (who, rp) = (ann(&app), app.relying_party("pusher"));
    let mut browser = app.browser();
    browser.open(rp.authorization_url_with(&[("scope", "openid")]));
    assert_eq!(rp.error(browser.location()), "invalid_request");
    let uri = pushed(&rp, &[("scope", "openid")]);
    browser.open(address(&app, "pusher", &uri, &[])).sign_in(&who);
    assert_eq!(rp.callback(browser.location()).error, None);
}

fn sec_q04_beside_a_pushed_request_nothing_counts(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let uri = pushed(&rp, &[("scope", "openid")]);
    let outside = [
        ("scope", "openid email"),
        ("redirect_uri", "https://evil.test/"),
        ("prompt", "none"),
        ("login_hint", "eve@example.org"),
        ("response_type", "token"),
        ("state", "other"),
        ("response_mode", "fragment"),
    ];
    let mut browser = app.browser();
    browser.open(address(&app, "house", &uri, &outside));
    assert_eq!(browser.page().path(), "/login");
    assert!(!browser.page().text.contains("eve@example.org"));
    browser.sign_in(&who);
    let tokens = rp.redeem(browser.location());
    assert_eq!(tokens.answer["scope"], "openid");
}

fn of_many_uses_of_a_pushed_request_at_two_servers_one_waits(setup: Setup) {
    let app = setup.start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let rp = app.relying_party("house");
    for _ in 0..3 {
        let at = address(&app, "house", &pushed(&rp, &[]), &[]);
        let ask = Ask::get(at.strip_prefix(&app.issuer).unwrap());
        let answers = super::instances::at_once(&[&app, there], &ask);
        assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
        assert!(answers.iter().all(|answer| matches!(answer.status, 303 | 400)));
    }
}

fn going_back_to_a_pushed_request_leads_to_the_same_sign_in(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let at = address(&app, "spa", &pushed(&rp, &[]), &[]);
    let mut browser = app.browser();
    browser.open(&at);
    app.advance(300);
    browser.open(&at);
    assert_eq!(browser.page().path(), "/login");
    browser.sign_in(&who).open(&at);
    assert_eq!(browser.page().path(), "/consent", "the sign-in that was done is not forgotten");
    browser.press("Allow");
    let _tokens = rp.redeem(browser.location());
    browser.open(&at);
    assert_eq!(browser.page().error_id().as_deref(), Some("request_uri_invalid"));
}

fn a_pushed_request_may_come_by_post(setup: Setup) {
    let app = setup.start();
    let who = app.identity("ada@example.org").with_password(PASSWORD);
    let rp = app.relying_party("house");
    let uri = pushed(&rp, &[]);
    let form = Ask::form("/oauth2/auth", &[("client_id", "house"), ("request_uri", &uri)]);
    let next = app.ask(&form).expect(303).header("location").unwrap().to_owned();
    let again = app.ask(&form).expect(400);
    assert!(again.text().contains("request_uri_invalid"));
    let mut browser = app.browser();
    browser.open(&next).sign_in(&who);
    assert_eq!(rp.callback(browser.location()).error, None);
}

fn an_address_pushes_only_so_many_requests_of_public_clients_in_a_minute(setup: Setup) {
    let app = setup.set("limits.flows_per_minute", "2").start();
    let (spa, shop) = (app.relying_party("spa"), app.relying_party("shop"));
    for _ in 0..2 {
        push(&spa, &[]).expect(201);
    }
    assert!(push(&spa, &[]).expect(429).header("retry-after").is_some());
    // The server of a client pushes for all of its people.
    for _ in 0..5 {
        shop.call("/oauth2/par", &fields(&shop.parameters(&[]))).expect(201);
    }
    app.advance(60);
    push(&spa, &[]).expect(201);
}

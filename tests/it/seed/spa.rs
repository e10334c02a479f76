//! S31: the SPA of the seed, line by line, as a test sees its requests.

use std::sync::Barrier;
use std::thread;

use serde_json::Value;

use crate::app::{CLIENT_SECRET, Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::{self, Ask};
use crate::people::PASSWORD;
use crate::relying_party::{RelyingParty, Tokens};

on_both![
    seed_s31_a_plus_and_a_percent_20_part_scopes_alike,
    seed_s31_openid_without_a_nonce_is_accepted,
    seed_s31_a_challenge_that_is_plain_or_missing_is_not,
    seed_s31_the_same_state_and_challenge_may_come_again_and_be_short,
    seed_s31_a_public_client_redeems_without_a_preflight,
    seed_s31_a_verifier_that_is_the_word_undefined_is_told_so,
    seed_s31_a_client_that_goes_in_circles_is_stopped,
    seed_s31_a_code_that_is_redeemed_twice_at_once_gives_tokens_once,
    seed_s31_a_replay_much_later_ends_what_the_code_gave,
    seed_s31_fifty_refreshes_at_once_get_one_successor,
    seed_s31_a_refresh_token_that_was_stolen_ends_the_family,
    seed_s31_the_metadata_stands_where_rfc_8414_wants_it,
    seed_s31_basic_credentials_raw_and_encoded_are_understood,
];

fn signed_in<'a>(app: &'a TestApp) -> Browser<'a> {
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in_with("ada@example.org", PASSWORD);
    browser
}

fn tokens(app: &TestApp, house: &RelyingParty<'_>) -> Tokens {
    let mut browser = signed_in(app);
    browser.open(house.authorization_url());
    house.redeem(browser.location())
}

fn seed_s31_a_plus_and_a_percent_20_part_scopes_alike(setup: Setup) {
    let app = setup.start();
    let mut browser = signed_in(&app);
    let house = app.relying_party("house");
    let url = house.authorization_url_with(&[("scope", "openid offline_access")]);
    assert!(url.contains("scope=openid+offline_access"));
    browser.open(&url);
    let plus = house.redeem(browser.location());
    let url = house.authorization_url_with(&[("scope", "openid offline_access")]);
    browser.open(url.replace("openid+offline_access", "openid%20offline_access"));
    let percent = house.redeem(browser.location());
    for tokens in [plus, percent] {
        assert_eq!(tokens.answer["scope"], "openid offline_access");
        assert!(tokens.refresh.is_some() && tokens.id.is_some());
    }
}

fn seed_s31_openid_without_a_nonce_is_accepted(setup: Setup) {
    let app = setup.start();
    let mut browser = signed_in(&app);
    let house = app.relying_party("house");
    browser.open(house.authorization_url_with(&[("nonce", "")]));
    let tokens = house.redeem(browser.location());
    assert_eq!(tokens.claims.get("nonce"), None);
}

fn seed_s31_a_challenge_that_is_plain_or_missing_is_not(setup: Setup) {
    let app = setup.start();
    let mut browser = signed_in(&app);
    let house = app.relying_party("house");
    for given in [
        [
            ("code_challenge_method", "plain"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ],
        [("code_challenge_method", ""), ("code_challenge", "")],
        [("code_challenge_method", ""), ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")],
        [("code_challenge_method", "S256"), ("code_challenge", "too-short")],
    ] {
        browser.open(house.authorization_url_with(&given));
        assert_eq!(house.error(browser.location()), "invalid_request", "{given:?}");
    }
}

fn seed_s31_the_same_state_and_challenge_may_come_again_and_be_short(setup: Setup) {
    let app = setup.start();
    let mut browser = signed_in(&app);
    let house = app.relying_party("house");
    // The seed keeps one state and one verifier for all its sign-ins.
    let url = house.authorization_url_with(&[("state", "0.4")]);
    for _ in 0..3 {
        browser.open(&url);
        house.redeem(browser.location());
    }
}

fn seed_s31_a_public_client_redeems_without_a_preflight(setup: Setup) {
    let app = setup.start();
    let mut browser = signed_in(&app);
    let house = app.relying_party("house");
    browser.open(house.authorization_url());
    let code = house.code(browser.location());
    // A simple request: a form, and no header that would need a preflight.
    let answer = house.token(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", house.redirect_uri()),
        ("code_verifier", &verifier_of(&house, 1)),
    ]);
    let body = answer.expect(200).json();
    assert!(body["expires_in"].is_u64(), "a number: {body}");
}

/// The verifier of the n-th request of a client of the tests.
fn verifier_of(client: &RelyingParty<'_>, n: u32) -> String {
    let text = format!("verifier {} {n}", client.client.id);
    wayhome::crypto::base64url(&wayhome::crypto::sha256(text.as_bytes()))
}

fn seed_s31_a_verifier_that_is_the_word_undefined_is_told_so(setup: Setup) {
    let app = setup.start();
    let mut browser = signed_in(&app);
    let house = app.relying_party("house");
    browser.open(house.authorization_url());
    let code = house.code(browser.location());
    let redeem = |verifier: &str| {
        house.token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", house.redirect_uri()),
            ("code_verifier", verifier),
        ])
    };
    let body = redeem("undefined").expect(400).json();
    assert_eq!(body["error"], "invalid_grant");
    assert_eq!(body["error_id"], "pkce_verifier_lost");
    assert!(body["error_description"].as_str().is_some_and(|text| text.contains("`undefined`")), "{body}");
    // Only a fully correct redemption consumes the code (decision 17).
    let _tokens = redeem(&verifier_of(&house, 1)).expect(200);
}

fn seed_s31_a_client_that_goes_in_circles_is_stopped(setup: Setup) {
    let app = setup.start();
    let mut browser = signed_in(&app);
    let house = app.relying_party("house");
    let mut sent = 0;
    while sent < 12 {
        browser.open(house.authorization_url());
        let Some(location) = browser.try_location().map(str::to_owned) else { break };
        sent += 1;
        let code = house.code(&location);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", house.redirect_uri()),
            ("code_verifier", "undefined"),
        ];
        let _refused = house.token(&fields).expect(400);
    }
    assert_eq!(sent, 5, "five codes within 30 s, none of them redeemed");
    browser.expect_error("loop", 429);
    let text = &browser.page().text;
    assert!(text.contains("pkce_verifier_lost") || text.contains("undefined"), "the last error: {text}");
    assert!(browser.page().links.iter().any(|link| link.text == "Back to House App"));
    app.advance(31);
    browser.open(house.authorization_url());
    house.redeem(browser.location());
}

/// Decision 17: React's double effect redeems twice within an instant; the first answer's tokens live.
fn seed_s31_a_code_that_is_redeemed_twice_at_once_gives_tokens_once(setup: Setup) {
    let app = setup.start();
    let mut browser = signed_in(&app);
    let house = app.relying_party("house");
    browser.open(house.authorization_url());
    let location = browser.location().to_owned();
    let tokens = house.redeem(&location);
    let second = house.redeem_answer(&location).expect(400).json();
    assert_eq!(second["error"], "invalid_grant");
    assert!(house.is_alive(&tokens.access), "within two seconds nothing is revoked");
    house.refresh(&tokens);
}

fn seed_s31_a_replay_much_later_ends_what_the_code_gave(setup: Setup) {
    let app = setup.start();
    let mut browser = signed_in(&app);
    let house = app.relying_party("house");
    browser.open(house.authorization_url());
    let location = browser.location().to_owned();
    let tokens = house.redeem(&location);
    app.advance(3);
    assert_eq!(house.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
    assert!(!house.is_alive(&tokens.access));
    assert_eq!(house.refresh_answer(tokens.refresh()).expect(400).json()["error"], "invalid_grant");
}

/// Decision 18: several tabs refresh at the same time.
fn seed_s31_fifty_refreshes_at_once_get_one_successor(setup: Setup) {
    const TABS: usize = 50;
    let app = setup.start();
    let house = app.relying_party("house");
    let tokens = tokens(&app, &house);
    let fields =
        [("client_id", "house"), ("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
    let ask = Ask::form("/oauth2/token", &fields);
    let (public, host, barrier) = (app.public, app.host().to_owned(), Barrier::new(TABS));
    let answers: Vec<Value> = thread::scope(|scope| {
        let tabs: Vec<_> = (0..TABS)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    http::send(public, &host, &ask).expect(200).json()
                })
            })
            .collect();
        tabs.into_iter().map(|tab| tab.join().expect("an answer")).collect()
    });
    for answer in &answers {
        assert_eq!(answer["refresh_token"], answers[0]["refresh_token"], "one successor");
        assert!(
            answer["scope"].is_string() && answer["expires_in"].is_u64() && answer["token_type"] == "Bearer"
        );
    }
    let successor = answers[0]["refresh_token"].as_str().expect("a refresh token");
    assert_ne!(successor, tokens.refresh());
    let _next = house.refresh_answer(successor).expect(200);
}

fn seed_s31_a_refresh_token_that_was_stolen_ends_the_family(setup: Setup) {
    let app = setup.start();
    let house = app.relying_party("house");
    let first = tokens(&app, &house);
    let second = house.refresh(&first);
    app.advance(11);
    assert_eq!(house.refresh_answer(first.refresh()).expect(400).json()["error"], "invalid_grant");
    assert_eq!(house.refresh_answer(second.refresh()).expect(400).json()["error"], "invalid_grant");
    assert!(!house.is_alive(&second.access));
}

fn seed_s31_the_metadata_stands_where_rfc_8414_wants_it(setup: Setup) {
    let app = setup.start();
    let answer = app.ask(&Ask::get("/.well-known/oauth-authorization-server")).expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let metadata = answer.json();
    assert_eq!(metadata["issuer"], app.issuer.as_str());
    for name in ["authorization_endpoint", "token_endpoint", "revocation_endpoint", "introspection_endpoint"]
    {
        assert!(
            metadata[name].as_str().is_some_and(|url| url.starts_with(&app.issuer)),
            "{name}: {metadata}"
        );
    }
    assert_eq!(metadata["code_challenge_methods_supported"], serde_json::json!(["S256"]));
}

fn seed_s31_basic_credentials_raw_and_encoded_are_understood(setup: Setup) {
    use base64::Engine as _;
    let app = setup.start();
    let ask = || Ask::form("/oauth2/introspect", &[("token", "nonsense")]);
    let encoded = app.ask(&ask().basic("shop", CLIENT_SECRET)).expect(200).json();
    let raw = base64::engine::general_purpose::STANDARD.encode(format!("shop:{CLIENT_SECRET}"));
    let raw = app.ask(&ask().with("Authorization", &format!("Basic {raw}"))).expect(200).json();
    assert_eq!((encoded["active"].clone(), raw["active"].clone()), (Value::Bool(false), Value::Bool(false)));
}

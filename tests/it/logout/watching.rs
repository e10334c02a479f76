//! Session management: the one page that may be framed, the one cookie that a script may read (OIDC Session Management).

use wayhome::crypto::{base64url, sha256};
use wayhome::model::SessionId;
use wayhome::oauth2::session_state::{SessionState, session_state};
use wayhome::store;

use super::tokens;
use crate::app::{Setup, TestApp, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    prov_7_nobody_watches_unless_it_is_switched_on,
    prov_7_the_browsers_state_changes_at_sign_in_and_sign_out,
    prov_7_session_state_is_the_hash_that_the_frame_computes,
    prov_7_an_answer_brings_the_browsers_state_with_it,
    prov_7_the_page_that_is_framed_says_nothing_and_any_site_may_frame_it,
];

const FRAME: &str = "/oauth2/check_session";

fn watched(setup: Setup) -> Setup {
    setup.set("session.management", "true")
}

fn metadata(app: &TestApp) -> serde_json::Value {
    app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json()
}

fn prov_7_nobody_watches_unless_it_is_switched_on(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    app.ask(&Ask::get(FRAME)).expect(404);
    assert!(metadata(&app).get("check_session_iframe").is_none());
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    assert_eq!(browser.cookie("wayhome_state"), None);
    let env = app.work().env();
    assert_eq!(session_state(env, "spa", "http://localhost:5173/callback", None), None);
}

fn prov_7_the_browsers_state_changes_at_sign_in_and_sign_out(setup: Setup) {
    let app = watched(setup).start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let bob = app.identity("bob@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let mut seen = Vec::new();
    for who in [&ada, &bob, &ada] {
        browser.open("/login").sign_in(who).expect_path("/account");
        let state = browser.cookie("wayhome_state").expect("a state");
        let session = browser.cookie("wayhome_session").expect("a session");
        assert!(!session.contains(&state) && state.len() == 32, "{state}");
        assert!(!seen.contains(&state), "every session has another");
        seen.push(state);
        browser.open("/logout").press("Sign out");
        assert_eq!(browser.cookie("wayhome_state"), None);
    }
}

fn prov_7_session_state_is_the_hash_that_the_frame_computes(setup: Setup) {
    let app = watched(setup).start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let known = tokens(&mut browser, &app.relying_party("house"), &ada, "openid");
    let state = browser.cookie("wayhome_state").expect("a state");
    let sid: SessionId = known.claims["sid"].as_str().unwrap().parse().unwrap();
    let session = app.write(move |cx| Ok(store::sessions::find(cx.db, sid)?)).unwrap();
    let env = app.work().env();
    let given = |uri: &str| session_state(env, "house", uri, Some(&session));
    let of = |origin: &str, state: &str, salt: &str| {
        format!("{}.{salt}", base64url(&sha256(format!("house {origin} {state} {salt}").as_bytes())))
    };
    for (uri, origin) in [
        ("http://localhost:5175/callback?x=1", "http://localhost:5175"),
        ("https://app.test:443/cb", "https://app.test"),
        ("https://app.test:8443/cb", "https://app.test:8443"),
    ] {
        let SessionState { told, browser } = given(uri).unwrap();
        assert_eq!(browser, state);
        let salt = told.split_once('.').unwrap().1;
        assert!(salt.len() >= 16 && !told.contains(' '));
        assert_eq!(told, of(origin, &state, salt));
        assert_ne!(given(uri).unwrap().told, told, "each has a salt of its own");
    }
    assert_eq!(given("org.example.app:/cb"), None, "no page that could ask");
    let nobody = session_state(env, "house", "https://app.test/cb", None).unwrap().told;
    assert_eq!(nobody, of("https://app.test", "", nobody.split_once('.').unwrap().1));
}

fn prov_7_an_answer_brings_the_browsers_state_with_it(setup: Setup) {
    let app = watched(setup).start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let rp = app.relying_party("house");
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    let state = browser.cookie("wayhome_state").expect("a state");
    // Lost, or from before the setting: else the client would find another session for ever.
    browser.lose_cookie("wayhome_state");
    browser.open(rp.authorization_url_with(&[("scope", "openid"), ("prompt", "none")]));
    assert_eq!(browser.cookie("wayhome_state"), Some(state.clone()));
    let url = url::Url::parse(browser.location()).unwrap();
    let told =
        url.query_pairs().find(|(name, _)| name == "session_state").expect("it is told").1.into_owned();
    let salt = told.split_once('.').unwrap().1;
    let hashed = sha256(format!("house http://localhost:5175 {state} {salt}").as_bytes());
    assert_eq!(told, format!("{}.{salt}", base64url(&hashed)));
}

fn prov_7_the_page_that_is_framed_says_nothing_and_any_site_may_frame_it(setup: Setup) {
    let app = watched(setup).start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    assert_eq!(metadata(&app)["check_session_iframe"], format!("{}{FRAME}", app.issuer));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    let [inside, outside] =
        [browser.send(Ask::get(FRAME), crate::browser::From::OtherSite), app.ask(&Ask::get(FRAME))];
    assert_eq!(inside.expect(200).text(), outside.expect(200).text());
    app.ask(&Ask::form(FRAME, &[])).expect(405);
}

//! J19: signing out, and in again; decision 22.

use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::encoded;
use crate::people::{PASSWORD, Person};
use crate::relying_party::{RelyingParty, Tokens};

on_both![
    journey_j19_a_sign_out_by_the_client_ends_at_the_client_and_one_signs_in_again,
    journey_j19_a_sign_out_without_a_hint_asks_first_and_ends_here,
    journey_j19_an_expired_hint_is_as_good,
    journey_j19_a_sign_out_without_a_session_is_no_dead_end,
    journey_j19_an_unregistered_place_is_never_gone_to,
    journey_j19_the_hint_of_another_session_asks_first,
    journey_j19_a_sign_out_by_post_works_too,
    journey_j19_staying_signed_in_is_possible,
    journey_j19_signing_out_ends_what_was_granted_in_the_session,
];

fn signed_in<'a>(app: &'a TestApp, spa: &RelyingParty<'_>, who: &Person) -> (Browser<'a>, Tokens) {
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("scope", "openid")])).sign_in(who);
    if browser.try_page().is_some() {
        browser.press("Allow");
    }
    let tokens = spa.redeem(browser.location());
    (browser, tokens)
}

fn end_session(parameters: &[(&str, &str)]) -> String {
    format!("/oauth2/sessions/logout?{}", encoded(parameters))
}

fn journey_j19_a_sign_out_by_the_client_ends_at_the_client_and_one_signs_in_again(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let (mut browser, tokens) = signed_in(&app, &spa, &ada);
    let hint = tokens.id.clone().expect("an ID token");
    let parameters = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", "http://localhost:5173/"),
        ("state", "a b&c"),
    ];
    browser.open(end_session(&parameters));
    assert_eq!(browser.location(), "http://localhost:5173/?state=a%20b%26c");
    assert!(!browser.has_session());
    assert!(browser.cookie("wayhome_browser").is_some(), "the browser stays known");
    browser.open(spa.authorization_url()).expect_path("/login").sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j19_a_sign_out_without_a_hint_asks_first_and_ends_here(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let (mut browser, _) = signed_in(&app, &spa, &ada);
    let parameters = [("post_logout_redirect_uri", "http://localhost:5173/"), ("client_id", "spa")];
    browser.open(end_session(&parameters)).expect_heading("logout.title");
    browser.expect_says_with("logout.signed_in_as", &[("who", "ada@example.org")]);
    assert!(browser.page().text.contains("Acme Notes"), "which applications end");
    assert!(browser.has_session());
    browser.press("Sign out").expect_path("/logout/done").expect_heading("logout.done_title");
    assert!(!browser.has_session());
    browser.reload().click("Sign in again").expect_path("/login").sign_in(&ada).expect_path("/account");
}

fn journey_j19_an_expired_hint_is_as_good(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let (mut browser, tokens) = signed_in(&app, &spa, &ada);
    app.advance(90 * 60);
    let hint = tokens.id.clone().expect("an ID token");
    let parameters =
        [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "http://localhost:5173/")];
    browser.open(end_session(&parameters));
    assert_eq!(browser.location(), "http://localhost:5173/");
}

fn journey_j19_a_sign_out_without_a_session_is_no_dead_end(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open("/logout").expect_heading("logout.done_title").click("Sign in again");
    browser.expect_path("/login").sign_in(&ada).expect_path("/account");
    let mut stranger = app.browser();
    stranger.open(end_session(&[("client_id", "spa")])).expect_heading("logout.done_title");
    stranger.click("Back to Acme Notes");
    assert!(stranger.location().starts_with("http://localhost:5173/"));
    // Signed out already, with a good hint: straight back.
    let (mut other, tokens) = signed_in(&app, &spa, &ada);
    other.lose_cookies();
    let hint = tokens.id.clone().expect("an ID token");
    let parameters =
        [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "http://localhost:5173/")];
    other.open(end_session(&parameters));
    assert_eq!(other.location(), "http://localhost:5173/");
}

fn journey_j19_an_unregistered_place_is_never_gone_to(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let (mut browser, tokens) = signed_in(&app, &spa, &ada);
    let hint = tokens.id.clone().expect("an ID token");
    let parameters =
        [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://evil.example/")];
    browser.open(end_session(&parameters)).expect_heading("logout.done_title");
    assert!(!browser.has_session(), "the sign-out itself works");
    assert!(!browser.page().html.contains("evil.example"));
    assert!(browser.page().text.contains("not registered"), "a detail for developers");
}

fn journey_j19_the_hint_of_another_session_asks_first(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let (_, old) = signed_in(&app, &spa, &ada);
    let (mut browser, _) = signed_in(&app, &spa, &ada);
    let hint = old.id.clone().expect("an ID token");
    browser.open(end_session(&[("id_token_hint", &hint)])).expect_heading("logout.title");
    assert!(browser.has_session());
}

fn journey_j19_a_sign_out_by_post_works_too(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let (mut browser, tokens) = signed_in(&app, &spa, &ada);
    let hint = tokens.id.clone().expect("an ID token");
    let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "http://localhost:5173/")];
    let answer = app.ask(
        &crate::http::Ask::form("/oauth2/sessions/logout", &fields)
            .with("Origin", "http://localhost:5173")
            .with("Sec-Fetch-Site", "cross-site"),
    );
    let location = answer.expect(303).header("location").map(str::to_owned).unwrap_or_default();
    browser.open(location);
    assert_eq!(browser.location(), "http://localhost:5173/");
    assert!(!browser.has_session());
}

fn journey_j19_staying_signed_in_is_possible(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let (mut browser, _) = signed_in(&app, &spa, &ada);
    browser.open(end_session(&[("client_id", "spa")])).click("Stay signed in");
    assert_eq!(browser.location(), "http://localhost:5173/");
    browser.open("/logout").click("Stay signed in").expect_path("/account");
    browser.press("Sign out").expect_path("/logout/done");
}

fn journey_j19_signing_out_ends_what_was_granted_in_the_session(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("scope", "openid")])).sign_in(&ada).press("Allow");
    let bound = spa.redeem(browser.location());
    browser.open(spa.authorization_url()).press("Allow");
    let offline = spa.redeem(browser.location());
    browser.open("/logout").press("Sign out");
    assert!(!spa.is_alive(&bound.access), "a grant of the session ends with it");
    let next = spa.refresh(&offline);
    assert!(spa.is_alive(&next.access), "offline_access outlives the session (decision 33)");
}

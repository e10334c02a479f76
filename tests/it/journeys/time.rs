//! J9, J15: pages that stay open for too long, and addresses that are opened again much later.

use crate::app::{Setup, on_both};
use crate::people::{OTHER_PASSWORD, PASSWORD};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

on_both![
    journey_j9_a_sign_in_page_that_outlived_its_flow_is_renewed_and_leads_home,
    journey_j9_every_page_of_a_recovery_may_be_left_for_longer_than_its_flow,
    journey_j9_a_registration_that_was_left_keeps_what_was_typed,
    journey_j9_a_request_that_ran_out_names_the_client_and_leads_back,
    journey_j9_a_consent_page_that_was_left_too_long_leads_back_through_the_sign_in,
    journey_j9_a_session_that_ended_meanwhile_asks_for_the_password_again,
    journey_j15_a_bookmarked_sign_in_page_works_a_day_later,
    journey_j15_a_bookmarked_page_of_any_flow_is_no_dead_end,
    journey_j15_the_address_of_another_browsers_flow_gives_a_fresh_one_without_context,
];

fn journey_j9_a_sign_in_page_that_outlived_its_flow_is_renewed_and_leads_home(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    app.advance(31 * MINUTE);
    browser.sign_in(&ada).expect_path("/login").expect_says("login.expired_reenter");
    browser.expect_says_with("page.subtitle", &[("client", "Acme Notes")]);
    assert!(!browser.page().says("login.mismatch", &[]), "P18: nothing was wrong with the password");
    browser.sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());

    let mut reader = app.browser();
    reader.open(spa.authorization_url());
    app.advance(31 * MINUTE);
    reader.reload().expect_path("/login").expect_says("flow.renewed");
    reader.sign_in(&ada);
    spa.redeem(reader.location()).expect_subject(&ada.subject());
}

fn journey_j9_every_page_of_a_recovery_may_be_left_for_longer_than_its_flow(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Forgot your password?");
    app.advance(31 * MINUTE);
    browser.submit([("email", "ada@example.org")]).expect_path("/recovery");
    browser.submit([("email", "ada@example.org")]).expect_heading("code.title");
    // Once a form was answered the flow lives for a day, and its request for longer.
    app.advance(25 * HOUR);
    browser.submit([("code", "12345678")]).expect_path("/recovery");
    browser.submit([("email", "ada@example.org")]).enter_code_of(&app, "ada@example.org");
    browser.expect_path("/recovery/password");
    app.advance(25 * HOUR);
    browser.submit([("password", OTHER_PASSWORD)]).expect_path("/recovery");
    browser.submit([("email", "ada@example.org")]).enter_code_of(&app, "ada@example.org");
    browser.submit([("password", OTHER_PASSWORD)]).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j9_a_registration_that_was_left_keeps_what_was_typed(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Create an account");
    browser.register("ada@example.org", "short").expect_path("/registration");
    app.advance(25 * HOUR);
    browser.register("ada@example.org", PASSWORD).expect_path("/registration");
    let email = browser.page().main_form().and_then(|form| form.field("traits.email")).cloned();
    assert_eq!(email.map(|field| field.value).as_deref(), Some("ada@example.org"), "A4");
    browser.register("ada@example.org", PASSWORD).expect_path("/verification");
    app.advance(25 * HOUR);
    browser.submit([("code", "12345678")]).expect_path("/registration");
    browser.register("ada@example.org", PASSWORD).enter_code_of(&app, "ada@example.org").press("Allow");
    spa.redeem(browser.location());
}

fn journey_j9_a_request_that_ran_out_names_the_client_and_leads_back(setup: Setup) {
    let app = setup.start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    for path in ["Forgot your password?", "Create an account", ""] {
        let spa = app.relying_party("spa");
        let mut browser = app.browser();
        browser.open(spa.authorization_url());
        if !path.is_empty() {
            browser.click(path);
        }
        app.advance(72 * HOUR);
        browser.reload().expect_error("request_expired", 400);
        let back = browser.page().links.iter().find(|link| link.text == "Back to Acme Notes");
        let href = back.map(|link| link.href.clone()).expect("a way back to the client");
        // Where a sign-in to the client begins, and who sends the person (OIDC Core 4).
        assert!(href.starts_with("http://localhost:5173/login?iss=http%3A%2F%2Flocalhost"), "{href}");
    }
}

fn journey_j9_a_consent_page_that_was_left_too_long_leads_back_through_the_sign_in(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).expect_path("/consent");
    app.advance(3 * HOUR);
    browser.press("Allow").expect_path("/login");
    browser.expect_says_with("page.subtitle", &[("client", "Acme Notes")]);
    browser.sign_in(&ada);
    if browser.try_page().is_some() {
        browser.press("Allow");
    }
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j9_a_session_that_ended_meanwhile_asks_for_the_password_again(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    house.redeem(browser.location());
    app.advance(2 * HOUR + 1);
    browser.open(house.authorization_url()).expect_path("/login").sign_in(&ada);
    house.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j15_a_bookmarked_sign_in_page_works_a_day_later(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login");
    let bookmark = browser.page().target.clone();
    app.advance(24 * HOUR);
    let mut later = browser.tab();
    later.open(&bookmark).expect_path("/login");
    assert_ne!(later.page().target, bookmark, "a fresh flow");
    assert!(!later.page().says("login.mismatch", &[]));
    later.sign_in(&ada).expect_path("/account");

    // Of a journey to a client that is long over: the client is named, and there is a way.
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    let bookmark = browser.page().target.clone();
    app.advance(24 * HOUR);
    browser.open(&bookmark).expect_error("request_expired", 400);
    assert!(browser.page().links.iter().any(|link| link.text == "Back to Acme Notes"));
}

fn journey_j15_a_bookmarked_page_of_any_flow_is_no_dead_end(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let mut bookmarks = Vec::new();
    browser.open("/registration");
    bookmarks.push(browser.page().target.clone());
    browser.register("new@example.org", PASSWORD);
    bookmarks.push(browser.page().target.clone());
    browser.open("/recovery");
    bookmarks.push(browser.page().target.clone());
    browser.submit([("email", "ada@example.org")]).enter_code_of(&app, "ada@example.org");
    bookmarks.push(browser.page().target.clone());
    app.advance(49 * HOUR);
    for bookmark in &bookmarks {
        let mut later = browser.tab();
        later.open(bookmark);
        assert_eq!(later.page().status, 200, "{bookmark}: {}", later.page().text);
        let mut stranger = app.browser();
        stranger.open(bookmark);
        assert_eq!(stranger.page().status, 200, "{bookmark}: {}", stranger.page().text);
    }
    browser.open("/login").sign_in(&ada).expect_path("/account");
    for bookmark in &bookmarks {
        browser.open(bookmark);
        assert_eq!(browser.page().status, 200, "{bookmark}: {}", browser.page().text);
    }
}

fn journey_j15_the_address_of_another_browsers_flow_gives_a_fresh_one_without_context(setup: Setup) {
    let app = setup.start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("login_hint", "ada@example.org")]));
    assert!(browser.page().html.contains("ada@example.org"), "the hint is shown to the one who brought it");
    let target = browser.page().target.clone();
    let mut thief = app.browser();
    thief.open(&target).expect_path("/login");
    assert_ne!(thief.page().target, target);
    assert!(!thief.page().html.contains("ada@example.org") && !thief.page().html.contains("Acme"));
}

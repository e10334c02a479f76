//! J17: `prompt`, `max_age`, hints.

use crate::app::{Setup, on_both};
use crate::people::PASSWORD;

on_both![
    journey_j17_prompt_none_comes_home_with_an_error_for_each_thing_that_is_missing,
    journey_j17_prompt_none_comes_home_with_a_code_if_nothing_is_missing,
    journey_j17_prompt_login_asks_for_the_password_again,
    journey_j17_prompt_login_lets_another_person_sign_in,
    journey_j17_max_age_asks_again_when_the_sign_in_is_older,
    journey_j17_prompt_create_begins_with_the_registration,
    journey_j17_prompt_create_where_accounts_are_closed_begins_with_the_sign_in,
    journey_j17_prompt_select_account_shows_who_is_signed_in,
    journey_j17_a_hint_fills_the_form_on_every_page,
    journey_j17_an_id_token_hint_of_somebody_else_asks_for_them,
    journey_j17_prompts_may_stand_together,
];

fn journey_j17_prompt_none_comes_home_with_an_error_for_each_thing_that_is_missing(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (spa, house) = (app.relying_party("spa"), app.relying_party("house"));
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("prompt", "none")]));
    assert_eq!(spa.error(browser.location()), "login_required");
    browser.open(house.authorization_url()).sign_in(&ada);
    house.redeem(browser.location());
    browser.open(spa.authorization_url_with(&[("prompt", "none")]));
    assert_eq!(spa.error(browser.location()), "consent_required");
    app.advance(60);
    browser.open(house.authorization_url_with(&[("prompt", "none"), ("max_age", "30")]));
    assert_eq!(house.error(browser.location()), "login_required");
    browser.open(house.authorization_url_with(&[("prompt", "none login")]));
    assert_eq!(house.error(browser.location()), "invalid_request");
}

fn journey_j17_prompt_none_comes_home_with_a_code_if_nothing_is_missing(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).press("Allow");
    spa.redeem(browser.location());
    browser.open(spa.authorization_url_with(&[("prompt", "none")]));
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j17_prompt_login_asks_for_the_password_again(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    let first = house.redeem(browser.location());
    app.advance(60);
    browser.open(house.authorization_url_with(&[("prompt", "login")])).expect_path("/login");
    browser.expect_heading("login.title_again");
    let known = browser.page().main_form().and_then(|form| form.field("identifier")).cloned();
    assert!(known.is_some_and(|field| field.value == "ada@example.org" && !field.editable), "read-only");
    browser.submit([("password", "not it at all, not at all")]).expect_says("login.mismatch");
    browser.submit([("password", PASSWORD)]);
    let second = house.redeem(browser.location());
    assert!(second.claims["auth_time"].as_i64() > first.claims["auth_time"].as_i64());
    second.expect_subject(&ada.subject());
}

fn journey_j17_prompt_login_lets_another_person_sign_in(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    house.redeem(browser.location());
    browser.open(house.authorization_url_with(&[("prompt", "login")])).click("Use another account");
    browser.expect_path("/login").expect_heading("login.title").sign_in(&ben);
    house.redeem(browser.location()).expect_subject(&ben.subject());
}

fn journey_j17_max_age_asks_again_when_the_sign_in_is_older(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    house.redeem(browser.location());
    app.advance(60);
    browser.open(house.authorization_url_with(&[("max_age", "120")]));
    house.redeem(browser.location());
    browser.open(house.authorization_url_with(&[("max_age", "30")])).expect_path("/login");
    browser.submit([("password", PASSWORD)]);
    let tokens = house.redeem(browser.location());
    assert!(tokens.claims["auth_time"].as_i64().is_some_and(|at| at + 30 >= app.now().seconds()));
    browser.open(house.authorization_url_with(&[("max_age", "0")])).expect_path("/login");
    browser.submit([("password", PASSWORD)]);
    house.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j17_prompt_create_begins_with_the_registration(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("prompt", "create"), ("login_hint", "new@example.org")]));
    browser.expect_path("/registration");
    browser.register("new@example.org", PASSWORD).enter_code_of(&app, "new@example.org").press("Allow");
    spa.redeem(browser.location());

    // Whoever has an account after all signs in, and is not sent back to the registration.
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut other = app.browser();
    other.open(spa.authorization_url_with(&[("prompt", "create")])).click("Sign in").sign_in(&ada);
    other.press("Allow");
    spa.redeem(other.location()).expect_subject(&ada.subject());
}

fn journey_j17_prompt_create_where_accounts_are_closed_begins_with_the_sign_in(setup: Setup) {
    let app = setup.set("registration.enabled", "false").start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("prompt", "create")])).expect_path("/login");
    assert!(!browser.page().text.contains("Create an account"), "1.4.1: hidden when it is closed");
    browser.sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
    browser.tab().open("/registration").expect_error("registration_closed", 404);
}

fn journey_j17_prompt_select_account_shows_who_is_signed_in(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    // Nobody to choose from: the sign-in is the choice.
    browser.open(house.authorization_url_with(&[("prompt", "select_account")])).expect_path("/login");
    browser.sign_in(&ada);
    if browser.try_page().is_some() {
        browser.press("Continue as ada@example.org");
    }
    house.redeem(browser.location()).expect_subject(&ada.subject());

    browser.open(house.authorization_url_with(&[("prompt", "select_account")])).expect_path("/login/choice");
    browser.reload().press("Continue as ada@example.org");
    house.redeem(browser.location()).expect_subject(&ada.subject());

    browser.open(house.authorization_url_with(&[("prompt", "select_account")])).press("Use another account");
    browser.expect_path("/login").sign_in(&ben);
    if browser.try_page().is_some() {
        browser.press("Continue as ben@example.org");
    }
    house.redeem(browser.location()).expect_subject(&ben.subject());
}

fn journey_j17_a_hint_fills_the_form_on_every_page(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    let typed = |browser: &crate::browser::Browser<'_>, name: &str| {
        let field = browser.page().main_form().and_then(|form| form.field(name)).cloned();
        field.map(|field| field.value).unwrap_or_default()
    };
    browser.open(spa.authorization_url_with(&[("login_hint", "ada@example.org")]));
    assert_eq!(typed(&browser, "identifier"), "ada@example.org");
    browser.click("Forgot your password?");
    assert_eq!(typed(&browser, "email"), "ada@example.org", "A2: never typed twice");
    browser.click("Back to sign in").click("Create an account");
    assert_eq!(typed(&browser, "traits.email"), "ada@example.org");
    // What is typed on the way replaces the hint.
    browser.click("Sign in").sign_in_with("ben@example.org", "not it at all, not at all");
    browser.click("Forgot your password?");
    assert_eq!(typed(&browser, "email"), "ben@example.org");
}

fn journey_j17_an_id_token_hint_of_somebody_else_asks_for_them(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    let hint = house.redeem(browser.location()).id.expect("an ID token");
    let mut other = app.browser();
    other.open(house.authorization_url()).sign_in(&ben);
    house.redeem(other.location());
    other.open(house.authorization_url_with(&[("id_token_hint", &hint), ("prompt", "none")]));
    assert_eq!(house.error(other.location()), "login_required");
    other.open(house.authorization_url_with(&[("id_token_hint", &hint)])).expect_path("/login").sign_in(&ada);
    house.redeem(other.location()).expect_subject(&ada.subject());
    // Somebody else than the one who is expected comes home as a refusal.
    other.open(house.authorization_url_with(&[("id_token_hint", &hint), ("prompt", "login")]));
    if other.page().button("Sign in").is_some() && other.page().text.contains("Use another account") {
        other.click("Use another account");
    }
    other.sign_in(&ben);
    assert_eq!(house.error(other.location()), "login_required");
}

fn journey_j17_prompts_may_stand_together(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).press("Allow");
    spa.redeem(browser.location());
    browser.open(spa.authorization_url_with(&[("prompt", "login consent")])).expect_path("/login");
    browser.submit([("password", PASSWORD)]).expect_path("/consent").press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
    browser.open(spa.authorization_url_with(&[("prompt", "login select_account consent")]));
    for _ in 0..4 {
        let Some(page) = browser.try_page() else { break };
        match page.path() {
            "/login" => browser.submit([("password", PASSWORD)]),
            "/login/choice" => browser.press("Continue as ada@example.org"),
            "/consent" => browser.press("Allow"),
            other => panic!("unexpected: {other}"),
        };
    }
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

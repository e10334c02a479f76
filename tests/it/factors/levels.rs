//! What clients ask for by `acr_values`, `max_age` and `claims`, and what their tokens say then (A09).

use serde_json::json;

use super::{ada, second_step, second_step_with_trust, with_app};
use crate::app::{Setup, on_both};
use crate::people::PASSWORD;

on_both![
    sec_a09_tokens_say_what_was_shown_and_when,
    sec_a09_a_client_raises_the_level_on_the_way,
    sec_a01_a_trusted_device_does_not_count_where_a_client_asks_for_both_factors,
    sec_a01_without_a_page_the_client_hears_that_somebody_must_sign_in,
    prov_3_an_essential_level_that_the_person_cannot_reach_is_refused_after_the_sign_in,
    journey_j17_max_age_asks_for_both_factors_again,
];

fn sec_a09_tokens_say_what_was_shown_and_when(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada);
    second_step(&mut browser, &app, &phone);
    browser.press("Allow");
    let first = spa.redeem(browser.location());
    app.advance(120);
    // By single sign-on and by refresh, nothing is younger or stronger than it is.
    browser.open(spa.authorization_url());
    let second = spa.redeem(browser.location());
    let third = spa.refresh(&first);
    for tokens in [&second, &third] {
        for claim in ["acr", "amr", "auth_time"] {
            assert_eq!(tokens.claims[claim], first.claims[claim], "{claim}");
        }
    }
}

fn sec_a09_a_client_raises_the_level_on_the_way(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    second_step_with_trust(&mut browser, &app, &phone);
    browser.expect_path("/account");
    // The next sign-in in this browser is spared the second step, and says so.
    browser.open("/logout").press("Sign out");
    browser.open(house.authorization_url()).sign_in(&ada);
    let low = house.redeem(browser.location());
    assert_eq!((&low.claims["acr"], &low.claims["amr"]), (&json!("aal1"), &json!(["pwd"])));
    app.advance(60);
    for asked in [
        ("acr_values", "aal2 aal1".to_owned()),
        ("claims", json!({"id_token": {"acr": {"essential": true, "value": "aal2"}}}).to_string()),
    ] {
        browser.open("/logout").press("Sign out");
        browser.open("/login").sign_in(&ada).expect_path("/account");
        let signed_in_at = app.now().seconds();
        app.advance(60);
        browser.open(house.authorization_url_with(&[(asked.0, &asked.1)]));
        second_step(&mut browser, &app, &phone);
        let high = house.redeem(browser.location());
        assert_eq!(high.claims["acr"], "aal2", "{asked:?}");
        assert_eq!(high.claims["amr"], json!(["pwd", "otp", "mfa"]));
        let at = high.claims["auth_time"].as_i64().expect("a time");
        assert!((at - signed_in_at).abs() <= 1, "it is as old as the sign-in: {at} {signed_in_at}");
        // Once raised, it stays so.
        browser.open(house.authorization_url_with(&[(asked.0, &asked.1)]));
        assert_eq!(house.redeem(browser.location()).claims["acr"], "aal2");
    }
    // What a client likes less, or does not know, asks for nothing more.
    browser.open("/logout").press("Sign out");
    browser.open("/login").sign_in(&ada);
    for values in ["aal1 aal2", "phr", "urn:mace:incommon:iap:gold"] {
        browser.open(house.authorization_url_with(&[("acr_values", values)]));
        assert_eq!(house.redeem(browser.location()).claims["acr"], "aal1", "{values}");
    }
}

fn sec_a01_a_trusted_device_does_not_count_where_a_client_asks_for_both_factors(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    second_step_with_trust(&mut browser, &app, &phone);
    browser.open("/logout").press("Sign out");
    browser.open(house.authorization_url_with(&[("acr_values", "aal2")])).sign_in(&ada);
    browser.expect_path("/login/second-factor").submit([("code", "000000")]);
    assert!(browser.try_location().is_none());
    second_step(&mut browser, &app, &phone);
    assert_eq!(house.redeem(browser.location()).claims["acr"], "aal2");
}

fn sec_a01_without_a_page_the_client_hears_that_somebody_must_sign_in(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    // The first step alone is no sign-in.
    browser.open(house.authorization_url_with(&[("prompt", "none")]));
    assert_eq!(house.error(browser.location()), "login_required");
    browser.open(house.authorization_url()).sign_in(&ada);
    second_step_with_trust(&mut browser, &app, &phone);
    house.redeem(browser.location());
    browser.open("/logout").press("Sign out");
    browser.open("/login").sign_in(&ada);
    browser.open(house.authorization_url_with(&[("prompt", "none"), ("acr_values", "aal2")]));
    assert_eq!(house.error(browser.location()), "login_required");
    browser.open(house.authorization_url_with(&[("prompt", "none")]));
    house.redeem(browser.location());
}

fn prov_3_an_essential_level_that_the_person_cannot_reach_is_refused_after_the_sign_in(setup: Setup) {
    let app = setup.start();
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    let essential = json!({"id_token": {"acr": {"essential": true, "values": ["aal2"]}}}).to_string();
    browser.open(house.authorization_url_with(&[("claims", &essential)])).expect_path("/login").sign_in(&ben);
    assert_eq!(house.error(browser.location()), "unmet_authentication_requirements");
    browser.open(house.authorization_url_with(&[("claims", &essential), ("prompt", "none")]));
    assert_eq!(house.error(browser.location()), "unmet_authentication_requirements");
    // A wish is no condition.
    browser.open(house.authorization_url_with(&[("acr_values", "aal2")]));
    assert_eq!(house.redeem(browser.location()).claims["acr"], "aal1");
    // Once there is a second factor, it is reached.
    let phone = with_app(&app, &ben);
    browser.open(house.authorization_url_with(&[("claims", &essential)])).sign_in(&ben);
    second_step(&mut browser, &app, &phone);
    assert_eq!(house.redeem(browser.location()).claims["acr"], "aal2");
}

fn journey_j17_max_age_asks_for_both_factors_again(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    second_step_with_trust(&mut browser, &app, &phone);
    app.advance(60);
    // Whoever must confirm that it is them is spared nothing.
    for asked in [("max_age", "30"), ("prompt", "login")] {
        browser.open(house.authorization_url_with(&[asked])).expect_path("/login");
        browser.expect_heading("login.title_again").submit([("password", PASSWORD)]);
        second_step(&mut browser, &app, &phone);
        let tokens = house.redeem(browser.location());
        assert_eq!(tokens.claims["acr"], "aal2");
        assert!(tokens.claims["auth_time"].as_i64().is_some_and(|at| at + 30 >= app.now().seconds()));
    }
}

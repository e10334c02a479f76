//! A01: whatever the path, whoever has a second factor must have shown it.

use super::{ada, second_step, second_step_with_trust, with_app};
use crate::app::{Setup, on_both};
use crate::browser::Browser;
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    sec_a01_no_page_of_the_account_opens_after_the_first_step,
    sec_a01_a_device_is_not_connected_after_the_first_step,
    sec_a01_what_was_open_before_the_factor_is_not_open_after_it,
    sec_a06_sensitive_changes_ask_for_the_factor_that_a_trusted_device_was_spared,
    sec_a08_a_trusted_device_is_one_no_more_after_another_password,
    sec_a08_a_cookie_that_was_carried_elsewhere_is_no_trusted_device,
    sec_v10_a_recovery_ends_the_trust,
];

fn sec_a01_no_page_of_the_account_opens_after_the_first_step(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).expect_path("/login/second-factor");
    let waiting = browser.page().target.clone();
    for page in
        ["/account", "/account/profile", "/account/password", "/account/two-step", "/account/sessions"]
    {
        browser.open(page).expect_path("/login");
    }
    browser.open(&waiting);
    second_step(&mut browser, &app, &phone);
    browser.expect_path("/account");
}

fn sec_a01_a_device_is_not_connected_after_the_first_step(setup: Setup) {
    let tv = "[[client]]\nid = \"tv\"\nname = \"Acme TV\"\ntype = \"device\"\n";
    let app = setup.clients(tv).start();
    let (ada, phone) = ada(&app);
    let asked = crate::http::Ask::form("/oauth2/device/auth", &[("client_id", "tv"), ("scope", "openid")]);
    let answer = app.ask(&asked).expect(200).json();
    let code = answer["user_code"].as_str().expect("a code").to_owned();
    let mut browser = app.browser();
    browser.open("/device").submit([("user_code", &code)]).sign_in(&ada);
    let waiting = browser.page().target.clone();
    browser.open(format!("/device/confirm?user_code={code}")).expect_path("/login");
    browser.open(&waiting);
    second_step(&mut browser, &app, &phone);
    browser.expect_path("/device/confirm");
}

fn sec_a01_what_was_open_before_the_factor_is_not_open_after_it(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (house, spa) = (app.relying_party("house"), app.relying_party("spa"));
    let mut old = app.browser();
    old.open(house.authorization_url()).sign_in(&ada);
    house.redeem(old.location());
    let phone = with_app(&app, &ada);
    old.open("/account").expect_path("/login");
    old.open(spa.authorization_url_with(&[("prompt", "none")]));
    assert_eq!(spa.error(old.location()), "login_required");
    old.open(spa.authorization_url()).expect_path("/login").sign_in(&ada);
    second_step(&mut old, &app, &phone);
    old.press("Allow");
    assert_eq!(spa.redeem(old.location()).claims["acr"], "aal2");
}

fn sec_a06_sensitive_changes_ask_for_the_factor_that_a_trusted_device_was_spared(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    second_step_with_trust(&mut browser, &app, &phone);
    let again = |browser: &mut Browser<'_>| {
        browser.open("/logout").press("Sign out");
        browser.open("/login").sign_in(&ada).expect_path("/account");
    };
    again(&mut browser);
    browser.open("/account/profile").submit([("traits.name", "Ada Lovelace")]);
    second_step(&mut browser, &app, &phone);
    browser.expect_path("/account/profile").expect_says("profile.saved");
    again(&mut browser);
    browser.open("/account/two-step").press("Make new backup codes");
    second_step(&mut browser, &app, &phone);
    browser.expect_path("/account/two-step/codes");
    // The current password does not stand in for the factor.
    again(&mut browser);
    app.advance(601);
    browser.open("/account/password");
    browser.submit([("current_password", PASSWORD), ("password", OTHER_PASSWORD)]).expect_path("/login");
    browser.expect_heading("login.title_again").submit([("password", PASSWORD)]);
    second_step(&mut browser, &app, &phone);
    browser.expect_path("/account/password").expect_says("password.changed");
}

fn sec_a08_a_trusted_device_is_one_no_more_after_another_password(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    second_step_with_trust(&mut browser, &app, &phone);
    // Whoever changes it has shown both factors, and stays signed in.
    browser.open("/account/password").submit([("password", OTHER_PASSWORD), ("end_others", "")]);
    browser.expect_path("/account/password").expect_says("password.changed");
    browser.open("/logout").press("Sign out");
    browser.open("/login").sign_in_with("ada@example.org", OTHER_PASSWORD);
    second_step(&mut browser, &app, &phone);
    browser.expect_path("/account");
}

fn sec_a08_a_cookie_that_was_carried_elsewhere_is_no_trusted_device(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    second_step_with_trust(&mut browser, &app, &phone);
    for value in ["", "wh_br_nonsense", "trusted", "1"] {
        let mut forger = app.browser();
        forger.set_cookie("wayhome_browser", value);
        forger.set_cookie("wayhome_trusted", &ada.subject());
        forger.open("/login").sign_in(&ada).expect_path("/login/second-factor");
    }
    // Somebody else at the trusted browser is asked for their own.
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    with_app(&app, &ben);
    browser.open("/logout").press("Sign out");
    browser.open("/login").sign_in(&ben).expect_path("/login/second-factor");
}

fn sec_v10_a_recovery_ends_the_trust(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    second_step_with_trust(&mut browser, &app, &phone);
    let mut other = app.browser();
    other.open("/recovery").submit([("email", "ada@example.org")]).enter_code_of(&app, "ada@example.org");
    other.submit([("code", &phone.next_code(&app))]).submit([("password", OTHER_PASSWORD)]);
    other.expect_path("/account");
    browser.open("/login").sign_in_with("ada@example.org", OTHER_PASSWORD);
    browser.expect_path("/login/second-factor");
}

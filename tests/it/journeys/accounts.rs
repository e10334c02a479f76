//! The account of people who come on their own (pages 1.4.6).

use crate::app::{Setup, on_both};
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    page_1_4_6_whoever_is_not_signed_in_signs_in_and_comes_back_to_the_same_page,
    page_1_4_6_a_name_is_changed,
    page_1_4_6_a_new_address_counts_once_it_is_proven,
    page_1_4_6_a_password_is_changed_and_other_devices_are_signed_out,
    page_1_4_6_other_devices_are_listed_and_signed_out,
    page_p15_the_well_known_address_leads_to_the_password,
];

fn page_1_4_6_whoever_is_not_signed_in_signs_in_and_comes_back_to_the_same_page(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    for path in ["/account", "/account/profile", "/account/password", "/account/sessions"] {
        let mut browser = app.browser();
        browser.open(path).expect_path("/login").sign_in(&ada).expect_path(path);
    }
    for path in ["/", "/settings"] {
        app.browser().open(path).expect_path("/login").sign_in(&ada).expect_path("/account");
    }
}

fn page_1_4_6_a_name_is_changed(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).click("Change your profile");
    browser
        .submit([("traits.name", "Augusta Ada")])
        .expect_path("/account/profile")
        .expect_says("profile.saved");
    browser.click("Overview");
    assert!(browser.page().text.contains("Augusta Ada"));
}

fn page_1_4_6_a_new_address_counts_once_it_is_proven(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).open("/account/profile");
    browser.submit([("traits.email", "countess@example.org")]).expect_path("/verification");
    app.browser().open("/login").sign_in_with("countess@example.org", PASSWORD).expect_says("login.mismatch");
    browser.enter_code_of(&app, "countess@example.org").expect_path("/account/profile");
    app.browser().open("/login").sign_in_with("countess@example.org", PASSWORD).expect_path("/account");
    app.browser().open("/login").sign_in_with("ada@example.org", PASSWORD).expect_says("login.mismatch");
}

fn page_1_4_6_a_password_is_changed_and_other_devices_are_signed_out(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (mut browser, mut other) = (app.browser(), app.browser());
    other.open("/login").sign_in(&ada);
    browser.open("/login").sign_in(&ada).click("Change your password");
    browser.submit([("password", "short")]).expect_says_with("pw.short", &[("min", "15"), ("n", "5")]);
    browser.submit([("password", PASSWORD)]).expect_says("pw.same");
    browser
        .submit([("password", OTHER_PASSWORD)])
        .expect_path("/account/password")
        .expect_says("password.changed");
    other.reload().expect_path("/login");
    assert_eq!(app.mailbox().kinds("ada@example.org"), ["password_changed", "new_device"]);

    app.advance(11 * 60);
    browser.reload();
    browser
        .submit([("current_password", PASSWORD), ("password", "three calm otters by a river")])
        .expect_says("password.mismatch_current");
    browser
        .submit([("current_password", OTHER_PASSWORD), ("password", PASSWORD)])
        .expect_says("password.changed");
}

fn page_1_4_6_other_devices_are_listed_and_signed_out(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut phone = app.browser().named("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1");
    phone.open("/login").sign_in(&ada);
    let mut tablet = app.browser();
    tablet.open("/login").sign_in(&ada);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).click("See your devices");
    assert!(
        browser.page().text.contains("Safari on iPhone") || browser.page().text.contains("Safari on iOS")
    );
    let words = browser.page().forms.iter().flat_map(|form| &form.buttons).map(|button| button.text.clone());
    let of_phone = words.into_iter().find(|words| words.starts_with("Sign out Safari")).expect("its button");
    browser.press(&of_phone).expect_says("session.ended");
    phone.reload().expect_path("/login");
    tablet.reload().expect_path("/account");
    browser.press("Sign out everywhere else").expect_says_with("sessions.ended", &[("n", "1")]);
    tablet.reload().expect_path("/login");
    browser.reload().expect_path("/account/sessions").expect_says("sessions.none");
}

fn page_p15_the_well_known_address_leads_to_the_password(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser
        .open("/.well-known/change-password")
        .expect_path("/login")
        .sign_in(&ada)
        .expect_path("/account/password");
    let missing = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    let _not_found = app.ask(&crate::http::Ask::get(missing)).expect(404);
}

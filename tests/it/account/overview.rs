//! The overview: what somebody should look at to keep their account safe.

use crate::app::{Setup, on_both};
use crate::factors::with_app;
use crate::people::PASSWORD;

on_both![
    page_1_4_6_the_overview_tells_of_sign_ins_on_new_devices_until_they_are_disowned,
    page_1_4_6_the_overview_says_what_is_missing,
];

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";

fn page_1_4_6_the_overview_tells_of_sign_ins_on_new_devices_until_they_are_disowned(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut own = app.browser();
    own.open("/login").sign_in(&ada).expect_path("/account");
    let tells = |browser: &crate::browser::Browser<'_>| browser.page().says("check.strange", &[]);
    assert!(!tells(&own), "the first device is nothing to tell of");
    app.advance(60);
    let mut other = app.browser().named(IPHONE);
    other.open("/login").sign_in(&ada).expect_path("/account");
    assert!(!tells(&other), "a device is not told of itself");
    own.open("/account").expect_says("check.strange");
    assert!(own.page().text.contains("Safari on iPhone"), "{}", own.page().text);
    assert!(!own.page().text.contains("Firefox on Linux"), "{}", own.page().text);
    // A device that is known signs in again: that is no news.
    other.press("Sign out").open("/login").sign_in(&ada).expect_path("/account");
    own.open("/account");
    assert_eq!(own.page().text.matches("Safari on iPhone").count(), 1, "{}", own.page().text);
    own.press("This wasn't me").expect_path("/account/password").expect_says("activity.ended");
    other.open("/account").expect_path("/login");
    own.open("/account");
    assert!(!tells(&own), "{}", own.page().text);
}

fn page_1_4_6_the_overview_says_what_is_missing(setup: Setup) {
    let app = setup.start();
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    app.browser().open("/login").sign_in(&ben).expect_says("check.no_second");
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let phone = with_app(&app, &ada);
    for used in 0..=7 {
        browser.open("/login").sign_in(&ada).click("Use a backup code");
        browser.submit([("code", &phone.paper[used])]).expect_path("/account");
        let left = 9 - used;
        let few = browser.page().says("check.few_codes", &[("n", &left.to_string())]);
        assert_eq!((few, browser.page().says("check.in_order", &[])), (left <= 3, left > 3), "{left}");
        browser.press("Sign out");
    }
}

//! The activity of the last 30 days.

use super::{ada, facts, signed_in};
use crate::app::{Setup, on_both};
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    page_1_4_6_what_has_happened_is_told_in_words_for_30_days,
    page_1_4_6_this_was_not_me_signs_everybody_else_out_and_leads_to_the_password,
];

fn page_1_4_6_what_has_happened_is_told_in_words_for_30_days(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    app.browser().open("/login").sign_in_with(&ada.email, "not it at all, not at all");
    let spa = app.relying_party("spa");
    browser.open(spa.authorization_url()).press("Allow");
    browser.open("/account/activity");
    for id in ["activity.created", "activity.signed_in", "activity.failed"] {
        browser.expect_says(id);
    }
    browser.expect_says_with("activity.allowed", &[("client", "Acme Notes")]);
    assert!(browser.page().text.contains("Firefox on Linux"), "{}", browser.page().text);
    // What is of no use to her is not told, and neither is how things are called inside.
    assert!(!browser.page().text.contains("session.") && !browser.page().text.contains("login."));
    app.advance(31 * 24 * 3_600);
    let mut later = signed_in(&app, &ada);
    later.open("/account/activity").expect_says("activity.signed_in");
    assert!(!later.page().says("activity.created", &[]));
}

fn page_1_4_6_this_was_not_me_signs_everybody_else_out_and_leads_to_the_password(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    let mut thief = signed_in(&app, &ada);
    let house = app.relying_party("house");
    thief.open(house.authorization_url_with(&[("scope", "openid offline_access")]));
    let stolen = house.redeem(thief.location());
    browser.open("/account/activity").press("This wasn't me");
    browser.expect_path("/account/password").expect_says("activity.ended");
    thief.open("/account").expect_path("/login");
    assert!(!house.is_alive(&stolen.access));
    assert_eq!(house.refresh_answer(stolen.refresh()).status, 400);
    assert!(facts(&app, &ada).contains(&"activity.disowned".to_owned()));
    browser.submit([("password", OTHER_PASSWORD)]).expect_says("password.changed");
    thief.sign_in_with(&ada.email, PASSWORD).expect_says("login.mismatch");
}

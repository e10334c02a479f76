//! J8: allowing, refusing, and being asked only once.

use crate::app::{Setup, on_both};
use crate::people::PASSWORD;

on_both![
    journey_j8_a_refusal_comes_home_as_access_denied,
    journey_j8_a_remembered_answer_is_not_asked_for_again,
    journey_j8_without_remembering_the_question_comes_again,
    journey_j8_more_than_was_remembered_is_asked_for,
    journey_j8_another_account_can_be_used_for_the_same_request,
    journey_j8_the_answer_may_be_sent_twice,
    page_1_4_7_the_page_says_who_what_and_where,
];

fn journey_j8_a_refusal_comes_home_as_access_denied(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).press("Don't allow");
    assert_eq!(spa.error(browser.location()), "access_denied");
    // The next try asks again, and can be allowed.
    browser.open(spa.authorization_url()).expect_path("/consent").press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j8_a_remembered_answer_is_not_asked_for_again(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).press("Allow");
    spa.redeem(browser.location());
    browser.open(spa.authorization_url());
    spa.redeem(browser.location());
    browser.open(spa.authorization_url_with(&[("scope", "openid email")]));
    let less = spa.redeem(browser.location());
    assert_eq!(less.refresh, None);
    browser.open(spa.authorization_url_with(&[("prompt", "consent")])).expect_path("/consent");
}

fn journey_j8_without_remembering_the_question_comes_again(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).press_with("Allow", &[("remember", "")]);
    spa.redeem(browser.location());
    browser.open(spa.authorization_url()).expect_path("/consent").press("Allow");
    spa.redeem(browser.location());
}

fn journey_j8_more_than_was_remembered_is_asked_for(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("scope", "openid")])).sign_in(&ada).press("Allow");
    spa.redeem(browser.location());
    browser.open(spa.authorization_url()).expect_path("/consent").press("Allow");
    let tokens = spa.redeem(browser.location());
    assert_eq!(tokens.answer["scope"], "openid profile email offline_access");
}

fn journey_j8_another_account_can_be_used_for_the_same_request(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).press("Use another account");
    browser.expect_path("/login").sign_in(&ben).expect_path("/consent");
    browser.expect_says_with("consent.signed_in_as", &[("who", "ben@example.org")]).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ben.subject());
}

fn journey_j8_the_answer_may_be_sent_twice(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada);
    let page = browser.page().clone();
    browser.press_on(&page, "Allow", &[]);
    let first = browser.location().to_owned();
    browser.press_on(&page, "Allow", &[]);
    assert_eq!(spa.callback(browser.location()).state, spa.callback(&first).state);
    spa.redeem(browser.location()).expect_subject(&ada.subject());
    // After the code was used the page says so, and names the client.
    browser.press_on(&page, "Allow", &[]).expect_error("request_answered", 200);
    assert!(browser.page().links.iter().any(|link| link.text == "Back to Acme Notes"));
    browser.press_on(&page, "Don't allow", &[]).expect_error("request_answered", 200);
}

fn page_1_4_7_the_page_says_who_what_and_where(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada);
    browser.expect_says_with("consent.signed_in_as", &[("who", "ada@example.org")]);
    browser.expect_says_with("consent.destination", &[("destination", "localhost:5173")]);
    for scope in ["openid", "profile", "email", "offline_access"] {
        browser.expect_says(&format!("scope.{scope}.title"));
    }
}

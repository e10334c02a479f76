//! The connected apps.

use serde_json::json;

use super::{ada, signed_in};
use crate::app::{Setup, on_both};
use crate::logout::{tokens, with_listener};
use crate::logout_sink::LogoutSink;
use crate::people::PASSWORD;

on_both![
    page_1_4_6_an_app_is_listed_with_what_it_may_do_and_loses_it_with_a_button,
    page_1_4_6_an_app_whose_access_is_removed_is_told_and_keeps_no_token,
    page_1_4_6_an_app_can_be_made_to_ask_again_and_keeps_what_it_has,
    sec_s15_nobody_removes_the_access_of_somebody_else,
];

const SCOPE: &str = "openid profile offline_access";

fn page_1_4_6_an_app_is_listed_with_what_it_may_do_and_loses_it_with_a_button(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    browser.open("/account/apps").expect_says("apps.none");
    let spa = app.relying_party("spa");
    let known = tokens(&mut browser, &spa, &ada, SCOPE);
    browser.open("/account/apps");
    assert_eq!(browser.page().first("main h2").as_deref(), Some("Acme Notes"));
    browser.expect_says("scope.profile.title").expect_says("apps.offline").expect_says("apps.remembered");
    assert!(!browser.page().says("scope.email.title", &[]));
    browser.press("Remove access Acme Notes").expect_path("/account/apps");
    browser.expect_says_with("apps.removed", &[("client", "Acme Notes")]).expect_says("apps.none");
    assert_eq!(spa.refresh_answer(known.refresh()).expect(400).json()["error"], "invalid_grant");
    assert_eq!(spa.introspect(&known.access), json!({"active": false}));
    assert_eq!(spa.userinfo(&known.access).status, 401);
    // It is asked for again.
    browser.open(spa.authorization_url()).expect_path("/consent");
}

fn page_1_4_6_an_app_whose_access_is_removed_is_told_and_keeps_no_token(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let (ada, mut browser) = ada(&app);
    let rp = app.relying_party("told");
    let known = tokens(&mut browser, &rp, &ada, SCOPE);
    browser.open("/account/apps").press("Remove access Client told");
    assert_eq!(app.tell(), 1);
    let (_, claims) = sink.only().parts();
    assert_eq!(claims["sid"], known.claims["sid"]);
    assert!(!rp.is_alive(&known.access));
    // It has left the session, so the end of that is no news for it.
    browser.open("/logout").press("Sign out");
    assert_eq!(app.tell(), 0);
}

fn page_1_4_6_an_app_can_be_made_to_ask_again_and_keeps_what_it_has(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    let spa = app.relying_party("spa");
    let known = tokens(&mut browser, &spa, &ada, SCOPE);
    browser.open(spa.authorization_url_with(&[("scope", SCOPE)]));
    assert!(browser.try_location().is_some(), "it is remembered");
    browser.open("/account/apps").press("Always ask me Acme Notes");
    browser.expect_says_with("apps.asks", &[("client", "Acme Notes")]);
    assert!(browser.page().button("Always ask me Acme Notes").is_none());
    assert!(spa.is_alive(&known.access));
    spa.refresh(&known);
    browser.open(spa.authorization_url_with(&[("scope", SCOPE)])).expect_path("/consent");
}

fn sec_s15_nobody_removes_the_access_of_somebody_else(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    let spa = app.relying_party("spa");
    let known = tokens(&mut browser, &spa, &ada, SCOPE);
    let eve = app.identity("eve@example.org").with_password(PASSWORD);
    let mut evil = signed_in(&app, &eve);
    let house = app.relying_party("house");
    evil.open(house.authorization_url());
    house.redeem(evil.location());
    evil.open("/account/apps");
    let mut fields = evil.page().main_form().expect("the form").pairs(None);
    fields.push(("remove".to_owned(), "spa".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let ask = crate::http::Ask::form("/account/apps", &fields);
    let _nothing = evil.send(ask, crate::browser::From::OurPage).expect(303);
    assert!(spa.is_alive(&known.access));
    browser.open("/account/apps");
    assert_eq!(browser.page().first("main h2").as_deref(), Some("Acme Notes"));
}

//! The harness itself: it starts, it sees, and it refuses what a test should not get away with.

use crate::app::{Setup, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![a_server_starts_alone, journey_j1_a_person_signs_in_and_comes_home];

fn a_server_starts_alone(setup: Setup) {
    let engine = setup.engine();
    let app = setup.start();
    assert_eq!(app.engine(), engine);
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    assert_eq!(metadata["issuer"], app.issuer.as_str());
}

fn journey_j1_a_person_signs_in_and_comes_home(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).expect_heading("login.title");
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    browser.press("Allow");
    let tokens = spa.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    assert_eq!(spa.userinfo(&tokens.access).expect(200).json()["email"], "ada@example.org");
    let next = spa.refresh(&tokens);
    next.expect_subject(&ada.subject());
    assert!(spa.is_alive(&next.access));
}

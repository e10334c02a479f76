//! What was said to a device ends with whoever said it (Z9).

use wayhome::journey;
use wayhome::model::IdentityState;

use super::{Device, ada, signed_in, start};
use crate::app::{Setup, on_both};

on_both![
    sec_n07_nobody_who_was_switched_off_connects_a_device,
    a_client_that_is_gone_connects_nothing,
    seed_s35_a_recovery_ends_what_was_said_to_a_device,
    the_facts_about_a_device_are_written_down,
];

fn sec_n07_nobody_who_was_switched_off_connects_a_device(setup: Setup) {
    let app = start(setup);
    let who = ada(&app);
    let mut browser = signed_in(&app, &who);
    let (device, waiting) = (Device::asks(&app, "tv"), Device::asks(&app, "tv"));
    device.answered_in(&mut browser, "Connect");
    browser.open(&waiting.complete);
    let id = who.id;
    app.write(move |cx| journey::set_state(cx, id, IdentityState::Inactive));
    device.hears("expired_token");
    browser.press("Connect").expect_path("/login");
    waiting.hears("authorization_pending");
    app.write(move |cx| journey::set_state(cx, id, IdentityState::Active));
    device.hears("expired_token");
    assert!(app.snapshot().rows("grants").is_empty());
}

fn a_client_that_is_gone_connects_nothing(setup: Setup) {
    let app = start(setup);
    let mut browser = signed_in(&app, &ada(&app));
    let (device, open) = (Device::asks(&app, "tv"), Device::asks(&app, "tv"));
    device.answered_in(&mut browser, "Connect");
    browser.open(&open.complete);
    // It is registered still, but for something else.
    let text = app.clients_text().replace(
        "id = \"tv\"\nname = \"Acme TV\"\ntype = \"device\"",
        "id = \"tv\"\ntype = \"native\"\nredirect_uris = [\"http://127.0.0.1/cb\"]",
    );
    app.load_clients(&text);
    super::refused(&device.polls(), "unauthorized_client");
    browser.press("Connect").expect_heading("device.over_title");
    // And then not at all.
    app.load_clients("");
    assert_eq!(device.polls().status, 401);
    browser.open(&open.complete).expect_heading("device.over_title");
}

fn seed_s35_a_recovery_ends_what_was_said_to_a_device(setup: Setup) {
    let app = start(setup);
    let who = ada(&app);
    let (device, connected) = (Device::asks(&app, "tv"), Device::asks(&app, "tv"));
    let mut thief = signed_in(&app, &who);
    device.answered_in(&mut thief, "Connect");
    connected.answered_in(&mut thief, "Connect");
    let tokens = connected.is_connected();
    let mut browser = app.browser();
    browser.open("/recovery").submit([("email", &who.email)]).enter_code_of(&app, &who.email);
    browser.submit([("password", crate::people::OTHER_PASSWORD)]);
    device.hears("expired_token");
    assert!(!connected.rp.is_alive(&tokens.access));
    let _gone = connected.rp.refresh_answer(tokens.refresh()).expect(400);
}

fn the_facts_about_a_device_are_written_down(setup: Setup) {
    let app = start(setup);
    let who = ada(&app);
    let (yes, no) = (Device::asks(&app, "tv"), Device::asks(&app, "tv"));
    let mut browser = signed_in(&app, &who);
    yes.answered_in(&mut browser, "Connect");
    no.answered_in(&mut browser, "Don't connect");
    let _tokens = yes.is_connected();
    let rows = app.snapshot();
    let of = |kind: &str| rows.rows("events").iter().filter(|event| event["kind"] == kind).count();
    let found = ["device.asked", "device.allowed", "device.denied", "grant.created"].map(of);
    assert_eq!(found, [2, 1, 1, 1]);
    let allowed = rows.rows("events").iter().find(|event| event["kind"] == "device.allowed").expect("a fact");
    assert_eq!((&allowed["identity_id"], &allowed["client_id"]), (&who.subject().into(), &"tv".into()));
}

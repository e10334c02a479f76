//! The person's data as a file, and the end of their account.

use wayhome::journey;

use super::{ada, facts, signed_in};
use crate::app::{Setup, on_both};
use crate::browser::From;
use crate::http::Ask;
use crate::logout::{tokens, with_listener};
use crate::logout_sink::LogoutSink;
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    page_1_4_6_the_data_of_a_person_is_a_file_without_secrets,
    page_1_4_6_an_old_sign_in_is_confirmed_before_the_file_is_given,
    page_1_4_6_an_account_is_deleted_after_a_week_and_once,
    page_1_4_6_a_deletion_is_taken_back_by_the_link_of_its_mail,
    page_1_4_6_a_deletion_asks_whose_account_it_is,
    page_1_4_6_a_deletion_with_an_old_sign_in_waits_for_its_person,
    page_1_4_6_deletion_can_be_switched_off,
    seed_s1_whoever_is_switched_on_again_is_not_deleted,
];

const WEEK: u64 = 7 * 24 * 3_600;

fn page_1_4_6_the_data_of_a_person_is_a_file_without_secrets(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    let spa = app.relying_party("spa");
    let known = tokens(&mut browser, &spa, &ada, "openid offline_access");
    let answer = browser.send(Ask::get("/account/data/download"), From::OurPage).expect(200);
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"account-data.json\""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let data = answer.json();
    assert_eq!(data["identity"]["id"], ada.subject());
    assert_eq!(data["identity"]["traits"]["name"], "Ada");
    assert_eq!(data["addresses"][0]["value"], "ada@example.org");
    assert_eq!(data["credentials"][0]["kind"], "password");
    assert_eq!(data["sessions"][0]["signed_in_with"][0], "pwd");
    assert_eq!(data["consents"][0]["client_name"], "Acme Notes");
    assert_eq!(data["grants"][0]["scope"], "openid offline_access");
    assert!(data["events"].as_array().expect("events").iter().any(|e| e["kind"] == "login.succeeded"));
    let text = answer.text();
    for secret in [known.access.as_str(), known.refresh(), "argon2", "digest", "sealed", "\"v1."] {
        assert!(!text.contains(secret), "{secret}");
    }
    // Nobody else's, and nobody's without a session.
    assert_eq!(app.ask(&Ask::get("/account/data/download")).status, 303);
}

fn page_1_4_6_an_old_sign_in_is_confirmed_before_the_file_is_given(setup: Setup) {
    let app = setup.start();
    let (_, mut browser) = ada(&app);
    app.advance(11 * 60);
    browser.open("/account/data").click("Download my data").expect_heading("login.title_again");
    browser.submit([("password", PASSWORD)]).expect_path("/account/data").expect_says("data.ready");
    let _file = browser.send(Ask::get("/account/data/download"), From::OurPage).expect(200);
}

fn page_1_4_6_an_account_is_deleted_after_a_week_and_once(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let (ada, mut browser) = ada(&app);
    let rp = app.relying_party("told");
    let known = tokens(&mut browser, &rp, &ada, "openid offline_access");
    browser.open("/account/data").submit([("email", "ADA@example.org")]);
    browser.expect_path("/account/undo").expect_heading("delete.title_scheduled");
    // From now on it is of no use to anybody.
    assert_eq!(app.tell(), 1);
    assert!(!rp.is_alive(&known.access));
    browser.open("/account").expect_path("/login").sign_in(&ada);
    browser.expect_says_with("login.deleting", &[("time", "1 December 2026, 14:30 UTC")]);
    assert_eq!(app.mailbox().kinds(&ada.email), ["deletion_scheduled"]);
    app.advance(WEEK - 3_600);
    assert_eq!(app.write(journey::delete_due), 0);
    app.advance(3_600);
    assert_eq!(app.write(journey::delete_due), 1);
    assert_eq!(app.write(journey::delete_due), 0);
    assert_eq!(facts(&app, &ada).iter().filter(|kind| *kind == "identity.deleted").count(), 1);
    assert_eq!(app.mailbox().kinds(&ada.email), ["account_deleted", "deletion_scheduled"]);
    let mut later = app.browser();
    later.open("/login").sign_in(&ada).expect_says("login.mismatch");
    // The link leads nowhere any more, and says so.
    later.open(app.mailbox().link_for(&ada.email)).expect_error("link_unknown", 404);
    // The address is free, for somebody else (S14).
    let other = app.identity("ada@example.org").with_password(OTHER_PASSWORD);
    assert_ne!(other.id, ada.id);
}

fn page_1_4_6_a_deletion_is_taken_back_by_the_link_of_its_mail(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    browser.open("/account/data").submit([("email", &ada.email)]);
    let link = app.mailbox().link_for(&ada.email);
    app.advance(WEEK - 60);
    let mut elsewhere = app.browser();
    elsewhere.open(&link).expect_heading("undo.title_deletion");
    assert!(!elsewhere.page().target.contains("link="), "the token does not stay in the address");
    app.browser().open("/login").sign_in(&ada).expect_path("/login");
    elsewhere.press("Keep my account").expect_heading("undo.title_deletion_done");
    signed_in(&app, &ada).expect_path("/account");
    app.advance(WEEK);
    assert_eq!(app.write(journey::delete_due), 0);
    elsewhere.open(&link).expect_heading("undo.title_over").expect_says("undo.over");
    let kinds = facts(&app, &ada);
    for kind in ["deletion.scheduled", "identity.deactivated", "deletion.withdrawn", "identity.activated"] {
        assert!(kinds.contains(&kind.to_owned()), "{kind}: {kinds:?}");
    }
}

fn page_1_4_6_a_deletion_asks_whose_account_it_is(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    let _eve = app.identity("eve@example.org").with_password(PASSWORD);
    for wrong in ["", "eve@example.org", "Ada"] {
        browser.open("/account/data").submit([("email", wrong)]);
        browser.expect_path("/account/data").expect_says("delete.mismatch");
    }
    browser.open("/account").expect_path("/account");
    assert_eq!(app.mailbox().count(&ada.email), 0);
}

fn page_1_4_6_a_deletion_with_an_old_sign_in_waits_for_its_person(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    browser.open("/account/data");
    app.advance(11 * 60);
    browser.submit([("email", &ada.email)]).expect_heading("login.title_again");
    assert_eq!(app.mailbox().count(&ada.email), 0);
    browser.submit([("password", PASSWORD)]).expect_heading("delete.title_scheduled");
    assert!(!browser.has_session());
    assert_eq!(app.mailbox().kinds(&ada.email), ["deletion_scheduled"]);
}

fn page_1_4_6_deletion_can_be_switched_off(setup: Setup) {
    let app = setup.set("account.deletion", "false").start();
    let (ada, mut browser) = ada(&app);
    browser.open("/account/data");
    assert!(browser.page().button("Delete my account").is_none());
    // The form of a page from before it was switched off.
    let token = browser.page().forms[0].field("csrf_token").expect("a token").value.clone();
    let ask = Ask::form("/account/data", &[("csrf_token", &token), ("email", &ada.email)]);
    let _nothing = browser.send(ask, From::OurPage).expect(303);
    browser.open("/account").expect_path("/account");
}

fn seed_s1_whoever_is_switched_on_again_is_not_deleted(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    browser.open("/account/data").submit([("email", &ada.email)]);
    let body = serde_json::json!({
        "schema_id": "default", "traits": {"email": ada.email}, "state": "active",
    });
    app.ask_admin(&Ask::json("PUT", &format!("/admin/identities/{}", ada.id), &body)).expect(200);
    app.advance(WEEK + 60);
    assert_eq!(app.write(journey::delete_due), 0);
    signed_in(&app, &ada).expect_path("/account");
}

//! J20, S9: a recovery that an administrator began, in a fresh browser.

use std::time::Duration;

use wayhome::identity::recovery::{self, OnExisting};
use wayhome::journey;
use wayhome::model::Continuation;

use crate::app::{Setup, TestApp, on_both};
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};

on_both![
    journey_j20_an_administrators_code_opens_any_browser_and_ends_at_the_account,
    journey_j20_wrong_codes_lead_on_and_a_newer_one_ends_the_older,
    seed_s9_a_saved_password_leads_to_the_return_to_of_the_administrator,
    seed_s9_without_one_it_leads_where_the_settings_say,
    seed_s9_the_general_default_comes_last,
];

/// The address of the page and the code, as they are handed over.
fn recovery_of(app: &TestApp, who: &Person, return_to: Option<&str>) -> (String, String) {
    let (id, return_to) = (who.id, return_to.map(str::to_owned));
    let (flow, code) = app.write(move |cx| {
        let continuation = match return_to {
            Some(url) => Continuation::Return(journey::return_url(cx, &url).expect("an allowed URL")),
            None => Continuation::Account,
        };
        let (hour, replace) = (Duration::from_secs(3600), OnExisting::Replace);
        let made = recovery::create_by_administrator(cx, id, hour, continuation, replace)?;
        Ok(made.made().map(|made| (made.flow.id, made.code.expose())).expect("somebody to recover"))
    });
    (format!("/recovery?flow={flow}"), code)
}

fn journey_j20_an_administrators_code_opens_any_browser_and_ends_at_the_account(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").without_password();
    let (page, code) = recovery_of(&app, &ada, None);
    // Somebody else may have opened the link before: a scanner, or the administrator.
    app.browser().open(&page).expect_path("/recovery");
    let mut browser = app.browser();
    browser.open(&page).expect_path("/recovery").submit([("code", &code)]);
    browser.expect_path("/recovery/password").submit([("password", OTHER_PASSWORD)]);
    browser.expect_path("/account");
    assert!(browser.page().text.contains("ada@example.org"));
    assert_eq!(app.mailbox().kinds("ada@example.org"), ["recovery_completed"], "the person is told");
    // The code was good for one time.
    let mut again = app.browser();
    again.open(&page);
    if again.page().heading == "Check your email" {
        again.submit([("code", &code)]);
        assert!(again.page().path() != "/recovery/password");
    }
}

fn journey_j20_wrong_codes_lead_on_and_a_newer_one_ends_the_older(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (page, old) = recovery_of(&app, &ada, None);
    let mut browser = app.browser();
    browser.open(&page).submit([("code", if old == "00000000" { "00000001" } else { "00000000" })]);
    browser.expect_path("/recovery").expect_says("code.mismatch");
    let (newer_page, newer) = recovery_of(&app, &ada, None);
    browser.submit([("code", &old)]).expect_path("/recovery");
    browser.open(&newer_page).submit([("code", &newer)]).submit([("password", OTHER_PASSWORD)]);
    browser.expect_path("/account");
}

fn seed_s9_a_saved_password_leads_to_the_return_to_of_the_administrator(setup: Setup) {
    let app = setup
        .set("return_urls.allowed", "https://app.example.org/")
        .set("recovery.after", "https://after.example.org/")
        .start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (page, code) = recovery_of(&app, &ada, Some("https://app.example.org/welcome"));
    let mut browser = app.browser();
    browser.open(&page).submit([("code", &code)]).submit([("password", OTHER_PASSWORD)]);
    assert_eq!(browser.location(), "https://app.example.org/welcome");
    browser.open("/account").expect_path("/account");
}

fn seed_s9_without_one_it_leads_where_the_settings_say(setup: Setup) {
    let app = setup
        .set("return_urls.default", "https://default.example.org/")
        .set("recovery.after", "https://after.example.org/")
        .start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (page, code) = recovery_of(&app, &ada, None);
    let mut browser = app.browser();
    browser.open(&page).submit([("code", &code)]).submit([("password", OTHER_PASSWORD)]);
    assert_eq!(browser.location(), "https://after.example.org/");
}

fn seed_s9_the_general_default_comes_last(setup: Setup) {
    let app = setup.set("return_urls.default", "https://default.example.org/").start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (page, code) = recovery_of(&app, &ada, None);
    let mut browser = app.browser();
    browser.open(&page).submit([("code", &code)]).submit([("password", OTHER_PASSWORD)]);
    assert_eq!(browser.location(), "https://default.example.org/");
}

//! Two-step verification in the account (page 1.4.6).

use super::{Phone, ada, second_step, second_step_with_trust};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::Ask;
use crate::people::{PASSWORD, Person};

on_both![
    page_1_4_6_somebody_turns_two_step_verification_on_and_off,
    sec_a07_neither_the_key_nor_the_codes_are_shown_again,
    sec_a06_a_factor_is_added_only_after_a_sign_in_of_now,
    page_1_4_6_trusted_devices_are_listed_and_can_be_removed,
    an_administrator_helps_somebody_who_has_lost_phone_and_codes,
    sec_p01_no_secret_of_a_factor_lies_in_the_database,
];

fn adds_app<'a>(app: &'a TestApp, who: &Person) -> (Browser<'a>, Phone) {
    let mut browser = app.browser();
    browser.open("/login").sign_in(who).click("Two-step verification").expect_path("/account/two-step");
    browser.press("Set up an authenticator app").expect_path("/account/two-step/app");
    let key = browser.page().first("code").expect("a key");
    assert_eq!((key.len(), key.split(' ').count()), (39, 8), "groups of four: {key}");
    let phone = Phone::of_key(&key);
    (browser, phone)
}

fn page_1_4_6_somebody_turns_two_step_verification_on_and_off(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut elsewhere = app.browser();
    elsewhere.open("/login").sign_in(&ada).expect_path("/account");
    let (mut browser, phone) = adds_app(&app, &ada);
    assert!(browser.page().attribute("svg.qr path[stroke]", "d").is_some_and(|path| path.len() > 500));
    browser.submit([("code", "000000")]).expect_path("/account/two-step/app").expect_says("totp.mismatch");
    let again = Phone::of_key(&browser.page().first("code").expect("the same key"));
    assert_eq!(again.code(&app), phone.code(&app), "a wrong code changes no key");
    browser.submit([("code", &phone.code(&app))]).expect_path("/account/two-step/codes");
    assert_eq!(app.mailbox().kinds("ada@example.org")[0], "second_factor_added");
    elsewhere.open("/account").expect_path("/login");

    // The codes, as a page and as a file.
    let shown = browser.page().text.clone();
    let file =
        browser.send(Ask::get("/account/two-step/codes.txt"), crate::browser::From::OurPage).expect(200);
    assert_eq!(file.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"backup-codes.txt\""));
    let text = file.text();
    let codes: Vec<&str> = text.lines().filter(|line| line.len() == 19).collect();
    assert_eq!(codes.len(), 10, "{text}");
    assert!(codes.iter().all(|code| shown.contains(code)));
    browser.submit([]).expect_path("/account/two-step/codes").expect_says("codes.not_saved");
    browser.submit([("saved", "true")]).expect_path("/account/two-step").expect_says("two_step.codes_kept");
    browser.expect_says_with("two_step.codes_left", &[("n", "10")]);

    // New codes take the place of the old ones.
    browser.press("Make new backup codes").expect_path("/account/two-step/codes");
    browser.submit([("saved", "true")]);
    let mut other = app.browser();
    other.open("/login").sign_in(&ada).click("Use a backup code").submit([("code", codes[0])]);
    other.expect_says("backup.mismatch").click("Use your authenticator app");
    second_step(&mut other, &app, &phone);
    other.expect_path("/account");

    browser.press("Turn off two-step verification").expect_says("two_step.removed");
    assert_eq!(app.mailbox().kinds("ada@example.org")[0], "second_factor_removed");
    let mut last = app.browser();
    last.open("/login").sign_in(&ada).expect_path("/account");
}

fn sec_a07_neither_the_key_nor_the_codes_are_shown_again(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (mut browser, phone) = adds_app(&app, &ada);
    browser.submit([("code", &phone.code(&app))]).expect_path("/account/two-step/codes");
    browser.open("/account/two-step/app").expect_path("/account/two-step");
    browser.open("/account/two-step/codes").submit([("saved", "true")]);
    browser.open("/account/two-step/codes").expect_path("/account/two-step");
    browser.open("/account/two-step/codes.txt").expect_path("/account/two-step");
    // A second click on the form of the key changes nothing.
    browser.open("/account/two-step").expect_says_with("two_step.codes_left", &[("n", "10")]);
    // Half an hour after they were made, codes that nobody has kept are gone from the page too.
    browser.press("Make new backup codes").expect_path("/account/two-step/codes");
    app.advance(1_801);
    browser.open("/account/two-step/codes").expect_path("/account/two-step");
}

fn sec_a06_a_factor_is_added_only_after_a_sign_in_of_now(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (mut browser, phone) = adds_app(&app, &ada);
    app.advance(601);
    browser.submit([("code", &phone.code(&app))]).expect_path("/login").expect_heading("login.title_again");
    // What was sent is done once they have shown it: the code is still the one of now.
    browser
        .submit([("password", PASSWORD)])
        .expect_path("/account/two-step/codes")
        .submit([("saved", "true")]);
    // From now on both are asked for.
    app.advance(601);
    browser.press("Turn off two-step verification").expect_path("/login").submit([("password", PASSWORD)]);
    second_step(&mut browser, &app, &phone);
    browser.expect_path("/account/two-step").expect_says("two_step.removed");
}

fn page_1_4_6_trusted_devices_are_listed_and_can_be_removed(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let mut laptop = app.browser();
    laptop.open("/login").sign_in(&ada);
    second_step_with_trust(&mut laptop, &app, &phone);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    second_step(&mut browser, &app, &phone);
    browser.open("/account/two-step").press("Don't trust Firefox on Linux");
    browser.expect_says("two_step.untrusted");
    assert!(browser.page().button("Don't trust Firefox on Linux").is_none());
    laptop.open("/logout").press("Sign out");
    laptop.open("/login").sign_in(&ada).expect_path("/login/second-factor");
}

fn sec_p01_no_secret_of_a_factor_lies_in_the_database(setup: Setup) {
    let app = setup.start();
    if app.engine() != wayhome::store::Engine::Sqlite {
        return;
    }
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (mut browser, phone) = adds_app(&app, &ada);
    let key = browser.page().first("code").expect("a key").replace(' ', "");
    browser.submit([("code", &phone.code(&app))]);
    let text = browser.send(Ask::get("/account/two-step/codes.txt"), crate::browser::From::OurPage).text();
    let codes = text
        .lines()
        .filter(|line| line.len() == 19)
        .flat_map(|code| [code.to_owned(), code.replace('-', "")]);
    let bytes = app.database_bytes();
    for secret in codes.chain([key]) {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret}");
    }
}

fn an_administrator_helps_somebody_who_has_lost_phone_and_codes(setup: Setup) {
    let app = setup.start();
    let (ada, _) = ada(&app);
    let target = format!("/admin/identities/{}/credentials/totp", ada.id);
    app.ask_admin(&Ask::get(&target).method("DELETE")).expect(204);
    app.ask_admin(&Ask::get(&target).method("DELETE")).expect(404);
    assert_eq!(app.mailbox().kinds("ada@example.org")[0], "second_factor_removed");
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).expect_path("/account");
}

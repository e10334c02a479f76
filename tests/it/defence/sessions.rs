//! What ends, and stays ended (group S).

use crate::app::{Setup, on_both};
use crate::browser::From;
use crate::http::Ask;
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    sec_l02_a_session_and_tokens_of_somebody_else_are_dead_after_the_owners_recovery,
    sec_s06_the_session_cookie_changes_with_every_sign_in,
    sec_s10_a_session_ends_when_unused_and_in_any_case,
    sec_s11_after_signing_out_nothing_is_left,
    sec_s13_a_new_password_ends_the_other_devices,
    sec_s14_a_deleted_person_does_not_come_back_with_their_address,
    sec_s15_nobody_ends_the_session_of_somebody_else,
];

/// Somebody who knew the password keeps a session, and offline access; the owner recovers.
fn sec_l02_a_session_and_tokens_of_somebody_else_are_dead_after_the_owners_recovery(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut eve = app.browser();
    eve.open(house.authorization_url()).sign_in(&ann);
    let tokens = house.redeem(eve.location());
    eve.open("/account").expect_path("/account");
    let mut owner = app.browser();
    owner.open("/recovery").submit([("email", &ann.email)]).enter_code_of(&app, &ann.email);
    owner.submit([("password", OTHER_PASSWORD)]).expect_path("/account");
    eve.reload().expect_path("/login");
    assert!(!house.is_alive(&tokens.access));
    assert_eq!(house.refresh_answer(tokens.refresh()).expect(400).json()["error"], "invalid_grant");
}

fn sec_s06_the_session_cookie_changes_with_every_sign_in(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let planted = "wh_st_0000000000000000000000000000000000000000000abcdef";
    browser.set_cookie("wayhome_session", planted);
    browser.open("/login").sign_in(&ann).expect_path("/account");
    let first = browser.cookie("wayhome_session").unwrap();
    assert_ne!(first, planted);
    browser.open("/account/profile");
    app.advance(700);
    browser.submit([("traits.name", "Ann")]).expect_heading("login.title_again");
    browser.submit([("password", PASSWORD)]).expect_path("/account/profile");
    let second = browser.cookie("wayhome_session").unwrap();
    assert_ne!(first, second);
    browser.set_cookie("wayhome_session", &first);
    browser.open("/account").expect_path("/login");
}

fn sec_s10_a_session_ends_when_unused_and_in_any_case(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ann).expect_path("/account");
    app.advance(2 * 3600 - 1);
    browser.open("/account").expect_path("/account");
    app.advance(2 * 3600);
    browser.open("/account").expect_path("/login");
    browser.sign_in(&ann).expect_path("/account");
    for _ in 0..23 {
        app.advance(3600);
        browser.open("/account").expect_path("/account");
    }
    app.advance(3600);
    browser.open("/account").expect_path("/login");
}

fn sec_s11_after_signing_out_nothing_is_left(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").named("Ann").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ann).expect_path("/account");
    let cookie = browser.cookie("wayhome_session").unwrap();
    browser.press("Sign out");
    browser.set_cookie("wayhome_session", &cookie);
    browser.open("/account").expect_path("/login");
    assert!(!browser.page().html.contains("ann@example.org") && !browser.page().html.contains("Ann"));
    let with = format!("wayhome_session={cookie}");
    let account = app.ask(&Ask::get("/account").with("cookie", &with));
    assert_eq!((account.status, account.header("cache-control")), (303, Some("no-store")));
}

fn sec_s13_a_new_password_ends_the_other_devices(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let (mut desk, mut phone) = (app.browser(), app.browser());
    desk.open("/login").sign_in(&ann);
    phone.open("/login").sign_in(&ann);
    desk.open("/account/password").submit([("password", OTHER_PASSWORD)]).expect_says("password.changed");
    phone.open("/account").expect_path("/login");
    desk.open("/account").expect_path("/account");
    assert!(app.mailbox().kinds("ann@example.org").contains(&"password_changed".to_owned()));
    phone.sign_in(&ann).expect_says("login.mismatch");
}

fn sec_s14_a_deleted_person_does_not_come_back_with_their_address(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ann).expect_path("/account");
    let id = ann.id;
    app.write(move |cx| wayhome::journey::delete_identity(cx, id));
    let other = app.identity("ann@example.org").with_password(OTHER_PASSWORD);
    assert_ne!(other.id, id);
    browser.open("/account").expect_path("/login");
    browser.sign_in(&ann).expect_says("login.mismatch");
}

fn sec_s15_nobody_ends_the_session_of_somebody_else(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let eve = app.identity("eve@example.org").with_password(PASSWORD);
    let (mut hers, mut evil, mut third) = (app.browser(), app.browser(), app.browser());
    hers.open("/login").sign_in(&ann);
    evil.open("/login").sign_in(&eve);
    third.open("/login").sign_in(&eve);
    let id = ann.id;
    let sessions = app.write(move |cx| wayhome::identity::sessions::list(cx, id));
    let target = sessions[0].id.to_string();
    evil.open("/account/sessions");
    let page = evil.page().clone();
    let form = page.forms.iter().find(|form| form.path() == "/account/sessions").unwrap().clone();
    let mut fields = form.pairs(None);
    fields.push(("session".to_owned(), target));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let _answered = evil.send(Ask::form("/account/sessions", &fields), From::OurPage).expect(303);
    hers.open("/account").expect_path("/account");
}

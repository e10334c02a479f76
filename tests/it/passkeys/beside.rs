//! A passkey beside what is there already: somebody else in the same browser, strangers who guess, and no password.

use serde_json::json;

use super::authenticator::BOUND;
use super::{ada, create_account, sign_in};
use crate::app::{Setup, on_both};
use crate::browser::From;
use crate::http::Ask;
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    journey_j14_a_passkey_beside_a_sign_in_of_another_person_asks_which_to_use,
    sec_b05_a_passkey_makes_its_browser_known_as_a_password_does,
    sec_a06_whoever_has_no_password_sets_one_after_a_recent_sign_in,
];

fn journey_j14_a_passkey_beside_a_sign_in_of_another_person_asks_which_to_use(setup: Setup) {
    let app = setup.start();
    let (ada, mut key) = ada(&app, BOUND);
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    for (choice, whose) in [("Switch to ada@example.org", &ada), ("Continue as ben@example.org", &ben)] {
        let mut browser = app.browser();
        browser.open(house.authorization_url());
        app.advance(1);
        browser.tab().open("/login").sign_in(&ben).expect_path("/account");
        sign_in(&mut browser, &mut key).expect_path("/login");
        browser
            .expect_heading("chooser.title")
            .expect_says_with("session.other", &[("a", "ben@example.org")]);
        browser.tab().open("/account").expect_path("/account").expect_says_with("account.email", &[]);
        assert!(
            browser.tab().open("/account").page().text.contains("ben@example.org"),
            "nobody was replaced"
        );
        browser.press(choice);
        let tokens = house.redeem(browser.location());
        tokens.expect_subject(&whose.subject());
        let expected = if whose.id == ada.id { json!(["hwk", "user", "mfa"]) } else { json!(["pwd"]) };
        assert_eq!(tokens.claims["amr"], expected, "sec_a09");
    }
    // Whoever waits too long, or has lost the passkey meanwhile, signs in again.
    let mut browser = app.browser();
    browser.open(house.authorization_url());
    app.advance(1);
    browser.tab().open("/login").sign_in(&ben);
    sign_in(&mut browser, &mut key).expect_heading("chooser.title");
    let id = ada.id;
    app.write(move |cx| {
        for passkey in wayhome::identity::passkeys::list(cx, id)? {
            wayhome::store::passkeys::delete(cx.db, id, passkey.id)?;
        }
        Ok(())
    });
    browser.press("Switch to ada@example.org").expect_path("/login").expect_says("login.expired_reenter");
}

fn sec_b05_a_passkey_makes_its_browser_known_as_a_password_does(setup: Setup) {
    let app = setup.start();
    let (ada, mut key) = ada(&app, BOUND);
    let (mut own, mut new) = (app.browser(), app.browser());
    own.open("/login");
    sign_in(&mut own, &mut key).expect_path("/account").press("Sign out");
    for _ in 0..6 {
        let mut stranger = app.browser();
        stranger.open("/login");
        stranger.submit([("identifier", "ada@example.org"), ("password", "a wrong guess")]);
    }
    new.open("/login").sign_in(&ada).expect_says_with("login.slow_down", &[("minutes", "1")]);
    own.open("/login").sign_in(&ada).expect_path("/login/second-factor");
}

fn sec_a06_whoever_has_no_password_sets_one_after_a_recent_sign_in(setup: Setup) {
    let app = setup.start();
    let mut browser = app.browser();
    browser.open("/registration");
    let mut key = create_account(&mut browser, &app, "ada@example.org");
    browser.enter_code_of(&app, "ada@example.org").submit([("saved", "true")]);
    browser.open("/account/password");
    let page = browser.page().clone();
    app.advance(11 * 60);
    browser.reload();
    assert!(browser.page().attribute("#current-password", "name").is_none(), "there is none to ask for");
    // A form that pretends to have asked for it is no evidence either.
    let values = [("password", OTHER_PASSWORD), ("current_password", "anything")];
    let (form, _) = page.button("Change password").expect("it is there");
    let mut pairs = form.pairs(None);
    pairs.retain(|(name, _)| name != "password");
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let ask = Ask::form("/account/password", &[pairs.as_slice(), &values].concat());
    let answer = browser.send(ask, From::OurPage).expect(303);
    let to = answer.header("location").expect("it leads on").to_owned();
    assert!(to.starts_with("/login?flow="), "{to}");
    browser.open(&to);
    sign_in(&mut browser, &mut key).expect_path("/account/password").expect_says("password.changed");
}

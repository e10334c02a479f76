//! Every form of every page, sent from elsewhere, without its token, or with the token of another (group S).

use super::every_form::{Filled, every_form};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::From;
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    sec_s01_no_form_of_ours_works_from_another_site_even_with_its_token_and_cookies,
    sec_s02_sec_s03_a_form_without_its_own_token_does_nothing,
    sec_s02_a_browser_that_says_nothing_of_itself_gets_through_by_the_token,
    sec_s12_a_link_to_the_way_out_only_asks,
];

/// What a form that is not acted on may leave: the flow that shows it again, and one more if it was not this browser's.
const MAY_CHANGE: [&str; 1] = ["flows"];

fn sec_s01_no_form_of_ours_works_from_another_site_even_with_its_token_and_cookies(setup: Setup) {
    let app = setup.start();
    let all = every_form(&app);
    assert!(all.len() > 24, "some forms are missing");
    let before = app.snapshot();
    for form in &all {
        for (name, value) in [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Origin", "https://evil.test"),
            ("Origin", "https://localhost"),
            ("Origin", "http://localhost"),
        ] {
            let answer = app.ask(&form.right().with(name, value));
            assert_eq!(answer.status, 403, "{} with {name}: {value}", form.name);
            assert_eq!(answer.header("set-cookie"), None, "{}", form.name);
        }
    }
    before.expect_same(&app.snapshot(), "a form of another site");
    all.into_iter().for_each(|form| expect_effect(&app, form));
}

/// The very same form from its own page does something: it was really the origin, or the token, that decided.
#[track_caller]
fn expect_effect(app: &TestApp, mut form: Filled<'_>) {
    let before = app.snapshot();
    let fields: Vec<(&str, &str)> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let _leads_on = form.browser.send(Ask::form(&form.target, &fields), From::OurPage).expect(303);
    assert_ne!(before, app.snapshot(), "{} does nothing", form.name);
}

fn sec_s02_sec_s03_a_form_without_its_own_token_does_nothing(setup: Setup) {
    let app = setup.start();
    let all = every_form(&app);
    let before = app.snapshot().without(&MAY_CHANGE);
    for (n, form) in all.iter().enumerate() {
        // Of another form of the same page, of another browser, of no form, and without any.
        let others = all.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, other)| Some(other.token()));
        let mangled = form.token().chars().rev().collect::<String>();
        let neighbours = form.neighbours.iter().map(|token| Some(token.as_str()));
        let tokens = others.chain(neighbours).chain([None, Some(""), Some("x"), Some(mangled.as_str())]);
        for token in tokens {
            for ask in [
                form.with_token(token),
                form.with_token(token).with("Origin", "null"),
                form.with_token(token).with("Sec-Fetch-Site", "same-origin"),
            ] {
                let answer = app.ask(&ask).expect(303);
                let cookies: Vec<_> = answer.all("set-cookie").collect();
                assert!(cookies.is_empty(), "{} with another token sets {cookies:?}", form.name);
            }
        }
    }
    before.expect_same(&app.snapshot().without(&MAY_CHANGE), "a form with another token");
    all.into_iter().for_each(|form| expect_effect(&app, form));
}

fn sec_s02_a_browser_that_says_nothing_of_itself_gets_through_by_the_token(setup: Setup) {
    let app = setup.start();
    for form in every_form(&app) {
        let before = app.snapshot();
        let _leads_on = app.ask(&form.right()).expect(303);
        assert_ne!(before, app.snapshot(), "{} does nothing", form.name);
    }
}

fn sec_s12_a_link_to_the_way_out_only_asks(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ann);
    for address in [
        "/logout",
        "/oauth2/sessions/logout",
        "/oauth2/sessions/logout?client_id=spa",
        "/oauth2/sessions/logout?id_token_hint=nonsense",
        "/oauth2/sessions/logout?client_id=spa&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A5173%2F",
    ] {
        browser.open_from(From::OtherSite, address);
        assert!(browser.page().button("Sign out").is_some(), "{address}: {}", browser.page().text);
        browser.open("/account").expect_path("/account");
    }
    // The protocol lets any site send this form, and it asks, too; the button's own form does not work from elsewhere.
    let by_form = app.ask(&Ask::form("/oauth2/sessions/logout", &[]).with("Sec-Fetch-Site", "cross-site"));
    assert_eq!((by_form.status, by_form.header("set-cookie")), (303, None));
    browser.send(Ask::form("/logout", &[]), From::OtherSite).expect(403);
    browser.send(Ask::form("/logout", &[]), From::OurPage).expect(303);
    browser.open("/account").expect_path("/account");
}

//! Answers that are asked for twice: a question answered by a double click, a page reloaded.

use super::{Delivered, FRONT, ann, of_type, old};
use crate::app::{Setup, on_both};
use crate::people::PASSWORD;

on_both![
    prov_3_a_double_click_gets_the_same_kind_of_answer_within_a_minute,
    prov_3_a_refusal_that_is_repeated_is_the_same_refusal,
    prov_3_one_answer_is_one_grant_however_often_it_is_given,
    prov_3_what_was_revoked_is_not_given_again,
    sec_n02_an_answer_is_never_given_again_to_somebody_else,
    prov_3_somebody_else_than_is_meant_is_the_same_refusal_on_every_way,
];

fn prov_3_a_double_click_gets_the_same_kind_of_answer_within_a_minute(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for kind in FRONT {
        for mode in ["fragment", "form_post"] {
            browser.open(
                rp.authorization_url_with(&of_type(kind, &[("response_mode", mode), ("prompt", "consent")])),
            );
            let question = browser.page().clone();
            browser.press("Allow");
            let first = Delivered::at(&browser, rp.redirect_uri());
            browser.press_on(&question, "Allow", &[]);
            let second = Delivered::at(&browser, rp.redirect_uri());
            let what = format!("{kind} by {mode}");
            assert_eq!((second.mode, second.names()), (first.mode, first.names()), "{what}");
            assert_eq!(second.get("code"), first.get("code"), "{what}: one request, one code");
            for got in [&first, &second] {
                if let Some(access) = got.get("access_token") {
                    assert!(rp.is_alive(access), "{what}");
                }
                if let Some(id) = got.get("id_token") {
                    assert_eq!(rp.verified(id, "JWT")["sub"], who.subject(), "{what}");
                }
            }
            // After a minute the question is over, and the page leads back to the client.
            app.advance(61);
            browser.press_on(&question, "Allow", &[]);
            assert_eq!(browser.try_location(), None, "{what}");
            assert!(browser.page().forms.iter().all(|form| form.action != rp.redirect_uri()), "{what}");
        }
    }
}

fn prov_3_a_refusal_that_is_repeated_is_the_same_refusal(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for mode in ["fragment", "form_post"] {
        browser.open(rp.authorization_url_with(&of_type("code id_token", &[("response_mode", mode)])));
        let question = browser.page().clone();
        browser.press("Don't allow");
        assert_eq!(Delivered::at(&browser, rp.redirect_uri()).error(), "access_denied");
        for button in ["Don't allow", "Allow"] {
            browser.press_on(&question, button, &[]);
            let got = Delivered::at(&browser, rp.redirect_uri());
            assert_eq!((got.error(), got.mode), ("access_denied", mode), "{button}");
        }
    }
}

/// The form of an answer stands behind a GET, which gives the answer again: that is no second grant.
fn prov_3_one_answer_is_one_grant_however_often_it_is_given(setup: Setup) {
    let opaque = "access_token_format = \"opaque\"\n";
    let app = setup.clients(&[old("asks", ""), old("plain", opaque)].concat()).start();
    let who = ann(&app);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    let grants = || app.count("SELECT count(*) AS n FROM grants");
    let mut before = grants();
    for id in ["asks", "plain"] {
        let rp = app.relying_party(id);
        for kind in ["id_token token", "code token", "code id_token token", "id_token", "code id_token"] {
            for mode in ["fragment", "form_post"] {
                let given = of_type(kind, &[("response_mode", mode), ("prompt", "consent")]);
                browser.open(rp.authorization_url_with(&given));
                let question = browser.page().clone();
                for _ in 0..3 {
                    app.advance(15);
                    browser.press_on(&question, "Allow", &[]);
                    let got = Delivered::at(&browser, rp.redirect_uri());
                    assert!(
                        got.get("access_token").is_none_or(|access| rp.is_alive(access)),
                        "{kind} by {mode}"
                    );
                }
                before += i64::from(kind.contains(" token"));
                assert_eq!(grants(), before, "{id}: {kind} by {mode}");
            }
        }
    }
}

fn prov_3_what_was_revoked_is_not_given_again(setup: Setup) {
    let app = setup.clients(&old("plain", "access_token_format = \"opaque\"\n")).start();
    let (who, rp) = (ann(&app), app.relying_party("plain"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for mode in ["fragment", "form_post"] {
        let given = of_type("id_token token", &[("response_mode", mode), ("prompt", "consent")]);
        browser.open(rp.authorization_url_with(&given));
        let question = browser.page().clone();
        browser.press("Allow");
        Delivered::at(&browser, rp.redirect_uri());
        app.write(move |cx| wayhome::oauth2::grants::end_of_identity(cx, who.id, None, "withdrawn"));
        browser.press_on(&question, "Allow", &[]).expect_error("request_answered", 200);
    }
}

fn sec_n02_an_answer_is_never_given_again_to_somebody_else(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    for kind in FRONT {
        for mode in ["fragment", "form_post"] {
            let mut browser = app.browser();
            browser.open("/login").sign_in(&who);
            browser.open(
                rp.authorization_url_with(&of_type(kind, &[("response_mode", mode), ("prompt", "consent")])),
            );
            let question = browser.page().clone();
            browser.press("Allow");
            let first = Delivered::at(&browser, rp.redirect_uri());
            // Somebody else signs in with this browser, a few seconds later.
            browser.open("/logout").submit([]);
            browser.open("/login").sign_in(&ben);
            browser.press_on(&question, "Allow", &[]);
            let what = format!("{kind} by {mode}");
            assert_eq!(browser.try_location(), None, "{what}");
            assert!(browser.page().forms.iter().all(|form| form.action != rp.redirect_uri()), "{what}");
            if let Some(access) = first.get("access_token") {
                assert!(!rp.is_alive(access), "{what}: it ended with its session");
            }
        }
    }
}

fn prov_3_somebody_else_than_is_meant_is_the_same_refusal_on_every_way(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let claims = format!("{{\"id_token\":{{\"sub\":{{\"value\":\"{}\"}}}}}}", who.subject());
    for mode in ["fragment", "form_post"] {
        let mut browser = app.browser();
        let given = of_type("code id_token", &[("response_mode", mode), ("claims", &claims)]);
        browser.open(rp.authorization_url_with(&given)).expect_path("/login");
        let form = browser.page().clone();
        browser.sign_in(&ben);
        let first = Delivered::at(&browser, rp.redirect_uri());
        assert_eq!((first.error(), first.mode), ("login_required", mode));
        let typed = [("identifier", ben.email.as_str()), ("password", ben.password.as_str())];
        browser.submit_on(&form, &typed);
        let second = Delivered::at(&browser, rp.redirect_uri());
        assert_eq!((second.error(), second.mode), ("login_required", mode), "a double click");
    }
}

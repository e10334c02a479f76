//! Consent, frames, and what may not be skipped (group N).

use super::{ann, arrive};
use crate::app::{Setup, on_both};
use crate::browser::From;
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    sec_n01_no_page_can_be_framed,
    sec_n02_a_consent_cannot_be_widened_forged_or_given_twice,
    sec_n03_a_program_that_anybody_can_pretend_to_be_is_always_asked_about,
    sec_n05_prompt_and_max_age_are_kept_and_a_refusal_changes_nothing,
    sec_n05_whoever_cancels_is_sent_home_and_stays_who_they_were,
];

fn sec_n01_no_page_can_be_framed(setup: Setup) {
    let app = setup.start();
    let pages =
        ["/login", "/registration", "/recovery", "/error", "/nothing/here", "/logout/done", "/oauth2/auth"];
    for page in pages {
        let mut answer = app.ask(&Ask::get(page));
        while let Some(next) = answer.header("location").map(str::to_owned) {
            answer = app.ask(&Ask::get(&next));
            if answer.status == 303 && answer.header("location") == Some(next.as_str()) {
                break;
            }
            if next.contains("flow=") {
                break;
            }
        }
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("frame-ancestors 'none'"), "{page}: {policy}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{page}");
    }
}

fn sec_n02_a_consent_cannot_be_widened_forged_or_given_twice(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let mut browser = app.browser();
    browser.open(rp.authorization_url_with(&[("scope", "openid")])).sign_in(&who);
    let page = browser.page().clone();
    // A field more grants nothing more.
    let form = page.main_form().unwrap().clone();
    let mut fields = form.pairs(None);
    for (name, value) in [("answer", "allow"), ("scope", "openid email"), ("grant_scope", "email")] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let answer = browser.send(Ask::form(&form.action, &fields), From::OurPage).expect(303);
    let first = answer.header("location").unwrap().to_owned();
    let tokens = rp.redeem(&first);
    assert_eq!(tokens.answer["scope"], "openid");
    assert!(rp.userinfo(&tokens.access).json().get("email").is_none());
    // The same form again leads to the page that leads back, and gives no second code.
    browser.press_on(&page, "Allow", &[]);
    assert!(browser.try_location().is_none());
    assert_eq!(browser.page().error_id().as_deref(), Some("request_answered"));
    // Without the form's proof nothing is answered.
    browser.open(rp.authorization_url_with(&[("prompt", "consent")]));
    let consent = browser.page().target.clone();
    let forged = Ask::form(&consent, &[("answer", "allow"), ("csrf_token", "x")]);
    let answer = browser.send(forged, From::OurPage).expect(303);
    assert_eq!(answer.header("location"), Some(consent.as_str()));
}

fn sec_n03_a_program_that_anybody_can_pretend_to_be_is_always_asked_about(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("desktop"));
    let mut browser = app.browser();
    let _first = arrive(&mut browser, &rp, &who, &[("scope", "openid")]);
    browser.open(rp.authorization_url_with(&[("scope", "openid"), ("prompt", "none")]));
    assert_eq!(rp.error(browser.location()), "consent_required");
    browser.open(rp.authorization_url_with(&[("scope", "openid")]));
    browser.expect_path("/consent");
    assert!(browser.page().first("input[name=remember]").is_none());
}

fn sec_n05_prompt_and_max_age_are_kept_and_a_refusal_changes_nothing(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let mut browser = app.browser();
    let none = |more: &[(&str, &str)]| {
        let mut all = vec![("prompt", "none")];
        all.extend_from_slice(more);
        rp.authorization_url_with(&all)
    };
    browser.open(none(&[]));
    assert_eq!(rp.error(browser.location()), "login_required");
    browser.open(rp.authorization_url_with(&[("prompt", "none login")]));
    assert_eq!(rp.error(browser.location()), "invalid_request");
    browser.open(rp.authorization_url()).sign_in(&who);
    browser.open(none(&[]));
    assert_eq!(rp.error(browser.location()), "consent_required");
    let first = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    app.advance(5);
    browser.open(none(&[]));
    let silent = rp.redeem(browser.location());
    assert_eq!(silent.claims["auth_time"], first.claims["auth_time"], "silence is no sign-in");
    // Somebody who is asked to sign in again and does not is still signed in as before.
    let session = browser.cookie("wayhome_session");
    browser.open(rp.authorization_url_with(&[("prompt", "login")])).expect_heading("login.title_again");
    assert_eq!(browser.cookie("wayhome_session"), session);
    browser.submit([("password", PASSWORD)]);
    let again = rp.redeem(browser.location());
    assert!(again.claims["auth_time"].as_i64() > first.claims["auth_time"].as_i64());
    assert_ne!(browser.cookie("wayhome_session"), session, "the cookie stayed the same");
    browser.open(rp.authorization_url_with(&[("max_age", "0")])).expect_heading("login.title_again");
    let hint = first.id.clone().unwrap();
    let bob = app.identity("bob@example.org").with_password(PASSWORD);
    let mut other = app.browser();
    let _his = arrive(&mut other, &rp, &bob, &[]);
    other.open(none(&[("id_token_hint", &hint)]));
    assert_eq!(rp.error(other.location()), "login_required");
}

fn sec_n05_whoever_cancels_is_sent_home_and_stays_who_they_were(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let mut browser = app.browser();
    let first = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    let (cookie, before) = (browser.cookie("wayhome_session"), app.snapshot());
    app.advance(5);
    for asked in [("prompt", "login"), ("max_age", "1")] {
        browser.open(rp.authorization_url_with(&[asked])).expect_heading("login.title_again");
        browser.press("Back to Acme Notes");
        assert_eq!(rp.error(browser.location()), "access_denied", "{asked:?}");
    }
    assert_eq!(browser.cookie("wayhome_session"), cookie);
    assert_eq!(app.snapshot().rows("sessions"), before.rows("sessions"), "neither ended nor made stronger");
    browser.open(rp.authorization_url_with(&[("prompt", "none")]));
    let silent = rp.redeem(browser.location());
    assert_eq!(silent.claims["auth_time"], first.claims["auth_time"]);
    // Whoever is nobody yet gets home from every page on the way, too.
    for detour in ["", "Forgot your password?", "Create an account"] {
        let mut stranger = app.browser();
        stranger.open(rp.authorization_url());
        if !detour.is_empty() {
            stranger.click(detour);
        }
        stranger.press("Back to Acme Notes");
        assert_eq!(rp.error(stranger.location()), "access_denied", "{detour}");
    }
}

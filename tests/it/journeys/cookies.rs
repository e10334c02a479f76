//! J16: cookies that are lost between a page and its form; decisions 9 to 11.

use crate::app::{Setup, on_both};
use crate::people::PASSWORD;

on_both![
    journey_j16_a_lost_browser_cookie_shows_the_form_again_and_leads_home,
    journey_j16_a_lost_cookie_at_the_consent_page_leads_home_through_the_sign_in,
    journey_j16_a_lost_session_cookie_alone_leads_through_the_sign_in,
    journey_j16_a_browser_that_keeps_no_cookies_is_told_so_and_sees_no_error,
    journey_j16_an_old_browser_that_says_nothing_of_itself_comes_home,
    decision_10_a_form_from_another_site_is_a_403_that_changes_nothing,
    decision_10_a_stale_form_token_shows_the_form_again_with_what_was_typed,
    decision_11_a_flow_id_alone_never_rebinds,
    sec_s09_a_cookie_that_comes_twice_counts_as_none,
];

fn journey_j16_a_lost_browser_cookie_shows_the_form_again_and_leads_home(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    browser.lose_cookies();
    browser.sign_in(&ada).expect_path("/login").expect_says("flow.reopened");
    browser.expect_says_with("page.subtitle", &[("client", "Acme Notes")]);
    browser.sign_in(&ada).expect_path("/consent").press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j16_a_lost_cookie_at_the_consent_page_leads_home_through_the_sign_in(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).expect_path("/consent");
    browser.lose_cookies();
    browser.press("Allow").expect_path("/login");
    browser.expect_says_with("page.subtitle", &[("client", "Acme Notes")]);
    browser.sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j16_a_lost_session_cookie_alone_leads_through_the_sign_in(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).expect_path("/consent");
    browser.lose_cookie("wayhome_session");
    browser.press("Allow").expect_path("/login").sign_in(&ada);
    if browser.try_page().is_some() {
        browser.press("Allow");
    }
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j16_a_browser_that_keeps_no_cookies_is_told_so_and_sees_no_error(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    for _ in 0..3 {
        browser.lose_cookies();
        browser.sign_in(&ada).expect_path("/login");
        assert_eq!(browser.page().status, 200);
        assert!(!browser.page().says("login.mismatch", &[]));
    }
}

fn journey_j16_an_old_browser_that_says_nothing_of_itself_comes_home(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser().old_fashioned();
    browser.open(spa.authorization_url()).sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn decision_10_a_form_from_another_site_is_a_403_that_changes_nothing(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).expect_path("/account");
    let cookies = (browser.cookie("wayhome_browser"), browser.cookie("wayhome_session"));
    for target in [
        "/login",
        "/login/choice",
        "/registration",
        "/verification",
        "/verification/resend",
        "/verification/link",
        "/verification/disown",
        "/recovery",
        "/recovery/code",
        "/recovery/resend",
        "/recovery/link",
        "/recovery/disown",
        "/recovery/password",
        "/consent",
        "/consent/switch",
        "/logout",
        "/account/profile",
        "/account/password",
        "/account/sessions",
        "/account/verify",
    ] {
        let mut victim = browser.tab();
        victim.forge(target, &[("identifier", "eve@example.org"), ("password", PASSWORD)]);
        victim.expect_error("cross_site", 403);
        assert_eq!((victim.cookie("wayhome_browser"), victim.cookie("wayhome_session")), cookies, "{target}");
    }
    browser.open("/account").expect_path("/account");
}

fn decision_10_a_stale_form_token_shows_the_form_again_with_what_was_typed(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    let filled = [("csrf_token", "AAAA"), ("identifier", "ada@example.org"), ("password", PASSWORD)];
    browser.submit(filled).expect_path("/login").expect_says("flow.reopened");
    let kept = browser.page().main_form().and_then(|form| form.field("identifier")).cloned();
    assert_eq!(kept.map(|field| field.value).as_deref(), Some("ada@example.org"), "values are kept");
    browser.sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn decision_11_a_flow_id_alone_never_rebinds(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    let mut page = browser.page().clone();
    for form in &mut page.forms {
        form.fields.retain(|field| field.name != "csrf_token");
    }
    let mut thief = app.browser();
    let filled = [("identifier", ada.email.as_str()), ("password", PASSWORD)];
    thief.submit_on(&page, &filled).expect_path("/login");
    assert_ne!(thief.page().target, page.target);
    assert!(!thief.page().html.contains("Acme"), "no context of somebody else's request");
    // The right token from an old browser, which does not say where the form comes from, does not do either.
    let mut old = app.browser().old_fashioned();
    old.submit_on(browser.page(), &filled).expect_path("/login");
    assert!(!old.page().html.contains("Acme"));
    browser.sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn sec_s09_a_cookie_that_comes_twice_counts_as_none(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).expect_path("/account");
    let session = browser.cookie("wayhome_session").expect("somebody is signed in");
    let mut mallory = app.browser();
    mallory.open("/login").sign_in_with("ada@example.org", PASSWORD);
    let tossed = mallory.cookie("wayhome_session").expect("somebody is signed in");
    let own = browser.cookie("wayhome_browser").expect("a browser");
    let ask = crate::http::Ask::get("/account").with(
        "Cookie",
        &format!("wayhome_session={tossed}; wayhome_browser={own}; wayhome_session={session}"),
    );
    assert!(app.ask(&ask).expect(303).header("location").is_some_and(|to| to.starts_with("/login")));
}

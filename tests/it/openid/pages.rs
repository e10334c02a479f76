//! What a person sees of it (provider.md 4).

use super::{Delivered, ann, answer, of_type, old, old_house};
use crate::app::{Setup, on_both};
use crate::people::PASSWORD;

on_both![
    prov_4_the_sign_in_comes_again_when_it_is_asked_for,
    prov_4_the_policies_of_a_client_are_on_its_question,
    prov_4_an_answer_is_remembered_for_this_person_this_client_and_these_scopes,
    prov_4_whoever_says_no_is_sent_home,
    prov_4_a_page_about_an_error_stays_where_it_is,
];

fn prov_4_the_sign_in_comes_again_when_it_is_asked_for(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    for kind in ["code", "id_token", "code id_token token"] {
        let mut browser = app.browser();
        answer(&mut browser, &rp, &who, &of_type(kind, &[]));
        for again in [("prompt", "login"), ("max_age", "1")] {
            app.advance(5);
            browser.open(rp.authorization_url_with(&of_type(kind, &[again]))).expect_path("/login");
            browser.expect_heading("login.title_again");
            browser.submit([("password", who.password.as_str())]);
            assert_eq!(Delivered::at(&browser, rp.redirect_uri()).get("error"), None, "{kind}: {again:?}");
        }
    }
}

fn prov_4_the_policies_of_a_client_are_on_its_question(setup: Setup) {
    let policies =
        "policy_uri = \"https://asks.example.org/privacy\"\ntos_uri = \"https://asks.example.org/terms\"\n";
    let app = setup.clients(&[old("asks", policies), old("plain", "")].concat()).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    browser.open(rp.authorization_url_with(&of_type("code", &[]))).sign_in(&who).expect_path("/consent");
    let leads = |browser: &crate::browser::Browser<'_>, to: &str| {
        browser.page().links.iter().any(|link| link.href == format!("https://asks.example.org/{to}"))
    };
    assert!(leads(&browser, "privacy") && leads(&browser, "terms"), "{:?}", browser.page().links);
    assert!(browser.page().text.contains("Old asks"));
    browser
        .open(app.relying_party("plain").authorization_url_with(&of_type("code", &[])))
        .expect_path("/consent");
    assert!(!leads(&browser, "privacy") && !leads(&browser, "terms"));
}

fn prov_4_an_answer_is_remembered_for_this_person_this_client_and_these_scopes(setup: Setup) {
    let app = setup.clients(&[old("asks", ""), old("other", "")].concat()).start();
    let (who, rp, other) = (ann(&app), app.relying_party("asks"), app.relying_party("other"));
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let (mut hers, mut his) = (app.browser(), app.browser());
    answer(&mut hers, &rp, &who, &of_type("code", &[("scope", "openid email")]));
    his.open("/login").sign_in(&ben);
    for (is_hers, rp, scope, error) in [
        (true, &rp, "openid email", None),
        (true, &rp, "openid", None),
        (true, &rp, "openid email profile", Some("consent_required")),
        (true, &rp, "openid email offline_access", Some("consent_required")),
        (true, &other, "openid", Some("consent_required")),
        (false, &rp, "openid", Some("consent_required")),
    ] {
        let browser = if is_hers { &mut hers } else { &mut his };
        for kind in ["id_token", "code id_token"] {
            let given = of_type(kind, &[("scope", scope), ("prompt", "none")]);
            browser.open(rp.authorization_url_with(&given));
            let got = Delivered::at(browser, rp.redirect_uri());
            assert_eq!(got.get("error"), error, "{kind}: {scope} for {}", rp.client.id);
        }
        app.advance(20);
    }
}

fn prov_4_whoever_says_no_is_sent_home(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for kind in ["code", "id_token", "code token"] {
        browser.open(rp.authorization_url_with(&of_type(kind, &[]))).press("Don't allow");
        assert_eq!(Delivered::at(&browser, rp.redirect_uri()).error(), "access_denied", "{kind}");
        // Nothing was remembered, and nothing was given.
        browser.open(rp.authorization_url_with(&of_type(kind, &[]))).expect_path("/consent");
    }
    assert_eq!(app.count("SELECT count(*) AS n FROM grants"), 0);
}

fn prov_4_a_page_about_an_error_stays_where_it_is(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let rp = app.relying_party("old");
    let mut browser = app.browser();
    for kind in ["code", "id_token", "code id_token"] {
        for mode in ["", "form_post"] {
            let given =
                of_type(kind, &[("response_mode", mode), ("redirect_uri", "https://evil.example/callback")]);
            browser.open(rp.authorization_url_with(&given)).expect_error("redirect_uri_mismatch", 400);
            assert_eq!(browser.chain.len(), 1, "no redirect");
            let page = browser.page();
            assert!(!page.html.to_lowercase().contains("http-equiv"), "and no refresh");
            assert!(!page.links.iter().any(|link| link.href.contains("evil.example")));
        }
    }
}

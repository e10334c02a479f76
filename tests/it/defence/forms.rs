//! Forms of other sites, and what looking may change (group S).

use crate::app::{Setup, on_both};
use crate::http::{Ask, encoded};
use crate::people::PASSWORD;

on_both![
    sec_s01_a_form_of_another_site_changes_nothing_and_sets_no_cookie,
    sec_s04_looking_spends_nothing,
    sec_s05_a_method_cannot_be_smuggled_into_a_form,
];

const FORMS: [&str; 22] = [
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
    "/recovery/password",
    "/consent",
    "/consent/switch",
    "/logout",
    "/account/profile",
    "/account/password",
    "/account/sessions",
    "/account/apps",
    "/account/activity",
    "/account/data",
    "/account/undo",
    "/account/confirmed",
];

fn sec_s01_a_form_of_another_site_changes_nothing_and_sets_no_cookie(setup: Setup) {
    let app = setup.start();
    let eve = app.identity("eve@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login");
    let target = browser.page().main_form().unwrap().action.clone();
    let token = browser.page().attribute("input[name=csrf_token]", "value").unwrap();
    let fields = [("csrf_token", token.as_str()), ("identifier", &eve.email), ("password", PASSWORD)];
    let cookie = format!("wayhome_browser={}", browser.cookie("wayhome_browser").unwrap());
    for foreign in [
        [("Origin", "https://evil.test"), ("Sec-Fetch-Site", "cross-site")],
        [("Origin", "http://sub.localhost"), ("Sec-Fetch-Site", "same-site")],
        [("Origin", "https://evil.test"), ("X-Unused", "1")],
    ] {
        for path in FORMS {
            let target = if path == "/login" { target.as_str() } else { path };
            let ask = foreign.iter().fold(Ask::form(target, &fields), |ask, (n, v)| ask.with(n, v));
            let answer = app.ask(&ask.with("cookie", &cookie)).expect(403);
            assert_eq!(answer.header("set-cookie"), None, "{path}");
            assert!(answer.text().contains("id=\"error-title\""), "{path} has no page");
        }
    }
    // The same form from its own page works, so it was really the origin that decided.
    browser.sign_in(&eve).expect_path("/account");
}

fn sec_s04_looking_spends_nothing(setup: Setup) {
    let app = setup.start();
    let _ann = app.identity("ann@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/recovery").submit([("email", "ann@example.org")]);
    let link = app.mailbox().link_for("ann@example.org");
    let target = link.strip_prefix(&app.issuer).unwrap();
    let letters = app.mailbox().count("ann@example.org");
    for method in ["GET", "HEAD", "OPTIONS"] {
        for path in FORMS.into_iter().chain([target, "/", "/account", "/oauth2/auth", "/error"]) {
            let answer = app.ask(&Ask::get(path).method(method));
            assert!(answer.status < 500, "{method} {path}: {}", answer.status);
            if let Some(next) = answer.header("location").filter(|next| next.starts_with('/')) {
                assert!(app.ask(&Ask::get(next).method(method)).status < 500);
            }
        }
    }
    assert_eq!(app.mailbox().count("ann@example.org"), letters, "somebody who looked was mailed");
    // The code works: the scanners of mails have spent nothing.
    browser.enter_code_of(&app, "ann@example.org").expect_path("/recovery/password");
}

fn sec_s05_a_method_cannot_be_smuggled_into_a_form(setup: Setup) {
    let app = setup.start();
    for ask in [
        Ask::form("/login?_method=DELETE", &[("_method", "DELETE")]),
        Ask::get("/login").with("X-HTTP-Method-Override", "POST"),
    ] {
        assert_eq!(app.ask(&ask).status, 303);
    }
    let mut json = Ask::get("/oauth2/token").method("POST").with("Content-Type", "text/plain");
    json.body = encoded(&[("grant_type", "client_credentials")]).into_bytes();
    assert_eq!(app.ask(&json).status, 415);
}

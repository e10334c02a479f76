//! S25, S26, S43: where a journey may return to is settled when it begins.

use crate::app::{Setup, on_both};
use crate::http::{Ask, encoded};
use crate::people::{OTHER_PASSWORD, PASSWORD};

const ALLOWED: &str =
    "https://a.example.com/exact,https://b.example.com/tree/*,https://c.example.com,https://api.example.org";

on_both![
    seed_s25_a_refused_return_to_is_told_before_anything_is_typed,
    seed_s25_a_flow_that_was_begun_never_fails_at_its_end,
    seed_s25_production_shows_neither_the_address_nor_the_list,
    seed_s26_a_relative_return_to_belongs_to_this_service_and_to_nothing_else,
    seed_s43_the_rules_are_what_they_say,
];

fn login(return_to: &str) -> String {
    format!("/login?{}", encoded(&[("return_to", return_to)]))
}

fn seed_s25_a_refused_return_to_is_told_before_anything_is_typed(setup: Setup) {
    let app = setup.set("return_urls.allowed", ALLOWED).start();
    for kind in ["login", "registration", "recovery", "verification"] {
        let mut browser = app.browser();
        let query = encoded(&[("return_to", "https://evil.example/inside?x=1")]);
        browser.open(format!("/{kind}?{query}")).expect_error("return_to", 400);
        let text = browser.page().text.clone();
        assert!(text.contains("https://evil.example/inside?x=1"), "the address: {text}");
        assert!(text.contains("https://b.example.com/tree/*"), "the list: {text}");
        assert!(text.contains("\"https://evil.example/inside\""), "the line to add: {text}");
        browser
            .click("Continue")
            .expect_path(&format!("/{}", if kind == "verification" { "login" } else { kind }));
    }
}

fn seed_s25_a_flow_that_was_begun_never_fails_at_its_end(setup: Setup) {
    let app = setup.set("return_urls.allowed", ALLOWED).start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    let target = "https://b.example.com/tree/deep?x=1#part";
    let query = encoded(&[("return_to", target)]);
    let mut browser = app.browser();
    browser.open(format!("/login?{query}")).sign_in_with("ada@example.org", PASSWORD);
    assert_eq!(browser.location(), target);
    browser.open(format!("/login?{query}"));
    assert_eq!(browser.location(), target, "signed in already: straight back");
    let mut browser = app.browser();
    browser.open(format!("/registration?{query}")).register("new@example.org", PASSWORD);
    browser.enter_code_of(&app, "new@example.org");
    assert_eq!(browser.location(), target);
    let mut browser = app.browser();
    browser.open(format!("/recovery?{query}")).submit([("email", "ada@example.org")]);
    browser.enter_code_of(&app, "ada@example.org").submit([("password", OTHER_PASSWORD)]);
    assert_eq!(browser.location(), target);
}

fn seed_s25_production_shows_neither_the_address_nor_the_list(setup: Setup) {
    let app = setup.production().set("return_urls.allowed", ALLOWED).start();
    let mut browser = app.browser();
    browser.open(login("https://evil.example/inside")).expect_error("return_to", 400);
    let html = &browser.page().html;
    assert!(!html.contains("evil.example") && !html.contains("b.example.com"), "decision 6: {html}");
    browser.click("Continue").expect_path("/login");
}

/// The seed's configuration: pages on one host, everything else on another.
fn seed_s26_a_relative_return_to_belongs_to_this_service_and_to_nothing_else(setup: Setup) {
    let app = setup
        .production()
        .issuer("https://identity.example.org")
        .set("return_urls.default", "https://api.example.org/")
        .set("return_urls.allowed", ALLOWED)
        .start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    for relative in ["/account/password", "/account/sessions"] {
        let mut browser = app.browser();
        browser.open(login(relative)).sign_in_with("ada@example.org", PASSWORD).expect_path(relative);
    }
    let mut browser = app.browser();
    browser.open(login("/login")).sign_in_with("ada@example.org", PASSWORD);
    // The seed's own case: `/login` is allowed, is ours, and leads whoever is signed in to their account.
    browser.expect_path("/account");
    assert!(browser.chain.iter().any(|hop| hop.target == "/login"), "{:?}", browser.chain);
}

fn seed_s43_the_rules_are_what_they_say(setup: Setup) {
    let app = setup.set("return_urls.allowed", ALLOWED).start();
    let allowed = [
        "https://a.example.com/exact",
        "https://a.example.com/exact?x=1",
        "https://b.example.com/tree/",
        "https://b.example.com/tree/a/b",
        "https://c.example.com/",
        "https://c.example.com/anything/at/all",
        "https://shop.example.org/welcome",
        "/account",
    ];
    for url in allowed {
        let _fresh = app.ask(&Ask::get(&login(url))).expect(303);
    }
    let refused = [
        "https://a.example.com/exact-evil",
        "https://a.example.com/exact/below",
        "https://a.example.com/",
        "http://a.example.com/exact",
        "https://a.example.com:8443/exact",
        "https://a.example.com.evil.io/exact",
        "https://evil.io/a.example.com/exact",
        "https://user@a.example.com/exact",
        "https://a.example.com@evil.io/exact",
        "https:/a.example.com/exact",
        "https:\\\\a.example.com\\exact",
        "https://b.example.com/tree-evil",
        "https://b.example.com/tree/../other",
        "https://b.example.com/tree/%2e%2e/other",
        "https://b.example.com/tree/..%2fother",
        "//evil.io/",
        "/\\evil.io/",
        "/%09/evil.io",
        "\thttps://c.example.com/",
        "https://c.example.com\n.evil.io/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://localhost:5173/callback",
        "org.example.desktop:/callback",
        "c.example.com",
        "https://",
    ];
    for url in refused {
        let answer = app.ask(&Ask::get(&login(url)));
        assert_eq!(answer.status, 400, "{url:?} leads to {:?}", answer.header("location"));
    }
}

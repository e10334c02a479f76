//! Where people are sent (group R), by the whole server.

use super::{ann, arrive};
use crate::app::{Setup, on_both};

on_both![
    sec_r01_a_redirect_uri_that_is_nearly_registered_gets_a_page_and_no_redirect,
    sec_r02_what_is_missing_or_doubled_gets_a_page_or_goes_to_the_client,
    sec_r06_a_return_url_in_disguise_is_not_stored_and_not_shown,
    sec_r09_after_a_form_there_is_no_redirect_but_303,
    sec_r11_a_flow_of_another_browser_gives_nothing_away,
];

const NEAR: [&str; 24] = [
    "http://localhost:5173/callback/",
    "http://localhost:5173/callback?x=1",
    "http://localhost:5173/callback#f",
    "http://localhost:5173/CALLBACK",
    "HTTP://LOCALHOST:5173/callback",
    "http://localhost:5173/callback%2f",
    "http://localhost:5173/callback/../callback",
    "http://localhost:5173/callback/..;/e",
    "http://localhost:5173/callback/%2e%2e/e",
    "http://localhost:5173/callback/..%252fe",
    "http://localhost:5173.evil.test/callback",
    "http://localhost:5173@evil.test/callback",
    "http://localhost:5173\\@evil.test/callback",
    "http://evil.test\\localhost:5173/callback",
    "//localhost:5173/callback",
    "http:localhost:5173/callback",
    "http:///localhost:5173/callback",
    " http://localhost:5173/callback",
    "http://localhost:5173/callback ",
    "http://localhost:5173/call\tback",
    "http://localhost:5173/callback\r\nSet-Cookie: x=1",
    "http://localhost:5173/callback\0",
    "http://localhost．evil:5173/callback",
    "http://127.0.0.1:5173/callback",
];

fn sec_r01_a_redirect_uri_that_is_nearly_registered_gets_a_page_and_no_redirect(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    for uri in NEAR {
        let mut browser = app.browser();
        browser.open(rp.authorization_url_with(&[("redirect_uri", uri)]));
        browser.expect_error("redirect_uri_mismatch", 400);
        let html = &browser.page().html;
        assert!(!html.contains("http-equiv") && !html.contains("href=\"http://evil"), "{uri}");
        assert!(browser.chain.iter().all(|hop| hop.status == 400), "{uri}");
    }
}

fn sec_r02_what_is_missing_or_doubled_gets_a_page_or_goes_to_the_client(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(rp.authorization_url_with(&[("redirect_uri", "")]));
    browser.expect_error("redirect_uri_missing", 400);
    browser.open(format!("{}&redirect_uri=http://localhost:5173/callback", rp.authorization_url()));
    browser.expect_error("parameter_repeated", 400);
    browser.open(format!("{}&client_id=spa", rp.authorization_url()));
    browser.expect_error("parameter_repeated", 400);
    browser.open(rp.authorization_url_with(&[("client_id", "nobody")]));
    browser.expect_error("client_unknown", 400);
    for doubled in ["scope=openid", "response_type=code", "nonce=x", "code_challenge=y"] {
        browser.open(format!("{}&{doubled}", rp.authorization_url()));
        assert_eq!(rp.error(browser.location()), "invalid_request", "{doubled}");
    }
    let thousand: Vec<String> = (0..1000).map(|n| format!("s{n}")).collect();
    browser.open(rp.authorization_url_with(&[("scope", &thousand.join(" "))]));
    let error = rp.error(browser.location());
    assert!(matches!(error.as_str(), "invalid_scope" | "invalid_request"), "{error}");
}

fn sec_r06_a_return_url_in_disguise_is_not_stored_and_not_shown(setup: Setup) {
    let app = setup.set("server.name", "Plain").start();
    for url in ["//evil.test", "/\\evil.test", "/%09/evil.test", "https:evil.test", "javascript:alert(1)"] {
        for page in ["/login", "/registration", "/recovery", "/verification"] {
            let mut browser = app.browser();
            browser.open(format!("{page}?return_to={}", crate::http::encoded(&[("v", url)]).split_off(2)));
            browser.expect_error("return_to", 400);
            let links = &browser.page().links;
            assert!(links.iter().all(|link| !link.href.contains("evil")), "{page} {url}");
        }
    }
}

fn sec_r09_after_a_form_there_is_no_redirect_but_303(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let mut browser = app.browser();
    browser.open(rp.authorization_url());
    browser.sign_in_with("ann@example.org", "not the password of ann");
    browser.sign_in(&who);
    browser.press("Allow");
    // The harness refuses 301, 302, 307 and 308 from every answer; here the forms really were answered by 303.
    assert!(browser.chain.first().is_some_and(|hop| hop.method == "POST" && hop.status == 303));
    let _tokens = rp.redeem(browser.location());
}

// sec_s07
fn sec_r11_a_flow_of_another_browser_gives_nothing_away(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let mut eve = app.browser();
    eve.open(rp.authorization_url_with(&[("login_hint", "eve@example.org")]));
    let flow = eve.page().target.clone();
    let mut ann = app.browser();
    ann.open(&flow).expect_heading("login.title");
    let page = ann.page();
    assert!(!page.html.contains("Acme Notes") && !page.html.contains("eve@example.org"));
    ann.sign_in(&who).expect_path("/account");
    // The request waits for the browser that brought it, and for no other.
    let challenge = eve.chain.iter().find_map(|hop| hop.target.split_once("login_challenge=")).unwrap().1;
    for page in ["/consent", "/login", "/login/choice", "/registration"] {
        ann.open(format!("{page}?login_challenge={challenge}"));
        assert!(ann.try_location().is_none(), "{page}: a code left by another browser");
    }
    let _location = arrive(&mut ann, &rp, &who, &[]);
}

//! Too much, too many, and what no database keeps (group U).

use crate::app::{Setup, on_both};
use crate::browser::From;
use crate::http::{self, Ask};
use crate::people::PASSWORD;

on_both![
    sec_u01_a_password_of_a_megabyte_is_refused_and_one_of_a_kilobyte_is_kept_whole,
    sec_u03_a_body_that_is_too_large_or_of_another_kind_is_refused_before_it_is_read,
    sec_u07_what_no_database_keeps_is_refused_kindly,
    sec_u08_numbers_out_of_bounds_are_refused,
    sec_u09_an_address_begins_only_so_many_flows,
];

fn sec_u01_a_password_of_a_megabyte_is_refused_and_one_of_a_kilobyte_is_kept_whole(setup: Setup) {
    let app = setup.start();
    let long = format!("{}x", "pebble river lantern ".repeat(10));
    let ann = app.identity("ann@example.org").with_password(&long);
    let mut browser = app.browser();
    browser.open("/login").sign_in_with(&ann.email, &format!("{}y", &long[..long.len() - 1]));
    browser.expect_says("login.mismatch");
    browser.sign_in_with(&ann.email, &"p".repeat(60_000)).expect_says("login.mismatch");
    browser.sign_in(&ann).expect_path("/account");
    let mut other = app.browser();
    other.open("/registration").register("bob@example.org", &"pebble river ".repeat(2_000));
    other.expect_says_with("pw.long", &[("max", "256")]);
    let megabyte = Ask::form("/login", &[("password", &"p".repeat(1_000_000))]);
    assert_eq!(app.ask(&megabyte).status, 413);
}

fn sec_u03_a_body_that_is_too_large_or_of_another_kind_is_refused_before_it_is_read(setup: Setup) {
    let app = setup.start();
    for target in ["/login", "/oauth2/token", "/oauth2/auth", "/recovery", "/oauth2/revoke"] {
        let head = |more: &str| {
            format!(
                "POST {target} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n{more}\r\n",
                app.host()
            )
        };
        let gigabyte = head("Content-Length: 1073741824\r\nConnection: close\r\n");
        let answer = http::parse(&app.raw(gigabyte.as_bytes()), false).unwrap();
        assert_eq!(answer.status, 413, "{target}: a gigabyte was announced");
        let mut endless = head("Transfer-Encoding: chunked\r\nConnection: close\r\n").into_bytes();
        for _ in 0..40 {
            endless.extend_from_slice(b"1000\r\n");
            endless.extend_from_slice(&[b'a'; 4096]);
            endless.extend_from_slice(b"\r\n");
        }
        let answer = http::parse(&app.raw(&endless), false).unwrap();
        assert_eq!(answer.status, 413, "{target}: without an end");
        let zipped = Ask::form(target, &[("a", "b")]).with("Content-Encoding", "gzip");
        assert_eq!(app.ask(&zipped).status, 415, "{target}: compressed");
        let mut parts =
            Ask::get(target).method("POST").with("Content-Type", "multipart/form-data; boundary=x");
        parts.body = b"--x\r\n\r\n--x--".to_vec();
        assert_eq!(app.ask(&parts).status, 415, "{target}: multipart");
        let many: Vec<(&str, &str)> = (0..10_001).map(|_| ("a", "")).collect();
        assert_eq!(app.ask(&Ask::form(target, &many)).status, 413, "{target}: parameters");
    }
}

fn sec_u07_what_no_database_keeps_is_refused_kindly(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let marks = format!("a{}", "\u{301}".repeat(10_000));
    let mut browser = app.browser();
    for path in ["/login", "/registration", "/recovery"] {
        browser.open(path);
        let form = browser.page().main_form().unwrap().clone();
        for text in ["\0", "a\0b"] {
            let fields = [("identifier", text), ("traits.email", text), ("email", text), ("password", text)];
            let answer = browser.send(Ask::form(&form.action, &fields), From::OurPage).expect(400);
            assert!(answer.text().contains("id=\"error-title\""), "{path} has no page");
        }
    }
    let strange = ["\u{feff}x", "\u{202e}x", "\u{1f600}\u{200d}", marks.as_str()];
    for text in strange {
        let mut browser = app.browser();
        browser.open("/login").sign_in_with(text, text);
        assert!(browser.page().status < 500, "{text:?} at sign-in");
        browser.open("/registration").submit([
            ("traits.email", text),
            ("traits.name", text),
            ("password", PASSWORD),
        ]);
        assert!(browser.page().status < 500, "{text:?} at registration");
        browser.open("/registration").submit([
            ("traits.email", "new@example.org"),
            ("traits.name", text),
            ("password", PASSWORD),
        ]);
        assert!(browser.page().status < 500, "{text:?} as a name");
        browser.open("/recovery").submit([("email", text)]);
        assert!(browser.page().status < 500, "{text:?} at recovery");
        for parameter in ["state", "nonce", "login_hint", "ui_locales", "scope", "acr_values"] {
            browser.open(rp.authorization_url_with(&[(parameter, text)]));
            let fine = browser.try_location().is_some() || browser.page().status < 500;
            assert!(fine, "{text:?} as {parameter}");
        }
        let answer = rp.token(&[("grant_type", "authorization_code"), ("code", text)]);
        assert_eq!(answer.status, 400, "{text:?} as a code");
        assert_eq!(rp.refresh_answer(text).status, 400, "{text:?} as a refresh token");
        assert_eq!(rp.call("/oauth2/revoke", &[("token", text)]).status, 200, "{text:?} revoked");
    }
    for text in ["\0", "a\0b"] {
        for parameter in ["state", "nonce", "login_hint", "ui_locales", "scope", "acr_values"] {
            browser.open(rp.authorization_url_with(&[(parameter, text)]));
            assert!(browser.try_location().is_some() || browser.page().status == 400, "{parameter}");
        }
        assert_eq!(rp.token(&[("grant_type", "authorization_code"), ("code", text)]).status, 400);
    }
    // Bytes that are no text at all.
    for target in ["/login?flow=%ff%fe", "/oauth2/auth?client_id=%ed%a0%80", "/recovery?return_to=%c0%af"] {
        assert!(app.ask(&Ask::get(target)).status < 500, "{target}");
    }
    let agent = format!(
        "GET /login HTTP/1.1\r\nHost: {}\r\nUser-Agent: \u{1b}[31m\u{7f}evil\r\nConnection: close\r\n\r\n",
        app.host()
    );
    let answer = String::from_utf8_lossy(&app.raw(agent.as_bytes())).into_owned();
    assert!(answer.starts_with("HTTP/1.1 303") || answer.starts_with("HTTP/1.1 400"), "{answer}");
}

fn sec_u08_numbers_out_of_bounds_are_refused(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let mut browser = app.browser();
    for age in ["-1", "1.5", "ten", "1e3", " 1"] {
        browser.open(rp.authorization_url_with(&[("max_age", age)]));
        assert_eq!(rp.error(browser.location()), "invalid_request", "{age}");
    }
    browser.open(rp.authorization_url_with(&[("max_age", "9223372036854775808")]));
    browser.expect_heading("login.title");
}

fn sec_u09_an_address_begins_only_so_many_flows(setup: Setup) {
    let app = setup.set("limits.flows_per_minute", "5").start();
    let statuses: Vec<u16> = (0..8).map(|_| app.ask(&Ask::get("/login")).status).collect();
    assert_eq!(statuses, [303, 303, 303, 303, 303, 429, 429, 429]);
    let refused = app.ask(&Ask::get("/recovery"));
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    app.advance(60);
    assert_eq!(app.ask(&Ask::get("/login")).status, 303);
}

//! What comes twice, too often, or with characters that mean something elsewhere.

use super::{ann, arrive};
use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::http::Ask;

on_both![
    sec_r02_a_parameter_that_comes_twice_is_refused_at_every_endpoint,
    sec_r02_a_state_that_comes_twice_is_not_sent_back,
    sec_t05_a_thousand_scopes_are_refused_everywhere,
    sec_r10_a_state_returns_as_it_was_and_breaks_no_header,
    sec_r03_a_native_client_is_sent_to_this_computer_and_nowhere_else,
];

fn sec_r02_a_parameter_that_comes_twice_is_refused_at_every_endpoint(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &rp, &who, &[]);
    let redemption = rp.redemption(&location);
    for more in ["code=x", "grant_type=refresh_token", "code_verifier=x", "redirect_uri=x", "foo=1&foo=2"] {
        let mut ask = redemption.clone();
        ask.body.extend_from_slice(format!("&{more}").as_bytes());
        assert_eq!(app.ask(&ask).expect(400).json()["error"], "invalid_request", "{more}");
    }
    // None of these has spent the code.
    let tokens = rp.redeem(&location);
    let twice = [
        ("/oauth2/token", "grant_type=refresh_token&client_id=house&refresh_token={}&refresh_token={}"),
        (
            "/oauth2/token",
            "grant_type=refresh_token&client_id=house&refresh_token={}&scope=openid&scope=email",
        ),
        ("/oauth2/token", "grant_type=refresh_token&client_id=house&client_id=spa&refresh_token={}"),
        ("/oauth2/revoke", "client_id=house&token=x&token={}"),
        ("/oauth2/revoke", "client_id=house&token={}&token_type_hint=a&token_type_hint=b"),
    ];
    for (target, body) in twice {
        let mut ask = Ask::form(target, &[]);
        ask.body = body.replace("{}", tokens.refresh()).into_bytes();
        assert_eq!(app.ask(&ask).expect(400).json()["error"], "invalid_request", "{body}");
    }
    let mut ask = Ask::form("/oauth2/introspect", &[]).basic("shop", CLIENT_SECRET);
    ask.body = format!("token=x&token={}", tokens.access).into_bytes();
    assert_eq!(app.ask(&ask).expect(400).json()["error"], "invalid_request");
    let mut ask = Ask::form("/userinfo", &[]);
    ask.body = format!("access_token={0}&access_token={0}", tokens.access).into_bytes();
    assert_eq!(app.ask(&ask).expect(400).json()["error"], "invalid_request");
    let ask = Ask::form("/userinfo", &[("access_token", tokens.access.as_str())]).bearer(&tokens.access);
    assert_eq!(app.ask(&ask).expect(400).json()["error"], "invalid_request");
    assert!(rp.is_alive(&tokens.access), "a refused revocation has revoked");
    let _next = rp.refresh(&tokens);
}

fn sec_r02_a_state_that_comes_twice_is_not_sent_back(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(format!("{}&state=other", rp.authorization_url()));
    let location = browser.location();
    assert!(location.starts_with("http://localhost:5173/callback?error=invalid_request"), "{location}");
    assert!(!location.contains("state="), "one of two states was believed: {location}");
    assert!(location.contains("iss="), "{location}");
}

fn sec_t05_a_thousand_scopes_are_refused_everywhere(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let different: Vec<String> = (0..1_000).map(|n| format!("s{n}")).collect();
    let many = [different.join(" "), "openid ".repeat(500).trim().to_owned()];
    for scope in &many {
        browser.open(rp.authorization_url_with(&[("scope", scope)]));
        let error = rp.error(browser.location());
        assert!(matches!(error.as_str(), "invalid_scope" | "invalid_request"), "{error}");
    }
    let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), ("scope", many[0].as_str())];
    assert_eq!(rp.token(&fields).expect(400).json()["error"], "invalid_scope");
    let robot = [("grant_type", "client_credentials"), ("scope", many[0].as_str())];
    let answer = app.ask(&Ask::form("/oauth2/token", &robot).basic("robot", CLIENT_SECRET)).expect(400);
    assert_eq!(answer.json()["error"], "invalid_scope");
    // Nothing was spent, and what was granted is still all there is.
    assert_eq!(rp.refresh(&tokens).answer["scope"], tokens.answer["scope"]);
}

fn sec_r10_a_state_returns_as_it_was_and_breaks_no_header(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let mut browser = app.browser();
    for state in [
        "a\r\nSet-Cookie: x=1",
        "\"><script>alert(1)</script>",
        "with space + plus % and & = # ?",
        "日本\u{1F511}",
        "\t",
        &"s".repeat(2_048),
    ] {
        // Both ways home: a refusal of the request, and one by the server.
        for given in [("scope", "openid bad\r\n\"<script>"), ("prompt", "none")] {
            browser.open(rp.authorization_url_with(&[("state", state), given]));
            let location = browser.location().to_owned();
            assert!(location.bytes().all(|b| b.is_ascii_graphic()), "{location}");
            let callback = rp.callback(&location);
            assert_eq!(callback.state, state);
            assert!(callback.error.is_some());
            let description = callback.error_description.unwrap_or_default();
            let allowed = |b: u8| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(description.bytes().all(allowed), "{description:?} (RFC 6749 4.1.2.1)");
        }
    }
}

fn sec_r03_a_native_client_is_sent_to_this_computer_and_nowhere_else(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("desktop"));
    let mut browser = app.browser();
    let good = [("redirect_uri", "http://127.0.0.1:49152/callback"), ("scope", "openid")];
    let location = arrive(&mut browser, &rp, &who, &good);
    assert!(location.starts_with("http://127.0.0.1:49152/callback?"), "{location}");
    // The port is part of what must be the same when the code is redeemed.
    let code = rp.code(&location);
    for other in ["http://127.0.0.1:49153/callback", "http://127.0.0.1/callback"] {
        let answer = rp.token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", other),
            ("code_verifier", &"v".repeat(43)),
        ]);
        assert_eq!(answer.expect(400).json()["error"], "invalid_grant", "{other}");
    }
    let _tokens = rp.redeem(&location);
    for uri in [
        "http://127.0.0.1:49152/callback?x=1",
        "http://127.0.0.1:49152/callback#x",
        "http://localhost:1/callback",
        "http://127.0.0.2/callback",
        "http://[::1]:1/callback",
        "http://127.0.0.1:80@evil.test/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:/callback",
        "http://127.1/callback",
        "http://0x7f000001/callback",
        "http://2130706433/callback",
        "https://127.0.0.1/callback",
        "org.example.desktop:/callback/x",
        "org.example.desktop://callback",
    ] {
        browser.open(rp.authorization_url_with(&[("redirect_uri", uri), ("scope", "openid")]));
        browser.expect_error("redirect_uri_mismatch", 400);
    }
    for client in ["shop", "spa"] {
        let rp = app.relying_party(client);
        for uri in ["http://127.0.0.1:49152/callback", "http://[::1]:49152/callback"] {
            browser.open(rp.authorization_url_with(&[("redirect_uri", uri)]));
            browser.expect_error("redirect_uri_mismatch", 400);
        }
    }
}

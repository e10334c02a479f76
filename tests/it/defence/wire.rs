//! Whom the server believes, byte by byte: proxies, doubled names, requests that two readers read differently (group H).

use crate::app::{Setup, TestApp, on_both};
use crate::http::{self, Answer, Ask};
use crate::people::PASSWORD;

on_both![
    sec_h01_no_name_but_the_issuers_gets_into_a_mail_a_cookie_or_a_redirect,
    sec_h02_sec_b03_a_made_up_address_is_no_way_around_a_limit,
    sec_h03_a_header_that_looks_like_one_of_a_proxy_is_none,
    sec_h04_framing_that_is_not_plain_is_refused_and_the_connection_closed,
    sec_h05_no_spelling_reaches_the_administration_from_outside,
];

fn sec_h01_no_name_but_the_issuers_gets_into_a_mail_a_cookie_or_a_redirect(setup: Setup) {
    let app = setup.start();
    let _ann = app.identity("ann@example.org").with_password(PASSWORD);
    let right = app.host().to_owned();
    // A target that names another host than the header does: neither is believed for anything.
    let absolute = |path: &str| {
        format!("GET http://evil.test{path} HTTP/1.1\r\nHost: {right}\r\nConnection: close\r\n\r\n")
    };
    for path in ["/login", "/.well-known/openid-configuration", "/oauth2/auth", "/recovery", "/account"] {
        let answer = String::from_utf8_lossy(&app.raw(absolute(path).as_bytes())).into_owned();
        assert!(!answer.contains("evil.test"), "{path}: {answer}");
    }
    for head in [
        "Host: evil.test\r\n".to_owned(),
        String::new(),
        "Host: \r\n".to_owned(),
        format!("Host: {right}.evil.test\r\n"),
        format!("Host: evil.test\r\nHost: {right}\r\n"),
        format!("Host: {right}@evil.test\r\n"),
        format!("Host: {right}, evil.test\r\n"),
    ] {
        for path in ["/login", "/recovery", "/registration", "/.well-known/jwks.json"] {
            let request = format!("GET {path} HTTP/1.1\r\n{head}Connection: close\r\n\r\n");
            let answer = parsed(&app, &request);
            assert!(matches!(answer.status, 400 | 421), "{head:?} {path}: {}", answer.status);
            assert_eq!(answer.header("set-cookie"), None, "{head:?}");
            assert!(!answer.text().contains("href=\"http://evil"), "{head:?}");
        }
    }
    let mut browser = app.browser();
    browser.open("/registration");
    let values = [("traits.email", "new@example.org"), ("password", PASSWORD)];
    let ask = browser.prepared(browser.page(), &values);
    let ask = ask
        .with("X-Forwarded-Host", "evil.test")
        .with("X-Forwarded-Proto", "https")
        .with("X-Forwarded-Port", "666")
        .with("X-Forwarded-Prefix", "/evil")
        .with("Forwarded", "host=evil.test")
        .with("X-Host", "evil.test")
        .with("X-Rewrite-URL", "/admin");
    let answer = app.ask(&ask).expect(303);
    assert!(answer.header("location").is_some_and(|next| next.starts_with("/verification?")));
    let mail = app.mailbox().newest("new@example.org").mail;
    assert!(mail.link.is_some_and(|link| link.starts_with(&format!("{}/verification?", app.issuer))));
    assert!(!format!("{}{}", mail.text, mail.html).contains("evil"));
}

#[track_caller]
fn parsed(app: &TestApp, request: &str) -> Answer {
    let bytes = app.raw(request.as_bytes());
    http::parse(&bytes, false).unwrap_or_else(|why| panic!("{request:?}: {why}"))
}

fn sec_h02_sec_b03_a_made_up_address_is_no_way_around_a_limit(setup: Setup) {
    let limited = setup.set("limits.requests_per_minute", "5");
    let count = |app: &TestApp, header: &str, value: &dyn Fn(u32) -> String| {
        let answers = (0..12).map(|n| app.ask(&Ask::get("/error").with(header, &value(n))).status);
        answers.filter(|status| *status != 429).count()
    };
    // Nobody is trusted: whatever is said, it is one address.
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP"] {
        let app = limited.clone().start();
        assert_eq!(count(&app, header, &|n| format!("203.0.113.{n}")), 5, "{header}");
    }
    // This machine is a trusted proxy: the last address that it did not make up itself counts, and garbage is the proxy.
    let trusting = limited.set("server.trusted_proxies", "127.0.0.0/8");
    for (told, through) in [
        ("203.0.113.N", 12),
        ("203.0.113.N, 198.51.100.7", 5),
        ("203.0.113.N, nonsense", 5),
        ("fe80::N%eth0", 5),
        ("203.0.113.N:4444", 5),
        ("\"203.0.113.N\"", 5),
    ] {
        let app = trusting.clone().start();
        let seen = count(&app, "X-Forwarded-For", &|n| told.replace('N', &n.to_string()));
        assert_eq!(seen, through, "{told}");
    }
}

fn sec_h03_a_header_that_looks_like_one_of_a_proxy_is_none(setup: Setup) {
    let app =
        setup.set("limits.requests_per_minute", "5").set("server.trusted_proxies", "127.0.0.0/8").start();
    let statuses: Vec<u16> = (0..12)
        .map(|n| {
            let ask = Ask::get("/error").with("X_Forwarded_For", &format!("203.0.113.{n}"));
            app.ask(&ask).status
        })
        .collect();
    assert_eq!(statuses.iter().filter(|status| **status != 429).count(), 5);
    app.advance(60);
    // Twice the same header is none, and naming a header as hop-by-hop takes nothing from it.
    let twice = |n: u32| {
        let one = format!("203.0.113.{n}");
        Ask::get("/error").with("X-Forwarded-For", &one).with("X-Forwarded-For", "198.51.100.1")
    };
    let statuses: Vec<u16> = (0..12).map(|n| app.ask(&twice(n)).status).collect();
    assert_eq!(statuses.iter().filter(|status| **status != 429).count(), 5);
    app.advance(60);
    let host = app.host();
    let dropped = format!(
        "GET /account HTTP/1.1\r\nHost: {host}\r\nConnection: close, X-Forwarded-For, Cookie, Host\r\n\r\n"
    );
    assert_eq!(parsed(&app, &dropped).status, 303);
}

fn sec_h04_framing_that_is_not_plain_is_refused_and_the_connection_closed(setup: Setup) {
    let app = setup.start();
    let host = app.host();
    let inner = "GET /smuggled HTTP/1.1\r\nHost: evil.test\r\n\r\n";
    let chunked = format!("0\r\n\r\n{inner}");
    for (head, body) in [
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", chunked.as_str()),
        ("Transfer-Encoding: chunked\r\nContent-Length: 4", &chunked),
        ("Transfer-Encoding: xchunked", &chunked),
        ("Transfer-Encoding: identity, chunked, identity", &chunked),
        ("Transfer-Encoding: \x0bchunked", &chunked),
        ("Transfer-Encoding:\r\n chunked", &chunked),
        ("X: x\r\n Transfer-Encoding: chunked", &chunked),
        ("Content-Length: -1", inner),
        ("Content-Length: 0x4", inner),
        ("Content-Length: 99999999999999999999999", inner),
        ("Content-Length: 4\r\nContent-Length: 44", inner),
        ("Transfer-Encoding: chunked", "-1\r\n\r\n"),
        ("Transfer-Encoding: chunked", "ffffffffffffffffff\r\nx"),
        ("Transfer-Encoding: chunked", "5\r\nabcdefgh\r\n0\r\n\r\n"),
    ] {
        let request = format!(
            "POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             {head}\r\n\r\n{body}"
        );
        let answer = String::from_utf8_lossy(&app.raw(request.as_bytes())).into_owned();
        assert!(answer.starts_with("HTTP/1.1 4"), "{head:?} {body:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{head:?}: two answers: {answer}");
        assert!(!answer.contains("evil.test"), "{head:?}: {answer}");
    }
    // Bytes that are no request at all.
    for request in [
        "GET /login HTTP/1.1\nHost: x\nConnection: close\n\n",
        "GET /login\r\n\r\n",
        "GET /lo gin HTTP/1.1\r\n\r\n",
        "GET /login HTTP/9.9\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /login HTTP/1.1\r\nHost: x\r\nA\0B: c\r\n\r\n",
    ] {
        let answer = String::from_utf8_lossy(&app.raw(request.as_bytes())).into_owned();
        assert!(answer.starts_with("HTTP/1.1 4") || answer.is_empty(), "{request:?}: {answer}");
        assert!(answer.matches("HTTP/1.1 ").count() < 2, "{request:?}: {answer}");
    }
}

fn sec_h05_no_spelling_reaches_the_administration_from_outside(setup: Setup) {
    let app = setup.start();
    let host = app.host();
    for target in [
        "/admin/identities#/login",
        "/login#/admin/identities",
        "/login;/admin/identities",
        "/login/..%2fadmin/identities",
        "/static/../admin/identities",
        "/static/%2e%2e/admin/identities",
        "/health/alive/../../admin/identities",
        "/%2fadmin/identities",
        "/admin/identities%00",
        "/admin%252fidentities",
        "\\admin\\identities",
        "http://localhost/admin/identities",
        "*",
    ] {
        for method in ["GET", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            let request = format!(
                "{method} {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: kube-probe/1.30\r\n\
                 X-Original-URL: /admin/identities\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let bytes = app.raw(request.as_bytes());
            let answer = String::from_utf8_lossy(&bytes).into_owned();
            assert!(!answer.contains("schema_id"), "{method} {target}: {answer}");
            let status: u16 = answer.get(9..12).and_then(|text| text.parse().ok()).unwrap_or(400);
            let fine = matches!(status, 400 | 403 | 404 | 405 | 421) || target.starts_with("/login");
            assert!(fine, "{method} {target}: {answer}");
        }
    }
}

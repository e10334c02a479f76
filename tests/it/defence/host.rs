//! Other names, other paths, and requests that two readers read differently (group H).

use crate::app::{Setup, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    sec_h01_no_header_changes_who_we_are,
    sec_h04_a_request_that_could_be_two_is_none,
    sec_h05_the_administration_is_not_on_the_public_listener,
    sec_p10_nothing_about_the_machine_is_public,
];

fn sec_h01_no_header_changes_who_we_are(setup: Setup) {
    let app = setup.start();
    let _ann = app.identity("ann@example.org").with_password(PASSWORD);
    for path in ["/login", "/oauth2/auth", "/.well-known/openid-configuration", "/oauth2/token"] {
        let answer = app.ask(&Ask::get(path).with("Host", "evil.test"));
        assert_eq!(answer.status, 421, "{path}");
        assert!(!answer.text().contains("href=\"http://evil.test"), "{path}");
        assert_eq!(answer.header("set-cookie"), None);
    }
    let forwarded = |ask: Ask| {
        ask.with("X-Forwarded-Host", "evil.test")
            .with("X-Forwarded-Proto", "gopher")
            .with("Forwarded", "host=evil.test;proto=gopher")
            .with("X-Original-URL", "/admin/identities")
            .with("X-Forwarded-For", "6.6.6.6")
    };
    let metadata = app.ask(&forwarded(Ask::get("/.well-known/openid-configuration"))).expect(200);
    assert!(!metadata.text().contains("evil.test") && metadata.json()["issuer"] == app.issuer.as_str());
    let mut browser = app.browser();
    browser.open("/recovery");
    let form = browser.page().main_form().unwrap().clone();
    let mut fields = form.pairs(None);
    fields.retain(|(name, _)| name != "email");
    fields.push(("email".to_owned(), "ann@example.org".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let cookie = format!("wayhome_browser={}", browser.cookie("wayhome_browser").unwrap());
    let ask = forwarded(Ask::form(&form.action, &fields)).with("cookie", &cookie);
    let _sent = app.ask(&ask).expect(303);
    assert!(app.mailbox().link_for("ann@example.org").starts_with(&app.issuer));
}

fn sec_h04_a_request_that_could_be_two_is_none(setup: Setup) {
    let app = setup.start();
    let host = app.host();
    let tail = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: evil.test\r\n\r\n";
    for head in [
        "Content-Length: 6\r\nContent-Length: 7\r\n",
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Content-Length: +6\r\n",
        "Content-Length: 6, 6\r\n",
        "Transfer-Encoding : chunked\r\n",
    ] {
        let request = format!("POST /login HTTP/1.1\r\nHost: {host}\r\n{head}\r\n{tail}");
        let answer = String::from_utf8_lossy(&app.raw(request.as_bytes())).into_owned();
        assert!(answer.starts_with("HTTP/1.1 400"), "{head:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{head:?}: {answer}");
    }
}

fn sec_h05_the_administration_is_not_on_the_public_listener(setup: Setup) {
    let app = setup.start();
    for path in [
        "/admin",
        "/admin/identities",
        "//admin/identities",
        "/%61dmin/identities",
        "/x/..;/admin/identities",
        "/ADMIN/identities",
        "/admin%2fidentities",
        "/./admin/identities",
        "/login/../admin/identities",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = app.ask(&Ask::get(path).method(method).with("User-Agent", "kube-probe/1.0"));
            assert_eq!(answer.status, 404, "{method} {path}");
        }
    }
    assert!(app.ask_admin(&Ask::get("/admin/identities")).status < 402);
}

fn sec_p10_nothing_about_the_machine_is_public(setup: Setup) {
    let app = setup.start();
    for path in ["/metrics", "/version", "/debug", "/debug/pprof", "/openapi.json", "/.env", "/server-status"]
    {
        let answer = app.ask(&Ask::get(path));
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("server"), None);
    }
}

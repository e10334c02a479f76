//! What comes with a request and must mean nothing: headers of proxies that we do not know, wishes for another form.

use crate::app::{Setup, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    sec_h06_a_header_that_speaks_of_a_certificate_opens_nothing,
    sec_u10_no_page_with_a_secret_is_compressed,
    sec_x04_json_stays_json_whatever_the_browser_wants,
];

fn sec_h06_a_header_that_speaks_of_a_certificate_opens_nothing(setup: Setup) {
    let app = setup.production().start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    for header in
        ["X-SSL-Client-Cert", "X-Client-Cert", "Client-Cert", "X-Forwarded-Client-Cert", "SSL-Client-Verify"]
    {
        let certificate = "-----BEGIN%20CERTIFICATE-----%0AMIIB%0A-----END%20CERTIFICATE-----";
        let form = [("grant_type", "client_credentials"), ("client_id", "robot")];
        let token = app.ask(&Ask::form("/oauth2/token", &form).with(header, certificate));
        assert_eq!(
            (token.status, token.json()["error"].as_str().unwrap_or_default()),
            (401, "invalid_client")
        );
        let people = app.ask_admin(&Ask::get("/admin/identities").with(header, certificate));
        assert_eq!(people.status, 401, "{header}");
    }
}

fn sec_u10_no_page_with_a_secret_is_compressed(setup: Setup) {
    let app = setup.start();
    for page in ["/login", "/registration", "/recovery", "/nothing/here"] {
        let mut next = page.to_owned();
        loop {
            let answer = app.ask(&Ask::get(&next).with("Accept-Encoding", "gzip, deflate, br, zstd"));
            assert_eq!(answer.header("content-encoding"), None, "{next}");
            match answer.header("location") {
                Some(on) if !on.contains("flow=") => on.clone_into(&mut next),
                _ => break,
            }
        }
    }
}

fn sec_x04_json_stays_json_whatever_the_browser_wants(setup: Setup) {
    let app = setup.start();
    let hostile = "</script><script>alert(1)</script>";
    let targets = [
        format!("/userinfo?callback=alert&x={hostile}"),
        format!("/.well-known/openid-configuration?callback=alert&x={hostile}"),
        format!("/.well-known/jwks.json?callback=alert&jsonp={hostile}"),
        format!("/dev/inbox.json?to={hostile}&callback=alert"),
    ];
    for target in targets {
        let target = target.replace('<', "%3C").replace('>', "%3E");
        let answer = app.ask(&Ask::get(&target).with("Accept", "text/html"));
        assert_eq!(answer.header("content-type"), Some("application/json"), "{target}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{target}");
        let text = answer.text();
        assert!(!text.contains("alert") && text.starts_with(['{', '[']), "{target}: {text}");
    }
    let form = [("grant_type", hostile), ("client_id", "spa")];
    let answer = app.ask(&Ask::form("/oauth2/token", &form).with("Accept", "text/html"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(!answer.text().contains("<script>"), "{}", answer.text());
}

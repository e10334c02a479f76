//! Markup in every field, on every page: the tree of a page is the same as without it (group X). And whatever is sent, both
//! databases make the same of it (group U).

use scraper::{Html, Node};
use wayhome::store::Engine;

use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    sec_x01_no_payload_in_any_field_becomes_an_element_or_an_attribute,
    sec_x02_an_address_of_another_scheme_is_neither_stored_nor_linked,
    sec_u03_json_that_is_too_deep_or_too_long_is_refused,
];

const PAYLOADS: [&str; 14] = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)' autofocus='",
    "\" onfocus=\"alert(1)\" x=\"",
    "</title><svg/onload=alert(1)>",
    "</textarea><iframe srcdoc='<b>'>",
    "<base href=//evil.test/>",
    "<meta http-equiv=refresh content=0;url=//evil.test>",
    "<form action=//evil.test><input name=password>",
    "<style>@import url(//evil.test)</style>",
    "-->'\"><a href=javascript:alert(1)>x</a><!--",
    "<math><mtext></table><mglyph><style><img src onerror=alert(1)>",
    "&lt;script&gt;&#60;b&#62;{{7*7}}${7*7}<%=7%>",
];

/// The names of all elements and of their attributes, and where links and forms lead, without what a value says.
fn skeleton(html: &str, payload: &str) -> Vec<String> {
    let tree = Html::parse_document(html).tree;
    let mut bones = Vec::new();
    for node in tree.nodes() {
        if let Node::Element(element) = node.value() {
            let mut names: Vec<String> = element.attrs().map(|(name, _)| name.to_owned()).collect();
            names.sort();
            bones.push(format!("{} {}", element.name(), names.join(" ")));
            for (name, value) in element.attrs().filter(|(name, _)| ["href", "src", "action"].contains(name))
            {
                let fine = value.starts_with(['/', '#']) || value.starts_with("http");
                assert!(fine, "{name} is {value} with {payload}");
                assert!(!value.contains("evil.test"), "{name} is {value} with {payload}");
            }
        }
        if let Node::Comment(comment) = node.value() {
            panic!("a comment {comment:?} with {payload}");
        }
    }
    bones
}

/// Every page, with this text in every field that somebody else can fill.
fn pages(app: &TestApp, text: &str, n: usize) -> Vec<(String, String)> {
    let rp = app.relying_party("spa");
    let ann = app.identity(&format!("x{n:02}@example.org")).named(text).with_password(PASSWORD);
    let mut browser = app.browser().named(text);
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut keep = |name: &str, browser: &Browser<'_>| {
        let Some(page) = browser.try_page() else { return };
        seen.push((name.to_owned(), page.html.clone()));
    };
    browser.open(rp.authorization_url_with(&[("login_hint", text), ("state", text), ("nonce", text)]));
    keep("login hint", &browser);
    browser.sign_in_with(text, "wrong");
    keep("login again", &browser);
    browser.open("/recovery").submit([("email", text)]);
    keep("recovery", &browser);
    browser.open("/registration");
    browser.submit([("traits.email", text), ("traits.name", text), ("password", text)]);
    keep("registration", &browser);
    for parameter in [
        "client_id",
        "redirect_uri",
        "scope",
        "response_type",
        "prompt",
        "ui_locales",
        "acr_values",
        "resource",
    ] {
        browser.open(rp.authorization_url_with(&[(parameter, text)]));
        keep(parameter, &browser);
    }
    for path in ["/login", "/registration", "/recovery", "/error", "/logout", "/verification"] {
        for parameter in
            ["return_to", "flow", "login_challenge", "after", "error", "error_description", "link", "said"]
        {
            let query = crate::http::encoded(&[(parameter, text)]);
            browser.open(format!("{path}?{query}"));
            keep(&format!("{path} {parameter}"), &browser);
        }
    }
    let mut browser = app.browser().named(text);
    browser.open(rp.authorization_url_with(&[("state", text)])).sign_in(&ann);
    keep("consent", &browser);
    for page in [
        "/account",
        "/account/profile",
        "/account/sessions",
        "/account/password",
        "/account/apps",
        "/account/activity",
        "/account/data",
        "/logout",
    ] {
        browser.open(page);
        keep(page, &browser);
    }
    browser.open("/account/profile").submit([("traits.name", text), ("traits.email", text)]);
    keep("profile again", &browser);
    let mut lost = app.browser().named(text);
    lost.open("/recovery").submit([("email", &ann.email)]);
    let mut device = app.browser().named(text);
    device.open_link_of(app, &ann.email);
    keep("the link of a recovery", &device);
    seen
}

fn sec_x01_no_payload_in_any_field_becomes_an_element_or_an_attribute(setup: Setup) {
    let app = setup.start();
    let plain = pages(&app, "plain text", 0);
    assert!(plain.len() > 50, "{}", plain.len());
    for (n, payload) in PAYLOADS.into_iter().enumerate() {
        let hostile = pages(&app, payload, n + 1);
        assert_eq!(plain.len(), hostile.len());
        for ((name, plain), (_, hostile)) in plain.iter().zip(&hostile) {
            let (was, is) = (skeleton(plain, "plain text"), skeleton(hostile, payload));
            assert_eq!(was, is, "{name} has another tree with {payload}:\n{hostile}");
        }
    }
}

fn sec_x02_an_address_of_another_scheme_is_neither_stored_nor_linked(setup: Setup) {
    const SCHEMA: &str = r#"{"type": "object", "required": ["email"], "additionalProperties": false, "properties": {
        "email": {"type": "string", "format": "email", "wayhome": {"identifier": true, "verify": true}},
        "website": {"type": "string", "format": "uri"}}}"#;
    let app = setup.schema(SCHEMA).set("admin.require_key", "false").start();
    for url in [
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
    ] {
        let mut browser = app.browser();
        browser.open("/registration");
        let values = [("traits.email", "new@example.org"), ("traits.website", url), ("password", PASSWORD)];
        browser.submit(values).expect_path("/registration");
        let traits = serde_json::json!({ "email": "made@example.org", "website": url });
        let body = serde_json::json!({ "schema_id": "default", "traits": traits });
        let answer = app.ask_admin(&Ask::json("POST", "/admin/identities", &body));
        assert_eq!(answer.status, 400, "{url}: {}", answer.text());
    }
    assert_eq!(app.mailbox().count("new@example.org"), 0, "such an account waits for its proof");
    let mut browser = app.browser();
    browser.open("/registration");
    let values = [
        ("traits.email", "new@example.org"),
        ("traits.website", "https://ada.example/"),
        ("password", PASSWORD),
    ];
    browser.submit(values).expect_path("/verification");
}

fn sec_u03_json_that_is_too_deep_or_too_long_is_refused(setup: Setup) {
    let app = setup.start();
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let nested = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    for body in [deep, nested] {
        for target in ["/admin/identities", "/admin/recovery/code"] {
            let mut ask = Ask::get(target).method("POST").with("Content-Type", "application/json");
            ask.body = format!("{{\"traits\":{body}}}").into_bytes();
            let answer = app.ask_admin(&ask);
            assert!(matches!(answer.status, 400 | 401), "{target}: {}", answer.status);
        }
    }
    let mut long = Ask::get("/admin/identities").method("POST").with("Content-Type", "application/json");
    long.body = vec![b' '; 1024 * 1024 + 1];
    assert!(matches!(app.ask_admin(&long).status, 401 | 413));
}

/// Fields, as they go over the wire: percent signs are not encoded again.
const BYTES: [&str; 14] = [
    "%00",
    "a%00b",
    "%c0%af",
    "%ed%a0%80",
    "%ed%b0%80",
    "%ff%fe",
    "%ef%bb%bfx",
    "%e2%80%aex",
    "%f4%90%80%80",
    "%e2%80%8b",
    "%cc%81",
    "%",
    "%zz",
    "%0d%0a%0d%0a",
];

/// What every entry makes of every text, as statuses and as what the pages say.
fn outcomes(app: &TestApp) -> Vec<String> {
    let mut all = Vec::new();
    let marks = "%cc%81".repeat(10_000);
    let hundred_thousand = "%cc%81".repeat(100_000);
    let emails = BYTES.iter().map(|bytes| format!("a{bytes}@example.org"));
    let texts: Vec<String> = BYTES
        .iter()
        .map(|bytes| (*bytes).to_owned())
        .chain(emails)
        .chain([marks, hundred_thousand])
        .collect();
    for (path, fields) in [
        ("/login", ["identifier", "password"].as_slice()),
        ("/registration", &["traits.email", "traits.name", "password", "traits.other", "csrf_token"]),
        ("/recovery", &["email"]),
    ] {
        for field in fields {
            for text in &texts {
                let mut browser = app.browser();
                browser.open(path);
                let form = browser.page().main_form().expect("a form").clone();
                let rest: Vec<(String, String)> =
                    form.pairs(None).into_iter().filter(|(name, _)| name != field).collect();
                let rest: Vec<(&str, &str)> = rest.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                let mut ask = Ask::form(&form.action, &rest);
                ask.body.extend_from_slice(format!("&{field}={text}").as_bytes());
                let answer = browser.send(ask, From::OurPage);
                assert!(answer.status < 500, "{path} {field} {text}: {}", answer.status);
                let said = match answer.header("location") {
                    Some(next) => {
                        let next = next.to_owned();
                        browser.open(next);
                        browser.page().text.clone()
                    }
                    None => String::new(),
                };
                let short: String = text.chars().take(40).collect();
                all.push(format!("{path} {field} {short}: {} {said}", answer.status));
            }
        }
    }
    for target in ["/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"] {
        for field in ["code", "refresh_token", "scope", "client_id", "token", "redirect_uri", "code_verifier"]
        {
            for text in &texts {
                let grant = if field == "refresh_token" { "refresh_token" } else { "authorization_code" };
                let mut ask =
                    Ask::form(target, &[("grant_type", grant)]).basic("shop", crate::app::CLIENT_SECRET);
                ask.body.extend_from_slice(format!("&{field}={text}").as_bytes());
                let answer = app.ask(&ask);
                assert!(answer.status < 500, "{target} {field} {text}: {}", answer.status);
                let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let short: String = text.chars().take(40).collect();
                all.push(format!("{target} {field} {short}: {} {}", answer.status, body["error"]));
            }
        }
    }
    for text in texts.iter().filter(|text| text.len() < 100) {
        for target in [
            "/oauth2/auth?client_id=",
            "/login?flow=",
            "/recovery?return_to=",
            "/verification?link=",
            "/dev/inbox.json?to=",
            "/logout?client_id=",
            "/oauth2/sessions/logout?id_token_hint=",
            "/static/",
            "/oauth2/auth/",
        ] {
            let status = app.ask(&Ask::get(&format!("{target}{text}"))).status;
            assert!(status < 500, "{target}{text}: {status}");
            all.push(format!("{target}{text}: {status}"));
        }
        for target in [
            "/admin/identities?credentials_identifier=",
            "/admin/identities/",
            "/admin/courier/messages?recipient=",
            "/admin/clients/",
            "/admin/sessions/",
            "/admin/identities?page_token=",
        ] {
            let status = app.ask_admin(&Ask::get(&format!("{target}{text}"))).status;
            assert!(status < 500, "{target}{text}: {status}");
            all.push(format!("{target}{text}: {status}"));
        }
    }
    all
}

#[test]
fn sec_u07_both_databases_make_the_same_of_every_text() {
    let open = |engine| Setup::on(engine).set("admin.require_key", "false").start();
    let (embedded, server) = (outcomes(&open(Engine::Sqlite)), outcomes(&open(Engine::Postgres)));
    for (one, other) in embedded.iter().zip(&server) {
        assert_eq!(one, other);
    }
    assert_eq!(embedded.len(), server.len());
}

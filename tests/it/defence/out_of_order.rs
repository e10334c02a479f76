//! Steps that are left out: every action on every state of a flow, with all tokens right, by somebody who never saw the
//! mailbox (group V).

use wayhome::crypto::{MacPurpose, PlainToken, TokenKind, base64url};

use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::http::Ask;
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    sec_v01_no_action_on_any_state_opens_an_account_without_its_code,
    sec_v06_the_code_of_another_flow_or_purpose_opens_nothing,
    sec_v07_two_addresses_in_one_request_reach_nobody,
    sec_v11_the_token_of_a_link_is_nowhere_but_in_the_mail,
];

/// Every address that takes a form of a flow.
const ACTIONS: [&str; 12] = [
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
    "/recovery/link",
    "/recovery/password",
];

const ANN: &str = "ann@example.org";

/// A state of a flow, and how somebody without the mail gets there.
type State = (&'static str, for<'a> fn(&'a TestApp) -> (Browser<'a>, String));

const STATES: [State; 8] = [
    ("an address is asked for", |app| opened(app, "/recovery", &[])),
    ("a code is waited for", |app| opened(app, "/recovery", &[("email", ANN)])),
    ("a code is waited for that nobody has", |app| opened(app, "/recovery", &[("email", "no@example.org")])),
    ("a code was missed", |app| {
        let (mut browser, flow) = opened(app, "/recovery", &[("email", ANN)]);
        browser.submit([("code", "00000000")]);
        (browser, flow)
    }),
    ("a recovery is too old", |app| {
        let (browser, flow) = opened(app, "/recovery", &[("email", ANN)]);
        app.advance(25 * 3600);
        (browser, flow)
    }),
    ("a sign-in is begun", |app| opened(app, "/login", &[])),
    ("a registration is begun", |app| opened(app, "/registration", &[])),
    ("a registration with her address waits for its code", |app| {
        opened(app, "/registration", &[("traits.email", ANN), ("password", OTHER_PASSWORD)])
    }),
];

fn opened<'a>(app: &'a TestApp, page: &str, values: &[(&str, &str)]) -> (Browser<'a>, String) {
    let mut browser = app.browser();
    browser.open(page);
    if !values.is_empty() {
        let page = browser.page().clone();
        browser.submit_on(&page, values);
    }
    let flow = browser.page().query("flow").expect("a flow");
    (browser, flow)
}

/// The token that the form of this flow and address has in this browser.
fn token(app: &TestApp, browser: &Browser<'_>, flow: &str, action: &str) -> String {
    let cookie = browser.cookie("wayhome_browser").expect("a browser");
    let browser = PlainToken::parse(TokenKind::Browser, &cookie).expect("a token").digest();
    let parts = [browser.as_bytes(), flow.as_bytes(), action.as_bytes()];
    base64url(&app.work().env().secrets.mac(MacPurpose::Csrf, &parts))
}

/// All fields of all forms at once, and no code that was mailed.
fn act(app: &TestApp, browser: &mut Browser<'_>, flow: &str, action: &str, code: &str) {
    let csrf = token(app, browser, flow, action);
    let fields = [
        ("csrf_token", csrf.as_str()),
        ("identifier", ANN),
        ("email", ANN),
        ("traits.email", ANN),
        ("password", OTHER_PASSWORD),
        ("code", code),
        ("choice", "switch"),
        ("identity", ANN),
        ("stage", "password"),
        ("step", "3"),
    ];
    let answer = browser.send(Ask::form(&format!("{action}?flow={flow}"), &fields), From::OurPage);
    assert!(matches!(answer.status, 303 | 429), "{action}: {}\n{}", answer.status, answer.text());
}

#[track_caller]
fn nothing_was_opened(app: &TestApp, before: &[String], what: &str) {
    let now = app.snapshot();
    for (table, before) in ["identities", "addresses", "credentials", "sessions", "grants"].iter().zip(before)
    {
        assert_eq!(format!("{:?}", now.rows(table)), *before, "{what}: {table} changed");
    }
}

fn sec_v01_no_action_on_any_state_opens_an_account_without_its_code(setup: Setup) {
    let app = setup.start();
    let _ann = app.identity(ANN).with_password(PASSWORD);
    let start = app.snapshot();
    let before = ["identities", "addresses", "credentials", "sessions", "grants"]
        .map(|table| format!("{:?}", start.rows(table)));
    for (name, reach) in STATES {
        for first in ACTIONS {
            // Counters and quotas of the last round are forgotten.
            app.advance(25 * 3600);
            let (mut browser, flow) = reach(&app);
            act(&app, &mut browser, &flow, first, "");
            for second in ["/recovery/password", "/verification", "/recovery/code", "/login/choice"] {
                act(&app, &mut browser, &flow, second, "");
                act(&app, &mut browser, &flow, second, "00000000");
            }
            let _page = browser.send(Ask::get(&format!("/recovery/password?flow={flow}")), From::Nowhere);
            assert!(!browser.has_session(), "{name}, then {first}: signed in");
            nothing_was_opened(&app, &before, &format!("{name}, then {first}"));
        }
    }
    let mut browser = app.browser();
    browser.open("/login").sign_in_with(ANN, PASSWORD).expect_path("/account");
}

fn sec_v06_the_code_of_another_flow_or_purpose_opens_nothing(setup: Setup) {
    let app = setup.start();
    let _ann = app.identity(ANN).with_password(PASSWORD);
    let bob = app.identity("bob@example.org").with_password(PASSWORD);
    let unproven = app.identity("unproven@example.org").unverified().with_password(PASSWORD);
    let (mut eve, flow) = opened(&app, "/recovery", &[("email", ANN)]);
    let (_his, _) = opened(&app, "/recovery", &[("email", &bob.email)]);
    let of_bob = app.mailbox().code_for(&bob.email);
    let mut other = app.browser();
    other.open("/registration").register("new@example.org", PASSWORD);
    let of_new = app.mailbox().code_for("new@example.org");
    let mut third = app.browser();
    third.open("/login").sign_in(&unproven).open("/verification");
    let of_address = app.mailbox().code_for(&unproven.email);
    for code in [of_bob, of_new, of_address] {
        act(&app, &mut eve, &flow, "/recovery/code", &code);
        eve.open(format!("/recovery?flow={flow}")).expect_path("/recovery").expect_says("code.mismatch");
    }
    // The link of one purpose is none of the other.
    let link = app.mailbox().link_for(&bob.email);
    let (_, token) = link.split_once("link=").expect("a link");
    app.browser().open(format!("/verification?link={token}")).expect_error("link_unknown", 404);
    let link = app.mailbox().link_for("new@example.org");
    let (_, token) = link.split_once("link=").expect("a link");
    app.browser().open(format!("/recovery?link={token}")).expect_error("link_unknown", 404);
}

fn sec_v07_two_addresses_in_one_request_reach_nobody(setup: Setup) {
    let app = setup.start();
    let _ann = app.identity(ANN).with_password(PASSWORD);
    let eve = "eve@evil.test";
    let lists: Vec<Vec<(&str, &str)>> = vec![
        vec![("email", ANN), ("email", eve)],
        vec![("email", eve), ("email", ANN)],
        vec![("email[]", ANN), ("email[]", eve)],
        vec![("email", "[\"ann@example.org\",\"eve@evil.test\"]")],
        vec![("email", "ann@example.org,eve@evil.test")],
        vec![("email", "ann@example.org;eve@evil.test")],
        vec![("email", "ann@example.org eve@evil.test")],
        vec![("email", "ann@example.org\r\nCc: eve@evil.test")],
        vec![("email", "\"ann@example.org, eve\"@evil.test")],
        vec![("email", "ann@example.org@evil.test")],
        vec![("email", "<ann@example.org>")],
        vec![("email", "ann@example.org%00@evil.test")],
    ];
    for fields in &lists {
        let (mut browser, flow) = opened(&app, "/recovery", &[]);
        let csrf = token(&app, &browser, &flow, "/recovery");
        let mut fields = fields.clone();
        fields.push(("csrf_token", &csrf));
        let ask = Ask::form(&format!("/recovery?flow={flow}"), &fields);
        let answer = browser.send(ask, From::OurPage);
        assert_eq!(answer.status, 303, "{fields:?}");
        let (mut browser, flow) = opened(&app, "/registration", &[]);
        let csrf = token(&app, &browser, &flow, "/registration");
        let mut renamed: Vec<(&str, &str)> = fields
            .iter()
            .filter(|(name, _)| *name != "csrf_token")
            .map(|(name, value)| (if *name == "email" { "traits.email" } else { "traits.email[]" }, *value))
            .collect();
        renamed.extend([("csrf_token", csrf.as_str()), ("password", OTHER_PASSWORD)]);
        let ask = Ask::form(&format!("/registration?flow={flow}"), &renamed);
        let answer = browser.send(ask, From::OurPage);
        assert!(matches!(answer.status, 303 | 400), "{renamed:?}: {}", answer.status);
    }
    let mails = app.snapshot().rows("messages").len();
    assert_eq!(mails, 0, "a mail was written");
    let body = serde_json::json!({ "email": [ANN, eve] });
    let (mut browser, flow) = opened(&app, "/recovery", &[]);
    let answer = browser.send(Ask::json("POST", &format!("/recovery?flow={flow}"), &body), From::OurPage);
    assert_eq!(answer.status, 415);
}

fn sec_v11_the_token_of_a_link_is_nowhere_but_in_the_mail(setup: Setup) {
    let app = setup.start();
    let _ann = app.identity(ANN).with_password(PASSWORD);
    let (mut asker, _) = opened(&app, "/recovery", &[("email", ANN)]);
    let link = app.mailbox().link_for(ANN);
    let token = link.split_once("link=").expect("a link").1.to_owned();
    for browser in [&mut asker, &mut app.browser()] {
        let target = link.strip_prefix(&app.issuer).expect("a link to us");
        let first = browser.send(Ask::get(target), From::Nowhere).expect(303);
        assert_eq!(first.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(first.header("cache-control"), Some("no-store"));
        let next = first.header("location").expect("a place").to_owned();
        assert!(!next.contains(&token), "the token stands in the next address");
        let page = browser.send(Ask::get(&next), From::Nowhere).expect(200);
        assert!(!page.text().contains(&token), "the token stands on the page");
        assert!(page.headers.iter().all(|(_, value)| !value.contains(&token)));
    }
}

//! S22: a form that was sent by GET.

use crate::app::{Setup, on_both};
use crate::http::{Ask, encoded};
use crate::people::PASSWORD;

on_both![
    seed_s22_a_form_sent_by_get_leads_to_a_fresh_page_and_nothing_is_changed,
    seed_s22_the_way_back_to_the_client_is_kept,
    seed_s22_addresses_that_only_take_forms_lead_on_without_a_flow,
];

/// Where a form is sent, with what, and where its sender arrives.
type Sent = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// Every form, as a browser sends it whose form says `method="POST "`.
const FORMS: [Sent; 10] = [
    ("/login", &[("identifier", "ada@example.org"), ("password", PASSWORD)], "/login"),
    ("/registration", &[("traits.email", "new@example.org"), ("password", PASSWORD)], "/registration"),
    ("/recovery", &[("email", "ada@example.org"), ("method", "code")], "/recovery"),
    ("/recovery/code", &[("code", "12345678")], "/recovery"),
    ("/recovery/resend", &[], "/recovery"),
    ("/recovery/link", &[], "/recovery"),
    ("/recovery/disown", &[], "/recovery"),
    ("/recovery/password", &[("password", PASSWORD)], "/recovery"),
    ("/verification", &[("code", "12345678")], "/login"),
    ("/verification/resend", &[], "/login"),
];

fn seed_s22_a_form_sent_by_get_leads_to_a_fresh_page_and_nothing_is_changed(setup: Setup) {
    let app = setup.start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    for (path, fields, arrives) in FORMS {
        let fields = [&[("csrf_token", "anything")], fields].concat();
        let target = format!("{path}?{}", encoded(&fields));
        let answer = app.ask(&Ask::get(&target)).expect(303);
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        let location = answer.header("location").unwrap_or_default().to_owned();
        for (_, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            assert!(!location.contains(&encoded(&[("", value)])[1..]), "{path}: {location} repeats {value}");
        }
        let mut browser = app.browser();
        browser.open(&target).expect_path(arrives).expect_says("flow.get_submit");
        assert_eq!(browser.page().status, 200);
        assert!(!browser.has_session());
    }
    assert_eq!(app.mailbox().count("ada@example.org") + app.mailbox().count("new@example.org"), 0);
}

fn seed_s22_the_way_back_to_the_client_is_kept(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    // A GET form replaces the query of its action, and so loses the flow: then the browser is all that is known, and
    // the page says what to do. With the flow in it the whole way back is kept.
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Forgot your password?");
    let flow = browser.page().query("flow").expect("a flow");
    for path in ["/recovery", "/recovery/code", "/recovery/resend", "/recovery/password"] {
        let fields = encoded(&[("flow", &flow), ("csrf_token", "anything"), ("email", "ada@example.org")]);
        browser.open(format!("{path}?{fields}")).expect_path("/recovery").expect_says("flow.get_submit");
        browser.expect_says_with("page.subtitle", &[("client", "Acme Notes")]);
    }
    browser.submit([("email", "ada@example.org")]).enter_code_of(&app, "ada@example.org");
    browser.submit([("password", "seven quiet harbours in fog")]).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn seed_s22_addresses_that_only_take_forms_lead_on_without_a_flow(setup: Setup) {
    let app = setup.start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    for path in ["/consent", "/consent/switch", "/login/choice", "/account/verify", "/recovery/password"] {
        let mut browser = app.browser();
        browser.open(path);
        assert_eq!(browser.page().status, 200, "{path}: {}", browser.page().text);
        browser.open("/login").sign_in_with("ada@example.org", PASSWORD).open(path);
        assert_eq!(browser.page().status, 200, "{path}: {}", browser.page().text);
    }
}

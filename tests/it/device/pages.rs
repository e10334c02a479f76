//! The person's way: from the code to the question, through every detour, and to its end.

use super::{Device, ada, signed_in, start};
use crate::app::{Setup, on_both};
use crate::browser::Browser;
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    page_1_4_8_the_question_says_what_where_from_and_when,
    page_1_4_8_a_device_elsewhere_is_not_connected_by_pressing_enter,
    walk_every_detour_comes_back_to_the_question,
    walk_whoever_signs_out_meanwhile_comes_back_to_the_question,
    what_was_typed_wrongly_is_said_and_the_form_stays,
    a_second_press_changes_nothing_and_shows_the_same_end,
];

fn page_1_4_8_the_question_says_what_where_from_and_when(setup: Setup) {
    let app = start(setup);
    let device = Device::asks(&app, "tv");
    let mut browser = signed_in(&app, &ada(&app));
    browser.open(&device.complete);
    browser.expect_heading_with("device.confirm_title", &[("client", "Acme TV")]);
    browser.expect_says_with("device.check", &[("code", &device.user_code)]);
    browser.expect_says_with("device.requested", &[("minutes", "0"), ("address", "127.0.0.1")]);
    browser.expect_says_with("consent.signed_in_as", &[("who", "ada@example.org")]);
    for scope in ["openid", "profile", "offline_access"] {
        browser.expect_says(&format!("scope.{scope}.title"));
    }
    assert!(!browser.page().says("scope.email.title", &[]), "nobody asked for it");
    let app_name = app.work().env().settings.name.clone();
    browser.expect_says_with("device.warning", &[("app", &app_name)]);
    app.advance(121);
    browser.reload().expect_says_with("device.requested", &[("minutes", "2"), ("address", "127.0.0.1")]);
    let words: Vec<String> = browser
        .page()
        .main_form()
        .expect("a form")
        .buttons
        .iter()
        .map(|button| button.text.clone())
        .collect();
    assert_eq!(words, ["Connect", "Don't connect"]);
    assert!(browser.page().first("#elsewhere").is_none());
}

fn page_1_4_8_a_device_elsewhere_is_not_connected_by_pressing_enter(setup: Setup) {
    let app = start(setup.set("server.trusted_proxies", "127.0.0.0/8"));
    let fields = [("client_id", "tv"), ("scope", "openid")];
    let ask = crate::http::Ask::form("/oauth2/device/auth", &fields).with("X-Forwarded-For", "203.0.113.7");
    let body = app.ask(&ask).expect(200).json();
    let complete = body["verification_uri_complete"].as_str().expect("an address");
    let mut browser = signed_in(&app, &ada(&app));
    browser.open(complete).expect_says("device.elsewhere");
    browser.expect_says_with("device.requested", &[("minutes", "0"), ("address", "203.0.113.7")]);
    // Enter presses the first button.
    browser.submit([]).expect_heading("device.nothing_title");
}

/// Begins at the page of the code, as somebody whom nobody knows yet.
fn brought<'a>(device: &Device<'a>) -> Browser<'a> {
    let mut browser = device.app.browser();
    browser.open("/device").submit([("user_code", &device.user_code)]).expect_path("/login");
    browser
}

fn walk_every_detour_comes_back_to_the_question(setup: Setup) {
    let app = start(setup);
    let who = ada(&app);
    let unproven = app.identity("bob@example.org").unverified().with_password(PASSWORD);
    let device = Device::asks(&app, "tv");
    let asked = |browser: &mut Browser<'_>| {
        browser.expect_path("/device/confirm");
        browser.expect_heading_with("device.confirm_title", &[("client", "Acme TV")]);
    };
    // Signing in, at the second try.
    let mut browser = brought(&device);
    browser.sign_in_with(&who.email, "not it at all, not at all").expect_path("/login").sign_in(&who);
    asked(&mut browser);
    // By the address that the device shows as a picture.
    let mut browser = app.browser();
    browser.open(&device.complete).expect_path("/login").sign_in(&who);
    asked(&mut browser);
    // A new account, whose address is proven on the way.
    let mut browser = brought(&device);
    browser.click("Create an account").register("new@example.org", PASSWORD);
    browser.expect_path("/verification").enter_code_of(&app, "new@example.org");
    asked(&mut browser);
    // An account whose address was never proven.
    let mut browser = brought(&device);
    browser.sign_in(&unproven).expect_path("/verification").enter_code_of(&app, &unproven.email);
    asked(&mut browser);
    // A sign-in that ran out, and one that was left open for a day, answer a code that ran out.
    let mut late = brought(&device);
    // A forgotten password: last, as it ends everything else of this person.
    let mut browser = brought(&device);
    browser.click("Forgot your password?").submit([("email", &who.email)]);
    browser.enter_code_of(&app, &who.email).submit([("password", OTHER_PASSWORD)]);
    asked(&mut browser);
    browser.press("Connect").expect_heading("device.done_title").click("Go to your account");
    browser.expect_path("/account");
    device.is_connected().expect_subject(&who.subject());
    app.advance(31 * 60);
    late.sign_in_with(&who.email, OTHER_PASSWORD).expect_path("/login");
    late.sign_in_with(&who.email, OTHER_PASSWORD).expect_path("/device/confirm");
    late.expect_heading("device.done_title");
}

fn walk_whoever_signs_out_meanwhile_comes_back_to_the_question(setup: Setup) {
    let app = start(setup);
    let who = ada(&app);
    let device = Device::asks(&app, "tv");
    let mut browser = signed_in(&app, &who);
    browser.open(&device.complete);
    let page = browser.page().clone();
    let mut tab = browser.tab();
    tab.open("/logout").press("Sign out");
    browser.press_on(&page, "Connect", &[]).expect_path("/login").sign_in(&who);
    // What was pressed in the session that ended counts for nothing.
    browser.expect_heading_with("device.confirm_title", &[("client", "Acme TV")]);
    device.hears("authorization_pending");
    browser.press("Connect").expect_heading("device.done_title");
    let _tokens = device.is_connected();
}

fn what_was_typed_wrongly_is_said_and_the_form_stays(setup: Setup) {
    let app = start(setup);
    let device = Device::asks(&app, "tv");
    let mut browser = app.browser();
    for (typed, id) in [
        ("", "device.empty"),
        ("   ", "device.empty"),
        ("WDJB-MJH", "device.format"),
        ("WDJB-MJH8", "device.format"),
        ("<script>alert(1)</script>", "device.format"),
        ("BCDF-GHJK", "device.mismatch"),
    ] {
        browser.open("/device").submit([("user_code", typed)]).expect_path("/device").expect_says(id);
        assert_eq!(browser.page().status, 200);
        assert_eq!(browser.page().attribute("#user-code", "value"), None, "codes are not kept");
    }
    browser.open("/device/confirm").expect_path("/device");
    // The code may stand in the address of the first page, too; a form that was sent by GET is none (S22).
    browser.open(format!("/device?user_code={}", device.user_code)).expect_path("/login");
    browser.open("/device?user_code=nonsense").expect_path("/device").expect_says("device.format");
    let by_get = format!("/device?csrf_token=x&user_code={}", device.user_code);
    browser.open(by_get).expect_path("/device").expect_says("flow.get_submit");
    browser.open("/device/confirm?user_code=nonsense").expect_path("/device").expect_says("device.format");
    // What one browser was told is not said in another.
    let said = browser.page().target.clone();
    let mut other = app.browser();
    other.open(&said).expect_path("/device");
    assert!(!other.page().title.starts_with("Error:"));
    // A browser that has lost its cookie gets the form again.
    browser.open("/device");
    let page = browser.page().clone();
    browser.lose_cookies();
    browser.submit_on(&page, &[("user_code", &device.user_code)]).expect_path("/device");
    browser.expect_says("flow.reopened").submit([("user_code", &device.user_code)]).expect_path("/login");
}

fn a_second_press_changes_nothing_and_shows_the_same_end(setup: Setup) {
    let app = start(setup);
    let device = Device::asks(&app, "tv");
    let mut browser = signed_in(&app, &ada(&app));
    browser.open(&device.complete);
    let page = browser.page().clone();
    for _ in 0..2 {
        browser.press_on(&page, "Don't connect", &[]).expect_heading("device.nothing_title");
        browser.press_on(&page, "Connect", &[]).expect_heading("device.nothing_title");
        browser.reload().expect_heading("device.nothing_title");
    }
    device.hears("access_denied");
}

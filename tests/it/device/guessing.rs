//! Whoever has no device, and guesses; whoever has one, and wants somebody else's account (RFC 8628 5.1, 5.4).

use super::{Device, ada, signed_in, start};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    sec_n06_after_five_wrong_codes_nothing_is_compared_for_ten_minutes,
    sec_n06_a_right_code_buys_no_guesses_and_links_are_guesses_too,
    sec_n06_a_browser_and_a_network_are_counted_each,
    sec_n06_only_the_session_that_was_asked_can_answer,
    sec_n06_opening_an_address_answers_nothing,
    sec_s01_a_form_of_another_site_connects_nothing,
];

/// A code that no device shows.
const WRONG: &str = "BCDF-GHJK";

#[track_caller]
fn tries(browser: &mut Browser<'_>, code: &str) -> u16 {
    browser.open("/device").submit([("user_code", code)]);
    browser.page().status
}

fn sec_n06_after_five_wrong_codes_nothing_is_compared_for_ten_minutes(setup: Setup) {
    let app = start(setup);
    let device = Device::asks(&app, "tv");
    let mut browser = app.browser();
    for n in 1..=5 {
        assert_eq!(tries(&mut browser, WRONG), 200, "{n}");
        browser.expect_says("device.mismatch");
    }
    assert_eq!(tries(&mut browser, WRONG), 429);
    browser.expect_says_with("device.slow_down", &[("minutes", "10")]);
    // The right one is not compared either, however it comes.
    assert_eq!(tries(&mut browser, &device.user_code), 429);
    browser.open(&device.complete);
    assert_eq!((browser.page().status, browser.page().path()), (429, "/device/confirm"));
    let answer = app.ask(&Ask::get(&device.complete[app.issuer.len()..]));
    assert_eq!(
        (answer.status, answer.header("retry-after").is_some()),
        (429, true),
        "the network is blocked"
    );
    app.advance(590);
    assert_eq!(tries(&mut browser, WRONG), 429);
    app.advance(11);
    let fresh = Device::asks(&app, "tv");
    assert_eq!(tries(&mut browser, &fresh.user_code), 200);
    browser.expect_path("/login");
}

fn sec_n06_a_right_code_buys_no_guesses_and_links_are_guesses_too(setup: Setup) {
    let app = start(setup);
    let device = Device::asks(&app, "tv");
    let mut browser = signed_in(&app, &ada(&app));
    for _ in 0..2 {
        let _page = tries(&mut browser, WRONG);
        let _mine = tries(&mut browser, &device.user_code);
        browser.expect_path("/device/confirm");
    }
    for _ in 0..3 {
        browser.open(format!("/device/confirm?user_code={WRONG}"));
        browser.expect_path("/device").expect_says("device.mismatch");
    }
    browser.open(format!("/device/confirm?user_code={WRONG}"));
    assert_eq!(browser.page().status, 429);
    // What cannot be a code is a slip, and no guess.
    let mut other = start_at(&app, "198.51.100.9");
    for typed in ["", "WDJB", "WDJB-MJHT-X", "12345678", &"B".repeat(10_000)] {
        let answer = other(typed);
        assert_eq!(answer, 200, "{typed}");
    }
}

/// A browser of another network types codes.
fn start_at<'a>(app: &'a TestApp, peer: &'a str) -> impl FnMut(&str) -> u16 + 'a {
    let mut browser = app.browser();
    move |typed| {
        browser.open("/device");
        let page = browser.page().clone();
        let ask = browser.prepared(&page, &[("user_code", typed)]).with("X-Forwarded-For", peer);
        match browser.send_prepared(&ask) {
            answer if answer.status == 303 => 200,
            answer => answer.status,
        }
    }
}

fn sec_n06_a_browser_and_a_network_are_counted_each(setup: Setup) {
    let app = start(setup.set("server.trusted_proxies", "127.0.0.0/8"));
    // One browser that changes its network.
    let mut browser = app.browser();
    browser.open("/device");
    let page = browser.page().clone();
    let from = |browser: &mut Browser<'_>, peer: &str| {
        let ask = browser.prepared(&page, &[("user_code", WRONG)]).with("X-Forwarded-For", peer);
        browser.send_prepared(&ask).status
    };
    for n in 1..=5 {
        assert_eq!(from(&mut browser, &format!("198.51.100.{n}")), 303, "{n}");
    }
    assert_eq!(from(&mut browser, "198.51.100.6"), 429);
    // One network with many browsers; an IPv6 network is a /64.
    for n in 1..=5 {
        let peer = format!("2001:db8:7:7::{n}");
        assert_eq!(start_at(&app, &peer)(WRONG), 200, "{n}");
    }
    assert_eq!(start_at(&app, "2001:db8:7:7:9::1")(WRONG), 429);
    assert_eq!(start_at(&app, "2001:db8:7:8::1")(WRONG), 200);
}

fn sec_n06_only_the_session_that_was_asked_can_answer(setup: Setup) {
    let app = start(setup);
    let (ada, eve) = (ada(&app), app.identity("eve@example.org").with_password(PASSWORD));
    let device = Device::asks(&app, "tv");
    let (mut hers, mut eves) = (signed_in(&app, &ada), signed_in(&app, &eve));
    hers.open(&device.complete);
    eves.open(&device.complete);
    let (her_page, eves_page) = (hers.page().clone(), eves.page().clone());
    let before = app.snapshot().without(&["throttles", "events"]);
    // Her form in another browser, another form in hers, and her form without its proof.
    let answer = eves.prepared(&her_page, &[]);
    assert_eq!(eves.send_prepared(&answer).status, 403);
    let answer = hers.prepared(&eves_page, &[]);
    assert_eq!(hers.send_prepared(&answer).status, 403);
    let target = device.complete[app.issuer.len()..].to_owned();
    let forged = Ask::form(&target, &[("answer", "connect"), ("csrf_token", "anything")]);
    assert_eq!(hers.send(forged, From::OurPage).status, 403);
    // A form for one code does not answer another.
    let other = Device::asks(&app, "tv");
    let mut moved = hers.prepared(&her_page, &[]);
    moved.target = other.complete[app.issuer.len()..].to_owned();
    assert_eq!(hers.send_prepared(&moved).status, 403);
    let mut after = app.snapshot().without(&["throttles", "events"]);
    after.forget("device_codes", |row| !before.rows("device_codes").contains(row));
    before.expect_same(&after, "a foreign answer");
    hers.press_on(&her_page, "Connect", &[]).expect_heading("device.done_title");
    device.is_connected().expect_subject(&ada.subject());
    // Once is enough: who comes later reads that it is over, and whoever answered what they answered.
    eves.open(&device.complete).expect_heading("device.over_title");
    hers.press_on(&her_page, "Don't connect", &[]).expect_heading("device.done_title");
}

fn sec_n06_opening_an_address_answers_nothing(setup: Setup) {
    let app = start(setup);
    let who = ada(&app);
    for client in ["tv", "kiosk"] {
        let device = Device::asks(&app, client);
        let mut browser = signed_in(&app, &who);
        // The kiosk's people are not asked elsewhere; here they are (RFC 8628 5.4).
        browser.open_from(From::OtherSite, &device.complete).expect_path("/device/confirm");
        let page = browser.page().clone();
        assert!(page.text.contains(&device.user_code), "{}", page.text);
        assert!(page.button("Connect").is_some() && page.button("Don't connect").is_some());
        let token =
            page.main_form().and_then(|form| form.field("csrf_token")).expect("a proof").value.clone();
        let before = app.snapshot().without(&["throttles"]);
        let target = &device.complete[app.issuer.len()..];
        let opened = format!("{target}&answer=connect&csrf_token={token}");
        browser.open(&opened).expect_error("method_not_allowed", 405);
        browser.open(target).expect_path("/device/confirm");
        before.expect_same(&app.snapshot().without(&["throttles"]), "a GET");
        device.hears("authorization_pending");
    }
}

fn sec_s01_a_form_of_another_site_connects_nothing(setup: Setup) {
    let app = start(setup);
    let device = Device::asks(&app, "tv");
    let mut browser = signed_in(&app, &ada(&app));
    browser.open(&device.complete);
    let target = device.complete[app.issuer.len()..].to_owned();
    for (target, fields) in
        [(target.as_str(), [("answer", "connect")]), ("/device", [("user_code", device.user_code.as_str())])]
    {
        let answer = browser.send(Ask::form(target, &fields), From::OtherSite);
        assert_eq!((answer.status, answer.header("set-cookie")), (403, None), "{target}");
    }
    device.hears("authorization_pending");
}

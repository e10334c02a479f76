//! J11 once more: two clicks that arrive in the same instant.

use std::sync::Barrier;
use std::thread;

use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::{self, Answer};
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};

on_both![
    journey_j11_two_clicks_at_once_sign_in_once,
    journey_j11_two_clicks_at_once_allow_once,
    journey_j11_two_clicks_at_once_make_one_account,
    journey_j11_two_clicks_at_once_prove_an_address_once,
    journey_j11_two_clicks_at_once_set_one_password,
];

/// How many clicks.
const CLICKS: usize = 4;

/// Sends the main form of the present page several times at once. Every click is answered by 303.
fn clicks(app: &TestApp, browser: &Browser<'_>, filled: &[(&str, &str)]) -> Vec<Answer> {
    let ask = browser.prepared(browser.page(), filled);
    let (public, host, barrier) = (app.public, app.host().to_owned(), Barrier::new(CLICKS));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CLICKS)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    http::send(public, &host, &ask).expect(303)
                })
            })
            .collect();
        threads.into_iter().map(|click| click.join().expect("an answer")).collect()
    })
}

/// Follows one of the answers as the browser does that sees only the last of them.
fn follow(browser: &mut Browser<'_>, answers: &[Answer]) {
    let cookie = answers.iter().find_map(|answer| answer.header("set-cookie"));
    if let Some((name, value)) =
        cookie.and_then(|line| line.split(';').next()).and_then(|pair| pair.split_once('='))
    {
        browser.set_cookie(name, value);
    }
    let last = answers.last().and_then(|answer| answer.header("location")).expect("a location");
    browser.follow(last);
}

fn sessions(app: &TestApp, who: &Person) -> usize {
    let id = who.id;
    app.write(move |cx| wayhome::identity::sessions::list(cx, id)).len()
}

fn journey_j11_two_clicks_at_once_sign_in_once(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    let answers = clicks(&app, &browser, &[("identifier", "ada@example.org"), ("password", PASSWORD)]);
    assert_eq!(sessions(&app, &ada), 1);
    follow(&mut browser, &answers);
    browser.expect_path("/consent").press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j11_two_clicks_at_once_allow_once(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).expect_path("/consent");
    let answers = clicks(&app, &browser, &[]);
    let codes: Vec<String> =
        answers.iter().map(|answer| spa.code(answer.header("location").unwrap_or_default())).collect();
    assert!(codes.iter().all(|code| *code == codes[0]), "one answer to one request: {codes:?}");
    spa.redeem(answers[0].header("location").unwrap_or_default()).expect_subject(&ada.subject());
}

fn journey_j11_two_clicks_at_once_make_one_account(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Create an account");
    let filled = [("traits.email", "ada@example.org"), ("traits.name", "Ada"), ("password", PASSWORD)];
    let answers = clicks(&app, &browser, &filled);
    follow(&mut browser, &answers);
    browser.expect_path("/verification");
    // The mail that came last is the one that counts; whichever tab is looked at leads on.
    let code = app.mailbox().code_for("ada@example.org");
    browser.submit([("code", &code)]);
    if browser.try_page().is_some_and(|page| page.path() == "/verification") {
        app.advance(16 * 60);
        browser.reload().press("Send a new code").enter_code_of(&app, "ada@example.org");
    }
    browser.press("Allow");
    spa.redeem(browser.location());
}

fn journey_j11_two_clicks_at_once_prove_an_address_once(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Create an account").register("ada@example.org", PASSWORD);
    let code = app.mailbox().code_for("ada@example.org");
    let answers = clicks(&app, &browser, &[("code", &code)]);
    follow(&mut browser, &answers);
    browser.expect_path("/consent").press("Allow");
    spa.redeem(browser.location());
    let people = app.write(|cx| wayhome::identity::administration::list(cx, None, 10));
    assert_eq!(people.len(), 1);
}

fn journey_j11_two_clicks_at_once_set_one_password(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser
        .open(spa.authorization_url())
        .click("Forgot your password?")
        .submit([("email", "ada@example.org")]);
    browser.enter_code_of(&app, "ada@example.org").expect_path("/recovery/password");
    let answers = clicks(&app, &browser, &[("password", OTHER_PASSWORD)]);
    follow(&mut browser, &answers);
    browser.expect_path("/consent").press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
    assert_eq!(sessions(&app, &ada), 1);
    assert_eq!(
        app.mailbox().kinds("ada@example.org").iter().filter(|kind| *kind == "recovery_completed").count(),
        1
    );
}

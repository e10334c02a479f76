//! How often a client may fail from one address.

use super::ann;
use crate::app::{CLIENT_SECRET, Setup, TestApp, on_both};
use crate::http::{Answer, Ask};

on_both![
    sec_k10_a_client_that_fails_too_often_from_an_address_waits_there_and_others_do_not,
    sec_e06_clients_that_do_not_exist_wait_like_those_that_do,
    what_succeeds_counts_for_nothing,
];

fn with_secret(app: &TestApp, client: &str, secret: &str) -> Answer {
    let ask = Ask::form("/oauth2/token", &[("grant_type", "client_credentials")]);
    app.ask(&ask.basic(client, secret))
}

#[track_caller]
fn told_to_wait(answer: &Answer) {
    let error = answer.json();
    let heard = (answer.status, error["error"].as_str(), error["error_id"].as_str());
    let wanted = (429, Some("temporarily_unavailable"), Some("too_many_requests"));
    assert_eq!(heard, wanted, "{}", answer.text());
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
}

fn sec_k10_a_client_that_fails_too_often_from_an_address_waits_there_and_others_do_not(setup: Setup) {
    let app = setup.set("limits.token_failures_per_minute", "3").start();
    for _ in 0..3 {
        assert_eq!(with_secret(&app, "shop", "wrong").expect(401).json()["error"], "invalid_client");
    }
    // Now nothing of it is looked at, not even what is right, wherever clients show who they are.
    told_to_wait(&with_secret(&app, "shop", "wrong"));
    told_to_wait(&with_secret(&app, "shop", CLIENT_SECRET));
    for path in ["/oauth2/revoke", "/oauth2/introspect", "/oauth2/par"] {
        told_to_wait(&app.ask(&Ask::form(path, &[("token", "x")]).basic("shop", CLIENT_SECRET)));
    }
    // Another client of the same address goes on, with its own failures.
    let ann = ann(&app);
    let spa = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ann);
    let tokens = spa.redeem(browser.location());
    for _ in 0..3 {
        assert_eq!(spa.refresh_answer("wh_rt_nonsense").expect(400).json()["error"], "invalid_grant");
    }
    told_to_wait(&spa.refresh_answer("wh_rt_nonsense"));
    told_to_wait(&spa.refresh_answer(tokens.refresh()));
    // A third of a minute later each may fail once more, or succeed.
    app.advance(20);
    spa.refresh_answer(tokens.refresh()).expect(200);
    assert_eq!(with_secret(&app, "shop", "wrong").status, 401);
    told_to_wait(&with_secret(&app, "shop", "wrong"));
}

fn sec_e06_clients_that_do_not_exist_wait_like_those_that_do(setup: Setup) {
    let app = setup.set("limits.token_failures_per_minute", "3").start();
    for n in 0..3 {
        assert_eq!(with_secret(&app, &format!("nobody-{n}"), "wrong").status, 401);
    }
    told_to_wait(&with_secret(&app, "nobody-3", "wrong"));
    told_to_wait(&app.ask(&Ask::form("/oauth2/token", &[("client_id", "nobody-4")])));
    assert_eq!(with_secret(&app, "shop", "wrong").status, 401);
}

fn what_succeeds_counts_for_nothing(setup: Setup) {
    let app = setup.set("limits.token_failures_per_minute", "1").start();
    let ann = ann(&app);
    let spa = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ann);
    let mut token = spa.redeem(browser.location()).refresh().to_owned();
    for _ in 0..5 {
        app.advance(20);
        let answer = spa.refresh_answer(&token).expect(200).json();
        token = answer["refresh_token"].as_str().expect("a successor").to_owned();
    }
    // Nor does what is wrong in another way than a guess.
    for _ in 0..5 {
        let ask = Ask::form("/oauth2/token", &[("client_id", "house"), ("grant_type", "nonsense")]);
        assert_eq!(app.ask(&ask).status, 400);
    }
    app.advance(20);
    spa.refresh_answer(&token).expect(200);
}

//! S38: every lifetime that `wayhome explain lifetimes` prints holds one second before its end, and no more one second
//! after it.

use std::time::Duration;

use serde_json::Value;
use wayhome::model::Instant;

use crate::app::{Setup, TestApp, on_both};
use crate::http::Ask;
use crate::people::{PASSWORD, Person};
use crate::relying_party::Tokens;

on_both![
    seed_s38_a_code_lives_for_a_minute,
    seed_s38_an_access_token_lives_for_ten_minutes,
    seed_s38_an_unused_refresh_token_lives_for_eight_hours,
    seed_s38_refresh_tokens_end_a_day_after_the_first,
    seed_s38_a_used_refresh_token_gets_the_same_answer_for_ten_seconds,
    seed_s38_an_unused_session_lives_for_two_hours,
    seed_s38_a_session_ends_after_a_day,
    seed_s38_a_recent_sign_in_is_ten_minutes_old,
    seed_s38_a_page_before_its_first_form_lives_for_half_an_hour,
    seed_s38_a_page_after_a_form_lives_for_a_day,
    seed_s38_a_mailed_code_lives_for_ten_minutes,
    seed_s38_a_remembered_consent_does_not_end,
    seed_s38_what_is_set_for_a_client_holds_for_it,
];

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Both sides of an edge: whether the thing must still live, and the second.
fn edges(seconds: u64) -> [(bool, u64); 2] {
    [(true, seconds - 1), (false, seconds + 1)]
}

/// Lets time pass until so many seconds after that instant.
fn pass(app: &TestApp, from: Instant, seconds: u64) {
    let until = from + Duration::from_secs(seconds);
    assert!(until > app.now(), "time does not go back");
    app.clock.advance(until.since(app.now()));
}

fn ada(app: &TestApp) -> Person {
    app.identity("ada@example.org").with_password(PASSWORD)
}

fn is_active(app: &TestApp, token: &str) -> bool {
    let asked = app.ask_admin(&Ask::form("/admin/oauth2/introspect", &[("token", token)]));
    let answer: Value = asked.expect(200).json();
    answer["active"].as_bool().expect("active")
}

fn seed_s38_a_code_lives_for_a_minute(setup: Setup) {
    let app = setup.start();
    let (ada, house) = (ada(&app), app.relying_party("house"));
    for (lives, second) in edges(MINUTE) {
        let mut browser = app.browser();
        browser.open(house.authorization_url());
        let now = app.now();
        let location = browser.sign_in(&ada).location().to_owned();
        pass(&app, now, second);
        let answer = house.redeem_answer(&location);
        assert_eq!(answer.status, if lives { 200 } else { 400 }, "{second}: {}", answer.text());
    }
}

/// Its time in seconds ends with a whole second, so the last one before the edge may be shorter.
fn seed_s38_an_access_token_lives_for_ten_minutes(setup: Setup) {
    let app = setup.start();
    let (ada, house) = (ada(&app), app.relying_party("house"));
    let (now, tokens) = tokens(&app, &ada);
    for (lives, second) in edges(10 * MINUTE) {
        pass(&app, now, second);
        assert_eq!(is_active(&app, &tokens.access), lives, "{second}");
        assert_eq!(house.is_alive(&tokens.access), lives, "{second}");
    }
}

fn tokens(app: &TestApp, ada: &Person) -> (Instant, Tokens) {
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(ada);
    let now = app.now();
    (now, house.redeem(browser.location()))
}

fn seed_s38_an_unused_refresh_token_lives_for_eight_hours(setup: Setup) {
    let app = setup.start();
    let (ada, house) = (ada(&app), app.relying_party("house"));
    for (lives, second) in edges(8 * HOUR) {
        let (now, tokens) = tokens(&app, &ada);
        pass(&app, now, second);
        assert_eq!(is_active(&app, tokens.refresh()), lives, "{second}");
        let answer = house.refresh_answer(tokens.refresh());
        assert_eq!(answer.status, if lives { 200 } else { 400 }, "{second}: {}", answer.text());
    }
}

fn seed_s38_refresh_tokens_end_a_day_after_the_first(setup: Setup) {
    let app = setup.start();
    let (ada, house) = (ada(&app), app.relying_party("house"));
    for (lives, second) in edges(DAY) {
        let (now, mut tokens) = tokens(&app, &ada);
        // Every seven hours, which is often enough.
        for hours in [7, 14, 21] {
            pass(&app, now, hours * HOUR);
            tokens = house.refresh(&tokens);
        }
        pass(&app, now, second);
        let answer = house.refresh_answer(tokens.refresh());
        assert_eq!(answer.status, if lives { 200 } else { 400 }, "{second}: {}", answer.text());
    }
}

fn seed_s38_a_used_refresh_token_gets_the_same_answer_for_ten_seconds(setup: Setup) {
    let app = setup.start();
    let (ada, house) = (ada(&app), app.relying_party("house"));
    for (lives, second) in edges(10) {
        let (_, tokens) = tokens(&app, &ada);
        let now = app.now();
        let next = house.refresh(&tokens);
        pass(&app, now, second);
        let answer = house.refresh_answer(tokens.refresh());
        assert_eq!(answer.status, if lives { 200 } else { 400 }, "{second}: {}", answer.text());
        assert_eq!(lives, house.refresh_answer(next.refresh()).status == 200, "else the family has ended");
    }
}

fn seed_s38_an_unused_session_lives_for_two_hours(setup: Setup) {
    let app = setup.start();
    let ada = ada(&app);
    for (lives, second) in edges(2 * HOUR) {
        let mut browser = app.browser();
        browser.open("/login");
        let now = app.now();
        browser.sign_in(&ada).expect_path("/account");
        // The last page that is opened counts.
        let now = now.max(app.now() - Duration::from_millis(1));
        pass(&app, now, second);
        browser.open("/account").expect_path(if lives { "/account" } else { "/login" });
    }
}

fn seed_s38_a_session_ends_after_a_day(setup: Setup) {
    let app = setup.start();
    let ada = ada(&app);
    for (lives, second) in edges(DAY) {
        let mut browser = app.browser();
        browser.open("/login");
        let now = app.now();
        browser.sign_in(&ada).expect_path("/account");
        for hour in 1..24 {
            pass(&app, now, hour * HOUR);
            browser.open("/account").expect_path("/account");
        }
        pass(&app, now, second);
        browser.open("/account").expect_path(if lives { "/account" } else { "/login" });
    }
}

/// The page of the password asks for the current one, or need not.
fn seed_s38_a_recent_sign_in_is_ten_minutes_old(setup: Setup) {
    let app = setup.start();
    let ada = ada(&app);
    for (lives, second) in edges(10 * MINUTE) {
        let mut browser = app.browser();
        browser.open("/login");
        let now = app.now();
        browser.sign_in(&ada);
        pass(&app, now, second);
        browser.open("/account/password").expect_path("/account/password");
        let form = browser.page().main_form().expect("a form");
        assert_eq!(form.field("current_password").is_none(), lives, "{second}");
    }
}

fn seed_s38_a_page_before_its_first_form_lives_for_half_an_hour(setup: Setup) {
    let app = setup.start();
    let (ada, spa) = (ada(&app), app.relying_party("spa"));
    for (lives, second) in edges(30 * MINUTE) {
        let mut browser = app.browser();
        let now = app.now();
        browser.open(spa.authorization_url());
        pass(&app, now, second);
        browser.sign_in(&ada);
        let path = browser.try_page().map_or("", |page| page.path());
        assert_eq!(path == "/login", !lives, "{second}: {path}");
    }
}

fn seed_s38_a_page_after_a_form_lives_for_a_day(setup: Setup) {
    let app = setup.start();
    let ada = ada(&app);
    for (lives, second) in edges(DAY) {
        let mut browser = app.browser();
        browser.open("/login");
        let now = app.now();
        browser.sign_in_with(&ada.email, "not this one, surely").expect_says("login.mismatch");
        pass(&app, now, second);
        browser.sign_in(&ada).expect_path(if lives { "/account" } else { "/login" });
    }
}

fn seed_s38_a_mailed_code_lives_for_ten_minutes(setup: Setup) {
    let app = setup.start();
    let ada = ada(&app);
    for (lives, second) in edges(10 * MINUTE) {
        let mut browser = app.browser();
        browser.open("/recovery");
        let now = app.now();
        browser.submit([("email", &ada.email)]);
        let code = app.mailbox().code_for(&ada.email);
        pass(&app, now, second);
        browser.submit([("code", &code)]);
        browser.expect_path(if lives { "/recovery/password" } else { "/recovery" });
    }
}

fn seed_s38_a_remembered_consent_does_not_end(setup: Setup) {
    let app = setup.start();
    let (ada, spa) = (ada(&app), app.relying_party("spa"));
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).expect_path("/consent");
    browser.press("Allow");
    app.advance(365 * DAY);
    let mut later = app.browser();
    later.open(spa.authorization_url()).sign_in(&ada);
    spa.redeem(later.location()).expect_subject(&ada.subject());
}

fn seed_s38_what_is_set_for_a_client_holds_for_it(setup: Setup) {
    let client = "[[client]]\nid = \"brief\"\nname = \"Brief\"\ntype = \"spa\"\nskip_consent = true\n\
                  redirect_uris = [\"http://localhost:5179/callback\"]\nscopes = [\"openid\", \"profile\", \"email\", \"offline_access\"]\n\
                  access_token_lifetime = \"2m\"\nrefresh_token_idle = \"5m\"\nrefresh_token_absolute = \"8m\"\n";
    let app = setup.clients(client).set("session.idle", "3m").set("session.absolute", "6m").start();
    let (ada, brief) = (ada(&app), app.relying_party("brief"));
    for (lives, second) in edges(2 * MINUTE) {
        let mut browser = app.browser();
        browser.open(brief.authorization_url()).sign_in(&ada);
        let now = app.now();
        let tokens = brief.redeem(browser.location());
        pass(&app, now, second);
        assert_eq!(is_active(&app, &tokens.access), lives, "{second}");
    }
    for (lives, idle, second) in [(true, 299, 479), (false, 299, 481), (false, 301, 302)] {
        let mut browser = app.browser();
        browser.open(brief.authorization_url()).sign_in(&ada);
        let now = app.now();
        let tokens = brief.redeem(browser.location());
        pass(&app, now, idle);
        let next = brief.refresh_answer(tokens.refresh());
        assert_eq!(next.status == 200, idle < 300);
        let token = next.json()["refresh_token"].as_str().unwrap_or_default().to_owned();
        pass(&app, now, second);
        assert_eq!(brief.refresh_answer(&token).status == 200, lives, "{second}");
    }
    for (lives, second) in edges(3 * MINUTE) {
        let mut browser = app.browser();
        browser.open("/login").sign_in(&ada).expect_path("/account");
        pass(&app, app.now(), second);
        browser.open("/account").expect_path(if lives { "/account" } else { "/login" });
    }
}

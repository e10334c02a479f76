//! Limits on guessing over HTTP: what a guesser and what their victim is answered, over every instance.

use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::{Answer, Ask};
use crate::people::PASSWORD;

on_both![
    sec_b03_sec_b04_a_network_that_guesses_waits_at_every_instance,
    sec_b04_a_network_that_asks_for_many_codes_waits_whoever_they_are_for,
    sec_b05_the_own_browser_signs_in_while_strangers_wait_at_every_instance,
];

/// Behind a proxy that tells the address.
fn behind_a_proxy(setup: Setup) -> TestApp {
    let setup = setup.set("limits.sign_ins_per_minute", "10").set("limits.recoveries_per_hour", "30");
    setup.set("server.trusted_proxies", "127.0.0.0/8").start()
}

fn from(app: &TestApp, network: &str, ask: &Ask) -> Answer {
    app.ask(&ask.clone().with("X-Forwarded-For", network))
}

fn guess(app: &TestApp, network: &str, address: &str, password: &str) -> Answer {
    let mut browser = app.browser();
    browser.open("/login");
    let values = [("identifier", address), ("password", password)];
    from(app, network, &browser.prepared(browser.page(), &values))
}

fn sec_b03_sec_b04_a_network_that_guesses_waits_at_every_instance(setup: Setup) {
    let app = behind_a_proxy(setup);
    app.identity("ann@example.org").with_password(PASSWORD);
    for n in 0..20 {
        let answer = guess(&app, "203.0.113.7", &format!("user{n}@example.org"), "one password for all");
        assert_eq!(answer.status, 303, "{n}");
    }
    for app in [Some(&app), app.twin().as_ref()].into_iter().flatten() {
        for (address, password) in [("user1@example.org", "wrong"), ("ann@example.org", PASSWORD)] {
            let answer = guess(app, "203.0.113.7", address, password).expect(429);
            assert_eq!(answer.header("retry-after"), Some("60"));
            assert!(answer.text().contains("too many tries"), "{}", answer.text());
            // Whatever the guesser says of itself, the proxy's word counts.
            assert_eq!(guess(app, "198.51.100.9, 203.0.113.7", address, password).status, 429);
        }
        assert_eq!(guess(app, "198.51.100.9", "ann@example.org", PASSWORD).status, 303);
    }
}

fn sec_b04_a_network_that_asks_for_many_codes_waits_whoever_they_are_for(setup: Setup) {
    let app = behind_a_proxy(setup);
    app.identity("ann@example.org").with_password(PASSWORD);
    let ask = |network: &str, address: &str| {
        let mut browser = app.browser();
        browser.open("/recovery");
        from(&app, network, &browser.prepared(browser.page(), &[("email", address)]))
    };
    for n in 0..5 {
        assert_eq!(ask("203.0.113.7", &format!("user{n}@example.org")).status, 303);
    }
    for address in ["ann@example.org", "nobody@example.org"] {
        let answer = ask("203.0.113.7", address).expect(429);
        assert_eq!(answer.header("retry-after"), Some("120"));
        assert!(
            answer.text().contains(&format!("value=\"{}\"", address.replace('@', "&#64;")))
                || answer.text().contains(&format!("value=\"{address}\"")),
            "what was typed is kept"
        );
    }
    assert_eq!(app.mailbox().count("ann@example.org"), 0);
    assert_eq!(ask("198.51.100.9", "ann@example.org").status, 303);
    assert_eq!(app.mailbox().count("ann@example.org"), 1);
}

fn sec_b05_the_own_browser_signs_in_while_strangers_wait_at_every_instance(setup: Setup) {
    let app = setup.start();
    app.identity("ann@example.org").with_password(PASSWORD);
    let sign_in = |browser: &mut Browser<'_>| {
        browser.open("/login");
        browser.submit([("identifier", "ann@example.org"), ("password", PASSWORD)]);
    };
    let mut own = app.browser();
    sign_in(&mut own);
    own.open("/logout").press("Sign out");
    let twin = app.twin();
    for n in 0..6 {
        let at = if n % 2 == 0 { &app } else { twin.as_ref().unwrap_or(&app) };
        assert_eq!(guess(at, "203.0.113.7", "ann@example.org", "a wrong guess").status, 303, "{n}");
    }
    for at in [Some(&app), twin.as_ref()].into_iter().flatten() {
        assert_eq!(guess(at, "203.0.113.7", "ann@example.org", PASSWORD).status, 429);
    }
    sign_in(&mut own);
    own.expect_path("/account");
}

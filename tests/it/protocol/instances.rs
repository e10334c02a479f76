//! Many requests at once, on PostgreSQL at two servers: what one of them has spent or ended is so at the other, too.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use wayhome::model::IdentityState;

use super::{ann, arrive, facts};
use crate::app::{Setup, TestApp, on_both};
use crate::http::{Answer, Ask, send};

on_both![
    sec_c09_of_fifty_redemptions_at_two_servers_one_succeeds,
    sec_t02_fifty_refreshes_at_two_servers_have_one_successor,
    sec_t06_what_ended_at_one_server_is_ended_at_the_other,
    sec_t06_an_end_in_the_middle_of_refreshes_leaves_nothing_alive,
];

/// How many ask at the same time.
const ASKERS: usize = 50;

/// How often.
const ROUNDS: usize = 4;

/// Sends the same request many times at once, to each server in turn.
#[track_caller]
pub(super) fn at_once(servers: &[&TestApp], ask: &Ask) -> Vec<Answer> {
    let host = servers[0].host();
    let addresses: Vec<_> = servers.iter().map(|server| server.public).collect();
    let start = Barrier::new(ASKERS);
    thread::scope(|scope| {
        let all: Vec<_> = (0..ASKERS)
            .map(|n| {
                let (start, address) = (&start, addresses[n % addresses.len()]);
                scope.spawn(move || {
                    start.wait();
                    send(address, host, ask)
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().expect("an answer")).collect()
    })
}

fn refreshing(token: &str) -> Ask {
    let fields = [("grant_type", "refresh_token"), ("client_id", "house"), ("refresh_token", token)];
    Ask::form("/oauth2/token", &fields)
}

fn sec_c09_of_fifty_redemptions_at_two_servers_one_succeeds(setup: Setup) {
    let app = setup.start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    for round in 1..=ROUNDS {
        let location = arrive(&mut browser, &rp, &who, &[]);
        let answers = at_once(&[&app, there], &rp.redemption(&location));
        let good: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(good.len(), 1, "one code gave tokens more or less than once");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_grant".into()));
        }
        assert_eq!(facts(&app, &who, "grant.created"), round, "one code made more or less than one grant");
        let access = good[0].json()["access_token"].as_str().map(str::to_owned).expect("an access token");
        assert!(rp.is_alive(&access), "the double request ended what the code gave");
    }
    assert_eq!(facts(&app, &who, "code.replay"), 0);
}

fn sec_t02_fifty_refreshes_at_two_servers_have_one_successor(setup: Setup) {
    let app = setup.start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let mut family = vec![rp.redeem(&arrive(&mut browser, &rp, &who, &[])).refresh().to_owned()];
    for _ in 0..ROUNDS {
        let present = family.last().cloned().expect("a token");
        let answers = at_once(&[&app, there], &refreshing(&present));
        let successors: BTreeSet<String> = answers
            .iter()
            .map(|answer| {
                let body = answer.clone().expect(200).json();
                body["refresh_token"].as_str().map(str::to_owned).expect("a refresh token")
            })
            .collect();
        assert_eq!(successors.len(), 1, "the family has forked");
        family.extend(successors);
    }
    assert_eq!(facts(&app, &who, "refresh.reuse_detected"), 0);
    let newest = family.pop().expect("a token");
    let active = |token: &str| {
        let form = Ask::form("/admin/oauth2/introspect", &[("token", token)]);
        app.ask_admin(&form).expect(200).json()["active"].clone()
    };
    for spent in &family {
        assert_eq!(active(spent), false, "two tokens of a family are good");
    }
    assert_eq!(active(&newest), true);
}

fn sec_t06_what_ended_at_one_server_is_ended_at_the_other(setup: Setup) {
    let app = setup.start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let (who, rp, other) = (ann(&app), app.relying_party("house"), there.relying_party("house"));
    let mut browser = app.browser();
    let first = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    assert!(other.is_alive(&first.access), "what one server gave the other knows");
    let second = other.refresh(&first);
    rp.revoke(second.refresh());
    assert!(!other.is_alive(&second.access));
    assert_eq!(other.refresh_answer(second.refresh()).expect(400).json()["error"], "invalid_grant");
    let location = arrive(&mut browser, &rp, &who, &[]);
    let third = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    let id = who.id;
    there.write(move |cx| wayhome::journey::set_state(cx, id, IdentityState::Inactive));
    assert!(!rp.is_alive(&third.access));
    assert_eq!(rp.refresh_answer(third.refresh()).expect(400).json()["error"], "invalid_grant");
    assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
}

/// Whoever is switched off while their client refreshes: each refresh is before or after that, never half of it.
fn sec_t06_an_end_in_the_middle_of_refreshes_leaves_nothing_alive(setup: Setup) {
    let app = setup.start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let rp = app.relying_party("house");
    for round in 0..ROUNDS {
        let who = app.identity(&format!("ann{round}@example.org")).with_password(crate::people::PASSWORD);
        let mut browser = app.browser();
        let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
        let (id, ask) = (who.id, refreshing(tokens.refresh()));
        let answers = thread::scope(|scope| {
            let off = scope.spawn(|| {
                app.write(move |cx| wayhome::journey::set_state(cx, id, IdentityState::Inactive));
            });
            let answers = at_once(&[there], &ask);
            off.join().expect("the person is switched off");
            answers
        });
        for answer in &answers {
            match answer.status {
                200 => {
                    let body = answer.json();
                    let text = |name: &str| body[name].as_str().map(str::to_owned).expect("a token");
                    assert!(!rp.is_alive(&text("access_token")));
                    assert_eq!(rp.refresh_answer(&text("refresh_token")).status, 400);
                }
                400 => assert_eq!(answer.json()["error"], "invalid_grant"),
                other => panic!("{other}: {}", answer.text()),
            }
        }
    }
}

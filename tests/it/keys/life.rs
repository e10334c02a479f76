//! From the first publication of a key to the last trace of it.

use std::collections::VecDeque;
use std::thread;

use wayhome::model::Instant;

use super::*;
use crate::app::{Setup, on_both};

on_both![
    sec_p06_a_key_is_published_a_day_before_it_signs_and_for_as_long_as_its_tokens_live,
    sec_p06_who_keeps_the_keys_for_five_minutes_verifies_every_token_while_they_rotate,
    sec_p06_of_two_processes_one_takes_each_step,
    a_token_of_a_key_that_another_process_has_just_made_is_known_at_once,
    a_retired_key_is_published_for_the_longest_life_of_a_token_that_it_has_signed,
];

fn sec_p06_a_key_is_published_a_day_before_it_signs_and_for_as_long_as_its_tokens_live(setup: Setup) {
    let app = setup.clients(&machine("mill", "ES256")).start();
    let old = kids(&app, "ES256").remove(0);
    app.advance(89 * DAY - 1 - MINUTE);
    tend(&app);
    assert_eq!(kids(&app, "ES256"), [old.as_str()], "a minute too early");
    app.advance(2 * MINUTE);
    tend(&app);
    let both = kids(&app, "ES256");
    assert_eq!((both.len(), &both[0]), (2, &old), "the next key is published, and the old one signs");
    assert_eq!(kid(&token(&app, "mill")), old);
    let next = both[1].clone();
    app.advance(DAY - MINUTE);
    tend(&app);
    assert_eq!(kid(&token(&app, "mill")), old, "not before its day is over");
    app.advance(2 * MINUTE);
    let last = token(&app, "mill");
    assert_eq!(kid(&last), old);
    tend(&app);
    let first = token(&app, "mill");
    assert_eq!(kid(&first), next);
    assert_eq!(kids(&app, "ES256"), [next.as_str(), &old], "what signs comes first");
    assert!(is_active(&app, &last) && is_active(&app, &first));
    assert!(verifies(&fetched(&app), &app, &last) && verifies(&fetched(&app), &app, &first));
    // Exactly one signs, and nothing private is left of the one before it.
    assert_eq!(stored(&app, "ES256", "active").len(), 1);
    let retired = stored(&app, "ES256", "retired");
    assert_eq!((retired.len(), &retired[0]["private_key"]), (1, &"".into()));
    // It stays while its tokens live, and 5 minutes.
    app.advance(LIFE.as_secs() + 4 * MINUTE);
    tend(&app);
    assert_eq!(kids(&app, "ES256").len(), 2);
    app.advance(2 * MINUTE);
    tend(&app);
    assert_eq!(kids(&app, "ES256"), [next]);
    assert!(!is_active(&app, &last));
    for (kind, times) in [("key.created", 1), ("key.activated", 1), ("key.retired", 1)] {
        assert_eq!(facts(&app, "ES256", kind), times, "{kind}");
    }
}

fn sec_p06_who_keeps_the_keys_for_five_minutes_verifies_every_token_while_they_rotate(setup: Setup) {
    let setup = setup.set("keys.rotation", "1h").set("keys.publish_ahead", "10m");
    let app = setup.clients(&[machine("mill", "ES256"), machine("edgar", "EdDSA")].concat()).start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let first = kids(&app, "ES256");
    let (mut cache, mut cached_at) = (fetched(&app), app.now());
    let mut alive: VecDeque<(Instant, String)> = VecDeque::new();
    for step in 0..150 {
        app.advance(59);
        if app.now().since(cached_at).as_secs() >= 300 {
            (cache, cached_at) = (fetched(if step % 2 == 0 { &app } else { there }), app.now());
        }
        let asked: Vec<(&TestApp, &str)> =
            vec![(&app, "mill"), (there, "mill"), (&app, "edgar"), (there, "edgar")];
        let fresh: Vec<String> = thread::scope(|scope| {
            // The servers tend their keys at their own times, so one of them knows more than the other.
            match step % 4 {
                0 => drop(scope.spawn(|| tend(&app))),
                2 => drop(scope.spawn(|| tend(there))),
                _ => {}
            }
            let asking: Vec<_> = asked
                .into_iter()
                .map(|(server, client)| scope.spawn(move || over_the_wire(server, client)))
                .collect();
            asking.into_iter().map(|one| one.join().expect("a token")).collect()
        });
        alive.extend(fresh.into_iter().map(|token| (app.now() + LIFE, token)));
        alive.retain(|(end, _)| *end > app.now() + Duration::from_secs(1));
        for (_, token) in &alive {
            assert!(verifies(&cache, &app, token), "step {step}: {} is in no cache", kid(token));
        }
        let newest = &alive.back().expect("a token").1;
        assert!(is_active(&app, newest) && is_active(there, newest), "step {step}");
    }
    assert!(facts(&app, "ES256", "key.retired") >= 2 && facts(&app, "EdDSA", "key.retired") >= 2);
    assert_ne!(kids(&app, "ES256"), first);
}

/// A token, asked for without the clock of the test being moved.
fn over_the_wire(server: &TestApp, client: &str) -> String {
    let fields = [("grant_type", "client_credentials")];
    let ask = Ask::form("/oauth2/token", &fields).basic(client, CLIENT_SECRET);
    let answer = crate::http::send(server.public, server.host(), &ask).expect(200);
    answer.json()["access_token"].as_str().map(str::to_owned).expect("an access token")
}

fn sec_p06_of_two_processes_one_takes_each_step(setup: Setup) {
    let app = setup.start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    for round in 1..=4 {
        for (days, active_since) in [(89, round - 1), (1, round)] {
            app.advance(days * DAY);
            thread::scope(|scope| {
                for server in [&app, there, &app, there] {
                    scope.spawn(move || tend(server));
                }
            });
            for algorithm in ["RS256", "ES256"] {
                assert_eq!(stored(&app, algorithm, "active").len(), 1);
                assert_eq!(facts(&app, algorithm, "key.activated"), active_since, "{algorithm}");
                assert_eq!(facts(&app, algorithm, "key.created"), round, "{algorithm}");
            }
        }
    }
    tend(&app);
    tend(there);
    assert_eq!(published(&app), published(there));
}

fn a_token_of_a_key_that_another_process_has_just_made_is_known_at_once(setup: Setup) {
    let app = setup.clients(&machine("mill", "ES256")).start();
    let Some(twin) = app.twin() else { return };
    app.advance(MINUTE);
    let made = Ask::json(
        "POST",
        "/admin/keys/hydra.jwt.access-token",
        &serde_json::json!({"alg": "ES256", "use": "sig"}),
    );
    app.ask_admin(&made).expect(201);
    let fresh = token(&app, "mill");
    assert_eq!(kids(&twin, "ES256").len(), 1, "the twin has not looked yet");
    assert!(is_active(&twin, &fresh));
    assert_eq!(kids(&twin, "ES256").len(), 2);
    // Names that are made up make nobody look more often than every few seconds.
    let read_at = twin.work().env().signing.get().read_at();
    for name in ["a", "b", "c"] {
        let header = serde_json::json!({"alg": "ES256", "typ": "at+jwt", "kid": name}).to_string();
        let rest = fresh.split_once('.').expect("a JWT").1;
        let invented = format!("{}.{rest}", wayhome::crypto::base64url(header.as_bytes()));
        assert!(!is_active(&twin, &invented));
    }
    assert_eq!(twin.work().env().signing.get().read_at(), read_at);
}

fn a_retired_key_is_published_for_the_longest_life_of_a_token_that_it_has_signed(setup: Setup) {
    let long = machine("mill", "ES256").replace("scopes", "access_token_lifetime = \"12h\"\nscopes");
    let app = setup.clients(&long).start();
    tend(&app);
    let old = token(&app, "mill");
    // The client is changed; what it was given before lives on.
    app.load_clients(&app.clients_text().replace(&long, &machine("mill", "ES256")));
    tend(&app);
    app.ask_admin(&Ask::json(
        "POST",
        "/admin/keys/hydra.jwt.access-token",
        &serde_json::json!({"alg": "ES256", "use": "sig"}),
    ))
    .expect(201);
    app.advance(12 * HOUR - MINUTE);
    tend(&app);
    assert!(is_active(&app, &old) && verifies(&fetched(&app), &app, &old));
    app.advance(10 * MINUTE);
    tend(&app);
    assert!(!kids(&app, "ES256").contains(&kid(&old)));
}

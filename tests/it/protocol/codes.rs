//! Authorization codes and PKCE (group C).

use std::sync::Barrier;
use std::thread;

use super::{ann, arrive, facts};
use crate::app::{Setup, on_both};
use crate::http::Ask;

on_both![
    sec_c01_a_request_without_a_challenge_is_refused,
    sec_c02_only_s256_is_a_challenge_method,
    sec_c03_only_a_verifier_that_fits_redeems_a_code,
    sec_c04_three_wrong_verifiers_kill_a_code_and_nothing_else,
    sec_c05_a_code_of_another_client_is_refused_and_not_spent,
    sec_c06_the_redirect_uri_must_be_the_one_of_the_request,
    sec_c07_a_replay_is_refused_and_ends_what_the_code_gave,
    sec_c08_a_wrong_replay_ends_nothing,
    sec_c09_of_many_redemptions_at_once_one_succeeds,
    sec_c10_a_code_dies_with_its_minute_its_session_and_its_person,
    sec_c11_what_is_not_offered_is_refused,
];

fn sec_c01_a_request_without_a_challenge_is_refused(setup: Setup) {
    let app = setup.start();
    let mut browser = app.browser();
    for client in ["spa", "shop"] {
        let rp = app.relying_party(client);
        browser.open(rp.authorization_url_with(&[("code_challenge", ""), ("code_challenge_method", "")]));
        assert_eq!(rp.error(browser.location()), "invalid_request");
    }
}

fn sec_c02_only_s256_is_a_challenge_method(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let mut browser = app.browser();
    for method in ["plain", "", "s256", "S512"] {
        browser.open(rp.authorization_url_with(&[("code_challenge_method", method)]));
        assert_eq!(rp.error(browser.location()), "invalid_request", "{method}");
    }
    for challenge in ["short", &"x".repeat(44), &format!("{}=", "x".repeat(42))] {
        browser.open(rp.authorization_url_with(&[("code_challenge", challenge)]));
        assert_eq!(rp.error(browser.location()), "invalid_request", "{challenge}");
    }
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).json();
    assert_eq!(metadata["code_challenge_methods_supported"], serde_json::json!(["S256"]));
}

fn sec_c03_only_a_verifier_that_fits_redeems_a_code(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let other = "v".repeat(43);
    for verifier in [None, Some(""), Some("short"), Some(other.as_str()), Some("undefined")] {
        let location = arrive(&mut browser, &rp, &who, &[]);
        let code = rp.code(&location);
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", rp.redirect_uri()),
        ];
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        assert_eq!(rp.token(&fields).expect(400).json()["error"], "invalid_grant", "{verifier:?}");
        // Only a fully correct redemption consumes a code.
        let _tokens = rp.redeem(&location);
    }
}

fn sec_c04_three_wrong_verifiers_kill_a_code_and_nothing_else(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let first = arrive(&mut browser, &rp, &who, &[]);
    let before = rp.redeem(&first);
    let location = arrive(&mut browser, &rp, &who, &[]);
    let code = rp.code(&location);
    for n in 0..3 {
        let wrong = format!("{n}").repeat(43);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", rp.redirect_uri()),
            ("code_verifier", wrong.as_str()),
        ];
        assert_eq!(rp.token(&fields).expect(400).json()["error"], "invalid_grant");
    }
    assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
    assert!(rp.is_alive(&before.access), "tokens of another code have ended");
}

fn sec_c05_a_code_of_another_client_is_refused_and_not_spent(setup: Setup) {
    let app = setup.start();
    let (who, house, shop) = (ann(&app), app.relying_party("house"), app.relying_party("shop"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &house, &who, &[]);
    let code = house.code(&location);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", house.redirect_uri()),
        ("code_verifier", &"v".repeat(43)),
    ];
    assert_eq!(shop.token(&fields).expect(400).json()["error"], "invalid_grant");
    assert_eq!(facts(&app, &who, "code.client_mismatch"), 1);
    let _tokens = house.redeem(&location);
}

fn sec_c06_the_redirect_uri_must_be_the_one_of_the_request(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &rp, &who, &[]);
    let code = rp.code(&location);
    for uri in ["http://localhost:5175/other", "http://localhost:5175/callback/", ""] {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", uri),
            ("code_verifier", &"v".repeat(43)),
        ];
        assert_eq!(rp.token(&fields).expect(400).json()["error"], "invalid_grant", "{uri}");
    }
}

fn sec_c07_a_replay_is_refused_and_ends_what_the_code_gave(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &rp, &who, &[]);
    let tokens = rp.redeem(&location);
    // A double effect of a page within two seconds is no theft.
    assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
    assert!(rp.is_alive(&tokens.access));
    app.advance(3);
    assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
    assert!(!rp.is_alive(&tokens.access));
    assert_eq!(rp.introspect(&tokens.access)["active"], false);
    assert_eq!(rp.refresh_answer(tokens.refresh()).expect(400).json()["error"], "invalid_grant");
    assert_eq!(facts(&app, &who, "code.replay"), 1);
}

fn sec_c08_a_wrong_replay_ends_nothing(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &rp, &who, &[]);
    let tokens = rp.redeem(&location);
    app.advance(3);
    let code = rp.code(&location);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", rp.redirect_uri()),
        ("code_verifier", &"v".repeat(43)),
    ];
    assert_eq!(rp.token(&fields).expect(400).json()["error"], "invalid_grant");
    assert!(rp.is_alive(&tokens.access), "a stolen code was a kill switch");
}

fn sec_c09_of_many_redemptions_at_once_one_succeeds(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &rp, &who, &[]);
    let request = rp.redemption(&location);
    let start = Barrier::new(50);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let all: Vec<_> = (0..50)
            .map(|_| {
                let (start, request, address, host) = (&start, &request, app.public, app.host());
                scope.spawn(move || {
                    start.wait();
                    crate::http::send(address, host, request).status
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 400)), "{statuses:?}");
}

fn sec_c10_a_code_dies_with_its_minute_its_session_and_its_person(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &rp, &who, &[]);
    app.advance(61);
    assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
    let location = arrive(&mut browser, &rp, &who, &[]);
    browser.open("/logout").press("Sign out");
    assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
    let location = arrive(&mut browser, &rp, &who, &[]);
    let id = who.id;
    app.write(move |cx| wayhome::journey::set_state(cx, id, wayhome::model::IdentityState::Inactive));
    assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
}

fn sec_c11_what_is_not_offered_is_refused(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let mut browser = app.browser();
    for kind in ["token", "id_token", "code token", "none", "code id_token"] {
        browser.open(rp.authorization_url_with(&[("response_type", kind)]));
        assert_eq!(rp.error(browser.location()), "unsupported_response_type", "{kind}");
    }
    for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"] {
        let answer = rp.token(&[("grant_type", grant)]).expect(400).json();
        assert_eq!(answer["error"], "unsupported_grant_type", "{grant}");
    }
    for grant in ["client_credentials", "urn:ietf:params:oauth:grant-type:device_code"] {
        let answer = rp.token(&[("grant_type", grant)]).expect(400).json();
        assert_eq!(answer["error"], "unauthorized_client", "{grant}");
    }
}

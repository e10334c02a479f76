//! Proof keys (group C): who may leave them out, and that nobody can take them away.

use wayhome::crypto::{base64url, sha256};

use super::{ann, arrive};
use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::http::Ask;

on_both![
    sec_c03_a_verifier_belongs_to_a_challenge_and_to_no_other,
    sec_c04_a_verifier_has_43_to_128_characters_of_its_alphabet,
    sec_c08_a_replay_with_a_wrong_secret_or_verifier_ends_nothing,
    sec_c11_a_client_gets_no_grant_that_it_is_not_registered_for,
];

/// A confidential client that may do without PKCE.
const OLD: &str = r#"
[[client]]
id = "old"
name = "Old Shop"
type = "web"
secret = { env = "SECRET" }
redirect_uris = ["https://old.example.org/callback"]
scopes = ["openid", "offline_access"]
require_pkce = false
skip_consent = true
"#;

fn challenge(verifier: &str) -> String {
    base64url(&sha256(verifier.as_bytes()))
}

fn sec_c03_a_verifier_belongs_to_a_challenge_and_to_no_other(setup: Setup) {
    let app = setup.clients(OLD).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let (own, other) = ("own-verifier-".repeat(4), "other-verifier-".repeat(4));
    let sent = [("scope", "openid"), ("code_challenge", &challenge(&own)), ("code_challenge_method", "S256")]
        .map(|(name, value)| (name, value.to_owned()));
    let not_sent = [("scope", "openid"), ("code_challenge", ""), ("code_challenge_method", "")]
        .map(|(name, value)| (name, value.to_owned()));
    let cases = [
        (true, Some(own.as_str()), 200),
        (true, Some(other.as_str()), 400),
        (true, Some(""), 400),
        (true, None, 400),
        // Somebody took the challenge away from the request of an honest client (RFC 9700 4.8.2).
        (false, Some(own.as_str()), 400),
        (false, Some(other.as_str()), 400),
        // This client is registered to do without.
        (false, None, 200),
    ];
    for (with_challenge, verifier, status) in cases {
        let given = if with_challenge { &sent } else { &not_sent };
        let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let location = arrive(&mut browser, &rp, &who, &given);
        assert!(!location.contains(&challenge(&own)), "the challenge came back: {location}");
        let code = rp.code(&location);
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", rp.redirect_uri()),
        ];
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let answer = rp.token(&fields).expect(status);
        assert!(!answer.text().contains(&challenge(&own)), "{}", answer.text());
        assert!(!answer.text().contains(own.as_str()), "{}", answer.text());
        if status == 400 {
            assert_eq!(answer.json()["error"], "invalid_grant", "{with_challenge} {verifier:?}");
        }
        // So that all these failures are no client that goes in circles.
        app.advance(31);
    }
    // For everybody else the challenge is no choice.
    for client in ["house", "shop"] {
        let rp = app.relying_party(client);
        browser.open(rp.authorization_url_with(&[("code_challenge", ""), ("code_challenge_method", "")]));
        assert_eq!(rp.error(browser.location()), "invalid_request");
    }
}

fn sec_c04_a_verifier_has_43_to_128_characters_of_its_alphabet(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    for (verifier, good) in [
        ("v".to_string(), false),
        ("v".repeat(42), false),
        ("v".repeat(43), true),
        ("v".repeat(128), true),
        ("v".repeat(129), false),
        ("-._~".repeat(11), true),
        (format!("{}+", "v".repeat(43)), false),
        (format!("{} ", "v".repeat(43)), false),
        ("é".repeat(43), false),
    ] {
        // The challenge fits in every case, so that nothing but the form of the verifier decides.
        let location = arrive(&mut browser, &rp, &who, &[("code_challenge", &challenge(&verifier))]);
        let code = rp.code(&location);
        let answer = rp.token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", rp.redirect_uri()),
            ("code_verifier", &verifier),
        ]);
        assert_eq!(answer.status == 200, good, "{verifier}: {}", answer.text());
        if !good {
            assert_eq!(answer.expect(400).json()["error"], "invalid_grant", "{verifier}");
        }
        app.advance(31);
    }
}

fn sec_c08_a_replay_with_a_wrong_secret_or_verifier_ends_nothing(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("shop"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &rp, &who, &[]);
    let tokens = rp.redeem(&location);
    app.advance(3);
    // Whoever has seen code and verifier, and has no secret.
    let stolen = rp.redemption(&location);
    assert_eq!(app.ask(&stolen).status, 401);
    assert_eq!(app.ask(&stolen.clone().basic("shop", "wrong")).status, 401);
    assert!(rp.is_alive(&tokens.access), "a stolen code was a kill switch");
    // Another client, which has a secret of its own, but not this code.
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &rp.code(&location)),
        ("redirect_uri", rp.redirect_uri()),
        ("code_verifier", &"v".repeat(43)),
    ];
    assert_eq!(app.relying_party("house").token(&fields).expect(400).json()["error"], "invalid_grant");
    assert!(rp.is_alive(&tokens.access), "another client's replay was a kill switch");
    // The client itself.
    assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
    assert!(!rp.is_alive(&tokens.access), "a full replay ends what the code gave");
}

fn sec_c11_a_client_gets_no_grant_that_it_is_not_registered_for(setup: Setup) {
    let app = setup.clients(OLD).start();
    let form = |grant: &str| Ask::form("/oauth2/token", &[("grant_type", grant), ("code", "x")]);
    for (client, grant) in [
        ("old", "client_credentials"),
        ("shop", "client_credentials"),
        ("robot", "authorization_code"),
        ("robot", "refresh_token"),
    ] {
        let answer = app.ask(&form(grant).basic(client, CLIENT_SECRET)).expect(400).json();
        assert_eq!(answer["error"], "unauthorized_client", "{client} {grant}");
    }
    for grant in ["password", "implicit", "", "AUTHORIZATION_CODE"] {
        let answer = app.ask(&form(grant).basic("shop", CLIENT_SECRET)).expect(400).json();
        let error = answer["error"].as_str().unwrap_or_default();
        let wanted = if grant.is_empty() { "invalid_request" } else { "unsupported_grant_type" };
        assert_eq!(error, wanted, "{grant:?}");
    }
    assert_eq!(app.ask(&form("client_credentials").basic("robot", CLIENT_SECRET)).status, 200);
}

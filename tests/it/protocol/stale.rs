//! Codes that outlive what they stood for (C10), and codes that somebody guesses (C12).

use wayhome::crypto::{PlainToken, TokenKind};
use wayhome::model::IdentityState;
use wayhome::random::SeededRandom;

use super::{ann, arrive, facts};
use crate::app::{Setup, TestApp, on_both};
use crate::http::Ask;
use crate::people::{OTHER_PASSWORD, Person};
use crate::relying_party::RelyingParty;

on_both![
    sec_c10_a_code_dies_with_the_password_the_session_the_consent_and_the_person,
    sec_c10_a_code_dies_with_its_client,
    sec_c12_what_cannot_be_a_code_costs_no_query,
    sec_c12_guesses_of_the_right_form_end_at_the_limit_of_the_address,
];

/// What ends while a code is on its way.
type End = (&'static str, fn(&TestApp, &Person));

const ENDS: [End; 7] = [
    ("the password was reset", |app, who| {
        let mut elsewhere = app.browser();
        elsewhere.open("/recovery").submit([("email", &who.email)]);
        elsewhere.enter_code_of(app, &who.email).submit([("password", OTHER_PASSWORD)]);
        elsewhere.expect_path("/account");
    }),
    ("an administrator ended the sessions", |app, who| {
        let id = who.id;
        assert!(app.write(move |cx| wayhome::journey::end_sessions(cx, id, "admin")) > 0);
    }),
    ("the person signed out everywhere else", |app, who| {
        let mut elsewhere = app.browser();
        elsewhere.open("/login").sign_in(who).open("/account/sessions").press("Sign out everywhere else");
    }),
    ("the consent was withdrawn", |app, who| {
        let id = who.id;
        assert!(app.write(move |cx| wayhome::oauth2::consent::forget(cx, id, "spa")));
    }),
    ("the person was switched off", |app, who| {
        let id = who.id;
        app.write(move |cx| wayhome::journey::set_state(cx, id, IdentityState::Inactive));
    }),
    ("the person was switched off and on", |app, who| {
        let id = who.id;
        app.write(move |cx| wayhome::journey::set_state(cx, id, IdentityState::Inactive));
        app.write(move |cx| wayhome::journey::set_state(cx, id, IdentityState::Active));
    }),
    ("the person was deleted", |app, who| {
        let id = who.id;
        assert!(app.write(move |cx| wayhome::journey::delete_identity(cx, id)));
    }),
];

fn sec_c10_a_code_dies_with_the_password_the_session_the_consent_and_the_person(setup: Setup) {
    let app = setup.clone().start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let location = arrive(&mut app.browser(), &rp, &who, &[]);
    assert_eq!(rp.redeem_answer(&location).status, 200, "if nothing ends, a code is good");
    for (what, end) in ENDS {
        let app = setup.clone().start();
        let (who, rp) = (ann(&app), app.relying_party("spa"));
        let location = arrive(&mut app.browser(), &rp, &who, &[]);
        end(&app, &who);
        let answer = rp.redeem_answer(&location).expect(400).json();
        assert_eq!(answer["error"], "invalid_grant", "{what}");
        // It does not come back to life either.
        assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant", "{what}");
        assert_eq!(facts(&app, &who, "grant.created"), 0, "{what}");
    }
}

fn sec_c10_a_code_dies_with_its_client(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let location = arrive(&mut app.browser(), &rp, &who, &[]);
    let redemption = rp.redemption(&location);
    app.load_clients("[[client]]\nid = \"other\"\ntype = \"spa\"\nredirect_uris = [\"https://o.test/cb\"]\n");
    let answer = app.ask(&redemption).expect(401).json();
    assert_eq!(answer["error"], "invalid_client");
}

/// A redemption of this text.
fn guess(rp: &RelyingParty<'_>, text: &str) -> Ask {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", rp.client.id.as_str()),
        ("code", text),
        ("redirect_uri", rp.redirect_uri()),
        ("code_verifier", "a-verifier-of-forty-three-characters-or-more-1"),
    ];
    Ask::form("/oauth2/token", &fields)
}

fn made(seed: u64, kind: TokenKind) -> String {
    PlainToken::generate(kind, &SeededRandom::from_seed(seed)).expose().to_owned()
}

/// The database is made to refuse every statement that touches codes, tokens and facts; garbage does not notice.
fn sec_c12_what_cannot_be_a_code_costs_no_query(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let before = app.snapshot();
    app.break_tables(&["authorization_codes", "refresh_tokens", "events"]);
    let real = made(1, TokenKind::AuthorizationCode);
    let garbage = [
        "x".to_owned(),
        "undefined".to_owned(),
        "wh_ac_".to_owned(),
        real[..real.len() - 1].to_owned(),
        format!("{real}x"),
        real.to_uppercase(),
        format!("{}{}", &real[..real.len() - 1], if real.ends_with('a') { 'b' } else { 'a' }),
        made(1, TokenKind::Refresh),
        made(1, TokenKind::Session),
        "x".repeat(10_000),
        "' OR 1=1 --".to_owned(),
    ];
    for text in &garbage {
        let answer = app.ask(&guess(&rp, text)).expect(400).json();
        assert_eq!(answer["error"], "invalid_grant", "{text}");
        let refresh =
            [("grant_type", "refresh_token"), ("client_id", "spa"), ("refresh_token", text.as_str())];
        let is_one = text.starts_with("wh_rt_");
        let answer = app.ask(&Ask::form("/oauth2/token", &refresh));
        assert!(is_one || answer.status == 400, "{text}: {}", answer.text());
    }
    // The same table is asked as soon as a guess could be one.
    assert!(app.ask(&guess(&rp, &real)).status >= 500, "this proves nothing: the tables are not broken");
    app.mend_tables(&["authorization_codes", "refresh_tokens", "events"]);
    before.expect_same(&app.snapshot(), "garbage");
    assert_eq!(app.ask(&guess(&rp, &real)).expect(400).json()["error"], "invalid_grant");
}

fn sec_c12_guesses_of_the_right_form_end_at_the_limit_of_the_address(setup: Setup) {
    let app = setup.set("limits.requests_per_minute", "20").start();
    let rp = app.relying_party("spa");
    let guesses = |from: u64| -> Vec<u16> {
        (from..from + 40)
            .map(|n| {
                let text = made(n, TokenKind::AuthorizationCode);
                app.ask(&guess(&rp, &text)).status
            })
            .collect()
    };
    let statuses = guesses(1);
    assert_eq!(statuses[..20], [400; 20]);
    assert_eq!(statuses[20..], [429; 20], "garbage or not, it is one bucket");
    let refused = app.ask(&guess(&rp, "x")).expect(429);
    assert!(refused.header("retry-after").is_some());
    app.advance(60);
    assert_eq!(
        guesses(100).iter().filter(|status| **status == 400).count(),
        20,
        "a minute later as many again"
    );
}

//! RP-initiated logout: which hints are good, and where a sign-out never ends (R07, S12).

use serde_json::{Value, json};
use wayhome::crypto::base64url;
use wayhome::model::IdentityId;
use wayhome::oauth2::subject;

use super::{end_session, listening, tokens, with_listener};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::http::Ask;
use crate::logout_sink::LogoutSink;
use crate::people::{PASSWORD, Person};

on_both![
    sec_r07_a_hint_that_is_not_wholly_good_asks_first_and_never_leads_to_the_client,
    sec_r07_what_comes_twice_or_is_too_long_asks_first,
    prov_7_the_hint_of_a_pairwise_client_names_its_person,
    prov_7_a_hint_of_a_session_that_is_over_is_good_for_the_same_person_only,
    prov_7_state_comes_back_as_it_was_sent,
    prov_7_other_parameters_are_accepted,
    sec_s12_a_sign_out_from_another_site_needs_a_good_hint,
];

const HOME: &str = "http://localhost:6001/";

/// The claims that an ID token for this session would have.
fn claims(app: &TestApp, sub: &str, sid: &Value) -> Value {
    let now = app.now().seconds();
    json!({ "iss": app.issuer, "sub": sub, "aud": "told", "iat": now, "exp": now + 600, "sid": sid })
}

/// Asks with this hint, and finds the question, whose answer leads to no client.
#[track_caller]
fn asks(browser: &mut Browser<'_>, what: &str, parameters: &[(&str, &str)]) {
    browser.open(end_session(parameters));
    assert!(browser.has_session(), "{what}");
    browser.expect_heading("logout.title");
}

fn signed_in<'a>(app: &'a TestApp, who: &Person) -> (Browser<'a>, String, Value) {
    let mut browser = app.browser();
    let known = tokens(&mut browser, &app.relying_party("told"), who, "openid");
    (browser, known.id.expect("an ID token"), known.claims["sid"].clone())
}

fn sec_r07_a_hint_that_is_not_wholly_good_asks_first_and_never_leads_to_the_client(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let bob = app.identity("bob@example.org").with_password(PASSWORD);
    let (mut browser, good, sid) = signed_in(&app, &ada);
    let ours = claims(&app, &ada.subject(), &sid);
    let with = |name: &str, value: Value| {
        let mut changed = ours.clone();
        changed[name] = value;
        changed
    };
    let parts: Vec<&str> = good.split('.').collect();
    let none = base64url(br#"{"alg":"none","typ":"JWT"}"#);
    let hints = [
        ("nonsense", "nonsense".to_owned()),
        ("alg none", format!("{none}.{}.", parts[1])),
        ("alg none with a signature", format!("{none}.{}.{}", parts[1], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("another issuer", app.signed("JWT", &with("iss", json!("https://evil.example")))),
        ("another type", app.signed("at+jwt", &ours)),
        ("another client", app.signed("JWT", &with("aud", json!("spa")))),
        ("no client", app.signed("JWT", &with("aud", json!("nobody")))),
        ("another person", app.signed("JWT", &with("sub", json!(bob.subject())))),
        ("another person's session", app.signed("JWT", &claims(&app, &bob.subject(), &json!(null)))),
    ];
    for (what, hint) in &hints {
        let parameters = [
            ("id_token_hint", hint.as_str()),
            ("client_id", "told"),
            ("post_logout_redirect_uri", HOME),
            ("state", "s"),
        ];
        asks(&mut browser, what, &parameters);
    }
    // Nor does the hint of one client lead to the address of another.
    for foreign in
        ["http://localhost:5173/", "http://localhost:6001/?x=1", "http://localhost:6001", "//evil.example"]
    {
        let (mut browser, good, _) = signed_in(&app, &ada);
        browser.open(end_session(&[("id_token_hint", &good), ("post_logout_redirect_uri", foreign)]));
        browser.expect_heading("logout.done_title");
    }
    // After the question, the way ends here.
    browser.press("Sign out").expect_path("/logout/done").expect_heading("logout.done_title");
    assert!(!browser.has_session());
}

fn sec_r07_what_comes_twice_or_is_too_long_asks_first(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (mut browser, good, _) = signed_in(&app, &ada);
    let long = "s".repeat(2_049);
    let base = [("id_token_hint", good.as_str()), ("post_logout_redirect_uri", HOME)];
    for more in [
        &[("state", "a"), ("state", "b")][..],
        &[("state", "a"), ("state", "a")],
        &[("post_logout_redirect_uri", "http://localhost:6001/")],
        &[("id_token_hint", good.as_str())],
        &[("state", long.as_str())],
        &[("ui_locales", long.as_str())],
    ] {
        let parameters: Vec<(&str, &str)> = base.iter().chain(more).copied().collect();
        asks(&mut browser, &format!("{more:?}"), &parameters);
    }
    let fits = "s".repeat(2_048);
    browser.open(end_session(&[base[0], base[1], ("state", &fits)]));
    assert_eq!(browser.location(), format!("{HOME}?state={fits}"));
}

fn prov_7_the_hint_of_a_pairwise_client_names_its_person(setup: Setup) {
    let sink = LogoutSink::start();
    let app = setup.clients(&listening("told", &sink, "subject_type = \"pairwise\"")).start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let bob = app.identity("bob@example.org").with_password(PASSWORD);
    let client = app.relying_party("told").client.clone();
    let name = |id: IdentityId| {
        let client = client.clone();
        app.write(move |cx| subject::of(cx, &client, id))
    };
    let (mut browser, _, sid) = signed_in(&app, &ada);
    let ask = |hint: &Value| {
        let hint = app.signed("JWT", hint);
        end_session(&[("id_token_hint", &hint), ("post_logout_redirect_uri", HOME)])
    };
    // Somebody else's name, and the id that such a client never hears.
    for other in [name(bob.id), ada.subject(), "x".to_owned()] {
        browser.open(ask(&claims(&app, &other, &sid))).expect_heading("logout.title");
        assert!(browser.has_session());
    }
    browser.open(ask(&claims(&app, &name(ada.id), &sid)));
    assert_eq!(browser.location(), HOME);
    assert!(!browser.has_session());
    app.tell();
    let (_, told) = sink.only().parts();
    assert_eq!((told["sub"].as_str(), &told["sid"]), (Some(name(ada.id).as_str()), &sid));
}

fn prov_7_a_hint_of_a_session_that_is_over_is_good_for_the_same_person_only(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let bob = app.identity("bob@example.org").with_password(PASSWORD);
    let (mut browser, old, _) = signed_in(&app, &ada);
    let go = end_session(&[("id_token_hint", &old), ("post_logout_redirect_uri", HOME)]);
    // Its session lives elsewhere: that is another one.
    let mut elsewhere = app.browser();
    elsewhere.open("/login").sign_in(&ada).open(&go).expect_heading("logout.title");
    // It is over, and nobody is signed in.
    browser.open("/logout").press("Sign out");
    browser.open(&go);
    assert_eq!(browser.location(), HOME);
    // It is over, and the same person has signed in anew; then somebody else.
    browser.open("/login").sign_in(&ada).open(&go);
    assert_eq!(browser.location(), HOME);
    assert!(!browser.has_session());
    browser.open("/login").sign_in(&bob).open(&go).expect_heading("logout.title");
    assert!(browser.has_session());
}

fn prov_7_state_comes_back_as_it_was_sent(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let printable: String = (' '..='~').collect();
    for (state, by_post) in [(printable.as_str(), false), (printable.as_str(), true), ("%2526+%20", false)] {
        let (mut browser, hint, _) = signed_in(&app, &ada);
        let parameters =
            [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", HOME), ("state", state)];
        if by_post {
            let ask = Ask::form("/oauth2/sessions/logout", &parameters)
                .with("Origin", "http://localhost:6001")
                .with("Sec-Fetch-Site", "cross-site");
            let next = app.ask(&ask).expect(303).header("location").unwrap().to_owned();
            browser.open_from(From::OtherSite, &next);
        } else {
            browser.open(end_session(&parameters));
        }
        let url = url::Url::parse(browser.location()).unwrap();
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs, [("state".to_owned(), state.to_owned())]);
    }
}

fn prov_7_other_parameters_are_accepted(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (mut browser, hint, _) = signed_in(&app, &ada);
    browser.open(end_session(&[
        ("id_token_hint", &hint),
        ("client_id", "told"),
        ("logout_hint", "ada@example.org"),
        ("ui_locales", "fr-CA fr en"),
        ("anything", "else"),
        ("post_logout_redirect_uri", HOME),
    ]));
    assert_eq!(browser.location(), HOME);
}

fn sec_s12_a_sign_out_from_another_site_needs_a_good_hint(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (mut browser, hint, _) = signed_in(&app, &ada);
    for path in ["/logout", "/oauth2/sessions/logout", "/oauth2/sessions/logout?client_id=told"] {
        browser.open_from(From::OtherSite, path).expect_heading("logout.title");
        assert!(browser.has_session(), "{path}");
    }
    let page = browser.page().clone();
    let (form, _) = page.button("Sign out").expect("the question");
    let ask = Ask::form(&form.action, &[("csrf_token", "")]);
    assert_eq!(browser.send(ask.clone(), From::OtherSite).status, 403);
    let again = browser.send(ask, From::OurPage).expect(303);
    assert!(again.header("location").is_some_and(|to| to.starts_with("/logout")));
    assert!(browser.has_session());
    assert_eq!(app.waiting(), 0);
    browser.open_from(From::OtherSite, &end_session(&[("id_token_hint", &hint)]));
    assert!(!browser.has_session());
}

//! What belongs to somebody else, and is put into the way of a request: their consent form, their session, their hint
//! (N02, N05, R07).

use super::{ann, arrive};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::http::{Ask, encoded};
use crate::page::Page;
use crate::people::{PASSWORD, Person};
use crate::relying_party::RelyingParty;

on_both![
    sec_n02_the_consent_form_of_somebody_else_answers_nothing,
    sec_n02_a_consent_form_answers_its_own_request_only_and_only_once,
    sec_n05_who_does_not_sign_in_again_has_proven_nothing_and_may_refuse,
    sec_n05_the_hint_of_somebody_else_signs_nobody_in,
    sec_r07_a_sign_out_goes_to_a_client_only_for_its_own_hint_and_address,
];

fn bob(app: &TestApp) -> Person {
    app.identity("bob@example.org").named("Bob").with_password(PASSWORD)
}

/// Signs in and stands before the question.
#[track_caller]
fn asked<'a>(app: &'a TestApp, rp: &RelyingParty<'_>, who: &Person) -> (Browser<'a>, Page) {
    let mut browser = app.browser();
    browser.open(rp.authorization_url()).sign_in(who).expect_path("/consent");
    let page = browser.page().clone();
    (browser, page)
}

/// The answer "Allow" of a page, with more fields, at another target if one is given.
#[track_caller]
fn allow(page: &Page, target: Option<&str>, more: &[(&str, &str)]) -> Ask {
    let (form, button) = page.button("Allow").expect("the question");
    let mut pairs = form.pairs(Some(button));
    for (name, value) in more {
        pairs.retain(|(known, _)| known != name);
        pairs.push(((*name).to_owned(), (*value).to_owned()));
    }
    let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    Ask::form(target.unwrap_or(&form.action), &borrowed)
}

fn sec_n02_the_consent_form_of_somebody_else_answers_nothing(setup: Setup) {
    let app = setup.start();
    let (ann, bob, rp) = (ann(&app), bob(&app), app.relying_party("spa"));
    let (mut hers, her_page) = asked(&app, &rp, &ann);
    let (mut his, his_page) = asked(&app, &rp, &bob);
    let her_target = her_page.target.clone();
    let before = app.snapshot();
    // His form in her browser, her form in his, and each with the token or the request of the other.
    let his_token = his_page.attribute("#consent-form [name=csrf_token]", "value").expect("a token");
    for (is_hers, ask) in [
        (false, allow(&his_page, Some(&her_target), &[])),
        (false, allow(&her_page, Some(&her_target), &[("csrf_token", &his_token)])),
        (true, allow(&her_page, None, &[("csrf_token", "")])),
        (true, allow(&her_page, None, &[("csrf_token", "x")])),
    ] {
        let browser = if is_hers { &mut hers } else { &mut his };
        let answer = browser.send(ask.clone(), From::OurPage);
        let next = answer.header("location").unwrap_or_default().to_owned();
        assert!(answer.status == 303 && next.starts_with('/'), "{} {next}: {ask:?}", answer.status);
        assert!(!next.contains("code="), "{next}");
    }
    for (browser, page) in [(&mut hers, &her_page), (&mut his, &his_page)] {
        let answer = browser.send(allow(page, None, &[]), From::OtherSite);
        assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
    }
    before.expect_same(&app.snapshot(), "a form of somebody else");
    // Both questions still stand, and each is answered by whom it was put to.
    hers.press_on(&her_page, "Allow", &[]);
    rp.redeem(hers.location()).expect_subject(&ann.subject());
    his.press_on(&his_page, "Allow", &[]);
    rp.redeem(his.location()).expect_subject(&bob.subject());

    // His whole form in her browser is what a browser sends that has lost its cookie (decision 11): the question is put
    // again, to her, and nothing is answered.
    his.open(rp.authorization_url_with(&[("prompt", "consent")])).expect_path("/consent");
    let whole = his.page().clone();
    let before = app.snapshot();
    let answer = hers.send(allow(&whole, None, &[]), From::OurPage).expect(303);
    assert_eq!(answer.header("location"), Some(whole.target.as_str()));
    for table in ["authorization_codes", "consents", "grants", "sessions", "events"] {
        assert_eq!(before.rows(table), app.snapshot().rows(table), "{table}");
    }
    hers.open(&whole.target).expect_says_with("consent.signed_in_as", &[("who", "ann@example.org")]);
}

fn sec_n02_a_consent_form_answers_its_own_request_only_and_only_once(setup: Setup) {
    let app = setup.start();
    let (who, rp, board) = (ann(&app), app.relying_party("spa"), app.relying_party("board"));
    let (mut browser, page) = asked(&app, &rp, &who);
    // The proof of one request is none for another of the same browser.
    browser.open(board.authorization_url()).expect_path("/consent");
    let other = browser.page().target.clone();
    let answer = browser.send(allow(&page, Some(&other), &[]), From::OurPage).expect(303);
    assert_eq!(answer.header("location"), Some(other.as_str()));
    // Nothing that is put into the form makes the answer larger than the question.
    let more = [
        ("scope", "openid admin"),
        ("grant_scope", "admin"),
        ("client_id", "board"),
        ("audience", "https://x.test"),
    ];
    let answer = browser.send(allow(&page, None, &more), From::OurPage).expect(303);
    let location = answer.header("location").expect("the way back").to_owned();
    let tokens = rp.redeem(&location);
    assert_eq!(tokens.answer["scope"], crate::relying_party::SCOPE);
    // The form again, with either answer: no code, no other answer.
    let before = app.snapshot();
    for ask in [allow(&page, None, &[]), allow(&page, None, &[("answer", "deny")])] {
        let answer = browser.send(ask, From::OurPage);
        let next = answer.header("location").unwrap_or_default();
        assert!(!next.contains("code=") && !next.contains("error="), "{next}");
    }
    before.expect_same(&app.snapshot(), "a form that was answered");
    assert!(rp.is_alive(&tokens.access), "a replay of the form ends nothing");
}

fn sec_n05_who_does_not_sign_in_again_has_proven_nothing_and_may_refuse(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let mut browser = app.browser();
    let first = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    let cookie = browser.cookie("wayhome_session");
    let session = app.snapshot().rows("sessions")[0].clone();
    app.advance(5);
    for (name, value) in [("prompt", "login"), ("max_age", "0"), ("max_age", "3")] {
        browser.open(rp.authorization_url_with(&[(name, value)])).expect_heading("login.title_again");
        let challenge = browser.chain.iter().find_map(|hop| hop.target.split_once("login_challenge="));
        let challenge = challenge.expect("a request").1.to_owned();
        // The question can be opened without signing in again, but a yes leads to the sign-in …
        browser.open(format!("/consent?login_challenge={challenge}"));
        if browser.page().path() == "/consent" {
            browser.press("Allow");
        }
        assert!(browser.try_location().is_none(), "{name}: a code for an old sign-in");
        browser.expect_path("/login").expect_heading("login.title_again");
        // … a wrong password leads nowhere …
        browser.submit([("password", "this is not it, not at all")]).expect_says("login.mismatch");
        // … and a no goes home as one.
        browser.open(format!("/consent?login_challenge={challenge}"));
        if browser.page().path() == "/consent" {
            browser.press("Don't allow");
            assert_eq!(rp.error(browser.location()), "access_denied", "{name}");
        }
        assert_eq!(browser.cookie("wayhome_session"), cookie, "{name}");
    }
    // The old session is what it was: neither ended nor younger than it is.
    let now = app.snapshot().rows("sessions")[0].clone();
    for column in ["id", "authenticated_at", "aal", "methods", "identity_id", "expires_at"] {
        assert_eq!(now.get(column), session.get(column), "{column}");
    }
    browser.open(rp.authorization_url_with(&[("prompt", "none")]));
    let silent = rp.redeem(browser.location());
    assert_eq!(silent.claims["auth_time"], first.claims["auth_time"]);
}

fn sec_n05_the_hint_of_somebody_else_signs_nobody_in(setup: Setup) {
    let app = setup.start();
    let (ann, bob, rp) = (ann(&app), bob(&app), app.relying_party("spa"));
    let mut hers = app.browser();
    let hint = rp.redeem(&arrive(&mut hers, &rp, &ann, &[])).id.expect("an ID token");
    let mut his = app.browser();
    let _tokens = rp.redeem(&arrive(&mut his, &rp, &bob, &[]));
    let cookie = his.cookie("wayhome_session");
    his.open(rp.authorization_url_with(&[("prompt", "none"), ("id_token_hint", &hint)]));
    assert_eq!(rp.error(his.location()), "login_required");
    his.open(rp.authorization_url_with(&[("id_token_hint", &hint)])).expect_path("/login");
    assert!(!his.page().html.contains("ann@example.org"), "a hint tells nothing");
    assert_eq!(his.cookie("wayhome_session"), cookie, "looking changes nothing");
    // Who is not meant may sign in, and gets no code for it.
    his.sign_in_with("bob@example.org", PASSWORD);
    if his.try_location().is_none() && his.page().path() == "/consent" {
        his.press("Allow");
    }
    if let Some(location) = his.try_location() {
        assert_eq!(rp.error(location), "login_required");
    }
}

fn sec_r07_a_sign_out_goes_to_a_client_only_for_its_own_hint_and_address(setup: Setup) {
    let elsewhere = setup.clone().start();
    let (stranger, there) = (super::ann(&elsewhere), elsewhere.relying_party("spa"));
    let foreign =
        there.redeem(&arrive(&mut elsewhere.browser(), &there, &stranger, &[])).id.expect("an ID token");
    let app = setup.start();
    let (who, rp, board) = (ann(&app), app.relying_party("spa"), app.relying_party("board"));
    let mut browser = app.browser();
    let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    let of_board = board.redeem(&arrive(&mut browser, &board, &who, &[])).id.expect("an ID token");
    let (hint, access) = (tokens.id.clone().expect("an ID token"), tokens.access.clone());
    let part = |text: &str| wayhome::crypto::base64url(text.as_bytes());
    let claims = hint.split('.').nth(1).expect("claims").to_owned();
    let unsigned = format!("{}.{claims}.", part(r#"{"alg":"none","typ":"JWT"}"#));
    let signature = hint.rsplit('.').next().expect("a signature");
    let kept = format!("{}.{claims}.{signature}", part(r#"{"alg":"none","typ":"JWT"}"#));
    let (ours, theirs) = ("http://localhost:5173/", "http://localhost:5174/");
    let end = |parameters: &[(&str, &str)]| format!("/oauth2/sessions/logout?{}", encoded(parameters));
    // Whoever cannot show a hint of this session is asked, and stays here.
    for (what, given) in [
        ("no hint", vec![("post_logout_redirect_uri", ours)]),
        ("no hint, but a name", vec![("post_logout_redirect_uri", ours), ("client_id", "spa")]),
        ("another issuer", vec![("post_logout_redirect_uri", ours), ("id_token_hint", foreign.as_str())]),
        ("no signature", vec![("post_logout_redirect_uri", ours), ("id_token_hint", unsigned.as_str())]),
        ("none with a signature", vec![("post_logout_redirect_uri", ours), ("id_token_hint", kept.as_str())]),
        ("an access token", vec![("post_logout_redirect_uri", ours), ("id_token_hint", access.as_str())]),
        (
            "a hint for another client",
            vec![
                ("post_logout_redirect_uri", ours),
                ("id_token_hint", hint.as_str()),
                ("client_id", "board"),
            ],
        ),
        (
            "two hints",
            vec![
                ("post_logout_redirect_uri", ours),
                ("id_token_hint", hint.as_str()),
                ("id_token_hint", hint.as_str()),
            ],
        ),
        (
            "two addresses",
            vec![
                ("post_logout_redirect_uri", ours),
                ("post_logout_redirect_uri", ours),
                ("id_token_hint", hint.as_str()),
            ],
        ),
    ] {
        browser.open(end(&given));
        assert!(browser.try_location().is_none(), "{what}: {:?}", browser.try_location());
        browser.expect_heading("logout.title");
        assert!(browser.has_session(), "{what}: signed out without being asked");
        let mut other = app.browser();
        other.open("/login").sign_in(&who).open(end(&given)).press("Sign out");
        other.expect_path("/logout/done");
    }
    // A good hint signs out; to an address that is not the client's own nobody goes.
    for (what, hint, uri) in [
        ("unregistered", &hint, "https://evil.test/"),
        ("nearly registered", &hint, "http://localhost:5173"),
        ("longer", &hint, "http://localhost:5173/x"),
        ("another client's", &hint, theirs),
        ("another client's, the other way", &of_board, ours),
        ("a redirect URI", &hint, "http://localhost:5173/callback"),
        ("a script", &hint, "javascript:alert(1)"),
        ("relative", &hint, "//evil.test/"),
    ] {
        let mut again = browser.tab();
        again.open(end(&[("id_token_hint", hint), ("post_logout_redirect_uri", uri)]));
        assert!(again.try_location().is_none(), "{what}: {:?}", again.try_location());
        again.expect_heading("logout.done_title");
        assert!(!again.page().html.contains("evil.test\""), "{what}");
    }
    browser.open(end(&[("id_token_hint", &hint), ("post_logout_redirect_uri", ours)]));
    assert_eq!(browser.location(), ours, "the one that is right");
}

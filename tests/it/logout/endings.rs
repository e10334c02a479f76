//! Whatever ends a session, its clients are told; S10, S11, S13.

use serde_json::json;

use super::{end_session, tokens, with_listener};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::Ask;
use crate::logout_sink::LogoutSink;
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};

on_both![
    prov_7_whatever_ends_a_session_its_clients_are_told,
    sec_s10_a_session_that_nobody_ended_is_no_news,
    sec_s11_after_a_sign_out_nothing_of_the_first_person_is_left_for_the_second,
    sec_s13_a_changed_password_tells_the_clients_of_all_other_sessions,
    prov_7_what_is_rolled_back_tells_nobody,
];

/// What ends the session of the browser, given the server, whose it is, and the browser itself.
type Ending = fn(&TestApp, &Person, &mut Browser<'_>);

const ENDINGS: &[(&str, Ending)] = &[
    ("the person, here", |_, _, browser| {
        browser.open("/logout").press("Sign out");
    }),
    ("the person, elsewhere", |app, who, _| {
        let mut other = app.browser();
        other.open("/login").sign_in(who).open("/account/sessions").press("Sign out everywhere else");
    }),
    ("a recovery", |app, who, _| {
        let mut other = app.browser();
        other.open("/recovery").submit([("email", &who.email)]).enter_code_of(app, &who.email);
        other.submit([("password", OTHER_PASSWORD)]).expect_path("/account");
    }),
    ("somebody else in the same browser", |app, who, browser| {
        let bob = app.identity("bob@example.org").with_password(PASSWORD);
        let rp = app.relying_party("told");
        browser.open(rp.authorization_url_with(&[("prompt", "login")]));
        let known = browser.page().forms.iter().any(|form| {
            form.fields.iter().any(|field| field.name == "identifier" && field.value == who.email)
        });
        assert!(!known || browser.page().text.contains("Use another account"), "{}", browser.page().text);
        if known {
            browser.click("Use another account");
        }
        browser.sign_in(&bob);
    }),
    ("an administrator, one session", |app, who, _| {
        let list = Ask::get(&format!("/admin/identities/{}/sessions", who.id));
        let sessions = app.ask_admin(&list).expect(200).json();
        let id = sessions[0]["id"].as_str().unwrap().to_owned();
        app.ask_admin(&Ask::get(&format!("/admin/sessions/{id}")).method("DELETE")).expect(204);
    }),
    ("an administrator, all sessions", |app, who, _| {
        let all = Ask::get(&format!("/admin/identities/{}/sessions", who.id)).method("DELETE");
        app.ask_admin(&all).expect(204);
    }),
    ("an administrator, who switches the person off", |app, who, _| {
        let off = json!({
            "schema_id": "default", "traits": { "email": who.email }, "state": "inactive",
        });
        let put = Ask::json("PUT", &format!("/admin/identities/{}", who.id), &off);
        app.ask_admin(&put).expect(200);
    }),
    ("an administrator, who deletes the person", |app, who, _| {
        app.ask_admin(&Ask::get(&format!("/admin/identities/{}", who.id)).method("DELETE")).expect(204);
    }),
];

fn prov_7_whatever_ends_a_session_its_clients_are_told(setup: Setup) {
    for (what, end) in ENDINGS {
        let sink = LogoutSink::start();
        let app = with_listener(setup.clone(), &sink);
        let ada = app.identity("ada@example.org").with_password(PASSWORD);
        let mut browser = app.browser();
        let known = tokens(&mut browser, &app.relying_party("told"), &ada, "openid");
        assert_eq!(app.waiting(), 0, "{what}");
        end(&app, &ada, &mut browser);
        assert_eq!(app.tell(), 1, "{what}");
        let (_, claims) = sink.only().parts();
        assert_eq!(claims["sid"], known.claims["sid"], "{what}");
        assert_eq!(claims["sub"], known.claims["sub"], "{what}");
    }
}

fn sec_s10_a_session_that_nobody_ended_is_no_news(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    tokens(&mut browser, &app.relying_party("told"), &ada, "openid");
    app.advance(3 * 3_600);
    browser.open("/account").expect_path("/login").sign_in(&ada).open("/logout").press("Sign out");
    assert_eq!((app.tell(), sink.posted().len()), (0, 0));
}

fn sec_s11_after_a_sign_out_nothing_of_the_first_person_is_left_for_the_second(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").named("Ada Lovelace").with_password(PASSWORD);
    let bob = app.identity("bob@example.org").with_password(PASSWORD);
    let rp = app.relying_party("told");
    let mut browser = app.browser();
    let known = tokens(&mut browser, &rp, &ada, "openid");
    let cookie = browser.cookie("wayhome_session").expect("a session");
    browser.open(end_session(&[("id_token_hint", known.id.as_deref().unwrap())]));
    browser.expect_heading("logout.done_title");
    assert!(!rp.is_alive(&known.access));
    browser.open(rp.authorization_url_with(&[("prompt", "none")]));
    assert_eq!(rp.error(browser.location()), "login_required");
    // The cookie, replayed.
    browser.set_cookie("wayhome_session", &cookie);
    browser.open("/account").expect_path("/login");
    browser.lose_cookie("wayhome_session");
    browser.open("/login").sign_in(&bob).expect_path("/account");
    for path in ["/account", "/account/profile", "/account/sessions", "/logout", "/logout/done"] {
        let html = browser.open(path).page().html.clone();
        assert!(!html.contains("ada@example.org") && !html.contains("Lovelace"), "{path}");
        assert!(!html.contains("Client told"), "{path}");
    }
    let sid = known.claims["sid"].as_str().unwrap();
    let html = browser.open(format!("/logout/done?ended={sid}")).page().html.clone();
    assert!(!html.contains("ada@example.org"));
}

fn sec_s13_a_changed_password_tells_the_clients_of_all_other_sessions(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let rp = app.relying_party("told");
    let (mut here, mut there) = (app.browser(), app.browser());
    let kept = tokens(&mut here, &rp, &ada, "openid");
    let ended = tokens(&mut there, &rp, &ada, "openid");
    here.open("/account/password").submit([("password", OTHER_PASSWORD)]).expect_says("password.changed");
    assert_eq!(app.tell(), 1);
    let (_, claims) = sink.only().parts();
    assert_eq!(claims["sid"], ended.claims["sid"]);
    assert_ne!(claims["sid"], kept.claims["sid"]);
    assert!(rp.is_alive(&kept.access) && !rp.is_alive(&ended.access));
}

fn prov_7_what_is_rolled_back_tells_nobody(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    tokens(&mut browser, &app.relying_party("told"), &ada, "openid");
    let id = ada.id;
    let work = app.work().clone();
    let refused = app.wait(work.write(move |cx| {
        wayhome::journey::end_everything(cx, id, None, "a test")?;
        Err::<(), _>(wayhome::cx::Fault::Internal("on second thoughts".to_owned()))
    }));
    assert!(refused.is_err());
    assert_eq!((app.waiting(), app.tell()), (0, 0));
    browser.open("/account").expect_path("/account");
}

//! What ends everything that a person has (seed S1, S35; security S10, S13, V10): seen from the side of the tokens.

use serde_json::json;

use super::{facts, signed_in};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::Ask;
use crate::logout::{tokens, with_listener};
use crate::logout_sink::LogoutSink;
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};
use crate::relying_party::{RelyingParty, Tokens};

on_both![
    seed_s1_s35_whatever_ends_everything_ends_every_token_and_tells_the_clients,
    seed_s35_a_recovery_may_leave_what_is_offline,
    seed_s35_a_new_password_ends_what_is_offline_elsewhere_and_nothing_here,
    seed_s1_clients_with_offline_access_from_an_old_session_are_told,
];

/// What ends everything of the person, given another browser in which they are signed in.
type Cause = fn(&TestApp, &Person, &mut Browser<'_>);

const CAUSES: &[(&str, Cause)] = &[
    ("an administrator switches them off", |app, who, _| {
        let off = json!({"schema_id": "default", "traits": {"email": who.email}, "state": "inactive"});
        app.ask_admin(&Ask::json("PUT", &format!("/admin/identities/{}", who.id), &off)).expect(200);
    }),
    ("an administrator deletes them", |app, who, _| {
        app.ask_admin(&Ask::get(&format!("/admin/identities/{}", who.id)).method("DELETE")).expect(204);
    }),
    ("an administrator sets a password", |app, who, _| {
        let put = json!({
            "schema_id": "default", "traits": {"email": who.email}, "state": "active",
            "credentials": {"password": {"config": {"password": OTHER_PASSWORD}}},
        });
        app.ask_admin(&Ask::json("PUT", &format!("/admin/identities/{}", who.id), &put)).expect(200);
    }),
    ("a recovery", |app, who, _| {
        let mut other = app.browser();
        other.open("/recovery").submit([("email", &who.email)]).enter_code_of(app, &who.email);
        other.submit([("password", OTHER_PASSWORD)]).expect_path("/account");
    }),
    ("another password", |_, _, here| {
        here.open("/account/password").submit([("password", OTHER_PASSWORD)]).expect_says("password.changed");
    }),
    ("this was not me", |_, _, here| {
        here.open("/account/activity").press("This wasn't me").expect_path("/account/password");
    }),
    ("they delete themselves", |_, who, here| {
        here.open("/account/data").submit([("email", &who.email)]).expect_path("/account/undo");
    }),
];

/// What somebody has elsewhere: a session with tokens, a code on its way, an open page and a change that waits.
struct Elsewhere<'a> {
    browser: Browser<'a>,
    rp: RelyingParty<'a>,
    tokens: Tokens,
    code: Ask,
    address: String,
}

fn elsewhere<'a>(app: &'a TestApp, who: &Person) -> Elsewhere<'a> {
    let mut browser = app.browser();
    let rp = app.relying_party("told");
    let tokens = tokens(&mut browser, &rp, who, "openid offline_access");
    browser.open("/account/profile");
    app.advance(11 * 60);
    browser.submit([("traits.name", "Whoever waits")]).expect_path("/login");
    let waiting = app.snapshot();
    let id = waiting.rows("parked_changes")[0]["id"].as_str().expect("an id").to_owned();
    let mut tab = browser.tab();
    tab.open(rp.authorization_url());
    let code = rp.redemption(tab.location());
    Elsewhere { browser, rp, tokens, code, address: format!("/account/confirmed?change={id}") }
}

impl Elsewhere<'_> {
    #[track_caller]
    fn is_over(&mut self, app: &TestApp, who: &Person, what: &str) {
        let rp = &self.rp;
        let refreshed = rp.refresh_answer(self.tokens.refresh());
        assert_eq!((refreshed.status, &refreshed.json()["error"]), (400, &json!("invalid_grant")), "{what}");
        assert_eq!(rp.introspect(&self.tokens.access), json!({"active": false}), "{what}");
        assert_eq!(rp.userinfo(&self.tokens.access).status, 401, "{what}");
        let redeemed = rp.ask_as_page(self.code.clone());
        assert_eq!((redeemed.status, &redeemed.json()["error"]), (400, &json!("invalid_grant")), "{what}");
        let snapshot = app.snapshot();
        assert!(snapshot.rows("parked_changes").is_empty(), "{what}");
        let alive =
            |row: &&serde_json::Value| row["identity_id"] == who.subject() && row["ended_at"].is_null();
        let grants: Vec<_> = snapshot.rows("grants").iter().filter(alive).collect();
        assert!(grants.is_empty(), "{what}: {grants:?}");
        // Nobody is signed in here, so the change leads to the account, and that to the sign-in.
        self.browser.open(&self.address).expect_path("/login");
    }
}

fn seed_s1_s35_whatever_ends_everything_ends_every_token_and_tells_the_clients(setup: Setup) {
    for (what, end) in CAUSES {
        let sink = LogoutSink::start();
        let app = with_listener(setup.clone(), &sink);
        let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
        let mut there = elsewhere(&app, &ada);
        let mut here = signed_in(&app, &ada);
        assert_eq!(app.waiting(), 0, "{what}");
        end(&app, &ada, &mut here);
        there.is_over(&app, &ada, what);
        assert_eq!(app.tell(), 1, "{what}");
        let (_, claims) = sink.only().parts();
        assert_eq!(claims["sid"], there.tokens.claims["sid"], "{what}");
        assert!(facts(&app, &ada).contains(&"grant.ended".to_owned()), "{what}");
    }
}

fn seed_s35_a_recovery_may_leave_what_is_offline(setup: Setup) {
    let app = setup.set("recovery.ends", "sessions").start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = signed_in(&app, &ada);
    browser.open(house.authorization_url_with(&[("scope", "openid offline_access")]));
    let offline = house.redeem(browser.location());
    browser.open(house.authorization_url_with(&[("scope", "openid")]));
    let online = house.redeem(browser.location());
    let mut other = app.browser();
    other.open("/recovery").submit([("email", &ada.email)]).enter_code_of(&app, &ada.email);
    other.submit([("password", OTHER_PASSWORD)]).expect_path("/account");
    browser.open("/account").expect_path("/login");
    assert!(house.is_alive(&offline.access) && !house.is_alive(&online.access));
    house.refresh(&offline);
}

fn seed_s35_a_new_password_ends_what_is_offline_elsewhere_and_nothing_here(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let (mut here, mut there) = (signed_in(&app, &ada), signed_in(&app, &ada));
    let offline = |browser: &mut Browser<'_>| {
        browser.open(house.authorization_url_with(&[("scope", "openid offline_access")]));
        house.redeem(browser.location())
    };
    let (kept, ended) = (offline(&mut here), offline(&mut there));
    here.open("/account/password").submit([("password", OTHER_PASSWORD), ("end_others", "")]);
    assert!(house.is_alive(&ended.access), "the box was not ticked");
    here.open("/account/password").submit([("password", PASSWORD)]).expect_says("password.changed");
    assert!(house.is_alive(&kept.access) && !house.is_alive(&ended.access));
    assert_eq!(house.refresh_answer(ended.refresh()).status, 400);
    house.refresh(&kept);
}

fn seed_s1_clients_with_offline_access_from_an_old_session_are_told(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let known = tokens(&mut browser, &app.relying_party("told"), &ada, "openid offline_access");
    app.advance(25 * 3_600);
    browser.open("/account").expect_path("/login");
    let id = ada.id;
    app.write(move |cx| {
        wayhome::journey::set_state(cx, id, wayhome::model::IdentityState::Inactive).map(|_| ())
    });
    assert_eq!(app.tell(), 1);
    let (_, claims) = sink.only().parts();
    assert_eq!(claims["sub"], known.claims["sub"]);
}

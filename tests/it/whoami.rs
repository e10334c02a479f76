//! `GET /sessions/whoami`: whose session a browser has, for applications that forward its cookies.

use serde_json::{Value, json};

use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::factors::with_app;
use crate::http::{Answer, Ask};
use crate::people::{PASSWORD, Person};

on_both![
    seed_s1_s2_whoami_tells_whose_session_it_is_until_the_identity_is_switched_off,
    sec_a01_whoami_asks_for_the_second_factor_of_whoever_has_one,
    sec_s02_a_session_in_another_browser_is_nobodys,
];

fn whoami(browser: &mut Browser<'_>) -> Answer {
    browser.send(Ask::get("/sessions/whoami"), From::OurPage)
}

#[track_caller]
fn refused(answer: &Answer, status: u16, id: &str) {
    let error = answer.json()["error"].clone();
    let heard = (answer.status, error["code"].as_u64(), error["id"].as_str());
    assert_eq!(heard, (status, Some(u64::from(status)), Some(id)), "{}", answer.text());
    assert!(error["message"].is_string() && error["reason"].is_string() && error["status"].is_string());
}

fn switch(app: &TestApp, who: &Person, state: &str) {
    let patch = json!([{"op": "replace", "path": "/state", "value": state}]);
    app.ask_admin(&Ask::json("PATCH", &format!("/admin/identities/{}", who.id), &patch)).expect(200);
}

fn seed_s1_s2_whoami_tells_whose_session_it_is_until_the_identity_is_switched_off(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    let patch = json!([
        {"op": "add", "path": "/metadata_public", "value": {"plan": "pro"}},
        {"op": "add", "path": "/metadata_admin", "value": {"crm": 1}},
    ]);
    app.ask_admin(&Ask::json("PATCH", &format!("/admin/identities/{}", ada.id), &patch)).expect(200);
    let mut browser = app.browser();
    refused(&whoami(&mut browser), 401, "session_inactive");
    browser.open("/login").sign_in(&ada);

    let answer = whoami(&mut browser).expect(200);
    assert_eq!(answer.header("x-kratos-authenticated-identity-id"), Some(ada.subject().as_str()));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let session = answer.json();
    assert_eq!(session["active"], true);
    assert_eq!(session["authenticator_assurance_level"], "aal1");
    let methods = &session["authentication_methods"];
    assert_eq!((&methods[0]["method"], &methods[0]["aal"]), (&json!("password"), &json!("aal1")));
    assert_eq!(methods.as_array().map(Vec::len), Some(1));
    let identity = &session["identity"];
    assert_eq!(identity["id"], ada.subject());
    assert_eq!(identity["traits"], json!({"email": "ada@example.org", "name": "Ada"}));
    assert_eq!(identity["metadata_public"], json!({"plan": "pro"}));
    for hidden in ["metadata_admin", "credentials", "version"] {
        assert_eq!(identity.get(hidden), None::<&Value>, "{hidden}");
    }
    let listed =
        app.ask_admin(&Ask::get(&format!("/admin/identities/{}/sessions", ada.id))).expect(200).json();
    assert_eq!(listed[0]["id"], session["id"]);
    // Looking is no use of the session: its end stays where it is.
    app.advance(600);
    assert_eq!(whoami(&mut browser).expect(200).json()["expires_at"], session["expires_at"]);

    switch(&app, &ada, "inactive");
    refused(&whoami(&mut browser), 401, "session_inactive");
    switch(&app, &ada, "active");
    refused(&whoami(&mut browser), 401, "session_inactive");
}

fn sec_a01_whoami_asks_for_the_second_factor_of_whoever_has_one(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    whoami(&mut browser).expect(200);
    let phone = with_app(&app, &ada);
    let answer = whoami(&mut browser);
    refused(&answer, 403, "session_aal2_required");
    assert_eq!(answer.json()["redirect_browser_to"], format!("{}/login", app.issuer));

    let mut other = app.browser();
    other.open("/login").sign_in(&ada);
    other.submit([("code", &phone.next_code(&app))]);
    let session = whoami(&mut other).expect(200).json();
    assert_eq!(session["authenticator_assurance_level"], "aal2");
    let methods = session["authentication_methods"].as_array().cloned().unwrap_or_default();
    let told: Vec<(&str, &str)> = methods
        .iter()
        .map(|of| (of["method"].as_str().unwrap_or_default(), of["aal"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(told, [("password", "aal1"), ("totp", "aal2")]);
}

fn sec_s02_a_session_in_another_browser_is_nobodys(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut hers = app.browser();
    hers.open("/login").sign_in(&ada);
    let mut other = app.browser();
    other.open("/login");
    let session = hers.cookie("wayhome_session").expect("she is signed in");
    let ask = Ask::get("/sessions/whoami");
    // Alone, and with the cookie of another browser.
    let alone = ask.clone().with("Cookie", &format!("wayhome_session={session}"));
    refused(&app.ask(&alone), 401, "session_inactive");
    let browser = other.cookie("wayhome_browser").expect("every browser has one");
    let mixed = ask.with("Cookie", &format!("wayhome_session={session}; wayhome_browser={browser}"));
    refused(&app.ask(&mixed), 401, "session_inactive");
    whoami(&mut hers).expect(200);
}

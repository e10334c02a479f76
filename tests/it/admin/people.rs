//! What an administrator does to people, and what ends with it.

use super::*;

on_both![
    seed_s1_switching_somebody_off_takes_effect_before_the_answer,
    seed_s9_a_recovery_by_an_administrator_ends_where_the_call_said,
    seed_s16_a_second_recovery_voids_the_first_and_its_page_says_so,
    an_address_that_was_taken_away_recovers_nothing,
    an_address_has_one_owner_however_many_ask_at_once,
    another_password_ends_what_the_old_one_had,
    sessions_are_listed_and_ended,
];

fn seed_s1_switching_somebody_off_takes_effect_before_the_answer(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    let tokens = spa.redeem(browser.location());
    assert!(spa.is_alive(&tokens.access));

    let mut body = json!({"traits": {"email": "ada@example.org"}, "state": "inactive"});
    let off = put(&app, &ada, &body).expect(200).json();
    assert_eq!(off["state"], "inactive");

    assert!(!spa.is_alive(&tokens.access));
    assert_eq!(spa.refresh_answer(tokens.refresh()).expect(400).json()["error"], "invalid_grant");
    assert_eq!(spa.introspect(&tokens.access), json!({"active": false}));
    let form = Ask::form("/admin/oauth2/introspect", &[("token", &tokens.access)]);
    assert_eq!(app.ask_admin(&form).expect(200).json(), json!({"active": false}));
    let alive = get(&app, &format!("/admin/identities/{}/sessions?active=true", ada.id));
    assert_eq!(alive, json!([]));
    browser.open("/account").expect_path("/login");
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    browser.expect_path("/login").expect_says_with("login.disabled", &[("support", "Wayhome")]);
    assert!(!browser.has_session() || browser.open("/account").page().path() == "/login");
    let id = ada.id;
    let events = app.write(move |cx| Ok(store::events::kinds_of(cx.db, id)?));
    assert!(events.iter().any(|kind| kind == "identity.deactivated"), "{events:?}");
    assert_eq!(get(&app, &format!("/admin/identities/{}/sessions?active=true", ada.id)), json!([]));
    let before = app.mailbox().count("ada@example.org");
    let mut other = app.browser();
    other.open("/recovery");
    other.submit([("email", "ada@example.org")]);
    assert_eq!(app.mailbox().count("ada@example.org"), before, "a mail went to somebody who is switched off");
    refused(&post(&app, "/admin/recovery/code", &json!({"identity_id": ada.id})), 409, "identity_inactive");

    body["state"] = json!("active");
    assert_eq!(put(&app, &ada, &body).expect(200).json()["state"], "active");
    assert!(!spa.is_alive(&tokens.access));
    assert_eq!(spa.refresh_answer(tokens.refresh()).status, 400);
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn seed_s9_a_recovery_by_an_administrator_ends_where_the_call_said(setup: Setup) {
    let app = setup.set("return_urls.allowed", "https://app.example.org").start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut old = app.browser();
    old.open("/login");
    old.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);

    let (link, code) = recovery(&app, &ada, Some("https://app.example.org/welcome?x=1"));
    assert!(!link.contains(&code));
    let mut browser = app.browser();
    browser.open(&link);
    browser.submit([("code", &code)]);
    browser.submit([("password", OTHER_PASSWORD)]);
    assert_eq!(browser.location(), "https://app.example.org/welcome?x=1");
    assert!(browser.has_session());
    old.open("/account").expect_path("/login");
    assert_eq!(
        texts(&get(&app, &format!("/admin/identities/{}/sessions?active=true", ada.id)), "id").len(),
        1
    );

    // Without a URL the journey ends at the account, and the settings are not shown again.
    let (link, code) = recovery(&app, &ada, None);
    let mut browser = app.browser();
    browser.open(&link);
    browser.submit([("code", &code)]);
    browser.submit([("password", PASSWORD)]);
    browser.expect_path("/account");

    let mut used = app.browser();
    used.open(&link);
    used.expect_path("/login");
    assert!(!used.has_session());

    let before = texts(&get(&app, "/admin/identities"), "id");
    for url in [
        "https://evil.example/",
        "https://app.example.org.evil.example/",
        "javascript:alert(1)",
        "//evil.example",
    ] {
        let body = json!({"identity_id": ada.id, "return_to": url});
        refused(&post(&app, "/admin/recovery/code", &body), 400, "self_service_flow_return_to_forbidden");
    }
    assert_eq!(texts(&get(&app, "/admin/identities"), "id"), before);
}

fn seed_s16_a_second_recovery_voids_the_first_and_its_page_says_so(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (first_link, first_code) = recovery(&app, &ada, None);
    let mut first = app.browser();
    first.open(&first_link);
    app.advance(540);
    let (second_link, second_code) = recovery(&app, &ada, None);
    assert_ne!(first_link, second_link);
    first.submit([("code", &first_code)]);
    first.expect_says_with("code.newer", &[("time", "14:39 UTC")]);
    let mut second = app.browser();
    second.open(&second_link);
    second.submit([("code", &second_code)]);
    second.submit([("password", OTHER_PASSWORD)]);
    second.expect_path("/account");
}

fn an_address_that_was_taken_away_recovers_nothing(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/recovery");
    browser.submit([("email", "ada@example.org")]);
    let (code, link) = (app.mailbox().code_for("ada@example.org"), app.mailbox().link_for("ada@example.org"));
    let body = json!({"traits": {"email": "lovelace@example.org"}, "state": "active"});
    let replaced = put(&app, &ada, &body).expect(200).json();
    assert_eq!(replaced["verifiable_addresses"][0]["verified"], false);
    if browser.page().main_form().is_some_and(|form| form.field("code").is_some()) {
        browser.submit([("code", &code)]);
    }
    assert!(browser.page().main_form().is_none_or(|form| form.field("password").is_none()));
    let mut other = app.browser();
    other.open(link);
    assert!(other.page().main_form().is_none_or(|form| form.field("password").is_none()));
}

fn an_address_has_one_owner_however_many_ask_at_once(setup: Setup) {
    let app = setup.start();
    let (admin, host) = (app.admin, app.admin.to_string());
    let ask = Ask::json("POST", "/admin/identities", &json!({"traits": {"email": "ada@example.org"}}));
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| http::send(admin, &host, &ask).status)).collect();
        asked.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(texts(&get(&app, "/admin/identities"), "id").len(), 1);
}

fn another_password_ends_what_the_old_one_had(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    let tokens = spa.redeem(browser.location());
    let credentials = json!({"password": {"config": {"password": OTHER_PASSWORD}}});
    let body = json!({"traits": {"email": "ada@example.org"}, "state": "active", "credentials": credentials});
    let _replaced = put(&app, &ada, &body).expect(200);
    assert!(!spa.is_alive(&tokens.access));
    assert_eq!(spa.refresh_answer(tokens.refresh()).status, 400);
    let mut browser = app.browser();
    browser.open("/login");
    browser.submit([("identifier", "ada@example.org"), ("password", OTHER_PASSWORD)]).expect_path("/account");

    // A hash that was made elsewhere is a password too.
    let hash = app.wait(
        app.work().env().passwords.hash(wayhome::crypto::PlainPassword::new(PASSWORD).expect("a password")),
    );
    let hash = hash.expect("it is hashed").as_phc().to_owned();
    let credentials = json!({"password": {"config": {"hashed_password": hash}}});
    let made = post(
        &app,
        "/admin/identities",
        &json!({"traits": {"email": "grace@example.org"}, "credentials": credentials,
            "verifiable_addresses": [{"value": "grace@example.org", "via": "email", "verified": true}]}),
    );
    let _made = made.expect(201);
    let mut browser = app.browser();
    browser.open("/login");
    browser.submit([("identifier", "grace@example.org"), ("password", PASSWORD)]).expect_path("/account");
}

fn sessions_are_listed_and_ended(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let sign_in = || {
        let mut browser = app.browser();
        browser.open("/login");
        browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]).expect_path("/account");
        browser
    };
    let (mut one, mut two) = (sign_in(), sign_in());
    let list = format!("/admin/identities/{}/sessions", ada.id);
    let ids = texts(&get(&app, &list), "id");
    assert_eq!(ids.len(), 2);
    let newest = format!("/admin/sessions/{}", ids[0]);
    let shown = get(&app, &newest);
    assert_eq!((&shown["active"], shown.get("identity"), shown.get("devices")), (&json!(true), None, None));
    let shown = get(&app, &format!("{newest}?expand=identity&expand=devices"));
    assert_eq!(shown["identity"]["id"], ada.subject());
    assert_eq!(shown["devices"][0]["user_agent"], crate::browser::FIREFOX);

    assert_eq!(app.ask_admin(&Ask::get(&newest).method("DELETE")).status, 204);
    assert_eq!(get(&app, &newest)["active"], false);
    two.open("/account").expect_path("/login");
    one.open("/account").expect_path("/account");
    assert_eq!(texts(&get(&app, &format!("{list}?active=true")), "id"), [ids[1].clone()]);
    assert_eq!(texts(&get(&app, &format!("{list}?active=false")), "id"), [ids[0].clone()]);
    assert_eq!(app.ask_admin(&Ask::get(&list).method("DELETE")).status, 204);
    one.open("/account").expect_path("/login");
    assert_eq!(get(&app, &format!("{list}?active=true")), json!([]));
}

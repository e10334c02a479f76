//! The administration: its keys, what it shows and hides, and what it ends.

use serde_json::{Value, json};
use wayhome::crypto::{PlainToken, TokenKind};
use wayhome::model::{ApiKeyId, Instant};
use wayhome::random::{Random as _, SystemRandom};
use wayhome::store;
use wayhome::store::api_keys::{self, ApiKey};

use crate::app::{CLIENT_SECRET, Setup, TestApp, on_both};
use crate::http::{self, Answer, Ask};
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};

on_both![
    sec_g01_only_a_living_key_opens_the_administration,
    sec_g03_no_list_holds_a_secret,
    sec_g05_an_administrator_sets_only_what_is_theirs_to_set,
    sec_i01_forged_tokens_filters_and_ids_are_refused,
    seed_s1_switching_somebody_off_takes_effect_before_the_answer,
    seed_s7_the_public_listener_names_the_right_one_and_never_speaks_of_csrf,
    seed_s9_a_recovery_by_an_administrator_ends_where_the_call_said,
    seed_s16_a_second_recovery_voids_the_first_and_its_page_says_so,
    an_address_that_was_taken_away_recovers_nothing,
    an_address_has_one_owner_however_many_ask_at_once,
    another_password_ends_what_the_old_one_had,
    sessions_are_listed_and_ended,
    the_schema_of_an_identity_is_where_it_says,
];

/// An API key of this server.
pub fn key(app: &TestApp, expires_at: Option<Instant>) -> (ApiKeyId, String) {
    let secret = PlainToken::generate(TokenKind::ApiKey, &SystemRandom);
    let (digest, text) = (secret.digest(), secret.expose().to_owned());
    let id = ApiKeyId::from_uuid(SystemRandom.uuid());
    app.write(move |cx| {
        let key = ApiKey {
            id,
            name: "tests".to_owned(),
            created_at: cx.now,
            expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        Ok(api_keys::insert(cx.db, &key, &digest)?)
    });
    (id, text)
}

#[track_caller]
fn get(app: &TestApp, target: &str) -> Value {
    app.ask_admin(&Ask::get(target)).expect(200).json()
}

#[track_caller]
fn post(app: &TestApp, target: &str, body: &Value) -> Answer {
    app.ask_admin(&Ask::json("POST", target, body))
}

#[track_caller]
fn put(app: &TestApp, person: &Person, body: &Value) -> Answer {
    app.ask_admin(&Ask::json("PUT", &format!("/admin/identities/{}", person.id), body))
}

#[track_caller]
fn refused(answer: &Answer, status: u16, id: &str) {
    assert_eq!(
        (answer.status, answer.json()["error"]["id"].as_str()),
        (status, Some(id)),
        "{}",
        answer.text()
    );
}

fn texts(list: &Value, member: &str) -> Vec<String> {
    let rows = list.as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(|row| row[member].as_str().map(str::to_owned)).collect()
}

/// A recovery by an administrator: link and code.
#[track_caller]
fn recovery(app: &TestApp, person: &Person, return_to: Option<&str>) -> (String, String) {
    let mut body = json!({"identity_id": person.id, "expires_in": "1h"});
    if let Some(url) = return_to {
        body["return_to"] = json!(url);
    }
    let made = post(app, "/admin/recovery/code", &body).expect(201).json();
    let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    (text("recovery_link"), text("recovery_code"))
}

fn sec_g01_only_a_living_key_opens_the_administration(setup: Setup) {
    let app = setup.production().start();
    let (id, good) = key(&app, None);
    let (_, short) = key(&app, Some(app.now() + std::time::Duration::from_secs(60)));
    let ask = |token: &str| app.ask_admin(&Ask::get("/admin/identities").bearer(token));
    assert_eq!(ask(&good).status, 200);
    assert_eq!(ask(&short).status, 200);
    app.advance(60);
    refused(&ask(&short), 401, "api_key_invalid");
    let used = app.write(move |cx| Ok(api_keys::list(cx.db)?));
    assert!(used.iter().all(|key| key.last_used_at.is_some()));

    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    let tokens = spa.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    let session = browser.cookie("__Host-wayhome_session").expect("a session");
    for other in [tokens.access.as_str(), tokens.refresh(), &session, tokens.id.as_deref().expect("openid")] {
        refused(&ask(other), 401, "api_key_invalid");
    }
    let with_cookie =
        Ask::get("/admin/identities").with("Cookie", &format!("__Host-wayhome_session={session}"));
    refused(&app.ask_admin(&with_cookie), 401, "api_key_required");

    app.write(move |cx| Ok(api_keys::revoke(cx.db, id, cx.now)?));
    refused(&ask(&good), 401, "api_key_invalid");
}

fn sec_g03_no_list_holds_a_secret(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/recovery");
    browser.submit([("email", "ada@example.org")]);
    let (code, link) = (app.mailbox().code_for("ada@example.org"), app.mailbox().link_for("ada@example.org"));
    let token = link.rsplit('=').next().expect("a token").to_owned();
    let message = texts(&get(&app, "/admin/courier/messages"), "id").remove(0);
    for target in [
        "/admin/identities".to_owned(),
        format!("/admin/identities/{}", ada.id),
        format!("/admin/identities/{}/sessions", ada.id),
        "/admin/clients".to_owned(),
        "/admin/clients/shop".to_owned(),
        "/admin/courier/messages".to_owned(),
        format!("/admin/courier/messages/{message}"),
    ] {
        let text = get(&app, &target).to_string();
        let grouped = format!("{} {}", &code[..4], &code[4..]);
        for secret in
            [&code, &grouped, &token, CLIENT_SECRET, PASSWORD, "argon2", "\"client_secret\"", "sealed"]
        {
            assert!(!text.contains(secret), "{target} holds {secret}: {text}");
        }
    }
    assert_eq!(get(&app, "/admin/clients/shop")["wayhome"]["has_secret"], true);
    assert_eq!(get(&app, "/admin/clients/spa")["wayhome"]["has_secret"], false);
    assert_eq!(
        texts(&get(&app, "/admin/clients"), "client_id").len(),
        app.work().env().clients.get().iter().count()
    );
}

fn sec_g05_an_administrator_sets_only_what_is_theirs_to_set(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").unverified().with_password(PASSWORD);
    let before = get(&app, &format!("/admin/identities/{}", ada.id));
    for (member, value) in [
        ("id", json!("9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11")),
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("version", json!(7)),
        ("state_changed_at", json!("2020-01-01T00:00:00Z")),
        ("verifiable_addresses", json!([{"value": "ada@example.org", "via": "email", "verified": true}])),
        ("role", json!("admin")),
        ("traits.email", json!("eve@example.org")),
    ] {
        let mut body = json!({"traits": {"email": "ada@example.org"}, "state": "active"});
        body[member] = value;
        refused(&put(&app, &ada, &body), 400, "malformed_body");
    }
    let unknown_trait = json!({"traits": {"email": "ada@example.org", "is_admin": true}, "state": "active"});
    refused(&put(&app, &ada, &unknown_trait), 400, "invalid_identity");
    let other_schema = json!({"schema_id": "x", "traits": {"email": "ada@example.org"}, "state": "active"});
    refused(&put(&app, &ada, &other_schema), 400, "invalid_identity");
    assert_eq!(get(&app, &format!("/admin/identities/{}", ada.id)), before);
}

fn sec_i01_forged_tokens_filters_and_ids_are_refused(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    for n in 0..3 {
        let _person = app.identity(&format!("p{n}@example.org")).without_password();
        let mut browser = app.browser();
        browser.open("/recovery");
        browser.submit([("email", &format!("p{n}@example.org"))]);
        let mut browser = app.browser();
        browser.open("/login");
        browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    }
    let sessions = format!("/admin/identities/{}/sessions", ada.id);
    for (list, member, rows) in [
        ("/admin/identities", "id", 4),
        ("/admin/courier/messages", "id", 3),
        ("/admin/clients", "client_id", app.work().env().clients.get().iter().count()),
        (sessions.as_str(), "id", 3),
    ] {
        let mut seen = Vec::new();
        let mut target = Some(format!("{list}?page_size=1"));
        let mut first_next = None;
        while let Some(page) = target {
            let answer = app.ask_admin(&Ask::get(&page)).expect(200);
            seen.extend(texts(&answer.json(), member));
            let links = answer.header("link").unwrap_or_default().to_owned();
            assert!(links.contains("rel=\"first\""), "{links}");
            target = links
                .split_once(">; rel=\"next\"")
                .map(|(before, _)| before.rsplit('<').next().unwrap_or_default().to_owned());
            first_next = first_next.or_else(|| target.clone());
            assert!(seen.len() <= rows, "{list} does not end");
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), rows, "{list}");
        let next = first_next.expect("more than one page");
        for forged in [
            next.replace("page_token=", "page_token=AA"),
            format!("{next}A"),
            next.replacen(
                list,
                if list == "/admin/clients" { "/admin/identities" } else { "/admin/clients" },
                1,
            ),
            format!("{list}?page_token=%27%20OR%201%3D1--"),
        ] {
            refused(&app.ask_admin(&Ask::get(&forged)), 400, "invalid_page_token");
        }
        for (query, id) in [
            ("sort=id", "unknown_parameter"),
            ("order=id%20desc", "unknown_parameter"),
            ("filter=1%3D1", "unknown_parameter"),
            ("page_size=-1", "invalid_page_size"),
            ("page_size=99999999999999999999", "invalid_page_size"),
            ("page_token=%00", "unstorable_character"),
        ] {
            refused(&app.ask_admin(&Ask::get(&format!("{list}?{query}"))), 400, id);
        }
    }
    for target in [
        "/admin/identities/1'%20OR%20'1'='1",
        "/admin/sessions/%00",
        "/admin/courier/messages/..%2f",
        "/admin/identities?ids=%27",
    ] {
        refused(&app.ask_admin(&Ask::get(target)), 400, "malformed_id");
    }
    refused(&app.ask_admin(&Ask::get("/admin/clients/%00%27")), 404, "not_found");
    let found = get(&app, "/admin/identities?credentials_identifier=%27%20OR%201%3D1--");
    assert_eq!(found, json!([]));
    let found = get(&app, "/admin/courier/messages?recipient=p1%40example.org&status=queued");
    assert_eq!(texts(&found, "recipient"), ["p1@example.org"]);
    refused(&app.ask_admin(&Ask::get("/admin/courier/messages?status=%27")), 400, "invalid_parameter");
}

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

fn seed_s7_the_public_listener_names_the_right_one_and_never_speaks_of_csrf(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let body = json!({"identity_id": ada.id});
    for ask in [
        Ask::json("POST", "/admin/recovery/code", &body),
        Ask::json("POST", "/admin/recovery/code", &body).with("Cookie", "wayhome_browser=x; csrf_token=y"),
        Ask::json("PUT", "/admin/identities", &body),
        Ask::get("/admin/identities"),
        Ask::get("/admin"),
        Ask::form("/admin/anything", &[("a", "b")]),
    ] {
        let answer = app.ask(&ask);
        refused(&answer, 404, "admin_api_wrong_listener");
        assert!(answer.text().contains(&app.admin.to_string()), "{}", answer.text());
        let text = answer.text().to_lowercase();
        assert!(!text.contains("csrf") && !text.contains("cookie"), "{text}");
    }
    // On its own listener it works as any program calls it, with or without a cookie.
    let with_cookie =
        Ask::json("POST", "/admin/recovery/code", &body).with("Cookie", "wayhome_session=stale");
    let _made = app.ask_admin(&with_cookie).expect(201);
    let _made = post(&app, "/admin/recovery/code", &body).expect(201);
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

fn the_schema_of_an_identity_is_where_it_says(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let url =
        get(&app, &format!("/admin/identities/{}", ada.id))["schema_url"].as_str().expect("a URL").to_owned();
    let path = url.strip_prefix(&app.issuer).expect("an address of ours");
    let read = |path: &str| app.ask(&Ask::get(path).with("Origin", "https://tools.example.org"));
    let schema = read(path).expect(200).json();
    assert!(schema["properties"]["email"].is_object(), "{schema}");
    assert_eq!(read("/schemas/default").expect(200).json(), schema);
    assert_eq!(read("/schemas").expect(200).json(), json!([{"id": "default", "schema": schema}]));
    for unknown in ["/schemas/other", "/schemas/", "/schemas/default/x", "/schemas/..%2fdefault"] {
        let answer = read(unknown);
        assert_eq!(answer.status, 404, "{unknown}");
    }
    assert_eq!(read("/schemas/other").json()["error_id"], "not_found");
}

//! Many people at once, their credentials, their sessions.

use super::*;

on_both![
    seed_s18_many_wishes_are_done_or_refused_each_for_itself,
    sec_g11_a_hash_from_elsewhere_opens_the_account_and_is_replaced,
    a_password_is_taken_away_but_never_the_last_way_in,
    sessions_are_listed_prolonged_and_ended_together,
    seed_s17_earlier_recoveries_are_replaced_kept_or_a_reason_to_refuse,
    seed_s17_a_link_of_an_administrator_opens_once_in_any_browser,
];

const BCRYPT: &str = "$2b$04$8GyucX8XsZLj7wIH9nlh3.Gyu9rtWEp.zIeA5zM3n7OoomDBUwPZK";

fn patch(app: &TestApp, wishes: Value) -> Answer {
    app.ask_admin(&Ask::json("PATCH", "/admin/identities", &json!({ "identities": wishes })))
}

fn seed_s18_many_wishes_are_done_or_refused_each_for_itself(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let id = |n: u32| format!("5f1d9f0e-7a1c-4b57-a8d4-6a4b1c1b7c{n:02}");
    let wishes = json!([
        {"patch_id": id(0), "create": {"traits": {"email": "grace@example.org"}, "credentials":
            {"password": {"config": {"hashed_password": BCRYPT}}}}},
        {"patch_id": id(1), "create": {"traits": {"email": "nobody"}}},
        {"patch_id": id(2), "create": {"traits": {"email": "ada@example.org"}}},
        {"patch_id": id(3), "create": {"traits": {"email": "x@example.org"}, "role": "admin"}},
        {"patch_id": id(4), "update": {"id": ada.id, "traits": {"email": "ada@example.org", "name": "Ada"}, "state": "active"}},
        {"patch_id": id(5), "update": {"id": id(9), "traits": {}, "state": "active"}},
        {"patch_id": id(6), "delete": ben.id},
        {"patch_id": id(7), "delete": "x"},
        {"patch_id": id(8)},
        {"create": {"traits": {"email": "alan@example.org"}, "credentials": {"password": {"config": {"password": "short"}}}}},
    ]);
    let answer = patch(&app, wishes).expect(200).json();
    let outcomes = answer["identities"].as_array().expect("a list");
    let told: Vec<(&str, &str)> = outcomes
        .iter()
        .map(|outcome| {
            let error = outcome["error"]["id"].as_str().unwrap_or_default();
            (outcome["action"].as_str().expect("an action"), error)
        })
        .collect();
    let expected = [
        ("create", ""),
        ("error", "invalid_identity"),
        ("error", "address_taken"),
        ("error", "malformed_body"),
        ("update", ""),
        ("error", "invalid_identity"),
        ("delete", ""),
        ("error", "malformed_id"),
        ("error", "malformed_body"),
        ("error", "invalid_credentials"),
    ];
    assert_eq!(told[..5], expected[..5]);
    assert_eq!(told[6..], expected[6..]);
    assert!(matches!(told[5], ("error", "not_found" | "invalid_identity")));
    for (n, outcome) in outcomes.iter().take(9).enumerate() {
        assert_eq!(outcome["patch_id"], id(u32::try_from(n).expect("small")));
    }
    assert!(outcomes[9].get("patch_id").is_none());
    let error = &outcomes[1]["error"];
    assert_eq!(
        (&error["code"], &error["details"]["faults"][0]["pointer"]),
        (&json!(400), &json!("/traits/email"))
    );
    let mut emails: Vec<String> = get(&app, "/admin/identities")
        .as_array()
        .expect("a list")
        .iter()
        .map(|person| person["traits"]["email"].as_str().expect("an address").to_owned())
        .collect();
    emails.sort();
    assert_eq!(emails, ["ada@example.org", "grace@example.org"]);

    let many: Vec<Value> = (0..1001).map(|_| json!({"delete": id(1)})).collect();
    refused(&patch(&app, json!(many)), 400, "too_many_identities");
    let plain =
        json!({"create": {"traits": {}, "credentials": {"password": {"config": {"password": PASSWORD}}}}});
    refused(&patch(&app, json!(vec![plain; 201])), 400, "too_many_identities");
    refused(&patch(&app, json!({})), 400, "malformed_body");
}

fn sec_g11_a_hash_from_elsewhere_opens_the_account_and_is_replaced(setup: Setup) {
    let app = setup.start();
    let made = post(
        &app,
        "/admin/identities",
        &json!({
            "traits": {"email": "ada@example.org"},
            "credentials": {"password": {"config": {"hashed_password": BCRYPT}}},
            "verifiable_addresses": [{"value": "ada@example.org", "via": "email", "verified": true}],
        }),
    );
    let id: wayhome::model::IdentityId =
        made.expect(201).json()["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let hash = || {
        let found = app.write(move |cx| wayhome::identity::administration::password_hash(cx, id));
        found.expect("a hash").as_phc().to_owned()
    };
    assert_eq!(hash(), BCRYPT);
    let mut browser = app.browser();
    browser.open("/login");
    browser.submit([("identifier", "ada@example.org"), ("password", "correct horsf")]).expect_path("/login");
    assert_eq!(hash(), BCRYPT);
    browser
        .submit([("identifier", "ada@example.org"), ("password", "correct horse")])
        .expect_path("/account");
    assert!(hash().starts_with("$argon2id$"), "{}", hash());
    let events = app.write(move |cx| Ok(store::events::kinds_of(cx.db, id)?));
    assert!(events.iter().any(|kind| kind == "credential.rehashed"), "{events:?}");
    let mut browser = app.browser();
    browser.open("/login");
    browser
        .submit([("identifier", "ada@example.org"), ("password", "correct horse")])
        .expect_path("/account");
}

fn a_password_is_taken_away_but_never_the_last_way_in(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let eve = app.identity("eve@example.org").unverified().with_password(PASSWORD);
    let delete = |person: &Person, kind: &str| {
        let target = format!("/admin/identities/{}/credentials/{kind}", person.id);
        app.ask_admin(&Ask::get(&target).method("DELETE"))
    };
    let mut browser = app.browser();
    browser.open("/login");
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]).expect_path("/account");
    refused(&delete(&eve, "password"), 400, "last_way_in");
    refused(&delete(&ada, "oidc"), 404, "not_found");
    assert_eq!(delete(&ada, "password").status, 204);
    refused(&delete(&ada, "password"), 404, "not_found");
    browser.open("/account").expect_path("/login");
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]).expect_path("/login");
    assert!(get(&app, &format!("/admin/identities/{}", ada.id)).get("credentials").is_none());
    let id = ada.id;
    let events = app.write(move |cx| Ok(store::events::kinds_of(cx.db, id)?));
    assert!(events.iter().any(|kind| kind == "credential.removed"), "{events:?}");
    // The way that is left leads to a new one.
    let mut browser = app.browser();
    browser.open("/recovery");
    browser.submit([("email", "ada@example.org")]);
    browser.submit([("code", &app.mailbox().code_for("ada@example.org"))]);
    browser.submit([("password", OTHER_PASSWORD)]).expect_path("/account");
}

fn sessions_are_listed_prolonged_and_ended_together(setup: Setup) {
    let app = setup.start();
    let people =
        ["ada@example.org", "ben@example.org"].map(|email| app.identity(email).with_password(PASSWORD));
    let sign_in = |person: &Person| {
        let mut browser = app.browser();
        browser.open("/login");
        browser
            .submit([("identifier", person.email.as_str()), ("password", PASSWORD)])
            .expect_path("/account");
        app.advance(60);
        browser
    };
    let mut browsers: Vec<_> = people.iter().chain(&people).map(sign_in).collect();
    let all = texts(&get(&app, "/admin/sessions"), "id");
    assert_eq!(all.len(), 4);
    let shown = get(&app, "/admin/sessions?active=true&expand=identity&expand=devices&page_size=1");
    assert_eq!(shown[0]["identity"]["traits"]["email"], "ben@example.org");
    assert!(shown[0]["devices"][0]["user_agent"].is_string());
    assert!(get(&app, "/admin/sessions")[0].get("identity").is_none());

    let newest = format!("/admin/sessions/{}", all[0]);
    let before = get(&app, &newest)["expires_at"].clone();
    app.advance(600);
    let extend = |id: &str| app.ask_admin(&Ask::get(&format!("/admin/sessions/{id}/extend")).method("PATCH"));
    assert_eq!(extend(&all[0]).status, 204);
    assert!(get(&app, &newest)["expires_at"].as_str() > before.as_str());

    let manage = |body: Value| post(&app, "/admin/sessions", &body);
    let done = manage(json!({"action": "disable", "sessions": [all[0]]})).expect(200).json();
    assert_eq!(done, json!({"processed": 1, "more": false}));
    refused(&extend(&all[0]), 404, "not_found");
    let again = manage(json!({"action": "disable", "sessions": [all[0]]})).expect(200).json();
    assert_eq!(again["processed"], 0);
    let done = manage(json!({"action": "delete", "identities": [people[1].id]})).expect(200).json();
    assert_eq!(done, json!({"processed": 2, "more": false}));
    refused(&app.ask_admin(&Ask::get(&newest)), 404, "not_found");
    browsers[3].open("/account").expect_path("/login");
    browsers[0].open("/account").expect_path("/account");
    let done = manage(json!({"action": "disable", "identities": ["*"]})).expect(200).json();
    assert_eq!(done, json!({"processed": 2, "more": false}));
    browsers[0].open("/account").expect_path("/login");
    for (body, id) in [
        (json!({"action": "disable"}), "conflicting_parameters"),
        (json!({"action": "disable", "sessions": [], "identities": []}), "conflicting_parameters"),
        (json!({"action": "disable", "sessions": ["*"]}), "malformed_id"),
        (json!({"action": "disable", "identities": ["*", all[0]]}), "malformed_id"),
        (json!({"action": "burn", "sessions": []}), "malformed_body"),
        (json!({"action": "disable", "sessions": vec![&all[0]; 501]}), "too_many_ids"),
    ] {
        refused(&manage(body), 400, id);
    }
}

fn seed_s17_earlier_recoveries_are_replaced_kept_or_a_reason_to_refuse(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let make = |on_existing: Option<&str>| {
        let mut body = json!({"identity_id": ada.id});
        if let Some(word) = on_existing {
            body["on_existing"] = json!(word);
        }
        post(&app, "/admin/recovery/code", &body)
    };
    let flow = |made: &Value| {
        let link = made["recovery_link"].as_str().expect("a link");
        link.rsplit('=').next().expect("a flow").to_owned()
    };
    let first = make(Some("reject")).expect(201).json();
    assert_eq!(first["superseded_flow_ids"], json!([]));
    let no = make(Some("reject"));
    refused(&no, 409, "recovery_exists");
    assert_eq!(no.json()["error"]["details"]["flow_ids"], json!([flow(&first)]));
    let second = make(Some("keep")).expect(201).json();
    assert_eq!(second["superseded_flow_ids"], json!([]));
    let third = make(None).expect(201).json();
    let mut superseded = texts_of(&third["superseded_flow_ids"]);
    superseded.sort();
    let mut before = [flow(&first), flow(&second)];
    before.sort();
    assert_eq!(superseded, before);
    for old in [&first, &second] {
        let mut browser = app.browser();
        browser.open(old["recovery_link"].as_str().expect("a link"));
        browser.submit([("code", old["recovery_code"].as_str().expect("a code"))]).expect_path("/recovery");
        assert!(browser.page().main_form().is_none_or(|form| form.field("password").is_none()));
    }
    refused(&make(Some("perhaps")), 400, "malformed_body");
}

fn texts_of(list: &Value) -> Vec<String> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn seed_s17_a_link_of_an_administrator_opens_once_in_any_browser(setup: Setup) {
    let app = setup.set("return_urls.allowed", "https://app.example.org").start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let target = "/admin/recovery/link?return_to=https://app.example.org/welcome";
    let made = post(&app, target, &json!({"identity_id": ada.id, "expires_in": "1h"})).expect(200).json();
    let link = made["recovery_link"].as_str().expect("a link").to_owned();
    assert!(made.get("recovery_code").is_none() && made["expires_at"].is_string());
    // A scanner opens it and changes nothing.
    let mut scanner = app.browser();
    scanner.open(&link).expect_path("/recovery");
    let mut browser = app.browser();
    browser.open(&link).expect_path("/recovery");
    browser.expect_says_with("link.sentence_given", &[("app", "Wayhome")]);
    browser.press("Continue").expect_path("/recovery/password");
    browser.submit([("password", OTHER_PASSWORD)]);
    assert_eq!(browser.location(), "https://app.example.org/welcome");
    assert!(browser.has_session());
    scanner.press("Continue");
    assert!(scanner.page().main_form().is_none_or(|form| form.field("password").is_none()));
    refused(
        &post(&app, "/admin/recovery/link?return_to=https://evil.example/", &json!({"identity_id": ada.id})),
        400,
        "self_service_flow_return_to_forbidden",
    );
    app.advance(3_600);
    let mut late = app.browser();
    late.open(&link);
    assert!(late.page().main_form().is_none_or(|form| form.field("password").is_none()));
}

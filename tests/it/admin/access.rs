//! Who may administrate, what is shown to them, and what they may set.

use super::*;

on_both![
    sec_g01_only_a_living_key_opens_the_administration,
    sec_g03_no_list_holds_a_secret,
    sec_g05_an_administrator_sets_only_what_is_theirs_to_set,
    sec_i01_forged_tokens_filters_and_ids_are_refused,
    seed_s7_the_public_listener_names_the_right_one_and_never_speaks_of_csrf,
    the_schema_of_an_identity_is_where_it_says,
    every_fact_of_the_administration_names_the_key_that_it_was_done_with,
];

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
        // Three codes, and the news of two new devices.
        ("/admin/courier/messages", "id", 5),
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
            ("where=1%3D1", "unknown_parameter"),
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

fn every_fact_of_the_administration_names_the_key_that_it_was_done_with(setup: Setup) {
    let app = setup.production().start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (id, token) = key(&app, None);
    let body = json!({
        "schema_id": "default", "state": "inactive", "traits": {"email": "ada@example.org"},
    });
    let ask = Ask::json("PUT", &format!("/admin/identities/{}", ada.id), &body).bearer(&token);
    app.ask_admin(&ask).expect(200);
    let snapshot = app.snapshot();
    let by_key: Vec<&Value> =
        snapshot.rows("events").iter().filter(|event| event["origin"] == "admin").collect();
    assert!(!by_key.is_empty());
    for event in by_key {
        let data = event["data"].as_str().expect("a text");
        assert!(data.contains(&id.to_string()), "{event}");
        assert!(!data.contains(&token), "{event}");
    }
}

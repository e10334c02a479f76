//! People are found.

use super::*;

on_both![
    seed_s19_people_are_found_by_what_is_known_of_them,
    seed_s19_what_is_found_follows_every_change,
    seed_s19_pages_of_a_search_are_pages,
    seed_s19_another_index_is_written_for_everybody_before_it_is_asked,
    sec_i01_a_search_is_never_more_than_a_value,
];

/// The addresses that are found.
#[track_caller]
fn found(app: &TestApp, query: &str) -> Vec<String> {
    let list = get(app, &format!("/admin/identities?{query}"));
    list.as_array().expect("a list").iter().map(|person| of(&person["traits"]["email"])).collect()
}

fn of(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim_end_matches("@example.org").to_owned()
}

fn query(pairs: &[(&str, &str)]) -> String {
    http::encoded(pairs)
}

fn everybody(app: &TestApp) {
    for (email, name) in [
        ("ada@example.org", "Ada Lovelace"),
        ("zoe@example.org", "Zoë Łukasiewicz"),
        ("adam.smith@example.org", "Ádám"),
        ("grace@navy.example", "Grace Hopper"),
    ] {
        app.identity(email).named(name).with_password(PASSWORD);
        app.advance(60);
    }
}

fn seed_s19_people_are_found_by_what_is_known_of_them(setup: Setup) {
    let app = setup.start();
    everybody(&app);
    // By the beginning of a word, whatever its accents and case.
    assert_eq!(found(&app, "q=ada"), ["ada", "adam.smith"]);
    for (typed, who) in [
        ("ADA LOVE", &["ada"][..]),
        ("love", &["ada"]),
        ("zoe", &["zoe"]),
        ("ŁUK", &["zoe"]),
        ("luk", &["zoe"]),
        ("smith", &["adam.smith"]),
        ("adam", &["adam.smith"]),
        ("grace@navy", &["grace@navy.example"]),
        ("ace", &[]),
        ("nobody", &[]),
        ("%", &[]),
    ] {
        assert_eq!(found(&app, &query(&[("q", typed)])), who, "{typed}");
        assert_eq!(found(&app, &query(&[("preview_credentials_identifier_similar", typed)])), who, "{typed}");
    }
    // By exact values.
    for (filter, who) in [
        (r#"traits.name eq "Ada Lovelace""#, &["ada"][..]),
        (r#"traits.name eq "ada lovelace""#, &[]),
        (r#"traits.name eq "Zoë Łukasiewicz""#, &["zoe"]),
        (r#"traits.email eq "ADA@example.ORG""#, &["ada"]),
        (r#"traits.email eq "ada@example.org" and traits.name eq "Ada Lovelace""#, &["ada"]),
        (r#"traits.email eq "ada@example.org" and traits.name eq "Grace Hopper""#, &[]),
        (r#"domain eq "example.org" and traits.name eq "Ádám""#, &["adam.smith"]),
    ] {
        assert_eq!(found(&app, &query(&[("filter", filter)])), who, "{filter}");
    }
    assert_eq!(found(&app, "domain=NAVY.example"), ["grace@navy.example"]);
    assert_eq!(found(&app, "domain=example.org"), ["ada", "zoe", "adam.smith"]);
    assert_eq!(found(&app, "domain=example"), [""; 0]);
    assert_eq!(found(&app, "domain=example.org&q=a"), ["ada", "adam.smith"]);
    // By dates, state and schema.
    let second = (crate::app::START + std::time::Duration::from_secs(60)).rfc3339();
    let third = (crate::app::START + std::time::Duration::from_secs(120)).rfc3339();
    assert_eq!(found(&app, &query(&[("created_from", &second), ("created_before", &third)])), ["zoe"]);
    assert_eq!(found(&app, &query(&[("created_before", &second), ("schema_id", "default")])), ["ada"]);
    assert_eq!(found(&app, "schema_id=other"), [""; 0]);
    assert_eq!(found(&app, "state=inactive"), [""; 0]);
    assert_eq!(found(&app, "state=active&q=gra"), ["grace@navy.example"]);
    let list = get(&app, "/admin/identities?q=ada&include_credential=password&page_size=1");
    assert_eq!(list[0]["credentials"]["password"]["identifiers"], json!(["ada@example.org"]));
    assert!(get(&app, "/admin/identities?q=ada")[0].get("credentials").is_none());
}

fn seed_s19_what_is_found_follows_every_change(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").named("Ada Byron").with_password(PASSWORD);
    let body = json!({"traits": {"email": "king@example.net", "name": "Ada King"}, "state": "active"});
    put(&app, &ada, &body).expect(200);
    assert_eq!(found(&app, "q=byron"), [""; 0]);
    assert_eq!(found(&app, "domain=example.org"), [""; 0]);
    assert_eq!(found(&app, "q=king"), ["king@example.net"]);
    assert_eq!(found(&app, &query(&[("filter", "traits.name eq \"Ada King\"")])), ["king@example.net"]);
    // A person who changes their own name is found by it.
    let mut browser = app.browser();
    browser.open("/login");
    browser.submit([("identifier", "king@example.net"), ("password", PASSWORD)]).expect_path("/account");
    browser.open("/account/profile");
    browser.submit([("traits.name", "Countess Lovelace")]);
    assert_eq!(found(&app, "q=countess"), ["king@example.net"]);
    // A new account is there from its first moment.
    let (target, body) = ("/admin/identities", json!({"traits": {"email": "new@example.org"}}));
    let _made = post(&app, target, &body).expect(201);
    assert_eq!(found(&app, "q=new"), ["new"]);
    let gone = Ask::get(&format!("/admin/identities/{}", ada.id)).method("DELETE");
    assert_eq!(app.ask_admin(&gone).status, 204);
    assert_eq!(found(&app, "q=countess"), [""; 0]);
}

fn seed_s19_pages_of_a_search_are_pages(setup: Setup) {
    let app = setup.start();
    for n in 0..7 {
        app.identity(&format!("ada{n}@example.org")).named("Ada Ada").with_password(PASSWORD);
    }
    for filters in
        ["q=ada", "domain=example.org", "state=active", "filter=traits.name%20eq%20%22Ada%20Ada%22"]
    {
        let mut seen = Vec::new();
        let mut target = Some(format!("/admin/identities?page_size=2&{filters}"));
        while let Some(page) = target {
            let answer = app.ask_admin(&Ask::get(&page)).expect(200);
            seen.extend(texts(&answer.json(), "id"));
            let links = answer.header("link").unwrap_or_default().to_owned();
            target = links
                .split_once(">; rel=\"next\"")
                .map(|(before, _)| before.rsplit('<').next().unwrap_or_default().to_owned());
            assert!(seen.len() <= 7, "{filters} does not end");
            if let Some(next) = &target {
                assert!(next.contains(filters.split('=').next().unwrap_or_default()), "{next}");
                let elsewhere = next.replacen(filters, "q=grace", 1);
                if elsewhere != *next {
                    refused(&app.ask_admin(&Ask::get(&elsewhere)), 400, "invalid_page_token");
                }
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 7, "{filters}");
    }
}

fn seed_s19_another_index_is_written_for_everybody_before_it_is_asked(setup: Setup) {
    let app = setup.start();
    everybody(&app);
    // As if another schema had been in force until now.
    app.write(|cx| {
        store::meta::replace(cx.db, "search.index", "1.of another schema")?;
        let nobody = &store::search::Conditions::default();
        for person in store::search::list(cx.db, nobody, None, 10)? {
            store::search::forget(cx.db, person.id)?;
        }
        Ok(())
    });
    let answer = app.ask_admin(&Ask::get("/admin/identities?q=ada"));
    refused(&answer, 503, "search_not_ready");
    assert!(answer.header("retry-after").is_some());
    assert_eq!(
        get(&app, "/admin/identities").as_array().map(Vec::len),
        Some(4),
        "without the index all is as ever"
    );
    let mut steps = 0;
    while !app.write(wayhome::identity::search::rebuild) {
        steps += 1;
        assert!(steps < 5);
    }
    assert_eq!(found(&app, "q=ada"), ["ada", "adam.smith"]);
    assert_eq!(found(&app, "domain=navy.example"), ["grace@navy.example"]);
}

fn sec_i01_a_search_is_never_more_than_a_value(setup: Setup) {
    let app = setup.start();
    everybody(&app);
    let evil = ["' OR '1'='1", "ada%", "_da", "a' --", "\\", "\u{202e}ada", "(((", "ada\u{feff}'"];
    for text in evil {
        assert_eq!(found(&app, &query(&[("filter", &format!("traits.name eq {}", json!(text)))])), [""; 0]);
        assert_eq!(found(&app, &query(&[("domain", text)])), [""; 0], "{text}");
        assert_eq!(found(&app, &query(&[("schema_id", text)])), [""; 0], "{text}");
        assert!(found(&app, &query(&[("q", text)])).len() < 4, "{text}");
    }
    for (pairs, id) in [
        (&[("filter", "1=1")][..], "invalid_filter"),
        (&[("filter", "traits.name eq \"x\" or 1 eq 1")], "invalid_filter"),
        (&[("filter", "traits.secret eq \"x\"")], "invalid_filter"),
        (&[("filter", "metadata_admin.crm eq 1")], "invalid_filter"),
        (&[("filter", "state eq \"active\"")], "invalid_filter"),
        (&[("state", "dead' --")], "invalid_parameter"),
        (&[("created_from", "yesterday")], "invalid_parameter"),
        (&[("created_before", "2026-13-01T00:00:00Z")], "invalid_parameter"),
        (&[("include_credential", "everything")], "invalid_parameter"),
        (&[("q", "a"), ("q", "b")], "repeated_parameter"),
        (&[("q", "a"), ("credentials_identifier", "b")], "conflicting_parameters"),
        (&[("q", "a"), ("preview_credentials_identifier_similar", "b")], "conflicting_parameters"),
        (&[("ids", "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11"), ("state", "active")], "conflicting_parameters"),
        (&[("organization_id", "x")], "unknown_parameter"),
        (&[("q", "a\0")], "unstorable_character"),
    ] {
        let target = format!("/admin/identities?{}", query(pairs));
        refused(&app.ask_admin(&Ask::get(&target)), 400, id);
    }
    let deep = format!("/admin/identities?{}", query(&[("filter", &"(".repeat(1_900))]));
    refused(&app.ask_admin(&Ask::get(&deep)), 400, "invalid_filter");
}

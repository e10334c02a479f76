//! A part of an identity is changed.

use super::*;

on_both![
    seed_s18_three_ways_to_change_a_trait_do_the_same,
    seed_s18_of_two_writers_one_loses_and_hears_it,
    seed_s18_sec_g06_a_protected_path_is_refused_and_nothing_is_changed,
    seed_s18_switching_off_by_a_patch_ends_everything,
];

/// A patch of this type.
fn patch(app: &TestApp, person: &Person, kind: &str, body: &Value) -> Answer {
    app.ask_admin(&patching(person, kind, body))
}

fn patching(person: &Person, kind: &str, body: &Value) -> Ask {
    let mut ask = Ask::get(&format!("/admin/identities/{}", person.id)).method("PATCH");
    ask.body = body.to_string().into_bytes();
    ask.with("Content-Type", kind)
}

const OPERATIONS: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";

fn seed_s18_three_ways_to_change_a_trait_do_the_same(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    for (n, (kind, body)) in [
        (OPERATIONS, json!([{"op": "replace", "path": "/traits/name", "value": "Ada 0"}])),
        ("application/json", json!([{"op": "replace", "path": "/traits/name", "value": "Ada 1"}])),
        (MERGE, json!({"traits": {"name": "Ada 2"}})),
        ("Application/Merge-Patch+JSON; charset=utf-8", json!({"traits": {"name": "Ada 3"}})),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = patch(&app, &ada, kind, &body).expect(200);
        let traits = json!({"email": "ada@example.org", "name": format!("Ada {n}")});
        assert_eq!(answer.json()["traits"], traits, "{kind}");
        assert_eq!(answer.header("etag"), Some(format!("\"{}\"", n + 2).as_str()));
        assert_eq!(get(&app, &format!("/admin/identities/{}", ada.id)), answer.json());
    }
    // The address keeps its proof, and the password is the same.
    let shown = get(&app, &format!("/admin/identities/{}", ada.id));
    assert_eq!(shown["verifiable_addresses"][0]["verified"], true);
    let mut browser = app.browser();
    browser.open("/login");
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]).expect_path("/account");

    // What is neither is refused, with a word about what it might have been.
    refused(&patch(&app, &ada, "application/json", &json!({"traits": {}})), 400, "invalid_patch");
    let answer = patch(&app, &ada, "text/plain", &json!([]));
    refused(&answer, 415, "unsupported_media_type");
    assert!(answer.header("accept-patch").is_some_and(|types| types.contains(OPERATIONS)));
    refused(&patch(&app, &ada, OPERATIONS, &json!({})), 400, "invalid_patch");
    refused(&patch(&app, &ada, MERGE, &json!([])), 400, "invalid_patch");
}

fn seed_s18_of_two_writers_one_loses_and_hears_it(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let target = format!("/admin/identities/{}", ada.id);
    let tag = app.ask_admin(&Ask::get(&target)).expect(200).header("etag").expect("a tag").to_owned();
    let named = |name: &str| json!({"traits": {"name": name}});
    let with_tag = |name: &str| app.ask_admin(&patching(&ada, MERGE, &named(name)).with("If-Match", &tag));
    with_tag("first").expect(200);
    refused(&with_tag("second"), 412, "identity_changed");
    let test = json!([
        {"op": "replace", "path": "/traits/name", "value": "third"},
        {"op": "test", "path": "/traits/name", "value": "second"},
    ]);
    let answer = patch(&app, &ada, OPERATIONS, &test);
    refused(&answer, 409, "patch_test_failed");
    assert_eq!(answer.json()["error"]["details"]["pointer"], "/1");
    refused(
        &app.ask_admin(&patching(&ada, MERGE, &named("x")).with("If-Match", "2")),
        400,
        "invalid_if_match",
    );
    assert_eq!(get(&app, &target)["traits"]["name"], "first");

    // All at once: whoever read version 2 wins once.
    let ask = patching(&ada, MERGE, &named("race")).with("If-Match", "\"2\"");
    let (admin, host) = (app.admin, app.admin.to_string());
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..6).map(|_| scope.spawn(|| http::send(admin, &host, &ask).status)).collect();
        asked.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
}

fn seed_s18_sec_g06_a_protected_path_is_refused_and_nothing_is_changed(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").unverified().with_password(PASSWORD);
    let grace = app.identity("grace@example.org").with_password(PASSWORD);
    let target = format!("/admin/identities/{}", ada.id);
    let before = get(&app, &target);
    for path in [
        "/id",
        "/credentials",
        "/credentials/password/config/hashed_password",
        "/state_changed_at",
        "/schema_id",
        "/verifiable_addresses/0/verified",
        "/created_at",
        "/version",
    ] {
        for operation in [
            json!({"op": "replace", "path": path, "value": "x"}),
            json!({"op": "test", "path": path, "value": "x"}),
            json!({"op": "copy", "from": path, "path": "/traits/name"}),
        ] {
            let good = json!({"op": "replace", "path": "/traits/name", "value": "Eve"});
            let answer = patch(&app, &ada, OPERATIONS, &json!([good, operation]));
            refused(&answer, 400, "invalid_patch");
            assert_eq!(answer.json()["error"]["details"]["pointer"], path);
        }
        let member = path.split('/').nth(1).expect("a member");
        let answer = patch(&app, &ada, MERGE, &json!({member: "x", "traits": {"name": "Eve"}}));
        refused(&answer, 400, "invalid_patch");
        assert_eq!(answer.json()["error"]["details"]["pointer"], format!("/{member}"));
    }
    // What does not fit the schema, or belongs to somebody else, is refused as anywhere.
    let answer = patch(&app, &ada, MERGE, &json!({"traits": {"email": "nobody", "role": "admin"}}));
    refused(&answer, 400, "invalid_identity");
    refused(
        &patch(&app, &ada, MERGE, &json!({"traits": {"email": "grace@example.org"}})),
        409,
        "address_taken",
    );
    refused(&patch(&app, &ada, MERGE, &json!({"state": "dead"})), 400, "invalid_identity");
    refused(&patch(&app, &ada, MERGE, &json!({"traits": {"name": "a\u{0}"}})), 400, "unstorable_character");
    assert_eq!(get(&app, &target), before);
    let nobody = Person { id: wayhome::model::IdentityId::from_uuid(SystemRandom.uuid()), ..grace };
    refused(&patch(&app, &nobody, MERGE, &json!({})), 404, "not_found");
}

fn seed_s18_switching_off_by_a_patch_ends_everything(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    let tokens = spa.redeem(browser.location());
    let off = json!([{"op": "replace", "path": "/state", "value": "inactive"}]);
    assert_eq!(patch(&app, &ada, "application/json", &off).expect(200).json()["state"], "inactive");
    assert!(!spa.is_alive(&tokens.access));
    browser.open("/account").expect_path("/login");
    let id = ada.id;
    let events = app.write(move |cx| Ok(store::events::kinds_of(cx.db, id)?));
    assert!(events.iter().any(|kind| kind == "identity.deactivated"), "{events:?}");
}

//! Somebody is expected, and comes.

use super::*;

on_both![
    seed_s41_an_invitation_makes_an_account_although_registration_is_off,
    seed_s41_an_invitation_leads_to_the_application,
    sec_v14_an_invitation_counts_once_in_time_and_for_its_own_address,
    an_invitation_is_listed_taken_back_and_replaced,
];

/// Invites somebody, and answers what the API says and the link in the mail.
#[track_caller]
fn invite(app: &TestApp, body: &Value) -> (Value, String) {
    let made = post(app, "/admin/invitations", body).expect(201).json();
    let link = app.mailbox().link_for(body["email"].as_str().expect("an address"));
    (made, link)
}

fn seed_s41_an_invitation_makes_an_account_although_registration_is_off(setup: Setup) {
    let app = setup
        .set("registration.enabled", "false")
        .set("return_urls.allowed", "https://app.example.org")
        .start();
    let body = json!({
        "email": "ada@example.org", "traits": {"name": "Ada"}, "return_to": "https://app.example.org/welcome",
    });
    let (made, link) = invite(&app, &body);
    assert_eq!((&made["state"], &made["identity_id"]), (&json!("open"), &Value::Null));
    let token = link.rsplit('=').next().expect("a token");
    assert!(!made.to_string().contains(token), "the link is for the mailbox alone");
    assert_eq!(app.mailbox().kinds("ada@example.org"), ["invitation"]);

    // A scanner opens it and uses nothing up.
    app.browser().open(&link).expect_path("/registration");
    let mut browser = app.browser();
    browser.open(&link).expect_path("/registration");
    assert!(!browser.page().target.contains(token), "{}", browser.page().target);
    browser.expect_heading_with("registration.title_invited", &[("app", "Wayhome")]);
    let form = browser.page().main_form().expect("a form").clone();
    assert_eq!(form.field("traits.email").expect("the address").value, "ada@example.org");
    assert_eq!(form.field("traits.name").expect("the name").value, "Ada");
    browser.submit([("password", "short")]).expect_path("/registration");
    browser.submit([("password", PASSWORD), ("traits.name", "Ada Lovelace")]);
    assert_eq!(browser.location(), "https://app.example.org/welcome");
    assert!(browser.has_session());

    let shown = get(&app, &format!("/admin/invitations/{}", made["id"].as_str().expect("an id")));
    assert_eq!(shown["state"], "accepted");
    let person = get(&app, &format!("/admin/identities/{}", shown["identity_id"].as_str().expect("an id")));
    assert_eq!(person["traits"], json!({"email": "ada@example.org", "name": "Ada Lovelace"}));
    assert_eq!(person["verifiable_addresses"][0]["verified"], true);
    let id = person["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let events = app.write(move |cx| Ok(store::events::kinds_of(cx.db, id)?));
    for kind in ["identity.created", "address.verified", "credential.changed", "invitation.accepted"] {
        assert!(events.iter().any(|event| event == kind), "{kind}: {events:?}");
    }
    // It opens nothing for anybody else, and the door for everybody is as shut as before.
    app.browser().open(&link).expect_error("invitation_over", 404);
    app.browser().open("/registration").expect_error("registration_closed", 404);
    let mut again = app.browser();
    again.open("/login");
    again.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]).expect_path("/account");
}

fn seed_s41_an_invitation_leads_to_the_application(setup: Setup) {
    let app = setup.set("return_urls.allowed", "https://app.example.org").start();
    let _house = app.relying_party("house");
    let body =
        json!({"email": "ada@example.org", "client_id": "house", "return_to": "https://app.example.org/"});
    let (made, link) = invite(&app, &body);
    assert_eq!(made["client_id"], "house");
    let name = app.work().env().clients.get().find("house").expect("a client").name.clone();
    let mut browser = app.browser();
    browser.open(&link).expect_heading_with("registration.title_invited", &[("app", &name)]);
    browser.submit([("password", PASSWORD)]);
    assert_eq!(browser.location(), "https://app.example.org/");
    for (body, id) in [
        (json!({"email": "ben@example.org", "client_id": "nobody"}), "unknown_client"),
        (
            json!({"email": "ben@example.org", "return_to": "https://evil.example/"}),
            "self_service_flow_return_to_forbidden",
        ),
        (json!({"email": "ben@example.org", "traits": {"role": "admin"}}), "invalid_identity"),
        (json!({"email": "ben@example.org", "traits": []}), "invalid_identity"),
        (json!({"email": "ben@example.org", "schema_id": "x"}), "invalid_identity"),
        (json!({"email": "ben"}), "invalid_identity"),
        (json!({"email": "ben@example.org\r\nBcc: eve@example.org"}), "invalid_identity"),
        (json!({"email": "ben@example.org", "expires_in": "9999h"}), "invalid_expires_in"),
        (json!({"email": "ben@example.org", "roles": ["admin"]}), "malformed_body"),
    ] {
        refused(&post(&app, "/admin/invitations", &body), 400, id);
    }
    refused(&post(&app, "/admin/invitations", &json!({"email": "ADA@example.org"})), 409, "address_taken");
    assert_eq!(app.mailbox().count("ben@example.org"), 0);
}

fn sec_v14_an_invitation_counts_once_in_time_and_for_its_own_address(setup: Setup) {
    let app = setup.set("registration.enabled", "false").start();
    let (_, link) = invite(&app, &json!({"email": "ada@example.org"}));
    let mut early = app.browser();
    early.open(&link).expect_path("/registration");
    // Another address is none of this invitation's.
    early.submit([("traits.email", "eve@example.org"), ("password", PASSWORD)]).expect_path("/registration");
    early.expect_says("registration.invited_address");
    assert_eq!(get(&app, "/admin/identities?credentials_identifier=eve@example.org"), json!([]));
    // At the exact second it opens nothing any more, and neither does a page that was opened before.
    app.advance(72 * 3_600 - 1);
    app.browser().open(&link).expect_path("/registration");
    let mut late = app.browser();
    late.open(&link).expect_path("/registration");
    app.advance(1);
    app.browser().open(&link).expect_error("invitation_over", 404);
    late.submit([("password", PASSWORD)]);
    assert!(!late.has_session());
    assert_eq!(get(&app, "/admin/identities"), json!([]));

    // Two browsers at once: one account.
    let (_, link) = invite(&app, &json!({"email": "ada@example.org"}));
    let (mut one, mut two) = (app.browser(), app.browser());
    one.open(&link).expect_path("/registration");
    two.open(&link).expect_path("/registration");
    one.submit([("password", PASSWORD)]).expect_path("/account");
    two.submit([("password", OTHER_PASSWORD)]);
    assert!(!two.has_session());
    assert_eq!(get(&app, "/admin/identities").as_array().map(Vec::len), Some(1));
    // Another kind of token is no invitation.
    for text in ["x", "wh_in_x", "wh_rl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        app.browser().open(format!("/registration?invitation={text}")).expect_error("invitation_over", 404);
    }
}

fn an_invitation_is_listed_taken_back_and_replaced(setup: Setup) {
    let app = setup.start();
    let (first, first_link) = invite(&app, &json!({"email": "ada@example.org"}));
    app.advance(60);
    let (second, second_link) = invite(&app, &json!({"email": "Ada@Example.org"}));
    app.advance(60);
    let (third, third_link) = invite(&app, &json!({"email": "ben@example.org", "expires_in": "1h"}));
    let ids = [&third, &second, &first].map(|one| one["id"].as_str().expect("an id").to_owned());
    let list = get(&app, "/admin/invitations");
    assert_eq!(texts(&list, "id"), ids);
    assert_eq!(texts(&list, "state"), ["open", "open", "revoked"]);
    app.browser().open(&first_link).expect_error("invitation_over", 404);
    app.browser().open(&second_link).expect_path("/registration");
    let target = format!("/admin/invitations/{}", ids[0]);
    assert_eq!(app.ask_admin(&Ask::get(&target).method("DELETE")).status, 204);
    refused(&app.ask_admin(&Ask::get(&target).method("DELETE")), 404, "not_found");
    app.browser().open(&third_link).expect_error("invitation_over", 404);
    app.advance(72 * 3_600);
    assert_eq!(texts(&get(&app, "/admin/invitations"), "state"), ["revoked", "expired", "revoked"]);
    let page = app.ask_admin(&Ask::get("/admin/invitations?page_size=2")).expect(200);
    assert!(page.header("link").is_some_and(|link| link.contains("rel=\"next\"")));
}

//! Several identity schemas: who has which, and what clients are told.

use super::*;

on_both![
    seed_s19_a_schema_is_chosen_by_the_administrator_the_client_or_the_person,
    sec_i05_a_trait_is_told_as_the_claim_that_its_schema_names,
];

const STAFF: &str = r#"{
  "type": "object",
  "properties": {
    "mail": {"type": "string", "format": "email", "title": "Work email",
      "wayhome": {"identifier": true, "verify": true, "claim": "email"}},
    "first": {"type": "string", "title": "First name", "wayhome": {"claim": "given_name", "index": true}},
    "badge": {"type": "string", "title": "Badge"}
  },
  "required": ["mail", "first"],
  "additionalProperties": false
}"#;

fn with_staff(setup: Setup) -> Setup {
    setup.other_schema("staff", STAFF)
}

fn seed_s19_a_schema_is_chosen_by_the_administrator_the_client_or_the_person(setup: Setup) {
    let client = "[[client]]\nid = \"office\"\nname = \"Office\"\ntype = \"spa\"\nidentity_schema = \"staff\"\n\
                  redirect_uris = [\"https://office.example.org/callback\"]\n";
    let app = with_staff(setup).clients(client).set("verification.required", "false").start();
    let staff = get_public(&app, "/schemas/staff");
    assert_eq!(staff["properties"]["badge"]["title"], "Badge");
    assert_eq!(get_public(&app, "/schemas/c3RhZmY"), staff);
    let all = get_public(&app, "/schemas");
    assert_eq!(texts(&all, "id"), ["default", "staff"]);

    // By the administrator.
    let body = json!({"schema_id": "staff", "traits": {"mail": "ada@example.org", "first": "Ada"}});
    let ada = post(&app, "/admin/identities", &body).expect(201).json();
    assert_eq!(
        (&ada["schema_id"], &ada["verifiable_addresses"][0]["value"]),
        (&json!("staff"), &json!("ada@example.org"))
    );
    assert!(ada["schema_url"].as_str().is_some_and(|url| url.ends_with("/schemas/c3RhZmY")));
    let body = json!({"schema_id": "staff", "traits": {"email": "ben@example.org"}});
    refused(&post(&app, "/admin/identities", &body), 400, "invalid_identity");
    let body = json!({"schema_id": "nobody", "traits": {"email": "ben@example.org"}});
    refused(&post(&app, "/admin/identities", &body), 400, "invalid_identity");
    // An address belongs to one person, whichever schema knows it.
    let body = json!({"traits": {"email": "ADA@example.org"}});
    refused(&post(&app, "/admin/identities", &body), 409, "address_taken");
    assert_eq!(texts(&get(&app, "/admin/identities?schema_id=staff"), "schema_id"), ["staff"]);
    let filter = http::encoded(&[("filter", "traits.first eq \"Ada\"")]);
    assert_eq!(texts(&get(&app, &format!("/admin/identities?{filter}")), "id").len(), 1);
    let target = format!("/admin/identities/{}", ada["id"].as_str().expect("an id"));
    let body = json!({"schema_id": "default", "traits": {"email": "ada@example.org"}, "state": "active"});
    assert_eq!(app.ask_admin(&Ask::json("PUT", &target, &body)).expect(200).json()["schema_id"], "default");

    // By the client on whose way somebody is.
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let request = format!(
        "/oauth2/auth?response_type=code&client_id=office&redirect_uri=https%3A%2F%2Foffice.example.org%2Fcallback\
         &scope=openid&state=s&prompt=create&code_challenge_method=S256&code_challenge={challenge}"
    );
    let mut browser = app.browser();
    browser.open(&request).expect_path("/registration");
    assert!(browser.page().main_form().is_some_and(|form| form.field("traits.badge").is_some()));
    browser.submit([("traits.mail", "grace@example.org"), ("traits.first", "Grace"), ("password", PASSWORD)]);
    let grace = get(&app, "/admin/identities?credentials_identifier=grace@example.org");
    assert_eq!((&grace[0]["schema_id"], &grace[0]["traits"]["first"]), (&json!("staff"), &json!("Grace")));

    // By the person, if they may.
    let mut browser = app.browser();
    browser.open("/registration?identity_schema=staff").expect_path("/registration");
    assert!(browser.page().main_form().is_some_and(|form| form.field("traits.badge").is_none()));
    let mut browser = app.browser();
    browser.open("/registration").expect_path("/registration");
    browser.submit([("traits.email", "carl@example.org"), ("password", PASSWORD)]);
    assert_eq!(
        get(&app, "/admin/identities?credentials_identifier=carl@example.org")[0]["schema_id"],
        "default"
    );
}

#[track_caller]
fn get_public(app: &TestApp, target: &str) -> Value {
    app.ask(&Ask::get(target).with("Origin", "https://tools.example.org")).expect(200).json()
}

fn sec_i05_a_trait_is_told_as_the_claim_that_its_schema_names(setup: Setup) {
    let app = with_staff(setup).set("identity.registration_schemas", "staff").start();
    let mut browser = app.browser();
    browser.open("/registration?identity_schema=staff").expect_path("/registration");
    browser.submit([
        ("traits.mail", "ada@example.org"),
        ("traits.first", "Ada"),
        ("traits.badge", "7"),
        ("password", PASSWORD),
    ]);
    browser.enter_code_of(&app, "ada@example.org");
    let spa = app.relying_party("house");
    browser.open(spa.authorization_url());
    let tokens = spa.redeem(browser.location());
    let claims = spa.userinfo(&tokens.access).expect(200).json();
    assert_eq!(
        (&claims["email"], &claims["email_verified"], &claims["given_name"]),
        (&json!("ada@example.org"), &json!(true), &json!("Ada"))
    );
    assert!(claims.get("badge").is_none() && claims.get("mail").is_none(), "{claims}");
    // Their profile is that of their schema.
    browser.open("/account/profile");
    let form = browser.page().main_form().expect("a form").clone();
    assert!(form.field("traits.first").is_some() && form.field("traits.name").is_none());
    browser.submit([("traits.first", "Augusta")]);
    assert_eq!(spa.userinfo(&tokens.access).expect(200).json()["given_name"], "Augusta");
}

//! The harness itself: each server is alone, and what it sees is what is sent.

use crate::app::{Setup, on_both};
use crate::browser::From;
use crate::http::{Ask, parse};
use crate::people::PASSWORD;

on_both![
    a_server_stands_on_the_database_that_was_asked_for_and_knows_nobody,
    bytes_that_are_no_request_are_refused_and_the_connection_is_closed,
    a_link_from_another_site_finds_whoever_is_signed_in,
    every_redirect_on_the_way_is_a_303,
    people_may_have_traits_of_a_schema_of_ones_own,
];

fn a_server_stands_on_the_database_that_was_asked_for_and_knows_nobody(setup: Setup) {
    let engine = setup.engine();
    let app = setup.start();
    assert_eq!(app.engine(), engine);
    assert!(app.write(|cx| wayhome::identity::administration::list(cx, None, 10)).is_empty());
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    assert_eq!(metadata["issuer"], app.issuer.as_str());
}

fn bytes_that_are_no_request_are_refused_and_the_connection_is_closed(setup: Setup) {
    let app = setup.start();
    for bytes in ["GET / HTTP/9.9\r\n\r\n", "nonsense\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n"] {
        let answer = parse(&app.raw(bytes.as_bytes()), false).expect("an answer");
        assert_eq!(answer.status, 400, "{bytes:?}");
    }
}

fn a_link_from_another_site_finds_whoever_is_signed_in(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).open_from(From::OtherSite, "/account").expect_path("/account");
}

// sec R09
fn every_redirect_on_the_way_is_a_303(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada);
    let hops: Vec<(&str, u16)> = browser.chain.iter().map(|hop| (hop.method.as_str(), hop.status)).collect();
    assert_eq!(hops, [("POST", 303), ("GET", 200)]);
}

fn people_may_have_traits_of_a_schema_of_ones_own(setup: Setup) {
    let schema = r#"{
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "email": { "type": "string", "format": "email", "title": "Work email",
                "wayhome": { "identifier": true, "verify": true, "recover": true } },
            "department": { "type": "string", "title": "Department", "maxLength": 40 }
        },
        "required": ["email", "department"],
        "additionalProperties": false
    }"#;
    let app = setup.schema(schema).start();
    let traits = serde_json::json!({ "email": "ada@example.org", "department": "Engines" });
    let ada = app.identity("ada@example.org").traits(traits).with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).open("/account/profile");
    browser.submit([("traits.department", "Analytical engines")]).expect_says("profile.saved");
    let mut new = app.browser();
    new.open("/registration");
    new.submit([("traits.email", "ben@example.org"), ("traits.department", ""), ("password", PASSWORD)]);
    new.expect_path("/registration").expect_says_with("field.empty", &[("field", "department")]);
    new.submit([("traits.department", "Looms"), ("password", PASSWORD)]).expect_path("/verification");
    new.enter_code_of(&app, "ben@example.org").expect_path("/account");
}

//! What clients are called (N04, T13).

use wayhome::config::{Clients, check_clients};
use wayhome::model::{AccessTokenFormat, Client};

use super::ann;
use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::http::Ask;

on_both![
    sec_n04_a_name_is_text_and_stands_beside_where_one_goes,
    sec_t13_no_client_that_acts_for_itself_is_taken_for_a_person,
];

/// A file with one client of this name.
fn named(name: &str) -> String {
    let name = serde_json::to_string(name).expect("a text of TOML is one of JSON");
    format!(
        "[[client]]\nid = \"named\"\nname = {name}\ntype = \"spa\"\nredirect_uris = [\"https://real.example.org/cb\"]\n"
    )
}

fn faults_of(toml: &str) -> String {
    let (_, faults) = check_clients("clients.toml", toml, &|_| Ok("a secret".to_owned()));
    assert_eq!(faults.are_fatal(), !faults.to_string().is_empty(), "{faults}");
    faults.to_string()
}

#[test]
fn sec_n04_a_name_that_hides_something_or_never_ends_is_refused() {
    for (name, character) in [
        ("Acme \u{202e}etoN", "U+202E"),
        ("Acme\u{2066}Notes", "U+2066"),
        ("\u{200f}Acme", "U+200F"),
        ("Ac\u{200b}me", "U+200B"),
        ("Ac\u{200d}me", "U+200D"),
        ("Ac\u{2060}me", "U+2060"),
        ("\u{feff}Acme", "U+FEFF"),
        ("Ac\u{ad}me", "U+00AD"),
        ("Acme\nNotes", "U+000A"),
        ("Acme\u{7}", "U+0007"),
        ("Acme\u{e0041}", "U+E0041"),
    ] {
        let faults = faults_of(&named(name));
        assert!(
            faults.contains("clients.toml:3:8: name:") && faults.contains(character),
            "{name:?}: {faults}"
        );
    }
    let long = faults_of(&named(&"N".repeat(10_240)));
    assert!(long.contains("name: write at most 100 characters") && long.len() < 500, "{long}");
    assert_eq!(faults_of(&named(&"N".repeat(100))), "");
    for name in ["Blümchen & Söhne", "می\u{200c}خواهم", "👩\u{200d}🚀 Space", "日本のノート", "<b>Acme</b>"]
    {
        assert_eq!(faults_of(&named(name)), "", "{name}");
    }
}

fn sec_n04_a_name_is_text_and_stands_beside_where_one_goes(setup: Setup) {
    // A look-alike with a Cyrillic letter, and markup: what is asked on consent is asked with the host beside it.
    for name in ["Аcme Notes", "<b>Acme</b><script>alert(1)</script>", "Acme\"><img src=x>", &"W".repeat(100)]
    {
        let app = setup.clone().clients(&format!("\n{}", named(name))).start();
        let (who, rp) = (ann(&app), app.relying_party("named"));
        let mut browser = app.browser();
        browser.open(rp.authorization_url()).sign_in(&who).expect_path("/consent");
        browser.expect_heading_with("consent.title", &[("client", name)]);
        browser.expect_says_with("consent.destination", &[("destination", "real.example.org")]);
        let page = browser.page();
        assert!(!page.html.contains("<b>Acme") && !page.html.contains("<script>alert"), "{name}");
        assert!(page.first("main img").is_none(), "no picture of a client is shown");
    }
}

fn sec_t13_no_client_that_acts_for_itself_is_taken_for_a_person(setup: Setup) {
    let app = setup.start();
    let who = ann(&app);
    let robot = app.relying_party("robot").client.clone();
    let subject = who.subject();
    // Other products call their clients by UUIDs; nobody is called like this one.
    let nobody = "0b0e7d1c-3c1e-4a53-9a53-3d8f5b0f2a11".to_owned();
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let called = |id: &String| Client { id: id.clone(), access_token_format: format, ..(*robot).clone() };
        app.work().env().clients.replace(Clients::new([&subject, &nobody].map(called)));
        let ask = |id: &str| {
            app.ask(
                &Ask::form("/oauth2/token", &[("grant_type", "client_credentials")]).basic(id, CLIENT_SECRET),
            )
        };
        assert_eq!(ask(&subject).expect(400).json()["error"], "unauthorized_client");
        assert!(ask(&nobody).expect(200).json()["access_token"].is_string());
    }
}

//! What clients are called, and what they may not be called (N04, T13).

use wayhome::config::check_clients;
use wayhome::crypto::sha256;

use super::ann;
use crate::app::{Setup, on_both};

on_both![
    sec_n04_a_name_is_text_and_stands_beside_where_one_goes,
    sec_t13_no_client_that_acts_for_itself_is_called_like_a_person,
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

fn sec_t13_no_client_that_acts_for_itself_is_called_like_a_person(setup: Setup) {
    let app = setup.start();
    let who = ann(&app);
    let digest: String = sha256(b"a secret").iter().map(|byte| format!("{byte:02x}")).collect();
    let client = |id: &str| {
        format!(
            "[[client]]\nid = \"{id}\"\ntype = \"machine\"\nscopes = [\"jobs\"]\nsecret_sha256 = \"{digest}\"\n"
        )
    };
    let subject = who.subject();
    for id in [
        subject.clone(),
        subject.to_uppercase(),
        subject.replace('-', ""),
        format!("{{{subject}}}"),
        format!("urn:uuid:{subject}"),
        "00000000-0000-0000-0000-000000000000".to_owned(),
    ] {
        let faults = faults_of(&client(&id));
        assert!(
            faults.contains("clients.toml:2:6: id: a client that acts for itself needs a name"),
            "{id}: {faults}"
        );
    }
    // A web application that acts for itself, too; one that never does is never a subject.
    let web = |grants: &str| {
        client(&subject).replace("machine", "web")
            + &format!("grant_types = [{grants}]\nredirect_uris = [\"https://w.test/cb\"]\n")
    };
    let faults = faults_of(&web("\"authorization_code\", \"client_credentials\""));
    assert!(faults.contains("a UUID is the subject of a person"), "{faults}");
    assert_eq!(faults_of(&web("\"authorization_code\"")), "");
    for id in ["jobs", &format!("client-{subject}"), &subject[1..]] {
        assert_eq!(faults_of(&client(id)), "", "{id}");
    }
}

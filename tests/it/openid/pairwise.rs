//! Pairwise subjects (OIDC Core 8.1): a sector knows a person by a name that no other sector knows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{ann, answer, of_type, old_house};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::Ask;
use crate::people::{PASSWORD, Person};
use crate::relying_party::RelyingParty;

on_both![
    prov_6_a_sector_knows_one_name_and_no_other_sector_does,
    prov_6_the_name_is_the_same_wherever_it_is_told,
    prov_6_the_name_says_nothing_of_the_identity,
    prov_6_a_sector_may_be_named_by_the_redirect_uris,
];

const OPAQUE: &str = "access_token_format = \"opaque\"\n";

fn in_sector(id: &str, sector: &str, more: &str) -> String {
    let sector = format!("sector_identifier_uri = \"https://{sector}/uris.json\"\n");
    old_house(id, &format!("subject_type = \"pairwise\"\n{sector}{more}"))
}

#[track_caller]
fn sub(browser: &mut Browser<'_>, rp: &RelyingParty<'_>, who: &Person) -> String {
    let got = answer(browser, rp, who, &of_type("id_token", &[("scope", "openid")]));
    rp.verified(got.the("id_token"), "JWT")["sub"].as_str().expect("a subject").to_owned()
}

fn prov_6_a_sector_knows_one_name_and_no_other_sector_does(setup: Setup) {
    let clients = [
        in_sector("one", "a.example.org", ""),
        in_sector("two", "a.example.org", ""),
        in_sector("three", "b.example.org", ""),
        old_house("public", ""),
    ];
    let app = setup.clients(&clients.concat()).start();
    let people = [ann(&app), app.identity("ben@example.org").with_password(PASSWORD)];
    let mut seen: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for who in &people {
        let mut browser = app.browser();
        for id in ["one", "two", "three", "public"] {
            seen.entry(id).or_default().push(sub(&mut browser, &app.relying_party(id), who));
        }
    }
    assert_eq!(seen["one"], seen["two"], "one sector");
    assert_eq!(seen["public"], people.clone().map(|who| who.subject()));
    let names: BTreeSet<&String> = ["one", "three", "public"].iter().flat_map(|id| &seen[*id]).collect();
    assert_eq!(names.len(), 6, "each person has another name in each sector: {seen:?}");
    // It does not change with time, nor with another session.
    app.advance(200_000);
    assert_eq!(sub(&mut app.browser(), &app.relying_party("two"), &people[0]), seen["one"][0]);
}

fn prov_6_the_name_is_the_same_wherever_it_is_told(setup: Setup) {
    let signed = "userinfo_signed_response_alg = \"RS256\"\n";
    let clients = [
        in_sector("jwt", "a.example.org", ""),
        in_sector("opaque", "a.example.org", OPAQUE),
        in_sector("signed", "a.example.org", signed),
    ];
    let app = setup.clients(&clients.concat()).start();
    let who = ann(&app);
    let mut browser = app.browser();
    let mut seen = BTreeSet::new();
    let mut see = |what: &str, claims: &Value| {
        let sub = claims["sub"].as_str().unwrap_or_else(|| panic!("{what}: {claims}")).to_owned();
        seen.insert(sub);
        assert_eq!(seen.len(), 1, "{what}: {seen:?}");
    };
    for id in ["jwt", "opaque", "signed"] {
        let rp = app.relying_party(id);
        let got = answer(
            &mut browser,
            &rp,
            &who,
            &of_type("code id_token token", &[("scope", "openid offline_access")]),
        );
        see("the ID token of the browser", &rp.verified(got.the("id_token"), "JWT"));
        let first = got.redeem(&rp, rp.redirect_uri());
        let second = rp.refresh(&first);
        for tokens in [&first, &second] {
            see("an ID token", &tokens.claims);
        }
        let bearers = [got.the("access_token"), &first.access, &second.access];
        for access in bearers {
            if id != "opaque" {
                see("an access token", &rp.verified(access, "at+jwt"));
            }
            let told = rp.userinfo(access).expect(200);
            match id {
                "signed" => see("userinfo", &rp.verified(&told.text(), "JWT")),
                _ => see("userinfo", &told.json()),
            }
        }
        for token in bearers.into_iter().chain([second.refresh()]) {
            see("introspection", &rp.call("/oauth2/introspect", &[("token", token)]).expect(200).json());
            let form = Ask::form("/admin/oauth2/introspect", &[("token", token)]);
            see("introspection by an administrator", &app.ask_admin(&form).expect(200).json());
        }
    }
}

fn prov_6_the_name_says_nothing_of_the_identity(setup: Setup) {
    let clients = [in_sector("jwt", "a.example.org", ""), in_sector("opaque", "a.example.org", OPAQUE)];
    let app = setup.clients(&clients.concat()).start();
    let who = ann(&app);
    let mut browser = app.browser();
    let id = who.subject();
    for client in ["jwt", "opaque"] {
        let rp = app.relying_party(client);
        let given = of_type("code id_token token", &[("scope", "openid offline_access")]);
        let got = answer(&mut browser, &rp, &who, &given);
        let tokens = got.redeem(&rp, rp.redirect_uri());
        let mut told = vec![
            json!(got.pairs).to_string(),
            tokens.answer.to_string(),
            tokens.claims.to_string(),
            rp.verified(got.the("id_token"), "JWT").to_string(),
            rp.userinfo(&tokens.access).expect(200).text(),
            rp.call("/oauth2/introspect", &[("token", &tokens.access)]).expect(200).text(),
            rp.call("/oauth2/introspect", &[("token", tokens.refresh())]).expect(200).text(),
        ];
        if client == "jwt" {
            told.push(rp.verified(&tokens.access, "at+jwt").to_string());
        }
        for text in told {
            assert!(!text.contains(&id), "{client}: {text}");
        }
        let sub = tokens.claims["sub"].as_str().expect("a subject");
        assert!(sub.len() <= 255 && sub.bytes().all(|b| b.is_ascii_graphic()), "{sub}");
    }
    // Another server has another key: the same person under the same sector is nobody there.
    assert_ne!(elsewhere(&app), sub(&mut browser, &app.relying_party("jwt"), &who));
}

/// The name of this person at a server with another key.
fn elsewhere(app: &TestApp) -> String {
    let other = Setup::on(app.engine()).clients(&in_sector("jwt", "a.example.org", "")).start();
    let who = ann(&other);
    sub(&mut other.browser(), &other.relying_party("jwt"), &who)
}

fn prov_6_a_sector_may_be_named_by_the_redirect_uris(setup: Setup) {
    let of = |id: &str, host: &str| {
        let pairwise = old_house(id, "subject_type = \"pairwise\"\n");
        pairwise.replace(&format!("https://{id}.example.org"), &format!("https://{host}"))
    };
    let clients =
        [of("one", "app.example.org"), of("two", "app.example.org"), of("three", "other.example.org")];
    let app = setup.clients(&clients.concat()).start();
    let who = ann(&app);
    let mut browser = app.browser();
    let [one, two, three] = ["one", "two", "three"].map(|id| sub(&mut browser, &app.relying_party(id), &who));
    assert_eq!(one, two);
    assert_ne!(one, three);
}

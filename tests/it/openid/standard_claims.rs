//! The claims of the scopes, exactly (OIDC Core 5.1, 5.4).

use serde_json::{Value, json};

use super::{answer, of_type, old_house};
use crate::app::{Setup, TestApp, on_both};
use crate::people::{PASSWORD, Person};

on_both![
    prov_6_each_scope_tells_exactly_its_claims,
    prov_6_what_is_empty_is_left_out,
    prov_6_with_an_access_token_an_id_token_tells_nothing_of_the_person,
    prov_6_an_address_is_verified_when_it_was_proven,
];

/// A schema with all that OpenID Connect knows of a person.
pub(super) fn schema() -> String {
    let text = |title: &str| json!({ "type": "string", "title": title, "maxLength": 200 });
    let part = |title: &str| json!({ "type": ["string", "null"], "title": title });
    let mut properties = json!({
        "email": { "type": "string", "format": "email", "title": "Email",
            "wayhome": { "identifier": true, "verify": true, "recover": true } },
        "address": { "type": "object", "title": "Address", "properties": {
            "formatted": part("Label"), "street_address": part("Street"), "locality": part("Town"),
            "region": part("Region"), "postal_code": part("Postal code"), "country": part("Country"),
            "planet": part("Planet") } },
        "department": text("Department"),
    });
    for name in TEXTS.iter().map(|(name, _)| *name).chain(["phone_number"]) {
        properties[name] = text(name);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": ["email"],
        "additionalProperties": false,
    })
    .to_string()
}

/// The claims of `profile` that are texts.
const TEXTS: [(&str, &str); 13] = [
    ("name", "Ada King, Countess of Lovelace"),
    ("given_name", "Ada"),
    ("family_name", "King"),
    ("middle_name", "Byron"),
    ("nickname", "Enchantress"),
    ("preferred_username", "ada"),
    ("profile", "https://ada.example.org/"),
    ("picture", "https://ada.example.org/me.png"),
    ("website", "https://engine.example.org/"),
    ("gender", "female"),
    ("birthdate", "1815-12-10"),
    ("zoneinfo", "Europe/London"),
    ("locale", "en-GB"),
];

fn address() -> Value {
    json!({ "formatted": "12 St James's Square\nLondon", "street_address": "12 St James's Square",
        "locality": "London", "region": "England", "postal_code": "SW1Y 4JH", "country": "United Kingdom" })
}

/// Somebody of whom all is known, and something that is nobody's business.
pub(super) fn known(app: &TestApp) -> Person {
    let mut traits = json!({ "email": "ada@example.org", "phone_number": "+44 20 7946 0000",
        "department": "Engines", "address": address() });
    traits["address"]["planet"] = json!("Earth");
    for (name, value) in TEXTS {
        traits[name] = json!(value);
    }
    app.identity("ada@example.org").traits(traits).with_password(PASSWORD)
}

fn prov_6_each_scope_tells_exactly_its_claims(setup: Setup) {
    let app = setup.schema(&schema()).clients(&old_house("old", "")).start();
    let (who, rp) = (known(&app), app.relying_party("old"));
    let made = app.now().seconds();
    let mut profile = json!({ "updated_at": made });
    for (name, value) in TEXTS {
        profile[name] = json!(value);
    }
    let of_scope = [
        ("profile", profile),
        ("email", json!({ "email": "ada@example.org", "email_verified": true })),
        ("phone", json!({ "phone_number": "+44 20 7946 0000", "phone_number_verified": false })),
        ("address", json!({ "address": address() })),
    ];
    let mut browser = app.browser();
    // Every set of scopes, in an order that means nothing.
    for set in 0..16_usize {
        app.advance(10);
        let chosen: Vec<_> = of_scope.iter().enumerate().filter(|(n, _)| set & (1 << n) != 0).collect();
        let mut scope: Vec<&str> = chosen.iter().rev().map(|(_, (name, _))| *name).collect();
        scope.push("openid");
        let mut wanted = json!({ "sub": who.subject() });
        for (name, value) in chosen.iter().flat_map(|(_, (_, claims))| claims.as_object().expect("claims")) {
            wanted[name] = value.clone();
        }
        let got = answer(&mut browser, &rp, &who, &of_type("code", &[("scope", &scope.join(" "))]));
        let tokens = got.redeem(&rp, rp.redirect_uri());
        assert_eq!(rp.userinfo(&tokens.access).expect(200).json(), wanted, "{scope:?}");
    }
    let updated = rp_updated_at(&app, &who);
    assert!(updated >= made, "seconds since 1970, and no text");
}

/// What `updated_at` says after the profile was changed.
fn rp_updated_at(app: &TestApp, who: &Person) -> i64 {
    let rp = app.relying_party("old");
    let got = answer(&mut app.browser(), &rp, who, &of_type("code", &[("scope", "openid profile")]));
    let tokens = got.redeem(&rp, rp.redirect_uri());
    let claims = rp.userinfo(&tokens.access).expect(200).json();
    claims["updated_at"].as_i64().expect("a number of seconds")
}

fn prov_6_what_is_empty_is_left_out(setup: Setup) {
    let app = setup.schema(&schema()).clients(&old_house("old", "")).start();
    let rp = app.relying_party("old");
    let scope = [("scope", "openid profile email phone address")];
    for (n, (traits, wanted)) in [
        (json!({}), json!({})),
        (json!({ "name": "", "nickname": "  ", "phone_number": "", "address": {} }), json!({})),
        (json!({ "birthdate": "last year", "address": { "formatted": "", "country": null } }), json!({})),
        (
            json!({ "birthdate": "1815", "address": { "country": "UK", "region": " " } }),
            json!({ "birthdate": "1815", "address": { "country": "UK" } }),
        ),
        (
            json!({ "birthdate": "0000-12-10", "name": " Ada " }),
            json!({ "birthdate": "0000-12-10", "name": "Ada" }),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("p{n}@example.org");
        let mut traits = traits;
        traits["email"] = json!(email);
        let who = app.identity(&email).traits(traits).with_password(PASSWORD);
        let got = answer(&mut app.browser(), &rp, &who, &of_type("code", &scope));
        let tokens = got.redeem(&rp, rp.redirect_uri());
        let mut told = rp.userinfo(&tokens.access).expect(200).json();
        for always in ["sub", "email", "email_verified", "updated_at"] {
            assert!(told.as_object_mut().and_then(|told| told.remove(always)).is_some(), "{always}");
        }
        assert_eq!(told, wanted);
    }
}

fn prov_6_with_an_access_token_an_id_token_tells_nothing_of_the_person(setup: Setup) {
    let app = setup.schema(&schema()).clients(&old_house("old", "")).start();
    let (who, rp) = (known(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let scope = [("scope", "openid profile email phone address")];
    let names = |claims: &Value| -> Vec<String> {
        let mut names: Vec<String> = claims.as_object().expect("claims").keys().cloned().collect();
        names.sort();
        names
    };
    for kind in ["code", "code id_token", "code id_token token", "id_token token"] {
        let got = answer(&mut browser, &rp, &who, &of_type(kind, &scope));
        let usual = ["acr", "amr", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"];
        if let Some(id) = got.get("id_token") {
            let mut wanted: Vec<&str> = usual.to_vec();
            wanted.extend(got.get("access_token").map(|_| "at_hash"));
            wanted.extend(got.get("code").map(|_| "c_hash"));
            wanted.sort_unstable();
            assert_eq!(names(&rp.verified(id, "JWT")), wanted, "{kind}");
        }
        if got.get("code").is_some() {
            let tokens = got.redeem(&rp, rp.redirect_uri());
            let mut wanted: Vec<&str> = usual.to_vec();
            wanted.push("at_hash");
            wanted.sort_unstable();
            assert_eq!(names(&tokens.claims), wanted, "{kind}");
        }
    }
}

fn prov_6_an_address_is_verified_when_it_was_proven(setup: Setup) {
    let app = setup.set("verification.required", "false").clients(&old_house("old", "")).start();
    let who = app.identity("new@example.org").unverified().with_password(PASSWORD);
    let rp = app.relying_party("old");
    let got = answer(&mut app.browser(), &rp, &who, &of_type("code", &[]));
    let tokens = got.redeem(&rp, rp.redirect_uri());
    let told = rp.userinfo(&tokens.access).expect(200).json();
    assert_eq!(told, json!({ "sub": who.subject(), "email": "new@example.org", "email_verified": false }));
}

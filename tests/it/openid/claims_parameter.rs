//! Single claims that a client asks for (OIDC Core 5.5): what is told, where, and what a person is asked.

use serde_json::{Value, json};

use super::{Delivered, ann, answer, of_type, old, old_house};
use crate::app::{Setup, on_both};
use crate::relying_party::RelyingParty;

on_both![
    prov_3_single_claims_are_told_where_they_were_asked_for,
    prov_3_claims_for_userinfo_do_not_get_into_the_id_token,
    prov_3_a_claims_parameter_of_the_wrong_form_is_refused,
    prov_3_what_a_client_may_not_ask_for_by_scope_it_does_not_get_by_name,
    prov_3_a_person_is_asked_for_what_single_claims_tell,
    prov_3_single_claims_are_kept_over_a_refresh,
    prov_3_a_subject_that_is_asked_for_is_a_hint,
    prov_3_a_level_that_cannot_be_reached_is_refused_if_it_is_essential,
    prov_3_single_claims_come_through_the_browser_too,
];

/// What userinfo tells, by name.
#[track_caller]
fn told(rp: &RelyingParty<'_>, access: &str) -> Vec<String> {
    names(&rp.userinfo(access).expect(200).json())
}

fn names(claims: &Value) -> Vec<String> {
    let mut names: Vec<String> = claims.as_object().expect("claims").keys().cloned().collect();
    names.sort();
    names
}

/// What of an ID token is about the person.
fn of_person(claims: &Value) -> Vec<String> {
    let protocol = [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "at_hash",
        "c_hash",
        "sid",
        "azp",
    ];
    names(claims).into_iter().filter(|name| !protocol.contains(&name.as_str())).collect()
}

fn prov_3_single_claims_are_told_where_they_were_asked_for(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for (asked, in_userinfo, in_id_token) in [
        (json!({}), "sub", ""),
        (json!({ "userinfo": null, "id_token": null }), "sub", ""),
        (json!({ "userinfo": { "name": null } }), "name sub", ""),
        (
            json!({ "userinfo": { "name": { "essential": true }, "email": { "essential": false } } }),
            "email name sub",
            "",
        ),
        (json!({ "id_token": { "email": null } }), "sub", "email"),
        (
            json!({ "id_token": { "email": { "essential": true }, "email_verified": null } }),
            "sub",
            "email email_verified",
        ),
        (json!({ "userinfo": { "name": null }, "id_token": { "email": null } }), "name sub", "email"),
        // What is not known of her is left out, essential or not.
        (json!({ "userinfo": { "nickname": { "essential": true }, "address": null } }), "sub", ""),
        // A value that is asked for changes nothing of what is told.
        (
            json!({ "userinfo": { "name": { "value": "Somebody" }, "email": { "values": ["a@b.c", "d@e.f"] } } }),
            "email name sub",
            "",
        ),
        // Nobody knows these.
        (
            json!({ "userinfo": { "shoe_size": null, "http://example.org/x": null }, "verified": { "a": 1 }, "id_token": { "roles": null } }),
            "sub",
            "",
        ),
    ] {
        app.advance(1);
        let text = asked.to_string();
        let got =
            answer(&mut browser, &rp, &who, &of_type("code", &[("scope", "openid"), ("claims", &text)]));
        let tokens = got.redeem(&rp, rp.redirect_uri());
        assert_eq!(told(&rp, &tokens.access).join(" "), in_userinfo, "{text}");
        assert_eq!(of_person(&tokens.claims).join(" "), in_id_token, "{text}");
    }
}

fn prov_3_claims_for_userinfo_do_not_get_into_the_id_token(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let asked = json!({ "userinfo": { "name": { "essential": true }, "email": null } }).to_string();
    for kind in ["code", "code id_token", "code id_token token", "id_token token"] {
        let got = answer(
            &mut browser,
            &rp,
            &who,
            &of_type(kind, &[("scope", "openid profile"), ("claims", &asked)]),
        );
        if let Some(id) = got.get("id_token") {
            assert_eq!(of_person(&rp.verified(id, "JWT")), Vec::<String>::new(), "{kind}");
        }
        if got.get("code").is_some() {
            let tokens = got.redeem(&rp, rp.redirect_uri());
            assert_eq!(of_person(&tokens.claims), Vec::<String>::new(), "{kind}");
            assert_eq!(told(&rp, &tokens.access), ["email", "name", "sub", "updated_at"], "{kind}");
        }
    }
    // Without an access token there is no userinfo, and the ID token tells what the scopes ask for (OIDC Core 5.4).
    let got = answer(&mut browser, &rp, &who, &of_type("id_token", &[("scope", "openid email")]));
    assert_eq!(of_person(&rp.verified(got.the("id_token"), "JWT")), ["email", "email_verified"]);
}

fn prov_3_a_claims_parameter_of_the_wrong_form_is_refused(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (_who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let deep = format!("{{\"userinfo\":{}{}}}", "[".repeat(1_500), "]".repeat(1_500));
    let long = format!("{{\"userinfo\":{{\"{}\":null}}}}", "n".repeat(5_000));
    for text in [
        "nonsense",
        "[]",
        "\"userinfo\"",
        "1",
        "null",
        "{",
        "{\"userinfo\":[]}",
        "{\"userinfo\":true}",
        "{\"id_token\":\"email\"}",
        "{\"id_token\":{\"email\":true}}",
        "{\"id_token\":{\"email\":\"a\"}}",
        "{\"id_token\":{\"email\":[]}}",
        "{\"userinfo\":{\"email\":{\"essential\":\"yes\"}}}",
        "{\"userinfo\":{\"email\":{\"values\":\"a\"}}}",
        "{\"userinfo\":{\"email\":{\"essential\":1}}}",
        "{\"userinfo\":{}} x",
        &deep,
        &long,
    ] {
        browser.open(rp.authorization_url_with(&of_type("code id_token", &[("claims", text)])));
        let got = Delivered::at(&browser, rp.redirect_uri());
        assert_eq!((got.error(), got.mode), ("invalid_request", "fragment"), "{text}");
    }
}

fn prov_3_what_a_client_may_not_ask_for_by_scope_it_does_not_get_by_name(setup: Setup) {
    let narrow = old_house("narrow", "").replace(
        "[\"openid\", \"profile\", \"email\", \"phone\", \"address\", \"offline_access\"]",
        "[\"openid\", \"email\"]",
    );
    let app = setup.clients(&narrow).start();
    let (who, rp) = (ann(&app), app.relying_party("narrow"));
    let mut browser = app.browser();
    let asked = json!({
        "userinfo": { "name": { "essential": true }, "updated_at": null, "email": null },
        "id_token": { "name": { "essential": true }, "email": null },
    })
    .to_string();
    let given = of_type("code", &[("scope", "openid"), ("claims", &asked)]);
    let tokens = answer(&mut browser, &rp, &who, &given).redeem(&rp, rp.redirect_uri());
    assert_eq!(told(&rp, &tokens.access), ["email", "sub"]);
    assert_eq!(of_person(&tokens.claims), ["email"]);
}

fn prov_3_a_person_is_asked_for_what_single_claims_tell(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    let asked = json!({ "userinfo": { "name": null } }).to_string();
    let plain = of_type("code", &[("scope", "openid")]);
    let with_name = of_type("code", &[("scope", "openid"), ("claims", &asked)]);
    let silently = of_type("code", &[("scope", "openid"), ("claims", &asked), ("prompt", "none")]);
    // The question names what belongs to the claim.
    browser.open(rp.authorization_url_with(&plain)).sign_in(&who).expect_path("/consent");
    let profile = crate::page::sentence("scope.profile.title", &[]);
    assert!(!browser.page().text.contains(&profile));
    browser.press("Allow");
    assert!(Delivered::at(&browser, rp.redirect_uri()).get("code").is_some());
    // What was remembered does not cover it: asked again, and silently there is no answer.
    browser.open(rp.authorization_url_with(&silently));
    assert_eq!(Delivered::at(&browser, rp.redirect_uri()).error(), "consent_required");
    browser.open(rp.authorization_url_with(&with_name)).expect_path("/consent");
    assert!(browser.page().text.contains(&profile), "{}", browser.page().text);
    browser.press("Allow");
    let tokens = Delivered::at(&browser, rp.redirect_uri()).redeem(&rp, rp.redirect_uri());
    assert_eq!(told(&rp, &tokens.access), ["name", "sub"]);
    // Now it does.
    browser.open(rp.authorization_url_with(&silently));
    let tokens = Delivered::at(&browser, rp.redirect_uri()).redeem(&rp, rp.redirect_uri());
    assert_eq!(told(&rp, &tokens.access), ["name", "sub"]);
    assert_eq!(tokens.answer["scope"], "openid", "what is asked by name widens no scope");
}

fn prov_3_single_claims_are_kept_over_a_refresh(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let asked = json!({ "userinfo": { "name": null }, "id_token": { "email": null } }).to_string();
    let given = of_type("code", &[("scope", "openid offline_access"), ("claims", &asked)]);
    let mut tokens = answer(&mut app.browser(), &rp, &who, &given).redeem(&rp, rp.redirect_uri());
    for _ in 0..3 {
        app.advance(700);
        tokens = rp.refresh(&tokens);
        assert_eq!(told(&rp, &tokens.access), ["name", "sub"]);
        assert_eq!(tokens.claims["email"], who.email);
        assert_eq!(tokens.claims.get("name"), None);
    }
}

fn prov_3_a_subject_that_is_asked_for_is_a_hint(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let ben = app.identity("ben@example.org").with_password(crate::people::PASSWORD);
    let mut browser = app.browser();
    let by_name = |sub: &str| json!({ "id_token": { "sub": { "value": sub } } }).to_string();
    answer(&mut browser, &rp, &who, &of_type("code", &[]));
    let silent = |claims: &str| {
        rp.authorization_url_with(&of_type("id_token", &[("prompt", "none"), ("claims", claims)]))
    };
    browser.open(silent(&by_name(&who.subject())));
    let got = Delivered::at(&browser, rp.redirect_uri());
    assert_eq!(rp.verified(got.the("id_token"), "JWT")["sub"], who.subject());
    browser.open(silent(&by_name(&ben.subject())));
    assert_eq!(Delivered::at(&browser, rp.redirect_uri()).error(), "login_required");
    // With a page, the other one may sign in; whoever else does is no answer (OIDC Core 5.5.1).
    let other = by_name(&ben.subject());
    browser.open(rp.authorization_url_with(&of_type("code", &[("claims", &other)]))).expect_path("/login");
    browser.sign_in(&ben);
    Delivered::at(&browser, rp.redirect_uri()).redeem(&rp, rp.redirect_uri()).expect_subject(&ben.subject());
    let hers = by_name(&who.subject());
    browser.open(rp.authorization_url_with(&of_type("code", &[("claims", &hers)]))).sign_in(&ben);
    assert_eq!(Delivered::at(&browser, rp.redirect_uri()).error(), "login_required");
}

fn prov_3_a_level_that_cannot_be_reached_is_refused_if_it_is_essential(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    answer(&mut browser, &rp, &who, &of_type("code", &[]));
    let acr = |member: Value| json!({ "id_token": { "acr": member } }).to_string();
    for (member, refusal) in [
        (
            json!({ "essential": true, "value": "urn:mace:incommon:iap:gold" }),
            Some("unmet_authentication_requirements"),
        ),
        (json!({ "essential": true, "values": ["phr", "phrh"] }), Some("unmet_authentication_requirements")),
        (json!({ "essential": true, "values": ["phr", "aal1"] }), None),
        (json!({ "essential": true, "value": "aal1" }), None),
        (json!({ "essential": true }), None),
        (json!({ "value": "phr" }), None),
        (json!(null), None),
    ] {
        app.advance(10);
        let text = acr(member);
        browser.open(rp.authorization_url_with(&of_type("code", &[("claims", &text)])));
        let got = Delivered::at(&browser, rp.redirect_uri());
        match refusal {
            Some(refusal) => assert_eq!(got.error(), refusal, "{text}"),
            None => assert_eq!(got.redeem(&rp, rp.redirect_uri()).claims["acr"], "aal1", "{text}"),
        }
    }
}

fn prov_3_single_claims_come_through_the_browser_too(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let asked = json!({ "userinfo": { "name": null }, "id_token": { "email": null } }).to_string();
    for kind in ["id_token", "id_token token", "code id_token", "code id_token token"] {
        let got = answer(&mut browser, &rp, &who, &of_type(kind, &[("scope", "openid"), ("claims", &asked)]));
        let claims = rp.verified(got.the("id_token"), "JWT");
        assert_eq!(of_person(&claims), ["email"], "{kind}");
        if let Some(access) = got.get("access_token") {
            assert_eq!(told(&rp, access), ["name", "sub"], "{kind}");
        }
    }
}

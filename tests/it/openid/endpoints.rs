//! The token endpoint, line by line (provider.md 5).

use serde_json::Value;

use super::{Delivered, ann, answer, of_type, old_house};
use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::http::{Answer, Ask};
use crate::people::PASSWORD;

on_both![
    prov_5_every_method_of_authentication_works_and_is_advertised,
    prov_5_an_answer_is_complete_and_nobody_keeps_it,
    prov_5_every_refusal_is_json_with_a_code,
    prov_5_a_code_that_comes_again_ends_what_it_gave,
    prov_5_a_code_lives_a_minute_and_belongs_to_its_request,
    prov_5_a_refresh_takes_the_same_scope_or_less,
    prov_5_a_refresh_token_of_another_client_is_an_invalid_grant,
    prov_5_without_the_grant_type_there_is_no_refresh_token,
];

fn with_method(id: &str, method: &str) -> String {
    let public = method == "none";
    let text = old_house(id, "").replace("client_secret_basic", method);
    if public {
        text.replace("type = \"web\"\nsecret = { env = \"SECRET\" }", "type = \"spa\"")
    } else {
        text
    }
}

fn prov_5_every_method_of_authentication_works_and_is_advertised(setup: Setup) {
    // `private_key_jwt` is shown beside its own cases.
    let methods = [("basic", "client_secret_basic"), ("post", "client_secret_post"), ("none", "none")];
    let app = setup.clients(&methods.map(|(id, method)| with_method(id, method)).concat()).start();
    let who = ann(&app);
    let mut browser = app.browser();
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    let advertised = metadata["token_endpoint_auth_methods_supported"].as_array().expect("a list").clone();
    for (id, method) in methods {
        let rp = app.relying_party(id);
        let got = answer(&mut browser, &rp, &who, &of_type("code", &[("scope", "openid offline_access")]));
        let tokens = got.redeem(&rp, rp.redirect_uri());
        rp.refresh(&tokens);
        assert!(advertised.contains(&method.into()), "{method}: {advertised:?}");
    }
}

/// The Base64url of a JWT, or of a random token: nothing that a header or a form could break.
fn is_token(text: &Value) -> bool {
    let text = text.as_str().unwrap_or_default();
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

fn prov_5_an_answer_is_complete_and_nobody_keeps_it(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let got = answer(&mut app.browser(), &rp, &who, &of_type("code", &[("scope", "openid offline_access")]));
    let first = rp.redeem_answer(&got.as_code(rp.redirect_uri())).expect(200);
    let refresh = first.json()["refresh_token"].as_str().expect("a refresh token").to_owned();
    let second = rp.refresh_answer(&refresh).expect(200);
    for answer in [first, second] {
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        let mut names: Vec<&String> = body.as_object().expect("an object").keys().collect();
        names.sort();
        assert_eq!(names, ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"]);
        assert_eq!(body["token_type"], "Bearer");
        assert!(
            body["expires_in"].as_u64().is_some_and(|seconds| (1..=31_536_000).contains(&seconds)),
            "{body}"
        );
        assert!(
            ["access_token", "id_token", "refresh_token"].iter().all(|name| is_token(&body[*name])),
            "{body}"
        );
    }
}

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(error)), "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let described = answer.json()["error_description"].as_str().unwrap_or_default().to_owned();
    let plain = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
    assert!(!described.is_empty() && described.chars().all(plain), "{described}");
    assert!(answer.header("www-authenticate").is_none() || status == 401);
}

fn prov_5_every_refusal_is_json_with_a_code(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let got = answer(&mut app.browser(), &rp, &who, &of_type("code", &[("scope", "openid offline_access")]));
    let code = got.the("code");
    let long = "x".repeat(5_000);
    for (fields, error) in [
        (&[][..], "invalid_request"),
        (&[("grant_type", "")], "invalid_request"),
        (&[("grant_type", "password"), ("username", "a"), ("password", "b")], "unsupported_grant_type"),
        (&[("grant_type", "implicit")], "unsupported_grant_type"),
        (&[("grant_type", "urn:openid:params:grant-type:ciba")], "unsupported_grant_type"),
        (&[("grant_type", &long)], "unsupported_grant_type"),
        (&[("grant_type", "authorization_code")], "invalid_request"),
        (&[("grant_type", "authorization_code"), ("code", "nonsense")], "invalid_grant"),
        (&[("grant_type", "authorization_code"), ("code", code), ("code", code)], "invalid_request"),
        (
            &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", rp.redirect_uri())],
            "invalid_grant",
        ),
        (&[("grant_type", "refresh_token")], "invalid_request"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "nonsense")], "invalid_grant"),
        (&[("grant_type", "client_credentials")], "unauthorized_client"),
    ] {
        refused(&rp.token(fields), 400, error);
    }
    refused(
        &app.ask(&Ask::form("/oauth2/token", &[("grant_type", "refresh_token")]).basic("old", "wrong")),
        401,
        "invalid_client",
    );
    refused(
        &app.ask(
            &Ask::form("/oauth2/token", &[("grant_type", "refresh_token")]).basic("nobody", CLIENT_SECRET),
        ),
        401,
        "invalid_client",
    );
    refused(&app.ask(&Ask::form("/oauth2/token", &[("grant_type", "refresh_token")])), 401, "invalid_client");
    // None of this has spent the code.
    got.redeem(&rp, rp.redirect_uri());
}

fn prov_5_a_code_that_comes_again_ends_what_it_gave(setup: Setup) {
    let opaque = "access_token_format = \"opaque\"\n";
    let app = setup.clients(&[old_house("old", ""), old_house("plain", opaque)].concat()).start();
    let who = ann(&app);
    let mut browser = app.browser();
    for id in ["old", "plain"] {
        let rp = app.relying_party(id);
        for kind in ["code", "code id_token token"] {
            let scope = [("scope", "openid offline_access")];
            let got = answer(&mut browser, &rp, &who, &of_type(kind, &scope));
            let other = answer(&mut browser, &rp, &who, &of_type("code", &[("state", "another"), scope[0]]));
            let other = other.redeem(&rp, rp.redirect_uri());
            let tokens = got.redeem(&rp, rp.redirect_uri());
            assert!(rp.is_alive(&tokens.access));
            app.advance(30);
            refused(&rp.redeem_answer(&got.as_code(rp.redirect_uri())), 400, "invalid_grant");
            let dead = rp.userinfo(&tokens.access);
            assert!(dead.status == 401 && dead.header("www-authenticate").is_some(), "{id}, {kind}");
            refused(&rp.refresh_answer(tokens.refresh()), 400, "invalid_grant");
            // What another code gave lives on.
            assert!(rp.is_alive(&other.access), "{id}, {kind}");
            rp.refresh(&other);
        }
    }
}

fn prov_5_a_code_lives_a_minute_and_belongs_to_its_request(setup: Setup) {
    let app = setup.clients(&[old_house("old", ""), old_house("new", "")].concat()).start();
    let (who, rp, other) = (ann(&app), app.relying_party("old"), app.relying_party("new"));
    let mut browser = app.browser();
    for kind in ["code", "code id_token", "code token"] {
        let mut fresh = || -> Delivered { answer(&mut browser, &rp, &who, &of_type(kind, &[])) };
        let got = fresh();
        app.advance(58);
        let fields = [("grant_type", "authorization_code"), ("code", got.the("code"))];
        refused(
            &other.token(&[fields[0], fields[1], ("redirect_uri", rp.redirect_uri())]),
            400,
            "invalid_grant",
        );
        refused(
            &rp.token(&[fields[0], fields[1], ("redirect_uri", &rp.client.redirect_uris[1])]),
            400,
            "invalid_grant",
        );
        got.redeem(&rp, rp.redirect_uri());
        let got = fresh();
        app.advance(61);
        refused(&rp.redeem_answer(&got.as_code(rp.redirect_uri())), 400, "invalid_grant");
    }
}

fn prov_5_a_refresh_takes_the_same_scope_or_less(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let scope = [("scope", "openid profile email offline_access")];
    let got = answer(&mut app.browser(), &rp, &who, &of_type("code", &scope));
    let mut refresh = got.redeem(&rp, rp.redirect_uri()).refresh().to_owned();
    let turned = "offline_access email profile openid";
    for (asked, told) in [
        (scope[0].1, 200),
        (turned, 200),
        ("openid email", 200),
        // What was left out once is not gone for good (RFC 6749 6).
        (scope[0].1, 200),
        ("openid phone", 400),
        ("openid unheard-of", 400),
    ] {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("scope", asked)];
        let answer = rp.token(&fields);
        if told == 400 {
            refused(&answer, 400, "invalid_scope");
            continue;
        }
        let body = answer.expect(200).json();
        let mut granted: Vec<&str> = body["scope"].as_str().expect("a scope").split(' ').collect();
        let mut wanted: Vec<&str> = asked.split(' ').collect();
        granted.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(granted, wanted);
        let access = body["access_token"].as_str().expect("an access token");
        assert_eq!(rp.userinfo(access).expect(200).json()["sub"], who.subject());
        refresh = body["refresh_token"].as_str().expect("a refresh token").to_owned();
    }
}

fn prov_5_a_refresh_token_of_another_client_is_an_invalid_grant(setup: Setup) {
    let app = setup.clients(&[old_house("old", ""), old_house("new", "")].concat()).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let got = answer(&mut app.browser(), &rp, &who, &of_type("code", &[("scope", "openid offline_access")]));
    let tokens = got.redeem(&rp, rp.redirect_uri());
    let other = app.relying_party("new");
    let own =
        answer(&mut app.browser(), &other, &ben, &of_type("code", &[("scope", "openid offline_access")]));
    let own = own.redeem(&other, other.redirect_uri());
    refused(&other.refresh_answer(tokens.refresh()), 400, "invalid_grant");
    // Neither was harmed.
    rp.refresh(&tokens).expect_subject(&who.subject());
    other.refresh(&own).expect_subject(&ben.subject());
}

fn prov_5_without_the_grant_type_there_is_no_refresh_token(setup: Setup) {
    let only =
        old_house("only", "grant_types = [\"authorization_code\"]\n").replace(", \"offline_access\"]", "]");
    let app = setup.clients(&[only, old_house("old", "")].concat()).start();
    let (who, rp, other) = (ann(&app), app.relying_party("only"), app.relying_party("old"));
    let mut browser = app.browser();
    let got = answer(&mut browser, &rp, &who, &of_type("code", &[]));
    assert_eq!(got.redeem(&rp, rp.redirect_uri()).refresh, None);
    let got = answer(&mut browser, &other, &who, &of_type("code", &[("scope", "openid offline_access")]));
    let tokens = got.redeem(&other, other.redirect_uri());
    refused(&rp.refresh_answer(tokens.refresh()), 400, "unauthorized_client");
    other.refresh(&tokens);
}

//! What every token that leaves us says of itself (J12, M01).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ann, arrive};
use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    sec_j12_every_token_names_its_key_its_audience_and_a_short_life,
    sec_j12_a_nonce_comes_back_as_it_was_and_a_subject_is_one_person,
    sec_m01_every_answer_to_a_client_names_the_issuer,
];

/// Clients for each algorithm of each token.
const SIGNED: &str = r#"
[[client]]
id = "es-rs"
type = "spa"
redirect_uris = ["http://localhost:5181/callback"]
scopes = ["openid", "offline_access", "notes"]
audience = ["https://notes.example.org"]
skip_consent = true
access_token_alg = "ES256"
id_token_alg = "RS256"

[[client]]
id = "rs-es"
type = "spa"
redirect_uris = ["http://localhost:5182/callback"]
scopes = ["openid", "offline_access", "notes"]
audience = ["https://notes.example.org"]
skip_consent = true
access_token_alg = "RS256"
id_token_alg = "ES256"

[[client]]
id = "ps-ed"
type = "spa"
redirect_uris = ["http://localhost:5183/callback"]
scopes = ["openid", "offline_access", "notes"]
audience = ["https://notes.example.org"]
skip_consent = true
access_token_alg = "PS256"
id_token_alg = "EdDSA"

[[client]]
id = "ed-ps"
type = "spa"
redirect_uris = ["http://localhost:5184/callback"]
scopes = ["openid", "offline_access", "notes"]
audience = ["https://notes.example.org"]
skip_consent = true
access_token_alg = "EdDSA"
id_token_alg = "PS256"
"#;

/// The header of a JWT.
fn header(token: &str) -> Value {
    let header = jsonwebtoken::decode_header(token).expect("a JWT");
    json!({ "alg": format!("{:?}", header.alg), "typ": header.typ, "jwk": header.jwk, "jku": header.jku })
}

fn sec_j12_every_token_names_its_key_its_audience_and_a_short_life(setup: Setup) {
    let app = setup.clients(SIGNED).start();
    let who = ann(&app);
    let mut browser = app.browser();
    let mut ids = BTreeSet::new();
    for (id, access_alg, id_alg) in [
        ("es-rs", "ES256", "RS256"),
        ("rs-es", "RS256", "ES256"),
        ("ps-ed", "PS256", "EdDSA"),
        ("ed-ps", "EdDSA", "PS256"),
    ] {
        let rp = app.relying_party(id);
        let given = [("scope", "openid offline_access notes")];
        let first = rp.redeem(&arrive(&mut browser, &rp, &who, &given));
        let second = rp.refresh(&first);
        for tokens in [&first, &second] {
            let id_token = tokens.id.as_deref().expect("an ID token");
            let wanted = json!({ "alg": id_alg, "typ": "JWT", "jwk": null, "jku": null });
            assert_eq!(header(id_token), wanted, "{id}");
            let wanted = json!({ "alg": access_alg, "typ": "at+jwt", "jwk": null, "jku": null });
            assert_eq!(header(&tokens.access), wanted, "{id}");
            // Both verify by nothing but the published keys.
            let (of_id, of_access) = (rp.verified(id_token, "JWT"), rp.verified(&tokens.access, "at+jwt"));
            assert_eq!(of_id["aud"], id);
            assert_eq!(of_access["aud"], json!(["https://notes.example.org", app.issuer]));
            assert_eq!((&of_access["client_id"], &of_access["iss"]), (&json!(id), &json!(app.issuer)));
            assert_eq!((&of_access["sub"], &of_id["sub"]), (&json!(who.subject()), &json!(who.subject())));
            for claims in [&of_id, &of_access] {
                let life = claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat);
                assert_eq!(life, Some(600), "{claims}");
            }
            assert_eq!(tokens.answer["expires_in"], 600);
            assert!(ids.insert(of_access["jti"].to_string()), "two tokens of one id");
        }
    }
    let robot = app.relying_party("robot");
    let fields = [("grant_type", "client_credentials")];
    let answer = app.ask(&Ask::form("/oauth2/token", &fields).basic("robot", CLIENT_SECRET)).expect(200);
    let access = answer.json()["access_token"].as_str().map(str::to_owned).expect("an access token");
    let claims = robot.verified(&access, "at+jwt");
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("robot"), &json!(["https://api.example.org"])));
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let metadata = app.ask(&Ask::get(path)).expect(200).json();
        let algorithms: Vec<(&String, &Value)> = metadata
            .as_object()
            .expect("an object")
            .iter()
            .filter(|(name, _)| name.ends_with("_alg_values_supported"))
            .collect();
        assert!(!algorithms.is_empty());
        for (name, values) in algorithms {
            assert!(!values.to_string().to_lowercase().contains("none"), "{name}: {values}");
            assert!(!values.to_string().contains("HS"), "{name}: {values}");
        }
    }
}

fn sec_j12_a_nonce_comes_back_as_it_was_and_a_subject_is_one_person(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    for nonce in ["n", "with space + plus % and & = \"quotes\" <b>", "日本\u{1F511}", &"x".repeat(1_024)] {
        let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &[("nonce", nonce)]));
        assert_eq!(tokens.claims["nonce"], nonce);
        assert!(
            rp.refresh(&tokens).claims.get("nonce").is_none(),
            "it belongs to the sign-in (OIDC Core 12.2)"
        );
    }
    // A subject is never given to anybody else, not even to the next owner of the address.
    let id = who.id;
    app.write(move |cx| wayhome::journey::delete_identity(cx, id));
    let next = app.identity("ann@example.org").with_password(PASSWORD);
    let tokens = rp.redeem(&arrive(&mut app.browser(), &rp, &next, &[]));
    tokens.expect_subject(&next.subject());
    assert_ne!(next.subject(), who.subject());
}

/// The harness refuses every answer to a client that does not say `iss`; here all kinds of answers are seen.
fn sec_m01_every_answer_to_a_client_names_the_issuer(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    let mut browser = app.browser();
    for (given, error) in [
        (("prompt", "none"), "login_required"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "openid unheard-of"), "invalid_scope"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("request", "x.y.z"), "invalid_request_object"),
        (("resource", "https://evil.test"), "invalid_target"),
    ] {
        browser.open(rp.authorization_url_with(&[given]));
        assert_eq!(rp.error(browser.location()), error);
        assert_eq!(browser.location().matches("iss=").count(), 1);
    }
    browser.open(rp.authorization_url()).sign_in(&who).press("Don't allow");
    assert_eq!(rp.error(browser.location()), "access_denied");
    let location = arrive(&mut browser, &rp, &who, &[]);
    assert!(!rp.code(&location).is_empty());
}

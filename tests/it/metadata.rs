//! Everything that the provider says about itself is so, and nothing that is so is left unsaid.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::{Setup, TestApp, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;
use crate::relying_party::RelyingParty;

on_both![
    prov_1_every_endpoint_that_is_named_is_there_and_no_other,
    prov_1_every_response_type_and_mode_that_is_named_is_answered_and_no_other,
    prov_1_old_response_types_are_named_only_where_somebody_may_use_them,
    prov_1_every_grant_type_that_is_named_is_known_and_no_other,
    prov_1_every_algorithm_scope_claim_and_level_that_is_named_is_given,
    prov_1_every_prompt_that_is_named_is_understood_and_no_other,
    prov_1_the_document_is_well_formed,
];

const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

/// A web client that may use every response type on every way.
const EVERYTHING: &str = r#"
[[client]]
id = "everything"
type = "web"
secret = { env = "CLIENT_SECRET" }
redirect_uris = ["https://everything.test/cb"]
skip_consent = true
response_types = ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"]
response_modes = ["query", "fragment", "form_post"]
"#;

fn metadata(app: &TestApp) -> Value {
    app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json()
}

fn list(metadata: &Value, member: &str) -> Vec<String> {
    let values = metadata[member].as_array().unwrap_or_else(|| panic!("{member}: {metadata}"));
    values.iter().map(|value| value.as_str().expect("a text").to_owned()).collect()
}

fn prov_1_every_endpoint_that_is_named_is_there_and_no_other(setup: Setup) {
    let app = setup.start();
    let metadata = metadata(&app);
    let members = metadata.as_object().expect("an object");
    let mut named = BTreeSet::new();
    for (member, value) in members {
        if !(member.ends_with("_endpoint") || member.ends_with("_uri") || member.ends_with("_iframe")) {
            continue;
        }
        let url = value.as_str().expect("a URL");
        let path = url.strip_prefix(&app.issuer).unwrap_or_else(|| panic!("{member} is not ours: {url}"));
        let by_get = matches!(
            member.as_str(),
            "authorization_endpoint" | "end_session_endpoint" | "userinfo_endpoint" | "jwks_uri"
        );
        let ask = if by_get { Ask::get(path) } else { Ask::form(path, &[]) };
        let status = app.ask(&ask).status;
        assert!(status != 404 && status != 405 && status < 500, "{member}: {status}");
        named.insert(path.to_owned());
    }
    // Whatever answers clients under /oauth2 is named; the frame of sessions is, when it is on.
    let routes = ["src/web/protocol.rs", "src/web/routes.rs"]
        .map(|file| std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).expect(file))
        .concat();
    let there: BTreeSet<String> = routes
        .split('"')
        .filter(|text| text.starts_with("/oauth2/") && text.len() > "/oauth2/".len())
        .map(str::to_owned)
        .collect();
    for path in there.iter().filter(|path| *path != "/oauth2/check_session") {
        assert!(named.contains(path), "{path} is not named in {named:?}");
    }
}

fn signed_in<'a>(app: &'a TestApp, client: &str) -> (RelyingParty<'a>, crate::browser::Browser<'a>) {
    let who = app.identity("ann@example.org").with_password(PASSWORD);
    let rp = app.relying_party(client);
    let mut browser = app.browser();
    browser.open(rp.authorization_url_with(&[("scope", "openid")]));
    browser.sign_in(&who);
    (rp, browser)
}

fn prov_1_every_response_type_and_mode_that_is_named_is_answered_and_no_other(setup: Setup) {
    let app = setup.clients(EVERYTHING).start();
    let metadata = metadata(&app);
    let types = list(&metadata, "response_types_supported");
    let modes = list(&metadata, "response_modes_supported");
    assert_eq!((types.len(), modes.len()), (6, 3));
    let (rp, mut browser) = signed_in(&app, "everything");
    for kind in &types {
        for mode in &modes {
            // Codes that nobody redeems, one after the other, are a loop to the server.
            app.advance(31);
            let wanted = [("response_type", kind.as_str()), ("response_mode", mode), ("scope", "openid")];
            browser.open(rp.authorization_url_with(&wanted));
            let tokens_in_query = kind != "code" && mode == "query";
            match (mode.as_str(), tokens_in_query) {
                ("form_post", _) => {
                    let form = browser
                        .page()
                        .main_form()
                        .unwrap_or_else(|| panic!("{}", browser.page().text))
                        .clone();
                    assert_eq!(form.action, "https://everything.test/cb");
                    let names: Vec<String> = form.pairs(None).into_iter().map(|(name, _)| name).collect();
                    for word in kind.split(' ') {
                        let name = if word == "token" { "access_token" } else { word };
                        assert!(names.iter().any(|known| known == name), "{kind} by {mode}: {names:?}");
                    }
                }
                (_, refused) => {
                    let location = browser.location().to_owned();
                    let (mark, told) = match (mode.as_str(), refused) {
                        (_, true) => ("#", "error=invalid_request"),
                        ("fragment", _) => ("#", kind.split(' ').next().expect("a word")),
                        _ => ("?", "code="),
                    };
                    let answer = location.strip_prefix(&format!("https://everything.test/cb{mark}"));
                    let answer = answer.unwrap_or_else(|| panic!("{kind} by {mode}: {location}"));
                    assert!(answer.contains(told), "{kind} by {mode}: {location}");
                }
            }
        }
    }
    for (parameter, value) in
        [("response_type", "token"), ("response_type", "none"), ("response_mode", "jwt")]
    {
        browser.open(rp.authorization_url_with(&[(parameter, value), ("scope", "openid")]));
        assert!(browser.location().contains("error="), "{value}: {}", browser.location());
    }
}

fn prov_1_old_response_types_are_named_only_where_somebody_may_use_them(setup: Setup) {
    let app = setup.start();
    let before = metadata(&app);
    assert_eq!(list(&before, "response_types_supported"), ["code"]);
    assert!(!list(&before, "grant_types_supported").contains(&"implicit".to_owned()));
    app.load_clients(&format!("{}{EVERYTHING}", include_str!("clients.toml")));
    let after = metadata(&app);
    assert_eq!(list(&after, "response_types_supported").len(), 6);
    assert!(list(&after, "grant_types_supported").contains(&"implicit".to_owned()));
}

fn prov_1_every_grant_type_that_is_named_is_known_and_no_other(setup: Setup) {
    let app = setup.start();
    for grant in list(&metadata(&app), "grant_types_supported") {
        let answer = app.relying_party("robot").token(&[("grant_type", &grant)]).json();
        assert_ne!(answer["error"], "unsupported_grant_type", "{grant}");
    }
    for grant in ["implicit", "password", "urn:ietf:params:oauth:grant-type:jwt-bearer", "CODE"] {
        let answer = app.relying_party("robot").token(&[("grant_type", grant)]).json();
        assert_eq!(answer["error"], "unsupported_grant_type", "{grant}");
    }
}

fn prov_1_every_algorithm_scope_claim_and_level_that_is_named_is_given(setup: Setup) {
    let client = |algorithm: &str| {
        format!(
            "\n[[client]]\nid = \"{algorithm}\"\ntype = \"spa\"\nskip_consent = true\nredirect_uris = \
             [\"http://localhost:5181/{algorithm}\"]\nscopes = [\"openid\", \"profile\", \"email\", \"phone\", \
             \"address\", \"offline_access\"]\nid_token_alg = \"{algorithm}\"\nuserinfo_signed_response_alg = \
             \"{algorithm}\"\n"
        )
    };
    let app = setup.clients(&ALGORITHMS.map(client).concat()).start();
    let metadata = metadata(&app);
    for member in ["id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported"] {
        let named: BTreeSet<String> = list(&metadata, member).into_iter().collect();
        assert_eq!(named, ALGORITHMS.map(str::to_owned).into_iter().collect(), "{member}");
    }
    let scope = list(&metadata, "scopes_supported").join(" ");
    let who = app.identity("ann@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    for algorithm in ALGORITHMS {
        let rp = app.relying_party(algorithm);
        browser.open(rp.authorization_url_with(&[("scope", &scope)]));
        if browser.try_location().is_none() {
            browser.sign_in(&who);
        }
        let tokens = rp.redeem(browser.location());
        assert_eq!(tokens.answer["scope"], scope.as_str());
        let id = tokens.id.as_deref().expect("an ID token");
        assert_eq!(format!("{:?}", jsonwebtoken::decode_header(id).expect("a JWT").alg), algorithm);
        assert!(list(&metadata, "acr_values_supported").contains(&text(&tokens.claims["acr"])));
        let told = app.ask(&Ask::get("/userinfo").bearer(&tokens.access)).expect(200);
        assert_eq!(told.header("content-type"), Some("application/jwt"));
        let claims = rp.verified(&told.text(), "JWT");
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(app.issuer), &json!(algorithm)));
        let named: BTreeSet<String> = list(&metadata, "claims_supported").into_iter().collect();
        let given = claims
            .as_object()
            .expect("claims")
            .keys()
            .chain(tokens.claims.as_object().expect("claims").keys());
        for claim in given {
            assert!(named.contains(claim), "{claim} is told and not named");
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn prov_1_every_prompt_that_is_named_is_understood_and_no_other(setup: Setup) {
    let app = setup.start();
    let (rp, mut browser) = signed_in(&app, "house");
    for prompt in list(&metadata(&app), "prompt_values_supported") {
        browser.open(rp.authorization_url_with(&[("prompt", &prompt), ("scope", "openid")]));
        let refused =
            browser.try_location().is_some_and(|location| location.contains("error=invalid_request"));
        assert!(!refused, "{prompt}");
    }
    browser.open(rp.authorization_url_with(&[("prompt", "sing"), ("scope", "openid")]));
    assert_eq!(rp.error(browser.location()), "invalid_request");
}

fn prov_1_the_document_is_well_formed(setup: Setup) {
    let app = setup.start();
    let answer = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let metadata = answer.json();
    assert_eq!(metadata["issuer"], app.issuer.as_str());
    for member in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "scopes_supported",
        "claims_supported",
    ] {
        assert!(!metadata[member].is_null(), "{member}");
    }
    assert!(list(&metadata, "id_token_signing_alg_values_supported").contains(&"RS256".to_owned()));
    assert!(list(&metadata, "request_object_signing_alg_values_supported").contains(&"RS256".to_owned()));
    assert_eq!(list(&metadata, "code_challenge_methods_supported"), ["S256"]);
    assert!(list(&metadata, "scopes_supported").contains(&"openid".to_owned()));
    assert!(!answer.text().contains("none\"") || !answer.text().contains("\"alg\""), "no unsigned tokens");
    for (member, value) in metadata.as_object().expect("an object") {
        if member.ends_with("_alg_values_supported") {
            assert!(value.as_array().is_some_and(|all| !all.contains(&json!("none"))), "{member}");
        }
        if let Some(values) = value.as_array() {
            let once: BTreeSet<String> = values.iter().map(Value::to_string).collect();
            assert_eq!(once.len(), values.len(), "{member} names something twice");
        }
    }
}

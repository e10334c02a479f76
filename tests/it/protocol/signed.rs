//! Requests that are signed (group Q, provider 3).

use serde_json::{Value, json};
use url::Url;

use super::ann;
use super::pushed::{address, fields};
use crate::app::{Setup, TestApp, on_both};
use crate::http::{Answer, Ask, encoded};
use crate::relying_party::RelyingParty;
use crate::signing::{ClientSigner, by_value, claims, registration, with_assertion};

on_both![
    prov_3_what_a_request_object_says_overrides_the_query,
    prov_3_an_error_in_a_signed_request_goes_to_its_redirect_uri,
    sec_q01_a_request_object_that_is_not_right_is_refused,
    sec_q01_an_unsigned_request_of_a_client_that_signs_is_refused,
    sec_q01_a_request_object_may_be_pushed,
    sec_j_request_objects_of_every_broken_form_are_refused,
    prov_1_what_clients_may_sign_is_told_in_the_metadata,
];

fn signer() -> ClientSigner {
    ClientSigner::new("ES256", "1")
}

/// A request of the client `signer` as a JWT, and the address that carries it.
struct Signed<'a> {
    app: &'a TestApp,
    rp: RelyingParty<'a>,
}

impl<'a> Signed<'a> {
    fn new(app: &'a TestApp) -> Self {
        Self { app, rp: app.relying_party("signer") }
    }

    fn claims(&self, changes: Value) -> Value {
        let mut object = claims(self.app, json!({ "sub": null, "jti": null }));
        for (name, value) in self.rp.parameters(&[]) {
            object[name] = json!(value);
        }
        for (name, value) in changes.as_object().cloned().unwrap_or_default() {
            match value {
                Value::Null => drop(object.as_object_mut().unwrap().remove(&name)),
                value => object[name] = value,
            }
        }
        object
    }

    fn address(&self, token: &str, more: &[(&str, &str)]) -> String {
        let mut all = vec![("client_id", "signer"), ("response_type", "code"), ("request", token)];
        all.extend(more);
        format!("{}/oauth2/auth?{}", self.app.issuer, encoded(&all))
    }

    /// Where the browser of somebody who is signed in is sent.
    #[track_caller]
    fn answer(&self, token: &str, more: &[(&str, &str)]) -> Answer {
        let address = self.address(token, more);
        self.app.ask(&Ask::get(address.strip_prefix(&self.app.issuer).unwrap()))
    }

    #[track_caller]
    fn expect_error(&self, token: &str, error: &str, what: &str) {
        let way = [("redirect_uri", "https://signer.example.org/callback"), ("state", "s-1")];
        let answer = self.answer(token, &way);
        assert_eq!(answer.status, 303, "{what}: {}", answer.text());
        let location = Url::parse(answer.header("location").unwrap()).unwrap();
        assert!(location.as_str().starts_with("https://signer.example.org/callback?"), "{what}: {location}");
        let pairs: Vec<(String, String)> = location.query_pairs().into_owned().collect();
        let of = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(
            (of("error"), of("state"), of("iss")),
            (Some(error), Some("s-1"), Some(self.app.issuer.as_str())),
            "{what}: {location}"
        );
    }
}

fn prov_3_what_a_request_object_says_overrides_the_query(setup: Setup) {
    let key = signer();
    let app = setup.clients(&registration(&by_value(&[&key]))).start();
    let who = ann(&app);
    let signed = Signed::new(&app);
    let mut browser = app.browser();
    let token = key.sign(&signed.claims(json!({ "max_age": 3600, "unknown": { "a": [1, null] } })));
    let outside = [
        ("scope", "openid email offline_access"),
        ("redirect_uri", "https://evil.test/callback"),
        ("state", "another"),
        ("prompt", "none"),
        ("code_challenge_method", "plain"),
    ];
    browser.open(signed.address(&token, &outside)).sign_in(&who);
    assert_eq!(signed.rp.callback(browser.location()).error, None);
    // Types and audiences that a request object may have.
    let mut header = key.header();
    for typ in ["oauth-authz-req+jwt", "JWT"] {
        header["typ"] = json!(typ);
        let object = signed.claims(json!({ "aud": [app.issuer], "scope": "openid" }));
        browser.open(signed.address(&key.sign_under(&header, &object.to_string()), &[]));
        assert_eq!(signed.rp.callback(browser.location()).error, None, "{typ}");
    }
}

fn prov_3_an_error_in_a_signed_request_goes_to_its_redirect_uri(setup: Setup) {
    let key = signer();
    let app = setup.clients(&registration(&by_value(&[&key]))).start();
    let signed = Signed::new(&app);
    signed.expect_error(
        &key.sign(&signed.claims(json!({ "scope": "openid other", "state": "s-1" }))),
        "invalid_scope",
        "",
    );
    signed.expect_error(
        &key.sign(&signed.claims(json!({ "prompt": "none", "state": "s-1" }))),
        "login_required",
        "",
    );
    let lost = signed.answer(&key.sign(&signed.claims(json!({ "redirect_uri": "https://evil.test/" }))), &[]);
    assert!(lost.clone().expect(400).header("location").is_none());
    // Without a way outside, the one inside serves, if it is registered.
    let broken = key.sign(&signed.claims(json!({ "iss": "evil", "state": "s-2" })));
    let location = signed.answer(&broken, &[]).expect(303).header("location").unwrap().to_owned();
    assert!(location.starts_with("https://signer.example.org/callback?error=invalid_request_object"));
    assert!(location.contains("state=s-2"), "{location}");
}

fn sec_q01_a_request_object_that_is_not_right_is_refused(setup: Setup) {
    let (key, evil) = (signer(), signer());
    let app = setup.clients(&registration(&by_value(&[&key]))).start();
    let signed = Signed::new(&app);
    let now = app.now().seconds();
    for changes in [
        json!({ "iss": "spa" }),
        json!({ "iss": null }),
        json!({ "aud": "https://other.test" }),
        json!({ "aud": [app.issuer, "https://other.test"] }),
        json!({ "aud": null }),
        json!({ "aud": format!("{}/", app.issuer) }),
        json!({ "client_id": "spa" }),
        json!({ "response_type": "id_token" }),
        json!({ "request": "x" }),
        json!({ "request_uri": "urn:ietf:params:oauth:request_uri:x" }),
        json!({ "sub": "signer" }),
        json!({ "exp": now - 120 }),
        json!({ "exp": "soon" }),
        json!({ "nbf": now + 600 }),
        json!({ "iat": now + 600 }),
        json!({ "scope": ["openid"] }),
        json!({ "state": true }),
    ] {
        let token = key.sign(&signed.claims(changes.clone()));
        signed.expect_error(&token, "invalid_request_object", &changes.to_string());
    }
    signed.expect_error(&evil.sign(&signed.claims(json!({}))), "invalid_request_object", "another key");
    // What the query says is not even looked at where the signed request leaves it out.
    let token = key.sign(&signed.claims(json!({ "response_type": null, "state": "s-1" })));
    signed.expect_error(&token, "invalid_request", "without a response_type");
    // A client that has no keys can sign nothing.
    let spa =
        [("client_id", "spa"), ("request", "a.b.c"), ("redirect_uri", "http://localhost:5173/callback")];
    let answer = app.ask(&Ask::get(&format!("/oauth2/auth?{}", encoded(&spa)))).expect(303);
    assert!(answer.header("location").unwrap().contains("error=invalid_request_object"));
}

fn sec_q01_an_unsigned_request_of_a_client_that_signs_is_refused(setup: Setup) {
    let key = signer();
    let keys =
        by_value(&[&key]) + "\nrequire_signed_request_object = true\nrequest_object_signing_alg = \"ES256\"";
    let app = setup.clients(&registration(&keys)).start();
    let signed = Signed::new(&app);
    let mut browser = app.browser();
    browser.open(signed.rp.authorization_url());
    assert_eq!(signed.rp.error(browser.location()), "invalid_request");
    let other = ClientSigner::new("EdDSA", "1");
    signed.expect_error(
        &other.sign(&signed.claims(json!({}))),
        "invalid_request_object",
        "another algorithm",
    );
    let assertion = || key.sign(&claims(&app, json!({})));
    let plain = signed.rp.parameters(&[]);
    let answer = app.ask(&with_assertion("/oauth2/par", &assertion(), &fields(&plain)));
    assert_eq!(answer.expect(400).json()["error"], "invalid_request");
    browser.open(signed.address(&key.sign(&signed.claims(json!({}))), &[]));
    assert_eq!(browser.page().path(), "/login");
}

fn sec_q01_a_request_object_may_be_pushed(setup: Setup) {
    let key = signer();
    let keys = by_value(&[&key])
        + "\nrequire_signed_request_object = true\nrequire_pushed_authorization_requests = true";
    let app = setup.clients(&registration(&keys)).start();
    let who = ann(&app);
    let signed = Signed::new(&app);
    let assertion = || key.sign(&claims(&app, json!({})));
    let token = key.sign(&signed.claims(json!({})));
    let push = [("request", token.as_str()), ("scope", "openid other"), ("state", "another")];
    let body = app.ask(&with_assertion("/oauth2/par", &assertion(), &push)).expect(201).json();
    let mut browser = app.browser();
    browser.open(address(&app, "signer", body["request_uri"].as_str().unwrap(), &[])).sign_in(&who);
    assert_eq!(signed.rp.callback(browser.location()).error, None);
    for changes in [json!({ "iss": "spa" }), json!({ "request_uri": "x" }), json!({ "exp": 1 })] {
        let token = key.sign(&signed.claims(changes));
        let answer = app.ask(&with_assertion("/oauth2/par", &assertion(), &[("request", &token)]));
        assert_eq!(answer.expect(400).json()["error"], "invalid_request_object");
    }
    // Signed, but not pushed.
    signed.expect_error(&key.sign(&signed.claims(json!({ "state": "s-1" }))), "invalid_request", "");
    // An assertion is no request, and a request is no assertion.
    signed.expect_error(&assertion(), "invalid_request_object", "an assertion");
    app.ask(&with_assertion("/oauth2/par", &key.sign(&signed.claims(json!({}))), &push)).expect(401);
}

// sec J01, J02, J04, J05, J06, J08, J09, J10, J11 at this entry; each form alone is looked at beside the verifier.
fn sec_j_request_objects_of_every_broken_form_are_refused(setup: Setup) {
    let key = signer();
    let app = setup.clients(&registration(&by_value(&[&key]))).start();
    let signed = Signed::new(&app);
    for (what, token) in super::broken::tokens(&key, &signed.claims(json!({}))) {
        // A query is not as long as some of them are.
        if token.len() < 6_000 {
            signed.expect_error(&token, "invalid_request_object", what);
        }
        let push = [("request", token.as_str())];
        let assertion = key.sign(&claims(&app, json!({})));
        let answer = app.ask(&with_assertion("/oauth2/par", &assertion, &push));
        assert_eq!(answer.expect(400).json()["error"], "invalid_request_object", "{what}");
    }
}

/// The tests of this module and of its neighbours use all that is told here.
fn prov_1_what_clients_may_sign_is_told_in_the_metadata(setup: Setup) {
    let app = setup.start();
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    let algorithms = json!(["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]);
    for name in [
        "request_object_signing_alg_values_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
    ] {
        assert_eq!(metadata[name], algorithms, "{name}");
    }
    for name in ["token", "revocation", "introspection"] {
        let methods = &metadata[format!("{name}_endpoint_auth_methods_supported")];
        assert!(methods.as_array().unwrap().contains(&json!("private_key_jwt")), "{name}");
    }
    let endpoint = format!("{}/oauth2/par", app.issuer);
    assert_eq!(metadata["pushed_authorization_request_endpoint"], endpoint);
    for (name, value) in [
        ("request_parameter_supported", true),
        ("request_uri_parameter_supported", false),
        ("require_pushed_authorization_requests", false),
        ("require_signed_request_object", false),
    ] {
        assert_eq!(metadata[name], value, "{name}");
    }
}

//! Clients that show who they are by what they sign (groups K and J, provider 5).

use serde_json::{Value, json};

use super::{ann, arrive};
use crate::app::{CLIENT_SECRET, Setup, TestApp, on_both};
use crate::http::{Answer, Ask};
use crate::signing::{
    ClientSigner, KIND, KeyServer, by_value, claims, own_token, registration, with_assertion, with_mac,
    with_signature,
};

on_both![
    prov_5_a_client_that_signs_gets_tokens_at_every_endpoint,
    prov_5_a_new_key_of_a_client_is_fetched_when_it_is_used,
    sec_k02_an_assertion_stands_alone,
    sec_k03_the_method_is_the_clients_and_not_the_requests,
    sec_k05_the_issuer_is_the_only_audience,
    sec_k06_times_and_names_must_be_right,
    sec_k07_an_assertion_is_good_once,
    sec_k07_of_many_uses_at_two_servers_one_succeeds,
    sec_k08_a_key_that_is_not_the_clients_opens_nothing,
    sec_j_assertions_of_every_broken_form_are_refused_alike,
    sec_q05_keys_in_a_private_network_are_not_fetched,
    sec_q07_unknown_keys_are_asked_for_once_in_a_minute,
    sec_q08_an_assertion_without_reachable_keys_is_refused_like_any_other,
    keys_that_are_known_are_good_while_their_server_is_away,
];

/// The endpoints at which clients authenticate.
const ENDPOINTS: [&str; 5] =
    ["/oauth2/token", "/oauth2/revoke", "/oauth2/introspect", "/oauth2/par", "/oauth2/device/auth"];

fn signer() -> ClientSigner {
    ClientSigner::new("ES256", "1")
}

fn started(setup: Setup, keys: &str) -> TestApp {
    setup.clients(&registration(keys)).start()
}

/// The refusal without what differs from request to request.
#[track_caller]
fn refusal(answer: &Answer) -> Value {
    let mut body = answer.clone().expect(401).json();
    body["request_id"] = json!(null);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("www-authenticate"), None);
    body
}

#[track_caller]
fn refused(app: &TestApp, assertion: &str, what: &str) {
    for endpoint in ENDPOINTS {
        let fields = [("grant_type", "client_credentials"), ("token", "x")];
        let answer = app.ask(&with_assertion(endpoint, assertion, &fields));
        assert_eq!(answer.status, 401, "{what} at {endpoint}: {}", answer.text());
        let wrong = app.ask(&Ask::form(endpoint, &[("client_id", "nobody")]));
        assert_eq!(refusal(&answer), refusal(&wrong), "{what} at {endpoint}");
    }
}

fn events(app: &TestApp, kind: &'static str) -> i64 {
    app.count(&format!("SELECT COUNT(*) AS n FROM events WHERE kind = '{kind}' AND client_id = 'signer'"))
}

fn prov_5_a_client_that_signs_gets_tokens_at_every_endpoint(setup: Setup) {
    let keys = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"].map(|alg| ClientSigner::new(alg, alg));
    let app = started(setup, &by_value(&keys.iter().collect::<Vec<_>>()));
    for key in &keys {
        let token = app.ask(&own_token(&key.sign(&claims(&app, json!({}))))).expect(200).json();
        let token = token["access_token"].as_str().unwrap().to_owned();
        let named = [("token", token.as_str()), ("client_id", "signer")];
        let assertion = || key.sign(&claims(&app, json!({ "aud": [app.issuer] })));
        let of = app.ask(&with_assertion("/oauth2/introspect", &assertion(), &named)).expect(200).json();
        assert_eq!((&of["active"], &of["client_id"]), (&json!(true), &json!("signer")));
        app.ask(&with_assertion("/oauth2/revoke", &assertion(), &named)).expect(200);
        let of = app.ask(&with_assertion("/oauth2/introspect", &assertion(), &named)).expect(200).json();
        assert_eq!(of["active"], false);
    }
    // A code is redeemed in the same way, whatever the type says that an assertion may say.
    let (who, rp) = (ann(&app), app.relying_party("signer"));
    let mut header = keys[2].header();
    for typ in ["JWT", "client-authentication+jwt"] {
        let location = arrive(&mut app.browser(), &rp, &who, &[]);
        header["typ"] = json!(typ);
        let assertion = keys[2].sign_under(&header, &claims(&app, json!({})).to_string());
        let mut ask = rp.redemption(&location);
        let more = [("client_assertion_type", KIND), ("client_assertion", &assertion)];
        ask.body.extend(format!("&{}", crate::http::encoded(&more)).into_bytes());
        assert!(app.ask(&ask).expect(200).json()["id_token"].is_string());
    }
}

fn prov_5_a_new_key_of_a_client_is_fetched_when_it_is_used(setup: Setup) {
    let (old, new) = (signer(), ClientSigner::new("RS256", "2"));
    let server = KeyServer::start(&old.jwks());
    let app = started(setup, &server.by_reference());
    for _ in 0..3 {
        app.ask(&own_token(&old.sign(&claims(&app, json!({}))))).expect(200);
    }
    assert_eq!(server.visits(), 1, "keys are kept");
    server.serve(Some(&new.jwks()));
    app.advance(60);
    app.ask(&own_token(&new.sign(&claims(&app, json!({}))))).expect(200);
    assert_eq!(server.visits(), 2);
    refused(&app, &old.sign(&claims(&app, json!({}))), "a key that was taken away");
}

fn sec_k02_an_assertion_stands_alone(setup: Setup) {
    let key = signer();
    let app = started(setup, &by_value(&[&key]));
    let assertion = || key.sign(&claims(&app, json!({})));
    for endpoint in ENDPOINTS {
        let both = with_assertion(endpoint, &assertion(), &[]).basic("signer", CLIENT_SECRET);
        assert_eq!(app.ask(&both).expect(400).json()["error"], "invalid_request");
        for (name, value) in
            [("client_secret", CLIENT_SECRET), ("client_assertion", "x"), ("client_assertion_type", KIND)]
        {
            let twice = with_assertion(endpoint, &assertion(), &[(name, value)]);
            assert_eq!(app.ask(&twice).expect(400).json()["error"], "invalid_request", "{endpoint} {name}");
        }
        let other = with_assertion(endpoint, &assertion(), &[("client_id", "spa")]);
        assert_eq!(app.ask(&other).expect(401).json()["error"], "invalid_client");
        for kind in ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"] {
            let fields = [("client_assertion_type", kind), ("client_assertion", &assertion())];
            assert_eq!(app.ask(&Ask::form(endpoint, &fields)).expect(401).json()["error"], "invalid_client");
        }
    }
}

fn sec_k03_the_method_is_the_clients_and_not_the_requests(setup: Setup) {
    let key = signer();
    let app = started(setup, &by_value(&[&key]));
    for endpoint in ENDPOINTS {
        for secret in ["", CLIENT_SECRET] {
            let post = Ask::form(endpoint, &[("client_id", "signer"), ("client_secret", secret)]);
            assert_eq!(app.ask(&post).expect(401).json()["error"], "invalid_client", "{endpoint}");
        }
        app.ask(&Ask::form(endpoint, &[("client_id", "signer")])).expect(401);
        app.ask(&Ask::form(endpoint, &[]).basic("signer", CLIENT_SECRET)).expect(401);
        // Nobody else becomes somebody by signing.
        for client in ["spa", "shop"] {
            let assertion = key.sign(&claims(&app, json!({ "iss": client, "sub": client })));
            app.ask(&with_assertion(endpoint, &assertion, &[("client_id", client)])).expect(401);
        }
    }
}

fn sec_k05_the_issuer_is_the_only_audience(setup: Setup) {
    let key = signer();
    let app = started(setup, &by_value(&[&key]));
    let at = |path: &str| json!(format!("{}{path}", app.issuer));
    for aud in [
        at("/oauth2/token"),
        at("/oauth2/par"),
        at("/"),
        json!([app.issuer, "https://other.test"]),
        json!([]),
        json!("https://other.test"),
        json!(app.issuer.to_uppercase()),
        json!(null),
    ] {
        refused(&app, &key.sign(&claims(&app, json!({ "aud": aud }))), &aud.to_string());
    }
    let mut header = key.header();
    for typ in ["at+jwt", "dpop+jwt", "oauth-authz-req+jwt", "logout+jwt"] {
        header["typ"] = json!(typ);
        refused(&app, &key.sign_under(&header, &claims(&app, json!({})).to_string()), typ);
    }
    app.ask(&own_token(&key.sign(&claims(&app, json!({}))))).expect(200);
    app.ask(&own_token(&key.sign(&claims(&app, json!({ "aud": [app.issuer] }))))).expect(200);
}

fn sec_k06_times_and_names_must_be_right(setup: Setup) {
    let key = signer();
    let app = started(setup, &by_value(&[&key]));
    let now = app.now().seconds();
    for changes in [
        json!({ "exp": null }),
        json!({ "exp": now + 600 }),
        json!({ "exp": now - 120 }),
        json!({ "exp": "9999999999" }),
        json!({ "exp": -1 }),
        json!({ "exp": i64::MAX }),
        json!({ "iat": now + 600 }),
        json!({ "nbf": now + 600 }),
        json!({ "iss": "spa" }),
        json!({ "sub": "spa" }),
        json!({ "iss": "spa", "sub": "spa" }),
        json!({ "iss": null }),
        json!({ "sub": null }),
        json!({ "jti": null }),
        json!({ "jti": "" }),
        json!({ "jti": 7 }),
        json!({ "jti": "j".repeat(300) }),
    ] {
        refused(&app, &key.sign(&claims(&app, changes.clone())), &changes.to_string());
    }
    let endless =
        claims(&app, json!({})).to_string().replace(&format!("\"exp\":{}", now + 60), "\"exp\":1e400");
    assert!(endless.contains("1e400"), "{endless}");
    refused(&app, &key.sign_under(&key.header(), &endless), "exp 1e400");
    app.ask(&own_token(&key.sign(&claims(&app, json!({ "exp": now + 300 }))))).expect(200);
}

fn sec_k07_an_assertion_is_good_once(setup: Setup) {
    let key = signer();
    let app = started(setup, &by_value(&[&key]));
    let assertion = key.sign(&claims(&app, json!({ "jti": "one" })));
    app.ask(&own_token(&assertion)).expect(200);
    assert_eq!(events(&app, "client_assertion.replay"), 0);
    for endpoint in ENDPOINTS {
        app.ask(&with_assertion(endpoint, &assertion, &[])).expect(401);
    }
    // Signed anew it is still the same one.
    app.ask(&own_token(&key.sign(&claims(&app, json!({ "jti": "one" }))))).expect(401);
    assert_eq!(events(&app, "client_assertion.replay"), 6);
    // A server that starts later knows it, too.
    if let Some(twin) = app.twin() {
        twin.ask(&own_token(&assertion)).expect(401);
    }
    app.ask(&own_token(&key.sign(&claims(&app, json!({ "jti": "two" }))))).expect(200);
}

fn sec_k07_of_many_uses_at_two_servers_one_succeeds(setup: Setup) {
    let key = signer();
    let app = started(setup, &by_value(&[&key]));
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    for _ in 0..4 {
        let ask = own_token(&key.sign(&claims(&app, json!({}))));
        let answers = super::instances::at_once(&[&app, there], &ask);
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 401)));
    }
}

fn sec_k08_a_key_that_is_not_the_clients_opens_nothing(setup: Setup) {
    let (key, evil) = (ClientSigner::new("RS256", "1"), ClientSigner::new("RS256", "1"));
    let trap = KeyServer::start(&evil.jwks());
    let keys = by_value(&[&key]) + "\ntoken_endpoint_auth_signing_alg = \"RS256\"";
    let app = started(setup, &keys);
    let payload = || claims(&app, json!({})).to_string();
    let none = json!({ "alg": "none", "kid": "1" }).to_string();
    refused(&app, &with_signature(&none, &payload(), &[]), "alg none");
    for secret in key.as_shared_secrets() {
        refused(&app, &with_mac(&secret, &json!({ "alg": "HS256", "kid": "1" }), &payload()), "HS256");
    }
    let address = format!("http://127.0.0.1:{}/jwks", trap.port);
    for (name, value) in
        [("jwk", evil.jwk()), ("jku", json!(address)), ("x5u", json!(address)), ("x5c", json!(["AAAA"]))]
    {
        let mut header = evil.header();
        header[name] = value;
        refused(&app, &evil.sign_under(&header, &payload()), name);
    }
    refused(&app, &evil.sign(&claims(&app, json!({}))), "the key of somebody else");
    let mut header = key.header();
    header["alg"] = json!("PS256");
    refused(&app, &key.sign_under(&header, &payload()), "another algorithm than the registered one");
    assert_eq!(trap.visits(), 0);
    app.ask(&own_token(&key.sign(&claims(&app, json!({}))))).expect(200);
}

// sec J01, J02, J04, J05, J06, J08, J09, J10, J11 at this entry; each form alone is looked at beside the verifier.
fn sec_j_assertions_of_every_broken_form_are_refused_alike(setup: Setup) {
    let key = signer();
    let app = started(setup, &by_value(&[&key]));
    for (what, token) in super::broken::tokens(&key, &claims(&app, json!({}))) {
        refused(&app, &token, what);
    }
}

fn sec_q05_keys_in_a_private_network_are_not_fetched(setup: Setup) {
    let key = signer();
    let trap = KeyServer::start(&key.jwks());
    for host in ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "127.1", "[::ffff:127.0.0.1]"] {
        let keys = format!("jwks_uri = \"https://{host}:{}/jwks\"", trap.port);
        let app = started(setup.clone().production(), &keys);
        refused(&app, &key.sign(&claims(&app, json!({}))), host);
        assert_eq!((trap.visits(), events(&app, "outbound.blocked")), (0, 1), "{host}");
    }
}

fn sec_q07_unknown_keys_are_asked_for_once_in_a_minute(setup: Setup) {
    let (key, unknown) = (signer(), ClientSigner::new("EdDSA", "x"));
    let server = KeyServer::start(&key.jwks());
    let app = started(setup, &server.by_reference());
    let tries = |count: usize| {
        for n in 0..count {
            let header = json!({ "alg": "EdDSA", "kid": format!("{n}") });
            let assertion = unknown.sign_under(&header, &claims(&app, json!({})).to_string());
            app.ask(&own_token(&assertion)).expect(401);
        }
        server.visits()
    };
    assert_eq!(tries(50), 1, "the first one fetches the keys, which are new then");
    app.advance(61);
    assert_eq!(tries(50), 2);
    app.advance(61);
    assert_eq!(tries(50), 3);
    app.ask(&own_token(&key.sign(&claims(&app, json!({}))))).expect(200);
    assert_eq!(server.visits(), 3);
}

fn sec_q08_an_assertion_without_reachable_keys_is_refused_like_any_other(setup: Setup) {
    let key = signer();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let page = KeyServer::start(&json!("no set of keys"));
    for uri in [
        format!("http://127.0.0.1:{closed}/"),
        format!("http://127.0.0.1:{}/", page.port),
        format!("https://127.0.0.1:{}/", page.port),
        "https://10.0.0.1/jwks".to_owned(),
        "https://keys.invalid/jwks".to_owned(),
    ] {
        let app = started(setup.clone(), &format!("jwks_uri = \"{uri}\""));
        refused(&app, &key.sign(&claims(&app, json!({}))), &uri);
    }
}

// sec F27
fn keys_that_are_known_are_good_while_their_server_is_away(setup: Setup) {
    let key = signer();
    let server = KeyServer::start(&key.jwks());
    let app = started(setup, &server.by_reference());
    app.ask(&own_token(&key.sign(&claims(&app, json!({}))))).expect(200);
    server.serve(None);
    app.advance(3_600);
    app.ask(&own_token(&key.sign(&claims(&app, json!({}))))).expect(200);
    assert_eq!(server.visits(), 2, "it was asked, and did not answer");
    app.advance(24 * 3_600);
    app.ask(&own_token(&key.sign(&claims(&app, json!({}))))).expect(401);
    server.serve(Some(&key.jwks()));
    app.advance(60);
    app.ask(&own_token(&key.sign(&claims(&app, json!({}))))).expect(200);
}

//! What tokens are signed with, and what is published about it.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::json;
use wayhome::crypto::from_base64url;

use super::{fetched, kid, kids, machine, published, tend, token, verifies};
use crate::app::{Setup, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    prov_2_each_algorithm_signs_tokens_that_the_published_keys_verify,
    prov_2_an_api_that_has_nothing_of_ours_verifies_each_algorithm,
    prov_2_the_key_set_is_as_it_must_be,
    prov_2_discovery_lists_the_algorithms_that_a_client_can_have,
    a_key_is_made_when_a_client_needs_it_and_not_before,
];

const ALL: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

fn client(algorithm: &str) -> String {
    format!(
        "\n[[client]]\nid = \"{algorithm}\"\ntype = \"spa\"\nskip_consent = true\nredirect_uris = \
         [\"http://localhost:5180/{algorithm}\"]\nscopes = [\"openid\", \"offline_access\"]\naccess_token_alg = \
         \"{algorithm}\"\nid_token_alg = \"{algorithm}\"\n"
    )
}

fn prov_2_each_algorithm_signs_tokens_that_the_published_keys_verify(setup: Setup) {
    let app = setup.clients(&ALL.map(client).concat()).start();
    let who = app.identity("ann@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    for algorithm in ALL {
        let rp = app.relying_party(algorithm);
        browser.open(rp.authorization_url_with(&[("scope", "openid offline_access")]));
        if browser.try_location().is_none() {
            browser.sign_in(&who);
        }
        // The relying party refuses what the published keys do not verify, and a wrong `at_hash`.
        let tokens = rp.redeem(browser.location());
        for token in [tokens.access.as_str(), tokens.id.as_deref().expect("an ID token")] {
            let header = jsonwebtoken::decode_header(token).expect("a JWT");
            assert_eq!(format!("{:?}", header.alg), algorithm);
            assert_eq!(kids(&app, algorithm), [header.kid.expect("a key id")]);
        }
        let bearer = |token: &str| app.ask(&Ask::get("/userinfo").bearer(token));
        assert_eq!(bearer(&tokens.access).expect(200).json()["sub"], who.subject());
        let (rest, signature) = tokens.access.rsplit_once('.').expect("a signature");
        let mut other = from_base64url(signature).expect("base64url");
        other[3] ^= 1;
        let forged = format!("{rest}.{}", wayhome::crypto::base64url(&other));
        assert_eq!(bearer(&forged).status, 401, "{algorithm}");
        // What is signed with one key is no good under the name of another.
        assert!(!verifies(&fetched(&app), &app, &forged));
        assert_eq!(rp.refresh(&tokens).claims["sub"], who.subject());
    }
}

/// The API of the examples, which has the cryptography of Node.js.
const VERIFY: &str = "
const { verify } = await import(process.env.EXAMPLE);
Date.now = () => Number(process.env.NOW) * 1000;
const words = process.env.TOKENS.split(' ').map((token) => verify(token).then((claims) => claims.client_id, (why) => why.message));
console.log(JSON.stringify(await Promise.all(words)));
";

fn prov_2_an_api_that_has_nothing_of_ours_verifies_each_algorithm(setup: Setup) {
    let app = setup.clients(&ALL.map(|algorithm| machine(algorithm, algorithm)).concat()).start();
    let good = ALL.map(|algorithm| token(&app, algorithm));
    let forged = good.clone().map(|token| {
        let (rest, signature) = token.rsplit_once('.').expect("a signature");
        let other = if signature.starts_with('A') { "B" } else { "A" };
        format!("{rest}.{other}{}", &signature[1..])
    });
    let output = Command::new("node")
        .args(["--input-type=module", "-e", VERIFY, env!("CARGO_MANIFEST_DIR")])
        .env("EXAMPLE", concat!(env!("CARGO_MANIFEST_DIR"), "/examples/api/server.mjs"))
        .env("ISSUER", &app.issuer)
        .env("AUDIENCE", &app.issuer)
        .env("NOW", app.now().seconds().to_string())
        .env("TOKENS", [good, forged].concat().join(" "))
        .output()
        .expect("node runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Vec<String> = serde_json::from_slice(&output.stdout).expect("a list");
    assert_eq!(said[..4], ALL);
    assert!(said[4..].iter().all(|why| why == "its signature is wrong"), "{said:?}");
}

fn prov_2_the_key_set_is_as_it_must_be(setup: Setup) {
    let app = setup.clients(&ALL.map(client).concat()).start();
    let answer = app.ask(&Ask::get("/.well-known/jwks.json")).expect(200);
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json")));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300, stale-if-error=86400"));
    let keys = published(&app);
    assert_eq!(keys.iter().map(|key| key["alg"].as_str().unwrap()).collect::<Vec<_>>().len(), 4);
    let distinct: BTreeSet<String> = keys.iter().map(|key| key["kid"].to_string()).collect();
    assert_eq!(distinct.len(), keys.len(), "two keys of one kid");
    for key in &keys {
        let members: BTreeSet<&str> = key.as_object().expect("a key").keys().map(String::as_str).collect();
        let (kind, names): (_, &[&str]) = match key["alg"].as_str().expect("alg") {
            "RS256" | "PS256" => ("RSA", &["n", "e"]),
            "ES256" => ("EC", &["crv", "x", "y"]),
            "EdDSA" => ("OKP", &["crv", "x"]),
            other => panic!("{other}"),
        };
        // These members and no others: no private part, and nothing that a client would have to understand.
        let wanted = ["alg", "kid", "kty", "use"].iter().chain(names).copied().collect();
        assert_eq!(members, wanted);
        assert_eq!((&key["kty"], &key["use"]), (&json!(kind), &json!("sig")));
        for name in names.iter().filter(|name| **name != "crv") {
            let text = key[*name].as_str().expect("a text");
            let bytes = from_base64url(text).unwrap_or_else(|| panic!("{name} is no base64url: {text}"));
            match *name {
                "n" => assert!(bytes.len() == 256 && bytes[0] >= 0x80, "2048 bits"),
                "e" => assert_eq!(bytes, [1, 0, 1]),
                _ => assert_eq!(bytes.len(), 32),
            }
        }
    }
    let tag = answer.header("etag").expect("an ETag").to_owned();
    let again = Ask::get("/.well-known/jwks.json").with("if-none-match", &tag);
    assert_eq!(app.ask(&again).status, 304);
    app.advance(90 * super::DAY);
    tend(&app);
    assert_eq!(app.ask(&again).status, 200, "other keys have another tag");
}

fn prov_2_discovery_lists_the_algorithms_that_a_client_can_have(setup: Setup) {
    let app = setup.start();
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(ALL));
}

fn a_key_is_made_when_a_client_needs_it_and_not_before(setup: Setup) {
    let app = setup.start();
    tend(&app);
    assert_eq!(published(&app).len(), 2, "RS256 and ES256");
    app.load_clients(&[app.clients_text(), &machine("edgar", "EdDSA")].concat());
    tend(&app);
    assert_eq!(published(&app).len(), 3);
    let access = token(&app, "edgar");
    assert_eq!(vec![kid(&access)], kids(&app, "EdDSA"));
    assert!(verifies(&fetched(&app), &app, &access));
    // Once it is there it stays, and is replaced like the others.
    app.load_clients(app.clients_text());
    app.advance(90 * super::DAY);
    tend(&app);
    assert_eq!(kids(&app, "EdDSA").len(), 2);
    assert_eq!(kids(&app, "PS256").len(), 0);
}

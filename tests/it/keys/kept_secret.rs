//! Nothing that leaves the process holds a private key, and the database holds it sealed.

use serde_json::json;
use wayhome::crypto::{DataSecrets, base64url};
use wayhome::model::SecretText;

use super::*;
use crate::app::{SECRET, Setup, on_both};

on_both![sec_j13_no_answer_and_no_row_holds_a_private_key];

fn sec_j13_no_answer_and_no_row_holds_a_private_key(setup: Setup) {
    let app = setup.clients(&[machine("pia", "PS256"), machine("edgar", "EdDSA")].concat()).start();
    let secrets = DataSecrets::new(&[SecretText::new(SECRET)]).expect("the secret of the tests");
    let private = || -> Vec<Vec<u8>> {
        let snapshot = app.snapshot();
        let rows = snapshot.rows("signing_keys").iter();
        let sealed = rows.filter(|row| row["private_key"] != "");
        sealed
            .map(|row| {
                let place = format!("signing_keys.private_key.{}", row["kid"].as_str().expect("a kid"));
                let sealed = row["private_key"].as_str().expect("a sealed key");
                assert!(sealed.starts_with("v1."), "{row}");
                secrets.open(&place, sealed).expect("it opens in its place").to_vec()
            })
            .collect()
    };
    let mut keys = private();
    assert_eq!(keys.len(), 4);
    let mut said = Vec::new();
    for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
        let body = json!({"alg": algorithm, "use": "sig"});
        let made = app.ask_admin(&Ask::json("POST", "/admin/keys/hydra.jwt.access-token", &body)).expect(201);
        said.push(made.text());
    }
    keys.extend(private());
    assert_eq!(keys.len(), 8);
    for target in ["/admin/keys/hydra.jwt.access-token", "/admin/clients", "/admin/clients/pia"] {
        said.push(app.ask_admin(&Ask::get(target)).expect(200).text());
    }
    for target in ["/.well-known/jwks.json", "/.well-known/openid-configuration", "/health/ready"] {
        said.push(app.ask(&Ask::get(target)).text());
    }
    said.extend(["pia", "edgar"].map(|client| token(&app, client)));
    said.push(app.snapshot().text());
    // Pieces of the keys, in the alphabets in which they could have slipped out; a public part begins none of them.
    let tail = |key: &[u8]| key[key.len() - 24..].to_vec();
    for text in &said {
        for mark in ["\"d\":", "\"p\":", "\"q\":", "\"dp\":", "\"k\":", "BEGIN PRIVATE", "BEGIN RSA"] {
            assert!(!text.contains(mark), "{mark} in {text}");
        }
        for key in &keys {
            let hex: String = tail(key).iter().map(|byte| format!("{byte:02x}")).collect();
            let (open, upper) = (base64url(key), hex.to_uppercase());
            assert!(!text.contains(&open) && !text.contains(&hex) && !text.contains(&upper));
        }
    }
}

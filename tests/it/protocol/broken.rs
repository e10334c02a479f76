//! JWTs that no entry for JWTs of clients may take.

use serde_json::{Value, json};

use crate::signing::{ClientSigner, with_mac, with_signature};

/// All of them: what is wrong, and the token. `claims` would be good.
pub(super) fn tokens(key: &ClientSigner, claims: &Value) -> Vec<(&'static str, String)> {
    let payload = claims.to_string();
    let good = key.sign(claims);
    let parts: Vec<&str> = good.split('.').collect();
    let with = |name: &str, value: Value| {
        let mut header = key.header();
        header[name] = value;
        key.sign_under(&header, &payload)
    };
    let mut tokens = vec![
        ("J01 without a signature", format!("{}.{}.", parts[0], parts[1])),
        ("J01 without alg", key.sign_under(&json!({ "kid": "1" }), &payload)),
        ("J02 a MAC with an empty key", with_mac(&[], &json!({ "alg": "HS256", "kid": "1" }), &payload)),
        ("J02 a MAC named as a signature", with_mac(&[], &key.header(), &payload)),
        ("J04 crit", with("crit", json!(["exp"]))),
        ("J04 an empty crit", with("crit", json!([]))),
        ("J04 b64", with("b64", json!(false))),
        (
            "J05 JSON",
            json!({ "payload": parts[1], "protected": parts[0], "signature": parts[2] }).to_string(),
        ),
        ("J05 four parts", format!("{good}.{}", parts[2])),
        ("J06 encrypted", format!("{}.AAAA.AAAA.AAAA.AAAA", parts[0])),
        ("J06 zip", with("zip", json!("DEF"))),
        ("J07 zeros", with_signature(&key.header().to_string(), &payload, &[0; 64])),
        ("J08 a path as kid", with("kid", json!("../../dev/null"))),
        ("J08 SQL as kid", with("kid", json!("' OR 1=1"))),
        ("J08 a long kid", with("kid", json!("k".repeat(10_000)))),
        ("J08 a list as kid", with("kid", json!(["1"]))),
        (
            "J09 a member twice",
            key.sign_under(&key.header(), &payload.replacen('{', "{\"iss\":\"signer\",", 1)),
        ),
        ("J09 a mark before it", key.sign_under(&key.header(), &format!("\u{feff}{payload}"))),
        ("J09 a list", key.sign_under(&key.header(), &format!("[{payload}]"))),
        ("J10 another type", with("typ", json!("at+jwt"))),
        ("J11 dots", ".".repeat(20_000)),
        ("J11 too long", key.sign(&json!({ "a": "x".repeat(16 * 1024) }))),
        ("no JWT", "x".to_owned()),
    ];
    for alg in ["none", "None", "NONE", "nOnE", "HS256", "RS1", "ES256K"] {
        let header = json!({ "alg": alg, "kid": "1" }).to_string();
        tokens.push(("J01 an algorithm", with_signature(&header, &payload, &[])));
        tokens.push(("J01 an algorithm", with_signature(&header, &payload, &[1; 64])));
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    tokens.push(("J11 deep", key.sign_under(&key.header(), &deep)));
    tokens
}

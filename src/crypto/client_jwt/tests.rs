//! The catalogue of broken JWTs, against what verifies those of clients.

use serde_json::json;

use super::super::client_signer::{ClientSigner, with_mac, with_signature};
use super::*;

const NOW: Instant = Instant::from_seconds(1_800_000_000);

const ANY: ClientJwt<'static> = ClientJwt { types: &["JWT", "client-authentication+jwt"], algorithm: None };

fn set(keys: &[&ClientSigner]) -> ClientKeySet {
    let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
    ClientKeySet::read(&json!({ "keys": keys })).unwrap()
}

fn claims() -> Value {
    json!({ "iss": "shop", "sub": "shop", "aud": "https://id.test", "exp": NOW.seconds() + 60, "jti": "1" })
}

#[test]
fn each_algorithm_is_verified_by_its_key_and_by_no_other() {
    let all = ClientJwt::ALGORITHMS.map(|alg| ClientSigner::new(alg, alg));
    let known = set(&all.iter().collect::<Vec<_>>());
    for (key, alg) in all.iter().zip(ClientJwt::ALGORITHMS) {
        let token = key.sign(&claims());
        assert_eq!(ANY.verify(&token, &known).unwrap()["sub"], "shop");
        let stranger = ClientSigner::new(alg, alg);
        assert_eq!(ANY.verify(&stranger.sign(&claims()), &known), Err(JwtError::Signature));
        assert_eq!(ANY.verify(&token, &set(&[&stranger])), Err(JwtError::Signature));
        assert!(ANY.verify(&token, &ClientKeySet::read(&key.jwks()).unwrap()).is_ok());
        assert_eq!(ANY.verify(&token, &ClientKeySet::default()), Err(JwtError::Key));
        let (rest, _) = token.rsplit_once('.').unwrap();
        assert_eq!(ANY.verify(&format!("{rest}."), &known), Err(JwtError::Signature));
        let only = ClientJwt { algorithm: Some(one_name(alg)), ..ANY };
        assert!(only.verify(&token, &known).is_ok());
        for other in ClientJwt::ALGORITHMS.into_iter().filter(|other| one_name(other) != one_name(alg)) {
            let only = ClientJwt { algorithm: Some(other), ..ANY };
            assert_eq!(only.verify(&token, &known), Err(JwtError::Header("alg")), "{alg} for {other}");
            let mut header = key.header();
            header["alg"] = json!(other);
            assert!(ANY.verify(&key.sign_under(&header, "{}"), &known).is_err(), "{alg} called {other}");
        }
    }
}

/// What a library calls `Ed25519` may meet a key or a registration that says `EdDSA`, and the other way round.
#[test]
fn the_two_names_of_ed25519_are_one_algorithm() {
    for (of_key, of_token) in [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA"), ("Ed25519", "Ed25519")] {
        let key = ClientSigner::new(of_key, "1");
        let token = key.sign_under(&json!({ "alg": of_token, "kid": "1" }), &claims().to_string());
        for algorithm in [None, Some("EdDSA")] {
            let entry = ClientJwt { algorithm, ..ANY };
            assert!(entry.verify(&token, &set(&[&key])).is_ok(), "{of_key} {of_token} {algorithm:?}");
        }
        let another = ClientJwt { algorithm: Some("ES256"), ..ANY };
        assert_eq!(another.verify(&token, &set(&[&key])), Err(JwtError::Header("alg")));
    }
    let p256 = ClientSigner::new("ES256", "1");
    let called = p256.sign_under(&json!({ "alg": "Ed25519", "kid": "1" }), "{}");
    assert_eq!(ANY.verify(&called, &set(&[&p256])), Err(JwtError::Key));
}

#[test]
fn sec_j01_unsigned_tokens_are_refused() {
    let key = ClientSigner::new("ES256", "1");
    for alg in [json!("none"), json!("None"), json!("NONE"), json!("nOnE"), json!(""), json!(null), json!(7)]
    {
        let header = json!({ "alg": alg, "kid": "1" }).to_string();
        for signature in [&[][..], &[0; 64]] {
            let token = with_signature(&header, &claims().to_string(), signature);
            assert!(ANY.verify(&token, &set(&[&key])).is_err(), "{header}");
        }
    }
    let token = with_signature(r#"{"kid":"1"}"#, &claims().to_string(), &[]);
    assert_eq!(ANY.verify(&token, &set(&[&key])), Err(JwtError::Malformed));
}

#[test]
fn sec_j02_a_public_key_is_no_shared_secret() {
    for alg in ["RS256", "ES256", "EdDSA"] {
        let key = ClientSigner::new(alg, "1");
        for secret in key.as_shared_secrets() {
            for name in ["HS256", "HS384", alg] {
                let token = with_mac(&secret, &json!({ "alg": name, "kid": "1" }), &claims().to_string());
                assert!(ANY.verify(&token, &set(&[&key])).is_err(), "{name} with {alg}");
            }
        }
    }
}

#[test]
fn sec_j03_a_key_that_the_token_brings_is_not_looked_at() {
    let (key, evil) = (ClientSigner::new("ES256", "1"), ClientSigner::new("ES256", "1"));
    for (name, value) in [
        ("jwk", evil.jwk()),
        ("jku", json!("https://evil.test/jwks")),
        ("x5u", json!("https://evil.test/x5u")),
        ("x5c", json!(["AAAA"])),
        ("x5t", json!("AAAA")),
    ] {
        let mut header = evil.header();
        header[name] = value;
        let token = evil.sign_under(&header, &claims().to_string());
        assert_eq!(ANY.verify(&token, &set(&[&key])), Err(JwtError::Signature), "{name}");
    }
}

#[test]
fn sec_j04_critical_and_strange_headers_are_refused() {
    let key = ClientSigner::new("EdDSA", "1");
    for (name, value) in [
        ("crit", json!(["x"])),
        ("crit", json!([])),
        ("crit", json!(["exp"])),
        ("crit", json!("b64")),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
    ] {
        let mut header = key.header();
        header[name] = value;
        let token = key.sign_under(&header, &claims().to_string());
        assert_eq!(ANY.verify(&token, &set(&[&key])), Err(JwtError::Header(name)), "{header}");
    }
}

#[test]
fn sec_j05_only_the_compact_form_is_read() {
    let key = ClientSigner::new("EdDSA", "1");
    let good = key.sign(&claims());
    let parts: Vec<&str> = good.split('.').collect();
    let flat = json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] }).to_string();
    let general =
        json!({ "payload": parts[1], "signatures": [{ "protected": parts[0], "signature": parts[2] }] });
    for token in [
        flat,
        general.to_string(),
        format!("{good}.{}", parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}="),
        good.replacen('.', "..", 1),
    ] {
        assert!(ANY.verify(&token, &set(&[&key])).is_err(), "{token}");
    }
}

#[test]
fn sec_j06_encrypted_tokens_are_refused_unopened() {
    let key = ClientSigner::new("RS256", "1");
    for header in [
        json!({ "alg": "RSA-OAEP", "enc": "A256GCM", "kid": "1" }),
        json!({ "alg": "dir", "enc": "A128CBC-HS256", "zip": "DEF" }),
        json!({ "alg": "PBES2-HS256+A128KW", "enc": "A256GCM", "p2c": 2_147_483_647_u32, "p2s": "AAAA" }),
    ] {
        let jwe = format!("{}.AAAA.AAAA.AAAA.AAAA", super::super::base64url(header.to_string().as_bytes()));
        assert_eq!(ANY.verify(&jwe, &set(&[&key])), Err(JwtError::Malformed));
        let three = with_signature(&header.to_string(), "{}", &[1]);
        assert!(ANY.verify(&three, &set(&[&key])).is_err());
    }
}

#[test]
fn sec_j07_broken_signatures_are_refused() {
    let key = ClientSigner::new("ES256", "1");
    let payload = claims().to_string();
    let order = super::super::from_base64url("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE").unwrap();
    let good = key.sign(&claims());
    let raw = super::super::from_base64url(good.rsplit_once('.').unwrap().1).unwrap();
    let (r, s) = raw.split_at(32);
    let der = [&[0x30, 0x44, 0x02, 0x20], r, &[0x02, 0x20], s].concat();
    for signature in [
        vec![0; 64],
        [&order[..], s].concat(),
        [r, &order[..]].concat(),
        der,
        r.to_vec(),
        [&raw[..], &[0]].concat(),
    ] {
        let token = with_signature(&key.header().to_string(), &payload, &signature);
        assert_eq!(ANY.verify(&token, &set(&[&key])), Err(JwtError::Signature));
    }
}

#[test]
fn sec_j07_keys_that_are_not_fit_are_left_out() {
    let rsa = ClientSigner::new("RS256", "1").jwk();
    let with = |jwk: &Value, name: &str, value: Value| {
        let mut jwk = jwk.clone();
        jwk[name] = value;
        jwk
    };
    let (p256, ed) = (ClientSigner::new("ES256", "1").jwk(), ClientSigner::new("EdDSA", "1").jwk());
    let bytes =
        |first: u8, count: usize| super::super::base64url(&[&[first], &vec![7; count - 1][..]].concat());
    let y = p256["y"].as_str().unwrap().to_owned();
    for (jwk, why) in [
        (with(&rsa, "n", json!(bytes(0x80, 128))), "2048 to 8192 bits"),
        (with(&rsa, "n", json!(bytes(0x7f, 256))), "2048 to 8192 bits"),
        (with(&rsa, "n", json!(bytes(0x80, 1025))), "2048 to 8192 bits"),
        (with(&rsa, "n", json!("")), "2048 to 8192 bits"),
        (with(&rsa, "e", json!("AQ")), "exponent"),
        (with(&rsa, "e", json!("Aw")), "exponent"),
        (with(&rsa, "e", json!("AQAA")), "exponent"),
        (with(&rsa, "d", json!("AQAB")), "private or a shared"),
        (json!({ "kty": "oct", "k": "AAAA", "kid": "1" }), "private or a shared"),
        (json!({ "kty": "oct", "kid": "1" }), "its kind"),
        (with(&p256, "x", json!(y)), "not on P-256"),
        (with(&p256, "x", json!("AAAA")), "32 bytes"),
        (with(&p256, "crv", json!("P-384")), "its kind"),
        (with(&ed, "x", json!(super::super::base64url(&[0; 32]))), "small order"),
        (
            with(&ed, "x", json!(super::super::base64url(&[&[1][..], &[0; 30], &[0x80]].concat()))),
            "small order",
        ),
        (with(&ed, "crv", json!("X25519")), "its kind"),
        (with(&ed, "use", json!("enc")), "use"),
        (with(&ed, "key_ops", json!(["sign"])), "key_ops"),
        (with(&ed, "alg", json!("ES256")), "alg"),
        (with(&rsa, "alg", json!("RS512")), "alg"),
        (with(&rsa, "kid", json!(7)), "text"),
        (json!("x"), "no object"),
    ] {
        let set = json!({ "keys": [jwk] });
        assert!(ClientKeySet::read(&set).unwrap().is_empty(), "{jwk}");
        let faults = ClientKeySet::faults(&set);
        assert!(faults.len() == 1 && faults[0].contains(why), "{jwk}: {faults:?}");
    }
    let good = json!({ "keys": [rsa, p256, ed] });
    assert_eq!((ClientKeySet::read(&good).unwrap().len(), ClientKeySet::faults(&good)), (3, Vec::new()));
    assert!(ClientKeySet::from_json(b"{}").is_none() && ClientKeySet::from_json(b"[").is_none());
}

#[test]
fn sec_j08_a_key_id_finds_one_key_or_none() {
    let (one, two) = (ClientSigner::new("EdDSA", "1"), ClientSigner::new("EdDSA", "2"));
    let payload = claims().to_string();
    let long = "k".repeat(10_000);
    for kid in ["../../dev/null", "' OR 1=1", "https://evil.test/key", long.as_str(), "", "3"] {
        let token = one.sign_under(&json!({ "alg": "EdDSA", "kid": kid }), &payload);
        let error = ANY.verify(&token, &set(&[&one, &two]));
        assert_eq!(error, Err(JwtError::Key), "{kid}");
        assert_eq!(ANY.verify(&token, &set(&[&one])), Err(JwtError::Key), "{kid}");
    }
    for kid in [json!(["1"]), json!(1), json!({}), json!(null)] {
        let token = one.sign_under(&json!({ "alg": "EdDSA", "kid": kid }), &payload);
        assert_eq!(ANY.verify(&token, &set(&[&one])), Err(JwtError::Malformed), "{kid}");
    }
    let nameless = one.sign_under(&json!({ "alg": "EdDSA" }), &payload);
    assert!(ANY.verify(&nameless, &set(&[&one])).is_ok(), "there is only one that can be meant");
    assert!(ANY.verify(&nameless, &set(&[&one, &ClientSigner::new("ES256", "2")])).is_ok());
    assert_eq!(ANY.verify(&nameless, &set(&[&one, &two])), Err(JwtError::Key));
    let twins = [&one, &ClientSigner::new("EdDSA", "1")];
    assert_eq!(ANY.verify(&one.sign(&claims()), &set(&twins)), Err(JwtError::Key));
}

#[test]
fn sec_j09_claims_of_the_wrong_form_are_refused() {
    let check = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        let claims = claims.as_object().unwrap().clone();
        ClientJwt::check_parties(&claims, "shop", "https://id.test")
            .and_then(|()| ClientJwt::check_times(&claims, NOW))
    };
    let now = NOW.seconds();
    for (name, value) in [
        ("exp", json!("9999999999")),
        ("exp", json!(1.5e10)),
        ("exp", json!(-1)),
        ("exp", json!(0)),
        ("exp", json!(null)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(now - 60)),
        ("nbf", json!("1")),
        ("nbf", json!(now + 61)),
        ("iat", json!(now + 61)),
        ("iat", json!([now])),
        ("iss", json!("SHOP")),
        ("iss", json!(null)),
        ("aud", json!(7)),
        ("aud", json!({})),
        ("aud", json!([])),
        ("aud", json!(["https://id.test", "https://other.test"])),
        ("aud", json!([["https://id.test"]])),
        ("aud", json!("https://id.test/")),
        ("aud", json!("HTTPS://id.test")),
        ("aud", json!("https://id.test/oauth2/token")),
    ] {
        assert!(check(name, value.clone()).is_err(), "{name}={value}");
    }
    for (name, value) in [
        ("aud", json!(["https://id.test"])),
        ("exp", json!(now - 59)),
        ("exp", json!(i64::MAX)),
        ("nbf", json!(now + 60)),
        ("iat", json!(1)),
    ] {
        assert!(check(name, value.clone()).is_ok(), "{name}={value}");
    }
    let key = ClientSigner::new("EdDSA", "1");
    for payload in [r#"{"iss":"a","iss":"b"}"#, "\u{feff}{}", "[]", r#"{"exp":1e400}"#, "null", ""] {
        let token = key.sign_under(&key.header(), payload);
        assert_eq!(ANY.verify(&token, &set(&[&key])), Err(JwtError::Malformed), "{payload}");
    }
    let token = with_signature(r#"{"alg":"EdDSA","kid":"1","kid":"1"}"#, "{}", &[0; 64]);
    assert_eq!(ANY.verify(&token, &set(&[&key])), Err(JwtError::Malformed));
}

#[test]
fn sec_j10_an_entry_takes_its_own_types_only() {
    let key = ClientSigner::new("EdDSA", "1");
    let typed = |typ: Value| {
        let mut header = key.header();
        header["typ"] = typ;
        ANY.verify(&key.sign_under(&header, "{}"), &set(&[&key]))
    };
    for typ in ["JWT", "jwt", "client-authentication+jwt", "application/client-authentication+jwt"] {
        assert!(typed(json!(typ)).is_ok(), "{typ}");
    }
    for typ in ["at+jwt", "logout+jwt", "dpop+jwt", "oauth-authz-req+jwt", "JWS"] {
        assert_eq!(typed(json!(typ)), Err(JwtError::Header("typ")), "{typ}");
    }
    assert_eq!(typed(json!(7)), Err(JwtError::Malformed));
}

#[test]
fn sec_j11_what_is_too_large_is_not_read() {
    let key = ClientSigner::new("EdDSA", "1");
    let keys = set(&[&key]);
    assert_eq!(ANY.verify(&".".repeat(1_000_000), &keys), Err(JwtError::Malformed));
    let filled = |length: usize| key.sign(&json!({ "a": "x".repeat(length) }));
    let (fits, over) = (filled(12_000), filled(12_300));
    assert!(fits.len() <= 16 * 1024 && over.len() > 16 * 1024);
    assert!(ANY.verify(&fits, &keys).is_ok());
    assert_eq!(ANY.verify(&over, &keys), Err(JwtError::Malformed));
    let nested = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(ANY.verify(&key.sign_under(&key.header(), &nested), &keys), Err(JwtError::Malformed));
    let many: Vec<String> = (0..1_100).map(|n| format!("\"{n}\":0")).collect();
    let many = key.sign_under(&key.header(), &format!("{{{}}}", many.join(",")));
    assert_eq!((many.len() < 16 * 1024, ANY.verify(&many, &keys)), (true, Err(JwtError::Malformed)));
}

//! Tokens that are not what they say, each by its case of the catalogue.

use serde_json::json;

use super::super::from_base64url;
use super::super::{SignatureAlgorithm, SigningKey, base64url};
use super::*;

const NOW: Instant = Instant::from_seconds(1_800_000_000);

fn expected() -> Expected<'static> {
    Expected { typ: "at+jwt", issuer: "https://id.test", now: NOW, expired_is_fine: false }
}

fn keys() -> SigningKeys {
    SigningKeys::new(
        SignatureAlgorithm::ALL.iter().map(|alg| SigningKey::generate(*alg).unwrap().0).collect(),
    )
}

fn claims() -> Value {
    json!({ "iss": "https://id.test", "exp": NOW.seconds() + 60, "iat": NOW.seconds(), "sub": "ann" })
}

#[test]
fn a_token_of_ours_is_accepted_with_each_algorithm() {
    let keys = keys();
    for algorithm in SignatureAlgorithm::ALL {
        let token = keys.active(algorithm).unwrap().sign("at+jwt", &claims()).unwrap();
        assert_eq!(keys.verify(&token, expected()).unwrap()["sub"], "ann");
    }
}

#[test]
fn sec_j01_unsigned_tokens_are_refused() {
    let keys = keys();
    let kid = keys.active(SignatureAlgorithm::Es256).unwrap().kid().to_owned();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let header = base64url(json!({ "alg": alg, "typ": "at+jwt", "kid": kid }).to_string().as_bytes());
        let body = base64url(claims().to_string().as_bytes());
        assert_eq!(keys.verify(&format!("{header}.{body}."), expected()), Err(JwtError::Key), "{alg}");
    }
    let signed = keys.active(SignatureAlgorithm::Es256).unwrap().sign("at+jwt", &claims()).unwrap();
    let (head, _) = signed.rsplit_once('.').unwrap();
    assert!(keys.verify(&format!("{head}."), expected()).is_err());
}

#[test]
fn sec_j02_a_public_key_is_no_shared_secret() {
    let keys = keys();
    let rsa = keys.active(SignatureAlgorithm::Rs256).unwrap();
    let public = keys.jwks()["keys"][0]["n"].as_str().unwrap().to_owned();
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some(rsa.kid().to_owned());
    for secret in [public.as_bytes(), b""] {
        let key = jsonwebtoken::EncodingKey::from_secret(secret);
        let token = jsonwebtoken::encode(&header, &claims(), &key).unwrap();
        assert_eq!(keys.verify(&token, expected()), Err(JwtError::Key));
    }
}

#[test]
fn sec_j04_critical_and_strange_headers_are_refused() {
    let keys = keys();
    let kid = keys.active(SignatureAlgorithm::Es256).unwrap().kid().to_owned();
    for extra in [
        json!({"crit": ["x"]}),
        json!({"crit": []}),
        json!({"b64": false}),
        json!({"zip": "DEF"}),
        json!({"enc": "A256GCM"}),
    ] {
        let mut header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid });
        for (name, value) in extra.as_object().unwrap() {
            header[name] = value.clone();
        }
        let token = format!("{}.{}.AA", base64url(header.to_string().as_bytes()), base64url(b"{}"));
        assert!(matches!(keys.verify(&token, expected()), Err(JwtError::Header(_))), "{header}");
    }
}

#[test]
fn sec_j05_only_the_compact_form_is_read() {
    let keys = keys();
    for token in ["", ".", "..", "a.b", "a.b.c.d", r#"{"payload":"","signatures":[]}"#] {
        assert!(keys.verify(token, expected()).is_err(), "{token}");
    }
    assert_eq!(keys.verify(&".".repeat(1_000_000), expected()), Err(JwtError::Malformed));
}

#[test]
fn sec_j07_a_signature_that_is_none_is_refused_by_each_algorithm() {
    let keys = keys();
    for algorithm in SignatureAlgorithm::ALL {
        let token = keys.active(algorithm).unwrap().sign("at+jwt", &claims()).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let good = from_base64url(signature).unwrap();
        let (r, s) = good.split_at(good.len() / 2);
        // r = s = 0 (CVE-2022-21449); all ones, which is beyond any order; the halves in the other order; cut and
        // lengthened; and, as others write ECDSA, in DER.
        let der = [&[0x30, 68, 2, 32], &r[..32.min(r.len())], &[2, 32], &s[..32.min(s.len())]].concat();
        let swapped = [s, r].concat();
        let longer = [&good[..], &[0]].concat();
        let all = [vec![0; good.len()], vec![0xff; good.len()], der, swapped, longer];
        for wrong in all.iter().map(Vec::as_slice).chain([&good[1..], &[]]) {
            let forged = format!("{signed}.{}", base64url(wrong));
            assert_eq!(keys.verify(&forged, expected()), Err(JwtError::Signature), "{algorithm:?} {wrong:?}");
        }
    }
}

#[test]
fn sec_j02_a_key_serves_its_one_algorithm() {
    let keys = keys();
    let kid = |algorithm| keys.active(algorithm).unwrap().kid().to_owned();
    for (of, claimed) in [
        (SignatureAlgorithm::Rs256, "PS256"),
        (SignatureAlgorithm::Ps256, "RS256"),
        (SignatureAlgorithm::Es256, "EdDSA"),
        (SignatureAlgorithm::EdDsa, "ES256"),
        (SignatureAlgorithm::EdDsa, "HS256"),
    ] {
        let token = keys.active(of).unwrap().sign("at+jwt", &claims()).unwrap();
        let rest = token.split_once('.').unwrap().1;
        let header = json!({ "alg": claimed, "typ": "at+jwt", "kid": kid(of) }).to_string();
        let renamed = format!("{}.{rest}", base64url(header.as_bytes()));
        assert_eq!(keys.verify(&renamed, expected()), Err(JwtError::Key), "{claimed}");
    }
}

#[test]
fn sec_j08_a_key_id_finds_a_key_or_nothing() {
    let keys = keys();
    for kid in [json!("../../dev/null"), json!("' OR 1=1"), json!(["a"]), json!(7), Value::Null] {
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid });
        let token = format!("{}.{}.AA", base64url(header.to_string().as_bytes()), base64url(b"{}"));
        assert!(matches!(keys.verify(&token, expected()), Err(JwtError::Key | JwtError::Malformed)), "{kid}");
    }
}

#[test]
fn sec_j09_claims_of_the_wrong_type_are_refused() {
    let keys = keys();
    let key = keys.active(SignatureAlgorithm::Es256).unwrap();
    for (name, value) in [
        ("exp", json!("9999999999")),
        ("exp", json!(1.5e10)),
        ("exp", json!(-1)),
        ("exp", Value::Null),
        ("nbf", json!("1")),
        ("nbf", json!(NOW.seconds() + 3600)),
        ("iat", json!(NOW.seconds() + 3600)),
        ("iss", json!("https://ID.test")),
        ("iss", json!("https://id.test/")),
    ] {
        let mut wrong = claims();
        wrong[name] = value.clone();
        let token = key.sign("at+jwt", &wrong).unwrap();
        assert!(matches!(keys.verify(&token, expected()), Err(JwtError::Claim(_))), "{name}={value}");
    }
}

#[test]
fn sec_j10_each_entry_takes_its_own_type_only() {
    let keys = keys();
    let key = keys.active(SignatureAlgorithm::Es256).unwrap();
    for typ in ["JWT", "logout+jwt", "dpop+jwt", ""] {
        let token = key.sign(typ, &claims()).unwrap();
        assert_eq!(keys.verify(&token, expected()), Err(JwtError::Header("typ")), "{typ}");
    }
    let token = key.sign("application/AT+JWT", &claims()).unwrap();
    assert!(keys.verify(&token, expected()).is_ok());
}

#[test]
fn an_expired_token_is_a_hint_and_nothing_else() {
    let keys = keys();
    let mut old = claims();
    old["exp"] = json!(NOW.seconds());
    let token = keys.active(SignatureAlgorithm::Rs256).unwrap().sign("at+jwt", &old).unwrap();
    assert_eq!(keys.verify(&token, expected()), Err(JwtError::Expired));
    assert!(keys.verify(&token, Expected { expired_is_fine: true, ..expected() }).is_ok());
}

#[test]
fn sec_j13_the_key_set_shows_public_members_only() {
    let jwks = keys().jwks();
    for key in jwks["keys"].as_array().unwrap() {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none());
        }
        assert!(key["kid"].is_string() && key["use"] == "sig" && key["alg"].is_string());
    }
}

//! Group W of the attacks, as far as it needs no database: responses that are forged in one part.

use serde_json::{Value, json};

use super::authenticator::{Authenticator, BOUND, Creation, SYNCED, Showing, bytes, encoded, int, map, text};
use super::*;

const ISSUER: &str = "https://id.test";
const RP: RelyingParty<'static> = RelyingParty { id: "id.test", origin: ISSUER };

fn challenge() -> String {
    encoded(&[7; CHALLENGE])
}

fn made(creation: &Creation) -> Result<NewCredential, Refusal> {
    registered(creation.json().to_string().as_bytes(), &RP, true)
}

/// What a credential comes to that was made by this authenticator, with a part of its showing changed.
fn shown(key: &mut Authenticator, change: impl FnOnce(&mut Showing)) -> Result<Asserted, Refusal> {
    let cose = key.cose();
    let mut showing = key.showing(&challenge());
    change(&mut showing);
    let json = key.show(&showing);
    judged(&json, &cose, false)
}

fn judged(json: &Value, cose: &[u8], backup_eligible: bool) -> Result<Asserted, Refusal> {
    let assertion = Assertion::read(json.to_string().as_bytes(), &RP)?;
    assertion.verify(&RP, KnownCredential { public_key: cose, backup_eligible }, true)
}

#[test]
fn a_credential_of_each_algorithm_is_made_and_shown() {
    for algorithm in ALGORITHMS {
        let mut key = Authenticator::new(algorithm, ISSUER);
        key.user_handle = vec![5; 16];
        let mut creation = key.creation(&challenge());
        creation.aaguid = [9; 16];
        let new = made(&creation).unwrap();
        assert_eq!((new.challenge, &new.id, &new.public_key), ([7; CHALLENGE], &key.id, &key.cose()));
        assert_eq!((new.aaguid, new.sign_count), ([9; 16], 0));
        assert_eq!((new.user_verified, new.backup_eligible, new.backed_up), (true, false, false));
        assert_eq!(new.transports, ["hybrid", "internal"]);
        let showing = key.showing(&challenge());
        let json = key.show(&showing);
        let read = Assertion::read(json.to_string().as_bytes(), &RP).unwrap();
        assert_eq!((read.challenge(), &read.credential_id), (&[7; CHALLENGE], &key.id));
        assert_eq!(read.user_handle, Some(vec![5; 16]));
        let asserted = judged(&json, &new.public_key, false).unwrap();
        assert_eq!(asserted, Asserted { user_verified: true, backed_up: false, sign_count: 0 });
    }
}

#[test]
fn a_key_may_sign_its_own_statement_and_extensions_may_follow_it() {
    for algorithm in ALGORITHMS {
        let key = Authenticator::new(algorithm, ISSUER);
        let mut creation = key.creation(&challenge());
        creation.flags |= 0x80;
        creation.tail = map(&[(text("credProtect"), int(2))]);
        creation.format = "packed";
        let statement =
            |signature: &[u8]| map(&[(text("alg"), int(algorithm)), (text("sig"), bytes(signature))]);
        creation.statement = statement(&key.sign(&creation.message()));
        assert!(made(&creation).is_ok());
        creation.statement = statement(&key.sign(b"something else"));
        assert_eq!(made(&creation), Err(Refusal::Signature));
    }
}

#[test]
fn sec_w01_a_challenge_of_another_length_or_ceremony_is_refused() {
    let mut key = Authenticator::new(-7, ISSUER);
    for (name, value, refusal) in [
        ("type", json!("webauthn.get"), Refusal::Ceremony),
        ("type", json!("webauthn.Create"), Refusal::Ceremony),
        ("type", json!(null), Refusal::Malformed("a member is missing or no text")),
        ("challenge", json!(encoded(&[7; 31])), Refusal::Malformed("the challenge is none of ours")),
        ("challenge", json!(encoded(&[7; 33])), Refusal::Malformed("the challenge is none of ours")),
        ("challenge", json!(""), Refusal::Malformed("the challenge is none of ours")),
        ("challenge", json!("+/=="), Refusal::Malformed("the challenge is none of ours")),
    ] {
        let mut creation = key.creation(&challenge());
        creation.client_data[name] = value.clone();
        assert_eq!(made(&creation), Err(refusal), "{name} {value}");
    }
    let outcome = shown(&mut key, |showing| showing.client_data["type"] = json!("webauthn.create"));
    assert_eq!(outcome, Err(Refusal::Ceremony));
}

#[test]
fn sec_w02_only_our_own_origin_counts_byte_for_byte_and_in_no_frame() {
    let mut key = Authenticator::new(-7, ISSUER);
    for (name, value) in [
        ("origin", json!("https://badid.test")),
        ("origin", json!("https://id.test.evil.test")),
        ("origin", json!("https://login.id.test")),
        ("origin", json!("https://test")),
        ("origin", json!("http://id.test")),
        ("origin", json!("https://id.test:8443")),
        ("origin", json!("https://id.test/")),
        ("origin", json!("https://ID.test")),
        ("origin", json!("null")),
        ("origin", json!("android:apk-key-hash:AAAA")),
        ("crossOrigin", json!(true)),
        ("crossOrigin", json!("false")),
        ("topOrigin", json!("https://evil.test")),
        ("topOrigin", json!("https://id.test")),
    ] {
        let mut creation = key.creation(&challenge());
        creation.client_data[name] = value.clone();
        assert_eq!(made(&creation), Err(Refusal::Origin), "{name} {value}");
        let outcome = shown(&mut key, |showing| showing.client_data[name] = value.clone());
        assert_eq!(outcome, Err(Refusal::Origin), "{name} {value}");
    }
    let outcome = shown(&mut key, |showing| {
        showing.client_data.as_object_mut().unwrap().remove("crossOrigin");
    });
    assert!(outcome.is_ok(), "older browsers do not say it");
}

#[test]
fn sec_w02_an_issuer_without_a_name_makes_no_credentials() {
    let of = |issuer| RelyingParty::of_issuer(issuer).map(|rp| rp.id);
    assert_eq!(of("https://id.test"), Some("id.test"));
    assert_eq!(of("https://id.test:8443"), Some("id.test"));
    assert_eq!(of("http://localhost:4444"), Some("localhost"));
    assert_eq!(of("https://203.0.113.7"), None);
    assert_eq!(of("http://127.0.0.1:4444"), None);
    assert_eq!(of("https://[2001:db8::1]:443"), None);
}

#[test]
fn sec_w03_another_party_key_or_name_is_refused() {
    let mut key = Authenticator::new(-7, ISSUER);
    let mut creation = key.creation(&challenge());
    "evil.test".clone_into(&mut creation.rp);
    assert_eq!(made(&creation), Err(Refusal::RelyingParty));
    let outcome = shown(&mut key, |showing| "evil.test".clone_into(&mut showing.rp));
    assert_eq!(outcome, Err(Refusal::RelyingParty));

    let differ = Refusal::Malformed("id and rawId differ");
    let mut creation = key.creation(&challenge());
    creation.names[0] = vec![1; 20];
    assert_eq!(made(&creation), Err(differ));
    assert_eq!(shown(&mut key, |showing| showing.names[1] = vec![1; 20]), Err(differ));
    let mut creation = key.creation(&challenge());
    creation.names = [vec![1; 20], vec![1; 20]];
    assert_eq!(made(&creation), Err(Refusal::Malformed("the response is for another id")));

    for algorithm in ALGORITHMS {
        let mut key = Authenticator::new(algorithm, ISSUER);
        let showing = key.showing(&challenge());
        let good = key.show(&showing);
        for other in ALGORITHMS {
            let foreign = Authenticator::new(other, ISSUER).cose();
            assert_eq!(judged(&good, &foreign, false), Err(Refusal::Signature), "{algorithm} {other}");
        }
        for member in ["signature", "authenticatorData", "clientDataJSON"] {
            let mut forged = good.clone();
            let mut bytes = from_base64url(forged["response"][member].as_str().unwrap()).unwrap();
            // The last byte: of the signature itself, of the counter, and a space behind the JSON.
            match member {
                "clientDataJSON" => bytes.push(b' '),
                _ => *bytes.last_mut().unwrap() ^= 1,
            }
            forged["response"][member] = json!(encoded(&bytes));
            assert_eq!(judged(&forged, &key.cose(), false), Err(Refusal::Signature), "{algorithm} {member}");
        }
        let mut unsigned = good.clone();
        unsigned["response"]["signature"] = json!("");
        assert_eq!(judged(&unsigned, &key.cose(), false), Err(Refusal::Signature));
    }
}

#[test]
fn sec_w04_presence_verification_and_backups_are_what_they_must_be() {
    let mut key = Authenticator::new(-7, ISSUER);
    for (flags, refusal) in [
        (BOUND & !0x01, Refusal::NotPresent),
        (BOUND & !0x04, Refusal::NotVerified),
        (BOUND | 0x10, Refusal::Backup),
    ] {
        let mut creation = key.creation(&challenge());
        creation.flags = flags;
        assert_eq!(made(&creation), Err(refusal));
        assert_eq!(shown(&mut key, |showing| showing.flags = flags), Err(refusal));
    }
    let outcome = shown(&mut key, |showing| showing.flags = SYNCED);
    assert_eq!(outcome, Err(Refusal::Backup), "it could not be copied when it was made");
    let showing = Showing { flags: SYNCED, ..key.showing(&challenge()) };
    assert!(judged(&key.show(&showing), &key.cose(), true).is_ok_and(|asserted| asserted.backed_up));
    let showing = Showing { flags: BOUND, ..key.showing(&challenge()) };
    assert_eq!(judged(&key.show(&showing), &key.cose(), true), Err(Refusal::Backup));

    let mut creation = key.creation(&challenge());
    creation.flags = 0x01;
    let json = creation.json().to_string();
    let new = registered(json.as_bytes(), &RP, false).unwrap();
    assert!(!new.user_verified, "where it need not be, it is told");
}

#[test]
fn sec_w05_a_key_that_was_not_offered_or_is_weak_is_refused() {
    let key = Authenticator::new(-7, ISSUER);
    let rsa = |n: &[u8], e: &[u8]| {
        map(&[(int(1), int(3)), (int(3), int(-257)), (int(-1), bytes(n)), (int(-2), bytes(e))])
    };
    let ec = |algorithm: i64, curve: i64, x: &[u8], y: Vec<u8>| {
        map(&[
            (int(1), int(2)),
            (int(3), int(algorithm)),
            (int(-1), int(curve)),
            (int(-2), bytes(x)),
            (int(-3), y),
        ])
    };
    let okp = |x: &[u8]| map(&[(int(1), int(1)), (int(3), int(-8)), (int(-1), int(6)), (int(-2), bytes(x))]);
    let good = key.cose();
    let mut more = good.clone();
    more[0] += 1;
    more.extend([int(4), int(2)].concat());
    for (what, cose) in [
        ("ES384", ec(-35, 2, &[1; 48], bytes(&[1; 48]))),
        ("ES256 on P-384", ec(-7, 2, &[1; 32], bytes(&[1; 32]))),
        ("a point beside the curve", ec(-7, 1, &[1; 32], bytes(&[1; 32]))),
        ("a compressed point", ec(-7, 1, &[1; 32], vec![0xf5])),
        ("a short coordinate", ec(-7, 1, &[1; 31], bytes(&[1; 32]))),
        (
            "RS1",
            map(&[
                (int(1), int(3)),
                (int(3), int(-65_535)),
                (int(-1), bytes(&[0xc1; 256])),
                (int(-2), bytes(&[1, 0, 1])),
            ]),
        ),
        ("RSA with 1024 bits", rsa(&[0xc1; 128], &[1, 0, 1])),
        ("RSA with the exponent 1", rsa(&[0xc1; 256], &[1])),
        ("RSA with the exponent 3", rsa(&[0xc1; 256], &[3])),
        ("RSA with a zero before it", rsa(&[&[0][..], &[0xc1; 256]].concat(), &[1, 0, 1])),
        ("a point of small order", okp(&[0; 32])),
        ("a short point", okp(&[9; 31])),
        ("a member too many", more),
        (
            "an algorithm of another kind",
            map(&[(int(1), int(1)), (int(3), int(-7)), (int(-1), int(6)), (int(-2), bytes(&[9; 32]))]),
        ),
        ("no key", map(&[])),
        ("no map", int(1)),
        ("no CBOR", vec![0xff]),
    ] {
        let mut creation = key.creation(&challenge());
        creation.key = cose;
        assert!(matches!(made(&creation), Err(Refusal::Key(_))), "{what}: {:?}", made(&creation));
    }
    let mut creation = key.creation(&challenge());
    creation.key = good;
    assert!(made(&creation).is_ok());
}

/// Kind, algorithm and curve of a key belong together: one that is good but for one of them is none.
#[test]
fn sec_w05_a_good_key_under_the_name_of_another_kind_or_curve_is_refused() {
    // The map begins with 1: kind, 3: algorithm, -1: curve (RFC 9052 7); of RSA, -1 is the modulus.
    for (algorithm, curve) in [(-7, Some((6, 1))), (-8, Some((6, 6))), (-257, None)] {
        let key = Authenticator::new(algorithm, ISSUER);
        let good = key.cose();
        let mut creation = key.creation(&challenge());
        let mut refused = |at: usize, value: u8| {
            let mut other = good.clone();
            assert_ne!(std::mem::replace(&mut other[at], value), value);
            creation.key = other;
            assert!(matches!(made(&creation), Err(Refusal::Key(_))), "{algorithm}: {value} at {at}");
        };
        assert_eq!(good[1], 1, "the kind follows");
        for kind in (1..=4).filter(|kind| *kind != good[2]) {
            refused(2, kind);
        }
        if let Some((at, own)) = curve {
            assert_eq!(good[at], own, "the curve");
            for curve in (1..=8).filter(|curve| *curve != own) {
                refused(at, curve);
            }
        }
    }
}

#[test]
fn sec_w05_a_statement_that_was_not_asked_for_or_has_a_tail_is_refused() {
    let key = Authenticator::new(-7, ISSUER);
    let creation = || key.creation(&challenge());
    let refused = |object: Vec<u8>| {
        registered(creation().json_with(&object).to_string().as_bytes(), &RP, true).unwrap_err()
    };
    let good = creation().object();
    assert_eq!(refused([good.as_slice(), &[0]].concat()), Refusal::Attestation);
    for format in ["fido-u2f", "tpm", "android-key", "android-safetynet", "apple", "compound", "None", ""] {
        let changed = Creation { format, ..creation() };
        assert_eq!(refused(changed.object()), Refusal::Attestation, "{format}");
    }
    let certified = map(&[
        (text("alg"), int(-7)),
        (text("sig"), bytes(&key.sign(&creation().message()))),
        (text("x5c"), vec![0x80]),
    ]);
    let other_algorithm =
        map(&[(text("alg"), int(-8)), (text("sig"), bytes(&key.sign(&creation().message())))]);
    for statement in [map(&[]), certified, other_algorithm, int(0)] {
        let changed = Creation { format: "packed", statement, ..creation() };
        assert_eq!(refused(changed.object()), Refusal::Attestation);
    }
    let changed = Creation { statement: map(&[(text("sig"), bytes(&[1]))]), ..creation() };
    assert_eq!(refused(changed.object()), Refusal::Attestation);
    let tail = Creation { tail: vec![0xa0], ..creation() };
    let follows = Refusal::Malformed("something follows the authenticator data");
    assert_eq!(refused(tail.object()), follows);
}

#[test]
fn sec_w06_an_id_of_a_thousand_and_twenty_four_bytes_is_refused() {
    let mut key = Authenticator::new(-7, ISSUER);
    for (length, fits) in [(0, false), (1, true), (1_023, true), (1_024, false), (60_000, false)] {
        key.id = vec![3; length];
        assert_eq!(made(&key.creation(&challenge())).is_ok(), fits, "{length}");
        assert_eq!(shown(&mut key, |_| {}).is_ok(), fits, "{length}");
    }
}

#[test]
fn sec_w09_a_response_that_is_cut_anywhere_is_refused() {
    let mut key = Authenticator::new(-7, ISSUER);
    let creation = key.creation(&challenge());
    let object = creation.object();
    for end in 0..object.len() {
        let cut = creation.json_with(&object[..end]).to_string();
        assert!(registered(cut.as_bytes(), &RP, true).is_err(), "{end}");
    }
    let json = creation.json().to_string();
    for end in 0..json.len() {
        assert!(registered(&json.as_bytes()[..end], &RP, true).is_err(), "{end}");
    }
    let data = creation.data();
    for end in 0..data.len() {
        let parts = [
            (text("fmt"), text("none")),
            (text("attStmt"), map(&[])),
            (text("authData"), bytes(&data[..end])),
        ];
        let cut = creation.json_with(&map(&parts)).to_string();
        assert!(registered(cut.as_bytes(), &RP, true).is_err(), "{end}");
    }
    let showing = key.showing(&challenge());
    let (json, cose) = (key.show(&showing), key.cose());
    for member in ["clientDataJSON", "authenticatorData", "signature"] {
        let whole = from_base64url(json["response"][member].as_str().unwrap()).unwrap();
        for end in 0..whole.len() {
            let mut cut = json.clone();
            cut["response"][member] = json!(encoded(&whole[..end]));
            assert!(judged(&cut, &cose, false).is_err(), "{member} {end}");
        }
    }
}

#[test]
fn sec_w09_nonsense_is_refused_and_nothing_falls_over() {
    let key = Authenticator::new(-7, ISSUER);
    let good = key.creation(&challenge()).json();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let twice = good.to_string().replacen('{', "{\"type\":\"public-key\",", 1);
    for text in ["", "null", "[]", "\"x\"", "{}", &deep, &format!("{{\"id\":{deep}}}"), &twice] {
        assert!(registered(text.as_bytes(), &RP, true).is_err());
        assert!(Assertion::read(text.as_bytes(), &RP).is_err());
    }
    for (pointer, value) in [
        ("/type", json!("password")),
        ("/id", json!("AAA=")),
        ("/id", json!(7)),
        ("/response", json!(null)),
        ("/response/clientDataJSON", json!("")),
        ("/response/clientDataJSON", json!(encoded(b"{\"type\":\"webauthn.create\",\"type\":\"x\"}"))),
        ("/response/attestationObject", json!(encoded(&[0x9f; 60_000]))),
        ("/response/attestationObject", json!(null)),
    ] {
        let mut forged = good.clone();
        *forged.pointer_mut(pointer).unwrap() = value;
        assert!(registered(forged.to_string().as_bytes(), &RP, true).is_err(), "{pointer}");
    }
}

proptest::proptest! {
    #[test]
    fn sec_w09_no_bytes_make_a_credential_or_a_panic(noise in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let key = Authenticator::new(-8, ISSUER);
        let creation = key.creation(&challenge());
        let json = creation.json_with(&noise).to_string();
        proptest::prop_assert!(registered(json.as_bytes(), &RP, true).is_err());
        proptest::prop_assert!(registered(&noise, &RP, true).is_err());
        let data = [&super::super::sha256(b"id.test")[..], &[0xc5, 0, 0, 0, 0], &noise].concat();
        let parts = [(text("fmt"), text("none")), (text("attStmt"), map(&[])), (text("authData"), bytes(&data))];
        let json = creation.json_with(&map(&parts)).to_string();
        proptest::prop_assert!(registered(json.as_bytes(), &RP, true).is_err());
    }
}

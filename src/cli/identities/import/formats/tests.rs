//! Items of each system, as they stand in its exports.

use serde_json::json;

use super::*;
use crate::config::{Mode, Sources};

fn settings() -> Settings {
    Settings::load(Mode::Development, &Sources::default()).0.unwrap()
}

fn read(format: Format, text: &str) -> Result<Person, String> {
    match Reader::new(format, "default".to_owned()).read(&settings(), text) {
        Read::Person(person) => Ok(*person),
        Read::Bad(why) => Err(why),
        Read::Names => Err("names".to_owned()),
    }
}

fn table(names: &str, line: &str) -> Result<Person, String> {
    let mut reader = Reader::new(Format::Csv, "default".to_owned());
    match reader.read(&settings(), names) {
        Read::Names => {}
        Read::Bad(why) => return Err(why),
        Read::Person(_) => panic!("names are nobody"),
    }
    match reader.read(&settings(), line) {
        Read::Person(person) => Ok(*person),
        Read::Bad(why) => Err(why),
        Read::Names => Err("names".to_owned()),
    }
}

const BCRYPT: &str = "$2b$04$8GyucX8XsZLj7wIH9nlh3.Gyu9rtWEp.zIeA5zM3n7OoomDBUwPZK";

#[test]
fn an_identity_of_kratos_keeps_its_id_its_age_and_its_hash() {
    let item = json!({
        "id": "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11",
        "schema_id": "preset://email",
        "schema_url": "http://localhost:4433/schemas/x",
        "state": "inactive",
        "state_changed_at": "2020-01-01T00:00:00Z",
        "traits": {"email": "ada@example.org", "name": "Ada"},
        "verifiable_addresses":
            [{"id": "x", "value": "ada@example.org", "verified": true, "via": "email", "status": "completed"}],
        "recovery_addresses": [{"value": "ada@example.org", "via": "email"}],
        "metadata_public": null,
        "metadata_admin": {"crm": 1},
        "created_at": "2020-01-01T00:00:00.5Z",
        "updated_at": "2021-01-01T00:00:00Z",
        "credentials": {"password": {"type": "password", "config": {"hashed_password": BCRYPT}}},
    });
    let person = read(Format::Kratos, &item.to_string()).unwrap();
    let imported = person.imported;
    assert_eq!(imported.id.unwrap().to_string(), "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11");
    assert_eq!(imported.created_at.unwrap().rfc3339(), "2020-01-01T00:00:00.500000Z");
    assert_eq!(imported.proven, ["ada@example.org"]);
    assert_eq!((imported.new.state, imported.new.schema_id.as_str()), (IdentityState::Inactive, "default"));
    assert_eq!((imported.new.metadata_public, imported.new.metadata_admin), (None, Some(json!({"crm": 1}))));
    assert_eq!(imported.new.password.unwrap().as_phc(), BCRYPT);
    for (member, value) in [
        ("id", json!("x")),
        ("state", json!("dead")),
        ("created_at", json!("yesterday")),
        ("traits", json!([])),
    ] {
        let mut bad = item.clone();
        bad[member] = value;
        assert!(read(Format::Kratos, &bad.to_string()).is_err(), "{member}");
    }
    assert!(read(Format::Kratos, r#"{"traits": {"email": "a\u0000"}}"#).is_err());
    let why = read(Format::Jsonl, r#"{"traits": "hunter2"}"#).err().unwrap();
    assert!(!why.contains("hunter2"), "{why}");
}

#[test]
fn a_user_of_keycloak_has_the_hash_that_keycloak_made() {
    // The hash is that of `correct horse`, with a thousand rounds.
    let secret = json!({
        "value": "BBs+1+PaslLtBPULUr8/lQicvVuHiEPMz0i8MjLCbzM=", "salt": "c2FsdHNhbHRzYWx0c2FsdA==",
        "additionalParameters": {},
    });
    let kind = json!({"hashIterations": 1000, "algorithm": "pbkdf2-sha256", "additionalParameters": {}});
    let mut item = json!({
        "id": "5f1d9f0e-7a1c-4b57-a8d4-6a4b1c1b7c55",
        "createdTimestamp": 1_577_836_800_000_i64,
        "username": "ada",
        "enabled": false,
        "emailVerified": true,
        "firstName": "Ada",
        "lastName": "Lovelace",
        "email": "ada@example.org",
        "attributes": {"phone": ["123"]},
        "credentials": [
            {"type": "password", "secretData": secret.to_string(), "credentialData": kind.to_string()},
        ],
        "requiredActions": ["UPDATE_PASSWORD"],
        "notBefore": 0,
    });
    let imported = read(Format::Keycloak, &item.to_string()).unwrap().imported;
    assert_eq!(imported.new.traits, json!({"email": "ada@example.org", "name": "Ada Lovelace"}));
    assert_eq!((imported.new.verified, imported.new.state), (true, IdentityState::Inactive));
    assert_eq!(imported.created_at.unwrap().rfc3339(), "2020-01-01T00:00:00.000000Z");
    assert_eq!(imported.new.metadata_admin.unwrap()["keycloak"]["attributes"], json!({"phone": ["123"]}));
    assert_eq!(
        imported.new.password.unwrap().as_phc(),
        "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$BBs+1+PaslLtBPULUr8/lQicvVuHiEPMz0i8MjLCbzM"
    );
    let argon2 = json!({
        "hashIterations": 5, "algorithm": "argon2",
        "additionalParameters": {"hashLength": ["32"], "memory": ["7168"], "type": ["id"], "parallelism": ["1"]},
    });
    item["credentials"][0]["credentialData"] = json!(argon2.to_string());
    let imported = read(Format::Keycloak, &item.to_string()).unwrap().imported;
    let hash = imported.new.password.unwrap();
    assert!(hash.as_phc().starts_with("$argon2id$v=19$m=7168,t=5,p=1$c2FsdHNhbHRzYWx0c2FsdA$"));
    item["credentials"][0]["credentialData"] = json!(r#"{"hashIterations":1,"algorithm":"md4"}"#);
    assert!(read(Format::Keycloak, &item.to_string()).err().unwrap().contains("\"md4\""));
}

#[test]
fn a_user_of_keycloak_keeps_the_app_that_they_have() {
    let of = |secret: Value, kind: Value| {
        let otp =
            json!({"type": "otp", "secretData": secret.to_string(), "credentialData": kind.to_string()});
        let item = json!({"email": "ada@example.org", "credentials": [otp]});
        read(Format::Keycloak, &item.to_string()).map(|person| person.imported.brought.totp)
    };
    let kind = json!({"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"});
    let secret = b"12345678901234567890";
    let plain = of(json!({"value": "12345678901234567890"}), kind.clone()).unwrap().unwrap();
    assert_eq!(plain.expose(), secret);
    let mut encoded = kind.clone();
    encoded["secretEncoding"] = json!("BASE32");
    let base32 = json!({"value": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"});
    assert_eq!(of(base32, encoded).unwrap().unwrap().expose(), secret);
    for (name, value) in [
        ("subType", json!("hotp")),
        ("digits", json!(8)),
        ("algorithm", json!("HmacSHA256")),
        ("secretEncoding", json!("ROT13")),
    ] {
        let mut other = kind.clone();
        other[name] = value;
        let why = of(json!({"value": "12345678901234567890"}), other).err().unwrap();
        assert!(why.contains("authenticator app") && !why.contains("1234567890"), "{name}: {why}");
    }
    assert!(of(json!({"value": "hunter2"}), kind).err().unwrap().contains("16 to 128 bytes"));
}

#[test]
fn a_user_of_auth0_is_known_by_either_file() {
    let profile = json!({
        "user_id": "auth0|60425dc43519d90068f82973", "email": "ada@example.org", "email_verified": true,
        "name": "ada@example.org", "given_name": "Ada", "family_name": "Lovelace", "blocked": true,
        "created_at": "2020-01-01T00:00:00.000Z", "user_metadata": {"nickname": "countess"},
        "identities": [{"provider": "auth0"}],
    });
    let imported = read(Format::Auth0, &profile.to_string()).unwrap().imported;
    assert_eq!(imported.new.traits, json!({"email": "ada@example.org", "name": "Ada Lovelace"}));
    assert_eq!((imported.new.verified, imported.new.state), (true, IdentityState::Inactive));
    let hashes = json!({
        "_id": {"$oid": "60425dc43519d90068f82973"}, "email_verified": false, "email": "ada@example.org",
        "passwordHash": BCRYPT, "password_set_date": {"$date": "2021-03-05T16:34:49.502Z"}, "tenant": "dev",
        "connection": "Username-Password-Authentication", "_tmp_is_unique": true,
    });
    let imported = read(Format::Auth0, &hashes.to_string()).unwrap().imported;
    assert_eq!(imported.new.password.unwrap().as_phc(), BCRYPT);
    let kept = imported.new.metadata_admin.unwrap();
    assert_eq!(kept["auth0"]["user_id"], "auth0|60425dc43519d90068f82973");
}

#[test]
fn a_table_has_names_and_a_record_is_one_line() {
    let names = "email,name,hash,verified,traits.city";
    let line = format!("ada@example.org,\"Lovelace, \"\"Ada\"\"\",{BCRYPT},yes,London");
    let imported = table(names, &line).unwrap().imported;
    let traits = json!({"email": "ada@example.org", "name": "Lovelace, \"Ada\"", "city": "London"});
    assert_eq!((imported.new.traits, imported.new.verified), (traits, true));
    assert_eq!(imported.new.password.unwrap().as_phc(), BCRYPT);
    assert_eq!(
        table("\u{feff}email", "a@b.example").unwrap().imported.new.traits,
        json!({"email": "a@b.example"})
    );
    for (names, line) in [
        ("mail", "x"),
        ("email,email", "x,y"),
        ("name", "x"),
        (names, "a@b.example,x"),
        (names, "a@b.example,\"x,,,"),
        (names, "a@b.example,\"x\"y,,,"),
        (names, "a@b.example,x,nohash,,"),
        (names, "a@b.example,x,,maybe,"),
    ] {
        assert!(table(names, line).is_err(), "{names} {line}");
    }
}

#[test]
fn a_file_is_parted_by_what_it_is() {
    assert_eq!(Format::Jsonl.parted(b"{\"a\""), Parted::Lines);
    assert_eq!(Format::Kratos.parted(b" \n[{"), Parted::List);
    assert_eq!(Format::Keycloak.parted(b"{\"realm\""), Parted::ListUnder("users"));
    assert_eq!(Format::Keycloak.parted(b"[{"), Parted::List);
    assert_eq!(Format::Csv.parted(b"[email"), Parted::Lines);
}

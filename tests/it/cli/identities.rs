//! `wayhome identities`: one after the other, and many at once.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::command::Folder;

const BCRYPT: &str = "$2b$04$8GyucX8XsZLj7wIH9nlh3.Gyu9rtWEp.zIeA5zM3n7OoomDBUwPZK";

/// Everybody, as the export tells it.
fn everybody(folder: &Folder) -> Vec<Value> {
    let done = folder.run(&["identities", "export", "--dev"], &[]);
    assert_eq!(done.code, 0, "{}", done.err);
    done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read(folder: &Folder, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

fn emails(people: &[Value]) -> Vec<String> {
    let mut emails: Vec<String> =
        people.iter().map(|person| person["traits"]["email"].as_str().unwrap().to_owned()).collect();
    emails.sort();
    emails
}

#[test]
fn seed_s18_a_trait_is_set_by_a_command() {
    for folder in Folder::with_each_database() {
        let made = folder.run(&["identities", "create", "--dev", "--email", "ada@example.org"], &[]);
        let id = made.out.trim().to_owned();
        let set = |words: &[&str]| folder.run(&[&["identities", "set", "--dev"], words].concat(), &[]);
        let done = set(&[&id, "traits.name=Ada"]);
        assert_eq!(
            (done.code, done.out.trim()),
            (0, r#"{"email":"ada@example.org","name":"Ada"}"#),
            "{}",
            done.err
        );
        let done = set(&["ada@example.org", "traits.name:=null", "state=inactive", "metadata_admin.crm:=7"]);
        assert_eq!((done.code, done.out.trim()), (0, r#"{"email":"ada@example.org"}"#), "{}", done.err);
        let person = everybody(&folder).remove(0);
        assert_eq!((&person["state"], &person["metadata_admin"]), (&json!("inactive"), &json!({"crm": 7})));
        for (words, code, why) in [
            (&[&id, "id=x"][..], 2, "/id"),
            (&[&id, "credentials.password=x"], 2, "/credentials"),
            (&[&id, "traits.role=admin"], 1, "the identity schema refuses this"),
            (&["nobody@example.org", "traits.name=x"], 1, "nobody@example.org is nobody"),
        ] {
            let done = set(words);
            assert_eq!(done.code, code, "{words:?} {}", done.err);
            assert!(done.err.contains(why), "{words:?} {}", done.err);
        }
    }
}

#[test]
fn a_bad_line_in_the_middle_is_told_and_kept_and_nothing_else_is_lost() {
    for folder in Folder::with_each_database() {
        let mut file = String::new();
        for n in 0..450 {
            let line = match n {
                100 => "{\"traits\": ".to_owned(),
                200 => json!({"traits": {"email": "nobody"}}).to_string(),
                300 => json!({"traits": {"email": "p1@example.org"}}).to_string(),
                _ => json!({"traits": {"email": format!("p{n}@example.org")}}).to_string(),
            };
            writeln!(file, "{line}").unwrap();
        }
        folder.write("people.jsonl", &file);
        let done = folder.run(&["identities", "import", "people.jsonl", "--dev"], &[]);
        assert_eq!((done.code, done.out.trim()), (1, "447 imported, 3 refused"), "{}", done.err);
        for told in [
            "line 101: ",
            "line 201: the identity schema refuses this",
            "line 301: the address p1@example.org",
        ] {
            assert!(done.err.contains(told), "{told}: {}", done.err);
        }
        let kept = read(&folder, "people.jsonl.rejected");
        assert_eq!(kept.lines().collect::<Vec<_>>(), [100, 200, 300].map(|n| file.lines().nth(n).unwrap()));
        let people = emails(&everybody(&folder));
        assert_eq!(people.len(), 447);

        // The same command again finds nothing to do, and what was refused is put right and imported.
        let again = folder.run(&["identities", "import", "people.jsonl", "--dev"], &[]);
        assert_eq!((again.code, again.out.trim()), (1, "447 imported, 3 refused"), "{}", again.err);
        assert!(again.err.contains("450 items were imported before"), "{}", again.err);
        assert_eq!(read(&folder, "people.jsonl.rejected"), kept);
        folder.write("right.jsonl", &json!({"traits": {"email": "p100@example.org"}}).to_string());
        let right = folder.run(&["identities", "import", "right.jsonl", "--dev"], &[]);
        assert_eq!((right.code, right.out.trim()), (0, "1 imported, 0 refused"), "{}", right.err);
        assert_eq!(everybody(&folder).len(), 448);
    }
}

#[test]
fn an_import_that_was_interrupted_goes_on_where_it_was() {
    for folder in Folder::with_each_database() {
        let lines: Vec<String> =
            (0..500).map(|n| json!({"traits": {"email": format!("p{n}@example.org")}}).to_string()).collect();
        // Whoever is known by its beginning grows: as if the first run had been cut off after its second batch.
        let padding = json!({"metadata_admin": "x".repeat(70_000), "traits": {"email": "first@example.org"}});
        let part = format!("{padding}\n{}\n", lines[..399].join("\n"));
        folder.write("people.jsonl", &part);
        let done = folder.run(&["identities", "import", "people.jsonl", "--dev"], &[]);
        assert_eq!((done.code, done.out.trim()), (0, "400 imported, 0 refused"), "{}", done.err);
        folder.write("people.jsonl", &format!("{padding}\n{}\n", lines.join("\n")));
        let done = folder.run(&["identities", "import", "people.jsonl", "--dev"], &[]);
        assert_eq!((done.code, done.out.trim()), (0, "501 imported, 0 refused"), "{}", done.err);
        assert!(done.err.contains("400 items were imported before"), "{}", done.err);
        assert_eq!(everybody(&folder).len(), 501);
        // From the start, everybody is there already.
        let done = folder.run(&["identities", "import", "people.jsonl", "--dev", "--restart"], &[]);
        assert_eq!((done.code, done.out.trim()), (1, "0 imported, 501 refused"));
    }
}

#[test]
fn an_import_that_is_killed_goes_on_with_the_same_command_and_nobody_is_lost_or_doubled() {
    for folder in Folder::with_each_database() {
        let line = |n: usize| {
            let traits = json!({"email": format!("p{n}@example.org"), "name": "x".repeat(100)});
            format!("{}\n", json!({ "traits": traits }))
        };
        let (part, whole): (String, String) = ((0..700).map(line).collect(), (0..1_000).map(line).collect());
        let words = ["identities", "import", "-", "--dev"];
        // The database is there before two commands look at it at once.
        assert_eq!(everybody(&folder).len(), 0);
        let mut child = folder.command(&words, &[]).stdin(Stdio::piped()).spawn().unwrap();
        // It waits for more in the middle of its fourth batch.
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(part.as_bytes()).unwrap();
        while everybody(&folder).len() < 600 {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        drop(stdin);
        assert_eq!(everybody(&folder).len(), 600);
        let done = folder.run_with_input(&words, &[], &whole);
        assert_eq!((done.code, done.out.trim()), (0, "1000 imported, 0 refused"), "{}", done.err);
        assert!(done.err.contains("600 items were imported before"), "{}", done.err);
        let mut everybody = emails(&everybody(&folder));
        everybody.dedup();
        assert_eq!(everybody.len(), 1_000);
    }
}

#[test]
fn what_is_exported_is_imported_elsewhere_as_it_was() {
    for folder in Folder::with_each_database() {
        let ada = json!({
            "id": "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11", "schema_id": "default", "state": "active",
            "traits": {"email": "ada@example.org", "name": "Ada"},
            "verifiable_addresses": [{"value": "ada@example.org", "via": "email", "verified": true}],
            "created_at": "2020-01-01T00:00:00.000000Z",
            "metadata_public": {"plan": "pro"},
            "credentials": {"password": {"config": {"hashed_password": BCRYPT}}},
        });
        let ben = json!({
            "id": "0d3b7c55-6b8e-4f2f-8f43-2a9ad8f6f0aa", "schema_id": "default", "state": "inactive",
            "traits": {"email": "ben@example.org"},
            "verifiable_addresses": [{"value": "ben@example.org", "via": "email", "verified": false}],
            "created_at": "2021-01-01T00:00:00.000000Z",
        });
        folder.write("kratos.json", &json!([ada, ben]).to_string());
        let words = ["identities", "import", "kratos.json", "--dev", "--format", "kratos"];
        let done = folder.run(&words, &[]);
        assert_eq!((done.code, done.out.trim()), (0, "2 imported, 0 refused"), "{}", done.err);
        let exported = folder.run(&["identities", "export", "--dev"], &[]).out;
        let told: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(told, [ada, ben]);
        let without = folder.run(&["identities", "export", "--dev", "--without-hashes"], &[]).out;
        assert!(!without.contains("2b$04") && without.lines().count() == 2, "{without}");

        let elsewhere = Folder::new();
        let done = elsewhere.run_with_input(&["identities", "import", "-", "--dev"], &[], &exported);
        assert_eq!((done.code, done.out.trim()), (0, "2 imported, 0 refused"), "{}", done.err);
        assert_eq!(elsewhere.run(&["identities", "export", "--dev"], &[]).out, exported);
    }
}

/// A key of COSE on P-256: the base point.
const COSE: &str = "pQECAyYgASFYIGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=";

const TOTP: &str =
    "otpauth://totp/acme:ada?algorithm=SHA1&digits=6&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

#[test]
fn second_factors_are_exported_if_that_is_asked_for_and_imported_elsewhere_as_they_were() {
    for folder in Folder::with_each_database() {
        let key = json!({
            "id": "a2V5", "public_key": COSE, "flags": {"backup_eligible": true, "backup_state": true},
            "authenticator": {"aaguid": "AAAAAAAAAAAAAAAAAAAAAA==", "sign_count": 3},
            "display_name": "My phone", "transport": ["internal"], "added_at": "2026-01-02T03:04:05.000000Z",
        });
        let ada = json!({
            "id": "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11", "external_id": "crm-7", "schema_id": "default",
            "traits": {"email": "ada@example.org"},
            "credentials": {
                "totp": {"config": {"totp_url": TOTP}},
                "lookup_secret": {"config": {"recovery_codes": [
                    {"code": "k3w9x0ab"}, {"code": "p0q1r2s3", "used_at": "2026-01-02T03:04:05Z"},
                ]}},
                "passkey": {"config": {"credentials": [key]}},
            },
        });
        folder.write("kratos.json", &json!([ada]).to_string());
        let same = [("WAYHOME__SECRETS__DATA", "0123456789abcdef0123456789abcdef")];
        let words = ["identities", "import", "kratos.json", "--dev", "--format", "kratos"];
        let done = folder.run(&words, &same);
        assert_eq!((done.code, done.out.trim()), (0, "1 imported, 0 refused"), "{}", done.err);

        let plain = folder.run(&["identities", "export", "--dev"], &same).out;
        assert!(plain.contains("crm-7") && !plain.contains("credentials"), "{plain}");
        let export = ["identities", "export", "--dev", "--with-second-factors"];
        let exported = folder.run(&export, &same).out;
        let told: Value = serde_json::from_str(&exported).unwrap();
        let config = |kind: &str| told["credentials"][kind]["config"].clone();
        assert!(config("totp")["totp_url"].as_str().unwrap().contains("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
        let codes = config("lookup_secret")["codes"].as_array().unwrap().clone();
        assert_eq!(codes.iter().filter(|code| code["used_at"].is_null()).count(), 1);
        assert!(!exported.contains("k3w9x0ab") && codes.len() == 2, "{exported}");
        let passkey = config("passkey")["credentials"][0].clone();
        assert_eq!((&passkey["display_name"], &passkey["public_key"]), (&json!("My phone"), &json!(COSE)));

        // Elsewhere it is the same, whatever the data secret; where there are codes by another key, it is refused.
        let other = [("WAYHOME__SECRETS__DATA", "fedcba9876543210fedcba9876543210")];
        let elsewhere = Folder::new();
        let import = ["identities", "import", "-", "--dev"];
        let done = elsewhere.run_with_input(&import, &other, &exported);
        assert_eq!((done.code, done.out.trim()), (0, "1 imported, 0 refused"), "{}", done.err);
        assert_eq!(elsewhere.run(&export, &other).out, exported);
        let third = Folder::new();
        let ben = json!({
            "traits": {"email": "ben@example.org"},
            "credentials": {"lookup_secret": {"config": {"codes": [{"code": "k3w9x0ab"}]}}},
        });
        let done = third.run_with_input(&import, &other, &ben.to_string());
        assert_eq!((done.code, done.out.trim()), (0, "1 imported, 0 refused"), "{}", done.err);
        let done = third.run_with_input(&import, &other, &exported);
        assert_eq!((done.code, done.out.trim()), (1, "0 imported, 1 refused"), "{}", done.err);
        assert!(done.err.contains("/credentials/lookup_secret/config/codes"), "{}", done.err);
        assert!(!done.err.contains("GEZDGNBVGY3TQOJQ"), "{}", done.err);
    }
}

#[test]
fn a_table_is_imported_and_its_rejects_are_one_too() {
    let folder = Folder::new();
    let table = format!(
        "email,name,hash,verified\nada@example.org,Ada,{BCRYPT},true\nbad,\"x,,\nben@example.org,,$2b$31$x,\n"
    );
    folder.write("people.csv", &table);
    let done = folder.run(&["identities", "import", "people.csv", "--dev", "--format", "csv"], &[]);
    assert_eq!((done.code, done.out.trim()), (1, "1 imported, 2 refused"), "{}", done.err);
    assert!(done.err.contains("line 3: ") && done.err.contains("line 4: "), "{}", done.err);
    let kept = read(&folder, "people.csv.rejected");
    assert_eq!(kept.lines().next(), Some("email,name,hash,verified"));
    assert_eq!(kept.lines().count(), 3);
    assert_eq!(emails(&everybody(&folder)), ["ada@example.org"]);
    let unknown = folder.run(&["identities", "import", "people.csv", "--dev", "--schema", "x"], &[]);
    assert_eq!(unknown.code, 2, "{}", unknown.err);
    assert_eq!(folder.run(&["identities", "import", "nowhere", "--dev"], &[]).code, 1);
}

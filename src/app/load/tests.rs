//! What is read, right and wrong.

use super::*;
use crate::store::fresh::{Fresh, sqlite};

fn inputs(fresh: &Fresh, settings: &str, clients: &str) -> Inputs {
    std::fs::create_dir_all(&fresh.folder).unwrap();
    let (config, clients_file) = (fresh.folder.join("wayhome.toml"), fresh.folder.join("clients.toml"));
    std::fs::write(&config, settings).unwrap();
    std::fs::write(&clients_file, clients).unwrap();
    Inputs {
        mode: Mode::Production,
        config: Some(config),
        clients: Some(clients_file),
        environment: BTreeMap::new(),
    }
}

#[test]
fn the_faults_of_all_files_are_told_at_once() {
    let fresh = sqlite();
    let inputs = inputs(&fresh, "[server]\nnmae = \"A\"\n", "[[client]]\nid = \"a\"\ntype = \"spaa\"\n");
    let said = load(&inputs).unwrap_err().to_string();
    for expected in [
        "wayhome.toml:2:1: there is no key `server.nmae`",
        "clients.toml:3:8: type: `spaa`",
        "server.issuer: it is missing",
    ] {
        assert!(said.contains(expected), "{expected}\n--\n{said}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let fresh = sqlite();
    let mut inputs = Inputs {
        mode: Mode::Development,
        config: Some(fresh.folder.join("nowhere.toml")),
        clients: Some(fresh.folder.join("none.toml")),
        environment: BTreeMap::new(),
    };
    let said = load(&inputs).unwrap_err().to_string();
    assert!(said.contains("nowhere.toml: the file cannot be read"), "{said}");
    assert!(said.contains("none.toml: the file cannot be read"), "{said}");
    (inputs.config, inputs.clients) = (None, None);
    inputs.set("WAYHOME__IDENTITY__SCHEMA", "missing.json");
    let said = load(&inputs).unwrap_err().to_string();
    assert!(said.contains("missing.json"), "{said}");
}

#[test]
fn a_key_for_mails_must_be_there_and_be_one() {
    let fresh = sqlite();
    let key = fresh.folder.join("key.pem");
    let mut inputs = inputs(&fresh, "", "");
    inputs.mode = Mode::Development;
    inputs.set("WAYHOME__COURIER__DKIM_KEY", key.to_str().unwrap());
    let said = load(&inputs).unwrap_err().to_string();
    assert!(said.contains("courier.dkim_key: the file") && said.contains("cannot be read"), "{said}");
    std::fs::write(&key, "swordfish").unwrap();
    let said = load(&inputs).unwrap_err().to_string();
    assert!(said.contains("courier.dkim_key: a key cannot be used") && !said.contains("swordfish"), "{said}");
    std::fs::write(&key, include_str!("../../../tests/golden/dkim/key.pem")).unwrap();
    let loaded = load(&inputs).unwrap();
    assert_eq!(loaded.settings.courier.dkim.map(|dkim| dkim.selector).as_deref(), Some("wayhome"));
    inputs.set("WAYHOME__COURIER__DKIM_SELECTOR", "two words");
    assert!(load(&inputs).unwrap_err().to_string().contains("courier.dkim_selector: write"));
}

#[test]
fn sec_j07_a_key_of_a_client_that_is_not_fit_is_told_at_once() {
    let fresh = sqlite();
    let client = |key: &str| {
        format!(
            "[[client]]\nid = \"a\"\ntype = \"machine\"\nscopes = [\"x\"]\n\
             token_endpoint_auth_method = \"private_key_jwt\"\njwks = '{{\"keys\": [{key}]}}'\n"
        )
    };
    let point = "\"x\": \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"";
    let good = format!("{{\"kty\": \"OKP\", \"crv\": \"Ed25519\", {point}}}");
    let weak = "{\"kty\": \"RSA\", \"n\": \"AQAB\", \"e\": \"AQAB\"}";
    let mut inputs = inputs(&fresh, "", &client(&format!("{good}, {weak}")));
    inputs.mode = Mode::Development;
    let said = load(&inputs).unwrap_err().to_string();
    assert!(said.contains("jwks: key 2: an RSA key has 2048 to 8192 bits here"), "{said}");
    assert!(said.contains("clients.toml:1"), "{said}");
    std::fs::write(inputs.clients.as_ref().unwrap(), client(&good)).unwrap();
    assert_eq!(load(&inputs).unwrap().clients.len(), 1);
}

#[test]
fn the_authorities_for_servers_of_clients_must_be_certificates() {
    let fresh = sqlite();
    let file = fresh.folder.join("authority.pem");
    let mut inputs = inputs(&fresh, "", "");
    inputs.mode = Mode::Development;
    inputs.set("WAYHOME__OUTBOUND__CA_FILE", file.to_str().unwrap());
    assert!(load(&inputs).unwrap_err().to_string().contains("outbound.ca_file: the file"));
    std::fs::write(&file, "swordfish").unwrap();
    let said = load(&inputs).unwrap_err().to_string();
    assert!(said.contains("outbound.ca_file: there is no certificate in it"), "{said}");
}

#[test]
fn sec_e04_a_database_url_is_not_repeated() {
    let fresh = sqlite();
    let mut inputs = inputs(&fresh, "", "");
    inputs.mode = Mode::Development;
    inputs.set("WAYHOME__DATABASE__URL", "mysql://me:swordfish@db");
    let said = load(&inputs).unwrap_err().to_string();
    assert!(said.contains("database.url") && !said.contains("swordfish"), "{said}");
}

#[test]
fn a_secret_comes_from_the_environment_or_a_file() {
    let fresh = sqlite();
    let secret = fresh.folder.join("secret");
    let client = |source: &str| {
        format!("[[client]]\nid = \"a\"\ntype = \"machine\"\nsecret = {{ {source} }}\nscopes = [\"x\"]\n")
    };
    let file = client(&format!("file = \"{}\"", secret.display()));
    let mut inputs = inputs(&fresh, "", &file);
    inputs.mode = Mode::Development;
    assert!(load(&inputs).unwrap_err().to_string().contains("cannot be read"));
    std::fs::write(&secret, "kept in a file\n").unwrap();
    let known = load(&inputs).unwrap().clients.remove(0).secrets.remove(0);
    assert_eq!(known.known, crate::model::KnownSecret::Plain(SecretText::new("kept in a file")));
    assert_eq!((known.source, known.until), (format!("file:{}", secret.display()), None));
    std::fs::write(inputs.clients.as_ref().unwrap(), client("env = \"A_SECRET\"")).unwrap();
    assert!(load(&inputs).unwrap_err().to_string().contains("A_SECRET is not set"));
    inputs.set("A_SECRET", "kept in the environment");
    assert_eq!(load(&inputs).unwrap().clients.len(), 1);
}

#[test]
fn sec_k09_a_secret_that_is_over_is_told() {
    let fresh = sqlite();
    let client = |until: &str| {
        let digest = "ab".repeat(32);
        format!(
            "[[client]]\nid = \"a\"\ntype = \"machine\"\nscopes = [\"x\"]\nsecret_sha256 = [{{ digest = \"{digest}\", until = \"{until}\" }}]\n"
        )
    };
    let mut inputs = inputs(&fresh, "", &client("2020-01-01T00:00:00Z"));
    inputs.mode = Mode::Development;
    let told = load(&inputs).unwrap().warnings.to_string();
    assert!(
        told.contains(
            "clients.toml:1:1: secret: one of the secrets of `a` is over since 2020-01-01T00:00:00Z"
        ),
        "{told}"
    );
    std::fs::write(inputs.clients.as_ref().unwrap(), client("9999-01-01T00:00:00Z")).unwrap();
    assert_eq!(load(&inputs).unwrap().warnings.to_string(), "");
}

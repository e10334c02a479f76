//! `clients.toml` while the server runs: taken over when it is good, and left alone when it is not.

use super::command::Folder;
use super::running::Running;
use crate::http::{self, Ask};

/// A client that acts for itself, with its secret in a file.
fn client(id: &str, more: &str) -> String {
    format!(
        "[[client]]\nid = \"{id}\"\ntype = \"machine\"\nsecret = {{ file = \"secret.txt\" }}\nscopes = [\"jobs\"]\n{more}\n"
    )
}

/// The status of a token request of a client.
fn token(server: &Running, id: &str, secret: &str) -> u16 {
    let address = server.pages.strip_prefix("http://").unwrap().parse().unwrap();
    let ask = Ask::form("/oauth2/token", &[("grant_type", "client_credentials")]).basic(id, secret);
    http::send(address, "id.example.org", &ask).status
}

#[test]
fn a_hangup_takes_over_new_clients_and_new_secrets() {
    let folder = Folder::new();
    folder.write("secret.txt", "the first secret of the machine");
    folder.write("clients.toml", &client("first", ""));
    let server = Running::serve(&folder);
    assert_eq!(token(&server, "first", "the first secret of the machine"), 200);
    // The file of the clients is as it was, so that nothing but the signal makes anybody look.
    folder.write("secret.txt", "the second secret of the machine");
    server.send("HUP");
    server.wait_for_log("changed first: secret");
    assert_eq!(token(&server, "first", "the second secret of the machine"), 200);
    assert_eq!(token(&server, "first", "the first secret of the machine"), 401);
    folder.write("clients.toml", &[client("first", ""), client("second", "")].concat());
    server.send("HUP");
    server.wait_for_log("added second");
    assert_eq!(token(&server, "second", "the second secret of the machine"), 200);
    folder.write("clients.toml", &client("second", ""));
    server.send("HUP");
    server.wait_for_log("removed first");
    assert_eq!(token(&server, "first", "the second secret of the machine"), 401);
    assert_eq!(server.stop("TERM"), 0);
}

#[test]
fn a_file_with_faults_changes_nothing_and_the_log_says_what_to_mend() {
    let folder = Folder::new();
    folder.write("secret.txt", "the only secret of the machine");
    folder.write("clients.toml", &client("first", ""));
    let server = Running::serve(&folder);
    folder.write("clients.toml", &[client("second", ""), client("third", "scops = []")].concat());
    server.send("HUP");
    server.wait_for_log("the clients stay as they are: the file has faults");
    server.wait_for_log("there is no key `scops`");
    assert_eq!(token(&server, "first", "the only secret of the machine"), 200, "the old ones stay");
    assert_eq!(token(&server, "second", "the only secret of the machine"), 401, "no half of a file counts");
    std::fs::remove_file(folder.path().join("clients.toml")).unwrap();
    server.send("HUP");
    assert_eq!(token(&server, "first", "the only secret of the machine"), 200, "nor does one that is gone");
    folder.write("clients.toml", &[client("first", ""), client("second", "")].concat());
    server.send("HUP");
    server.wait_for_log("clients reloaded");
    assert_eq!(token(&server, "second", "the only secret of the machine"), 200);
    let log = server.stop_and_read_log("TERM");
    let line = log.lines().find(|line| line.contains("the file has faults")).unwrap();
    let read: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(read["level"].as_str().map(str::to_lowercase).as_deref(), Some("error"), "{line}");
    assert!(line.contains("clients.toml:") && line.contains("did you mean `scopes`"), "{line}");
    assert!(!log.contains("the only secret"), "{log}");
}

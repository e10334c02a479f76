//! The command line as a shell sees it: arguments and files in, text and exit codes out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clients;
mod command;
mod courier;
mod identities;
mod keys;
mod mail_templates;
mod reload;
mod running;
mod secrets;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use command::{Folder, PRODUCTION};
use running::Running;

#[test]
fn every_command_explains_itself() {
    let folder = Folder::new();
    for words in [
        &["--help"][..],
        &["dev", "--help"],
        &["serve", "--help"],
        &["migrate", "--help"],
        &["config", "check", "--help"],
        &["config", "reference", "--help"],
        &["clients", "list", "--help"],
        &["clients", "new-secret", "--help"],
        &["clients", "show", "--help"],
        &["api-keys", "create", "--help"],
        &["api-keys", "list", "--help"],
        &["api-keys", "revoke", "--help"],
        &["keys", "list", "--help"],
        &["keys", "rotate", "--help"],
        &["courier", "list", "--help"],
        &["courier", "render", "--help"],
        &["courier", "retry", "--help"],
        &["courier", "schema", "--help"],
        &["courier", "test", "--help"],
        &["events", "list", "--help"],
        &["webhooks", "list", "--help"],
        &["webhooks", "redeliver", "--help"],
        &["identities", "create", "--help"],
        &["identities", "recover", "--help"],
        &["identities", "set", "--help"],
        &["identities", "import", "--help"],
        &["identities", "export", "--help"],
    ] {
        let done = folder.run(words, &[]);
        assert_eq!(done.code, 0, "{words:?}");
        assert!(done.out.contains("Usage: wayhome"), "{words:?}: {}", done.out);
    }
}

#[test]
fn wrong_arguments_end_with_two() {
    let folder = Folder::new();
    for words in [&["fly"][..], &["dev", "--public", "nonsense"], &["api-keys", "revoke"], &[]] {
        assert_eq!(folder.run(words, &[]).code, 2, "{words:?}");
    }
    let open = folder.run(&["dev", "--admin", "0.0.0.0:4445"], &[]);
    assert_eq!(open.code, 2);
    assert!(open.err.contains("0.0.0.0:4445 can be reached from other machines"), "{}", open.err);
    assert_eq!(folder.run(&["api-keys", "revoke", "nonsense", "--dev"], &[]).code, 2);
}

#[test]
fn config_check_tells_all_faults_with_their_places_and_ends_with_78() {
    let folder = Folder::new();
    folder
        .write("wayhome.toml", "[server]\nisuer = \"https://id.example.org\"\n[session]\nidle = \"soon\"\n");
    folder.write("clients.toml", "[[client]]\nid = \"a\"\ntype = \"spaa\"\n");
    let done = folder.run(&["config", "check"], &[("WAYHOME__SERVER__PUBLC", "x")]);
    assert_eq!(done.code, 78);
    for line in [
        "error: wayhome.toml:2:1: there is no key `server.isuer`",
        "did you mean `server.issuer`?",
        "error: wayhome.toml:4:8: session.idle: `soon` is no duration",
        "error: WAYHOME__SERVER__PUBLC: no key has this name",
        "error: server.issuer: it is missing",
        "error: clients.toml:3:8: type: `spaa` is none of spa, web, native, machine",
    ] {
        assert!(done.err.contains(line), "{line}\n--\n{}", done.err);
    }
    assert_eq!(folder.run(&["serve"], &[]).code, 78, "serve says the same");
}

#[test]
fn config_check_is_content_with_a_good_configuration_and_opens_no_database() {
    let folder = Folder::new();
    folder.write(
        "clients.toml",
        "[[client]]\nid = \"a\"\ntype = \"spa\"\nredirect_uris = [\"https://a.test/cb\"]\n",
    );
    let done = folder.run(&["config", "check"], PRODUCTION);
    assert_eq!(
        (done.code, done.out.as_str()),
        (0, "The configuration is good: https://id.example.org with 1 client.\n")
    );
    assert!(!folder.path().join("data").exists());
    let reference = folder.run(&["config", "reference"], &[]).out;
    assert!(reference.contains("| `issuer` |") && reference.contains("## [courier]"));
}

#[test]
fn an_api_key_is_shown_once_and_can_be_revoked() {
    let folder = Folder::new();
    let made = folder.run(&["api-keys", "create", "deployment"], PRODUCTION);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.out.starts_with("wh_ak_") && made.out.lines().count() == 1, "{}", made.out);
    let list = folder.run(&["api-keys", "list"], PRODUCTION).out;
    assert!(list.contains("deployment") && list.contains("active") && !list.contains("wh_ak_"), "{list}");
    let id = list.lines().nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    assert_eq!(folder.run(&["api-keys", "revoke", &id], PRODUCTION).code, 0);
    let again = folder.run(&["api-keys", "revoke", &id], PRODUCTION);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("there is no living key"), "{}", again.err);
    assert!(folder.run(&["api-keys", "list"], PRODUCTION).out.contains("revoked"));
}

#[test]
fn people_are_created_and_helped_from_the_command_line() {
    let folder = Folder::new();
    let create = |more: &[&str], typed: &str| {
        let words = [&["identities", "create", "--email", "cora@example.org"], more].concat();
        folder.run_with_input(&words, PRODUCTION, typed)
    };
    let weak = create(&["--password-stdin"], "too short\n");
    assert_eq!(weak.code, 1);
    assert!(weak.err.contains("at least 15 characters") && !weak.err.contains("too short"), "{}", weak.err);
    let made = create(&["--name", "Cora", "--password-stdin"], "seven quiet rivers meet\n");
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(made.out.trim().len(), 36, "{}", made.out);
    let twice = create(&[], "");
    assert_eq!(twice.code, 1);
    assert!(twice.err.contains("belongs to somebody already"), "{}", twice.err);

    let link = folder.run(&["identities", "recover", "cora@example.org"], PRODUCTION);
    assert_eq!(link.code, 0, "{}", link.err);
    assert!(link.out.contains("link  https://id.example.org/recovery?flow="), "{}", link.out);
    assert_eq!(link.out.lines().nth(1).unwrap().bytes().filter(u8::is_ascii_digit).count(), 8);
    assert_eq!(folder.run(&["identities", "recover", "nobody@example.org"], PRODUCTION).code, 1);
    let words = ["identities", "recover", "cora@example.org", "--return-to", "https://evil.test/"];
    let refused = folder.run(&words, PRODUCTION);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("return_urls.allowed"), "{}", refused.err);
}

#[test]
fn migrate_says_what_it_did() {
    let folder = Folder::new();
    let first = folder.run(&["migrate"], PRODUCTION);
    assert!(first.code == 0 && first.out.contains("Migrations that ran"), "{}{}", first.out, first.err);
    assert_eq!(folder.run(&["migrate"], PRODUCTION).out, "The tables are up to date.\n");
}

#[test]
fn a_wrong_data_secret_ends_the_start_with_78() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["api-keys", "create", "first"], PRODUCTION).code, 0);
    let mut other = PRODUCTION.to_vec();
    other.push(("WAYHOME__SECRETS__DATA", "another secret of thirty-two characters"));
    for words in [&["serve"][..], &["api-keys", "list"]] {
        let done = folder.run(words, &other);
        assert_eq!(done.code, 78, "{}", done.err);
        assert!(done.err.starts_with("error: secrets.data: none of the data secrets"), "{}", done.err);
    }
}

#[test]
fn a_taken_port_is_a_plain_sentence() {
    let (folder, taken) = (Folder::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let address = taken.local_addr().unwrap().to_string();
    let words = ["dev", "--public", &address, "--admin", "127.0.0.1:0", "--demo", "127.0.0.1:0"];
    let done = folder.run(&words, &[]);
    assert_eq!(done.code, 1);
    let sentence = format!("error: the pages cannot listen on {address}: another program does; ");
    assert!(done.err.starts_with(&sentence), "{}", done.err);
    assert!(!done.err.contains("panicked") && done.out.is_empty(), "{}", done.out);
}

#[test]
fn dev_is_one_command_and_a_second_start_reuses_the_data() {
    for folder in Folder::with_each_database() {
        let first = Running::dev(&folder);
        assert_eq!(first.get(&first.pages, "/health/ready").0, 200);
        let jwks = first.get(&first.pages, "/.well-known/jwks.json").1;
        for line in [
            "People          anna@example.com    password: river lantern cobalt orchard",
            "ben@example.com     password: river lantern cobalt orchard",
            "Client          demo-spa",
        ] {
            assert!(first.table.contains(line), "{line}\n--\n{}", first.table);
        }
        assert!(first.table.contains("/dev/inbox") && first.get(&first.pages, "/dev/inbox").0 == 200);
        let table = first.table.clone();
        assert_eq!(first.stop("TERM"), 0);
        let second = Running::dev(&folder);
        assert_eq!(people(&second.table), people(&table));
        assert_eq!(second.get(&second.pages, "/.well-known/jwks.json").1, jwks, "the keys are the same");
        assert_eq!(second.stop("INT"), 0);
    }
}

fn people(table: &str) -> Vec<&str> {
    table.lines().filter(|line| line.contains("@example.com")).collect()
}

#[test]
fn the_demo_is_served_beside_the_provider() {
    let folder = Folder::new();
    let dev = Running::dev(&folder);
    let (status, page) = dev.get(&dev.demo, "/");
    assert!(status == 200 && page.contains("Sign in"), "{page}");
    assert_eq!(dev.get(&dev.demo, "/callback?code=x&state=y").1, page, "the callback is the application");
    let settings = dev.get(&dev.demo, "/settings.json").1;
    assert!(settings.contains(&dev.pages) && settings.contains(&dev.api), "{settings}");
    let (status, refused) = dev.get(&dev.api, "/notes");
    assert!(status == 401 && refused.contains("Send an access token"), "{refused}");
    let forged = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.";
    let (status, refused) = dev.get_with_token(&dev.api, "/notes", forged);
    assert!(status == 401 && refused.contains("invalid_token"), "{refused}");
    assert_eq!(dev.stop("TERM"), 0);
}

#[test]
fn commands_work_beside_a_running_server_and_a_second_server_does_not() {
    let folder = Folder::new();
    let dev = Running::dev(&folder);
    let made = folder.run(&["identities", "create", "--dev", "--email", "dora@example.org"], &[]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(folder.run(&["api-keys", "create", "beside", "--dev"], &[]).code, 0);
    assert_eq!(folder.run(&["migrate", "--dev"], &[]).out, "The tables are up to date.\n");
    let second = folder.run(running::DEV, &[]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains("another server uses the database"), "{}", second.err);
    assert_eq!(dev.stop("TERM"), 0);
}

#[test]
fn a_request_that_has_begun_is_answered_before_the_end() {
    let folder = Folder::new();
    let dev = Running::dev(&folder);
    let address = dev.pages.strip_prefix("http://").unwrap().replace("localhost", "127.0.0.1");
    let mut begun = TcpStream::connect(&address).unwrap();
    let body = "grant_type=client_credentials&client_id=nobody&client_secret=nothing";
    let head = format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        dev.pages.strip_prefix("http://").unwrap(),
        body.len()
    );
    begun.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(begun.try_clone().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 100 "), "the server waits for the body: {line}");

    dev.send("TERM");
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    begun.write_all(body.as_bytes()).unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("HTTP/1.1 401 ") && rest.contains("invalid_client"), "{rest}");
    assert_eq!(dev.wait(), 0);
}

#[test]
fn serve_has_nothing_of_development() {
    let folder = Folder::new();
    let server = Running::serve(&folder);
    assert_eq!(server.get(&server.pages, "/health/alive").0, 200);
    assert_eq!(server.get(&server.pages, "/dev/inbox").0, 404);
    assert_eq!(server.get(&server.pages, "/dev/inbox.json?to=anna@example.com").0, 404);
    let anna = folder.run(&["identities", "recover", "anna@example.com"], PRODUCTION);
    assert_eq!(anna.code, 1, "nobody is seeded");
    let log = server.stop_and_read_log("TERM");
    for line in log.lines() {
        let read: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(read["ts"].is_string() && read["level"].is_string() && read["msg"].is_string(), "{line}");
    }
}

#[test]
fn dev_keeps_its_data_in_the_postgresql_that_a_flag_names() {
    let (folder, url) = Folder::beside_postgres();
    let first = Running::dev_with(&folder, &["--postgres", &url]);
    assert!(first.table.contains("the data is in PostgreSQL"), "{}", first.table);
    let jwks = first.get(&first.pages, "/.well-known/jwks.json").1;
    assert_eq!(first.stop("TERM"), 0);
    let files: Vec<_> = std::fs::read_dir(folder.path().join("data"))
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert!(files.iter().all(|name| !name.to_string_lossy().ends_with(".db")), "{files:?}");
    let second = Running::dev_with(&folder, &["--postgres", &url]);
    assert_eq!(second.get(&second.pages, "/.well-known/jwks.json").1, jwks, "the same database");
    assert_eq!(second.stop("TERM"), 0);
    // Without the flag it is another one.
    let embedded = Running::dev(&folder);
    assert!(embedded.table.contains("everything is in "), "{}", embedded.table);
    assert_ne!(embedded.get(&embedded.pages, "/.well-known/jwks.json").1, jwks);
    assert_eq!(embedded.stop("TERM"), 0);
    let words = [running::DEV, &["--postgres", "mysql://localhost/x"]].concat();
    let wrong = folder.run(&words, &[]);
    assert_eq!(wrong.code, 78, "{}", wrong.err);
    assert!(
        wrong.err.contains("database.url") || wrong.err.contains("WAYHOME__DATABASE__URL"),
        "{}",
        wrong.err
    );
}

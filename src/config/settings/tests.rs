//! Settings from files and the environment.

use super::*;
use crate::config::KEYS;

fn load(mode: Mode, text: &str, environment: &[(&str, &str)]) -> (Option<Settings>, String) {
    let sources = Sources {
        file: Some(("wayhome.toml".to_owned(), text.to_owned())),
        environment: environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        ..Sources::default()
    };
    let (settings, faults) = Settings::load(mode, &sources);
    (settings, faults.to_string())
}

#[test]
fn development_needs_no_file() {
    let (settings, faults) = Settings::load(Mode::Development, &Sources::default());
    let settings = settings.unwrap_or_else(|| unreachable!("{faults}"));
    assert_eq!(settings.issuer, "http://localhost:4444");
    assert_eq!(settings.password.min_length, 15);
    assert_eq!(settings.host(), "localhost:4444");
}

#[test]
fn all_faults_are_told_at_once_with_their_places() {
    let text =
        "[server]\nisuer = \"https://a.example\"\n[pasword]\nmin_length = 3\n[session]\nidle = \"soon\"\n";
    let (settings, faults) = load(Mode::Production, text, &[("WAYHOME__SERVER__PUBLC", "x")]);
    assert!(settings.is_none());
    for expected in [
        "wayhome.toml:2:1: there is no key `server.isuer`\n  did you mean `server.issuer`?",
        "wayhome.toml:3:2: there is no section [pasword]\n  did you mean `password`?",
        "wayhome.toml:6:8: session.idle: `soon` is no duration",
        "WAYHOME__SERVER__PUBLC: no key has this name\n  did you mean `WAYHOME__SERVER__PUBLIC`?",
        "server.issuer: it is missing",
        "secrets.data: it is missing",
        "courier.smtp_url: it is missing",
    ] {
        assert!(faults.contains(expected), "{expected}\n--\n{faults}");
    }
}

#[test]
fn the_environment_overrides_the_file() {
    let text = "[server]\nname = \"A\"\n[database]\nconnections = 3\n";
    let given = [("WAYHOME__SERVER__NAME", "B"), ("WAYHOME__DATABASE__CONNECTIONS", "5")];
    let settings = load(Mode::Development, text, &given).0.unwrap();
    assert_eq!((settings.name.as_str(), settings.database_connections), ("B", 5));
}

#[test]
fn sec_e04_no_secret_is_repeated_in_a_fault() {
    let text = "[secrets]\ndata = [\"hunter2\"]\n[courier]\nsmtp_url = \"ftp://me:swordfish@mail\"\n";
    let (_, faults) = load(Mode::Production, text, &[]);
    assert!(faults.contains("fewer than 32") && faults.contains("smtps://"), "{faults}");
    assert!(!faults.contains("hunter2") && !faults.contains("swordfish"), "{faults}");
}

#[test]
fn mails_come_from_one_plain_address() {
    for (from, good) in [
        ("login@example.org", true),
        ("login", false),
        ("Login <login@example.org>", false),
        ("a@example.org,b@example.org", false),
        ("a@example.org\r\nBcc: b", false),
        ("@example.org", false),
    ] {
        for key in ["WAYHOME__COURIER__FROM", "WAYHOME__COURIER__REPLY_TO"] {
            let faults = load(Mode::Development, "", &[(key, from)]).1;
            assert_eq!(faults.is_empty(), good, "{key} = {from}: {faults}");
        }
    }
}

#[test]
fn an_issuer_is_an_origin_over_https() {
    for (issuer, good) in [
        ("https://id.example.org", true),
        ("https://id.example.org/", true),
        ("https://id.example.org/path", false),
        ("http://id.example.org", false),
        ("id.example.org", false),
    ] {
        let given = [
            ("WAYHOME__SERVER__ISSUER", issuer),
            ("WAYHOME__SECRETS__DATA", "0123456789abcdef0123456789abcdef"),
            ("WAYHOME__COURIER__SMTP_URL", "smtps://mail.example.org"),
        ];
        let (settings, faults) = load(Mode::Production, "", &given);
        assert_eq!(settings.is_some(), good, "{issuer}: {faults}");
    }
}

#[test]
fn a_schedule_of_keys_leaves_time_for_everybody_to_know_the_next_one() {
    for (rotation, ahead, fault) in [
        ("90d", "24h", ""),
        ("1h", "10m", "warning: wayhome.toml:3:17: keys.publish_ahead: a cache that cannot reach"),
        ("24h", "24h", "keys.publish_ahead: it is not shorter than keys.rotation"),
        ("90d", "5m", "keys.publish_ahead: 5m is too short; the least is 600 s"),
        ("30m", "10m", "keys.rotation: 30m is too short; the least is 3600 s"),
        ("0s", "24h", "keys.rotation: 0s is too short"),
        ("never", "24h", "keys.rotation: `never` is no duration"),
    ] {
        let text = format!("[keys]\nrotation = \"{rotation}\"\npublish_ahead = \"{ahead}\"\n");
        let (settings, faults) = load(Mode::Development, &text, &[]);
        let good = fault.is_empty() || fault.starts_with("warning");
        assert_eq!(settings.is_some(), good, "{rotation} {ahead}: {faults}");
        assert!(faults.contains(fault), "{faults}");
    }
}

#[test]
fn every_default_reads_as_its_form() {
    let mut text = String::new();
    for key in KEYS {
        let (section, name) = key.path.split_once('.').unwrap();
        text.push_str(&format!("[{section}]\n{name} = {}\n", key.default));
        let (_, faults) = load(Mode::Development, &text, &[]);
        assert!(!faults.contains("error"), "{}: {faults}", key.path);
        text.clear();
    }
}

#[test]
fn the_administration_is_open_in_development_only_and_only_if_nobody_says_otherwise() {
    let needed = [
        ("WAYHOME__SERVER__ISSUER", "https://id.example.org"),
        ("WAYHOME__SECRETS__DATA", "a secret of the tests that is long enough"),
        ("WAYHOME__COURIER__SMTP_URL", "smtps://mail.example.org"),
        ("WAYHOME__COURIER__FROM", "login@id.example.org"),
    ];
    let open = |mode, text: &str| {
        let environment = if mode == Mode::Production { &needed[..] } else { &[] };
        load(mode, text, environment).0.map(|settings| !settings.require_admin_key)
    };
    assert_eq!(open(Mode::Development, ""), Some(true));
    assert_eq!(open(Mode::Development, "[admin]\nrequire_key = true\n"), Some(false));
    assert_eq!(open(Mode::Production, ""), Some(false));
    assert_eq!(open(Mode::Production, "[admin]\nrequire_key = false\n"), None);
}

#[test]
fn sec_q05_what_may_be_reached_is_a_network_or_a_host() {
    let network = |text: &str| AllowedDestination::Network(text.parse().unwrap());
    let host = |text: &str| AllowedDestination::Host(text.to_owned());
    for (text, means) in [
        ("10.1.0.0/16", Some(network("10.1.0.0/16"))),
        ("127.0.0.1", Some(network("127.0.0.1"))),
        ("fd00::/8", Some(network("fd00::/8"))),
        ("keys.internal", Some(host("keys.internal"))),
        ("Localhost.", Some(host("localhost"))),
        ("any", None),
        ("*.internal", None),
        ("https://keys.internal", None),
        ("keys.internal:8443", None),
        ("0x7f.1", None),
        ("10.1.0.1/16", None),
        (".", None),
    ] {
        let (settings, faults) = load(Mode::Development, "", &[("WAYHOME__OUTBOUND__ALLOW", text)]);
        assert_eq!(settings.map(|settings| settings.outbound.allow), means.map(|one| vec![one]), "{text}");
        assert!(faults.is_empty() || faults.contains("outbound.allow: `"), "{text}: {faults}");
    }
    let named = [("WAYHOME__OUTBOUND__CA_FILE", "nowhere.pem")];
    assert!(load(Mode::Development, "", &named).1.contains("outbound.ca_file: the file nowhere.pem cannot"));
}

#[test]
fn tls_needs_both_files_and_an_issuer_of_https() {
    let (certificate, key) = ("WAYHOME__SERVER__TLS_CERTIFICATE", "WAYHOME__SERVER__TLS_KEY");
    let https = ("WAYHOME__SERVER__ISSUER", "https://id.example.org");
    let both = [https, (certificate, "c.pem"), (key, "k.pem")];
    let files = load(Mode::Development, "", &both).0.unwrap().tls.unwrap();
    assert_eq!((files.certificate, files.key), ("c.pem".into(), "k.pem".into()));
    assert!(load(Mode::Development, "", &both[..2]).1.contains("it needs server.tls_key, too"));
    assert!(
        load(Mode::Development, "", &[https, both[2]]).1.contains("it needs server.tls_certificate, too")
    );
    assert!(load(Mode::Development, "", &both[1..]).1.contains("server.issuer must begin with https://"));
    assert!(load(Mode::Development, "", &[https]).0.unwrap().tls.is_none());
}

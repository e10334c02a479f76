//! `clients.toml`, right and wrong.

use super::uris::redirect_uri_problem;
use super::*;
use crate::model::{ClientType, GrantType};

fn check(text: &str) -> (Vec<Client>, String) {
    let look_up = |what: &str| match what {
        "env:SECRET" => Ok("a secret of the environment".to_owned()),
        other => Err(format!("{other} is not there")),
    };
    let (clients, faults) = check_clients("clients.toml", text, &look_up);
    (clients, faults.to_string())
}

#[test]
fn a_spa_needs_three_lines() {
    let (clients, faults) = check(
        "[[client]]\nid = \"spa\"\ntype = \"spa\"\nredirect_uris = [\"http://localhost:5173/callback\"]\n",
    );
    assert_eq!(faults, "");
    let spa = &clients[0];
    assert!(spa.is_public() && spa.require_pkce && !spa.skip_consent);
    assert!(spa.may_use(GrantType::RefreshToken) && spa.scopes.contains("offline_access"));
    assert_eq!(Clients::new(clients.clone()).return_url_rules(), []);
}

#[test]
fn mistakes_are_told_all_at_once_with_line_and_advice() {
    let text = "[[client]]\nid = \"a\"\ntyp = \"spa\"\n\n[[client]]\nid = \"b\"\ntype = \"sap\"\n\n[[client]]\nid = \"c\"\n\
                type = \"web\"\nredirect_uris = [\"https://*.example.org/cb\", \"http://example.org/cb\"]\n\
                secret = \"in the open\"\n\n[[clinet]]\n";
    let (clients, faults) = check(text);
    assert_eq!(clients.len(), 1);
    for expected in [
        "clients.toml:3:1: there is no key `typ`\n  did you mean `type`?",
        "clients.toml:1:1: type: it is missing",
        "clients.toml:7:8: type: `sap` is none of spa, web, native, machine\n  did you mean `spa`?",
        "there are no wildcards",
        "it must begin with https://",
        "secrets do not stand in this file",
        "`clinet` is not known here\n  did you mean `client`?",
    ] {
        assert!(faults.contains(expected), "{expected}\n--\n{faults}");
    }
    assert!(!faults.contains("in the open"));
}

// sec_r04
#[test]
fn sec_r05_dangerous_redirect_uris_are_not_registered() {
    for (uri, kind, good) in [
        ("https://app.example.org/cb", "web", true),
        ("http://127.0.0.1/cb", "native", true),
        ("com.example.app:/cb", "native", true),
        ("myapp:/cb", "native", false),
        ("com.example.app:/cb", "web", false),
        ("javascript:alert(1)", "native", false),
        ("data:text/html,x", "native", false),
        ("https://app.example.org/cb#x", "web", false),
        ("https://user@app.example.org/cb", "web", false),
        ("/cb", "web", false),
        ("https://app.example.org/cb?tenant=7", "web", true),
        ("https://app.example.org/cb?code=x", "web", false),
        ("https://app.example.org/cb?tenant=7&state", "web", false),
        ("https://app.example.org/cb?i%73s=x", "web", false),
        ("https://app.example.org/cb?error=x", "spa", false),
        ("com.example.app:/cb?response=x", "native", false),
        ("vbscript:x", "native", false),
        ("file:///cb", "native", false),
        ("blob:https://app.example.org/x", "native", false),
        ("http://app.example.org/cb", "web", false),
        ("https://*.example.org/cb", "web", false),
        ("https://app.example.org/c\u{7}b", "web", false),
        (format!("https://app.example.org/{}", "x".repeat(2_000)).as_str(), "web", false),
    ] {
        let kind = ClientType::parse(kind).unwrap();
        assert_eq!(redirect_uri_problem(uri, kind).is_none(), good, "{uri}");
    }
}

#[test]
fn a_secret_comes_from_outside_the_file() {
    let text =
        "[[client]]\nid = \"m\"\ntype = \"machine\"\nsecret = { env = \"SECRET\" }\nscopes = [\"jobs\"]\n";
    let (clients, faults) = check(text);
    assert_eq!(faults, "");
    assert_eq!(clients[0].secrets.len(), 1);
    let (_, faults) = check(&text.replace("SECRET", "NOTHING"));
    assert!(faults.contains("env:NOTHING is not there"), "{faults}");
}

#[test]
fn what_has_no_effect_is_told() {
    let (clients, faults) = check(
        "[[client]]\nid = \"a\"\ntype = \"native\"\nskip_consent = true\n\
         redirect_uris = [\"https://a.example.org/cb\", \"http://127.0.0.1/cb\"]\n\n\
         [[client]]\nid = \"b\"\ntype = \"machine\"\nsecret = { env = \"SECRET\" }\nscopes = [\"x\"]\n\
         registration = false\n",
    );
    assert_eq!(clients.len(), 2);
    assert!(
        faults.contains("warning: clients.toml:4") && faults.contains("skip_consent: people are asked"),
        "{faults}"
    );
    assert!(faults.contains("registration: it has no effect"), "{faults}");
    let (_, silent) = check(
        "[[client]]\nid = \"a\"\ntype = \"native\"\nskip_consent = true\nredirect_uris = [\"https://a.example.org/cb\"]\n",
    );
    assert_eq!(silent, "");
}

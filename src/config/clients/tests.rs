//! `clients.toml`, right and wrong.

use super::uris::redirect_uri_problem;
use super::*;
use crate::model::{ClientType, GrantType, ResponseMode, ResponseType, SubjectType};

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
        "clients.toml:7:8: type: `sap` is none of spa, web, native, machine, device\n  did you mean `spa`?",
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
fn sec_k09_two_secrets_stand_side_by_side_each_until_its_end() {
    let machine = "[[client]]\nid = \"m\"\ntype = \"machine\"\nscopes = [\"jobs\"]\n";
    let (digest, until) = ("ab".repeat(32), "until = \"2026-12-01T01:00:00+01:00\"");
    let (clients, faults) = check(&format!(
        "{machine}secret = [{{ env = \"SECRET\", {until} }}, {{ env = \"SECRET\" }}]\n\
         secret_sha256 = [\"{digest}\", {{ digest = \"{digest}\", {until} }}]\n"
    ));
    assert_eq!(faults, "");
    let ends: Vec<Option<i64>> =
        clients[0].secrets.iter().map(|secret| secret.until.map(|until| until.seconds())).collect();
    assert_eq!(ends, [Some(1_796_083_200), None, None, Some(1_796_083_200)]);
    let end = clients[0].secrets[0].until.unwrap();
    assert!(clients[0].secrets[0].is_over(end) && !clients[0].secrets[1].is_over(end));
    assert!(!clients[0].secrets[0].is_over(end - std::time::Duration::from_micros(1)));
    for (lines, told) in [
        ("secret = [{ env = \"SECRET\", file = \"x\" }]", "clients.toml:5:11: secret: write { env = "),
        ("secret = { until = \"2026-12-01T00:00:00Z\" }", "secret: write { env = "),
        ("secret = { env = \"SECRET\", until = \"tomorrow\" }", "secret: until must be an instant"),
        ("secret = { env = \"SECRET\", until = 2026-12-01T00:00:00Z }", "secret: write { env = "),
        ("secret = [\"in the open\"]", "secrets do not stand in this file"),
        ("secret = []", "secret: the list is empty"),
        ("secret_sha256 = []", "secret: it is missing"),
        ("secret_sha256 = [{ digest = \"abc\" }]", "secret_sha256: expected 64 hexadecimal digits"),
        (
            &format!("secret_sha256 = [{{ digest = \"{digest}\", untl = \"x\" }}]"),
            "secret_sha256: expected 64",
        ),
        (&format!("secret_sha256 = {{ digest = \"{digest}\", until = 7 }}"), "secret_sha256: until must be"),
    ] {
        let (_, faults) = check(&format!("{machine}{lines}\n"));
        assert!(faults.contains(told) && !faults.contains("in the open"), "{lines}\n{told}\n--\n{faults}");
    }
}

#[test]
fn what_holds_for_a_client_is_told_with_its_line_and_never_a_secret() {
    let text = "[[client]]\nid = \"other\"\ntype = \"spa\"\nredirect_uris = [\"https://b.test/cb\"]\n\n[[client]]\n\
                id = \"m\"\ntype = \"machine\"\nsecret = { env = \"SECRET\", until = \"2026-12-01T00:00:00Z\" }\n\
                scopes = [\"jobs\"]\naccess_token_lifetime = \"90s\"\n";
    let (clients, faults) = check(text);
    assert_eq!(faults, "");
    let keys = client_keys("clients.toml", text, &clients[1]);
    let of = |name: &str| {
        let key = keys.iter().find(|key| key.name == name).unwrap();
        (key.value.as_str(), key.place.as_deref())
    };
    assert_eq!(of("id"), ("\"m\"", Some("clients.toml:7")));
    assert_eq!(of("access_token_lifetime"), ("\"90s\"", Some("clients.toml:11")));
    assert_eq!(of("grant_types"), ("[\"client_credentials\"]", None));
    assert_eq!(of("redirect_uris"), ("[]", None));
    let secret = "{ env = \"SECRET\", until = \"2026-12-01T00:00:00Z\" }";
    assert_eq!(of("secret"), (secret, Some("clients.toml:9")));
    assert!(keys.iter().all(|key| !key.value.contains("a secret of the environment")));
    // Every key that may be written is shown, and what is written is what is shown.
    let spa = client_keys("clients.toml", text, &clients[0]);
    assert_eq!(spa.iter().filter(|key| key.place.is_some()).count(), 3);
    assert_eq!(spa.len(), super::reader::KEYS.len());
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

#[test]
fn a_device_needs_two_lines_and_has_no_way_back() {
    let device = "[[client]]\nid = \"tv\"\ntype = \"device\"\n";
    let (clients, faults) = check(device);
    assert_eq!(faults, "");
    let tv = &clients[0];
    assert!(tv.is_public() && tv.response_types.is_empty() && tv.redirect_uris.is_empty());
    assert_eq!(tv.grant_types, [GrantType::DeviceCode, GrantType::RefreshToken]);
    for (line, told) in [
        (
            "redirect_uris = [\"https://a.test/cb\"]",
            "error: clients.toml:4:17: redirect_uris: a device has none",
        ),
        ("grant_types = [\"authorization_code\"]", "nobody is sent back to a device; use type = \"native\""),
        ("skip_consent = true", "warning: clients.toml:4:16: skip_consent: it has no effect"),
        ("secret = { env = \"SECRET\" }", "a public client has no secret"),
        ("grant_types = [\"device_code\"]", "`device_code` is not supported"),
    ] {
        let (_, faults) = check(&format!("{device}{line}\n"));
        assert!(faults.contains(told), "{told}\n--\n{faults}");
    }
    let web = "[[client]]\nid = \"a\"\ntype = \"web\"\nsecret = { env = \"SECRET\" }\nredirect_uris = [\"https://a.test/cb\"]\n";
    let grants = "grant_types = [\"authorization_code\", \"urn:ietf:params:oauth:grant-type:device_code\"]\n";
    let (clients, faults) = check(&format!("{web}{grants}"));
    assert_eq!(faults, "");
    assert!(clients[0].may_use(GrantType::DeviceCode));
}

const KEYS: &str =
    r#"'{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'"#;

#[test]
fn old_response_types_are_permitted_by_name_and_warned_of() {
    let web = "[[client]]\nid = \"a\"\ntype = \"web\"\nsecret = { env = \"SECRET\" }\nredirect_uris = [\"https://a.test/cb\"]\n";
    let (clients, faults) = check(web);
    assert_eq!((clients[0].response_types.len(), faults.as_str()), (1, ""));
    assert_eq!(clients[0].response_modes, [ResponseMode::Query, ResponseMode::FormPost]);
    let (clients, faults) = check(&format!("{web}response_types = [\"code\", \"token id_token\"]\n"));
    assert_eq!(clients[0].response_types, [ResponseType::Code, ResponseType::IdTokenToken]);
    assert!(clients[0].response_modes.contains(&ResponseMode::Fragment));
    assert!(faults.contains("warning: clients.toml:6:18: response_types: tokens that pass"), "{faults}");
    for (lines, told) in [
        ("response_types = [\"token\"]", "response_types: `token` is not supported"),
        ("response_modes = [\"web_message\"]", "response_modes: `web_message` is not supported"),
        ("response_modes = [\"fragment\"]", "response_modes: answers of `code` come by query"),
        ("grant_types = [\"refresh_token\"]", "needs the grant type authorization_code"),
    ] {
        let text = format!("{web}response_types = [\"code\"]\n{lines}\n");
        let text = if lines.starts_with("response_types") { format!("{web}{lines}\n") } else { text };
        let (_, faults) = check(&text);
        assert!(faults.contains(told), "{told}\n--\n{faults}");
    }
}

#[test]
fn whoever_signs_is_known_by_public_keys() {
    let web = "[[client]]\nid = \"a\"\ntype = \"web\"\nredirect_uris = [\"https://a.test/cb\"]\n\
               token_endpoint_auth_method = \"private_key_jwt\"\n";
    for (lines, told) in [
        ("", "private_key_jwt needs the client's public keys"),
        ("jwks_uri = \"http://a.test/keys\"", "it must begin with https://"),
        ("jwks_uri = \"https://me@a.test/keys\"", "it must have no user information"),
        ("jwks = \"[]\"", "expected a JWK Set"),
        (r#"jwks = '{"keys":[{"kty":"oct","k":"AAAA"}]}'"#, "a private or a shared key"),
        (&format!("jwks = {KEYS}\njwks_uri = \"https://a.test/keys\""), "write jwks or jwks_uri, not both"),
        (
            &format!("jwks = {KEYS}\nsecret = {{ env = \"SECRET\" }}"),
            "a client that signs assertions has no secret",
        ),
        (&format!("jwks = {KEYS}\ntoken_endpoint_auth_signing_alg = \"HS256\""), "`HS256` is none of"),
    ] {
        let (_, faults) = check(&format!("{web}{lines}\n"));
        assert!(faults.contains(told), "{told}\n--\n{faults}");
    }
    let (clients, faults) = check(&format!("{web}jwks = {KEYS}\n"));
    assert_eq!(faults, "");
    assert!(clients[0].has_keys() && !clients[0].is_public());
}

#[test]
fn a_pairwise_client_has_one_sector() {
    let spa = "[[client]]\nid = \"a\"\ntype = \"spa\"\nsubject_type = \"pairwise\"\n";
    let (clients, faults) =
        check(&format!("{spa}redirect_uris = [\"https://a.test/1\", \"https://a.test/2\"]\n"));
    assert_eq!(faults, "");
    assert_eq!(clients[0].subject_type, SubjectType::Pairwise { sector: "a.test".to_owned() });
    let two = format!("{spa}redirect_uris = [\"https://a.test/1\", \"https://b.test/2\"]\n");
    assert!(check(&two).1.contains("pairwise subjects need one host"));
    let (clients, faults) = check(&format!("{two}sector_identifier_uri = \"https://c.test/sector\"\n"));
    assert_eq!(faults, "");
    assert_eq!(clients[0].subject_type, SubjectType::Pairwise { sector: "c.test".to_owned() });
}

#[test]
fn a_page_for_sign_out_lives_where_the_client_does() {
    let spa = "[[client]]\nid = \"a\"\ntype = \"spa\"\nredirect_uris = [\"https://a.test/cb\"]\n";
    let (clients, faults) = check(&format!("{spa}frontchannel_logout_uri = \"https://a.test/out\"\n"));
    assert_eq!(faults, "");
    assert!(clients[0].frontchannel_logout.as_ref().is_some_and(|channel| channel.uri.ends_with("/out")));
    let (_, faults) = check(&format!("{spa}frontchannel_logout_uri = \"https://b.test/out\"\n"));
    assert!(faults.contains("must be those of a redirect URI"), "{faults}");
    let (_, faults) = check(&format!("{spa}backchannel_logout_session_required = true\n"));
    assert!(faults.contains("it has no effect without the address"), "{faults}");
}

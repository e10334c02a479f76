//! Clients whose registration changes while something waits or lives: what counts is what is registered now.

use wayhome::crypto::sha256;

use super::{ann, arrive};
use crate::app::{Setup, TestApp, on_both};
use crate::http::{Answer, Ask};

on_both![
    sec_r11_a_redirect_uri_that_was_taken_away_is_not_gone_to,
    sec_t06_what_a_client_was_given_ends_with_its_registration,
    sec_t06_a_withdrawn_consent_ends_codes_and_tokens,
    sec_k09_two_secrets_are_good_while_one_replaces_the_other,
    sec_k01_a_secret_of_any_characters_is_read_encoded_or_raw,
    sec_n03_a_program_with_an_address_in_the_web_is_asked_about_where_anybody_listens,
];

/// Takes this client out of the registered ones.
fn without(app: &TestApp, id: &str) -> String {
    let mark = format!("id = \"{id}\"");
    let clients: Vec<&str> =
        app.clients_text().split("[[client]]").skip(1).filter(|client| !client.contains(&mark)).collect();
    clients.iter().map(|client| format!("[[client]]{client}")).collect()
}

fn sec_r11_a_redirect_uri_that_was_taken_away_is_not_gone_to(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    browser.open(rp.authorization_url()).expect_path("/login");
    let registered = app.clients_text().to_owned();
    app.load_clients(&registered.replace("5175/callback", "5175/elsewhere"));
    browser.sign_in(&who).expect_error("redirect_uri_mismatch", 400);
    assert!(browser.page().links.iter().all(|link| !link.href.contains("callback")));
    app.load_clients(&registered);
    let location = arrive(&mut browser, &rp, &who, &[]);
    let _tokens = rp.redeem(&location);
    // Whoever is asked for consent is not asked in vain.
    let spa = app.relying_party("spa");
    browser.open(spa.authorization_url()).expect_path("/consent");
    let consent = browser.page().clone();
    app.load_clients(&registered.replace("5173/callback", "5173/elsewhere"));
    for words in ["Allow", "Don't allow"] {
        browser.press_on(&consent, words, &[]).expect_error("redirect_uri_mismatch", 400);
    }
    // Nothing was answered by that: the request waits until the mistake is mended.
    app.load_clients(&registered);
    browser.press_on(&consent, "Allow", &[]);
    let _tokens = spa.redeem(browser.location());
}

fn sec_t06_what_a_client_was_given_ends_with_its_registration(setup: Setup) {
    let opaque = r#"
[[client]]
id = "plain"
name = "Plain"
type = "spa"
redirect_uris = ["http://localhost:5180/callback"]
scopes = ["openid", "offline_access"]
skip_consent = true
access_token_format = "opaque"
"#;
    let app = setup.clients(opaque).start();
    let who = ann(&app);
    let mut browser = app.browser();
    for id in ["house", "plain"] {
        let rp = app.relying_party(id);
        let given = [("scope", "openid offline_access")];
        let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &given));
        let location = arrive(&mut browser, &rp, &who, &given);
        let alone = Ask::get("/userinfo").bearer(&tokens.access);
        let known = || {
            let form = Ask::form("/admin/oauth2/introspect", &[("token", tokens.access.as_str())]);
            app.ask_admin(&form).expect(200).json()["active"] == true
        };
        assert!(app.ask(&alone).status == 200 && known());
        app.load_clients(&without(&app, id));
        assert_eq!(app.ask(&alone).status, 401, "{id}");
        assert!(!known(), "{id}");
        let form = [("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", tokens.refresh())];
        assert_eq!(app.ask(&Ask::form("/oauth2/token", &form)).status, 401, "{id}");
        assert_eq!(app.ask(&rp.redemption(&location)).status, 401, "{id}");
        browser.open(rp.authorization_url()).expect_error("client_unknown", 400);
        app.load_clients(app.clients_text());
        assert_eq!(app.ask(&alone).status, 200, "{id}: nothing was spent by the refusals");
        let _next = rp.refresh(&tokens);
    }
}

fn sec_t06_a_withdrawn_consent_ends_codes_and_tokens(setup: Setup) {
    let app = setup.start();
    let (who, rp, other) = (ann(&app), app.relying_party("spa"), app.relying_party("board"));
    let mut browser = app.browser();
    let elsewhere = other.redeem(&arrive(&mut browser, &other, &who, &[]));
    browser.open(rp.authorization_url()).press_with("Allow", &[("remember", "yes")]);
    let tokens = rp.redeem(browser.location());
    browser.open(rp.authorization_url());
    let location = browser.location().to_owned();
    let id = who.id;
    let had = app.write(move |cx| wayhome::oauth2::consent::forget(cx, id, "spa"));
    assert!(had, "the consent was remembered");
    assert!(!rp.is_alive(&tokens.access));
    assert_eq!(rp.refresh_answer(tokens.refresh()).expect(400).json()["error"], "invalid_grant");
    assert_eq!(rp.redeem_answer(&location).expect(400).json()["error"], "invalid_grant");
    assert_eq!(super::facts(&app, &who, "consent.withdrawn"), 1);
    assert!(other.is_alive(&elsewhere.access), "another client's tokens have ended");
    browser.open(rp.authorization_url()).expect_path("/consent");
}

/// A client whose secrets are these.
fn machine(secrets: &[&str]) -> String {
    let digests: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let hex: String = sha256(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("\"{hex}\"")
        })
        .collect();
    format!(
        "\n[[client]]\nid = \"m\"\ntype = \"machine\"\nscopes = [\"jobs\"]\nsecret_sha256 = [{}]\n",
        digests.join(", ")
    )
}

fn by_secret(app: &TestApp, secret: &str) -> Answer {
    app.ask(&Ask::form("/oauth2/token", &[("grant_type", "client_credentials")]).basic("m", secret))
}

fn sec_k09_two_secrets_are_good_while_one_replaces_the_other(setup: Setup) {
    let (old, new) = ("the-old-secret-0123456789", "the-new-secret-0123456789");
    let app = setup.start();
    let usual = app.clients_text().to_owned();
    for (secrets, old_is_good, new_is_good) in
        [(&[old][..], true, false), (&[old, new], true, true), (&[new], false, true)]
    {
        app.load_clients(&format!("{usual}{}", machine(secrets)));
        assert_eq!(by_secret(&app, old).status == 200, old_is_good, "{secrets:?}");
        assert_eq!(by_secret(&app, new).status == 200, new_is_good, "{secrets:?}");
    }
}

fn sec_k01_a_secret_of_any_characters_is_read_encoded_or_raw(setup: Setup) {
    use base64::Engine as _;
    let app = setup.start();
    let usual = app.clients_text().to_owned();
    let encode = |pair: &[u8]| base64::engine::general_purpose::STANDARD.encode(pair);
    for secret in ["with:colon", "100%25", "50%", "a+b c&d=e", "wörter-ünd-日本", "%zz", "\"quoted\\\""] {
        app.load_clients(&format!("{usual}{}", machine(&[secret])));
        assert_eq!(by_secret(&app, secret).status, 200, "{secret}, encoded");
        let raw = |text: &str| {
            let header = format!("Basic {}", encode(format!("m:{text}").as_bytes()));
            let form = Ask::form("/oauth2/token", &[("grant_type", "client_credentials")]);
            app.ask(&form.with("Authorization", &header))
        };
        assert_eq!(raw(secret).status, 200, "{secret}, raw");
        for wrong in [format!("{secret}x"), format!(" {secret}"), secret[1..].to_owned(), String::new()] {
            let answer = raw(&wrong);
            assert_eq!((answer.status, &answer.json()["error"]), (401, &"invalid_client".into()), "{wrong}");
        }
    }
    // Bytes that are no text, and text that is no pair.
    for pair in [&b"m:\xff\xfe"[..], b"\xc3\x28:x", b"m", b""] {
        let header = format!("Basic {}", encode(pair));
        let form = Ask::form("/oauth2/token", &[("grant_type", "client_credentials")]);
        let answer = app.ask(&form.with("Authorization", &header)).expect(401);
        assert_eq!(answer.json()["error"], "invalid_client", "{pair:?}");
        assert!(answer.header("www-authenticate").is_some_and(|text| text.starts_with("Basic ")));
    }
}

fn sec_n03_a_program_with_an_address_in_the_web_is_asked_about_where_anybody_listens(setup: Setup) {
    let mobile = r#"
[[client]]
id = "mobile"
name = "Mobile"
type = "native"
redirect_uris = ["https://mobile.example.org/callback", "http://127.0.0.1/callback"]
scopes = ["openid"]

[[client]]
id = "own"
name = "Own"
type = "native"
redirect_uris = ["https://own.example.org/callback", "http://127.0.0.1/callback"]
scopes = ["openid"]
skip_consent = true
"#;
    let app = setup.clients(mobile).start();
    let (who, rp) = (ann(&app), app.relying_party("mobile"));
    let mut browser = app.browser();
    // Only the owner of the domain gets what is sent there: that may be remembered.
    browser.open(rp.authorization_url_with(&[("scope", "openid")])).sign_in(&who);
    browser.press_with("Allow", &[("remember", "yes")]);
    let _code = rp.code(browser.location());
    browser.open(rp.authorization_url_with(&[("scope", "openid"), ("prompt", "none")]));
    let _code = rp.code(browser.location());
    // Any program can listen on this computer.
    let here = [("scope", "openid"), ("redirect_uri", "http://127.0.0.1:49152/callback")];
    browser.open(rp.authorization_url_with(&here)).expect_path("/consent");
    assert!(browser.page().first("input[name=remember]").is_none());
    browser.open(rp.authorization_url_with(&[here[0], here[1], ("prompt", "none")]));
    assert_eq!(rp.error(browser.location()), "consent_required");
    // The operator's own programs are no exception: who listens there cannot be seen.
    let own = app.relying_party("own");
    browser.open(own.authorization_url_with(&[("scope", "openid")]));
    let _code = own.code(browser.location());
    browser.open(own.authorization_url_with(&here)).expect_path("/consent");
}

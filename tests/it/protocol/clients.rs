//! Who the client is (group K).

use super::{ann, arrive};
use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::http::{Answer, Ask};

on_both![
    sec_k01_every_refusal_of_a_client_looks_alike_and_encoded_secrets_work,
    sec_k02_a_client_says_who_it_is_in_one_way,
    sec_k03_the_method_is_the_clients_and_not_the_requests,
    sec_k04_a_confidential_client_without_its_secret_spends_nothing,
    sec_k09_during_a_rotation_both_secrets_are_good_at_both_servers,
];

/// What an attacker can tell apart.
fn seen(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    (answer.status, body["error"].to_string(), body["error_description"].to_string())
}

fn credentials(id: &str, secret: &str) -> Ask {
    Ask::form("/oauth2/token", &[("grant_type", "client_credentials")]).basic(id, secret)
}

fn sec_k01_every_refusal_of_a_client_looks_alike_and_encoded_secrets_work(setup: Setup) {
    let app = setup.start();
    let unknown = app.ask(&credentials("nobody", "x"));
    assert_eq!(unknown.status, 401);
    assert!(unknown.header("www-authenticate").is_some_and(|value| value.starts_with("Basic")));
    assert_eq!(unknown.header("cache-control"), Some("no-store"));
    for (id, secret) in [("robot", "wrong"), ("robot", ""), ("ROBOT", CLIENT_SECRET), ("spa", "any")] {
        assert_eq!(seen(&app.ask(&credentials(id, secret))), seen(&unknown), "{id}");
    }
    let token = |header: &str| {
        Ask::form("/oauth2/token", &[("grant_type", "client_credentials")]).with("Authorization", header)
    };
    for header in ["Basic", "Basic ", "Basic !!!!", "Basic bm9jb2xvbg==", "Basic /////w==", "Negotiate abc"] {
        assert_eq!(seen(&app.ask(&token(header))), seen(&unknown), "{header}");
    }
    let _good = app.ask(&credentials("robot", CLIENT_SECRET)).expect(200);
    // Many libraries send Basic credentials as they are; the RFC wants them form-encoded. Both are read.
    use base64::Engine as _;
    let raw = base64::engine::general_purpose::STANDARD.encode(format!("robot:{CLIENT_SECRET}"));
    let _good = app.ask(&token(&format!("Basic {raw}"))).expect(200);
}

fn sec_k02_a_client_says_who_it_is_in_one_way(setup: Setup) {
    let app = setup.start();
    for fields in [
        &[("client_secret", CLIENT_SECRET)][..],
        &[("client_assertion", "x"), ("client_assertion_type", "y")],
        &[("client_id", "shop")],
        &[("client_id", "robot"), ("client_id", "robot")],
    ] {
        let mut all = vec![("grant_type", "client_credentials")];
        all.extend_from_slice(fields);
        let answer = app.ask(&Ask::form("/oauth2/token", &all).basic("robot", CLIENT_SECRET)).expect(400);
        assert_eq!(answer.json()["error"], "invalid_request", "{fields:?}");
    }
}

fn sec_k03_the_method_is_the_clients_and_not_the_requests(setup: Setup) {
    let app = setup.start();
    for target in ["/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"] {
        let by_body = [("client_id", "shop"), ("client_secret", CLIENT_SECRET), ("token", "x")];
        assert_eq!(app.ask(&Ask::form(target, &by_body)).status, 401, "{target}");
        for secret in ["any", ""] {
            let public = [("client_id", "spa"), ("client_secret", secret), ("token", "x")];
            assert_eq!(app.ask(&Ask::form(target, &public)).status, 401, "{target} {secret:?}");
        }
    }
    let public = [("client_id", "spa"), ("token", "x")];
    assert_eq!(app.ask(&Ask::form("/oauth2/introspect", &public)).status, 401);
}

fn sec_k04_a_confidential_client_without_its_secret_spends_nothing(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("shop"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &rp, &who, &[]);
    let code = rp.code(&location);
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "shop"),
        ("code", code.as_str()),
        ("redirect_uri", rp.redirect_uri()),
        ("code_verifier", &"v".repeat(43)),
    ];
    assert_eq!(app.ask(&Ask::form("/oauth2/token", &fields)).status, 401);
    let tokens = rp.redeem(&location);
    let fields =
        [("grant_type", "refresh_token"), ("client_id", "shop"), ("refresh_token", tokens.refresh())];
    assert_eq!(app.ask(&Ask::form("/oauth2/token", &fields)).status, 401);
    let _next = rp.refresh(&tokens);
}

/// Old and new within the overlap, the old one after it, and the old one after it was taken away: at once, wherever the
/// file has changed.
fn sec_k09_during_a_rotation_both_secrets_are_good_at_both_servers(setup: Setup) {
    use wayhome::crypto::sha256;
    use wayhome::model::Instant;

    let (old, new) = ("the old secret of the rotating client", "the new secret of the rotating client");
    let digest = |secret: &str| -> String {
        sha256(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let client = |secrets: &str| {
        format!(
            "\n[[client]]\nid = \"turning\"\ntype = \"machine\"\nscopes = [\"x\"]\nsecret_sha256 = {secrets}\n"
        )
    };
    let until = crate::app::START + std::time::Duration::from_secs(3_600);
    let both = client(&format!(
        "[\"{}\", {{ digest = \"{}\", until = \"{}\" }}]",
        digest(new),
        digest(old),
        until.rfc3339_seconds()
    ));
    let app = setup.clients(&both).start();
    let twin = app.twin();
    let servers = [&app, twin.as_ref().unwrap_or(&app)];
    let statuses = |secret: &str| servers.map(|server| server.ask(&credentials("turning", secret)).status);
    assert_eq!((statuses(old), statuses(new)), ([200; 2], [200; 2]));
    let reach = |instant: Instant| app.advance(instant.since(app.now()).as_secs());
    reach(until - std::time::Duration::from_secs(2));
    assert_eq!((statuses(old), statuses(new)), ([200; 2], [200; 2]));
    reach(until + std::time::Duration::from_secs(1));
    assert_eq!((statuses(old), statuses(new)), ([401; 2], [200; 2]));
    // It looks like any wrong secret, and the other endpoints agree.
    let over = app.ask(&credentials("turning", old));
    assert_eq!(seen(&over), seen(&app.ask(&credentials("turning", "nonsense"))));
    for target in ["/oauth2/revoke", "/oauth2/introspect"] {
        let ask =
            |secret: &str| app.ask(&Ask::form(target, &[("token", "x")]).basic("turning", secret)).status;
        assert_eq!((ask(old), ask(new)), (401, 200), "{target}");
    }
    // Taken away before its time.
    let text = app.clients_text().replace(&both, &client(&format!("\"{}\"", digest(old))));
    for server in servers {
        server.load_clients(&text);
    }
    assert_eq!((statuses(old), statuses(new)), ([200; 2], [401; 2]));
}

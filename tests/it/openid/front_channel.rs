//! Answers that bring tokens through the browser (OIDC Core 3.2, 3.3).

use serde_json::{Value, json};
use wayhome::crypto::{SignatureAlgorithm, left_half_of_hash};

use super::{Delivered, FRONT, NONCE, STATE, ann, answer, of_type, old_house};
use crate::app::{Setup, TestApp, on_both};
use crate::http::encoded;
use crate::relying_party::RelyingParty;

on_both![
    prov_3_every_answer_comes_on_its_way_and_nowhere_else,
    prov_6_hashes_are_right_for_every_algorithm,
    prov_3_a_state_and_a_nonce_come_back_where_they_were_sent,
    prov_3_a_registered_query_stays_as_it_is,
    prov_3_without_a_code_nothing_is_offline,
    prov_3_tokens_of_the_browser_end_with_the_session,
    prov_7_a_session_state_comes_with_every_answer_where_sessions_are_watched,
];

/// The parameters that an answer of this type has.
fn wanted(kind: &str) -> Vec<&'static str> {
    let mut names = vec!["iss", "state"];
    for word in kind.split(' ') {
        names.extend_from_slice(match word {
            "code" => &["code"],
            "id_token" => &["id_token"],
            _ => &["access_token", "expires_in", "scope", "token_type"],
        });
    }
    names.sort_unstable();
    names
}

/// The claims of the ID token that came through the browser, checked as OIDC Core 3.3.2.11 wants it.
#[track_caller]
fn claims(app: &TestApp, rp: &RelyingParty<'_>, got: &Delivered) -> Value {
    let id = got.the("id_token");
    let claims = rp.verified(id, "JWT");
    let algorithm = jsonwebtoken::decode_header(id).expect("a header").alg;
    let algorithm = SignatureAlgorithm::parse(&format!("{algorithm:?}")).expect("one of ours");
    let hash =
        |text: Option<&str>| text.map_or(Value::Null, |text| json!(left_half_of_hash(algorithm, text)));
    assert_eq!(claims["at_hash"], hash(got.get("access_token")), "{claims}");
    assert_eq!(claims["c_hash"], hash(got.get("code")), "{claims}");
    assert_eq!((&claims["aud"], &claims["nonce"]), (&json!(rp.client.id), &json!(NONCE)));
    let now = app.now().seconds();
    let time = |name: &str| claims[name].as_i64().unwrap_or_else(|| panic!("no {name}: {claims}"));
    assert!(time("exp") > now && time("iat") <= now && time("auth_time") <= now, "{claims}");
    assert_eq!(claims["acr"], "aal1");
    claims
}

fn prov_3_every_answer_comes_on_its_way_and_nowhere_else(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for kind in FRONT.into_iter().chain(["code"]) {
        let usual = if kind == "code" { "query" } else { "fragment" };
        for mode in [usual, "", "fragment", "form_post"] {
            let got = answer(&mut browser, &rp, &who, &of_type(kind, &[("response_mode", mode)]));
            let what = format!("{kind} by {mode}: {got:?}");
            assert_eq!(got.mode, if mode.is_empty() { usual } else { mode }, "{what}");
            assert_eq!(got.names(), wanted(kind), "{what}");
            assert_eq!((got.the("state"), got.the("iss")), (STATE, app.issuer.as_str()), "{what}");
            // The same person in every token of the answer, and at userinfo.
            if kind.contains("id_token") {
                assert_eq!(claims(&app, &rp, &got)["sub"], who.subject(), "{what}");
            }
            if let Some(access) = got.get("access_token") {
                assert_eq!((got.the("token_type"), got.the("expires_in")), ("Bearer", "600"), "{what}");
                assert_eq!(rp.verified(access, "at+jwt")["sub"], who.subject());
                let told = rp.userinfo(access).expect(200).json();
                let all = json!({ "sub": who.subject(), "email": who.email, "email_verified": true });
                assert_eq!(told, all, "{what}");
            }
            if let Some(code) = got.get("code") {
                assert!(code.len() >= 43, "{what}");
                got.redeem(&rp, rp.redirect_uri()).expect_subject(&who.subject());
            }
        }
    }
}

fn prov_6_hashes_are_right_for_every_algorithm(setup: Setup) {
    const ALL: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];
    let signs = |algorithm: &str| {
        let more = format!("id_token_alg = \"{algorithm}\"\naccess_token_alg = \"{algorithm}\"\n");
        old_house(&algorithm.to_lowercase(), &more)
    };
    let app = setup.clients(&ALL.map(signs).concat()).start();
    let who = ann(&app);
    let mut browser = app.browser();
    for algorithm in ALL {
        let rp = app.relying_party(&algorithm.to_lowercase());
        for kind in FRONT {
            let got = answer(&mut browser, &rp, &who, &of_type(kind, &[]));
            for token in ["id_token", "access_token"].iter().filter_map(|name| got.get(name)) {
                let header = jsonwebtoken::decode_header(token).expect("a JWT");
                assert_eq!(format!("{:?}", header.alg), algorithm, "sec_j12 {kind}");
            }
            if kind.contains("id_token") {
                claims(&app, &rp, &got);
            }
        }
    }
}

fn prov_3_a_state_and_a_nonce_come_back_where_they_were_sent(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for kind in FRONT {
        for mode in ["fragment", "form_post"] {
            // `code token` brings no ID token, which only could need a nonce.
            let nonce = if kind == "code token" { "" } else { NONCE };
            let more = [("response_mode", mode), ("state", ""), ("nonce", nonce)];
            let got = answer(&mut browser, &rp, &who, &of_type(kind, &more));
            assert_eq!(got.get("state"), None, "{kind} by {mode}");
            app.advance(31);
            let state = "a b+c%20&=;#?/\\\"<script>é";
            let got =
                answer(&mut browser, &rp, &who, &of_type(kind, &[("response_mode", mode), ("state", state)]));
            assert_eq!(got.the("state"), state, "{kind} by {mode}");
        }
    }
    let got = answer(&mut browser, &rp, &who, &of_type("code token", &[("nonce", "")]));
    assert!(got.redeem(&rp, rp.redirect_uri()).claims.get("nonce").is_none());
}

fn prov_3_a_registered_query_stays_as_it_is(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let uri = rp.client.redirect_uris[1].clone();
    let mut browser = app.browser();
    for (kind, mode) in [("code", "query"), ("code id_token", "fragment"), ("code", "form_post")] {
        let more = [("redirect_uri", uri.as_str()), ("response_mode", mode)];
        let got = answer(&mut browser, &rp, &who, &of_type(kind, &more));
        assert_eq!(got.mode, mode);
        got.redeem(&rp, &uri).expect_subject(&who.subject());
    }
}

fn prov_3_without_a_code_nothing_is_offline(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for kind in ["id_token token", "code token", "code id_token token"] {
        let scope = [("scope", "openid email offline_access")];
        let got = answer(&mut browser, &rp, &who, &of_type(kind, &scope));
        assert_eq!(got.the("scope"), "openid email", "{kind}");
        assert_eq!(got.get("refresh_token"), None, "{kind}");
        if kind.contains("code") {
            // What the code brings is another grant, which may outlive the session.
            assert!(got.redeem(&rp, rp.redirect_uri()).refresh.is_some());
        }
    }
    let got = answer(&mut browser, &rp, &who, &of_type("id_token", &[("scope", "openid offline_access")]));
    assert_eq!(got.names(), ["id_token", "iss", "state"]);
}

fn prov_3_tokens_of_the_browser_end_with_the_session(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let got: Vec<Delivered> = ["id_token token", "code token", "code id_token token"]
        .map(|kind| answer(&mut browser, &rp, &who, &of_type(kind, &[("state", kind)])))
        .to_vec();
    assert!(got.iter().all(|got| rp.is_alive(got.the("access_token"))));
    let hint = answer(&mut browser, &rp, &who, &of_type("id_token", &[]));
    // The front-channel ID token is as good a hint as any, and names the session.
    let target = format!("/oauth2/sessions/logout?{}", encoded(&[("id_token_hint", hint.the("id_token"))]));
    browser.open(target);
    assert!(!browser.has_session());
    assert!(!got.iter().any(|got| rp.is_alive(got.the("access_token"))));
    for got in got.iter().filter(|got| got.get("code").is_some()) {
        let answer = rp.redeem_answer(&got.as_code(rp.redirect_uri())).expect(400);
        assert_eq!(answer.json()["error"], "invalid_grant");
    }
}

fn prov_7_a_session_state_comes_with_every_answer_where_sessions_are_watched(setup: Setup) {
    let app = setup.set("session.management", "true").clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for kind in FRONT {
        for mode in ["fragment", "form_post"] {
            app.advance(31);
            let got = answer(&mut browser, &rp, &who, &of_type(kind, &[("response_mode", mode)]));
            let mut names = wanted(kind);
            names.push("session_state");
            names.sort_unstable();
            assert_eq!(got.names(), names, "{kind} by {mode}");
            let (hash, salt) = got.the("session_state").split_once('.').expect("a hash and a salt");
            assert!(hash.len() == 43 && !salt.is_empty() && !salt.contains(' '), "{kind} by {mode}");
        }
    }
}

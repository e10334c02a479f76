//! Userinfo: how it is asked, and how it answers (OIDC Core 5.3, RFC 6750).

use serde_json::json;

use super::{ann, answer, of_type, old_house};
use crate::app::{Setup, on_both};
use crate::http::Ask;
use crate::relying_party::Tokens;

on_both![
    prov_6_userinfo_is_asked_by_header_and_by_form,
    prov_6_a_token_that_is_not_good_is_a_401_that_says_so,
    prov_6_a_signed_answer_names_issuer_and_audience,
    prov_6_only_what_was_granted_is_told,
];

fn prov_6_userinfo_is_asked_by_header_and_by_form(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let got = answer(&mut app.browser(), &rp, &who, &of_type("code", &[]));
    let access = got.redeem(&rp, rp.redirect_uri()).access;
    let asks = [
        Ask::get("/userinfo").bearer(&access),
        Ask::get("/userinfo").with("Authorization", &format!("bearer {access}")),
        Ask::form("/userinfo", &[]).bearer(&access),
        Ask::get("/userinfo").method("POST").bearer(&access),
        Ask::form("/userinfo", &[("access_token", &access)]),
        Ask::form("/userinfo", &[("other", "x"), ("access_token", &access)]),
    ];
    for ask in asks {
        let answer = app.ask(&ask).expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"), "{ask:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.json()["sub"], who.subject(), "{ask:?}");
    }
    // Not in the address, where logs keep it (OAuth 2.1), and not in two ways at once (RFC 6750 2).
    assert_eq!(app.ask(&Ask::get(&format!("/userinfo?access_token={access}"))).status, 401);
    let twice = Ask::form("/userinfo", &[("access_token", &access)]).bearer(&access);
    assert_eq!(app.ask(&twice).expect(400).json()["error"], "invalid_request");
}

fn prov_6_a_token_that_is_not_good_is_a_401_that_says_so(setup: Setup) {
    let opaque = "access_token_format = \"opaque\"\n";
    let app = setup.clients(&[old_house("old", ""), old_house("plain", opaque)].concat()).start();
    let who = ann(&app);
    let mut browser = app.browser();
    for id in ["old", "plain"] {
        let rp = app.relying_party(id);
        let tokens = |browser: &mut crate::browser::Browser<'_>| -> Tokens {
            answer(browser, &rp, &who, &of_type("code", &[])).redeem(&rp, rp.redirect_uri())
        };
        let (revoked, old) = (tokens(&mut browser), tokens(&mut browser));
        rp.revoke(&revoked.access);
        assert!(rp.is_alive(&old.access));
        app.advance(601);
        let fresh = tokens(&mut browser);
        let id_token = fresh.id.clone().expect("an ID token");
        for (what, token) in [
            ("revoked", revoked.access.as_str()),
            ("expired", &old.access),
            ("cut", &fresh.access[..fresh.access.len() - 4]),
            ("an ID token", &id_token),
            ("nonsense", "nonsense"),
            ("empty", ""),
        ] {
            for ask in
                [Ask::get("/userinfo").bearer(token), Ask::form("/userinfo", &[("access_token", token)])]
            {
                let answer = app.ask(&ask).expect(401);
                let said = answer.header("www-authenticate").unwrap_or_default();
                assert!(said.starts_with("Bearer"), "{id}, {what}: {said}");
                if !token.is_empty() {
                    assert!(said.contains("error=\"invalid_token\""), "{id}, {what}: {said}");
                }
                assert_eq!(answer.header("cache-control"), Some("no-store"));
            }
        }
        // Without a token there is no error to name (RFC 6750 3.1).
        let said = app.ask(&Ask::get("/userinfo")).expect(401);
        let said = said.header("www-authenticate").expect("a challenge");
        assert!(said.starts_with("Bearer") && !said.contains("error="), "{said}");
        assert!(rp.is_alive(&fresh.access));
    }
}

fn prov_6_a_signed_answer_names_issuer_and_audience(setup: Setup) {
    const ALL: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];
    let signs =
        |alg: &str| old_house(&alg.to_lowercase(), &format!("userinfo_signed_response_alg = \"{alg}\"\n"));
    let app = setup.clients(&ALL.map(signs).concat()).start();
    let who = ann(&app);
    let mut browser = app.browser();
    for alg in ALL {
        let rp = app.relying_party(&alg.to_lowercase());
        let got = answer(&mut browser, &rp, &who, &of_type("code id_token token", &[]));
        for access in [got.the("access_token").to_owned(), got.redeem(&rp, rp.redirect_uri()).access] {
            for ask in
                [Ask::get("/userinfo").bearer(&access), Ask::form("/userinfo", &[("access_token", &access)])]
            {
                let answer = app.ask(&ask).expect(200);
                assert_eq!(answer.header("content-type"), Some("application/jwt"));
                let token = answer.text();
                let header = jsonwebtoken::decode_header(&token).expect("a JWT");
                assert_eq!(format!("{:?}", header.alg), alg);
                let claims = rp.verified(&token, "JWT");
                let all = json!({ "iss": app.issuer, "aud": rp.client.id, "sub": who.subject(),
                    "email": who.email, "email_verified": true });
                assert_eq!(claims, all, "and no nonce");
                // It is no token for anything: neither a hint nor a bearer token (T10, J10).
                assert_eq!(app.ask(&Ask::get("/userinfo").bearer(&token)).status, 401);
                assert_eq!(rp.introspect(&token)["active"], false);
            }
        }
    }
}

fn prov_6_only_what_was_granted_is_told(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let got = answer(&mut browser, &rp, &who, &of_type("code", &[("scope", "openid email offline_access")]));
    let tokens = got.redeem(&rp, rp.redirect_uri());
    let told = rp.userinfo(&tokens.access).expect(200).json();
    assert_eq!(told, json!({ "sub": who.subject(), "email": who.email, "email_verified": true }));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), ("scope", "openid")];
    let less = rp.token(&fields).expect(200).json();
    let told = rp.userinfo(less["access_token"].as_str().expect("a token")).expect(200).json();
    assert_eq!(told, json!({ "sub": who.subject() }), "a narrower token tells less");
    // Without `openid` there is no userinfo (RFC 6750 3.1).
    let got = answer(&mut browser, &rp, &who, &of_type("code", &[("scope", "email"), ("nonce", "")]));
    let answer = rp.redeem_answer(&got.as_code(rp.redirect_uri()));
    let plain = answer.expect(200).json();
    assert_eq!(plain.get("id_token"), None);
    let refused = rp.userinfo(plain["access_token"].as_str().expect("a token"));
    assert_eq!(refused.status, 403);
    let said = refused.header("www-authenticate").unwrap_or_default();
    assert!(said.contains("insufficient_scope"), "{said}");
}

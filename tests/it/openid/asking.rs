//! What a request may say beside that, and what means nothing (provider.md 3).

use serde_json::Value;

use super::{Delivered, NONCE, STATE, ann, answer, of_type, old, old_house};
use crate::app::{Setup, on_both};
use crate::browser::From;
use crate::http::Ask;

on_both![
    prov_3_what_is_unknown_is_ignored_and_no_order_matters,
    prov_3_parameters_that_only_wish_are_never_an_error,
    prov_3_a_request_by_post_from_anywhere_begins_the_usual_sign_in,
    prov_3_neither_nonce_nor_state_is_needed_for_a_code,
    prov_3_auth_time_is_told_and_changes_only_with_a_sign_in,
    prov_3_prompts_alone_and_together,
    prov_3_registration_is_not_supported,
    prov_3_no_redirect_without_a_known_client_and_address,
    prov_3_a_code_and_a_token_are_hard_to_guess,
];

fn prov_3_what_is_unknown_is_ignored_and_no_order_matters(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    let wanted = ["code", "id_token", "iss", "state"];
    let usual = rp.parameters(&of_type("code id_token", &[("scope", "openid profile email")]));
    for turn in 0..usual.len() {
        let mut turned = usual.clone();
        turned.rotate_left(turn);
        turned.insert(turn / 2, ("extra".to_owned(), "foobar".to_owned()));
        turned.push(("https://example.org/x".to_owned(), String::new()));
        let fields: Vec<(&str, &str)> = turned.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        app.advance(31);
        browser.open(format!("/oauth2/auth?{}", crate::http::encoded(&fields)));
        assert_eq!(Delivered::at(&browser, rp.redirect_uri()).names(), wanted);
    }
    let mut told = Vec::new();
    for scope in
        ["openid email profile", "profile email openid", "email openid profile", "email openid email profile"]
    {
        let got = answer(&mut browser, &rp, &who, &of_type("code", &[("scope", scope)]));
        told.push(rp.userinfo(&got.redeem(&rp, rp.redirect_uri()).access).expect(200).json());
    }
    assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:?}");
}

fn prov_3_parameters_that_only_wish_are_never_an_error(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    for (name, value) in [
        ("display", "page"),
        ("display", "popup"),
        ("display", "touch"),
        ("display", "wap"),
        ("display", "hologram"),
        ("ui_locales", "se"),
        ("ui_locales", "de-CH fr x-klingon"),
        ("ui_locales", "no language at all !"),
        ("claims_locales", "se"),
        ("claims_locales", "en de"),
        ("claims_locales", "???"),
        ("acr_values", "1 2"),
        ("acr_values", "aal1"),
        ("acr_values", "urn:mace:incommon:iap:silver"),
    ] {
        let mut browser = app.browser();
        let got = answer(&mut browser, &rp, &who, &of_type("code", &[(name, value)]));
        let tokens = got.redeem(&rp, rp.redirect_uri());
        assert_eq!(tokens.claims["acr"], "aal1", "{name}={value}: what is advertised");
    }
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    assert!(metadata["acr_values_supported"].as_array().is_some_and(|all| all.contains(&"aal1".into())));
}

fn prov_3_a_request_by_post_from_anywhere_begins_the_usual_sign_in(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    for mode in ["", "form_post"] {
        let parameters =
            rp.parameters(&of_type("code id_token", &[("response_mode", mode), ("prompt", "login consent")]));
        let fields: Vec<(&str, &str)> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        // Lax cookies stay at home for the form, and come along with the GET behind it.
        let parked = app
            .ask(&Ask::form("/oauth2/auth", &fields).with("Origin", "https://asks.example.org"))
            .expect(303);
        assert_eq!(parked.header("set-cookie"), None, "decision 12");
        browser
            .open_from(From::OtherSite, parked.header("location").expect("the way on"))
            .expect_path("/login");
        match browser.has_session() {
            true => browser.submit([("password", who.password.as_str())]),
            false => browser.sign_in(&who),
        };
        browser.expect_path("/consent").press("Allow");
        let got = Delivered::at(&browser, rp.redirect_uri());
        assert_eq!(got.mode, if mode.is_empty() { "fragment" } else { mode });
        got.redeem(&rp, rp.redirect_uri()).expect_subject(&who.subject());
    }
}

fn prov_3_neither_nonce_nor_state_is_needed_for_a_code(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for (state, nonce) in [(STATE, NONCE), (STATE, ""), ("", NONCE), ("", "")] {
        let got = answer(&mut browser, &rp, &who, &of_type("code", &[("state", state), ("nonce", nonce)]));
        assert_eq!(got.get("state").unwrap_or_default(), state);
        let mut pairs = got.clone();
        pairs.pairs.push(("state".to_owned(), String::new()));
        let claims = pairs.redeem(&rp, rp.redirect_uri()).claims;
        assert_eq!(
            claims.get("nonce").and_then(Value::as_str),
            Some(nonce).filter(|nonce| !nonce.is_empty())
        );
    }
}

fn prov_3_auth_time_is_told_and_changes_only_with_a_sign_in(setup: Setup) {
    let app = setup.clients(&[old_house("old", ""), old_house("new", "")].concat()).start();
    let (who, rp, other) = (ann(&app), app.relying_party("old"), app.relying_party("new"));
    let mut browser = app.browser();
    let at = |claims: &Value| claims["auth_time"].as_i64().expect("whole seconds");
    let first = answer(&mut browser, &rp, &who, &of_type("code", &[("max_age", "15000")]));
    let first = first.redeem(&rp, rp.redirect_uri());
    assert!((0..5).contains(&(app.now().seconds() - at(&first.claims))));
    app.advance(100);
    for (rp, given) in
        [(&rp, ("max_age", "10000")), (&other, ("max_age", "10000")), (&other, ("max_age", ""))]
    {
        let got = answer(&mut browser, rp, &who, &of_type("code id_token", &[given]));
        assert_eq!(at(&rp.verified(got.the("id_token"), "JWT")), at(&first.claims), "the same session");
        assert_eq!(at(&got.redeem(rp, rp.redirect_uri()).claims), at(&first.claims), "the same session");
    }
    for given in [("max_age", "1"), ("max_age", "0"), ("prompt", "login")] {
        app.advance(10);
        browser.open(rp.authorization_url_with(&of_type("id_token", &[given]))).expect_path("/login");
        browser.submit([("password", who.password.as_str())]);
        let got = Delivered::at(&browser, rp.redirect_uri());
        assert!(
            (0..5).contains(&(app.now().seconds() - at(&rp.verified(got.the("id_token"), "JWT")))),
            "{given:?}"
        );
    }
    // More than fits in a number is as if nothing had been said; less than nothing, or half a second, is no age.
    let got = answer(&mut browser, &rp, &who, &of_type("code", &[("max_age", "99999999999999999999999")]));
    got.redeem(&rp, rp.redirect_uri());
    for age in ["-1", "1.5", "soon", "1e3"] {
        browser.open(rp.authorization_url_with(&of_type("code", &[("max_age", age)])));
        assert_eq!(Delivered::at(&browser, rp.redirect_uri()).error(), "invalid_request", "{age}");
    }
}

/// sec_n05 for the types that bring tokens through the browser, too.
fn prov_3_prompts_alone_and_together(setup: Setup) {
    let app = setup.clients(&[old("asks", ""), old_house("old", "")].concat()).start();
    let (who, asks, house) = (ann(&app), app.relying_party("asks"), app.relying_party("old"));
    for kind in ["code", "id_token", "code id_token token"] {
        let mut browser = app.browser();
        let ask = |rp: &crate::relying_party::RelyingParty<'_>, given: &[(&'static str, &'static str)]| {
            rp.authorization_url_with(&of_type(kind, given))
        };
        for prompt in
            ["none login", "none consent", "none select_account", "login none", "unheard-of", "none none x"]
        {
            browser.open(ask(&house, &[("prompt", prompt)]));
            let got = Delivered::at(&browser, house.redirect_uri());
            assert_eq!(got.error(), "invalid_request", "{kind}: {prompt}");
        }
        browser.open(ask(&house, &[("prompt", "none")]));
        assert_eq!(Delivered::at(&browser, house.redirect_uri()).error(), "login_required", "{kind}");
        browser.open("/login").sign_in(&who);
        browser.open(ask(&house, &[("prompt", "none")]));
        assert_eq!(Delivered::at(&browser, house.redirect_uri()).get("error"), None, "{kind}");
        browser.open(ask(&house, &[("prompt", "consent")])).expect_path("/consent");
        // Silently once it was remembered, and not before.
        if kind == "code" {
            browser.open(ask(&asks, &[("prompt", "none")]));
            assert_eq!(Delivered::at(&browser, asks.redirect_uri()).error(), "consent_required", "{kind}");
            browser.open(ask(&asks, &[])).expect_path("/consent").press("Allow");
        }
        browser.open(ask(&asks, &[("prompt", "none")]));
        assert_eq!(Delivered::at(&browser, asks.redirect_uri()).get("error"), None, "{kind}");
        browser.open(ask(&asks, &[("prompt", "login consent")])).expect_path("/login");
        browser.submit([("password", who.password.as_str())]).expect_path("/consent").press("Allow");
        assert_eq!(Delivered::at(&browser, asks.redirect_uri()).get("error"), None, "{kind}");
        browser.open(ask(&asks, &[("prompt", "select_account")])).expect_path("/login/choice");
        browser.press("Continue as ann@example.org");
        assert_eq!(Delivered::at(&browser, asks.redirect_uri()).get("error"), None, "{kind}");
    }
}

fn prov_3_registration_is_not_supported(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let rp = app.relying_party("old");
    let mut browser = app.browser();
    for (kind, mode) in [("code", "query"), ("id_token", "fragment")] {
        browser.open(rp.authorization_url_with(&of_type(kind, &[("registration", "{\"logo_uri\":\"x\"}")])));
        let got = Delivered::at(&browser, rp.redirect_uri());
        assert_eq!((got.error(), got.mode), ("registration_not_supported", mode));
    }
}

fn prov_3_no_redirect_without_a_known_client_and_address(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for (given, id) in [
        (("client_id", "nobody"), "client_unknown"),
        (("redirect_uri", ""), "redirect_uri_missing"),
        (("redirect_uri", "https://old.example.org/callback/more"), "redirect_uri_mismatch"),
        (("redirect_uri", "https://old.example.org/callback?tenant=b"), "redirect_uri_mismatch"),
        (("redirect_uri", "https://old.example.org/callback?tenant=a%20b&x=1"), "redirect_uri_mismatch"),
        (("redirect_uri", "https://old.example.org/callback#"), "redirect_uri_mismatch"),
    ] {
        for (kind, mode) in [("code", ""), ("id_token token", ""), ("code id_token", "form_post")] {
            browser.open(rp.authorization_url_with(&of_type(kind, &[("response_mode", mode), given])));
            let page = browser.page();
            assert!((400..500).contains(&page.status), "{given:?}: {}", page.status);
            assert!(
                !page.html.contains("http-equiv")
                    && page.forms.iter().all(|form| form.action.starts_with('/'))
            );
            assert_eq!(page.error_id().as_deref(), Some(id), "{given:?}");
        }
    }
}

fn prov_3_a_code_and_a_token_are_hard_to_guess(setup: Setup) {
    let opaque = old_house("old", "access_token_format = \"opaque\"\n");
    let app = setup.clients(&opaque).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let scope = [("scope", "openid offline_access")];
        let got = answer(&mut browser, &rp, &who, &of_type("code token", &scope));
        let tokens = got.redeem(&rp, rp.redirect_uri());
        for text in [got.the("code"), got.the("access_token"), &tokens.access, tokens.refresh()] {
            assert!(text.bytes().all(|b| (0x20..0x7f).contains(&b)), "{text}");
            // Shannon's measure of the characters that there are, as certification takes it.
            let n = text.len() as f64;
            let share = |b: u8| text.bytes().filter(|other| *other == b).count() as f64 / n;
            let bits: f64 = text.bytes().map(|b| -share(b).log2()).sum();
            assert!(text.len() >= 43 && bits > 128.0, "{bits} bits in {text}");
            assert!(seen.insert(text.to_owned()), "twice: {text}");
        }
    }
}

//! Who is meant: `id_token_hint` and `login_hint` (OIDC Core 3.1.2.1).

use super::{Delivered, ann, answer, of_type, old_house};
use crate::app::{Setup, on_both};
use crate::people::PASSWORD;
use crate::relying_party::RelyingParty;

on_both![
    prov_3_a_hint_is_good_however_old_it_is,
    prov_3_a_hint_of_somebody_else_is_login_required,
    prov_3_a_hint_may_have_come_through_the_browser_or_to_another_client,
    prov_3_a_pairwise_hint_names_the_same_person,
    prov_3_a_hint_that_is_not_ours_is_refused,
    prov_3_a_login_hint_fills_the_form_and_is_never_an_error,
];

fn silent(rp: &RelyingParty<'_>, hint: &str) -> String {
    let more = [("prompt", "none"), ("id_token_hint", hint), ("scope", "openid")];
    rp.authorization_url_with(&of_type("code", &more))
}

fn prov_3_a_hint_is_good_however_old_it_is(setup: Setup) {
    let app = setup
        .set("session.idle", "30d")
        .set("session.absolute", "30d")
        .clients(&old_house("old", ""))
        .start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let got = answer(&mut browser, &rp, &who, &of_type("code", &[]));
    let hint = got.redeem(&rp, rp.redirect_uri()).id.expect("an ID token");
    for seconds in [0, 601, 3 * 86_400] {
        app.advance(seconds);
        browser.open(silent(&rp, &hint));
        Delivered::at(&browser, rp.redirect_uri())
            .redeem(&rp, rp.redirect_uri())
            .expect_subject(&who.subject());
    }
    // With nobody signed in, whoever it is.
    let mut nobody = app.browser();
    nobody.open(silent(&rp, &hint));
    assert_eq!(Delivered::at(&nobody, rp.redirect_uri()).error(), "login_required");
}

fn prov_3_a_hint_of_somebody_else_is_login_required(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let got = answer(&mut app.browser(), &rp, &who, &of_type("code", &[]));
    let hint = got.redeem(&rp, rp.redirect_uri()).id.expect("an ID token");
    let mut browser = app.browser();
    answer(&mut browser, &rp, &ben, &of_type("code", &[]));
    for kind in ["code", "id_token", "code id_token token"] {
        browser
            .open(rp.authorization_url_with(&of_type(kind, &[("prompt", "none"), ("id_token_hint", &hint)])));
        assert_eq!(Delivered::at(&browser, rp.redirect_uri()).error(), "login_required", "{kind}");
    }
    // The form asks for the one who is meant, who gets the answer.
    browser
        .open(rp.authorization_url_with(&of_type("code", &[("id_token_hint", &hint)])))
        .expect_path("/login");
    browser.sign_in(&who);
    Delivered::at(&browser, rp.redirect_uri()).redeem(&rp, rp.redirect_uri()).expect_subject(&who.subject());
}

fn prov_3_a_hint_may_have_come_through_the_browser_or_to_another_client(setup: Setup) {
    let app = setup.clients(&[old_house("old", ""), old_house("new", "")].concat()).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for from in ["old", "new"] {
        let other = app.relying_party(from);
        for kind in ["id_token", "code id_token token"] {
            app.advance(31);
            let hint = answer(&mut browser, &other, &who, &of_type(kind, &[])).the("id_token").to_owned();
            browser.open(silent(&rp, &hint));
            Delivered::at(&browser, rp.redirect_uri()).redeem(&rp, rp.redirect_uri());
        }
    }
}

fn prov_3_a_pairwise_hint_names_the_same_person(setup: Setup) {
    let pairwise = "subject_type = \"pairwise\"\n";
    let app = setup.clients(&old_house("pair", pairwise)).start();
    let (who, rp) = (ann(&app), app.relying_party("pair"));
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let got = answer(&mut browser, &rp, &who, &of_type("code", &[]));
    let hint = got.redeem(&rp, rp.redirect_uri());
    assert_ne!(hint.claims["sub"], who.subject());
    app.advance(700);
    browser.open(silent(&rp, hint.id.as_deref().expect("an ID token")));
    let again = Delivered::at(&browser, rp.redirect_uri()).redeem(&rp, rp.redirect_uri());
    assert_eq!(again.claims["sub"], hint.claims["sub"]);
    let mut his = app.browser();
    answer(&mut his, &rp, &ben, &of_type("code", &[]));
    his.open(silent(&rp, hint.id.as_deref().expect("an ID token")));
    assert_eq!(Delivered::at(&his, rp.redirect_uri()).error(), "login_required");
}

fn prov_3_a_hint_that_is_not_ours_is_refused(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let tokens = answer(&mut browser, &rp, &who, &of_type("code", &[])).redeem(&rp, rp.redirect_uri());
    let good = tokens.id.as_deref().expect("an ID token");
    let parts: Vec<&str> = good.split('.').collect();
    let none = wayhome::crypto::base64url(br#"{"alg":"none","typ":"JWT"}"#);
    for (what, hint) in [
        ("nonsense", "nonsense".to_owned()),
        ("alg none", format!("{none}.{}.", parts[1])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("an access token", tokens.access.clone()),
        ("too long", format!("{good}{}", "A".repeat(20_000))),
    ] {
        // So much does not get through the address of every server; a form has room for it.
        let given = of_type("code id_token", &[("prompt", "none"), ("id_token_hint", &hint)]);
        let parameters = rp.parameters(&given);
        let fields: Vec<(&str, &str)> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        browser.forge("/oauth2/auth", &fields);
        let got = Delivered::at(&browser, rp.redirect_uri());
        assert_eq!((got.error(), got.mode), ("invalid_request", "fragment"), "{what}");
    }
}

fn prov_3_a_login_hint_fills_the_form_and_is_never_an_error(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    for hint in
        ["ann@example.org", "nobody@example.org", "no address", "\"><script>", "日本", "+44 20 7946 0000"]
    {
        let mut browser = app.browser();
        browser
            .open(rp.authorization_url_with(&of_type("code", &[("login_hint", hint)])))
            .expect_path("/login");
        let field = browser.page().main_form().and_then(|form| form.field("identifier")).cloned();
        assert_eq!(field.map(|field| field.value).as_deref(), Some(hint));
        browser.sign_in(&who);
        Delivered::at(&browser, rp.redirect_uri())
            .redeem(&rp, rp.redirect_uri())
            .expect_subject(&who.subject());
    }
}

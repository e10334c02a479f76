//! Refusals on each way (provider.md 3), and what is not permitted (M02, C11).

use super::{Delivered, FRONT, NONCE, STATE, ann, answer, of_type, old, old_house};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::Ask;
use crate::relying_party::RelyingParty;

on_both![
    prov_3_refusals_of_these_types_come_in_the_fragment_or_the_form,
    prov_3_a_person_who_refuses_is_told_of_on_the_same_way,
    prov_3_a_nonce_is_needed_where_an_id_token_passes_through_the_browser,
    prov_3_a_code_needs_its_proof_whatever_comes_with_it,
    sec_m02_a_way_that_is_not_the_clients_is_refused_in_the_query,
    sec_m02_tokens_never_come_in_the_query,
    sec_m02_the_usual_way_must_be_the_clients_too,
    sec_c11_a_type_or_a_way_that_was_taken_away_gives_nothing,
    sec_c11_a_type_that_is_not_the_clients_is_refused_in_the_query,
    sec_m01_a_refused_request_by_post_is_told_of_on_its_way,
];

/// Asks for what is refused at once.
#[track_caller]
fn refused(browser: &mut Browser<'_>, rp: &RelyingParty<'_>, given: &[(&str, &str)]) -> Delivered {
    browser.open(rp.authorization_url_with(given));
    Delivered::at(browser, rp.redirect_uri())
}

fn prov_3_refusals_of_these_types_come_in_the_fragment_or_the_form(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (_who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for kind in FRONT {
        for mode in ["", "fragment", "form_post"] {
            for (given, error) in [
                (("prompt", "none"), "login_required"),
                (("prompt", "none login"), "invalid_request"),
                (("scope", "email"), "invalid_request"),
                (("scope", "openid unheard-of"), "invalid_scope"),
                (("max_age", "soon"), "invalid_request"),
                (("claims", "[]"), "invalid_request"),
                (("id_token_hint", "nonsense"), "invalid_request"),
                (("registration", "{}"), "registration_not_supported"),
            ] {
                let got = refused(&mut browser, &rp, &of_type(kind, &[("response_mode", mode), given]));
                let way = if mode == "form_post" { mode } else { "fragment" };
                assert_eq!((got.error(), got.mode), (error, way), "{kind} by {mode}: {given:?}");
                assert_eq!((got.the("state"), got.the("iss")), (STATE, app.issuer.as_str()));
            }
            let more = [("response_mode", mode), ("prompt", "none"), ("state", "")];
            let got = refused(&mut browser, &rp, &of_type(kind, &more));
            assert_eq!((got.error(), got.get("state")), ("login_required", None));
        }
    }
}

fn prov_3_a_person_who_refuses_is_told_of_on_the_same_way(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for kind in FRONT {
        for mode in ["fragment", "form_post"] {
            browser.open(rp.authorization_url_with(&of_type(kind, &[("response_mode", mode)])));
            browser.expect_path("/consent").press("Don't allow");
            let got = Delivered::at(&browser, rp.redirect_uri());
            assert_eq!((got.error(), got.mode, got.the("state")), ("access_denied", mode, STATE), "{kind}");
            let given = of_type(kind, &[("response_mode", mode), ("prompt", "none")]);
            assert_eq!(refused(&mut browser, &rp, &given).error(), "consent_required", "{kind} by {mode}");
        }
    }
}

fn prov_3_a_nonce_is_needed_where_an_id_token_passes_through_the_browser(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for kind in FRONT.into_iter().filter(|kind| kind.contains("id_token")) {
        let got = refused(&mut browser, &rp, &of_type(kind, &[("nonce", "")]));
        assert_eq!((got.error(), got.mode, got.the("state")), ("invalid_request", "fragment", STATE));
        assert!(got.the("error_description").contains("nonce"));
    }
    for kind in ["code", "code token"] {
        let got = answer(&mut browser, &rp, &who, &of_type(kind, &[("nonce", "")]));
        assert_eq!(got.get("error"), None, "{kind}");
    }
}

fn prov_3_a_code_needs_its_proof_whatever_comes_with_it(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    for kind in FRONT {
        let given = of_type(kind, &bare);
        match kind.contains("code") {
            true => {
                let got = refused(&mut browser, &rp, &given);
                assert_eq!((got.error(), got.mode), ("invalid_request", "fragment"), "{kind}");
                let got = answer(&mut browser, &rp, &who, &of_type(kind, &[]));
                let wrong = [
                    ("grant_type", "authorization_code"),
                    ("code", got.the("code")),
                    ("redirect_uri", rp.redirect_uri()),
                    ("code_verifier", NONCE),
                ];
                assert_eq!(rp.token(&wrong).expect(400).json()["error"], "invalid_grant", "{kind}");
                got.redeem(&rp, rp.redirect_uri());
            }
            false => assert_eq!(answer(&mut browser, &rp, &who, &given).get("error"), None, "{kind}"),
        }
    }
}

fn sec_m02_a_way_that_is_not_the_clients_is_refused_in_the_query(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    // Somebody who is signed in: a good request would be answered at once.
    answer(&mut browser, &rp, &who, &[]);
    for mode in ["fragment", "form_post", "web_message", "jwt", "query.jwt", "form_post.jwt", "Query", "none"]
    {
        let got = refused(&mut browser, &rp, &[("response_mode", mode), ("state", STATE)]);
        assert_eq!((got.error(), got.mode), ("invalid_request", "query"), "{mode}");
        assert_eq!((got.the("state"), got.the("iss")), (STATE, app.issuer.as_str()), "{mode}");
    }
    let got = answer(&mut browser, &rp, &who, &[("response_mode", "query")]);
    got.redeem(&rp, rp.redirect_uri()).expect_subject(&who.subject());
}

fn sec_m02_tokens_never_come_in_the_query(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    answer(&mut browser, &rp, &who, &of_type("code", &[]));
    for kind in FRONT {
        let got = refused(&mut browser, &rp, &of_type(kind, &[("response_mode", "query")]));
        assert_eq!((got.error(), got.mode), ("invalid_request", "fragment"), "{kind}");
    }
}

fn sec_m02_the_usual_way_must_be_the_clients_too(setup: Setup) {
    let ways = "[\"query\", \"fragment\", \"form_post\"]";
    let app = setup.clients(&old_house("posts", "").replace(ways, "[\"form_post\"]")).start();
    let (who, rp) = (ann(&app), app.relying_party("posts"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for kind in FRONT.into_iter().chain(["code"]) {
        // Whoever leaves the way out does not turn the answer to another.
        for mode in ["", "query", "fragment"] {
            let got = refused(&mut browser, &rp, &of_type(kind, &[("response_mode", mode)]));
            let way = if kind == "code" { "query" } else { "fragment" };
            assert_eq!((got.error(), got.mode), ("invalid_request", way), "{kind} by {mode}");
        }
        let got = answer(&mut browser, &rp, &who, &of_type(kind, &[("response_mode", "form_post")]));
        assert_eq!((got.get("error"), got.mode), (None, "form_post"), "{kind}");
    }
}

fn sec_c11_a_type_or_a_way_that_was_taken_away_gives_nothing(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let registered = app.clients_text().to_owned();
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for (kind, mode, there, gone) in [
        ("code id_token", "fragment", "\"id_token token\", \"code id_token\", ", "\"id_token token\", "),
        ("id_token token", "form_post", "\"id_token token\", ", ""),
        ("code", "form_post", ", \"form_post\"]", "]"),
    ] {
        browser
            .open(
                rp.authorization_url_with(&of_type(kind, &[("response_mode", mode), ("prompt", "consent")])),
            )
            .expect_path("/consent");
        let question = browser.page().clone();
        let changed = registered.replace(there, gone);
        assert_ne!(changed, registered);
        app.load_clients(&changed);
        browser.press_on(&question, "Allow", &[]);
        let got = Delivered::at(&browser, rp.redirect_uri());
        assert_eq!(got.error(), "unsupported_response_type", "{kind} by {mode}");
        // It waits until the mistake is mended; and what was answered is not given again after another.
        app.load_clients(&registered);
        browser.press_on(&question, "Allow", &[]);
        assert_eq!(Delivered::at(&browser, rp.redirect_uri()).get("error"), None, "{kind} by {mode}");
        app.load_clients(&changed);
        browser.press_on(&question, "Allow", &[]).expect_error("request_answered", 200);
        app.load_clients(&registered);
    }
}

fn sec_c11_a_type_that_is_not_the_clients_is_refused_in_the_query(setup: Setup) {
    let one = old_house("one", "").replace(
        "[\"code\", \"id_token\", \"id_token token\", \"code id_token\", \"code token\", \"code id_token token\"]",
        "[\"code id_token\"]",
    );
    let app = setup.clients(&one).start();
    let who = ann(&app);
    let mut browser = app.browser();
    for (id, good) in [("house", "code"), ("one", "code id_token")] {
        let rp = app.relying_party(id);
        let scope = ("scope", "openid email");
        answer(&mut browser, &rp, &who, &of_type(good, &[scope]));
        let other =
            ["token", "none", "code code", "id_token code token none", "CODE", "code  id_token", " code"];
        for kind in FRONT.into_iter().chain(["code"]).chain(other).filter(|kind| *kind != good) {
            let got = refused(&mut browser, &rp, &of_type(kind, &[scope]));
            assert_eq!((got.error(), got.mode), ("unsupported_response_type", "query"), "{id}: {kind}");
            assert_eq!(got.the("state"), STATE, "{id}: {kind}");
        }
        let got = refused(&mut browser, &rp, &of_type("", &[scope]));
        assert_eq!((got.error(), got.mode, got.the("state")), ("invalid_request", "query", STATE), "{id}");
    }
    // The words of a type come in any order.
    let rp = app.relying_party("one");
    let got = answer(&mut browser, &rp, &who, &of_type("id_token code", &[]));
    assert_eq!(got.names(), ["code", "id_token", "iss", "state"]);
}

/// A request by POST has nothing in its address, to which nobody could be led for the answer.
fn sec_m01_a_refused_request_by_post_is_told_of_on_its_way(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let rp = app.relying_party("old");
    let mut browser = app.browser();
    for (mode, way) in [("", "fragment"), ("form_post", "form_post")] {
        let given = of_type("code id_token", &[("response_mode", mode), ("scope", "openid unheard-of")]);
        let parameters = rp.parameters(&given);
        let fields: Vec<(&str, &str)> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let got = match way {
            "fragment" => {
                browser.forge("/oauth2/auth", &fields);
                Delivered::at(&browser, rp.redirect_uri())
            }
            _ => by_form(&app, &fields, rp.redirect_uri()),
        };
        assert_eq!((got.error(), got.mode, got.the("state")), ("invalid_scope", way, STATE));
    }
}

/// The form that answers a form of another site.
#[track_caller]
fn by_form(app: &TestApp, fields: &[(&str, &str)], redirect_uri: &str) -> Delivered {
    let answer = app.ask(&Ask::form("/oauth2/auth", fields).with("Accept", "text/html")).expect(200);
    let page = crate::page::Page::read(200, "/oauth2/auth", &answer.text());
    let form = page.forms.iter().find(|form| form.action == redirect_uri).expect("the answer");
    let pairs = form.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect();
    Delivered { mode: "form_post", pairs }
}

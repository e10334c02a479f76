//! Answers in a form that the browser posts (OAuth 2.0 Form Post Response Mode; M03).

use super::{Delivered, STATE, ann, answer, of_type, old, old_house};
use crate::app::{Setup, on_both};
use crate::http::encoded;

on_both![
    sec_m03_whatever_the_values_are_they_are_only_values,
    sec_m03_the_page_needs_no_script_and_may_send_to_the_client_only_what_it_shows,
    sec_m03_a_button_that_is_pressed_twice_gives_one_code,
    sec_m03_a_reload_and_the_back_button_lead_on,
    sec_r09_a_form_is_answered_by_303_and_then_the_page,
    prov_3_a_pushed_request_is_answered_on_its_way_and_once,
];

fn sec_m03_whatever_the_values_are_they_are_only_values(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for state in [
        "\"><script>alert(1)</script>",
        "'><img src=x onerror=alert(1)>",
        "</form><form action=https://evil.example>",
        "&quot;&#x22;",
        "{{ 7*7 }}",
        "\u{2028}é日本",
    ] {
        let got = answer(
            &mut browser,
            &rp,
            &who,
            &of_type("code", &[("response_mode", "form_post"), ("state", state)]),
        );
        assert_eq!(got.the("state"), state);
        let page = browser.page();
        assert_eq!(page.forms.iter().filter(|form| form.in_main).count(), 1, "{state}");
        assert!(page.forms.iter().all(|form| !form.action.contains("evil")), "{state}");
        assert_eq!(page.html.matches("<script").count(), 1, "only our own file: {state}");
        assert!(!page.html.contains("<img src=x"), "{state}");
        app.advance(31);
        // A refusal says nothing of what came, either.
        let given = [("response_mode", "form_post"), ("state", state), ("scope", "openid \"><script>")];
        browser.open(rp.authorization_url_with(&of_type("code", &given)));
        let got = Delivered::at(&browser, rp.redirect_uri());
        assert_eq!((got.error(), got.the("state")), ("invalid_scope", state));
        assert_eq!(browser.page().html.matches("<script").count(), 1, "{state}");
    }
}

/// `answer_rules` looks at the headers of every page here: `no-store`, no inline script, no `form-action` that would stop
/// the form.
fn sec_m03_the_page_needs_no_script_and_may_send_to_the_client_only_what_it_shows(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    answer(&mut browser, &rp, &who, &of_type("code id_token token", &[("response_mode", "form_post")]));
    let page = browser.page();
    assert!(!page.target.contains("id_token=") && !page.target.contains("access_token="));
    let form = page.main_form().expect("a form");
    assert_eq!(form.action, rp.redirect_uri());
    assert_eq!(form.buttons.len(), 1);
    assert!(form.buttons[0].enabled && form.buttons[0].pair.is_none(), "the button adds nothing");
    assert!(form.fields.iter().all(|field| field.kind == "hidden"));
    assert!(page.attribute("script", "src").is_some_and(|src| src.starts_with("/static/")));
    assert!(!page.html.contains("onload"), "nothing is done by an attribute");
    assert!(page.heading.contains("Old old"), "it says where one goes: {}", page.heading);
}

fn sec_m03_a_button_that_is_pressed_twice_gives_one_code(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    browser.open(rp.authorization_url_with(&of_type("code", &[("response_mode", "form_post")])));
    let question = browser.page().clone();
    browser.press("Allow");
    let first = Delivered::at(&browser, rp.redirect_uri());
    browser.press_on(&question, "Allow", &[]);
    let second = Delivered::at(&browser, rp.redirect_uri());
    assert_eq!(first.the("code"), second.the("code"));
    // The form of the answer, sent twice: the client redeems the code of each.
    first.redeem(&rp, rp.redirect_uri()).expect_subject(&who.subject());
    let again = rp.redeem_answer(&first.as_code(rp.redirect_uri()));
    assert_eq!(again.expect(400).json()["error"], "invalid_grant");
}

fn sec_m03_a_reload_and_the_back_button_lead_on(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    browser.open(rp.authorization_url_with(&of_type("code", &[("response_mode", "form_post")])));
    browser.press("Allow");
    let first = Delivered::at(&browser, rp.redirect_uri());
    browser.reload();
    let again = Delivered::at(&browser, rp.redirect_uri());
    assert_eq!(first.the("code"), again.the("code"));
    // Back to the question: it was answered, and leads to the same answer.
    browser.back();
    assert_eq!(Delivered::at(&browser, rp.redirect_uri()).the("code"), first.the("code"));
    first.redeem(&rp, rp.redirect_uri());
    // Once the code was used, the page says so and leads back to the client.
    browser.reload();
    assert!(
        browser.page().forms.iter().all(|form| form.action != rp.redirect_uri()),
        "{}",
        browser.page().text
    );
    assert!(browser.page().has_a_way_forward());
}

fn sec_r09_a_form_is_answered_by_303_and_then_the_page(setup: Setup) {
    let app = setup.clients(&[old("asks", ""), old_house("old", "")].concat()).start();
    let who = ann(&app);
    let (asks, house) = (app.relying_party("asks"), app.relying_party("old"));
    let given = of_type("code id_token", &[("response_mode", "form_post")]);
    let mut browser = app.browser();
    let statuses = |browser: &crate::browser::Browser<'_>| -> Vec<(String, u16)> {
        browser.chain.iter().map(|hop| (hop.method.clone(), hop.status)).collect()
    };
    let wanted = [("POST".to_owned(), 303), ("GET".to_owned(), 200)];
    browser.open(house.authorization_url_with(&given)).sign_in(&who);
    assert_eq!(statuses(&browser), wanted);
    assert_eq!(Delivered::at(&browser, house.redirect_uri()).the("state"), STATE);
    browser.open(asks.authorization_url_with(&given)).press("Allow");
    assert_eq!(statuses(&browser), wanted);
    Delivered::at(&browser, asks.redirect_uri()).redeem(&asks, asks.redirect_uri());
    let more = of_type("code id_token", &[("response_mode", "form_post"), ("prompt", "consent")]);
    browser.open(asks.authorization_url_with(&more)).press("Don't allow");
    assert_eq!(statuses(&browser), wanted);
    assert_eq!(Delivered::at(&browser, asks.redirect_uri()).error(), "access_denied");
}

fn prov_3_a_pushed_request_is_answered_on_its_way_and_once(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for (kind, mode) in
        [("code", "form_post"), ("code id_token token", "form_post"), ("id_token token", "fragment")]
    {
        let parameters = rp.parameters(&of_type(kind, &[("response_mode", mode)]));
        let fields: Vec<(&str, &str)> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let pushed = rp.call("/oauth2/par", &fields).expect(201).json();
        let uri = pushed["request_uri"].as_str().expect("a name").to_owned();
        let address = format!("/oauth2/auth?{}", encoded(&[("client_id", "old"), ("request_uri", &uri)]));
        browser.open(&address);
        let got = Delivered::at(&browser, rp.redirect_uri());
        assert_eq!((got.mode, got.the("state"), got.get("error")), (mode, STATE, None), "{kind}");
        if got.get("code").is_some() {
            got.redeem(&rp, rp.redirect_uri()).expect_subject(&who.subject());
        }
        // The name is spent: a reload says so, and leads back to the client.
        browser.open(&address).expect_error("request_uri_invalid", 400);
        assert!(browser.page().has_a_way_forward());
        // What is not good is refused when it is pushed.
        let given = of_type(kind, &[("response_mode", "web_message")]);
        let parameters = rp.parameters(&given);
        let fields: Vec<(&str, &str)> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(rp.call("/oauth2/par", &fields).expect(400).json()["error"], "invalid_request");
    }
}

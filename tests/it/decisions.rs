//! Decisions 12 to 14 of the architecture: requests and acts belong to the browser that began them.

use crate::app::{Setup, on_both};
use crate::browser::From;
use crate::http::{Ask, encoded};
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    decision_03_a_nested_flow_takes_nothing_over_from_another_browser,
    decision_12_a_request_by_post_waits_for_one_browser_and_for_a_minute,
    decision_13_the_answer_to_a_request_goes_to_the_browser_that_began_it_and_to_no_other,
    decision_13_a_session_is_good_in_its_browser_only,
    decision_14_a_mailed_link_may_be_opened_by_anybody_and_any_number_of_times,
    decision_14_a_mailed_link_holds_no_code_and_leaves_the_address_bar,
];

fn decision_03_a_nested_flow_takes_nothing_over_from_another_browser(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("login_hint", "ada@example.org")]));
    let flow = browser.page().query("flow").expect("a flow");
    for kind in ["login", "registration", "recovery"] {
        let mut eve = app.browser();
        eve.open(format!("/{kind}?after={flow}")).expect_path(&format!("/{kind}"));
        assert!(
            !eve.page().html.contains("Acme") && !eve.page().html.contains("ada@"),
            "{}",
            eve.page().text
        );
        browser
            .tab()
            .open(format!("/{kind}?after={flow}"))
            .expect_says_with("page.subtitle", &[("client", "Acme Notes")]);
    }
}

fn decision_12_a_request_by_post_waits_for_one_browser_and_for_a_minute(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let park = || {
        let parameters = spa.parameters(&[]);
        let fields: Vec<(&str, &str)> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let ask = Ask::form("/oauth2/auth", &fields).with("Sec-Fetch-Site", "cross-site");
        app.ask(&ask).expect(303).header("location").map(str::to_owned).expect("a location")
    };
    let challenge = park();
    let (mut first, mut second) = (app.browser(), app.browser());
    first.open(&challenge).expect_says_with("page.subtitle", &[("client", "Acme Notes")]);
    second.open(&challenge).expect_path("/login");
    assert!(!second.page().text.contains("Acme"), "the request has its browser");
    first.sign_in(&ada).press("Allow");
    spa.redeem(first.location()).expect_subject(&ada.subject());

    let challenge = park();
    app.advance(61);
    let mut late = app.browser();
    late.open(&challenge).expect_path("/login");
    assert!(!late.page().text.contains("Acme"), "nobody came for it");
}

fn decision_13_the_answer_to_a_request_goes_to_the_browser_that_began_it_and_to_no_other(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut ann = app.browser();
    ann.open(spa.authorization_url()).sign_in(&ada).expect_path("/consent");
    let consent = ann.page().clone();
    let challenge = consent.query("login_challenge").expect("a challenge");

    let mut eve = app.browser();
    eve.open("/login").sign_in(&ada).expect_path("/account");
    for path in ["/login", "/consent", "/login/choice", "/registration", "/verification"] {
        eve.open(format!("{path}?login_challenge={challenge}"));
        assert!(eve.try_location().is_none(), "{path} gave away an answer");
        assert!(!eve.page().html.contains("Acme"), "{path}: {}", eve.page().text);
    }
    // Eve's own form token for Ann's request does not exist; Ann's, stolen, moves the request at most to the sign-in.
    for form in &consent.forms {
        let mut pairs = form.pairs(form.buttons.first());
        pairs.retain(|(name, _)| name != "csrf_token");
        let fields: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = eve.send(Ask::form(&form.action, &fields), From::OurPage).expect(303);
        assert!(!answer.header("location").unwrap_or_default().contains("code="));
    }
    ann.press("Allow");
    spa.redeem(ann.location()).expect_subject(&ada.subject());
}

fn decision_13_a_session_is_good_in_its_browser_only(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut ann = app.browser();
    ann.open("/login").sign_in(&ada).expect_path("/account");
    let mut eve = app.browser();
    eve.open("/login");
    eve.set_cookie("wayhome_session", &ann.cookie("wayhome_session").expect("a session"));
    eve.open("/account").expect_path("/login");
    ann.reload().expect_path("/account");
}

fn decision_14_a_mailed_link_may_be_opened_by_anybody_and_any_number_of_times(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser
        .open(spa.authorization_url())
        .click("Forgot your password?")
        .submit([("email", "ada@example.org")]);
    let link = app.mailbox().link_for("ada@example.org");
    let target = link.strip_prefix(&app.issuer).expect("a link of ours").to_owned();
    for method in ["HEAD", "GET", "HEAD", "GET", "OPTIONS"] {
        let answer = app.ask(&Ask::get(&target).method(method));
        assert!(answer.status < 500, "{method}: {}", answer.status);
    }
    let mut scanner = app.browser();
    scanner.open(&link).reload().expect_heading("link.title_recovery");
    // What the person does is not disturbed by any of it.
    browser.enter_code_of(&app, "ada@example.org").submit([("password", OTHER_PASSWORD)]).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
    scanner.reload().expect_says("link.used");
    assert!(scanner.page().button("Continue").is_none());
}

fn decision_14_a_mailed_link_holds_no_code_and_leaves_the_address_bar(setup: Setup) {
    let app = setup.start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/recovery").submit([("email", "ada@example.org")]);
    let letter = app.mailbox().newest("ada@example.org").mail;
    let (code, link) = (letter.code.expect("a code"), letter.link.expect("a link"));
    assert!(!link.contains(&code) && link.matches('?').count() == 1, "{link}");
    let token = link.split_once("link=").map(|(_, token)| token.to_owned()).expect("a token");
    let target = link.strip_prefix(&app.issuer).expect("a link of ours").to_owned();
    let answer = app.ask(&Ask::get(&target)).expect(303);
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert!(!answer.header("location").unwrap_or_default().contains(&token));
    // The token of one kind of link opens no other kind, and no form takes it for a code.
    let other = format!("/verification?{}", encoded(&[("link", &token)]));
    app.browser().open(other).expect_error("link_unknown", 404);
    browser.submit([("code", &token)]).expect_path("/recovery").expect_heading("code.title");
}

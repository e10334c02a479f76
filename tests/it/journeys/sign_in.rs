//! J1, J7: signing in, at once and after a few tries.

use crate::app::{Setup, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    journey_j1_a_person_signs_in_allows_and_comes_home,
    journey_j1_an_application_of_the_house_is_reached_without_a_question,
    journey_j1_whoever_is_signed_in_sees_no_page_at_all,
    journey_j1_a_request_by_post_goes_the_same_way,
    journey_j1_a_native_application_comes_home_to_whatever_port_it_listens_on,
    journey_j1_a_custom_scheme_is_a_home_too,
    journey_j1_a_confidential_client_redeems_with_its_secret,
    journey_j7_three_wrong_passwords_and_the_right_one_lead_home,
    seed_s2_switched_off_and_unproven_are_two_things,
    page_e6_nothing_tells_which_of_address_and_password_was_wrong,
];

fn journey_j1_a_person_signs_in_allows_and_comes_home(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).expect_path("/login").expect_heading("login.title");
    browser.expect_says_with("page.subtitle", &[("client", "Acme Notes")]);
    browser.sign_in(&ada).expect_path("/consent");
    browser.expect_heading_with("consent.title", &[("client", "Acme Notes")]);
    browser.press("Allow");
    let tokens = spa.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    let info = spa.userinfo(&tokens.access).expect(200).json();
    assert_eq!((info["email"].as_str(), info["name"].as_str()), (Some("ada@example.org"), Some("Ada")));
    assert_eq!(info["email_verified"], true);
    let next = spa.refresh(&tokens);
    next.expect_subject(&ada.subject());
    assert!(spa.is_alive(&next.access));
}

fn journey_j1_an_application_of_the_house_is_reached_without_a_question(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    house.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j1_whoever_is_signed_in_sees_no_page_at_all(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    let first = house.redeem(browser.location());
    browser.open(house.authorization_url());
    assert_eq!(browser.chain.len(), 1, "one redirect, from the endpoint to the client: {:?}", browser.chain);
    let second = house.redeem(browser.location());
    assert_eq!(first.claims["auth_time"], second.claims["auth_time"], "nobody signed in a second time");
    assert_eq!(first.claims["sid"], second.claims["sid"]);
}

fn journey_j1_a_request_by_post_goes_the_same_way(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open("/login");
    let before = browser.cookie("wayhome_browser");
    let parameters = spa.parameters(&[]);
    let fields: Vec<(&str, &str)> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    // Another site posts, so the Lax cookies stay at home (decision 12): the answer must not set new ones.
    let answer = app.ask(
        &Ask::form("/oauth2/auth", &fields)
            .with("Origin", "http://localhost:5173")
            .with("Sec-Fetch-Site", "cross-site"),
    );
    let answer = answer.expect(303);
    assert_eq!(answer.header("set-cookie"), None);
    browser.open(answer.header("location").unwrap_or_default()).expect_path("/login");
    assert_eq!(browser.cookie("wayhome_browser"), before, "the browser is still the same");
    browser.sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j1_a_native_application_comes_home_to_whatever_port_it_listens_on(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let desktop = app.relying_party("desktop");
    for uri in ["http://127.0.0.1:49152/callback", "http://127.0.0.1:61000/callback"] {
        let mut browser = app.browser();
        let given = [("redirect_uri", uri), ("scope", "openid offline_access")];
        browser.open(desktop.authorization_url_with(&given)).sign_in(&ada);
        if browser.try_page().is_some() {
            browser.expect_says_with("consent.destination", &[("destination", "an app on this computer")]);
            browser.press("Allow");
        }
        assert!(browser.location().starts_with(uri), "{}", browser.location());
        desktop.redeem(browser.location()).expect_subject(&ada.subject());
    }
}

fn journey_j1_a_custom_scheme_is_a_home_too(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let desktop = app.relying_party("desktop");
    let mut browser = app.browser();
    let given = [("redirect_uri", "org.example.desktop:/callback"), ("scope", "openid")];
    browser.open(desktop.authorization_url_with(&given)).sign_in(&ada).press("Allow");
    let tokens = desktop.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    assert_eq!(tokens.refresh, None, "nothing offline was asked for (decision 19)");
}

fn journey_j1_a_confidential_client_redeems_with_its_secret(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let shop = app.relying_party("shop");
    let mut browser = app.browser();
    browser.open(shop.authorization_url()).sign_in(&ada).press("Allow");
    let tokens = shop.redeem(browser.location());
    assert_eq!(shop.introspect(&tokens.access)["active"], true);
}

fn journey_j7_three_wrong_passwords_and_the_right_one_lead_home(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    for miss in 1..=3 {
        browser.sign_in_with("ada@example.org", "not it at all, not at all");
        browser.expect_path("/login").expect_says("login.mismatch");
        assert!(browser.page().title.starts_with("Error: "), "E1: {}", browser.page().title);
        let kept = browser.page().main_form().and_then(|form| form.field("identifier")).cloned();
        assert_eq!(kept.map(|field| field.value).as_deref(), Some("ada@example.org"), "E4: kept");
        assert!(!browser.page().html.contains("not it at all"), "a password is never shown again");
        let help = browser.page().first(".problems a");
        assert_eq!(help.is_some(), miss >= 3, "the third miss offers the reset in the summary");
    }
    browser.sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn seed_s2_switched_off_and_unproven_are_two_things(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").inactive().with_password(PASSWORD);
    let ben = app.identity("ben@example.org").unverified().with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    browser.sign_in_with("ada@example.org", "not it at all, not at all").expect_says("login.mismatch");
    browser.sign_in(&ada).expect_path("/login");
    browser.expect_says_with("login.disabled", &[("support", "Wayhome")]);
    assert!(!browser.page().text.contains("confirm"), "{}", browser.page().text);

    browser.sign_in(&ben).expect_path("/verification").expect_heading("code.title");
    assert!(!browser.page().text.contains("switched off"), "{}", browser.page().text);
    app.advance(31);
    browser.reload().press("Send a new code").expect_says("code.sent");
    assert_eq!(app.mailbox().count("ben@example.org"), 2);
    browser.enter_code_of(&app, "ben@example.org").press("Allow");
    spa.redeem(browser.location()).expect_subject(&ben.subject());
}

fn page_e6_nothing_tells_which_of_address_and_password_was_wrong(setup: Setup) {
    let app = setup.start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    let page = |identifier: &str| {
        let mut browser = app.browser();
        browser.open("/login").sign_in_with(identifier, "not it at all, not at all");
        browser.page().text.replace(identifier, "…")
    };
    assert_eq!(page("ada@example.org"), page("nobody@example.org"));
}

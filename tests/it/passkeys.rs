//! Passkeys over HTTP, as a browser with scripts sends them: with an authenticator of the tests.

#[path = "../../src/crypto/webauthn/authenticator.rs"]
#[allow(dead_code, reason = "the tests of the verifier use the rest of it")]
mod authenticator;

mod beginning;
mod beside;

pub use beginning::create_account;

use serde_json::{Value, json};

use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::http::Ask;
use crate::people::{PASSWORD, Person};
use authenticator::{Authenticator, BOUND, SYNCED};

on_both![
    journey_j1_a_passkey_leads_back_to_the_client_with_two_factors,
    journey_j17_prompt_login_and_max_age_are_answered_by_a_passkey,
    journey_j1_a_passkey_that_fails_leads_back_to_the_password,
    sec_b05_a_passkey_opens_while_the_password_is_locked,
    sec_a09_the_level_of_a_passkey_is_that_of_its_tokens_and_stays_so,
    page_1_4_6_passkeys_are_added_named_and_removed,
    sec_a06_a_passkey_is_changed_by_whoever_has_signed_in_lately,
    sec_a01_a_password_alone_opens_nothing_where_there_is_a_passkey,
    journey_j1_a_security_key_after_the_password_leads_back_to_the_client,
    seed_s11_a_recovery_asks_for_the_passkey_and_comes_home,
    sec_w01_options_are_for_whoever_may_have_them,
    sec_w10_a_hostile_name_stays_a_name,
    page_p16_the_well_known_address_leads_to_the_passkeys,
];

/// The options that the script of a page asks for.
fn options(browser: &mut Browser<'_>, form: &str, fields: &[(&str, &str)]) -> Value {
    let address = browser.page().attribute(form, "data-passkey").expect("the form names them");
    browser.send(Ask::form(&address, fields), From::OurPage).expect(200).json()
}

/// Signs in on the page that is shown, as its script does.
fn sign_in<'a, 'b>(browser: &'b mut Browser<'a>, key: &mut Authenticator) -> &'b mut Browser<'a> {
    let options = options(browser, "#passkey-form", &[]);
    let showing = key.showing(options["challenge"].as_str().expect("a challenge"));
    let assertion = key.show(&showing).to_string();
    browser.press_with("Sign in with a passkey", &[("assertion", &assertion)])
}

/// Adds a passkey on the page of the account, as its script does.
fn add(browser: &mut Browser<'_>, app: &TestApp, person: &Person, flags: u8) -> Authenticator {
    let options = options(browser, "form[data-ceremony=create]", &[("kind", "passkey")]);
    let mut key = Authenticator::new(-7, &app.issuer);
    key.flags = flags;
    key.user_handle = person.id.uuid().as_bytes().to_vec();
    let made = key.creation(options["challenge"].as_str().expect("a challenge")).json().to_string();
    browser.press_with("Add a passkey", &[("credential", &made)]).expect_says("passkey.added");
    if browser.page().path() == "/account/two-step/codes" {
        browser.submit([("saved", "true")]).expect_path("/account/two-step").open("/account/passkeys");
    }
    browser.expect_path("/account/passkeys");
    key
}

/// Shows a key on the page of a second step, as its script does.
fn second_step<'a, 'b>(browser: &'b mut Browser<'a>, key: &mut Authenticator) -> &'b mut Browser<'a> {
    let options = options(browser, "#key-form", &[]);
    let showing = key.showing(options["challenge"].as_str().expect("a challenge"));
    let assertion = key.show(&showing).to_string();
    browser.press_with("Use a passkey or security key", &[("assertion", &assertion)])
}

/// Somebody with a passkey.
fn ada(app: &TestApp, flags: u8) -> (Person, Authenticator) {
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).open("/account/passkeys");
    let key = add(&mut browser, app, &ada, flags);
    (ada, key)
}

fn journey_j1_a_passkey_leads_back_to_the_client_with_two_factors(setup: Setup) {
    let app = setup.start();
    let (ada, mut key) = ada(&app, SYNCED);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    sign_in(&mut browser, &mut key).expect_path("/consent").press("Allow");
    let tokens = spa.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    assert_eq!(tokens.claims["acr"], "aal2");
    assert_eq!(tokens.claims["amr"], json!(["swk", "user", "mfa"]));
}

fn journey_j17_prompt_login_and_max_age_are_answered_by_a_passkey(setup: Setup) {
    let app = setup.start();
    let (ada, mut key) = ada(&app, BOUND);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url());
    sign_in(&mut browser, &mut key);
    let mut before = house.redeem(browser.location()).claims["auth_time"].as_i64();
    for again in [("prompt", "login"), ("max_age", "30")] {
        app.advance(60);
        browser.open(house.authorization_url_with(&[again])).expect_heading("login.title_again");
        let options = options(&mut browser, "#passkey-form", &[]);
        assert_eq!(options["allowCredentials"].as_array().map(Vec::len), Some(1), "only those of its person");
        sign_in(&mut browser, &mut key);
        let tokens = house.redeem(browser.location());
        tokens.expect_subject(&ada.subject());
        let at = tokens.claims["auth_time"].as_i64();
        assert!(at > before, "{at:?} {before:?}");
        before = at;
    }
}

fn journey_j1_a_passkey_that_fails_leads_back_to_the_password(setup: Setup) {
    let app = setup.start();
    let (ada, mut key) = ada(&app, BOUND);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url());
    browser.press("Sign in with a passkey").expect_path("/login").expect_says("passkey.cancelled");
    browser.press_with("Sign in with a passkey", &[("assertion", "nonsense")]).expect_says("passkey.failed");
    key.flags = 0x01;
    sign_in(&mut browser, &mut key).expect_path("/login").expect_says("passkey.failed");
    let mut stranger = Authenticator::new(-8, &app.issuer);
    sign_in(&mut browser, &mut stranger).expect_says("passkey.unknown");
    let told = browser.page().attribute("#passkey-form", "data-signals").expect("its authenticator is told");
    let told: Value = serde_json::from_str(&told).expect("JSON");
    let id = wayhome::crypto::base64url(&stranger.id);
    assert_eq!(told, json!({ "rpId": "localhost", "unknown": id }), "page P17");
    browser.sign_in(&ada);
    second_step(&mut browser, &mut key);
    house.redeem(browser.location()).expect_subject(&ada.subject());
}

fn sec_b05_a_passkey_opens_while_the_password_is_locked(setup: Setup) {
    let app = setup.start();
    let (_, mut key) = ada(&app, BOUND);
    for _ in 0..6 {
        let mut stranger = app.browser();
        stranger.open("/login");
        stranger.submit([("identifier", "ada@example.org"), ("password", "a wrong guess")]);
    }
    let mut browser = app.browser();
    browser.open("/login");
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    browser.expect_says_with("login.slow_down", &[("minutes", "1")]);
    sign_in(&mut browser, &mut key).expect_path("/account");
}

fn sec_a09_the_level_of_a_passkey_is_that_of_its_tokens_and_stays_so(setup: Setup) {
    let app = setup.start();
    let (_, mut key) = ada(&app, BOUND);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url());
    sign_in(&mut browser, &mut key);
    let first = house.redeem(browser.location());
    app.advance(60);
    // Single sign-on, and then a refresh: nobody has shown anything since.
    browser.open(house.authorization_url());
    let second = house.redeem(browser.location());
    let third = house.refresh(&second);
    for tokens in [&first, &second, &third] {
        assert_eq!(tokens.claims["acr"], "aal2");
        assert_eq!(tokens.claims["amr"], json!(["hwk", "user", "mfa"]));
        assert_eq!(tokens.claims["auth_time"], first.claims["auth_time"]);
    }
}

fn page_1_4_6_passkeys_are_added_named_and_removed(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).click("Passkeys").expect_path("/account/passkeys");
    browser.expect_says("passkeys.none");
    let mut key = add(&mut browser, &app, &ada, SYNCED);
    assert!(browser.page().text.contains("Passkey on Linux"), "{}", browser.page().text);
    browser.press_with("Save the name", &[("name", "The blue one")]).expect_says("passkey.renamed");
    assert!(browser.page().text.contains("The blue one"));
    let signals = browser.page().attribute("[data-signals]", "data-signals").expect("they are told");
    let signals: Value = serde_json::from_str(&signals).expect("JSON");
    let id = wayhome::crypto::base64url(&key.id);
    assert_eq!(signals["allAcceptedCredentialIds"], json!([id]), "page P17");
    assert_eq!(signals["name"], "ada@example.org");
    browser.press("Remove The blue one").expect_says("passkey.removed").expect_says("passkeys.none");
    assert_eq!(app.mailbox().kinds("ada@example.org"), ["passkey_removed", "passkey_added"]);
    let mut stranger = app.browser();
    stranger.open("/login");
    sign_in(&mut stranger, &mut key).expect_path("/login").expect_says("passkey.unknown");
}

fn sec_a06_a_passkey_is_changed_by_whoever_has_signed_in_lately(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).open("/account/passkeys");
    let mut key = add(&mut browser, &app, &ada, BOUND);
    app.advance(11 * 60);
    let nothing = options(&mut browser, "form[data-ceremony=create]", &[("kind", "passkey")]);
    assert_eq!(nothing, Value::Null);
    // Whoever comes late shows first who they are, and then may add one.
    browser.reload().expect_path("/account/passkeys");
    assert!(browser.page().attribute("form[data-ceremony=create]", "action").is_none());
    browser.press("Add a passkey").expect_path("/login").expect_heading("login.title_again");
    sign_in(&mut browser, &mut key).expect_path("/account/passkeys").expect_says("passkeys.ready");
    add(&mut browser, &app, &ada, SYNCED);
    app.advance(11 * 60);
    browser.press_with("Save the name", &[("name", "The blue one")]).expect_path("/login");
    sign_in(&mut browser, &mut key).expect_path("/account/passkeys").expect_says("passkey.renamed");
    assert!(browser.page().text.contains("The blue one"), "done as it was sent");
}

fn sec_a01_a_password_alone_opens_nothing_where_there_is_a_passkey(setup: Setup) {
    let app = setup.start();
    let (ada, mut key) = ada(&app, SYNCED);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada).expect_path("/login/second-factor");
    browser.expect_heading("passkey.second_title");
    for page in ["/account", "/account/passkeys", "/account/two-step"] {
        browser.tab().open(page).expect_path("/login");
    }
    browser.open(house.authorization_url_with(&[("prompt", "none")]));
    assert_eq!(house.error(browser.location()), "login_required");
    browser.open(house.authorization_url()).sign_in(&ada);
    second_step(&mut browser, &mut key);
    let tokens = house.redeem(browser.location());
    assert_eq!(tokens.claims["amr"], json!(["pwd", "swk", "user", "mfa"]), "sec_a09");
}

fn journey_j1_a_security_key_after_the_password_leads_back_to_the_client(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut account = app.browser();
    account.open("/login").sign_in(&ada).open("/account/passkeys");
    let asked = options(&mut account, "form[data-ceremony=create]", &[("kind", "security_key")]);
    let mut key = Authenticator::new(-7, &app.issuer);
    key.flags = 0x01;
    let made = key.creation(asked["challenge"].as_str().expect("a challenge")).json().to_string();
    account.press_with("Add a security key", &[("credential", &made)]).expect_says("passkey.added");
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url());
    // It has no name and knows nobody, so it is of no use before the password.
    key.user_handle = ada.id.uuid().as_bytes().to_vec();
    sign_in(&mut browser, &mut key).expect_path("/login").expect_says("passkey.failed");
    browser.sign_in(&ada).expect_path("/login/second-factor");
    let mut stranger = Authenticator::new(-7, &app.issuer);
    second_step(&mut browser, &mut stranger).expect_path("/login/second-factor");
    browser.expect_says("passkey.unknown");
    second_step(&mut browser, &mut key);
    assert_eq!(house.redeem(browser.location()).claims["acr"], "aal2");
}

fn seed_s11_a_recovery_asks_for_the_passkey_and_comes_home(setup: Setup) {
    let app = setup.start();
    let (ada, mut key) = ada(&app, BOUND);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).click("Forgot your password?");
    browser.submit([("email", &ada.email)]).enter_code_of(&app, &ada.email);
    browser.expect_path("/recovery/second-factor").expect_heading("passkey.second_title");
    second_step(&mut browser, &mut key).expect_path("/recovery/password");
    browser.submit([("password", crate::people::OTHER_PASSWORD)]);
    let tokens = house.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    assert_eq!(tokens.claims["acr"], "aal2");
}

fn sec_w01_options_are_for_whoever_may_have_them(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login");
    let address = browser.page().attribute("#passkey-form", "data-passkey").expect("they are named");
    let ask = |browser: &mut Browser<'_>, from| browser.send(Ask::form(&address, &[]), from);
    assert!(ask(&mut browser, From::OurPage).expect(200).json()["challenge"].is_string());
    assert_eq!(ask(&mut browser, From::OtherSite).status, 403);
    let mut other = app.browser();
    other.open("/login");
    assert_eq!(ask(&mut other, From::OurPage).expect(200).json(), Value::Null);
    browser.sign_in(&ada);
    assert_eq!(ask(&mut browser, From::OurPage).expect(200).json(), Value::Null, "the flow is over");
    let creation = |kind: &str| Ask::form("/account/passkeys/options", &[("kind", kind)]);
    assert!(browser.send(creation("passkey"), From::OurPage).expect(200).json()["challenge"].is_string());
    assert_eq!(browser.send(creation("nonsense"), From::OurPage).expect(200).json(), Value::Null);
    assert_eq!(other.send(creation("passkey"), From::OurPage).expect(200).json(), Value::Null);
}

fn sec_w10_a_hostile_name_stays_a_name(setup: Setup) {
    const HOSTILE: &str = "</script><img src=x onerror=alert(1)>";
    let app = setup.start();
    let ada = app.identity("ada@example.org").named(HOSTILE).with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).open("/account/passkeys");
    let options = options(&mut browser, "form[data-ceremony=create]", &[("kind", "passkey")]);
    assert_eq!(options["user"]["displayName"], HOSTILE);
    add(&mut browser, &app, &ada, BOUND);
    browser.press_with("Save the name", &[("name", HOSTILE)]).expect_says("passkey.renamed");
    assert!(browser.page().text.contains(HOSTILE), "it can be read");
    assert!(!browser.page().html.contains("<img src=x"), "and does nothing");
}

fn page_p16_the_well_known_address_leads_to_the_passkeys(setup: Setup) {
    let app = setup.start();
    let endpoints = app.ask(&Ask::get("/.well-known/passkey-endpoints")).expect(200).json();
    let page = format!("{}/account/passkeys", app.issuer);
    assert_eq!(endpoints, json!({ "enroll": page, "manage": page }));
}

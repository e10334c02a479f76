//! An account that begins with a passkey, or begins anew with one.

use serde_json::{Value, json};

use super::authenticator::{Authenticator, BOUND, Creation, SYNCED};
use super::{options, second_step, sign_in};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::factors::with_app;
use crate::http::Ask;
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    page_1_4_2_an_account_is_made_with_a_passkey_and_comes_home,
    page_1_4_2_without_required_verification_the_way_with_a_passkey_is_shorter,
    page_1_4_2_what_is_wrong_is_said_on_the_page_and_a_password_is_still_good,
    page_1_4_2_an_account_without_a_password_is_recovered_with_a_backup_code,
    sec_e04_an_address_that_is_taken_shows_nowhere_with_a_passkey,
    sec_w01_a_new_account_takes_no_passkey_of_another_page,
    page_1_4_5_a_passkey_takes_the_place_of_a_forgotten_password,
    sec_v09_a_passkey_in_place_of_a_password_removes_no_factor,
    page_1_4_5_what_is_wrong_is_said_on_the_page_of_the_new_password,
];

const CREATE: &str = "Create account with a passkey";
const INSTEAD: &str = "Use a passkey instead";

/// What an authenticator makes with these options, for the owner whom they name.
fn made(app: &TestApp, options: &Value, flags: u8) -> (Authenticator, Creation) {
    use base64::Engine as _;
    let mut key = Authenticator::new(-7, &app.issuer);
    key.flags = flags;
    let handle = options["user"]["id"].as_str().expect("an owner");
    key.user_handle = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(handle).expect("base64url");
    let creation = key.creation(options["challenge"].as_str().expect("a challenge"));
    (key, creation)
}

/// Fills in the page of a new account and makes a passkey, as the script of the page does.
pub fn create_account(browser: &mut Browser<'_>, app: &TestApp, address: &str) -> Authenticator {
    let typed = [("traits.email", address), ("traits.name", "Ada")];
    let options = options(browser, "#register-passkey-form", &typed);
    let (key, creation) = made(app, &options, SYNCED);
    browser.press_adding(CREATE, &[("credential", &creation.json().to_string())], &typed);
    key
}

/// Makes a passkey on the page of a new password.
fn instead(browser: &mut Browser<'_>, app: &TestApp) -> Authenticator {
    let options = options(browser, "#new-passkey-form", &[]);
    let (key, creation) = made(app, &options, BOUND);
    browser.press_with(INSTEAD, &[("credential", &creation.json().to_string())]);
    key
}

fn codes(browser: &Browser<'_>) -> Vec<String> {
    let text = &browser.page().text;
    let words = text.split_whitespace().filter(|word| word.len() == 19 && word.matches('-').count() == 3);
    words.map(str::to_owned).collect()
}

fn page_1_4_2_an_account_is_made_with_a_passkey_and_comes_home(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Create an account");
    let typed = [("traits.email", "ada@example.org"), ("traits.name", "Ada")];
    let asked = options(&mut browser, "#register-passkey-form", &typed);
    assert_eq!(asked["user"]["name"], "ada@example.org");
    assert_eq!(asked["user"]["displayName"], "Ada");
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    let mut key = create_account(&mut browser, &app, "ada@example.org");
    browser.expect_path("/verification").enter_code_of(&app, "ada@example.org");
    browser.expect_path("/registration/backup-codes").expect_heading("codes.title");
    assert_eq!(codes(&browser).len(), 10, "{}", browser.page().text);
    browser.submit([]).expect_path("/registration/backup-codes").expect_says("codes.not_saved");
    browser.submit([("saved", "true")]).expect_path("/consent").press("Allow");
    let tokens = spa.redeem(browser.location());
    assert_eq!(tokens.claims["acr"], "aal2");
    assert_eq!(tokens.claims["amr"], json!(["swk", "user", "mfa"]));
    let subject = tokens.claims["sub"].as_str().expect("a subject").to_owned();
    assert_eq!(key.user_handle, uuid::Uuid::parse_str(&subject).expect("a UUID").as_bytes());

    let mut elsewhere = app.browser();
    elsewhere.open("/login").sign_in_with("ada@example.org", PASSWORD).expect_says("login.mismatch");
    let house = app.relying_party("house");
    elsewhere.open(house.authorization_url());
    sign_in(&mut elsewhere, &mut key);
    house.redeem(elsewhere.location()).expect_subject(&subject);
    elsewhere.open("/account/passkeys").press("Remove Passkey on Linux").expect_says("passkey.last");
}

fn page_1_4_2_without_required_verification_the_way_with_a_passkey_is_shorter(setup: Setup) {
    let app = setup.set("verification.required", "false").start();
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).click("Create an account");
    create_account(&mut browser, &app, "ada@example.org");
    browser.expect_path("/registration/backup-codes").reload().expect_path("/registration/backup-codes");
    browser.submit([("saved", "true")]);
    assert_eq!(house.redeem(browser.location()).claims["acr"], "aal2");
}

fn page_1_4_2_what_is_wrong_is_said_on_the_page_and_a_password_is_still_good(setup: Setup) {
    let app = setup.start();
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).click("Create an account");
    let wrong = [("traits.email", "nonsense"), ("traits.name", "Ada")];
    assert_eq!(options(&mut browser, "#register-passkey-form", &wrong), Value::Null);
    browser.press_adding(CREATE, &[], &wrong).expect_path("/registration").expect_says("email.format");
    assert_eq!(browser.page().attribute("#name", "value").as_deref(), Some("Ada"), "E4");
    let right = [("traits.email", "ada@example.org"), ("traits.name", "Ada")];
    browser.press_adding(CREATE, &[], &right).expect_says("registration.passkey_cancelled");
    let (_, mut creation) = made(&app, &options(&mut browser, "#register-passkey-form", &right), BOUND);
    creation.flags = 0x01;
    let unverified = creation.json().to_string();
    browser.press_adding(CREATE, &[("credential", &unverified)], &right).expect_says("passkey.not_added");
    options(&mut browser, "#register-passkey-form", &right);
    browser.press_adding(CREATE, &[("credential", "nonsense")], &right).expect_says("passkey.not_added");
    assert!(app.mailbox().kinds("ada@example.org").is_empty());
    browser.register("ada@example.org", PASSWORD).enter_code_of(&app, "ada@example.org");
    assert_eq!(house.redeem(browser.location()).claims["amr"], json!(["pwd"]));
}

fn page_1_4_2_an_account_without_a_password_is_recovered_with_a_backup_code(setup: Setup) {
    let app = setup.start();
    let mut browser = app.browser();
    browser.open("/registration");
    create_account(&mut browser, &app, "ada@example.org");
    browser.enter_code_of(&app, "ada@example.org");
    let paper = codes(&browser);
    browser.submit([("saved", "true")]).expect_path("/account");
    let house = app.relying_party("house");
    let mut new = app.browser();
    new.open(house.authorization_url()).click("Forgot your password?");
    new.submit([("email", "ada@example.org")]).enter_code_of(&app, "ada@example.org");
    new.expect_path("/recovery/second-factor").click("Use a backup code");
    new.submit([("code", &paper[0])]).expect_path("/recovery/password");
    new.submit([("password", OTHER_PASSWORD)]);
    assert_eq!(house.redeem(new.location()).claims["acr"], "aal2");
    new.tab().open("/login").expect_path("/account");
    browser.open("/account").expect_path("/login");
}

fn sec_e04_an_address_that_is_taken_shows_nowhere_with_a_passkey(setup: Setup) {
    let app = setup.start();
    app.identity("ada@example.org").with_password(PASSWORD);
    let pages = ["ada@example.org", "new@example.org"].map(|address| {
        let mut browser = app.browser();
        browser.open("/registration");
        create_account(&mut browser, &app, address);
        browser.expect_path("/verification").page().text.replace(address, "ADDRESS")
    });
    assert_eq!(pages[0], pages[1]);
    assert_eq!(app.mailbox().kinds("ada@example.org"), ["account_exists"]);
}

fn sec_w01_a_new_account_takes_no_passkey_of_another_page(setup: Setup) {
    let app = setup.start();
    let typed = [("traits.email", "ada@example.org"), ("traits.name", "Ada")];
    let (mut one, mut two) = (app.browser(), app.browser());
    one.open("/registration");
    two.open("/registration");
    let (_, of_one) = made(&app, &options(&mut one, "#register-passkey-form", &typed), BOUND);
    options(&mut two, "#register-passkey-form", &typed);
    let of_one = of_one.json().to_string();
    two.press_adding(CREATE, &[("credential", &of_one)], &typed).expect_says("passkey.expired");
    // Whoever asks again makes the first challenge worthless, as its owner would be another one.
    options(&mut one, "#register-passkey-form", &typed);
    one.press_adding(CREATE, &[("credential", &of_one)], &typed).expect_says("passkey.expired");
    let address = one.page().attribute("#register-passkey-form", "data-passkey").expect("they are named");
    let ask = Ask::form(&address, &typed);
    assert_eq!(two.send(ask.clone(), From::OurPage).expect(200).json(), Value::Null, "another browser");
    assert_eq!(one.send(ask, From::OtherSite).status, 403);
}

fn page_1_4_5_a_passkey_takes_the_place_of_a_forgotten_password(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut before = app.browser();
    before.open("/login").sign_in(&ada).expect_path("/account");
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).click("Forgot your password?");
    browser.submit([("email", &ada.email)]).enter_code_of(&app, &ada.email);
    browser.expect_path("/recovery/password");
    let mut key = instead(&mut browser, &app);
    browser.expect_path("/recovery/backup-codes");
    assert_eq!(codes(&browser).len(), 10);
    browser.submit([("saved", "true")]);
    let tokens = house.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    assert_eq!(tokens.claims["amr"], json!(["hwk", "user", "mfa"]));
    let mut mails = app.mailbox().kinds(&ada.email);
    mails.sort();
    assert_eq!(mails, ["passkey_added", "recovery_code", "recovery_completed"]);
    before.open("/account").expect_path("/login");
    before.sign_in(&ada).expect_path("/login").expect_says("login.mismatch");
    sign_in(&mut before, &mut key).expect_path("/account").click("Activity");
    before.expect_says("activity.password_removed");
}

fn sec_v09_a_passkey_in_place_of_a_password_removes_no_factor(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let phone = with_app(&app, &ada);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).click("Forgot your password?");
    browser.submit([("email", &ada.email)]).enter_code_of(&app, &ada.email);
    browser.expect_path("/recovery/second-factor");
    let code = phone.next_code(&app);
    browser.submit([("code", &code)]).expect_path("/recovery/password");
    instead(&mut browser, &app);
    // There are backup codes already, so none are made.
    let tokens = house.redeem(browser.location());
    assert_eq!(tokens.claims["amr"], json!(["hwk", "user", "mfa", "otp"]));
    browser.open("/account/two-step").expect_says("two_step.remove_app");
}

fn page_1_4_5_what_is_wrong_is_said_on_the_page_of_the_new_password(setup: Setup) {
    let app = setup.start();
    let (ada, mut key) = super::ada(&app, BOUND);
    let mut browser = app.browser();
    browser.open("/recovery").submit([("email", &ada.email)]);
    let early = format!("/recovery/passkey/options?flow={}", browser.page().query("flow").expect("a flow"));
    assert_eq!(browser.send(Ask::form(&early, &[]), From::OurPage).expect(200).json(), Value::Null);
    browser.enter_code_of(&app, &ada.email);
    assert_eq!(
        browser.send(Ask::form(&early, &[]), From::OurPage).expect(200).json(),
        Value::Null,
        "sec_v09"
    );
    let to_show = options(&mut browser, "#key-form", &[]);
    second_step(&mut browser, &mut key).expect_path("/recovery/password");
    let of_showing =
        Authenticator::new(-7, &app.issuer).creation(to_show["challenge"].as_str().expect("one"));
    browser.press_with(INSTEAD, &[("credential", &of_showing.json().to_string())]);
    browser.expect_says("passkey.expired").expect_path("/recovery/password");
    let mut stranger = app.browser();
    stranger.open("/login");
    assert_eq!(stranger.send(Ask::form(&early, &[]), From::OurPage).expect(200).json(), Value::Null);
    browser.press(INSTEAD).expect_path("/recovery/password").expect_says("recovery.passkey_cancelled");
    browser.press_with(INSTEAD, &[("credential", "nonsense")]).expect_says("passkey.not_added");
    let again = options(&mut browser, "#new-passkey-form", &[]);
    assert_eq!(again["excludeCredentials"].as_array().map(Vec::len), Some(1));
    let known = key.creation(again["challenge"].as_str().expect("a challenge")).json().to_string();
    browser.press_with(INSTEAD, &[("credential", &known)]).expect_says("passkey.not_added");
    browser.submit([("password", OTHER_PASSWORD)]).expect_path("/account");
}

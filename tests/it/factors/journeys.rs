//! J1, J5 and J6 with a second factor: whatever happens on the way, it ends at the client.

use super::{ada, second_step};
use crate::app::{Setup, on_both};
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    journey_j1_a_sign_in_with_two_steps_ends_at_the_client,
    journey_j1_a_backup_code_stands_in_for_the_phone,
    journey_j5_seed_s11_a_recovery_with_a_second_factor_comes_home,
    journey_j5_seed_s11_a_backup_code_opens_the_way_to_the_new_password_too,
    journey_j6_with_a_second_factor_both_devices_come_to_their_end,
    sec_v09_a_mailbox_alone_sets_no_password_and_removes_no_factor,
    journey_j1_a_mailed_code_and_the_second_factor_lead_home,
    page_p11_app_and_backup_code_have_a_page_each,
    sec_b03_too_many_guesses_are_told_how_long_to_wait,
];

fn journey_j1_a_sign_in_with_two_steps_ends_at_the_client(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).expect_path("/login/second-factor");
    assert!(!browser.has_session(), "nobody is signed in half");
    browser.submit([("code", "")]).expect_path("/login/second-factor");
    browser.submit([("code", "12345")]).expect_says_with("totp.short", &[("n", "5")]);
    browser.submit([("code", "000000")]).expect_says("totp.mismatch");
    browser.reload().expect_path("/login/second-factor");
    second_step(&mut browser, &app, &phone);
    browser.expect_path("/consent").press("Allow");
    let tokens = spa.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    assert_eq!(tokens.claims["acr"], "aal2");
    assert_eq!(tokens.claims["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
}

fn journey_j1_a_backup_code_stands_in_for_the_phone(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).click("Use a backup code");
    browser.expect_path("/login/backup-code").submit([("code", "nonsense")]);
    browser.expect_path("/login/backup-code").expect_says("backup.mismatch");
    browser.submit([("code", &phone.paper[0])]).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
    assert!(app.mailbox().kinds("ada@example.org").contains(&"backup_code_used".to_owned()));
    // It works once.
    let mut again = app.browser();
    again.open("/login").sign_in(&ada).click("Use a backup code").submit([("code", &phone.paper[0])]);
    again.expect_says("backup.used").click("Use your authenticator app");
    second_step(&mut again, &app, &phone);
    again.expect_path("/account");
}

fn journey_j5_seed_s11_a_recovery_with_a_second_factor_comes_home(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Forgot your password?");
    browser.submit([("email", "ada@example.org")]).enter_code_of(&app, "ada@example.org");
    browser.expect_path("/recovery/second-factor").expect_heading("factor.title_totp");
    browser.submit([("code", "000000")]).expect_path("/recovery/second-factor").expect_says("totp.mismatch");
    browser.submit([("code", &phone.next_code(&app))]).expect_path("/recovery/password");
    browser.submit([("password", OTHER_PASSWORD)]).expect_path("/consent").press("Allow");
    let tokens = spa.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    assert_eq!(tokens.claims["acr"], "aal2");
    // V09: the factor is still there.
    let mut again = app.browser();
    again.open("/login").sign_in_with("ada@example.org", OTHER_PASSWORD);
    second_step(&mut again, &app, &phone);
    again.expect_path("/account");
}

fn journey_j5_seed_s11_a_backup_code_opens_the_way_to_the_new_password_too(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Forgot your password?");
    browser.submit([("email", "ada@example.org")]).enter_code_of(&app, "ada@example.org");
    browser.click("Use a backup code").expect_path("/recovery/backup-code");
    browser.submit([("code", "0000-0000-0000-0000")]).expect_path("/recovery/backup-code");
    browser.submit([("code", &phone.paper[3])]).expect_path("/recovery/password");
    browser.submit([("password", OTHER_PASSWORD)]).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j6_with_a_second_factor_both_devices_come_to_their_end(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let spa = app.relying_party("spa");
    let mut laptop = app.browser();
    laptop.open(spa.authorization_url()).click("Forgot your password?");
    laptop.submit([("email", "ada@example.org")]);
    let mut mobile = app.browser();
    mobile.open(app.mailbox().link_for("ada@example.org")).press("Continue");
    mobile.expect_path("/recovery/second-factor").submit([("code", &phone.next_code(&app))]);
    mobile.submit([("password", OTHER_PASSWORD)]).expect_path("/account");
    laptop.reload().expect_path("/login").sign_in_with("ada@example.org", OTHER_PASSWORD);
    second_step(&mut laptop, &app, &phone);
    laptop.press("Allow");
    spa.redeem(laptop.location()).expect_subject(&ada.subject());
}

fn sec_v09_a_mailbox_alone_sets_no_password_and_removes_no_factor(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let mut thief = app.browser();
    thief.open("/recovery").submit([("email", "ada@example.org")]).enter_code_of(&app, "ada@example.org");
    let page = thief.page().clone();
    let flow = page.query("flow").expect("a flow");
    // Neither the next page, nor its form, nor another page of the account helps.
    thief.open(format!("/recovery/password?flow={flow}")).expect_path("/recovery/second-factor");
    let csrf = thief.page().attribute("input[name=csrf_token]", "value").expect("a token");
    let ask = crate::http::Ask::form(
        &format!("/recovery/password?flow={flow}"),
        &[("csrf_token", &csrf), ("password", OTHER_PASSWORD)],
    );
    thief.send(ask, crate::browser::From::OurPage).expect(303);
    thief.open("/account/two-step").expect_path("/login");
    for code in ["", "000000", "null", "[]"] {
        thief.open(format!("/recovery/second-factor?flow={flow}")).submit([("code", code)]);
        thief.expect_path("/recovery/second-factor");
    }
    let mut owner = app.browser();
    owner.open("/login").sign_in_with("ada@example.org", PASSWORD);
    second_step(&mut owner, &app, &phone);
    owner.expect_path("/account");
    assert_eq!(ada.password, PASSWORD);
}

fn page_p11_app_and_backup_code_have_a_page_each(setup: Setup) {
    let app = setup.start();
    let (ada, _) = ada(&app);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    let attributes = |browser: &crate::browser::Browser<'_>, id: &str| {
        let page = browser.page();
        ["name", "type", "inputmode", "autocomplete"].map(|name| page.attribute(id, name).unwrap_or_default())
    };
    assert_eq!(attributes(&browser, "#totpcode"), ["code", "text", "numeric", "one-time-code"]);
    assert!(browser.page().attribute("#recovery-code", "name").is_none());
    browser.click("Use a backup code");
    assert_eq!(attributes(&browser, "#recovery-code"), ["code", "text", "", "off"]);
    assert!(browser.page().attribute("#totpcode", "name").is_none());
}

fn sec_b03_too_many_guesses_are_told_how_long_to_wait(setup: Setup) {
    let app = setup.start();
    let (ada, phone) = ada(&app);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada);
    for _ in 0..5 {
        browser.submit([("code", "000000")]).expect_says("totp.mismatch");
    }
    let page = browser.page().clone();
    let answer = browser.send_prepared(&browser.prepared(&page, &[("code", "000000")])).expect(429);
    assert_eq!(answer.header("retry-after"), Some("300"));
    // A new sign-in begins no new count, and the lock ends by itself.
    let mut other = app.browser();
    other.open("/login").sign_in(&ada).submit([("code", &phone.next_code(&app))]);
    other.expect_says_with("factor.slow_down", &[("minutes", "5")]);
    app.advance(300);
    second_step(&mut other, &app, &phone);
    other.expect_path("/account");
}

fn journey_j1_a_mailed_code_and_the_second_factor_lead_home(setup: Setup) {
    let app = setup.set("login.code", "true").start();
    let (ada, phone) = ada(&app);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).press("Email me a code");
    browser.expect_path("/login").expect_says_with("field.empty", &[("field", "email")]);
    browser.press_with("Email me a code", &[("identifier", "ada@example.org")]);
    browser
        .expect_path("/login/code")
        .expect_says_with("code.maybe_sent_to", &[("address", "a***@example.org")]);
    browser.submit([("code", "00000000")]).expect_path("/login/code").expect_says("code.mismatch");
    browser.enter_code_of(&app, "ada@example.org");
    second_step(&mut browser, &app, &phone);
    browser.press("Allow");
    let tokens = spa.redeem(browser.location());
    tokens.expect_subject(&ada.subject());
    assert_eq!(
        (&tokens.claims["acr"], &tokens.claims["amr"]),
        (&"aal2".into(), &serde_json::json!(["otp", "mfa"]))
    );
    // An address that nobody has looks the same.
    let mut unknown = app.browser();
    unknown.open(spa.authorization_url()).press_with("Email me a code", &[("identifier", "bob@example.org")]);
    unknown.expect_path("/login/code").click("Back to sign in").expect_path("/login").sign_in(&ada);
    second_step(&mut unknown, &app, &phone);
    spa.redeem(unknown.location());
    assert_eq!(app.mailbox().count("bob@example.org"), 0);
}

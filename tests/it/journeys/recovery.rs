//! J4, J6: a forgotten password on the way to a client. S10, S16, S28.

use std::net::TcpListener;

use serde_json::json;
use wayhome::config::{SmtpSecurity, SmtpUrl};
use wayhome::courier::{Courier, Transport};

use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};
use crate::relying_party::RelyingParty;
use crate::smtp_sink::SmtpSink;

on_both![
    journey_j4_seed_s28_recovery_returns_to_the_interrupted_authorization,
    journey_j4_the_code_may_come_late_and_wrong_and_the_journey_still_ends_at_home,
    journey_j4_a_weak_new_password_is_refused_with_its_reason_and_nothing_is_lost,
    journey_j4_everything_else_ends_and_everybody_is_told,
    journey_j4_an_unknown_address_looks_the_same_and_leads_on,
    journey_j4_the_link_in_the_same_browser_leads_home_too,
    journey_j6_recovery_on_another_device_ends_there_and_the_first_goes_on_by_signing_in,
    journey_j6_a_stranger_says_that_it_was_not_them,
    seed_s16_a_second_recovery_ends_the_codes_of_the_first,
    seed_s20_a_recovery_without_an_address_says_what_is_missing,
    seed_s10_return_to_is_kept_through_nested_flows,
    page_1_6_a_mail_server_that_is_down_is_told_and_loses_nothing,
    an_address_that_is_not_for_recovery_recovers_nothing,
];

fn at_the_code<'a>(app: &'a TestApp, spa: &RelyingParty<'_>, email: &str) -> Browser<'a> {
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Forgot your password?");
    browser.expect_path("/recovery").expect_heading("recovery.title");
    browser.submit([("email", email)]).expect_path("/recovery").expect_heading("code.title");
    browser
}

fn finish(spa: &RelyingParty<'_>, browser: &mut Browser<'_>, who: &Person) {
    browser.expect_path("/recovery/password").expect_heading("recovery.new_title");
    browser.submit([("password", OTHER_PASSWORD)]).expect_path("/consent").press("Allow");
    spa.redeem(browser.location()).expect_subject(&who.subject());
}

fn journey_j4_seed_s28_recovery_returns_to_the_interrupted_authorization(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password("forgotten by its owner");
    let spa = app.relying_party("spa");
    let mut browser = at_the_code(&app, &spa, "ada@example.org");
    browser.expect_says_with("code.maybe_sent_to", &[("address", "a***@example.org")]);
    browser.enter_code_of(&app, "ada@example.org");
    finish(&spa, &mut browser, &ada);
    // The new password is the one that counts.
    let mut again = app.browser();
    again
        .open("/login")
        .sign_in_with("ada@example.org", "forgotten by its owner")
        .expect_says("login.mismatch");
    again.sign_in_with("ada@example.org", OTHER_PASSWORD).expect_path("/account");
}

fn journey_j4_the_code_may_come_late_and_wrong_and_the_journey_still_ends_at_home(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = at_the_code(&app, &spa, "ada@example.org");
    let first = app.mailbox().code_for("ada@example.org");
    app.advance(601);
    browser.submit([("code", &first)]).expect_says("code.expired");
    browser.press("Send a new code").expect_says("code.sent");
    browser.submit([("code", &first)]);
    assert!(browser.try_location().is_none(), "the first code stays dead");
    browser.enter_code_of(&app, "ada@example.org");
    finish(&spa, &mut browser, &ada);
}

fn journey_j4_a_weak_new_password_is_refused_with_its_reason_and_nothing_is_lost(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = at_the_code(&app, &spa, "ada@example.org");
    browser.enter_code_of(&app, "ada@example.org").expect_path("/recovery/password");
    browser.submit([("password", "")]).expect_path("/recovery/password");
    browser.submit([("password", "short")]).expect_says_with("pw.short", &[("min", "15"), ("n", "5")]);
    browser.submit([("password", "password12345678")]).expect_path("/recovery/password");
    browser.submit([("password", "ada@example.org 1")]).expect_path("/recovery/password");
    browser.reload().expect_path("/recovery/password");
    finish(&spa, &mut browser, &ada);
}

fn journey_j4_everything_else_ends_and_everybody_is_told(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut laptop = app.browser();
    laptop.open(spa.authorization_url()).sign_in(&ada).press("Allow");
    let old = spa.redeem(laptop.location());
    assert!(spa.is_alive(&old.access));

    let mut browser = at_the_code(&app, &spa, "ada@example.org");
    browser.enter_code_of(&app, "ada@example.org").submit([("password", OTHER_PASSWORD)]);
    if browser.try_location().is_none() {
        browser.press("Allow");
    }
    let new = spa.redeem(browser.location());
    assert!(spa.is_alive(&new.access));
    assert!(!spa.is_alive(&old.access), "decision 24");
    assert_eq!(spa.refresh_answer(old.refresh()).expect(400).json()["error"], "invalid_grant");
    laptop.open("/account").expect_path("/login");
    assert_eq!(app.mailbox().kinds("ada@example.org")[0], "recovery_completed");
}

fn journey_j4_an_unknown_address_looks_the_same_and_leads_on(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut known = at_the_code(&app, &spa, "ada@example.org");
    let mut unknown = at_the_code(&app, &spa, "bob@example.org");
    let shown = |browser: &Browser<'_>| browser.page().text.replace("b***@", "a***@");
    assert_eq!(shown(&known), shown(&unknown));
    assert_eq!(app.mailbox().count("bob@example.org"), 0);
    known.submit([("code", "00000000")]);
    unknown.submit([("code", "00000000")]);
    assert_eq!(shown(&known), shown(&unknown));
    unknown.click("Use a different email").expect_path("/recovery");
    unknown.click("Back to sign in").expect_path("/login");
    unknown.sign_in(&ada).press("Allow");
    spa.redeem(unknown.location()).expect_subject(&ada.subject());
}

fn journey_j4_the_link_in_the_same_browser_leads_home_too(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let browser = at_the_code(&app, &spa, "ada@example.org");
    let mut tab = browser.tab();
    tab.open_link_of(&app, "ada@example.org").expect_heading("link.title_recovery").press("Continue");
    finish(&spa, &mut tab, &ada);
}

fn journey_j6_recovery_on_another_device_ends_there_and_the_first_goes_on_by_signing_in(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = at_the_code(&app, &spa, "ada@example.org");
    let mut phone = app.browser();
    phone.open_link_of(&app, "ada@example.org").expect_says("link.elsewhere_recovery").press("Continue");
    phone.expect_path("/recovery/password").submit([("password", OTHER_PASSWORD)]);
    phone.expect_path("/account");

    // The first device has no session from this (decision 13), and its journey still ends at the client.
    assert!(!browser.has_session());
    browser.reload().expect_path("/login").expect_says("password.changed");
    browser.sign_in_with("ada@example.org", OTHER_PASSWORD).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j6_a_stranger_says_that_it_was_not_them(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = at_the_code(&app, &spa, "ada@example.org");
    let code = app.mailbox().code_for("ada@example.org");
    let mut stranger = app.browser();
    stranger.open_link_of(&app, "ada@example.org").press("This wasn't me").expect_says("address.disowned");
    browser.submit([("code", &code)]);
    assert!(browser.page().path() != "/recovery/password", "the code is dead");
    let mut tab = browser.tab();
    tab.open(spa.authorization_url()).sign_in(&ada).press("Allow");
    spa.redeem(tab.location()).expect_subject(&ada.subject());
}

fn seed_s16_a_second_recovery_ends_the_codes_of_the_first(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut first = at_the_code(&app, &spa, "ada@example.org");
    let old = app.mailbox().code_for("ada@example.org");
    app.advance(9 * 60);
    let mut second = at_the_code(&app, &spa, "ada@example.org");
    assert_eq!(app.mailbox().count("ada@example.org"), 2, "one new code");
    first.submit([("code", &old)]).expect_says_with("code.newer", &[("time", "14:39 UTC")]);
    second.enter_code_of(&app, "ada@example.org");
    finish(&spa, &mut second, &ada);
}

fn seed_s20_a_recovery_without_an_address_says_what_is_missing(setup: Setup) {
    let app = setup.start();
    let mut browser = app.browser();
    browser.open("/recovery").submit([("email", "")]);
    browser.expect_path("/recovery").expect_says_with("field.empty", &[("field", "email")]);
    let page = browser.page();
    assert_eq!(page.attribute("#email", "aria-invalid").as_deref(), Some("true"));
    let beside = page.first("#email-problem").expect("the words stand beside the field");
    assert!(beside.ends_with("Enter your email"), "{beside}");
    browser.submit([("email", "nonsense")]).expect_says("email.format");
    assert_eq!(
        browser.page().main_form().and_then(|form| form.field("email")).map(|field| field.value.as_str()),
        Some("nonsense"),
        "E4: what was typed is kept"
    );
}

fn seed_s10_return_to_is_kept_through_nested_flows(setup: Setup) {
    let app = setup.set("return_urls.allowed", "https://app.example.org/inside").start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/registration?return_to=https%3A%2F%2Fapp.example.org%2Finside").click("Sign in");
    browser.click("Forgot your password?").submit([("email", "ada@example.org")]);
    browser.click("Use a different email").submit([("email", "ada@example.org")]);
    browser.enter_code_of(&app, "ada@example.org").submit([("password", OTHER_PASSWORD)]);
    assert_eq!(browser.location(), "https://app.example.org/inside");
}

fn page_1_6_a_mail_server_that_is_down_is_told_and_loses_nothing(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = at_the_code(&app, &spa, "ada@example.org");
    let page = browser.page().target.clone();
    let deliver = |port| {
        let host = "127.0.0.1".to_owned();
        let server = SmtpUrl { host, port, security: SmtpSecurity::Plain, credentials: None };
        let courier = Courier::new(app.work().clone(), Transport::Smtp(server));
        app.wait(courier.deliver_due()).expect("the database is there");
    };
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    for _ in 0..2 {
        deliver(nobody);
        app.advance(10);
    }
    let instead = [("alternative", "sign in with your password")];
    browser.open(&page).expect_says_with("mail.down", &instead);
    // It says nothing of any address.
    at_the_code(&app, &spa, "nobody@example.org").expect_says_with("mail.down", &instead);
    let back = SmtpSink::start();
    app.advance(120);
    deliver(back.port());
    assert!(!browser.open(&page).page().says("mail.down", &instead));
    let mail = back.mails().pop().expect("it got through in the end");
    assert_eq!(mail.to, ["ada@example.org"]);
    browser.submit([("code", mail.code().expect("a code").as_str())]);
    finish(&spa, &mut browser, &ada);
}

fn an_address_that_is_not_for_recovery_recovers_nothing(setup: Setup) {
    let schema = r#"{
        "type": "object",
        "properties": {
            "email": {"type": "string", "format": "email", "wayhome": {"identifier": true, "verify": true, "recover": false}},
            "private": {"type": "string", "format": "email", "wayhome": {"verify": true, "recover": true}},
            "other": {"type": "string", "format": "email", "wayhome": {"verify": true}}
        },
        "required": ["email"]
    }"#;
    let app = setup.schema(schema).start();
    let traits =
        json!({"email": "ada@work.example", "private": "ada@home.example", "other": "ada@club.example"});
    let ada = app.identity("ada@work.example").traits(traits).with_password(PASSWORD);
    let spa = app.relying_party("spa");
    for (address, mails) in [("ada@work.example", 0), ("Ada@home.example", 1), ("ada@club.example", 1)] {
        // The page says the same in any case.
        let browser = at_the_code(&app, &spa, address);
        assert!(browser.page().error_id().is_none());
        assert_eq!(app.mailbox().count(&address.to_lowercase()), mails, "{address}");
    }
    let mut browser = at_the_code(&app, &spa, "ada@home.example");
    browser.enter_code_of(&app, "ada@home.example");
    finish(&spa, &mut browser, &ada);
}

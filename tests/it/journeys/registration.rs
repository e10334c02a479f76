//! J2, J3: a new account, proven here or on another device.

use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::people::{OTHER_PASSWORD, PASSWORD};
use crate::relying_party::RelyingParty;

on_both![
    journey_j2_a_new_person_registers_proves_their_address_and_comes_home,
    journey_j2_the_link_in_the_same_browser_does_what_the_code_does,
    journey_j2_wrong_codes_end_with_a_new_one_and_still_lead_home,
    journey_j2_a_mistyped_address_can_be_mended,
    journey_j2_whoever_has_an_account_already_signs_in_or_resets_and_comes_home,
    journey_j2_without_required_verification_the_way_is_shorter,
    journey_j3_the_link_is_opened_elsewhere_and_the_waiting_tab_goes_on,
    journey_j3_the_link_signs_nobody_in_elsewhere,
    journey_j3_a_stranger_says_that_it_was_not_them,
    page_1_4_2_all_mistakes_are_told_at_once,
];

fn at_the_registration<'a>(app: &'a TestApp, spa: &RelyingParty<'_>) -> Browser<'a> {
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Create an account");
    browser.expect_path("/registration").expect_heading("registration.title");
    browser
}

fn journey_j2_a_new_person_registers_proves_their_address_and_comes_home(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.register("ada@example.org", PASSWORD).expect_path("/verification");
    browser.expect_says_with("code.sent_to", &[("address", "ada@example.org")]);
    assert_eq!(app.mailbox().kinds("ada@example.org"), ["verification_code"]);
    browser.enter_code_of(&app, "ada@example.org").press("Allow");
    let tokens = spa.redeem(browser.location());
    let info = spa.userinfo(&tokens.access).expect(200).json();
    assert_eq!(info["email"], "ada@example.org");
    assert_eq!(info["email_verified"], true);
}

fn journey_j2_the_link_in_the_same_browser_does_what_the_code_does(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.register("ada@example.org", PASSWORD);
    let mut tab = browser.tab();
    tab.open_link_of(&app, "ada@example.org").expect_path("/verification");
    tab.expect_heading("link.title_verification");
    assert!(!tab.page().target.contains("link="), "the address is clean (decision 14)");
    tab.press("Confirm").press("Allow");
    spa.redeem(tab.location());
    // The first tab finds out on its next move.
    browser.reload();
    assert!(
        browser.try_location().is_some() || browser.page().error_id().as_deref() == Some("request_answered")
    );
}

fn journey_j2_wrong_codes_end_with_a_new_one_and_still_lead_home(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.register("ada@example.org", PASSWORD);
    browser.submit([("code", "")]).expect_says_with("field.empty", &[("field", "code")]);
    browser.submit([("code", "123")]).expect_says_with("code.short", &[("n", "3")]);
    browser.submit([("code", "123456789")]).expect_says_with("code.long", &[("n", "9")]);
    let right = app.mailbox().code_for("ada@example.org");
    let wrong = if right == "00000000" { "00000001" } else { "00000000" };
    for _ in 1..5 {
        browser.submit([("code", wrong)]).expect_says("code.mismatch");
    }
    browser.submit([("code", wrong)]).expect_says("code.too_many");
    browser.submit([("code", &right)]).expect_says("code.too_many");
    app.advance(31);
    browser.reload().press("Send a new code").expect_says("code.sent");
    let pasted = format!(" Your code is {}. ", app.mailbox().code_for("ada@example.org"));
    browser.submit([("code", &pasted)]).press("Allow");
    spa.redeem(browser.location());
}

fn journey_j2_a_mistyped_address_can_be_mended(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.register("ada@exampel.org", PASSWORD).click("Use a different email");
    browser.expect_path("/registration");
    let name = browser.page().main_form().and_then(|form| form.field("traits.name")).cloned();
    assert_eq!(name.map(|field| field.value).as_deref(), Some("Ada"), "what was typed is still there");
    browser.register("ada@example.org", PASSWORD).enter_code_of(&app, "ada@example.org").press("Allow");
    let tokens = spa.redeem(browser.location());
    assert_eq!(spa.userinfo(&tokens.access).expect(200).json()["email"], "ada@example.org");
}

fn journey_j2_whoever_has_an_account_already_signs_in_or_resets_and_comes_home(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.register("Ada@Example.org", OTHER_PASSWORD).expect_path("/verification");
    let mut stranger = at_the_registration(&app, &app.relying_party("spa"));
    stranger.register("new@example.org", OTHER_PASSWORD);
    let shown = |browser: &Browser<'_>, address: &str| browser.page().text.replace(address, "…");
    assert_eq!(
        shown(&browser, "Ada@Example.org"),
        shown(&stranger, "new@example.org"),
        "no difference (E04)"
    );
    assert_eq!(app.mailbox().kinds("ada@example.org"), ["account_exists"]);
    browser.submit([("code", "12345678")]).expect_says("code.mismatch");
    browser.click("Back to sign in").expect_path("/login");
    browser.sign_in(&ada).press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j2_without_required_verification_the_way_is_shorter(setup: Setup) {
    let app = setup.set("verification.required", "false").start();
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.register("ada@example.org", PASSWORD).expect_path("/consent").press("Allow");
    let tokens = spa.redeem(browser.location());
    assert_eq!(spa.userinfo(&tokens.access).expect(200).json()["email_verified"], false);
    // The address is proven later, from the account.
    browser.open("/account").press("Send a code to confirm it").expect_path("/verification");
    browser.enter_code_of(&app, "ada@example.org").expect_path("/account").expect_says("address.verified");
    assert_eq!(spa.userinfo(&tokens.access).expect(200).json()["email_verified"], true);
}

fn journey_j3_the_link_is_opened_elsewhere_and_the_waiting_tab_goes_on(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.register("ada@example.org", PASSWORD);
    let status = browser.page().attribute("body", "data-status").expect("the page knows where to ask");
    let mut asking = browser.tab();
    let ask = |browser: &mut Browser<'_>| {
        browser.send(crate::http::Ask::get(&status), crate::browser::From::OurPage).status
    };
    assert_eq!(ask(&mut asking), 204, "nothing new");

    let mut phone = app.browser().named("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)");
    phone.open_link_of(&app, "ada@example.org").expect_says("link.elsewhere_verification");
    assert_eq!(ask(&mut asking), 204, "opening a link changes nothing");
    phone.press("Confirm").expect_says("address.confirmed_elsewhere");
    assert!(!phone.has_session(), "decision 13");
    assert_eq!(ask(&mut asking), 205, "the page may go on");

    browser.submit([("code", "")]).expect_path("/consent").press("Allow");
    let tokens = spa.redeem(browser.location());
    assert_eq!(spa.userinfo(&tokens.access).expect(200).json()["email_verified"], true);
}

fn journey_j3_the_link_signs_nobody_in_elsewhere(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.register("ada@example.org", PASSWORD);
    let mut phone = app.browser();
    phone.open_link_of(&app, "ada@example.org").press("Confirm");
    phone.open("/account").expect_path("/login");
    // Confirming twice, or opening the link again, is no dead end and gives nothing.
    phone.open_link_of(&app, "ada@example.org").expect_says("link.used");
    phone.click("Back to sign in").sign_in_with("ada@example.org", PASSWORD).expect_path("/account");
}

fn journey_j3_a_stranger_says_that_it_was_not_them(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.register("ada@example.org", PASSWORD);
    let code = app.mailbox().code_for("ada@example.org");
    let mut stranger = app.browser();
    stranger.open_link_of(&app, "ada@example.org");
    assert!(stranger.page().text.contains("Firefox on Linux"), "who asked: {}", stranger.page().text);
    stranger.press("This wasn't me").expect_says("address.disowned");
    browser.submit([("code", &code)]);
    assert!(browser.try_location().is_none(), "the code is dead");
    // The one who waits is not stuck: the form is there again, and leads home with an address of their own.
    browser.expect_path("/registration").expect_says("login.expired_reenter");
    browser.register("own@example.org", PASSWORD).enter_code_of(&app, "own@example.org").press("Allow");
    spa.redeem(browser.location());
}

fn page_1_4_2_all_mistakes_are_told_at_once(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = at_the_registration(&app, &spa);
    browser.submit([("traits.email", "ada"), ("traits.name", ""), ("password", "short")]);
    browser.expect_path("/registration").expect_says("email.format");
    browser.expect_says_with("pw.short", &[("min", "15"), ("n", "5")]);
    browser.register("ada@example.org", "acme notes acme notes").expect_path("/registration");
    browser.register("ada@example.org", PASSWORD).expect_path("/verification");
}

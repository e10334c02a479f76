//! Another address, and the link with which its former owner takes it back (security L04).

use super::{ada, facts, signed_in};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::http::Ask;
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};

on_both![
    page_1_4_6_the_old_address_is_told_and_puts_itself_back_signed_out,
    sec_l04_whoever_changed_the_address_can_take_nothing_back,
    sec_l04_an_address_that_was_never_proven_gets_no_power_over_the_account,
    sec_l04_a_recovery_does_not_take_the_old_owner_s_link_away,
    sec_s04_opening_the_link_changes_nothing,
    sec_s13_another_address_signs_other_devices_out,
    the_link_is_of_no_use_after_a_week_or_when_somebody_has_the_address,
];

/// The address is changed in this browser.
fn change(app: &TestApp, browser: &mut Browser<'_>, to: &str) {
    browser.open("/account/profile").submit([("traits.email", to)]).expect_path("/verification");
    browser.enter_code_of(app, to).expect_path("/account/profile");
}

/// A thief in the account of Ada, who has made it theirs.
fn stolen(app: &TestApp) -> (Person, Browser<'_>) {
    let (ada, mut thief) = ada(app);
    change(app, &mut thief, "eve@example.org");
    thief.open("/account/password").submit([("password", OTHER_PASSWORD)]).expect_says("password.changed");
    (ada, thief)
}

fn page_1_4_6_the_old_address_is_told_and_puts_itself_back_signed_out(setup: Setup) {
    let app = setup.start();
    let (ada, mut thief) = stolen(&app);
    let house = app.relying_party("house");
    thief.open(house.authorization_url_with(&[("scope", "openid offline_access")]));
    let tokens = house.redeem(thief.location());
    assert!(app.mailbox().kinds(&ada.email).contains(&"address_changed".to_owned()));
    let letter = app.mailbox().letters(&ada.email).pop().expect("the mail");
    assert!(!letter.mail.text.contains("eve@example.org"), "whose it is now is nobody's business");
    let mut owner = app.browser();
    owner.open(app.mailbox().link_for(&ada.email)).expect_heading("undo.title_address");
    owner.press("Put it back").expect_heading("undo.title_address_done");
    thief.open("/account").expect_path("/login");
    assert!(!house.is_alive(&tokens.access));
    assert_eq!(house.refresh_answer(tokens.refresh()).status, 400);
    // Her address is hers, and it is proven: she gets back in.
    owner.click("Reset your password").submit([("email", &ada.email)]).enter_code_of(&app, &ada.email);
    owner.submit([("password", PASSWORD)]).expect_path("/account");
    assert!(owner.page().says("account.verified", &[]));
    app.browser()
        .open("/login")
        .sign_in_with("eve@example.org", OTHER_PASSWORD)
        .expect_says("login.mismatch");
    assert!(facts(&app, &ada).contains(&"address.restored".to_owned()));
}

fn sec_l04_whoever_changed_the_address_can_take_nothing_back(setup: Setup) {
    let app = setup.start();
    let (ada, mut thief) = stolen(&app);
    // The thief changes it once more, so that the thief's own mailbox has a link, too.
    change(&app, &mut thief, "eve2@example.org");
    let links = [app.mailbox().link_for(&ada.email), app.mailbox().link_for("eve@example.org")];
    let mut owner = app.browser();
    owner.open(&links[0]).press("Put it back").expect_heading("undo.title_address_done");
    thief.open(&links[1]).expect_says("undo.over");
    owner.open(&links[0]).expect_says("undo.over");
    let id = ada.id;
    let person = app.write(move |cx| wayhome::identity::administration::get(cx, id)).expect("somebody");
    assert_eq!(person.text_trait("email"), Some("ada@example.org"));
}

fn sec_l04_an_address_that_was_never_proven_gets_no_power_over_the_account(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("typo@example.org").unverified().with_password(PASSWORD);
    let mut browser = signed_in(&app, &ada);
    change(&app, &mut browser, "ada@example.org");
    assert!(!app.mailbox().kinds("typo@example.org").contains(&"address_changed".to_owned()));
}

fn sec_l04_a_recovery_does_not_take_the_old_owner_s_link_away(setup: Setup) {
    let app = setup.start();
    let (ada, _) = stolen(&app);
    let mut thief = app.browser();
    thief.open("/recovery").submit([("email", "eve@example.org")]).enter_code_of(&app, "eve@example.org");
    thief.submit([("password", PASSWORD)]).expect_path("/account");
    app.advance(6 * 24 * 3_600);
    let mut owner = app.browser();
    owner.open(app.mailbox().link_for(&ada.email)).press("Put it back");
    owner.expect_heading("undo.title_address_done");
    thief.open("/account").expect_path("/login");
}

fn sec_s04_opening_the_link_changes_nothing(setup: Setup) {
    let app = setup.start();
    let (ada, _) = stolen(&app);
    let link = app.mailbox().link_for(&ada.email);
    let target = link.strip_prefix(&app.issuer).expect("a link to us").to_owned();
    let before = app.snapshot();
    let mut scanner = app.browser();
    for method in ["HEAD", "OPTIONS", "GET"] {
        let _looked = scanner.send(Ask::get(&target).method(method), From::Nowhere);
    }
    scanner.open(&link).reload().expect_heading("undo.title_address");
    before.expect_same(&app.snapshot(), "somebody who looked");
    // The address of the opened page is of no use elsewhere, and neither is its form from another site.
    let opened = scanner.page().target.clone();
    app.browser().open(&opened).expect_error("link_unknown", 404);
    let mut forged = app.browser();
    forged.forge(&opened, &[("csrf_token", "x")]);
    before.expect_same(&app.snapshot(), "somebody who forged");
}

fn the_link_is_of_no_use_after_a_week_or_when_somebody_has_the_address(setup: Setup) {
    let app = setup.start();
    let (ada, _) = stolen(&app);
    let link = app.mailbox().link_for(&ada.email);
    let mut owner = app.browser();
    owner.open(&link).expect_heading("undo.title_address");
    let page = owner.page().clone();
    let _other = app.identity("ada@example.org").with_password(PASSWORD);
    owner.press("Put it back").expect_says("undo.taken");
    app.advance(7 * 24 * 3_600);
    owner.open(&link).expect_says("undo.over");
    owner.press_on(&page, "Put it back", &[]).expect_says("undo.over");
}

fn sec_s13_another_address_signs_other_devices_out(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = ada(&app);
    let mut other = signed_in(&app, &ada);
    let house = app.relying_party("house");
    other.open(house.authorization_url_with(&[("scope", "openid")]));
    let tokens = house.redeem(other.location());
    change(&app, &mut browser, "countess@example.org");
    browser.open("/account").expect_path("/account");
    other.open("/account").expect_path("/login");
    assert!(!house.is_alive(&tokens.access));
}

//! J10 to J14: Back, reload, double clicks, and tabs that know nothing of each other.

use crate::app::{Setup, on_both};
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    journey_j10_back_after_the_sign_in_leads_on,
    journey_j10_back_from_the_client_is_no_dead_end,
    journey_j11_every_form_may_be_sent_twice_on_the_way_through_a_sign_in,
    journey_j11_every_form_may_be_sent_twice_on_the_way_through_a_registration,
    journey_j11_every_form_may_be_sent_twice_on_the_way_through_a_recovery,
    journey_j12_two_tabs_of_the_same_client_finish_in_either_order,
    journey_j13_two_tabs_of_different_clients_finish_side_by_side,
    journey_j14_a_sign_in_elsewhere_as_the_same_person_leads_on,
    journey_j14_a_sign_in_elsewhere_as_another_person_asks_which_to_use,
    journey_j14_the_other_person_may_be_switched_to,
    journey_j14_a_reset_in_one_tab_and_a_sign_in_in_the_other,
];

fn journey_j10_back_after_the_sign_in_leads_on(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ada).expect_path("/consent");
    browser.back().expect_path("/consent").press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
}

fn journey_j10_back_from_the_client_is_no_dead_end(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    let login = browser.page().clone();
    browser.sign_in(&ada).press("Allow");
    let home = browser.location().to_owned();
    // Before the code is used, every page of the journey gives the same answer again.
    browser.back();
    assert_eq!(spa.callback(browser.location()).state, spa.callback(&home).state);
    spa.redeem(browser.location());
    browser.open(&login.target).expect_error("request_answered", 200);
    browser.submit_on(&login, &[("identifier", "ada@example.org"), ("password", PASSWORD)]);
    browser.expect_error("request_answered", 200);
    assert!(browser.page().links.iter().any(|link| link.text == "Back to Acme Notes"));
}

fn journey_j11_every_form_may_be_sent_twice_on_the_way_through_a_sign_in(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    let login = browser.page().clone();
    let filled = [("identifier", "ada@example.org"), ("password", PASSWORD)];
    browser.submit_on(&login, &filled).expect_path("/consent");
    browser.reload().expect_path("/consent");
    browser.submit_on(&login, &filled).expect_path("/consent").press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
    assert_eq!(sessions(&app, &ada), 1, "one sign-in, one session");
}

fn sessions(app: &crate::app::TestApp, who: &crate::people::Person) -> usize {
    let id = who.id;
    app.write(move |cx| wayhome::identity::sessions::list(cx, id)).len()
}

fn journey_j11_every_form_may_be_sent_twice_on_the_way_through_a_registration(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Create an account");
    let form = browser.page().clone();
    let filled = [("traits.email", "ada@example.org"), ("traits.name", "Ada"), ("password", PASSWORD)];
    browser.submit_on(&form, &filled).expect_path("/verification");
    browser.submit_on(&form, &filled).expect_path("/verification").reload();
    let code = browser.page().clone();
    let typed = app.mailbox().code_for("ada@example.org");
    browser.submit_on(&code, &[("code", &typed)]).expect_path("/consent");
    browser.submit_on(&code, &[("code", &typed)]).expect_path("/consent").press("Allow");
    spa.redeem(browser.location());
}

fn journey_j11_every_form_may_be_sent_twice_on_the_way_through_a_recovery(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Forgot your password?");
    let address = browser.page().clone();
    browser.submit_on(&address, &[("email", "ada@example.org")]).expect_heading("code.title");
    browser.submit_on(&address, &[("email", "ada@example.org")]).expect_heading("code.title");
    let code = browser.page().clone();
    let typed = app.mailbox().code_for("ada@example.org");
    browser.submit_on(&code, &[("code", &typed)]).expect_path("/recovery/password");
    browser.submit_on(&code, &[("code", &typed)]).expect_path("/recovery/password");
    let password = browser.page().clone();
    browser.submit_on(&password, &[("password", OTHER_PASSWORD)]).expect_path("/consent");
    browser.submit_on(&password, &[("password", OTHER_PASSWORD)]).expect_path("/consent").press("Allow");
    spa.redeem(browser.location()).expect_subject(&ada.subject());
    assert_eq!(sessions(&app, &ada), 1);
}

fn journey_j12_two_tabs_of_the_same_client_finish_in_either_order(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    for second_first in [false, true] {
        let mut one = app.browser();
        one.open(spa.authorization_url());
        let mut two = one.tab();
        two.open(spa.authorization_url());
        let (early, late) = if second_first { (&mut two, &mut one) } else { (&mut one, &mut two) };
        early.sign_in(&ada);
        if early.try_page().is_some() {
            early.press("Allow");
        }
        let tokens = spa.redeem(early.location());
        late.sign_in(&ada);
        if late.try_page().is_some() {
            late.press("Allow");
        }
        spa.redeem(late.location()).expect_subject(&ada.subject());
        assert!(spa.is_alive(&tokens.access), "the second tab ended nothing of the first");
        assert!(one.location() != two.location());
    }
}

fn journey_j13_two_tabs_of_different_clients_finish_side_by_side(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let (spa, board) = (app.relying_party("spa"), app.relying_party("board"));
    let mut one = app.browser();
    one.open(spa.authorization_url()).click("Forgot your password?");
    let mut two = one.tab();
    two.open(board.authorization_url()).expect_says_with("page.subtitle", &[("client", "Beta Board")]);
    one.reload().expect_says_with("page.subtitle", &[("client", "Acme Notes")]);
    two.sign_in(&ada).press("Allow");
    board.redeem(two.location()).expect_subject(&ada.subject());
    one.click("Back to sign in");
    if one.try_page().is_some_and(|page| page.path() == "/login") {
        one.sign_in(&ada);
    }
    one.press("Allow");
    spa.redeem(one.location()).expect_subject(&ada.subject());
}

fn journey_j14_a_sign_in_elsewhere_as_the_same_person_leads_on(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut one = app.browser();
    one.open(spa.authorization_url());
    let mut two = one.tab();
    two.open("/login").sign_in(&ada).expect_path("/account");
    one.sign_in(&ada).expect_path("/consent").press("Allow");
    spa.redeem(one.location()).expect_subject(&ada.subject());
    two.reload().expect_path("/account");
}

fn journey_j14_a_sign_in_elsewhere_as_another_person_asks_which_to_use(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut one = app.browser();
    one.open(spa.authorization_url());
    let mut two = one.tab();
    two.open("/login").sign_in(&ada);
    one.sign_in(&ben).expect_heading("chooser.title");
    one.expect_says_with("session.other", &[("a", "ada@example.org")]);
    one.press("Continue as ada@example.org").expect_path("/consent").press("Allow");
    spa.redeem(one.location()).expect_subject(&ada.subject());
}

fn journey_j14_the_other_person_may_be_switched_to(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let ben = app.identity("ben@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut one = app.browser();
    one.open(spa.authorization_url());
    let mut two = one.tab();
    two.open("/login").sign_in(&ada);
    one.sign_in(&ben);
    one.reload().press("Switch to ben@example.org").expect_path("/consent").press("Allow");
    spa.redeem(one.location()).expect_subject(&ben.subject());
    assert_eq!(sessions(&app, &ada), 0, "one signed-in session per browser (decision 9)");
    two.open("/account");
    assert!(two.page().text.contains("ben@example.org"));
}

fn journey_j14_a_reset_in_one_tab_and_a_sign_in_in_the_other(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut one = app.browser();
    one.open(spa.authorization_url()).click("Forgot your password?").submit([("email", "ada@example.org")]);
    let mut two = one.tab();
    two.open("/login").sign_in(&ada).expect_path("/account");
    one.enter_code_of(&app, "ada@example.org").submit([("password", OTHER_PASSWORD)]).press("Allow");
    spa.redeem(one.location()).expect_subject(&ada.subject());
    two.reload().expect_path("/account");
    assert_eq!(sessions(&app, &ada), 1, "the tabs share the one new session");
}

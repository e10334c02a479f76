//! Sensitive changes of somebody who signed in too long ago (pages 1.4.6): what they sent waits until they have shown who
//! they are, and is then done as they sent it.

use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};

on_both![
    page_1_4_6_a_change_waits_for_its_person_and_is_then_made_as_it_was_sent,
    page_1_4_6_a_new_password_that_was_sent_too_late_is_not_asked_for_again,
    page_1_4_6_a_change_that_is_wrong_is_shown_again_with_what_was_typed,
    page_1_4_6_whoever_confirms_in_another_tab_goes_on_with_a_button,
    page_1_4_6_a_change_waits_for_ten_minutes_and_is_made_once,
    sec_a06_whose_account_is_changed_is_the_server_s_to_say,
    sec_a06_a_change_that_waits_is_of_no_use_to_another_browser_or_session,
    sec_v10_a_recovery_ends_the_changes_that_wait,
];

/// Ada, whose sign-in is eleven minutes old, with the page of her profile before her.
fn late(app: &TestApp) -> (Person, Browser<'_>) {
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).open("/account/profile");
    app.advance(11 * 60);
    (ada, browser)
}

fn name_of(app: &TestApp, who: &Person) -> String {
    let id = who.id;
    let person = app.write(move |cx| wayhome::identity::administration::get(cx, id)).expect("somebody");
    person.text_trait("name").unwrap_or_default().to_owned()
}

/// Where the change goes on that waits.
fn address(app: &TestApp) -> String {
    let snapshot = app.snapshot();
    let [row] = snapshot.rows("parked_changes") else { panic!("not one change waits") };
    format!("/account/confirmed?change={}", row["id"].as_str().expect("an id"))
}

fn page_1_4_6_a_change_waits_for_its_person_and_is_then_made_as_it_was_sent(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = late(&app);
    browser.submit([("traits.name", "Augusta Ada")]).expect_path("/login");
    browser.expect_heading("login.title_again");
    assert_eq!(name_of(&app, &ada), "Ada");
    let row = app.snapshot().rows("parked_changes")[0].to_string();
    assert!(!row.contains("Augusta") && row.contains("/account/profile"), "{row}");
    browser.submit([("password", "a wrong one at first")]).expect_says("login.mismatch");
    assert_eq!(name_of(&app, &ada), "Ada");
    browser.submit([("password", PASSWORD)]).expect_path("/account/profile").expect_says("profile.saved");
    let posts = browser.chain.iter().filter(|hop| hop.method == "POST").count();
    assert_eq!((posts, browser.chain.len()), (1, 2), "made in the answer to the confirmation");
    assert_eq!(name_of(&app, &ada), "Augusta Ada");
    // From now on it is known who she is.
    browser.submit([("traits.name", "Ada L.")]).expect_path("/account/profile").expect_says("profile.saved");
    assert_eq!(name_of(&app, &ada), "Ada L.");
}

fn page_1_4_6_a_new_password_that_was_sent_too_late_is_not_asked_for_again(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = late(&app);
    let mut other = app.browser();
    other.open("/login").sign_in(&ada);
    // The page is fresh when it opens, and old when it is sent.
    browser.open("/account/profile").submit([("traits.name", "A")]).submit([("password", PASSWORD)]);
    browser.open("/account/password");
    app.advance(11 * 60);
    browser.submit([("password", OTHER_PASSWORD)]).expect_path("/login");
    assert!(!app.snapshot().text().contains("harbours"));
    browser.submit([("password", PASSWORD)]).expect_path("/account/password").expect_says("password.changed");
    browser.open("/account").expect_path("/account");
    other.open("/account").expect_path("/login").sign_in(&ada).expect_says("login.mismatch");
    other.submit([("password", OTHER_PASSWORD)]).expect_path("/account");
}

fn page_1_4_6_a_change_that_is_wrong_is_shown_again_with_what_was_typed(setup: Setup) {
    let app = setup.start();
    let (_, mut browser) = late(&app);
    browser.submit([("traits.email", "nonsense"), ("traits.name", "Augusta")]);
    browser.submit([("password", PASSWORD)]).expect_path("/account/profile").expect_says("email.format");
    let form = browser.page().main_form().expect("the form").clone();
    assert_eq!(form.field("traits.name").expect("the name").value, "Augusta");
    assert_eq!(form.field("traits.email").expect("the address").value, "nonsense");
}

fn page_1_4_6_whoever_confirms_in_another_tab_goes_on_with_a_button(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = late(&app);
    let mut tab = browser.tab();
    browser.submit([("traits.name", "Augusta Ada")]).expect_path("/login");
    tab.open("/account/profile").submit([("traits.name", "Ada of the other tab")]);
    tab.submit([("password", PASSWORD)]).expect_says("profile.saved");
    let waiting = app.snapshot();
    let unused = waiting.rows("parked_changes").iter().find(|row| row["used_at"].is_null());
    let id = unused.expect("one still waits")["id"].as_str().expect("an id").to_owned();
    browser.open(format!("/account/confirmed?change={id}")).expect_heading("change.title");
    browser.reload().expect_heading("change.title");
    assert_eq!(name_of(&app, &ada), "Ada of the other tab", "looking changes nothing");
    browser.press("Save the change").expect_path("/account/profile").expect_says("profile.saved");
    assert_eq!(name_of(&app, &ada), "Augusta Ada");
}

fn page_1_4_6_a_change_waits_for_ten_minutes_and_is_made_once(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = late(&app);
    browser.submit([("traits.name", "Too late")]).expect_path("/login");
    app.advance(10 * 60);
    browser.submit([("password", PASSWORD)]).expect_path("/account/profile").expect_says("change.over");
    assert_eq!(name_of(&app, &ada), "Ada");
    app.advance(11 * 60);
    browser.submit([("traits.name", "In time")]).expect_path("/login");
    let page = browser.page().clone();
    app.advance(9 * 60);
    browser.submit([("password", PASSWORD)]).expect_says("profile.saved");
    browser.submit([("traits.name", "Meanwhile")]).expect_says("profile.saved");
    browser.submit_on(&page, &[("password", PASSWORD)]).expect_path("/account/profile");
    assert_eq!(name_of(&app, &ada), "Meanwhile", "a second click makes nothing twice");
}

fn sec_a06_whose_account_is_changed_is_the_server_s_to_say(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = late(&app);
    let eve = app.identity("eve@example.org").named("Eve").with_password(OTHER_PASSWORD);
    browser.submit([("traits.name", "Augusta Ada")]).expect_path("/login");
    // Another name in the form counts for nothing, and neither does that one's password.
    let page = browser.page().clone();
    let form = page.main_form().expect("the form").clone();
    let mut fields = form.pairs(None);
    fields.retain(|(name, _)| name != "identifier" && name != "password");
    fields.push(("identifier".to_owned(), eve.email.clone()));
    fields.push(("password".to_owned(), OTHER_PASSWORD.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let _again = browser.send(crate::http::Ask::form(&form.action, &fields), crate::browser::From::OurPage);
    browser.reload().expect_says("login.mismatch");
    // Somebody else may sign in instead, and then nobody's account is changed.
    browser.click("Use another account").sign_in(&eve).expect_path("/account");
    assert_eq!((name_of(&app, &ada).as_str(), name_of(&app, &eve).as_str()), ("Ada", "Eve"));
}

fn sec_a06_a_change_that_waits_is_of_no_use_to_another_browser_or_session(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = late(&app);
    browser.submit([("traits.name", "Augusta Ada")]).expect_path("/login");
    let address = address(&app);
    let mut other = app.browser();
    other.open(&address).expect_path("/login").sign_in(&ada).open(&address).expect_path("/account");
    // The same browser, but another session.
    browser.open("/logout").press("Sign out");
    browser.open("/login").sign_in(&ada).open(&address).expect_path("/account");
    assert_eq!(name_of(&app, &ada), "Ada");
}

fn sec_v10_a_recovery_ends_the_changes_that_wait(setup: Setup) {
    let app = setup.start();
    let (ada, mut browser) = late(&app);
    browser.submit([("traits.email", "eve@example.org")]).expect_path("/login");
    let mut owner = app.browser();
    owner.open("/recovery").submit([("email", &ada.email)]).enter_code_of(&app, &ada.email);
    owner.submit([("password", OTHER_PASSWORD)]).expect_path("/account");
    assert!(app.snapshot().rows("parked_changes").is_empty());
    browser.reload();
    browser.sign_in_with(&ada.email, OTHER_PASSWORD).expect_path("/account");
    assert_eq!(app.mailbox().count("eve@example.org"), 0);
}

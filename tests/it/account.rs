//! The account console (pages 1.4.6), and what ends everything (seed S1, S35).

mod activity;
mod apps;
mod data;
mod devices;
mod off_switch;
mod overview;
mod undo;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::people::{PASSWORD, Person};

/// Ada, and a browser in which she is signed in.
fn ada(app: &TestApp) -> (Person, Browser<'_>) {
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    let browser = signed_in(app, &ada);
    (ada, browser)
}

/// A browser in which somebody is signed in.
fn signed_in<'a>(app: &'a TestApp, who: &Person) -> Browser<'a> {
    let mut browser = app.browser();
    browser.open("/login").sign_in(who);
    browser
}

/// The names of the facts about somebody.
fn facts(app: &TestApp, who: &Person) -> Vec<String> {
    let id = who.id;
    app.write(move |cx| Ok(wayhome::store::events::kinds_of(cx.db, id)?))
}

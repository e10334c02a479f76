//! The protocol against those who do not keep to it: each case of the catalogue of attacks carries its id.

mod asking;
mod assertions;
mod broken;
mod changes;
mod clients;
mod codes;
mod failures;
mod instances;
mod kinds;
mod minted;
mod names;
mod others;
mod pushed;
mod redirects;
mod repeats;
mod signed;
mod stale;
mod tokens;
mod verifiers;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::people::{PASSWORD, Person};
use crate::relying_party::RelyingParty;

/// The person of these tests.
fn ann(app: &TestApp) -> Person {
    app.identity("ann@example.org").named("Ann").with_password(PASSWORD)
}

/// Signs a person in at a client; where the browser is sent then.
#[track_caller]
fn arrive(browser: &mut Browser<'_>, rp: &RelyingParty<'_>, who: &Person, more: &[(&str, &str)]) -> String {
    browser.open(rp.authorization_url_with(more));
    if browser.try_location().is_none() && browser.page().path() == "/login" {
        browser.sign_in(who);
    }
    if browser.try_location().is_none() {
        browser.press("Allow");
    }
    browser.location().to_owned()
}

/// The facts of a kind that were written about a person.
fn facts(app: &TestApp, who: &Person, kind: &str) -> usize {
    let id = who.id;
    let kinds = app.write(move |cx| Ok(wayhome::store::events::kinds_of(cx.db, id)?));
    kinds.iter().filter(|known| *known == kind).count()
}

//! Sign-out that ends everything (`provider.md` 7): what clients are told, by their servers and by their pages, and what
//! their pages may watch.

mod attempts;
mod endings;
mod frames;
mod hints;
mod told;
mod watching;

use serde_json::Value;
use wayhome::crypto::SignatureAlgorithm;
use wayhome::notifier::Notifier;

use crate::app::{Setup, TestApp};
use crate::browser::Browser;
use crate::http::encoded;
use crate::logout_sink::LogoutSink;
use crate::people::Person;
use crate::relying_party::{RelyingParty, Tokens};

/// A client of the house whose server wants to hear.
pub fn listening(id: &str, sink: &LogoutSink, more: &str) -> String {
    format!(
        "\n[[client]]\nid = \"{id}\"\nname = \"Client {id}\"\ntype = \"spa\"\nskip_consent = true\n\
         redirect_uris = [\"http://localhost:6001/{id}\"]\npost_logout_redirect_uris = [\"http://localhost:6001/\"]\n\
         scopes = [\"openid\", \"profile\", \"email\", \"offline_access\"]\n\
         backchannel_logout_uri = \"{}\"\n{more}\n",
        sink.uri()
    )
}

/// A server with one such client, called `told`.
pub fn with_listener(setup: Setup, sink: &LogoutSink) -> TestApp {
    setup.clients(&listening("told", sink, "")).start()
}

/// Signs in with this browser, or goes on in the session that it has.
#[track_caller]
pub fn tokens(browser: &mut Browser<'_>, rp: &RelyingParty<'_>, who: &Person, scope: &str) -> Tokens {
    browser.open(rp.authorization_url_with(&[("scope", scope)]));
    if browser.try_page().is_some_and(|page| page.target.starts_with("/login")) {
        browser.sign_in(who);
    }
    if browser.try_page().is_some() {
        browser.press("Allow");
    }
    rp.redeem(browser.location())
}

/// A request for a sign-out.
fn end_session(parameters: &[(&str, &str)]) -> String {
    format!("/oauth2/sessions/logout?{}", encoded(parameters))
}

impl TestApp {
    /// Lets a notifier tell what is due; how many notices that were.
    #[track_caller]
    pub fn tell(&self) -> usize {
        self.wait(Notifier::new(self.work().clone()).tell_due()).expect("the notifier works")
    }

    /// What was written about a client being told, in its order: the name of the fact, and its row.
    fn facts(&self) -> Vec<(String, Value)> {
        let snapshot = self.snapshot();
        let mut rows: Vec<&Value> = snapshot.rows("events").iter().collect();
        rows.sort_by_key(|row| row["at"].as_i64().or_else(|| row["at"].as_str()?.parse().ok()));
        let kind = |row: &Value| row["kind"].as_str().unwrap_or_default().to_owned();
        rows.into_iter()
            .map(|row| (kind(row), row.clone()))
            .filter(|(of, _)| of.starts_with("logout."))
            .collect()
    }

    /// How many notices wait.
    pub fn waiting(&self) -> usize {
        self.snapshot().rows("logout_notices").len()
    }

    /// A token of ours with these claims.
    fn signed(&self, typ: &str, claims: &Value) -> String {
        let keys = self.work().env().signing.get();
        keys.active(SignatureAlgorithm::Rs256).expect("a key").sign(typ, claims).expect("a signature")
    }
}

//! Devices that ask for access (RFC 8628): the device, the person in a browser elsewhere, and whoever tries to be either.

mod asking;
mod endings;
mod guessing;
mod pages;
mod polling;

use serde_json::Value;

use crate::app::{Setup, TestApp};
use crate::browser::Browser;
use crate::http::Answer;
use crate::people::{PASSWORD, Person};
use crate::relying_party::{RelyingParty, Tokens};

/// The grant type.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Two televisions, a confidential one, and one whose access tokens are opaque.
const CLIENTS: &str = r#"
[[client]]
id = "tv"
name = "Acme TV"
type = "device"
audience = ["https://films.example.org", "https://music.example.org"]

[[client]]
id = "radio"
name = "Radio"
type = "device"
scopes = ["openid", "films:read"]
access_token_format = "opaque"

[[client]]
id = "kiosk"
name = "Kiosk"
type = "web"
secret = { env = "SECRET" }
grant_types = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]
skip_consent = true
"#;

/// A server with these clients.
fn start(setup: Setup) -> TestApp {
    setup.clients(CLIENTS).start()
}

/// Somebody with a browser.
fn ada(app: &TestApp) -> Person {
    app.identity("ada@example.org").named("Ada").with_password(PASSWORD)
}

/// A device that has asked.
struct Device<'a> {
    app: &'a TestApp,
    rp: RelyingParty<'a>,
    /// What it keeps.
    code: String,
    /// What it shows.
    user_code: String,
    /// What it may show as a picture.
    complete: String,
}

impl<'a> Device<'a> {
    /// Asks for everything that most ask for.
    #[track_caller]
    fn asks(app: &'a TestApp, client_id: &str) -> Self {
        Self::asks_for(app, client_id, "openid profile offline_access")
    }

    /// Asks for this scope, and reads the answer (RFC 8628 3.2).
    #[track_caller]
    fn asks_for(app: &'a TestApp, client_id: &str, scope: &str) -> Self {
        let rp = app.relying_party(client_id);
        let answer = rp.call("/oauth2/device/auth", &[("scope", scope)]).expect(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        let text = |name: &str| body[name].as_str().map(str::to_owned).unwrap_or_else(|| panic!("{body}"));
        let (code, user_code) = (text("device_code"), text("user_code"));
        assert!(code.starts_with("wh_dc_") && code.len() == 55, "{body}");
        let letters: Vec<&str> = user_code.split('-').collect();
        let known = |part: &&str| part.len() == 4 && part.chars().all(|c| "BCDFGHJKLMNPQRSTVWXZ".contains(c));
        assert!(letters.len() == 2 && letters.iter().all(known), "{body}");
        assert_eq!(text("verification_uri"), format!("{}/device", app.issuer));
        let complete = text("verification_uri_complete");
        assert_eq!(complete, format!("{}/device/confirm?user_code={user_code}", app.issuer));
        assert_eq!((&body["expires_in"], &body["interval"]), (&600.into(), &5.into()));
        Self { app, rp, code, user_code, complete }
    }

    /// Asks whether there is an answer, after the time that it must wait.
    #[track_caller]
    fn polls(&self) -> Answer {
        self.app.advance(5);
        self.polls_at_once(&[])
    }

    /// Asks at once, with more.
    #[track_caller]
    fn polls_at_once(&self, more: &[(&str, &str)]) -> Answer {
        let fields = [&[("grant_type", DEVICE_CODE), ("device_code", &self.code)], more].concat();
        self.rp.token(&fields)
    }

    /// Hears this error.
    #[track_caller]
    fn hears(&self, error: &str) {
        refused(&self.polls(), error);
    }

    /// Gets its tokens, and checks them.
    #[track_caller]
    fn is_connected(&self) -> Tokens {
        self.rp.tokens(&self.polls().expect(200), None)
    }

    /// Somebody types its code and answers, in a browser where they are signed in.
    #[track_caller]
    fn answered_in(&self, browser: &mut Browser<'_>, words: &str) {
        browser.open("/device").submit([("user_code", &self.user_code)]);
        browser.expect_path("/device/confirm").press(words);
    }
}

/// A refusal of an endpoint (RFC 6749 5.2, RFC 8628 3.5): the status, the code, and nothing of what was sent.
#[track_caller]
fn refused(answer: &Answer, error: &str) -> Value {
    let body = answer.clone().expect(400).json();
    assert_eq!(body["error"], error, "{body}");
    body
}

/// A browser in which somebody is signed in.
fn signed_in<'a>(app: &'a TestApp, who: &Person) -> Browser<'a> {
    let mut browser = app.browser();
    browser.open("/login").sign_in(who);
    browser
}

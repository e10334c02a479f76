//! Second factors: on the way to a client, in the account, and what clients are told of them.

mod account;
mod journeys;
mod levels;
mod paths;

use wayhome::crypto::TotpSecret;
use wayhome::identity::{factors, sessions};
use wayhome::model::TokenDigest;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::people::{PASSWORD, Person};

/// Somebody's phone with an authenticator app, and the paper with their backup codes.
pub struct Phone {
    secret: TotpSecret,
    /// The backup codes.
    pub paper: Vec<String>,
}

impl Phone {
    /// The code that the app shows now.
    pub fn code(&self, app: &TestApp) -> String {
        self.secret.code(TotpSecret::step_at(app.now()))
    }

    /// The same once another code is shown: each counts once.
    pub fn next_code(&self, app: &TestApp) -> String {
        app.advance(30);
        self.code(app)
    }

    /// Of the key that a page shows.
    pub fn of_key(key: &str) -> Self {
        let mut bits = 0_u64;
        let mut held = 0;
        let mut bytes = Vec::new();
        for letter in key.bytes().filter(|byte| *byte != b' ') {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter);
            bits = bits << 5 | u64::try_from(value.expect("base32")).expect("small");
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push(u8::try_from(bits >> held & 255).expect("a byte"));
            }
        }
        Self { secret: TotpSecret::from_bytes(bytes.into()), paper: Vec::new() }
    }
}

/// Gives somebody an app, as if they had added it on another day.
pub fn with_app(app: &TestApp, who: &Person) -> Phone {
    let (id, browser) = (who.id, TokenDigest::from_bytes([9; 32]));
    let (session, secret) = app.write(move |cx| {
        let session = sessions::sign_in(cx, id, browser, &["pwd"], None)?.session;
        factors::begin_app(cx, &session)?;
        let secret = factors::app_being_added(cx, &session)?.expect("it is being added");
        Ok((session, secret))
    });
    let code = secret.code(TotpSecret::step_at(app.now()));
    let paper = app.write(move |cx| {
        factors::add_app(cx, &session, &code)?;
        sessions::end(cx, &session, "a day has passed")?;
        Ok(factors::new_backup_codes(cx, &session)?.expect("they are shown"))
    });
    app.advance(60);
    Phone { secret, paper }
}

/// Somebody with a password and an app.
fn ada(app: &TestApp) -> (Person, Phone) {
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let phone = with_app(app, &ada);
    (ada, phone)
}

/// Shows the second factor on its page.
fn second_step(browser: &mut Browser<'_>, app: &TestApp, phone: &Phone) {
    browser.expect_path("/login/second-factor").expect_heading("factor.title_totp");
    let code = phone.next_code(app);
    browser.submit([("code", &code)]);
}

/// The same, and trusts the device.
fn second_step_with_trust(browser: &mut Browser<'_>, app: &TestApp, phone: &Phone) {
    browser.expect_path("/login/second-factor");
    let code = phone.next_code(app);
    browser.submit([("code", code.as_str()), ("trust", "true")]);
}

//! Signing in, and choosing between two accounts.

use askama::Template;

use super::control::Control;
use super::{Form, Frame, View};
use crate::model::Notice;

/// From this many misses on, the error summary repeats the link to the recovery.
const MISSES_BEFORE_HELP: u32 = 3;

/// Sign in, or confirm who you are.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application that waits.
    pub client_name: Option<String>,
    /// Identifier and password.
    pub form: Form,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// What was typed, or carried along.
    pub identifier: String,
    /// Whether people sign in with an email address only.
    pub identifier_is_email: bool,
    /// Who must confirm that it is them; the identifier is then fixed.
    pub known_as: Option<String>,
    /// Whether a code can be mailed in place of the password.
    pub offer_code: bool,
    /// Leads to the sign-in of another account.
    pub switch_link: Option<String>,
    /// Leads to the recovery.
    pub recovery_link: Option<String>,
    /// Leads to the registration.
    pub registration_link: Option<String>,
    /// How often the password did not match.
    pub misses: u32,
    /// Signs in with a passkey, where there are such.
    pub passkey: Option<PasskeyForm>,
}

/// The way in with a passkey, which needs a script.
#[derive(Clone, Debug)]
pub struct PasskeyForm {
    /// Answered by `assertion`.
    pub form: Form,
    /// Where the options come from.
    pub options: String,
    /// A passkey that works no more, which its authenticator may forget, as JSON.
    pub unknown: Option<String>,
}

impl LoginPage {
    fn identifier_control(&self) -> Control<'_> {
        let label = if self.identifier_is_email { "login.email" } else { "login.username" };
        Control {
            input: if self.identifier_is_email { "email" } else { "text" },
            inputmode: Some("email"),
            autocomplete: "username webauthn".to_owned(),
            value: self.identifier.clone(),
            problem: self.problem_of("identifier"),
            readonly: self.known_as.is_some(),
            autofocus: self.is_calm() && self.identifier.is_empty() && self.known_as.is_none(),
            verbatim: true,
            ..Control::new(&self.frame, "username", "identifier", self.frame.t(label))
        }
    }

    fn password_control(&self) -> Control<'_> {
        Control {
            problem: self.problem_of("password"),
            autofocus: self.is_calm() && (!self.identifier.is_empty() || self.known_as.is_some()),
            ..Control::password(&self.frame, "current-password", "password", self.frame.t("login.password"))
        }
    }
}

impl View for LoginPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t(if self.known_as.is_some() { "login.title_again" } else { "login.title" })
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        [("identifier", "username"), ("password", "current-password")]
            .map(|(name, id)| (name.to_owned(), id.to_owned()))
            .to_vec()
    }

    fn help(&self) -> Option<&str> {
        self.recovery_link.as_deref().filter(|_| self.misses >= MISSES_BEFORE_HELP)
    }
}

/// Somebody is signed in already, and somebody else may be meant.
#[derive(Template)]
#[template(path = "chooser.html")]
pub struct ChooserPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application that waits.
    pub client_name: Option<String>,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// Answered by `choice`: `continue` or `switch`.
    pub form: Form,
    /// Who is signed in.
    pub signed_in_as: String,
    /// Who signed in just now in another tab.
    pub other: Option<String>,
}

impl View for ChooserPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t(if self.other.is_some() { "chooser.title" } else { "chooser.title_one" })
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

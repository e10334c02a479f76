//! A forgotten password.

use askama::Template;

use super::control::Control;
use super::{Form, Frame, PasskeyForm, View};
use crate::model::Notice;

/// Ask for a code to choose a new password.
#[derive(Template)]
#[template(path = "recovery.html")]
pub struct RecoveryPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application that waits.
    pub client_name: Option<String>,
    /// The address.
    pub form: Form,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// What was typed, or carried along.
    pub email: String,
    /// Who is signed in already.
    pub signed_in_as: Option<String>,
    /// Leads to the sign-in.
    pub login_link: Option<String>,
}

impl RecoveryPage {
    fn email_control(&self) -> Control<'_> {
        Control {
            input: "email",
            inputmode: Some("email"),
            autocomplete: "email".to_owned(),
            value: self.email.clone(),
            problem: self.problem_of("email"),
            autofocus: self.is_calm() && self.email.is_empty(),
            verbatim: true,
            ..Control::new(&self.frame, "email", "email", self.frame.t("recovery.email"))
        }
    }
}

impl View for RecoveryPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("recovery.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        vec![("email".to_owned(), "email".to_owned())]
    }
}

/// Choose a new password; it can do nothing else.
#[derive(Template)]
#[template(path = "new_password.html")]
pub struct NewPasswordPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application that waits.
    pub client_name: Option<String>,
    /// The new password.
    pub form: Form,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// Whose password it is, for password managers.
    pub identifier: String,
    /// The least number of characters of a password.
    pub password_min: usize,
    /// Makes a passkey instead; `None` if none can be made here.
    pub passkey: Option<PasskeyForm>,
}

impl NewPasswordPage {
    fn password_control(&self) -> Control<'_> {
        Control {
            problem: self.problem_of("password"),
            autofocus: self.is_calm(),
            ..Control::new_password(&self.frame, self.frame.t("pw.new"), self.password_min)
        }
    }
}

impl View for NewPasswordPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("recovery.new_title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        vec![("password".to_owned(), "new-password".to_owned())]
    }
}

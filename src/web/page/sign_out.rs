//! Signing out.

use askama::Template;

use super::{Form, Frame, View};

/// Ask before signing out.
#[derive(Template)]
#[template(path = "logout.html")]
pub struct LogoutPage {
    /// What stands around the page.
    pub frame: Frame,
    /// Signs out.
    pub form: Form,
    /// Who is signed in.
    pub signed_in_as: Option<String>,
    /// Leads back, signed in.
    pub stay_link: String,
    /// The applications that are signed out as well.
    pub applications: Vec<String>,
}

impl View for LogoutPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("logout.title")
    }
}

/// Signed out.
#[derive(Template)]
#[template(path = "signed_out.html")]
pub struct SignedOutPage {
    /// What stands around the page.
    pub frame: Frame,
    /// Leads to the sign-in.
    pub login_link: String,
    /// The application's name and its address.
    pub back: Option<(String, String)>,
    /// What a developer should know: a label and a value each.
    pub developer: Vec<(String, String)>,
}

impl View for SignedOutPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("logout.done_title")
    }
}

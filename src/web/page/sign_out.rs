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
    /// Pages of applications that sign out in a frame.
    pub frames: Vec<String>,
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

/// Signed out here, while pages of applications sign out in frames; then the way goes on by itself: a browser follows the
/// refresh of a page only when its frames have loaded, and a script does not wait for them for ever.
#[derive(Template)]
#[template(path = "signing_out.html")]
pub struct SigningOutPage {
    /// What stands around the page.
    pub frame: Frame,
    /// Pages of applications that sign out in a frame.
    pub frames: Vec<String>,
    /// The application that asked, and the address at which it waits.
    pub onward: (String, String),
}

impl SigningOutPage {
    /// How long the script waits for the frames, in milliseconds.
    const PATIENCE: u32 = 5_000;
}

impl View for SigningOutPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("logout.going_title")
    }
}

/// The page without anything to see that pages of clients frame to learn whether the session is still the same.
#[derive(Template)]
#[template(path = "check_session.html")]
pub struct CheckSessionPage {
    /// For the name of the service.
    pub frame: Frame,
}

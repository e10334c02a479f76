//! Two-step verification in the account: the app, the backup codes, and the devices that are spared.

use askama::Template;

use super::account::Section;
use super::control::Control;
use super::{Form, Frame, Moment, View};
use crate::model::Notice;

/// A browser that is spared the second step.
#[derive(Clone, Debug)]
pub struct TrustedRow {
    /// Its id.
    pub id: String,
    /// Such as "Firefox on Linux".
    pub device: String,
    /// Until when.
    pub until: Moment,
}

/// What a person has of second factors.
#[derive(Template)]
#[template(path = "two_step.html")]
pub struct TwoStepPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// Whether there is an authenticator app.
    pub app: bool,
    /// Whether there is a passkey or a security key.
    pub webauthn: bool,
    /// How many backup codes are left.
    pub codes_left: usize,
    /// The devices that are spared.
    pub devices: Vec<TrustedRow>,
    /// Answered by `change` (`add`, `remove`, `codes`), or by `device`, an id.
    pub form: Form,
    /// Signs out.
    pub logout_form: Form,
}

impl TwoStepPage {
    fn section(&self) -> Section {
        Section::TwoStep
    }
}

impl View for TwoStepPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("two_step.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

/// A QR code, as rows of dark modules.
#[derive(Clone, Debug, Default)]
pub struct Qr {
    /// How many modules it is wide and high, its quiet zone included.
    pub size: usize,
    /// The dark modules, as the path of an SVG image: a stroke of one module in each row.
    pub path: String,
}

/// An authenticator app is set up.
#[derive(Template)]
#[template(path = "add_app.html")]
pub struct AddAppPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// What the app scans.
    pub qr: Qr,
    /// What the person types instead, in groups of four.
    pub key: String,
    /// Whose account it is.
    pub account: String,
    /// Answered by `code`.
    pub form: Form,
    /// Signs out.
    pub logout_form: Form,
}

impl AddAppPage {
    fn section(&self) -> Section {
        Section::TwoStep
    }

    fn back(&self) -> &'static str {
        Section::TwoStep.path()
    }

    /// The key as apps take it, to be copied.
    fn bare_key(&self) -> String {
        self.key.replace(' ', "")
    }

    fn account_sentence(&self) -> String {
        let args = [("account", self.account.as_str()), ("issuer", self.frame.app_name.as_str())];
        self.frame.text.say("add_app.account", &args)
    }

    fn code_control(&self) -> Control<'_> {
        Control {
            inputmode: Some("numeric"),
            autocomplete: "one-time-code".to_owned(),
            problem: self.problem_of("code"),
            verbatim: true,
            ..Control::new(&self.frame, "totpcode", "code", self.frame.t("add_app.label"))
        }
    }
}

impl View for AddAppPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("add_app.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        vec![("code".to_owned(), "totpcode".to_owned())]
    }
}

/// New backup codes, shown once.
#[derive(Template)]
#[template(path = "backup_codes.html")]
pub struct BackupCodesPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The codes, in groups.
    pub codes: Vec<String>,
    /// The same as a file.
    pub file_link: String,
    /// Answered by `saved`.
    pub form: Form,
    /// Signs out.
    pub logout_form: Form,
}

impl BackupCodesPage {
    fn section(&self) -> Section {
        Section::TwoStep
    }

    fn saved_control(&self) -> Control<'_> {
        saved_control(&self.frame, self.problem_of("saved"))
    }
}

fn saved_control(frame: &Frame, problem: Option<String>) -> Control<'_> {
    Control { input: "checkbox", problem, ..Control::new(frame, "saved", "saved", frame.t("codes.saved")) }
}

impl View for BackupCodesPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("codes.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        vec![("saved".to_owned(), "saved".to_owned())]
    }
}

/// The same on the way: the codes that come with a passkey which opens an account by itself.
#[derive(Template)]
#[template(path = "new_codes.html")]
pub struct NewCodesPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application that waits.
    pub client_name: Option<String>,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The codes, in groups.
    pub codes: Vec<String>,
    /// The same as a file.
    pub file_link: String,
    /// Answered by `saved`.
    pub form: Form,
}

impl NewCodesPage {
    fn saved_control(&self) -> Control<'_> {
        saved_control(&self.frame, self.problem_of("saved"))
    }
}

impl View for NewCodesPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("codes.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        vec![("saved".to_owned(), "saved".to_owned())]
    }
}

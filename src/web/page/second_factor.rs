//! The second step. The code of an app and a backup code have a page each, as password managers fill whatever stands on
//! one page (P11).

use askama::Template;

use super::control::Control;
use super::{Form, Frame, PasskeyForm, View};
use crate::identity::factors::{TRUST_DAYS, Typed};
use crate::model::Notice;

/// Enter a second factor, to sign in or to recover.
#[derive(Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactorPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application that waits.
    pub client_name: Option<String>,
    /// What is typed here.
    pub kind: Typed,
    /// Answered by `code`, and by `trust`.
    pub form: Form,
    /// Whether the person has what is typed here.
    pub has_code: bool,
    /// Shows a passkey or a security key, if the person has one.
    pub passkey: Option<PasskeyForm>,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// Whether this browser may be trusted.
    pub offer_trust: bool,
    /// Leads to the page of the other kind, if the person has it.
    pub other_link: Option<String>,
    /// Leads to the sign-in of another account.
    pub switch_link: Option<String>,
    /// Leads back to the sign-in.
    pub login_link: Option<String>,
}

impl SecondFactorPage {
    fn code_control(&self) -> Control<'_> {
        let control = match self.kind {
            Typed::Totp => Control {
                inputmode: Some("numeric"),
                autocomplete: "one-time-code".to_owned(),
                ..Control::new(&self.frame, "totpcode", "code", self.frame.t("factor.label_totp"))
            },
            Typed::BackupCode => Control {
                hint: Some(self.frame.t("factor.hint_backup")),
                ..Control::new(&self.frame, "recovery-code", "code", self.frame.t("factor.label_backup"))
            },
        };
        Control { problem: self.problem_of("code"), autofocus: self.is_calm(), verbatim: true, ..control }
    }

    fn trust_control(&self) -> Control<'_> {
        let label = self.frame.with("factor.trust", "days", TRUST_DAYS);
        Control { input: "checkbox", ..Control::new(&self.frame, "trust", "trust", label) }
    }

    fn sentence(&self) -> &'static str {
        match self.kind {
            Typed::Totp if !self.has_code => "passkey.second_sentence",
            Typed::Totp => "factor.sentence_totp",
            Typed::BackupCode => "factor.sentence_backup",
        }
    }

    fn other_words(&self) -> &'static str {
        match self.kind {
            Typed::Totp => "factor.use_backup",
            Typed::BackupCode => "factor.use_totp",
        }
    }
}

impl View for SecondFactorPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t(match self.kind {
            Typed::Totp if !self.has_code => "passkey.second_title",
            Typed::Totp => "factor.title_totp",
            Typed::BackupCode => "factor.title_backup",
        })
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        let id = match self.kind {
            Typed::Totp => "totpcode",
            Typed::BackupCode => "recovery-code",
        };
        vec![("code".to_owned(), id.to_owned())]
    }
}

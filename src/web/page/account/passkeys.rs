//! The passkeys and security keys of an account.

use askama::Template;

use super::super::control::Control;
use super::super::{Form, Frame, View};
use super::{Moment, Section};
use crate::model::Notice;
use crate::web::path;

/// A passkey or a security key.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Who keeps it, if we know.
    pub provider: Option<String>,
    /// Whether it is a security key, which goes with a password.
    pub is_key: bool,
    /// When it was added.
    pub created: Moment,
    /// When it was last used.
    pub last_used: Option<Moment>,
}

/// The passkeys and security keys, and how to have more or fewer.
#[derive(Template)]
#[template(path = "passkeys.html")]
pub struct PasskeysPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// Those that there are.
    pub passkeys: Vec<PasskeyRow>,
    /// Answered by `kind` and `credential`, by `rename` and `name`, or by `remove`.
    pub form: Form,
    /// What authenticators are told of the account, as JSON; `None` if none can be added here.
    pub signals: Option<String>,
    /// Whether the person has shown lately who they are, so that one can be made at once.
    pub recent: bool,
    /// Signs out.
    pub logout_form: Form,
}

impl PasskeysPage {
    fn section(&self) -> Section {
        Section::Passkeys
    }

    /// The two kinds that can be added, with the words of their buttons.
    fn kinds(&self) -> [(&'static str, String); 2] {
        [("passkey", self.frame.t("passkeys.add")), ("security_key", self.frame.t("passkeys.add_key"))]
    }

    fn name_control(&self, row: &PasskeyRow) -> Control<'_> {
        let id = format!("name-{}", row.id);
        let value = row.name.clone();
        Control { value, ..Control::new(&self.frame, &id, "name", self.frame.t("passkeys.new_name")) }
    }
}

impl View for PasskeysPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("passkeys.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

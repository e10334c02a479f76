//! The applications that may use the account.

use askama::Template;

use super::super::{Form, Frame, Permission, View};
use super::{Moment, Section};
use crate::model::Notice;

/// An application that may use the account.
#[derive(Clone, Debug)]
pub struct AppRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// Since when.
    pub first: Moment,
    /// When it was last active.
    pub last: Moment,
    /// Whether its access outlives the sign-in.
    pub offline: bool,
    /// Whether what it may do is remembered, so that nobody asks again.
    pub remembered: bool,
}

/// The applications.
#[derive(Template)]
#[template(path = "apps.html")]
pub struct AppsPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The applications.
    pub apps: Vec<AppRow>,
    /// Answered by `remove` or `ask`, each an application's id.
    pub form: Form,
    /// Signs out.
    pub logout_form: Form,
}

impl AppsPage {
    fn section(&self) -> Section {
        Section::Apps
    }
}

impl View for AppsPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("apps.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

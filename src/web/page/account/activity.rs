//! What has happened to the account lately.

use askama::Template;

use super::super::{Form, Frame, View};
use super::{Moment, Section};
use crate::model::Notice;

/// One thing that has happened.
#[derive(Clone, Debug)]
pub struct ActivityRow {
    /// What, in words.
    pub what: String,
    /// When.
    pub at: Moment,
    /// With which device, if that is known.
    pub device: Option<String>,
    /// From which address of the network; empty if that is not known.
    pub place: String,
}

/// What has happened, the newest first.
#[derive(Template)]
#[template(path = "activity.html")]
pub struct ActivityPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// What has happened.
    pub rows: Vec<ActivityRow>,
    /// "This wasn't me."
    pub form: Form,
    /// Signs out.
    pub logout_form: Form,
}

impl ActivityPage {
    fn section(&self) -> Section {
        Section::Activity
    }
}

impl View for ActivityPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("activity.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

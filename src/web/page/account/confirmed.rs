//! A change that waited, and whose person has shown who they are.

use askama::Template;

use super::super::{Form, Frame, View};

/// Go on with a change, or leave things as they are.
#[derive(Template)]
#[template(path = "confirmed.html")]
pub struct ConfirmedPage {
    /// What stands around the page.
    pub frame: Frame,
    /// Makes the change.
    pub form: Form,
    /// Leads to the page that the change belongs to.
    pub leave_link: String,
}

impl View for ConfirmedPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("change.title")
    }
}

//! The person's data, and the end of their account.

use askama::Template;

use super::super::control::Control;
use super::super::{Form, Frame, View};
use super::Section;
use crate::model::Notice;

/// Download, and deletion.
#[derive(Template)]
#[template(path = "data.html")]
pub struct DataPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The file.
    pub download_link: &'static str,
    /// What must be typed to delete the account.
    pub person: String,
    /// `email`: deletes the account; absent if that is not offered.
    pub delete_form: Option<Form>,
    /// Signs out.
    pub logout_form: Form,
}

impl DataPage {
    fn section(&self) -> Section {
        Section::Data
    }

    fn control(&self) -> Control<'_> {
        let label = self.frame.with("delete.label", "who", &self.person);
        Control {
            problem: self.problem_of("email"),
            verbatim: true,
            ..Control::new(&self.frame, "delete-email", "email", label)
        }
    }
}

impl View for DataPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("data.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        vec![("email".to_owned(), "delete-email".to_owned())]
    }
}

//! What the link in a mail takes back, and what has become of it.

use askama::Template;

use super::super::{Form, Frame, View};
use crate::model::Notice;

/// A question with one button, or an answer with links.
#[derive(Template)]
#[template(path = "undo.html")]
pub struct UndoPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The id of the heading.
    pub title: &'static str,
    /// What the button does in a sentence, its form, and the id of its words.
    pub question: Option<(String, Form, &'static str)>,
    /// Where to go: the id of the words, and the address.
    pub links: Vec<(&'static str, &'static str)>,
}

impl View for UndoPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t(self.title)
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

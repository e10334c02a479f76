//! The inbox of a development server: the mail that it would have sent.

use askama::Template;

use super::{Frame, Moment, View, safe_link};

/// A message.
#[derive(Clone, Debug)]
pub struct InboxMessage {
    /// The message's id.
    pub id: String,
    /// The recipient.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// When it was made.
    pub at: Moment,
    /// The text, as it would arrive.
    pub text: String,
    /// The code in it.
    pub code: Option<String>,
    /// The link in it.
    pub link: Option<String>,
    /// What became of it.
    pub status: String,
}

impl InboxMessage {
    fn safe_link(&self) -> Option<&str> {
        safe_link(&self.link)
    }
}

/// All messages, newest first.
#[derive(Template)]
#[template(path = "inbox.html")]
pub struct InboxPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The messages, in the order in which they are shown.
    pub messages: Vec<InboxMessage>,
}

impl View for InboxPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("inbox.title")
    }
}

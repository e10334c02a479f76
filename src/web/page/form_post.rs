//! The answer to a client as a form that the browser posts (OAuth 2.0 Form Post Response Mode).

use askama::Template;

use super::{Frame, View};

/// Takes the answer to the client: by itself, or by its button where there are no scripts.
#[derive(Template)]
#[template(path = "form_post.html")]
pub struct FormPostPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application.
    pub client_name: String,
    /// The registered redirect URI.
    pub action: String,
    /// The parameters of the answer.
    pub fields: Vec<(&'static str, String)>,
}

impl View for FormPostPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.with("form_post.title", "client", &self.client_name)
    }
}

//! Allowing an application to use the account.

use askama::Template;

use super::{Form, Frame, View, safe_link};
use crate::model::Notice;

/// One thing that the application may do, in words.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The scope.
    pub scope: String,
    /// What it allows, in a few words.
    pub title: String,
    /// What it allows, in a sentence.
    pub line: String,
}

/// Allow an application, or do not.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct ConsentPage {
    /// What stands around the page.
    pub frame: Frame,
    /// Answered by `answer`: `allow` or `deny`, and `remember`.
    pub form: Form,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The application that asks.
    pub client_name: String,
    /// Who is signed in.
    pub identifier: String,
    /// Leads to the sign-in of another account.
    pub switch: Option<Form>,
    /// What it asks for.
    pub permissions: Vec<Permission>,
    /// Where the answer is sent, in words: a host, or "an app on this computer".
    pub destination: String,
    /// The application's privacy notice.
    pub policy_uri: Option<String>,
    /// The application's terms.
    pub tos_uri: Option<String>,
    /// Whether the answer may be remembered.
    pub offer_remember: bool,
}

impl ConsentPage {
    fn policy(&self) -> Option<&str> {
        safe_link(&self.policy_uri)
    }

    fn tos(&self) -> Option<&str> {
        safe_link(&self.tos_uri)
    }
}

impl View for ConsentPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.with("consent.title", "client", &self.client_name)
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

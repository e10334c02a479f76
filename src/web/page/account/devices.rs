//! The devices that are signed in.

use askama::Template;

use super::super::{Form, Frame, View};
use super::{Moment, Section};
use crate::model::Notice;

/// A device that is signed in.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The session's id.
    pub id: String,
    /// Such as "Firefox on Linux".
    pub device: String,
    /// How it signed in, in words.
    pub how: Vec<String>,
    /// The applications that were used in it.
    pub apps: Vec<String>,
    /// Where it is, as far as we know; empty if we do not.
    pub place: String,
    /// When it signed in.
    pub signed_in: Moment,
    /// When it was last active.
    pub last_seen: Moment,
    /// Whether it is the browser that shows this page.
    pub current: bool,
}

/// The devices that are signed in.
#[derive(Template)]
#[template(path = "sessions.html")]
pub struct SessionsPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The devices.
    pub sessions: Vec<SessionRow>,
    /// Answered by `session`, an id, or by `others`: `yes`.
    pub form: Form,
    /// Signs out.
    pub logout_form: Form,
}

impl SessionsPage {
    fn section(&self) -> Section {
        Section::Sessions
    }

    /// This device first, the others in the order in which they came.
    fn rows(&self) -> impl Iterator<Item = &SessionRow> {
        let current = self.sessions.iter().filter(|row| row.current);
        current.chain(self.sessions.iter().filter(|row| !row.current))
    }

    fn has_others(&self) -> bool {
        self.sessions.iter().any(|row| !row.current)
    }
}

impl View for SessionsPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("sessions.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

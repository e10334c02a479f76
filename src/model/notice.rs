//! A notice: one sentence for a person, by its stable id in the catalogue, never by its text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a notice is to the person who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Something must be mended; listed in the error summary.
    Error,
    /// Something to know.
    Info,
    /// Something worked.
    Success,
}

/// A sentence on a page. `web` and `courier` find its words in the catalogue of messages (`text`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The stable id in the catalogue, such as `login.mismatch`.
    pub id: String,
    /// Error, information or success.
    pub kind: NoticeKind,
    /// The form field that it speaks of, by the control's `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The values of the sentence's placeholders.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Notice {
    /// Something must be mended.
    pub fn error(id: &str) -> Self {
        Self::new(id, NoticeKind::Error)
    }

    /// Something to know.
    pub fn info(id: &str) -> Self {
        Self::new(id, NoticeKind::Info)
    }

    /// Something worked.
    pub fn success(id: &str) -> Self {
        Self::new(id, NoticeKind::Success)
    }

    /// Ties the notice to the control of this `name`.
    pub fn on(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Fills the placeholder `name`.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    fn new(id: &str, kind: NoticeKind) -> Self {
        Self { id: id.to_owned(), kind, field: None, args: BTreeMap::new() }
    }
}

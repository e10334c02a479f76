//! One template, filled with several contexts in a process of its own.

use minijinja::UndefinedBehavior;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Broken, Own};
use crate::config::MailTemplate;

/// What is tried.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::courier) struct Trial {
    /// All files.
    pub(super) files: Vec<MailTemplate>,
    /// The language that the mail is in.
    pub(super) language: String,
    /// The file that is filled.
    pub(super) name: String,
    /// What with. The first has everything, so that nothing may be missing in it.
    pub(super) contexts: Vec<Value>,
}

/// What each context came to, or why one came to nothing.
pub(in crate::courier) type Tried = Result<Vec<String>, Broken>;

impl Trial {
    /// Fills it.
    pub(in crate::courier) fn run(&self) -> Tried {
        let own = Own::of(&self.files, &self.language);
        let strictness = |n| if n == 0 { UndefinedBehavior::Strict } else { UndefinedBehavior::Lenient };
        let said = self.contexts.iter().enumerate();
        said.map(|(n, context)| own.fill(&self.name, context, strictness(n))).collect()
    }
}

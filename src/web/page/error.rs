//! The page for what can be answered nowhere else.

use askama::Template;

use super::{Frame, View};
use crate::web::path;

/// From this many seconds on, the time to wait is said in minutes.
const MINUTES_FROM: u64 = 120;

/// The values of a sentence's placeholders.
type Values = Vec<(String, String)>;

/// Says the effect, what happened, and what to do now.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The error's id; its sentence is `error.<id>`, its heading `error.<id>.title` or else `error.title`.
    pub id: String,
    /// The values of the sentence's placeholders; `app` is known without them.
    pub args: Values,
    /// The status of the answer.
    pub status: u16,
    /// The best way onward: the id of its words, their values, and the address.
    pub primary: Option<(String, Values, String)>,
    /// Other ways onward: the id of the words, and the address.
    pub secondary: Vec<(String, String)>,
    /// When it happened, UTC.
    pub at: String,
    /// What a developer should know: a label and a value each.
    pub developer: Vec<(String, String)>,
    /// Seconds to wait before trying again.
    pub retry_after: Option<u64>,
}

impl ErrorPage {
    fn say(&self, id: &str, args: &[(String, String)]) -> String {
        let mut args: Vec<(&str, &str)> =
            args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        args.push(("app", &self.frame.app_name));
        self.frame.text.say(id, &args)
    }

    fn sentence(&self) -> String {
        self.say(&format!("error.{}", self.id), &self.args)
    }

    /// Words and address; there is always a way onward.
    fn first_way(&self) -> (String, &str) {
        match (&self.primary, self.secondary.first()) {
            (Some((id, args, href)), _) => (self.say(id, args), href),
            (None, Some((id, href))) => (self.say(id, &[]), href),
            (None, None) => (self.say("go.account", &[]), path::ACCOUNT),
        }
    }

    fn other_ways(&self) -> impl Iterator<Item = (String, &str)> {
        let taken = usize::from(self.primary.is_none());
        self.secondary.iter().skip(taken).map(|(id, href)| (self.say(id, &[]), href.as_str()))
    }

    fn wait(&self) -> Option<String> {
        self.retry_after.map(|seconds| {
            if seconds < MINUTES_FROM {
                self.frame.with("error.retry_after", "seconds", seconds)
            } else {
                self.frame.with("error.retry_after_minutes", "minutes", seconds.div_ceil(60))
            }
        })
    }
}

impl View for ErrorPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        let own = format!("error.{}.title", self.id);
        let id = if self.frame.text.contains(&own) { own.as_str() } else { "error.title" };
        self.say(id, &self.args)
    }
}

//! What the courier has for people.

use wayhome::courier::{self, Rendered};
use wayhome::model::Message;
use wayhome::store;

use crate::app::TestApp;

/// The most mails that a test reads.
const MOST: i64 = 1000;

/// A mail as its reader sees it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The row.
    pub message: Message,
    /// The mail.
    pub mail: Rendered,
}

/// All mails, whoever they are for.
pub struct Mailbox<'a>(&'a TestApp);

impl<'a> Mailbox<'a> {
    pub(crate) fn new(app: &'a TestApp) -> Self {
        Self(app)
    }

    /// The mails to an address, the newest first.
    #[track_caller]
    pub fn letters(&self, to: &str) -> Vec<Letter> {
        let to = to.to_owned();
        let messages = self.0.write(move |cx| Ok(store::messages::list(cx.db, None, MOST, None, Some(&to))?));
        let written = |message: Message| {
            let mail = courier::render(self.0.work().env(), &message).expect("the mail is written");
            Letter { message, mail }
        };
        messages.into_iter().map(written).collect()
    }

    /// How many mails there are for an address.
    #[track_caller]
    pub fn count(&self, to: &str) -> usize {
        self.letters(to).len()
    }

    /// The newest mail to an address.
    #[track_caller]
    pub fn newest(&self, to: &str) -> Letter {
        self.letters(to).into_iter().next().unwrap_or_else(|| panic!("no mail went to {to}"))
    }

    /// The newest code for an address.
    #[track_caller]
    pub fn code_for(&self, to: &str) -> String {
        let codes = self.letters(to).into_iter().find_map(|letter| letter.mail.code);
        codes.unwrap_or_else(|| panic!("no code went to {to}"))
    }

    /// The newest link for an address.
    #[track_caller]
    pub fn link_for(&self, to: &str) -> String {
        let links = self.letters(to).into_iter().find_map(|letter| letter.mail.link);
        links.unwrap_or_else(|| panic!("no link went to {to}"))
    }

    /// The template of every mail to an address, the newest first.
    #[track_caller]
    pub fn kinds(&self, to: &str) -> Vec<String> {
        self.letters(to).into_iter().map(|letter| letter.message.template_type).collect()
    }
}

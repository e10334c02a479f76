//! The code from a mail, and the link beside it.

use askama::Template;

use super::control::Control;
use super::{Form, Frame, View};
use crate::model::Notice;

/// What a code proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// That an address is the person's.
    Verification,
    /// That it is the person who signs in.
    SignIn,
    /// That the person may choose a new password.
    Recovery,
}

/// Enter the code that we sent.
#[derive(Template)]
#[template(path = "code.html")]
pub struct CodePage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application that waits.
    pub client_name: Option<String>,
    /// What the code proves.
    pub purpose: CodePurpose,
    /// The code.
    pub form: Form,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The address as it may be shown here.
    pub address: String,
    /// Whether we may say that a mail was sent; else the sentence holds for unknown addresses too.
    pub certain: bool,
    /// The sender of our mail.
    pub from_address: String,
    /// Asks for a new code.
    pub resend: Form,
    /// Seconds until a new code may be asked for.
    pub resend_wait: Option<u64>,
    /// Leads back to the form where the address was typed.
    pub change_link: Option<String>,
    /// Leads on without the code.
    pub skip_link: Option<String>,
    /// Leads to the sign-in.
    pub login_link: Option<String>,
    /// Answers HEAD with 204 while there is nothing new, and with 205 once this page should be loaded again.
    pub status_path: Option<String>,
}

impl CodePage {
    /// Says that mail does not get through at the moment, and what can be done instead.
    pub fn tell_that_mail_is_down(&mut self) {
        let way = match self.purpose {
            CodePurpose::Recovery | CodePurpose::SignIn => "mail.way_password",
            CodePurpose::Verification if self.skip_link.is_some() => "mail.way_skip",
            CodePurpose::Verification if self.change_link.is_some() => "mail.way_change",
            CodePurpose::Verification => "mail.way_sign_in",
        };
        self.notices.push(Notice::info("mail.down").with("alternative", self.frame.t(way)));
    }

    fn code_control(&self) -> Control<'_> {
        Control {
            inputmode: Some("numeric"),
            autocomplete: "one-time-code".to_owned(),
            problem: self.problem_of("code"),
            autofocus: self.is_calm(),
            verbatim: true,
            ..Control::new(&self.frame, "email-code", "code", self.frame.t("code.label"))
        }
    }

    fn sentence(&self) -> &'static str {
        if self.certain { "code.sent_to" } else { "code.maybe_sent_to" }
    }

    fn kind(&self) -> &'static str {
        match self.purpose {
            CodePurpose::Verification => "verification",
            CodePurpose::SignIn => "sign-in",
            CodePurpose::Recovery => "recovery",
        }
    }
}

impl View for CodePage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("code.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        vec![("code".to_owned(), "email-code".to_owned())]
    }
}

/// What the link in a mail opens. Opening it changes nothing; the button does.
#[derive(Template)]
#[template(path = "link.html")]
pub struct LinkPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application that waits.
    pub client_name: Option<String>,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The address as it may be shown here; empty for a link that an administrator has given.
    pub address: String,
    /// What the link proves.
    pub purpose: CodePurpose,
    /// Whether another browser waits for the answer.
    pub elsewhere: bool,
    /// When the mail was asked for, in words.
    pub asked_at: String,
    /// From where, in words; empty if that is not shown.
    pub asked_from: String,
    /// Goes on; absent for a link that leads nowhere any more.
    pub form: Option<Form>,
    /// Says that somebody else asked.
    pub disown: Option<Form>,
    /// Leads to the sign-in.
    pub login_link: Option<String>,
}

impl LinkPage {
    fn button(&self) -> &'static str {
        match self.purpose {
            CodePurpose::Verification => "link.confirm",
            CodePurpose::Recovery | CodePurpose::SignIn => "link.continue",
        }
    }

    fn elsewhere_sentence(&self) -> &'static str {
        match self.purpose {
            CodePurpose::Verification => "link.elsewhere_verification",
            CodePurpose::Recovery | CodePurpose::SignIn => "link.elsewhere_recovery",
        }
    }

    fn sentence(&self) -> String {
        let id = match self.purpose {
            CodePurpose::Verification => "link.sentence_verification",
            CodePurpose::Recovery if self.address.is_empty() => "link.sentence_given",
            CodePurpose::Recovery | CodePurpose::SignIn => "link.sentence_recovery",
        };
        self.frame.text.say(id, &[("address", &self.address), ("app", &self.frame.app_name)])
    }
}

impl View for LinkPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t(match self.purpose {
            CodePurpose::Verification => "link.title_verification",
            CodePurpose::Recovery | CodePurpose::SignIn => "link.title_recovery",
        })
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

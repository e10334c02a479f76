//! The pages: what each one needs, as a struct, and how it becomes HTML.
//!
//! A page decides nothing. It is given the forms and links that lead on, and every word comes from the catalogue.

mod account;
mod code;
mod consent;
mod control;
mod device;
mod error;
#[cfg(test)]
mod fixtures;
mod form_post;
mod inbox;
mod recovery;
mod registration;
#[cfg(test)]
mod rules;
mod second_factor;
mod sign_in;
mod sign_out;
mod two_step;

use std::sync::Arc;

use askama::Template;

pub use account::{
    AccountPage, ActivityPage, ActivityRow, AppRow, AppsPage, ConfirmedPage, DataPage, Moment, PasskeyRow,
    PasskeysPage, PasswordPage, ProfilePage, SessionRow, SessionsPage, StrangeRow, UndoPage,
};
pub use code::{CodePage, CodePurpose, LinkPage};
pub use consent::{ConsentPage, Permission};
pub use device::{DeviceAnswered, DeviceConfirmPage, DeviceDonePage, DevicePage};
pub use error::ErrorPage;
pub use form_post::FormPostPage;
pub use inbox::{InboxMessage, InboxPage};
pub use recovery::{NewPasswordPage, RecoveryPage};
pub use registration::{Field, FieldKind, RegistrationPage};
pub use second_factor::SecondFactorPage;
pub use sign_in::{ChooserPage, LoginPage, PasskeyForm};
pub use sign_out::{CheckSessionPage, LogoutPage, SignedOutPage, SigningOutPage};
pub use two_step::{AddAppPage, BackupCodesPage, NewCodesPage, Qr, TrustedRow, TwoStepPage};

use crate::model::{Instant, Notice, NoticeKind};
use crate::text::Catalogue;

/// What can be shown to a person.
pub trait Page {
    /// The whole document.
    fn render_page(&self) -> Result<String, askama::Error>;
}

impl<T: Template> Page for T {
    fn render_page(&self) -> Result<String, askama::Error> {
        self.render()
    }
}

/// What stands around every page.
#[derive(Clone)]
pub struct Frame {
    /// The words.
    pub text: Arc<Catalogue>,
    /// The name of this service, as people know it.
    pub app_name: String,
    /// The id under which the log knows this request.
    pub request_id: String,
    /// Where people find help.
    pub support_url: Option<String>,
    /// The privacy notice.
    pub privacy_url: Option<String>,
    /// The terms of service.
    pub terms_url: Option<String>,
    /// Whether this is a development server, whose mail lies in an inbox of its own.
    pub development: bool,
    /// Until when the log shows queries and addresses, if it does.
    pub revealed_until: Option<Instant>,
    /// The way back without an answer, for a page that stands on the way to an application.
    pub leave: Option<Leave>,
}

/// Leads back to the application that waits, which hears that the person did not go on (`access_denied`).
#[derive(Clone)]
pub struct Leave {
    /// The application.
    pub client: String,
    /// Answered by `answer=deny`.
    pub form: Form,
}

impl Frame {
    /// The sentence of `id`, without placeholders.
    fn t(&self, id: &str) -> String {
        self.text.say(id, &[])
    }

    /// The sentence of `id` with one placeholder.
    fn with(&self, id: &str, name: &str, value: impl ToString) -> String {
        self.text.say(id, &[(name, &value.to_string())])
    }

    /// The sentence of `id` as HTML, with one value that stands out. Sentence and value are escaped here.
    fn strong(&self, id: &str, name: &str, value: &str) -> String {
        const MARK: &str = "\u{fffc}";
        let value = format!(r#"<strong dir="auto">{}</strong>"#, escaped(value));
        escaped(&self.with(id, name, MARK)).replace(MARK, &value)
    }

    /// What people are told while the log shows what it usually does not.
    fn revealed(&self) -> Option<String> {
        let until = self.revealed_until?.rfc3339();
        Some(self.text.notice(&Notice::info("page.revealed").with("time", until)))
    }

    /// The addresses of the footer, each with the id of its words.
    fn footer(&self) -> Vec<(&'static str, &str)> {
        [
            ("page.help", &self.support_url),
            ("page.privacy", &self.privacy_url),
            ("page.terms", &self.terms_url),
        ]
        .into_iter()
        .filter_map(|(id, url)| Some((id, url.as_deref()?)))
        .collect()
    }
}

/// Where a form is sent, and the proof that we made it.
#[derive(Clone, Debug)]
pub struct Form {
    /// The target of the POST.
    pub action: String,
    /// The value of the hidden control `csrf_token`.
    pub csrf: String,
}

/// One line of the error summary.
struct Problem {
    text: String,
    /// The id of the control that it speaks of.
    control: Option<String>,
}

/// What the frame asks of each page.
trait View {
    fn frame(&self) -> &Frame;

    /// The words of the only `h1`, which also begin the title.
    fn heading(&self) -> String;

    fn notices(&self) -> &[Notice] {
        &[]
    }

    /// The `name` and `id` of each control of which a notice may speak.
    fn anchors(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn problems(&self) -> Vec<Problem> {
        let anchors = self.anchors();
        let control = |notice: &Notice| {
            let name = notice.field.as_deref()?;
            anchors.iter().find(|(anchor, _)| anchor == name).map(|(_, id)| id.clone())
        };
        self.notices()
            .iter()
            .filter(|notice| notice.kind == NoticeKind::Error)
            .map(|notice| Problem { text: self.frame().text.notice(notice), control: control(notice) })
            .collect()
    }

    /// A link to the recovery, for somebody who tried often.
    fn help(&self) -> Option<&str> {
        None
    }

    /// Information and success: the class of its box, and its words.
    fn notes(&self) -> Vec<(&'static str, String)> {
        let class = |notice: &Notice| match notice.kind {
            NoticeKind::Error => None,
            NoticeKind::Info => Some("info"),
            NoticeKind::Success => Some("success"),
        };
        self.notices()
            .iter()
            .filter_map(|notice| Some((class(notice)?, self.frame().text.notice(notice))))
            .collect()
    }

    /// What is wrong with the control of this `name`.
    fn problem_of(&self, name: &str) -> Option<String> {
        let problems: Vec<String> = self
            .notices()
            .iter()
            .filter(|notice| notice.kind == NoticeKind::Error && notice.field.as_deref() == Some(name))
            .map(|notice| self.frame().text.notice(notice))
            .collect();
        (!problems.is_empty()).then(|| problems.join(" "))
    }

    /// Whether focus is free, because no error summary takes it.
    fn is_calm(&self) -> bool {
        self.notices().iter().all(|notice| notice.kind != NoticeKind::Error)
    }
}

/// A link that somebody else gave us, if a page may carry it.
fn safe_link(url: &Option<String>) -> Option<&str> {
    url.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}

fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => out.push_str("&#38;"),
            '<' => out.push_str("&#60;"),
            '>' => out.push_str("&#62;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

//! The account: what a person sees and changes about themselves.

mod activity;
mod apps;
mod confirmed;
mod data;
mod devices;
mod passkeys;
mod undo;

pub use activity::{ActivityPage, ActivityRow};
pub use apps::{AppRow, AppsPage};
pub use confirmed::ConfirmedPage;
pub use data::DataPage;
pub use devices::{SessionRow, SessionsPage};
pub use passkeys::{PasskeyRow, PasskeysPage};
pub use undo::UndoPage;

use askama::Template;

use super::control::Control;
use super::{Field, Form, Frame, View};
use crate::model::Notice;
use crate::web::path;

/// The pages of the account, as they stand in its navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Overview,
    Profile,
    Password,
    Passkeys,
    TwoStep,
    Sessions,
    Apps,
    Activity,
    Data,
}

impl Section {
    /// In the order of the navigation.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Profile,
        Self::Password,
        Self::Passkeys,
        Self::TwoStep,
        Self::Sessions,
        Self::Apps,
        Self::Activity,
        Self::Data,
    ];

    pub fn path(&self) -> &'static str {
        match self {
            Self::Overview => path::ACCOUNT,
            Self::Profile => path::PROFILE,
            Self::Password => path::PASSWORD,
            Self::Passkeys => path::PASSKEYS,
            Self::TwoStep => path::TWO_STEP,
            Self::Sessions => path::SESSIONS,
            Self::Apps => path::APPS,
            Self::Activity => path::ACTIVITY,
            Self::Data => path::DATA,
        }
    }

    pub fn words(&self) -> &'static str {
        match self {
            Self::Overview => "account.overview",
            Self::Profile => "account.profile",
            Self::Password => "account.password",
            Self::Passkeys => "account.passkeys",
            Self::TwoStep => "account.two_step",
            Self::Sessions => "account.sessions",
            Self::Apps => "account.apps",
            Self::Activity => "account.activity",
            Self::Data => "account.data",
        }
    }
}

/// The overview of the account.
#[derive(Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The person's name.
    pub name: Option<String>,
    /// The person's address.
    pub address: Option<String>,
    /// Whether the address is proven.
    pub verified: bool,
    /// Sends a code to prove it.
    pub verify_form: Option<Form>,
    /// Whether there is no second factor.
    pub lacks_second_factor: bool,
    /// How many backup codes are left, if they are few.
    pub few_codes: Option<usize>,
    /// Sign-ins on new devices.
    pub strange: Vec<StrangeRow>,
    /// Says that one of them was somebody else.
    pub disown_form: Form,
    /// Signs out.
    pub logout_form: Form,
}

/// A sign-in on a new device.
#[derive(Clone, Debug)]
pub struct StrangeRow {
    /// Such as "Firefox on Linux".
    pub device: String,
    /// When.
    pub at: Moment,
    /// From where.
    pub place: String,
}

impl AccountPage {
    fn section(&self) -> Section {
        Section::Overview
    }

    /// Whether there is nothing to look at.
    fn is_in_order(&self) -> bool {
        !self.lacks_second_factor
            && self.few_codes.is_none()
            && self.strange.is_empty()
            && self.verify_form.is_none()
    }
}

impl View for AccountPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        match &self.name {
            Some(name) => self.frame.with("account.hello", "name", name),
            None => self.frame.t("account.nav"),
        }
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

/// The person's own data.
#[derive(Template)]
#[template(path = "profile.html")]
pub struct ProfilePage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The fields.
    pub form: Form,
    /// The fields of the schema, in its order.
    pub fields: Vec<Field>,
    /// Signs out.
    pub logout_form: Form,
}

impl ProfilePage {
    fn section(&self) -> Section {
        Section::Profile
    }

    fn controls(&self) -> Vec<Control<'_>> {
        let control = |field| Control::field(&self.frame, field, self.problem_of(&field.name));
        self.fields.iter().map(control).collect()
    }
}

impl View for ProfilePage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("profile.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        self.fields.iter().map(|field| (field.name.clone(), field.id.clone())).collect()
    }
}

/// Change the password.
#[derive(Template)]
#[template(path = "password.html")]
pub struct PasswordPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// `current_password` if it is asked for, `password`, and `end_others`.
    pub form: Form,
    /// Whose password it is, for password managers.
    pub identifier: String,
    /// The least number of characters of a password.
    pub password_min: usize,
    /// Whether the current password is asked for.
    pub ask_current: bool,
    /// Signs out.
    pub logout_form: Form,
}

impl PasswordPage {
    fn section(&self) -> Section {
        Section::Password
    }

    fn current_control(&self) -> Control<'_> {
        let label = self.frame.t("pw.current");
        Control {
            problem: self.problem_of("current_password"),
            ..Control::password(&self.frame, "current-password", "current_password", label)
        }
    }

    fn new_control(&self) -> Control<'_> {
        Control {
            problem: self.problem_of("password"),
            ..Control::new_password(&self.frame, self.frame.t("pw.new"), self.password_min)
        }
    }
}

impl View for PasswordPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("password.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        [("current_password", "current-password"), ("password", "new-password")]
            .map(|(name, id)| (name.to_owned(), id.to_owned()))
            .to_vec()
    }
}

/// An instant, for machines and for people.
#[derive(Clone, Debug)]
pub struct Moment {
    /// RFC 3339.
    pub iso: String,
    /// In words.
    pub shown: String,
}

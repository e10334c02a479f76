//! Creating an account.

use askama::Template;

use super::control::Control;
use super::{Form, Frame, PasskeyForm, View};
use crate::model::Notice;

/// How a field of the schema is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// An email address.
    Email,
    /// A line of text.
    Text,
    /// A telephone number.
    Tel,
    /// An address on the web.
    Url,
    /// A number.
    Number,
    /// Yes (`true`) or nothing.
    Checkbox,
}

/// A field of the identity schema.
#[derive(Clone, Debug)]
pub struct Field {
    /// The control's name, such as `traits.email`.
    pub name: String,
    /// The control's id, unique on the page.
    pub id: String,
    /// Its label.
    pub label: String,
    /// What kind of control it is.
    pub kind: FieldKind,
    /// The value of `autocomplete`; none if empty.
    pub autocomplete: String,
    /// What was typed.
    pub value: String,
    /// One sentence of help.
    pub hint: Option<String>,
    /// Whether it may stay empty.
    pub optional: bool,
}

/// Create an account.
#[derive(Template)]
#[template(path = "registration.html")]
pub struct RegistrationPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The application that waits.
    pub client_name: Option<String>,
    /// The fields and the password.
    pub form: Form,
    /// What to say first.
    pub notices: Vec<Notice>,
    /// The fields of the schema, in its order.
    pub fields: Vec<Field>,
    /// What the person is invited to; then the address stands as it is.
    pub invited_to: Option<String>,
    /// The least number of characters of a password.
    pub password_min: usize,
    /// Leads to the sign-in.
    pub login_link: Option<String>,
    /// Makes the account with a passkey; `None` if none can be made here.
    pub passkey: Option<PasskeyForm>,
}

impl RegistrationPage {
    /// The way to the sign-in; whoever is invited has no account yet.
    fn login(&self) -> Option<&str> {
        self.login_link.as_deref().filter(|_| self.invited_to.is_none())
    }

    fn controls(&self) -> Vec<Control<'_>> {
        let first_empty = self.fields.iter().position(|field| field.value.is_empty());
        let fields = self.fields.iter().enumerate().map(|(at, field)| Control {
            autofocus: self.is_calm() && at == 0 && first_empty == Some(0),
            readonly: self.invited_to.is_some() && field.autocomplete == "username",
            ..Control::field(&self.frame, field, self.problem_of(&field.name))
        });
        let password = Control {
            problem: self.problem_of("password"),
            ..Control::new_password(&self.frame, self.frame.t("pw.choose"), self.password_min)
        };
        fields.chain([password]).collect()
    }
}

impl View for RegistrationPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        match &self.invited_to {
            Some(app) => self.frame.with("registration.title_invited", "app", app),
            None => self.frame.t("registration.title"),
        }
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        self.controls().into_iter().map(|control| (control.name, control.id)).collect()
    }
}

//! One labelled control of a form, so that the rules for markup are kept in one place.

use askama::Template;

use super::{Field, FieldKind, Frame};

/// A label, a hint, what is wrong, and the input.
#[derive(Template)]
#[template(path = "part/control.html")]
pub(super) struct Control<'a> {
    pub frame: &'a Frame,
    pub id: String,
    pub name: String,
    pub label: String,
    pub input: &'static str,
    pub inputmode: Option<&'static str>,
    pub autocomplete: String,
    pub value: String,
    pub hint: Option<String>,
    pub problem: Option<String>,
    pub readonly: bool,
    pub autofocus: bool,
    /// Left alone by the keyboard's help: no capital letters, no spelling.
    pub verbatim: bool,
    /// The same, but all letters are capital ones.
    pub capitals: bool,
}

impl<'a> Control<'a> {
    /// A control with this id, name and label.
    pub fn new(frame: &'a Frame, id: &str, name: &str, label: String) -> Self {
        Self {
            frame,
            id: id.to_owned(),
            name: name.to_owned(),
            label,
            input: "text",
            inputmode: None,
            autocomplete: String::new(),
            value: String::new(),
            hint: None,
            problem: None,
            readonly: false,
            autofocus: false,
            verbatim: false,
            capitals: false,
        }
    }

    /// A password: never filled in by us, with a button that shows it.
    pub fn password(frame: &'a Frame, id: &str, name: &str, label: String) -> Self {
        let autocomplete = id.to_owned();
        Self { input: "password", autocomplete, verbatim: true, ..Self::new(frame, id, name, label) }
    }

    /// A new password, with the rule that it is checked against.
    pub fn new_password(frame: &'a Frame, label: String, min: usize) -> Self {
        let hint = Some(frame.with("pw.rule", "min", min));
        Self { hint, ..Self::password(frame, "new-password", "password", label) }
    }

    /// A field of the schema.
    pub fn field(frame: &'a Frame, field: &Field, problem: Option<String>) -> Self {
        let (input, inputmode) = match field.kind {
            FieldKind::Email => ("email", Some("email")),
            FieldKind::Text => ("text", None),
            FieldKind::Tel => ("tel", Some("tel")),
            FieldKind::Url => ("url", Some("url")),
            FieldKind::Number => ("text", Some("decimal")),
            FieldKind::Checkbox => ("checkbox", None),
        };
        let label = if field.optional {
            format!("{} {}", field.label, frame.t("field.optional"))
        } else {
            field.label.clone()
        };
        Self {
            input,
            inputmode,
            autocomplete: field.autocomplete.clone(),
            value: field.value.clone(),
            hint: field.hint.clone(),
            problem,
            verbatim: matches!(field.kind, FieldKind::Email | FieldKind::Url),
            ..Self::new(frame, &field.id, &field.name, label)
        }
    }

    fn is_password(&self) -> bool {
        self.input == "password"
    }

    fn is_checkbox(&self) -> bool {
        self.input == "checkbox"
    }

    fn is_checked(&self) -> bool {
        matches!(self.value.as_str(), "true" | "on" | "yes")
    }

    /// The ids of hint and problem, for `aria-describedby`.
    fn described_by(&self) -> Option<String> {
        let mut ids = Vec::new();
        if self.hint.is_some() {
            ids.push(format!("{}-about", self.id));
        }
        if self.problem.is_some() {
            ids.push(format!("{}-problem", self.id));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

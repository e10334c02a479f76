//! Every page in every state, for the tests of the rules and for looking at.

mod beside;
mod devices;
mod entering;
mod factors;
mod inside;

use std::cell::RefCell;
use std::sync::Arc;

use super::*;
use crate::text::{Catalogue, Languages};

/// What somebody hostile would put into each value that we show.
const HOSTILE: &str = r#""><script>alert(1)</script>&'"#;

/// A page in a state.
pub struct Fixture {
    /// `page-state`.
    pub name: &'static str,
    /// The document.
    pub html: String,
}

impl Fixture {
    /// The page without its state.
    pub fn page(&self) -> &'static str {
        self.name.split('-').next().unwrap()
    }

    /// Whether the state has something to mend.
    pub fn is_wrong(&self) -> bool {
        self.name.ends_with("_wrong")
    }
}

/// All of them.
pub fn all() -> Vec<Fixture> {
    let mut all = Vec::new();
    let mut add = |name: &'static str, page: &dyn Page| {
        all.push(Fixture { name, html: page.render_page().unwrap() });
    };
    entering::sign_in(&mut add);
    factors::second_step(&mut add);
    entering::registration(&mut add);
    entering::codes(&mut add);
    entering::recovery(&mut add);
    inside::consent(&mut add);
    inside::answers(&mut add);
    devices::devices(&mut add);
    inside::account(&mut add);
    inside::passkeys(&mut add);
    factors::account(&mut add);
    inside::sign_out(&mut add);
    beside::errors(&mut add);
    beside::inbox(&mut add);
    all
}

type Add<'a> = &'a mut dyn FnMut(&'static str, &dyn Page);

fn fields() -> Vec<Field> {
    let field = |name: &str, label: &str, kind, autocomplete: &str| Field {
        name: format!("traits.{name}"),
        id: name.to_owned(),
        label: label.to_owned(),
        kind,
        autocomplete: autocomplete.to_owned(),
        value: String::new(),
        hint: None,
        optional: true,
    };
    let email = Field {
        hint: some("We'll send a code to check it's yours."),
        optional: false,
        ..field("email", "Email", FieldKind::Email, "username")
    };
    let news = Field {
        value: "true".to_owned(),
        ..field("beta", "Show me new things early", FieldKind::Checkbox, "")
    };
    vec![
        email,
        field("name", "Name", FieldKind::Text, "name"),
        field("phone", "Phone", FieldKind::Tel, "tel"),
        field("site", "Website", FieldKind::Url, "url"),
        field("age", "Age", FieldKind::Number, ""),
        news,
    ]
}

thread_local! {
    /// The language of the fixtures that this thread makes.
    static LANGUAGE: RefCell<Option<Arc<Catalogue>>> = const { RefCell::new(None) };
}

/// All of them in another language.
pub fn all_in(tag: &str) -> Vec<Fixture> {
    let languages = Languages::new("en", &[], true).unwrap();
    LANGUAGE.set(languages.choose([tag]));
    let all = all();
    LANGUAGE.set(None);
    all
}

fn frame() -> Frame {
    let language = LANGUAGE.with_borrow(Option::clone);
    Frame {
        text: language.unwrap_or_else(|| Arc::new(Catalogue::english().unwrap())),
        app_name: "Acme Accounts".to_owned(),
        request_id: "01JDEXAMPLE".to_owned(),
        support_url: some("https://acme.example/help"),
        privacy_url: some("https://acme.example/privacy"),
        terms_url: some("https://acme.example/terms"),
        development: false,
        revealed_until: None,
        leave: None,
    }
}

fn on_the_way() -> Frame {
    let leave = Leave { client: "Acme Notes".to_owned(), form: form("/consent?login_challenge=1") };
    Frame { leave: Some(leave), ..frame() }
}

fn form(action: &str) -> Form {
    Form { action: action.to_owned(), csrf: "proof".to_owned() }
}

fn moment(iso: &str, shown: &str) -> Moment {
    Moment { iso: iso.to_owned(), shown: shown.to_owned() }
}

fn some(value: &str) -> Option<String> {
    Some(value.to_owned())
}

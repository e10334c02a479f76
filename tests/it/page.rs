//! A page as a person without JavaScript finds it: its words, links, forms and buttons.

use scraper::{ElementRef, Html, Selector};
use wayhome::text::Catalogue;

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The status that it came with.
    pub status: u16,
    /// Path and query.
    pub target: String,
    /// The whole text of the document, markup included.
    pub html: String,
    /// What the `<title>` says.
    pub title: String,
    /// The one `<h1>`.
    pub heading: String,
    /// What can be read on it, with single spaces.
    pub text: String,
    /// Links of the whole document, in their order.
    pub links: Vec<Link>,
    /// Forms of the whole document, in their order.
    pub forms: Vec<Form>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its words.
    pub text: String,
    /// Where it leads.
    pub href: String,
    /// Whether it leads on: it is no link of the footer, and none to a place on the same page.
    pub leads_on: bool,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// `method`, as it is written.
    pub method: String,
    /// Where it is sent.
    pub action: String,
    /// Its fields, in their order.
    pub fields: Vec<Field>,
    /// Its buttons, in their order.
    pub buttons: Vec<Button>,
    /// Whether it stands in the main part of the page.
    pub in_main: bool,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// `name`.
    pub name: String,
    /// `type`.
    pub kind: String,
    /// What stands in it, or what it stands for.
    pub value: String,
    /// Whether it is sent: false for a box that is not ticked.
    pub sent: bool,
    /// Whether a person can type in it.
    pub editable: bool,
}

/// A button that sends a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// Its words.
    pub text: String,
    /// `name` and `value`, if it has a name.
    pub pair: Option<(String, String)>,
    /// Whether it can be pressed.
    pub enabled: bool,
}

impl Form {
    /// The path of its action.
    pub fn path(&self) -> &str {
        self.action.split('?').next().unwrap_or_default()
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether a person has something to fill in.
    pub fn asks(&self) -> bool {
        self.fields.iter().any(|field| field.editable)
    }

    /// What is sent without a person's doing, with the button's own pair.
    pub fn pairs(&self, button: Option<&Button>) -> Vec<(String, String)> {
        let fields = self.fields.iter().filter(|field| field.sent);
        let mut pairs: Vec<(String, String)> =
            fields.map(|field| (field.name.clone(), field.value.clone())).collect();
        pairs.extend(button.and_then(|button| button.pair.clone()));
        pairs
    }
}

impl Page {
    /// Reads a page.
    pub fn read(status: u16, target: &str, html: &str) -> Self {
        let document = Html::parse_document(html);
        let first = |css: &str| document.select(&selector(css)).next().map(words).unwrap_or_default();
        Self {
            status,
            target: target.to_owned(),
            html: html.to_owned(),
            title: first("title"),
            heading: first("h1"),
            text: first("body"),
            links: document.select(&selector("a[href]")).map(link).collect(),
            forms: document.select(&selector("form")).map(form).collect(),
        }
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A parameter of the address.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Whether the page says the sentence of this id in the catalogue.
    pub fn says(&self, id: &str, args: &[(&str, &str)]) -> bool {
        self.text.contains(&sentence(id, args))
    }

    /// The stable id of an error page.
    pub fn error_id(&self) -> Option<String> {
        self.first("#error-id")
    }

    /// The request id of an error page.
    pub fn request_id(&self) -> Option<String> {
        self.first("#request-id")
    }

    /// The words of the first element that fits.
    pub fn first(&self, css: &str) -> Option<String> {
        Html::parse_document(&self.html).select(&selector(css)).next().map(words)
    }

    /// An attribute of the first element that fits.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let document = Html::parse_document(&self.html);
        document.select(&selector(css)).next()?.attr(name).map(str::to_owned)
    }

    /// The first form of the main part that asks for something, else its first form.
    pub fn main_form(&self) -> Option<&Form> {
        let mut main = self.forms.iter().filter(|form| form.in_main);
        main.clone().find(|form| form.asks()).or_else(|| main.next())
    }

    /// The form with the button of these words, and the button.
    pub fn button(&self, words: &str) -> Option<(&Form, &Button)> {
        let pairs = self.forms.iter().flat_map(|form| form.buttons.iter().map(move |button| (form, button)));
        let mut fitting = pairs.filter(|(_, button)| button.text == words);
        fitting.clone().find(|(form, _)| form.in_main).or_else(|| fitting.next())
    }

    /// Whether a way leads on: a link, or a form; the footer does not count (L1).
    pub fn has_a_way_forward(&self) -> bool {
        self.links.iter().any(|link| link.leads_on) || !self.forms.is_empty()
    }
}

/// The sentence of an id, as a page shows it.
pub fn sentence(id: &str, args: &[(&str, &str)]) -> String {
    let catalogue = Catalogue::english().expect("the catalogue is good");
    assert!(catalogue.contains(id), "no sentence has the id {id}");
    single_spaced(&catalogue.say(id, args))
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|why| panic!("{css}: {why}"))
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(element: ElementRef<'_>) -> String {
    single_spaced(&element.text().collect::<String>())
}

fn attribute(element: &ElementRef<'_>, name: &str) -> String {
    element.attr(name).unwrap_or_default().to_owned()
}

fn is_inside(element: &ElementRef<'_>, name: &str) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|above| above.value().name() == name)
}

fn link(element: ElementRef<'_>) -> Link {
    let href = attribute(&element, "href");
    let leads_on = !href.starts_with('#') && !is_inside(&element, "footer");
    Link { text: words(element), href, leads_on }
}

fn form(element: ElementRef<'_>) -> Form {
    Form {
        method: attribute(&element, "method"),
        action: attribute(&element, "action"),
        fields: element.select(&selector("input[name]")).map(|input| field(&input)).collect(),
        buttons: element
            .select(&selector("button"))
            .filter(|button| button.attr("type") == Some("submit"))
            .map(|button| Button {
                text: words(button),
                pair: button.attr("name").map(|name| (name.to_owned(), attribute(&button, "value"))),
                enabled: button.attr("disabled").is_none(),
            })
            .collect(),
        in_main: is_inside(&element, "main"),
    }
}

fn field(input: &ElementRef<'_>) -> Field {
    let kind = attribute(input, "type");
    let is_box = kind == "checkbox" || kind == "radio";
    Field {
        name: attribute(input, "name"),
        value: attribute(input, "value"),
        sent: !is_box || input.attr("checked").is_some(),
        editable: kind != "hidden" && input.attr("readonly").is_none(),
        kind,
    }
}

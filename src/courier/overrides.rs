//! Mails in the operator's own words: templates (MiniJinja) that stand in for ours, part by part.
//!
//! They see the variables of [`Paper`](super::paper::Paper) and nothing else: no file, no environment, no time. They are
//! tried when the server starts, with limits on time and memory ([`check_mail_templates`]); what fails later all the
//! same is said in our words, for nobody must be left without their code.

mod check;
mod trial;

pub use check::{Wrong, check_mail_templates};
pub(super) use trial::{Trial, Tried};

use std::collections::BTreeMap;
use std::error::Error as _;
use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, filters, tests};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::MailTemplate;

/// The parts of a mail that can be said otherwise: the endings of the files.
const PARTS: [&str; 4] = ["subject", "txt", "html", "sms"];

/// The parts that are of no use without the code or the link.
const CARRIERS: [&str; 2] = ["txt", "html"];

/// The steps of one rendering.
const FUEL: u64 = 50_000;

/// What one part may come to, in bytes: beyond it, mail programs cut mails off.
const LONGEST: usize = 100 << 10;

/// Why a template says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Broken {
    /// `file:line`
    place: String,
    why: String,
}

/// The templates that count in one language: those of its folder, and those for all languages.
pub(super) struct Own<'a>(BTreeMap<&'a str, &'a MailTemplate>);

impl<'a> Own<'a> {
    pub(super) fn of(all: &'a [MailTemplate], language: &str) -> Self {
        let general = all.iter().filter(|file| file.language.is_none());
        let special = all.iter().filter(|file| file.language.as_deref() == Some(language));
        Self(general.chain(special).map(|file| (file.name.as_str(), file)).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A part of a mail in the operator's words, if there are any and they are of use.
    pub(super) fn say(&self, kind: &str, part: &str, variables: &Value) -> Option<String> {
        let name = format!("{kind}.{part}");
        let file = self.0.get(name.as_str())?;
        let said = self.fill(&name, variables, UndefinedBehavior::Lenient);
        let said = said.and_then(|said| match carries(part, &said, variables) {
            true => Ok(said),
            false => Err(Broken { place: file.place.clone(), why: lack(variables) }),
        });
        said.map_err(|Broken { place, why }| {
            tracing::error!(
                place,
                reason = why,
                "a mail template failed; the mail that ships is sent instead"
            );
        })
        .ok()
    }

    /// Fills one template.
    fn fill(&self, name: &str, variables: &Value, undefined: UndefinedBehavior) -> Result<String, Broken> {
        let mut engine = engine(undefined);
        for (known, file) in &self.0 {
            if *known == name || is_shared(known) {
                engine.add_template(known, &file.code).map_err(|why| self.broken(&why))?;
            }
        }
        let mut page = Page(Vec::new());
        let template = engine.get_template(name).map_err(|why| self.broken(&why))?;
        template.render_captured_to(Serde(variables), &mut page).map_err(|why| self.broken(&why))?;
        let ended = |_| Broken { place: name.to_owned(), why: "it is not UTF-8".to_owned() };
        String::from_utf8(page.0).map_err(ended)
    }

    /// Where it went wrong, and how: the innermost of what the engine tells.
    fn broken(&self, error: &Error) -> Broken {
        let mut told = error;
        while let Some(inner) = told.source().and_then(|inner| inner.downcast_ref::<Error>()) {
            told = inner;
        }
        let name = told.name().or(error.name()).unwrap_or_default();
        let place = self.0.get(name).map_or(name, |file| &file.place);
        let line = told.line().or(error.line()).unwrap_or(1);
        let why = match told.detail() {
            Some(detail) => format!("{}: {detail}", told.kind()),
            None => told.kind().to_string(),
        };
        Broken { place: format!("{place}:{line}"), why }
    }
}

/// Whether others include it, and nobody is sent it by itself.
fn is_shared(name: &str) -> bool {
    name.starts_with('_')
}

/// Whether the code or the link is in what was said, if the mail has one and this part tells it.
fn carries(part: &str, said: &str, variables: &Value) -> bool {
    let needed = variables["code"].as_str().or(variables["link"].as_str());
    // Text of a page has these as entities.
    let plain = || said.replace("&#x2f;", "/").replace("&amp;", "&");
    needed.is_none_or(|needed| !CARRIERS.contains(&part) || plain().contains(needed))
}

/// What is lacking then.
fn lack(variables: &Value) -> String {
    let name = if variables["code"].is_string() { "code" } else { "link" };
    format!("it does not say the {name}; write {{{{ {name} }}}}")
}

/// An engine without templates: a few filters, escaping in pages, and an end to everything.
fn engine<'a>(undefined: UndefinedBehavior) -> Environment<'a> {
    let mut engine = Environment::empty();
    engine.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    if let Ok(syntax) = syntax.build() {
        engine.set_syntax(syntax);
    }
    engine.set_undefined_behavior(undefined);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(20);
    engine.add_filter("capitalize", filters::capitalize);
    engine.add_filter("default", filters::default);
    engine.add_filter("length", filters::length);
    engine.add_filter("lower", filters::lower);
    engine.add_filter("replace", filters::replace);
    engine.add_filter("trim", filters::trim);
    engine.add_filter("upper", filters::upper);
    engine.add_test("defined", tests::is_defined);
    engine.add_test("none", tests::is_none);
    engine
}

/// What is written, up to its limit.
struct Page(Vec<u8>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::other(format!("it makes more than {} KiB", LONGEST >> 10)));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

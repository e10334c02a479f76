//! The catalogue of messages: every sentence that a person reads on a page, by a stable id.
//!
//! Code and tests speak of ids such as `login.mismatch`; only this module knows the words and Fluent.

mod check;
mod languages;
mod pseudo;
#[cfg(test)]
mod translations;

pub use check::TextFault;
pub use languages::{Languages, Own, accepted};

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::model::{Instant, Notice, browser_name};

const ENGLISH: &str = include_str!("../templates/messages/en.ftl");

/// The sentences of one language; what it lacks is said in English.
pub struct Catalogue {
    tag: LanguageIdentifier,
    name: String,
    right_to_left: bool,
    bundle: FluentBundle<FluentResource>,
    ids: Vec<String>,
    fallback: Option<Arc<Self>>,
}

/// A catalogue that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextError {
    /// The file is not Fluent.
    Syntax(String),
    /// An id stands in the file twice.
    Repeated(String),
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(what) => write!(f, "the catalogue of messages cannot be read: {what}"),
            Self::Repeated(what) => write!(f, "the catalogue of messages says a thing twice: {what}"),
        }
    }
}

impl std::error::Error for TextError {}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Catalogue({})", self.name)
    }
}

/// What becomes of each text between two placeholders, in a language that is made from English.
type Transform = fn(&str) -> Cow<'_, str>;

impl Catalogue {
    /// The built-in English catalogue.
    pub fn english() -> Result<Self, TextError> {
        Self::new(LanguageIdentifier::from_bytes(b"en").unwrap_or_default(), &[ENGLISH], None, None)
    }

    /// Of these sources, of which a later one has the last word.
    fn new(
        tag: LanguageIdentifier,
        sources: &[&str],
        fallback: Option<Arc<Self>>,
        transform: Option<Transform>,
    ) -> Result<Self, TextError> {
        let mut bundle = FluentBundle::new_concurrent(vec![tag.clone()]);
        bundle.set_transform(transform);
        let (mut ids, mut known) = (Vec::new(), HashSet::new());
        for source in sources {
            let resource = FluentResource::try_new((*source).to_owned())
                .map_err(|(_, errors)| TextError::Syntax(format!("{errors:?}")))?;
            let mut own = HashSet::new();
            for key in source.lines().filter_map(message_id) {
                let id = key.replace('-', ".");
                if !own.insert(key) {
                    return Err(TextError::Repeated(id));
                }
                if known.insert(id.clone()) {
                    ids.push(id);
                }
            }
            bundle.add_resource_overriding(resource);
        }
        let name = tag.to_string();
        let mut catalogue = Self { tag, name, right_to_left: false, bundle, ids, fallback };
        catalogue.right_to_left = catalogue.say("language.direction", &[]) == "rtl";
        // A name or an address of the other direction must not carry the sentence around it along.
        catalogue.bundle.set_use_isolating(catalogue.right_to_left);
        Ok(catalogue)
    }

    /// The tag of the language, as HTML and OpenID Connect write it: `en`, `de`.
    pub fn tag(&self) -> &str {
        &self.name
    }

    /// The direction of its script: `ltr` or `rtl`.
    pub fn direction(&self) -> &'static str {
        if self.right_to_left { "rtl" } else { "ltr" }
    }

    /// The sentence of `id` with its placeholders filled; an unknown id is said as it is.
    ///
    /// Whole numbers choose the plural form.
    pub fn say(&self, id: &str, args: &[(&str, &str)]) -> String {
        self.format(id, args.iter().copied())
    }

    /// The sentence of a notice. A `time` that is an instant (RFC 3339) is written as people write it.
    pub fn notice(&self, notice: &Notice) -> String {
        self.format(&notice.id, notice.args.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// A day and a time, as people write them: `24 November 2026, 14:30 UTC`.
    pub fn date(&self, at: Instant) -> String {
        let date = at.date_time();
        let part = |pattern: &str| date.format(pattern).to_string();
        let month = self.say(&format!("month.{}", part("%-m")), &[]);
        let (day, year, time) = (part("%-d"), part("%Y"), part("%H:%M"));
        self.say("date.long", &[("day", &day), ("month", &month), ("year", &year), ("time", &time)])
    }

    /// The browser of a `User-Agent` as people know it: `Firefox on Linux`; `None` if it is none of those known.
    pub fn browser(&self, user_agent: &str) -> Option<String> {
        let name = browser_name(user_agent)?;
        Some(match name.split_once(" on ") {
            Some((browser, system)) => self.say("agent.on", &[("browser", browser), ("system", system)]),
            None => name,
        })
    }

    /// The same, with words for a browser that is not known.
    pub fn device(&self, user_agent: &str) -> String {
        self.browser(user_agent).unwrap_or_else(|| self.say("agent.unknown", &[]))
    }

    /// Where something was asked from: the name of a browser and an address, as they were written down.
    pub fn place(&self, written: &str) -> String {
        let (device, rest) =
            written.split_once(", ").map_or((written, None), |(device, peer)| (device, Some(peer)));
        let device = match device.split_once(" on ") {
            Some((browser, system)) => self.say("agent.on", &[("browser", browser), ("system", system)]),
            None => self.say("agent.unknown", &[]),
        };
        rest.map_or_else(|| device.clone(), |peer| format!("{device}, {peer}"))
    }

    /// What a field is called that the identity schema calls `title`: the sentence `trait.NAME`, if there is one.
    pub fn field(&self, name: &str, title: &str) -> String {
        let id = format!("trait.{name}");
        if self.speaks(&id) { self.say(&id, &[]) } else { title.to_owned() }
    }

    /// Whether it has a sentence of this id itself. A page or a mail that is not in a language at all is better read in
    /// another one than in two.
    pub fn speaks(&self, id: &str) -> bool {
        self.bundle.has_message(&key(id))
    }

    /// Whether there is a sentence of this id, in this language or in English.
    pub fn contains(&self, id: &str) -> bool {
        self.speaks(id) || self.fallback.as_ref().is_some_and(|english| english.contains(id))
    }

    /// The ids of its own sentences, in the order of the file.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    fn format<'a>(&self, id: &str, args: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        let Some(pattern) = self.bundle.get_message(&key(id)).and_then(|message| message.value()) else {
            return match &self.fallback {
                Some(english) => self.foreign(english.format(id, args)),
                None => id.to_owned(),
            };
        };
        let filled =
            |(name, value)| (name, self.in_words(name, value).unwrap_or_else(|| fluent_value(value)));
        let args: FluentArgs = args.map(filled).collect();
        let mut missing = Vec::new();
        self.bundle.format_pattern(pattern, Some(&args), &mut missing).into_owned()
    }

    /// A notice does not know who reads it: its `time` is an instant as programs write it (RFC 3339).
    fn in_words<'a>(&self, name: &str, value: &str) -> Option<FluentValue<'a>> {
        let at = Instant::parse_rfc3339(value).filter(|_| name == "time")?;
        Some(FluentValue::from(self.date(at)))
    }

    /// An English sentence, which keeps its direction among those of this language.
    fn foreign(&self, said: String) -> String {
        if self.right_to_left { format!("\u{2068}{said}\u{2069}") } else { said }
    }
}

fn key(id: &str) -> String {
    id.replace('.', "-")
}

fn message_id(line: &str) -> Option<&str> {
    let (name, _) = line.split_once(" =")?;
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    plain.then_some(name)
}

/// A number only if it would be written back as it came: a code with a leading zero stays text.
fn fluent_value(value: &str) -> FluentValue<'_> {
    match value.parse::<u32>() {
        Ok(number) if number.to_string() == value => FluentValue::from(number),
        _ => FluentValue::from(value),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// Words that blame, apologise, or speak of our machinery (E5).
    const FORBIDDEN: [&str; 16] = [
        "please",
        "sorry",
        "invalid",
        "valid",
        "oops",
        "forbidden",
        "illegal",
        "error code",
        "strategy",
        "flow",
        "credential",
        "payload",
        "token",
        "csrf",
        "malformed",
        "identifier",
    ];

    /// The conditions of table 1.5 that issue 2 can meet.
    const CONDITIONS: [&str; 24] = [
        "login.mismatch",
        "login.slow_down",
        "login.disabled",
        "code.mismatch",
        "code.short",
        "code.long",
        "code.expired",
        "code.too_many",
        "email.format",
        "field.empty",
        "pw.short",
        "pw.long",
        "pw.common",
        "pw.context",
        "pw.same",
        "flow.renewed",
        "session.other",
        "error.client_unknown",
        "error.redirect_uri_mismatch",
        "error.request_broken",
        "error.wrong_host",
        "mail.down",
        "error.server_problem",
        "flow.get_submit",
    ];

    fn english() -> Catalogue {
        Catalogue::english().unwrap()
    }

    fn is_shared<T: Send + Sync>(_: &T) {}

    #[test]
    fn the_catalogue_may_be_shared_between_workers() {
        is_shared(&english());
    }

    #[test]
    fn an_id_is_said_with_its_placeholders_filled() {
        let said = english().say("pw.short", &[("min", "15"), ("n", "7")]);
        assert_eq!(said, "Choose a password with at least 15 characters. This one has 7.");
    }

    #[test]
    fn a_number_chooses_the_plural() {
        let text = english();
        assert!(text.say("login.slow_down", &[("minutes", "1")]).contains("Wait 1 minute,"));
        assert!(text.say("login.slow_down", &[("minutes", "12")]).contains("Wait 12 minutes,"));
    }

    #[test]
    fn digits_with_a_leading_zero_stay_as_they_came() {
        assert_eq!(english().say("go.client", &[("client", "007")]), "Back to 007");
    }

    #[test]
    fn a_notice_is_said_by_its_id_and_values() {
        let notice = Notice::error("field.empty").on("traits.email").with("field", "email");
        assert_eq!(english().notice(&notice), "Enter your email");
    }

    #[test]
    fn the_time_of_a_notice_is_written_as_people_write_it() {
        let at = Instant::from_seconds(1_795_530_600).rfc3339();
        let said = english().notice(&Notice::error("login.deleting").with("time", at));
        assert!(said.contains("on 24 November 2026, 14:30 UTC."), "{said}");
        let said = english().notice(&Notice::error("code.newer").with("time", "14:30 UTC"));
        assert!(said.contains("at 14:30 UTC."), "{said}");
    }

    #[test]
    fn an_unknown_id_is_said_as_it_is() {
        assert_eq!(english().say("no.such_thing", &[]), "no.such_thing");
        assert!(!english().contains("no.such_thing"));
    }

    #[test]
    fn a_catalogue_that_repeats_itself_is_refused() {
        let twice = Catalogue::new(LanguageIdentifier::default(), &["a = x\na = y\n"], None, None);
        assert!(matches!(twice, Err(TextError::Repeated(_))));
    }

    #[test]
    fn page_e5_the_catalogue_has_every_condition_of_the_sign_in() {
        let text = english();
        let missing: Vec<_> = CONDITIONS.iter().filter(|id| !text.contains(id)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(text.ids().all(|id| text.contains(id)));
        assert!(text.ids().count() > 200);
    }

    #[test]
    fn page_e5_every_sentence_is_said_somewhere() {
        // Their ids are put together: the error's id, the scope, the kind of mail.
        const FAMILIES: [&str; 14] = [
            "language.",
            "date.",
            "month.",
            "agent.",
            "error.",
            "scope.",
            "mail.subject_",
            "mail.title_",
            "mail.link_",
            "mail.who_",
            "mail.not_you_",
            "mail.why_",
            "mail.way_",
            "mail.happened_",
        ];
        let mut said = String::new();
        let mut folders = vec![PathBuf::from("src"), PathBuf::from("templates")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("text.rs") {
                    said.push_str(&fs::read_to_string(&path).unwrap());
                }
            }
        }
        let text = english();
        let silent: Vec<String> = text
            .ids()
            .map(|id| id.replacen('-', ".", 1))
            .filter(|id| !FAMILIES.iter().any(|family| id.starts_with(family)))
            .filter(|id| !said.contains(&format!("\"{id}\"")))
            .collect();
        assert!(silent.is_empty(), "{silent:?}");
    }

    #[test]
    fn page_e5_no_sentence_uses_a_forbidden_word() {
        for line in ENGLISH.lines().filter(|line| !line.starts_with('#')) {
            let words =
                line.split_once(" =").filter(|_| message_id(line).is_some()).map_or(line, |(_, said)| said);
            let words: Vec<String> = words
                .split(|letter: char| !letter.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect();
            let said = format!(" {} ", words.join(" "));
            for word in FORBIDDEN {
                assert!(!said.contains(&format!(" {word} ")), "{word:?} in {line:?}");
                assert!(!said.contains(&format!(" {word}s ")), "{word:?} in {line:?}");
            }
        }
    }

    #[test]
    fn page_e5_no_sentence_is_longer_than_140_characters() {
        let text = english();
        let names: Vec<&str> = ENGLISH
            .split('$')
            .skip(1)
            .filter_map(|rest| rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next())
            .collect();
        let args: Vec<(&str, &str)> = names.iter().map(|name| (*name, "23")).collect();
        for id in text.ids() {
            let said = text.say(id, &args);
            assert!(!said.is_empty() && said.chars().count() <= 140, "{id}: {said}");
            assert!(!said.contains('{'), "{id}: {said}");
        }
    }
}

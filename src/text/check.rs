//! Whether a file of messages that an operator wrote can be used. All faults of a file are found at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use fluent_bundle::FluentResource;
use unic_langid::LanguageIdentifier;

use super::{ENGLISH, message_id};

/// Labels of traits, which only operators know: any name is good.
const TRAIT: &str = "trait-";

/// What is wrong with a file of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFault {
    /// `file:line`.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

impl TextFault {
    /// At this line, counted from one; 0 is the whole file.
    pub(super) fn new(file: &str, line: usize, problem: String) -> Self {
        let place = if line == 0 { file.to_owned() } else { format!("{file}:{line}") };
        Self { place, problem }
    }
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// A message as it stands in a file.
struct Written {
    key: String,
    line: usize,
    variables: BTreeSet<String>,
}

/// The language of a file: `de` of `messages/de.ftl`.
pub(super) fn tag_of(file: &str) -> Option<String> {
    let stem = Path::new(file).file_stem()?.to_str()?;
    let tag: LanguageIdentifier = stem.parse().ok()?;
    (!tag.language.is_empty()).then(|| tag.to_string())
}

/// Everything that is wrong with a file: its name, its syntax, messages that nobody says, variables that nobody fills.
pub(super) fn check(file: &str, text: &str) -> Vec<TextFault> {
    let mut faults = Vec::new();
    if tag_of(file).is_none() {
        let why = "its name is no language, like de.ftl or pt-BR.ftl".to_owned();
        faults.push(TextFault::new(file, 0, why));
    }
    if let Err((_, errors)) = FluentResource::try_new(text.to_owned()) {
        for error in errors {
            // The message that is broken begins there, whatever is missing at its end.
            let begin = error.slice.as_ref().map_or(error.pos.start, |broken| broken.start);
            let before = text.get(..begin).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            faults.push(TextFault::new(file, line, format!("this is not Fluent: {}", error.kind)));
        }
    }
    let known: BTreeMap<String, BTreeSet<String>> =
        written(ENGLISH).into_iter().map(|message| (message.key, message.variables)).collect();
    let mut seen = BTreeMap::new();
    for message in written(text) {
        if let Some(first) = seen.insert(message.key.clone(), message.line) {
            let why = format!("`{}` stands in line {first}, too", message.key);
            faults.push(TextFault::new(file, message.line, why));
        }
        if message.key.starts_with(TRAIT) {
            continue;
        }
        let Some(variables) = known.get(&message.key) else {
            let why = format!("there is no message `{}`", message.key);
            faults.push(TextFault::new(file, message.line, why));
            continue;
        };
        for variable in message.variables.difference(variables) {
            let there: Vec<String> = variables.iter().map(|name| format!("${name}")).collect();
            let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
            let why = format!("`{}` has no variable `${variable}`; it has {there}", message.key);
            faults.push(TextFault::new(file, message.line, why));
        }
    }
    faults
}

/// The messages of a file. A line that is indented belongs to the message before it.
fn written(text: &str) -> Vec<Written> {
    let mut messages: Vec<Written> = Vec::new();
    for (n, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        let key = line.split_once('=').map(|(key, _)| key.trim_end()).filter(|key| {
            !line.starts_with(char::is_whitespace) && message_id(&format!("{key} =")).is_some()
        });
        if let Some(key) = key {
            messages.push(Written { key: key.to_owned(), line: n + 1, variables: BTreeSet::new() });
        }
        if let Some(message) = messages.last_mut() {
            message.variables.extend(variables(line));
        }
    }
    messages
}

fn variables(line: &str) -> impl Iterator<Item = String> {
    line.split('{').skip(1).filter_map(|rest| {
        let name: String = rest
            .trim_start()
            .strip_prefix('$')?
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || "_-".contains(*letter))
            .collect();
        Some(name)
    })
}

/// The variables of each message, for tests that compare languages.
#[cfg(test)]
pub(super) fn variables_of(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    written(text).into_iter().map(|message| (message.key, message.variables)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(file: &str, text: &str) -> Vec<String> {
        check(file, text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_good_file_has_no_faults() {
        let text = "# Ours\nlogin-button = Los\n\npw-short =\n    { $n ->\n        [one] Zu kurz\n       *[other] Zu kurz: { $n }\n    }\ntrait-shoe_size = Schuhgröße\n";
        assert!(faults("messages/de.ftl", text).is_empty(), "{:?}", faults("messages/de.ftl", text));
        assert!(faults("pt-BR.ftl", "").is_empty());
        assert!(check("en.ftl", ENGLISH).is_empty());
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let text = "login-buton = Los\nlogin-title = Hallo { $who }\npw-short = { $min } { $max }\nlogin-title = Noch einmal\n";
        assert_eq!(
            faults("m/de.ftl", text),
            [
                "m/de.ftl:1: there is no message `login-buton`",
                "m/de.ftl:2: `login-title` has no variable `$who`; it has none",
                "m/de.ftl:3: `pw-short` has no variable `$max`; it has $min, $n",
                "m/de.ftl:4: `login-title` stands in line 2, too",
            ]
        );
        let broken = faults("de.ftl", "login-title = Hallo\nlogin-button = { $x\n");
        assert!(broken[0].starts_with("de.ftl:2: this is not Fluent"), "{broken:?}");
        assert_eq!(
            faults("notes.of.mine.ftl", ""),
            ["notes.of.mine.ftl: its name is no language, like de.ftl or pt-BR.ftl"]
        );
    }
}

//! Values by their paths, from the file and the environment, each with the place where it stands.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use url::Url;

use super::Sources;
use super::tables::Table;
use crate::config::document::{self, Entry, Node, Value};
use crate::config::keys::{Form, KEYS, Key, TABLES};
use crate::config::{Fault, Faults};

/// The prefix of environment variables that override keys.
const PREFIX: &str = "WAYHOME__";

/// The values that were given, by path.
pub(super) struct Reader<'a> {
    given: BTreeMap<&'static str, Node>,
    tables: BTreeMap<&'static str, Vec<Table>>,
    pub(super) faults: &'a mut Faults,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sources: &Sources, faults: &'a mut Faults) -> Self {
        let mut given = BTreeMap::new();
        let mut tables = BTreeMap::new();
        if let Some((name, text)) = &sources.file {
            let mut entries = document::read(name, text, faults);
            take_tables(&mut entries, "", &mut tables, faults);
            collect(entries, &mut given, faults);
        }
        for (name, value) in sources.environment.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            match KEYS.iter().find(|key| key.variable() == *name) {
                Some(key) => {
                    given.insert(key.path, from_environment(key, name, value));
                }
                None => {
                    let known: Vec<String> = KEYS.iter().map(Key::variable).collect();
                    let fault = Fault::error(name, "no key has this name");
                    faults.add(fault.did_you_mean(name, known.iter().map(String::as_str)));
                }
            }
        }
        Self { given, tables, faults }
    }

    /// The tables of this name, in the order of the file.
    pub(super) fn tables(&self, name: &str) -> Vec<Table> {
        self.tables.get(name).cloned().unwrap_or_default()
    }

    /// All tables that may stand several times.
    pub(super) fn all_tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().flatten()
    }

    pub(super) fn place(&self, path: &str) -> String {
        self.given.get(path).map_or_else(|| path.to_owned(), |node| node.place.clone())
    }

    /// Where the keys are set that are set somewhere; without columns.
    pub(super) fn places(self) -> BTreeMap<&'static str, String> {
        let line = |place: String| match place.rsplit_once(':') {
            Some((line, column)) if column.parse::<u32>().is_ok() => line.to_owned(),
            _ => place,
        };
        self.given.into_iter().map(|(path, node)| (path, line(node.place))).collect()
    }

    pub(super) fn warn(&mut self, path: &str, problem: &str) {
        let place = self.place(path);
        self.faults.add(Fault::warning(place, format!("{path}: {problem}")));
    }

    pub(super) fn wrong(&mut self, path: &str, problem: impl Into<String>) -> &mut Faults {
        let place = self.place(path);
        self.faults.add(Fault::error(place, format!("{path}: {}", problem.into())));
        self.faults
    }

    fn wanted(&mut self, path: &'static str, form: Form) {
        let kind = self.given.get(path).map_or("nothing", |node| node.value.kind());
        self.wrong(path, format!("expected {}, found {kind}", form.name()));
    }

    pub(super) fn text(&mut self, path: &'static str) -> String {
        match self.given.get(path).map(|node| &node.value) {
            Some(Value::Text(text)) => text.clone(),
            None => default_text(path),
            Some(_) => {
                self.wanted(path, Form::Text);
                default_text(path)
            }
        }
    }

    pub(super) fn optional(&mut self, path: &'static str) -> Option<String> {
        Some(self.text(path)).filter(|text| !text.is_empty())
    }

    pub(super) fn number<T: TryFrom<i64>>(&mut self, path: &'static str, least: i64, most: i64) -> Option<T> {
        let default = default_text(path).parse::<i64>().unwrap_or_default();
        let number = match self.given.get(path).map(|node| &node.value) {
            Some(Value::Integer(number)) => *number,
            None => default,
            Some(_) => {
                self.wanted(path, Form::Integer);
                default
            }
        };
        if !(least..=most).contains(&number) {
            self.wrong(path, format!("{number} is not between {least} and {most}"));
        }
        T::try_from(number).ok()
    }

    pub(super) fn is_given(&self, path: &str) -> bool {
        self.given.contains_key(path)
    }

    pub(super) fn flag(&mut self, path: &'static str) -> bool {
        match self.given.get(path).map(|node| &node.value) {
            Some(Value::Flag(flag)) => *flag,
            None => default_text(path) == "true",
            Some(_) => {
                self.wanted(path, Form::Flag);
                false
            }
        }
    }

    pub(super) fn list(&mut self, path: &'static str) -> Vec<(String, String)> {
        let Some(node) = self.given.get(path) else { return Vec::new() };
        let Value::List(items) = &node.value else {
            self.wanted(path, Form::List);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.clone() {
            match item.value {
                Value::Text(text) => texts.push((text, item.place)),
                other => self.faults.add(Fault::error(
                    item.place,
                    format!("{path}: expected a text, found {}", other.kind()),
                )),
            }
        }
        texts
    }

    pub(super) fn duration(&mut self, path: &'static str, least: Duration) -> Duration {
        let text = self.text(path);
        match parse_duration(&text) {
            Some(duration) if duration >= least => duration,
            Some(_) => {
                self.wrong(path, format!("{text} is too short; the least is {} s", least.as_secs()));
                least
            }
            None => {
                self.wrong(path, format!("`{text}` is no duration; write 90s, 15m, 24h or 30d"));
                least
            }
        }
    }

    pub(super) fn address(&mut self, path: &'static str) -> Option<SocketAddr> {
        let text = self.text(path);
        let address = text.parse().ok();
        if address.is_none() {
            self.wrong(path, format!("`{text}` is no address with a port, like 127.0.0.1:4444"));
        }
        address
    }

    pub(super) fn web_url(&mut self, path: &'static str) -> Option<String> {
        let text = self.optional(path)?;
        let good = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !good {
            self.wrong(path, format!("`{text}` is no http or https URL"));
        }
        Some(text)
    }
}

fn default_text(path: &str) -> String {
    KEYS.iter().find(|key| key.path == path).map_or("", |key| key.default.trim_matches('"')).to_owned()
}

/// Takes out what may stand several times, wherever it stands.
fn take_tables(
    entries: &mut Vec<Entry>,
    within: &str,
    tables: &mut BTreeMap<&'static str, Vec<Table>>,
    faults: &mut Faults,
) {
    entries.retain_mut(|entry| {
        let path = format!("{within}{}", entry.name);
        let Some((name, _)) = TABLES.iter().find(|(name, _)| *name == path) else {
            if let (Value::Table(inner), "") = (&mut entry.node.value, within) {
                take_tables(inner, &format!("{path}."), tables, faults);
            }
            return true;
        };
        match std::mem::replace(&mut entry.node.value, Value::Other("a table")) {
            Value::List(items) => {
                for item in items {
                    match item.value {
                        Value::Table(entries) => {
                            tables.entry(name).or_default().push(Table { place: item.place, entries });
                        }
                        other => faults.add(Fault::error(
                            item.place,
                            format!("{name}: expected a table, found {}", other.kind()),
                        )),
                    }
                }
            }
            _ => faults.add(Fault::error(
                entry.place.as_str(),
                format!("write [[{name}]], with two brackets on each side"),
            )),
        }
        false
    });
}

fn collect(entries: Vec<Entry>, given: &mut BTreeMap<&'static str, Node>, faults: &mut Faults) {
    let sections = || KEYS.iter().filter_map(|key| key.path.split_once('.').map(|(section, _)| section));
    for section in entries {
        if !sections().any(|known| known == section.name) {
            let fault = Fault::error(section.place, format!("there is no section [{}]", section.name));
            faults.add(fault.did_you_mean(&section.name, sections()));
            continue;
        }
        let Value::Table(inner) = section.node.value else {
            faults.add(Fault::error(section.place, format!("[{}] must be a section", section.name)));
            continue;
        };
        for entry in inner {
            let path = format!("{}.{}", section.name, entry.name);
            match KEYS.iter().find(|key| key.path == path) {
                Some(key) => {
                    given.insert(key.path, entry.node);
                }
                None => {
                    let fault = Fault::error(entry.place, format!("there is no key `{path}`"));
                    let known = KEYS.iter().map(|key| key.path);
                    faults.add(fault.did_you_mean(&path, known));
                }
            }
        }
    }
}

fn from_environment(key: &Key, name: &str, value: &str) -> Node {
    let text = || Value::Text(value.to_owned());
    let value = match key.form {
        Form::Text | Form::Duration => text(),
        Form::Integer => value.parse().map_or_else(|_| text(), Value::Integer),
        Form::Flag => value.parse().map_or_else(|_| text(), Value::Flag),
        Form::List => Value::List(
            value
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Node { value: Value::Text(item.to_owned()), place: name.to_owned() })
                .collect(),
        ),
    };
    Node { value, place: name.to_owned() }
}

/// Reads `90s`, `15m`, `24h`, `30d`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<u32>().ok().map(|number| Duration::from_secs(u64::from(number) * seconds))
}

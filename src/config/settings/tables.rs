//! Tables that may stand several times: `[[courier.channel]]` and `[[webhook]]`. Their secrets come from the
//! environment or from files, and never stand in the settings' file themselves.

use super::Sources;
use crate::config::document::{Entry, Node, Value};
use crate::config::keys::TableKey;
use crate::config::{Fault, Faults};
use crate::model::SecretText;

/// What a secret of the file looks like.
const FORM: &str = "write { env = \"NAME\" } or { file = \"PATH\" }";

/// One of the tables, as it stands in the file.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) place: String,
    pub(super) entries: Vec<Entry>,
}

impl Table {
    /// The files that are named in it, to be read by whoever reads files.
    pub(super) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        for entry in &self.entries {
            match &entry.node.value {
                Value::Text(name) if entry.name == "body" => found.push(name.clone()),
                other => named_files(other, &mut found),
            }
        }
        found
    }
}

fn named_files(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Table(entries) => {
            for entry in entries {
                match &entry.node.value {
                    Value::Text(name) if entry.name == "file" => found.push(name.clone()),
                    other => named_files(other, found),
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| named_files(&item.value, found)),
        _ => {}
    }
}

/// Reads one table.
pub(super) struct TableReader<'a> {
    pub(super) name: &'static str,
    pub(super) table: Table,
    pub(super) sources: &'a Sources,
    pub(super) faults: &'a mut Faults,
}

impl TableReader<'_> {
    /// Keys that nobody knows are faults.
    pub(super) fn refuse_unknown(&mut self, known: &[TableKey]) {
        let name = self.name;
        for entry in &self.table.entries {
            if !known.iter().any(|key| key.name == entry.name) {
                let problem = format!("there is no key `{}` in [[{name}]]", entry.name);
                let fault = Fault::error(entry.place.as_str(), problem);
                self.faults.add(fault.did_you_mean(&entry.name, known.iter().map(|key| key.name)));
            }
        }
    }

    pub(super) fn find(&self, key: &str) -> Option<&Node> {
        self.table.entries.iter().find(|entry| entry.name == key).map(|entry| &entry.node)
    }

    pub(super) fn wrong(&mut self, key: &str, problem: impl std::fmt::Display) {
        let place = self.find(key).map_or_else(|| self.table.place.clone(), |node| node.place.clone());
        self.faults.add(Fault::error(place, format!("{}.{key}: {problem}", self.name)));
    }

    pub(super) fn warn(&mut self, key: &str, problem: &str) {
        let place = self.find(key).map_or_else(|| self.table.place.clone(), |node| node.place.clone());
        self.faults.add(Fault::warning(place, format!("{}.{key}: {problem}", self.name)));
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.find(key)?.value.clone() {
            Value::Text(text) if !text.is_empty() => Some(text),
            Value::Text(_) => {
                self.wrong(key, "it is empty");
                None
            }
            other => {
                self.wrong(key, format!("expected a text, found {}", other.kind()));
                None
            }
        }
    }

    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(node) = self.find(key).cloned() else { return Vec::new() };
        let items = match node.value {
            Value::List(items) => items,
            _ => vec![node],
        };
        let mut texts = Vec::new();
        for item in items {
            match item.value {
                Value::Text(text) => texts.push(text),
                other => self.wrong(key, format!("expected texts, found {}", other.kind())),
            }
        }
        texts
    }

    /// A text that is no secret, or a secret by its place.
    pub(super) fn value(&mut self, key: &str, node: &Node) -> Option<SecretText> {
        match &node.value {
            Value::Text(text) => Some(SecretText::new(text.clone())),
            _ => self.secret(key, node),
        }
    }

    /// A secret by its place: `{ env = "NAME" }` or `{ file = "PATH" }`.
    pub(super) fn secret(&mut self, key: &str, node: &Node) -> Option<SecretText> {
        let found = match &node.value {
            Value::Table(entries) => match &entries[..] {
                [Entry { name, node: Node { value: Value::Text(of), .. }, .. }] => {
                    self.look_up(name, of).map(SecretText::new)
                }
                _ => Err(FORM.to_owned()),
            },
            Value::Text(_) => Err(format!("secrets do not stand in this file: {FORM}")),
            _ => Err(FORM.to_owned()),
        };
        found.map_err(|why| self.wrong(key, why)).ok()
    }

    /// The one secret of a key, or each of a list.
    pub(super) fn secrets(&mut self, key: &str) -> Vec<SecretText> {
        let Some(node) = self.find(key).cloned() else { return Vec::new() };
        let items = match node.value {
            Value::List(items) => items,
            _ => vec![node],
        };
        items.iter().filter_map(|item| self.secret(key, item)).collect()
    }

    fn look_up(&self, kind: &str, of: &str) -> Result<String, String> {
        match kind {
            "env" => self
                .sources
                .environment
                .get(of)
                .filter(|secret| !secret.is_empty())
                .cloned()
                .ok_or_else(|| format!("the environment variable {of} is not set")),
            "file" => {
                let text = self.file(of)?;
                let text = text.trim_end_matches(['\r', '\n']);
                if text.is_empty() { Err(format!("the file {of} is empty")) } else { Ok(text.to_owned()) }
            }
            _ => Err(FORM.to_owned()),
        }
    }

    /// The text of a file that somebody read for us.
    pub(super) fn file(&self, name: &str) -> Result<String, String> {
        match self.sources.files.get(name) {
            Some(Ok(text)) => Ok(text.clone()),
            Some(Err(why)) => Err(format!("the file {name} cannot be read: {why}")),
            None => Err(format!("the file {name} cannot be read")),
        }
    }
}

//! A TOML file as values that know where they stand.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, Faults};

/// A value and the place of its first character.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) place: String,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Node>),
    Table(Vec<Entry>),
    Other(&'static str),
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) node: Node,
}

impl Value {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

/// Reads a file; syntax faults are added, and what could be read is answered.
pub(super) fn read(file: &str, text: &str, faults: &mut Faults) -> Vec<Entry> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        faults.add(Fault::error(place(file, text, at), error.message().to_owned()));
    }
    entries(file, text, table.into_inner())
}

fn entries(file: &str, text: &str, table: DeTable<'_>) -> Vec<Entry> {
    table
        .into_iter()
        .map(|(key, value)| Entry {
            place: place(file, text, key.span().start),
            name: key.into_inner().into_owned(),
            node: node(file, text, value),
        })
        .collect()
}

fn node(file: &str, text: &str, value: Spanned<DeValue<'_>>) -> Node {
    let place = place(file, text, value.span().start);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Other("a number that is too big"),
        },
        DeValue::Float(_) => Value::Other("a fraction"),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| node(file, text, item)).collect()),
        DeValue::Table(table) => Value::Table(entries(file, text, table)),
    };
    Node { value, place }
}

/// `file:line:column`, counted from one, columns in characters.
fn place(file: &str, text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
    format!("{file}:{line}:{column}")
}

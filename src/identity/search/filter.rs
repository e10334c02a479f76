//! The filter of lists: `traits.name.last eq "Lovelace" and traits.member eq true`.
//!
//! There is no nesting and no `or`: every filter is one walk along an index.

use std::fmt;

use serde_json::Value;

use super::{at_domain, exact};
use crate::config::Settings;
use crate::identity::traits;

/// The most conditions of a filter.
const MOST: usize = 5;

/// The longest filter, in bytes.
const LONGEST: usize = 2_000;

/// A condition, as the index compares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// This value at this path.
    Value(String, Vec<u8>),
    /// This canonical address.
    Address(String),
}

/// Why a filter says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadFilter {
    /// It cannot be read, from this byte on.
    Malformed(usize),
    /// It has too many conditions, or is too long.
    TooLong,
    /// The index does not know this path.
    NotIndexed(String),
}

impl fmt::Display for BadFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(at) => write!(
                f,
                "it cannot be read at byte {at}; write traits.name eq \"Ada\", and more with `and` between them"
            ),
            Self::TooLong => write!(f, "it has more than {MOST} conditions or {LONGEST} bytes"),
            Self::NotIndexed(path) => {
                write!(f, "{path} is not indexed: its schema does not say \"wayhome\": {{\"index\": true}}")
            }
        }
    }
}

/// Reads a filter.
pub fn conditions(settings: &Settings, text: &str) -> Result<Vec<Condition>, BadFilter> {
    if text.len() > LONGEST {
        return Err(BadFilter::TooLong);
    }
    let mut rest = text;
    let mut conditions = Vec::new();
    loop {
        let bad = |rest: &str| BadFilter::Malformed(text.len() - rest.len());
        let (path, after) = word(rest).ok_or_else(|| bad(rest))?;
        let (_, after) = word(after).filter(|(word, _)| *word == "eq").ok_or_else(|| bad(after))?;
        let (value, after) = value(after).ok_or_else(|| bad(after))?;
        conditions.push(condition(settings, path, value)?);
        if after.trim_start().is_empty() {
            return Ok(conditions);
        }
        if conditions.len() == MOST {
            return Err(BadFilter::TooLong);
        }
        (_, rest) = word(after).filter(|(word, _)| *word == "and").ok_or_else(|| bad(after))?;
    }
}

fn condition(settings: &Settings, path: &str, value: Value) -> Result<Condition, BadFilter> {
    let not_indexed = || BadFilter::NotIndexed(path.chars().take(100).collect());
    if path == "domain" {
        let (path, value) = at_domain(value.as_str().unwrap_or_default());
        return Ok(Condition::Value(path, value));
    }
    let names: Vec<&str> = path.strip_prefix("traits.").ok_or_else(not_indexed)?.split('.').collect();
    // A path counts if any schema has it: who is of another one has no such value.
    let schemas = || settings.identity.schemas().map(|(id, _)| traits::schema(settings, id));
    if let ([name], Value::String(text)) = (names.as_slice(), &value)
        && schemas().any(|schema| traits::address_names(schema).iter().any(|known| known == name))
    {
        // What is no address belongs to nobody.
        return Ok(Condition::Address(traits::canonical_email(text).unwrap_or_default()));
    }
    let mut known = schemas().flat_map(traits::indexed);
    if known.any(|known| known.iter().map(String::as_str).eq(names.iter().copied())) {
        return Ok(Condition::Value(path.to_owned(), exact(&value)));
    }
    Err(not_indexed())
}

/// The next word, and what comes after it.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (!word.is_empty() && !word.contains(['"', '(', ')'])).then_some((word, rest))
}

/// The next value, which is a text, a number or a truth of JSON, and what comes after it.
fn value(text: &str) -> Option<(Value, &str)> {
    let text = text.trim_start();
    let end = match text.strip_prefix('"') {
        Some(inner) => {
            let mut escaped = false;
            let end = inner.char_indices().find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            });
            end?.0 + 2
        }
        None => text.find(char::is_whitespace).unwrap_or(text.len()),
    };
    let (value, rest) = text.split_at(end);
    let value: Value = serde_json::from_str(value).ok()?;
    let fits = !value.is_null() && !value.is_array() && !value.is_object();
    (fits && (rest.is_empty() || rest.starts_with(char::is_whitespace))).then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::{Mode, Sources};

    fn settings() -> Settings {
        let mut settings = Settings::load(Mode::Development, &Sources::default()).0.unwrap();
        settings.identity.schema = json!({
            "type": "object",
            "properties": {
                "email": {"type": "string", "wayhome": {"identifier": true, "verify": true}},
                "name": {"type": "object", "properties": {"last": {"type": "string", "wayhome": {"index": true}}}},
                "age": {"type": "integer", "wayhome": {"index": true}},
                "hidden": {"type": "string"},
            },
        });
        settings
    }

    #[test]
    fn seed_s19_a_filter_is_conditions_with_and_between_them() {
        let read = |text: &str| conditions(&settings(), text);
        let last = |text: &str| Condition::Value("traits.name.last".to_owned(), text.as_bytes().to_vec());
        assert_eq!(read(r#"traits.name.last eq "Lovelace""#).unwrap(), [last("\"Lovelace\"")]);
        assert_eq!(read(r#"  traits.name.last   eq  "a \" and \\" "#).unwrap(), [last(r#""a \" and \\""#)]);
        assert_eq!(read("traits.name.last eq \"e\u{301}\"").unwrap(), [last("\"é\"")]);
        assert_eq!(
            read(r#"traits.age eq 36 and domain eq "Example.ORG" and traits.email eq "A@b.example""#)
                .unwrap(),
            [
                Condition::Value("traits.age".to_owned(), b"36".to_vec()),
                Condition::Value("domain".to_owned(), b"\"example.org\"".to_vec()),
                Condition::Address("a@b.example".to_owned()),
            ]
        );
    }

    #[test]
    fn sec_i01_what_is_no_filter_is_refused_with_its_place() {
        let read = |text: &str| conditions(&settings(), text).unwrap_err();
        for (text, at) in [
            ("", 0),
            ("1=1", 3),
            ("traits.age", 10),
            ("traits.age ne 1", 10),
            ("traits.age eq", 13),
            ("traits.age eq null", 13),
            ("traits.age eq {}", 13),
            ("traits.age eq \"x", 13),
            ("traits.age eq \"x\"y", 13),
            ("traits.age eq 1 or traits.age eq 2", 15),
            ("traits.age eq 1 and", 19),
            ("traits.age eq 1; DROP TABLE identities", 13),
            ("(traits.age eq 1)", 0),
        ] {
            assert_eq!(read(text), BadFilter::Malformed(at), "{text}");
        }
        let not_indexed = |path: &str| BadFilter::NotIndexed(path.to_owned());
        for path in
            ["traits.hidden", "traits.name", "traits.name.last.x", "state", "traits.", "metadata_admin.x"]
        {
            assert_eq!(read(&format!("{path} eq 1")), not_indexed(path));
        }
        assert_eq!(read(&["traits.age eq 1"; 6].join(" and ")), BadFilter::TooLong);
        assert_eq!(read(&"(".repeat(10_000)), BadFilter::TooLong);
        assert_eq!(read(&"(".repeat(1_000)), BadFilter::Malformed(0));
    }
}

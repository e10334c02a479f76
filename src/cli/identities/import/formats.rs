//! From the words of other systems to an identity of ours.

mod auth0;
mod csv;
mod keycloak;
mod kratos;

use clap::ValueEnum;
use serde_json::{Map, Value};

use super::items::Parted;
use crate::config::Settings;
use crate::crypto::PasswordHash;
use crate::identity::administration::{Imported, NewIdentity};
use crate::model::{IdentityState, Instant};

/// Where the file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// What `export` writes: an identity of the admin API on each line
    Jsonl,
    /// A table with a line of names: email, name, hash, verified, id, external_id, state, created_at, traits.NAME
    Csv,
    /// Identities of Ory Kratos, as a list or line by line
    Kratos,
    /// A realm or its users, as Keycloak exports them
    Keycloak,
    /// Users of Auth0, line by line
    Auth0,
}

impl Format {
    /// How the items of such a file are parted, which begins like this.
    pub(super) fn parted(self, beginning: &[u8]) -> Parted {
        let first = beginning.iter().find(|byte| !byte.is_ascii_whitespace());
        match (self, first) {
            (Self::Csv, _) => Parted::Lines,
            (Self::Keycloak, Some(b'{')) => Parted::ListUnder("users"),
            (_, Some(b'[')) => Parted::List,
            _ => Parted::Lines,
        }
    }
}

/// Reads items of one file, one after the other.
pub(super) struct Reader {
    format: Format,
    schema_id: String,
    /// The names of a table, once they are read.
    names: Option<Vec<String>>,
}

/// What an item is.
pub(super) enum Read {
    /// The names of the columns.
    Names,
    /// Somebody. A password that came as it is typed is hashed later.
    Person(Box<Person>),
    /// Nobody, and why.
    Bad(String),
}

/// Somebody who is to be imported.
pub(super) struct Person {
    pub(super) imported: Imported,
    pub(super) plain_password: Option<String>,
}

impl Reader {
    pub(super) fn new(format: Format, schema_id: String) -> Self {
        Self { format, schema_id, names: None }
    }

    /// Reads an item.
    pub(super) fn read(&mut self, settings: &Settings, text: &str) -> Read {
        let text = text.trim_start_matches('\u{feff}');
        if text.contains('\0') {
            return Read::Bad("it holds U+0000, which cannot be stored".to_owned());
        }
        let read = match self.format {
            Format::Csv => match &self.names {
                None => {
                    return match csv::names(text) {
                        Ok(names) => {
                            self.names = Some(names);
                            Read::Names
                        }
                        Err(why) => Read::Bad(why),
                    };
                }
                Some(names) => csv::read(names, text, &self.schema_id),
            },
            Format::Jsonl | Format::Kratos => kratos::read(text, &self.schema_id),
            Format::Keycloak => keycloak::read(text, &self.schema_id, settings),
            Format::Auth0 => auth0::read(text, &self.schema_id, settings),
        };
        match read {
            Ok(person) => match nul(&person.imported.new.traits) {
                true => Read::Bad("it holds U+0000, which cannot be stored".to_owned()),
                false => Read::Person(Box::new(person)),
            },
            Err(why) => Read::Bad(why),
        }
    }
}

/// Whether a text in it holds U+0000, which JSON can hide.
fn nul(value: &Value) -> bool {
    value.to_string().contains("\\u0000")
}

/// Somebody of whom nothing but the traits is known.
fn person(schema_id: &str, traits: Map<String, Value>) -> Person {
    let new = NewIdentity {
        schema_id: schema_id.to_owned(),
        traits: Value::Object(traits),
        state: IdentityState::Active,
        metadata_public: None,
        metadata_admin: None,
        password: None,
        verified: false,
    };
    Person { imported: Imported::new(new), plain_password: None }
}

fn hash(text: &str) -> Result<PasswordHash, String> {
    PasswordHash::import(text).map_err(|why| format!("the hash of the password cannot be used: {why}"))
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse_rfc3339(text).ok_or_else(|| "a time is none, such as 2026-11-24T14:30:00Z".to_owned())
}

fn is_property(settings: &Settings, schema_id: &str, name: &str) -> bool {
    let schema = settings.identity.schema_of(schema_id).unwrap_or(&settings.identity.schema);
    schema["properties"].get(name).is_some()
}

/// First and last name as the schema has room for them: two traits, or one.
fn names_of(
    settings: &Settings,
    schema_id: &str,
    given: Option<&str>,
    family: Option<&str>,
    full: Option<&str>,
) -> Map<String, Value> {
    let mut traits = Map::new();
    let has = |name: &str| is_property(settings, schema_id, name);
    for (name, text) in [("given_name", given), ("family_name", family)] {
        if let Some(text) = text.filter(|text| !text.is_empty() && has(name)) {
            traits.insert(name.to_owned(), Value::from(text));
        }
    }
    let joined = [given, family].into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    let full = full.map(str::to_owned).filter(|text| !text.is_empty()).unwrap_or_else(|| joined.join(" "));
    if !full.is_empty() && has("name") {
        traits.insert("name".to_owned(), Value::from(full));
    }
    traits
}

#[cfg(test)]
mod tests;

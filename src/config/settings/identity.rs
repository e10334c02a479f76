//! The schemas of identities, from their files.

use serde_json::Value as Json;

use super::reader::Reader;
use super::{IdentitySettings, OtherSchema, Sources};
use crate::config::Fault;

const DEFAULT_SCHEMA: &str = include_str!("../identity.schema.json");

/// The name of the schema that holds where no other is asked for.
const DEFAULT: &str = "default";

pub(super) fn read(from: &mut Reader<'_>, sources: &Sources) -> Option<IdentitySettings> {
    let (name, text) = match (from.optional("identity.schema"), &sources.schema) {
        (None, _) => (DEFAULT, DEFAULT_SCHEMA),
        (Some(_), Some((name, text))) => (name.as_str(), text.as_str()),
        (Some(name), None) => {
            from.wrong("identity.schema", format!("the file {name} cannot be read"));
            return None;
        }
    };
    let others = others(from, sources);
    let schema = parse(from, name, text)?;
    Some(IdentitySettings { schema_id: DEFAULT.to_owned(), schema, others })
}

fn parse(from: &mut Reader<'_>, file: &str, text: &str) -> Option<Json> {
    serde_json::from_str(text)
        .map_err(|why| {
            let place = format!("{file}:{}:{}", why.line(), why.column());
            from.faults.add(Fault::error(place, why.to_string()));
        })
        .ok()
}

fn others(from: &mut Reader<'_>, sources: &Sources) -> Vec<OtherSchema> {
    let chosen = from.list("identity.registration_schemas");
    let mut others: Vec<OtherSchema> = Vec::new();
    for (text, place) in from.list("identity.schemas") {
        let mut wrong =
            |why: String| from.faults.add(Fault::error(&place, format!("identity.schemas: {why}")));
        let Some((id, file)) = text.split_once('=').map(|(id, file)| (id.trim(), file.trim())) else {
            wrong(format!("`{text}` is no name and file; write name=file.json"));
            continue;
        };
        let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        if id.is_empty() || id.len() > 64 || !id.bytes().all(good) {
            wrong(format!("`{id}` is no name; write 1 to 64 letters, digits, `_`, `-` or `.`"));
            continue;
        }
        if id == DEFAULT || others.iter().any(|other| other.id == id) {
            wrong(format!("there is a schema called `{id}` already"));
            continue;
        }
        let Some(text) = sources.schemas.get(file) else {
            wrong(format!("the file {file} cannot be read"));
            continue;
        };
        if let Some(schema) = parse(from, file, text) {
            let registration = chosen.iter().any(|(chosen, _)| chosen == id);
            others.push(OtherSchema { id: id.to_owned(), schema, registration, place: file.to_owned() });
        }
    }
    for (id, place) in chosen {
        if !others.iter().any(|other| other.id == id) {
            let text = format!("identity.registration_schemas: `{id}` is none of identity.schemas");
            from.faults.add(Fault::error(place, text));
        }
    }
    others
}

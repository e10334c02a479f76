//! A table (RFC 4180), of which every record is one line: a quote that is not closed spoils its own line only.

use serde_json::{Map, Value};

use super::{Person, hash, instant, person};
use crate::model::IdentityState;

/// The columns that are known, beside `traits.NAME`.
const COLUMNS: [&str; 8] = ["email", "name", "hash", "verified", "id", "external_id", "state", "created_at"];

/// The names of the columns.
pub(super) fn names(line: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = cells(line)?.iter().map(|name| name.trim().to_owned()).collect();
    for (n, name) in names.iter().enumerate() {
        let known =
            COLUMNS.contains(&name.as_str()) || name.strip_prefix("traits.").is_some_and(|of| !of.is_empty());
        if !known || names[..n].contains(name) {
            let known = COLUMNS.join(", ");
            return Err(format!(
                "the column {name:?} is not known, or there twice; known are {known} and traits.NAME"
            ));
        }
    }
    if names.iter().any(|name| name == "email" || name.starts_with("traits.")) {
        return Ok(names);
    }
    Err("the first line must name the columns, and email among them".to_owned())
}

pub(super) fn read(names: &[String], line: &str, schema_id: &str) -> Result<Person, String> {
    let cells = cells(line)?;
    if cells.len() != names.len() {
        return Err(format!("it has {} cells, and there are {} columns", cells.len(), names.len()));
    }
    let cell = |name: &str| {
        let at = names.iter().position(|known| known == name)?;
        cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    };
    let mut traits = Map::new();
    for name in ["email", "name"] {
        if let Some(text) = cell(name) {
            traits.insert(name.to_owned(), Value::from(text));
        }
    }
    for (name, text) in names.iter().zip(&cells) {
        if let Some(name) = name.strip_prefix("traits.").filter(|_| !text.trim().is_empty()) {
            traits.insert(name.to_owned(), Value::from(text.trim()));
        }
    }
    let mut person = person(schema_id, traits);
    let imported = &mut person.imported;
    imported.id = cell("id").map(|id| id.parse().map_err(|_| "the id is no UUID".to_owned())).transpose()?;
    imported.external_id = cell("external_id").map(str::to_owned);
    imported.created_at = cell("created_at").map(instant).transpose()?;
    imported.new.verified = match cell("verified") {
        None | Some("false" | "no" | "0") => false,
        Some("true" | "yes" | "1") => true,
        Some(_) => return Err("verified is neither true nor false".to_owned()),
    };
    if let Some(state) = cell("state") {
        imported.new.state = IdentityState::parse(state)
            .ok_or_else(|| "the state is neither active nor inactive".to_owned())?;
    }
    imported.new.password = cell("hash").map(hash).transpose()?;
    Ok(person)
}

/// The cells of a line.
fn cells(line: &str) -> Result<Vec<String>, String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                cell.push('"');
                rest.next();
            }
            '"' if quoted => {
                quoted = false;
                if !matches!(rest.peek(), None | Some(',')) {
                    return Err("a quoted cell goes on after its end".to_owned());
                }
            }
            '"' if cell.is_empty() => quoted = true,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    if quoted {
        return Err("a quote is not closed; a record is one line".to_owned());
    }
    cells.push(cell);
    Ok(cells)
}

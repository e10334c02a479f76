//! `wayhome identities set`: a merge patch, written as assignments.

use std::io::Write as _;

use clap::Args;
use serde_json::{Map, Value};

use super::refusal_text;
use crate::cli::{Done, Failure, Place, runtime};
use crate::identity::administration::{self, Patch};
use crate::journey;
use crate::model::IdentityId;

/// What to change of whom.
#[derive(Debug, Args)]
pub(in crate::cli) struct Set {
    /// The id of the person, or their address
    who: String,
    /// `traits.name.first=Ada` sets a text; `traits.age:=36` sets JSON, and `:=null` takes away
    #[arg(required = true, value_name = "PATH=TEXT")]
    assignments: Vec<String>,
    #[command(flatten)]
    place: Place,
}

impl Set {
    pub(super) fn run(self) -> Done {
        let mut document = Map::new();
        for assignment in &self.assignments {
            let (path, value) = read(assignment)?;
            put(&mut document, &path, value);
        }
        let patch = Patch::merge(Value::Object(document))
            .map_err(|misfit| Failure::usage(format!("{}: {}", misfit.pointer, misfit.reason)))?;
        let who = self.who.clone();
        let changed = runtime()?.block_on(async {
            let work = self.place.open().await?;
            let changed = work
                .write(move |cx| {
                    let id = match self.who.parse::<IdentityId>() {
                        Ok(id) => Some(id),
                        Err(_) => administration::find_by_address(cx, &self.who)?.map(|person| person.id),
                    };
                    id.map(|id| journey::patch_identity(cx, id, patch, None)).transpose()
                })
                .await?;
            Ok::<_, Failure>(changed)
        })?;
        match changed {
            Some(Ok(identity)) => Ok(writeln!(std::io::stdout(), "{}", identity.traits)?),
            Some(Err(refusal)) => Err(Failure::failed(refusal_text(&refusal))),
            None => Err(Failure::failed(format!("{who} is nobody"))),
        }
    }
}

/// Path and value of an assignment.
fn read(assignment: &str) -> Result<(Vec<String>, Value), Failure> {
    let wrong = |why: &str| Failure::usage(format!("`{assignment}`: {why}"));
    let (path, text) = assignment.split_once('=').ok_or_else(|| wrong("write PATH=TEXT or PATH:=JSON"))?;
    let (path, value) = match path.strip_suffix(':') {
        Some(path) => {
            let json = serde_json::from_str(text).map_err(|why| wrong(&format!("it is no JSON: {why}")))?;
            (path, json)
        }
        None => (path, Value::String(text.to_owned())),
    };
    let names: Vec<String> = path.split('.').map(str::to_owned).collect();
    if names.iter().any(String::is_empty) {
        return Err(wrong("the path is names with dots between them"));
    }
    if text.contains('\0') || path.contains('\0') {
        return Err(wrong("U+0000 cannot be stored"));
    }
    Ok((names, value))
}

/// Puts a value at a path; what stands in the way gives way.
fn put(document: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [name] => {
            document.insert(name.clone(), value);
        }
        [name, rest @ ..] => {
            let inner = document.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn seed_s18_assignments_become_a_merge_patch() {
        let mut document = Map::new();
        for text in [
            "traits.name.first=Ada",
            "traits.name.last=",
            "traits.age:=36",
            "state=inactive",
            "traits.x:=null",
        ] {
            let (path, value) = read(text).unwrap();
            put(&mut document, &path, value);
        }
        let expected = json!({
            "traits": {"name": {"first": "Ada", "last": ""}, "age": 36, "x": null}, "state": "inactive",
        });
        assert_eq!(Value::Object(document), expected);
        for wrong in ["traits.name", "=x", "traits..a=x", "traits.a:={", ".=", "traits.a=\0"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}

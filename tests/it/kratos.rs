//! The shapes of Kratos' API as a lint: every answer that a test here gets from an operation of Kratos has the required
//! members, and members of the right types. `tests/golden/kratos/shapes.json` has them, written off the published
//! description: a `!` behind a name says that the member is required, a `?` behind a type that it may be null.

use std::sync::LazyLock;

use serde_json::Value;
use uuid::Uuid;
use wayhome::model::Instant;

use crate::http::{Answer, Ask};

static SHAPES: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../golden/kratos/shapes.json")).expect("the file of shapes is JSON")
});

/// Values that this server has beside those of Kratos: the member of a shape, and the value.
const OURS: [(&str, &str); 2] =
    [("identityPatchResponse/action", "update"), ("identityPatchResponse/action", "delete")];

/// Checks an answer, if it is one of an operation that Kratos has.
#[track_caller]
pub fn check(ask: &Ask, answer: &Answer) {
    let path = ask.target.split('?').next().unwrap_or_default();
    let operations = SHAPES["operations"].as_object().expect("operations");
    let of_path = |key: &&String| {
        let mut words = key.split(' ');
        words.next() == Some(ask.method.as_str()) && words.next().is_some_and(|known| fits(known, path))
    };
    let mut known = operations.keys().filter(of_path).peekable();
    if known.peek().is_none() {
        return;
    }
    let wrong = if answer.status >= 400 {
        match path.starts_with("/schemas") {
            true => Ok(()),
            false => shape("errorGeneric", &answer.json(), "errorGeneric", ""),
        }
    } else {
        let ending = format!(" {}", answer.status);
        match known.find(|key| key.ends_with(&ending)) {
            None => Err(format!("Kratos does not answer {}", answer.status)),
            Some(key) if operations[key] == "empty" => match answer.body.is_empty() {
                true => Ok(()),
                false => Err("there is a body".to_owned()),
            },
            Some(key) => value(&operations[key], &answer.json(), key, ""),
        }
    };
    if let Err(why) = wrong {
        panic!("{} {} {}: {why}\n{}", ask.method, ask.target, answer.status, answer.text());
    }
}

/// The same on the public listener, where what every address may answer has the shape of the protocol.
#[track_caller]
pub fn check_public(ask: &Ask, answer: &Answer) {
    let of_kratos = ask.target.starts_with("/sessions/whoami") || ask.target.starts_with("/schemas");
    if of_kratos && !matches!(answer.status, 405 | 421 | 429) {
        check(ask, answer);
    }
}

/// Whether a path is one of this pattern.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(known), Some(part)) if known == part || (known.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}

fn shape(name: &str, found: &Value, within: &str, at: &str) -> Result<(), String> {
    let members = SHAPES["shapes"][name].as_object().unwrap_or_else(|| panic!("no shape {name} in {within}"));
    let found = found.as_object().ok_or_else(|| format!("{at} is no object"))?;
    for (key, wanted) in members {
        let member = key.trim_end_matches('!');
        let at = format!("{at}/{member}");
        match found.get(member) {
            None if key.ends_with('!') => return Err(format!("{at} is missing")),
            None => {}
            Some(found) => value(wanted, found, &format!("{name}/{member}"), &at)?,
        }
    }
    Ok(())
}

fn value(wanted: &Value, found: &Value, place: &str, at: &str) -> Result<(), String> {
    match wanted {
        Value::Array(items) => {
            let found = found.as_array().ok_or_else(|| format!("{at} is no list"))?;
            let mut numbered = found.iter().enumerate();
            numbered.try_for_each(|(n, item)| value(&items[0], item, place, &format!("{at}/{n}")))
        }
        Value::Object(members) => {
            let found = found.as_object().ok_or_else(|| format!("{at} is no object"))?;
            let of_all = &members["*"];
            found.iter().try_for_each(|(name, found)| value(of_all, found, place, &format!("{at}/{name}")))
        }
        Value::String(name) => plain(name, found, place, at),
        other => panic!("{place}: {other} is no shape"),
    }
}

fn plain(wanted: &str, found: &Value, place: &str, at: &str) -> Result<(), String> {
    let (kind, nullable) = wanted.strip_suffix('?').map_or((wanted, false), |kind| (kind, true));
    let text = found.as_str();
    let fits = match kind {
        _ if nullable && found.is_null() => true,
        "any" => true,
        "string" => text.is_some(),
        "uuid" => text.is_some_and(|text| text.parse::<Uuid>().is_ok()),
        "instant" => text.is_some_and(|text| Instant::parse_rfc3339(text).is_some()),
        "boolean" => found.is_boolean(),
        "integer" => found.is_i64() || found.is_u64(),
        "object" => found.is_object(),
        kinds if kinds.contains('|') => text
            .is_some_and(|text| kinds.split('|').any(|known| known == text) || OURS.contains(&(place, text))),
        name => return shape(name, found, place, at),
    };
    if fits { Ok(()) } else { Err(format!("{at} is {found}, and not {wanted}")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_lacks_a_member_or_has_one_of_another_type_does_not_fit() {
        let id = "9a0d5c1e-8d53-4c1e-9b7b-0c8a2f2c9f11";
        let good =
            json!({"id": id, "schema_id": "default", "schema_url": "x", "traits": {}, "state": "active"});
        let check = |change: &dyn Fn(&mut Value)| {
            let mut identity = good.clone();
            change(&mut identity);
            value(&json!(["identity"]), &json!([identity]), "test", "")
        };
        assert_eq!(check(&|_| {}), Ok(()));
        assert_eq!(check(&|of| of["ours"] = json!(1)), Ok(()));
        assert_eq!(check(&|of| of["organization_id"] = Value::Null), Ok(()));
        let why = check(&|of| drop(of.as_object_mut().and_then(|of| of.remove("schema_url"))));
        assert_eq!(why, Err("/0/schema_url is missing".to_owned()));
        for (name, wrong) in [
            ("id", json!("7")),
            ("state", json!("asleep")),
            ("created_at", json!("yesterday")),
            ("external_id", Value::Null),
            ("credentials", json!({"password": {"identifiers": [1]}})),
        ] {
            assert!(check(&|of| of[name] = wrong.clone()).is_err(), "{name}");
        }
        assert!(fits("/admin/identities/{id}", "/admin/identities/7"));
        assert!(!fits("/admin/identities/{id}", "/admin/identities/7/lock"));
        assert!(!fits("/admin/identities/{id}", "/admin/identities/"));
    }
}

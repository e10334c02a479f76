//! What comes in: JSON bodies without surprises, queries of known parameters, ids.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::{Answer, Refused};
use crate::web::visit::{BodyProblem, Visit};

/// The usual type of body.
const JSON: &str = "application/json";

/// Reads the body.
pub(super) fn json<T: DeserializeOwned>(visit: &Visit) -> Answer<T> {
    one_of(visit, JSON)?;
    parse(visit.body())
}

/// Reads a body of one of these types, and says of which.
pub(super) fn body_of<'a>(visit: &Visit, types: &'a str) -> Answer<(&'a str, Value)> {
    let kind = one_of(visit, types)?;
    Ok((kind, parse(visit.body())?))
}

/// The type of the body, which must be one of these.
fn one_of<'a>(visit: &Visit, types: &'a str) -> Answer<&'a str> {
    if let Some(problem) = visit.body_problem() {
        return Err(Refused::body(problem, types).into());
    }
    let content_type = visit.header("content-type").unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let known = types.split(", ").find(|known| kind.eq_ignore_ascii_case(known));
    Ok(known.ok_or_else(|| Refused::body(BodyProblem::WrongType, types))?)
}

/// The version that the writer has read, if they insist on it: its number in double quotes is the entity tag of an
/// identity (RFC 9110 13.1.1).
pub(super) fn if_match(visit: &Visit) -> Answer<Option<i64>> {
    match visit.header("if-match").map(str::trim) {
        None | Some("*") => Ok(None),
        Some(tag) => {
            let number = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            let version = number.and_then(|number| number.parse().ok()).ok_or_else(|| {
                let reason =
                    "If-Match takes the ETag of the identity, as it was read: its version in double quotes.";
                Refused::bad_request("invalid_if_match", reason)
            })?;
            Ok(Some(version))
        }
    }
}

/// Reads a part of a body that was read before.
pub(super) fn member<T: DeserializeOwned>(part: Value) -> Answer<T> {
    Ok(serde_json::from_value(part).map_err(|error| Refused::bad_request("malformed_body", said(&error)))?)
}

/// The one reader of JSON. Members that nobody asked for are refused by the types that are read (G05); the depth is
/// limited by the parser; a NUL is refused everywhere, because no database keeps it.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Answer<T> {
    let wrong = |error: &serde_json::Error| Refused::bad_request("malformed_body", said(error));
    let value: T = serde_json::from_slice(body).map_err(|error| wrong(&error))?;
    let all: Value = serde_json::from_slice(body).map_err(|error| wrong(&error))?;
    if has_nul(&all) {
        let reason = "A text in the body holds the character U+0000, which cannot be stored.";
        return Err(Refused::bad_request("unstorable_character", reason).into());
    }
    Ok(value)
}

/// What the parser says, without the values that it quotes: one of them may be a password.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let told = match text.rsplit_once(", expected ") {
        Some((start, expected)) if start.starts_with("invalid ") => {
            format!("a value of the wrong type, expected {expected}")
        }
        _ => text,
    };
    format!("The body cannot be read: {told}.")
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, member)| name.contains('\0') || has_nul(member)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The id in the path.
pub(super) fn id<T: FromStr>(visit: &Visit) -> Answer<T> {
    visit.path_part("id").parse().map_err(|_| malformed_id("in the path").into())
}

/// A part of the path without its last escapes: those of `/`, `%` and `+` are still in it.
pub(super) fn whole(part: &str) -> String {
    let escaped = format!("v={}", part.replace('+', "%2B").replace('&', "%26"));
    let pair = url::form_urlencoded::parse(escaped.as_bytes()).next();
    pair.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// A text that should be an id.
pub(super) fn malformed_id(place: &str) -> Refused {
    Refused::bad_request("malformed_id", format!("The id {place} is no UUID."))
}

/// The parameters of a query.
pub(super) struct Query<'a>(&'a [(String, String)]);

impl<'a> Query<'a> {
    /// Of these, and of no others: a filter that is not known must not look as if it had filtered.
    pub(super) fn of(visit: &'a Visit, known: &[&str]) -> Answer<Self> {
        Self::check(visit.query(), known)
    }

    fn check(pairs: &'a [(String, String)], known: &[&str]) -> Answer<Self> {
        for (name, value) in pairs {
            if !known.contains(&name.as_str()) {
                let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let reason = format!("There is no parameter {name} here. Known: {known}.");
                return Err(Refused::bad_request("unknown_parameter", reason).into());
            }
            if value.contains('\0') {
                let reason = format!("The parameter {name} holds the character U+0000.");
                return Err(Refused::bad_request("unstorable_character", reason).into());
            }
        }
        Ok(Self(pairs))
    }

    /// A parameter that comes at most once; one without a value counts as left out.
    pub(super) fn one(&self, name: &str) -> Answer<Option<&'a str>> {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => {
                let reason = format!("The parameter {name} came more than once.");
                Err(Refused::bad_request("repeated_parameter", reason).into())
            }
            (found, None) => Ok(found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())),
        }
    }

    /// The values of a parameter that may come often.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What is left without these, in the form of a query.
    pub(super) fn without(&self, names: &[&str]) -> String {
        let rest = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(rename = "password")]
        _password: Option<String>,
        #[serde(rename = "traits")]
        _traits: Option<Value>,
    }

    fn refusal(body: &str) -> Refused {
        parse::<Body>(body.as_bytes()).unwrap_err().refused()
    }

    #[test]
    fn sec_g05_a_member_that_nobody_asked_for_is_refused() {
        assert!(refusal(r#"{"id":"x"}"#).reason().contains("unknown field `id`"));
        assert!(refusal(r#"{"password":"a","password":"b"}"#).reason().contains("duplicate field"));
    }

    #[test]
    fn a_reason_does_not_quote_a_value() {
        for body in [r#"{"password":12345678}"#, r#"{"password":["hunter2"]}"#, r#""hunter2""#] {
            let reason = refusal(body).reason().to_owned();
            assert!(!reason.contains("12345678") && !reason.contains("hunter2"), "{reason}");
        }
    }

    #[test]
    fn a_nul_is_refused_wherever_it_hides() {
        for body in
            [r#"{"password":"a\u0000"}"#, r#"{"traits":{"x":["\u0000"]}}"#, r#"{"traits":{"\u0000":1}}"#]
        {
            assert_eq!(refusal(body).id(), "unstorable_character", "{body}");
        }
        // Six characters that only look like one.
        assert!(parse::<Body>(br#"{"password":"\\u0000"}"#).is_ok());
    }

    #[test]
    fn the_last_escapes_of_a_path_are_read() {
        for (part, text) in [("a b", "a b"), ("a%2Fb%25c", "a/b%c"), ("a+b&c=d", "a+b&c=d"), ("", "")] {
            assert_eq!(whole(part), text);
        }
    }

    #[test]
    fn depth_is_limited() {
        let deep = format!(r#"{{"traits":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(refusal(&deep).id(), "malformed_body");
    }

    #[test]
    fn sec_i01_a_parameter_that_is_not_known_is_refused() {
        let pairs = vec![("sort".to_owned(), "id; DROP TABLE identities".to_owned())];
        assert_eq!(Query::check(&pairs, &["page_size"]).err().unwrap().refused().id(), "unknown_parameter");
        let pairs = vec![("ids".to_owned(), "a\0".to_owned())];
        assert_eq!(Query::check(&pairs, &["ids"]).err().unwrap().refused().id(), "unstorable_character");
    }
}

//! JSON as tokens may hold it: no member twice, not deep, not endless. Whoever reads such a text twice, with two parsers,
//! reads the same.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How deep values may lie in each other.
const DEPTH: usize = 32;

/// How many members and elements there may be, in all depths together.
const PARTS: usize = 1_000;

/// An object that was read strictly.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Object(pub(super) Map<String, Value>);

impl<'de> serde::Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut left = PARTS;
        match (Part { depth: DEPTH, left: &mut left }).deserialize(from)? {
            Value::Object(object) => Ok(Self(object)),
            _ => Err(D::Error::custom("no object")),
        }
    }
}

/// Reads an object; `None` for anything else.
pub(super) fn object(json: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice::<Object>(json).ok().map(|object| object.0)
}

/// A value at some depth.
struct Part<'a> {
    depth: usize,
    left: &'a mut usize,
}

impl Part<'_> {
    fn below<E: Error>(&mut self) -> Result<Part<'_>, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        *self.left = self.left.checked_sub(1).ok_or_else(|| E::custom("too many parts"))?;
        Ok(Part { depth, left: self.left })
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut from: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = from.next_element_seed(self.below()?)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut from: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = from.next_key::<String>()? {
            let value = from.next_value_seed(self.below()?)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member came twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_any_parser_reads() {
        let text = r#"{"a":[1,-2,1.5,"x",null,true,{"b":{}}],"c":"\u00e4"}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(object(text.as_bytes()).map(Value::Object), Some(value));
    }

    #[test]
    fn sec_j09_a_member_that_comes_twice_is_refused_at_any_depth() {
        for text in [
            r#"{"exp":1,"exp":2}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[{"b":1,"b":1}]}"#,
            r#"{"a":1,"\u0061":1}"#,
        ] {
            assert_eq!(object(text.as_bytes()), None, "{text}");
        }
        for text in ["\u{feff}{}", "[]", "1", "", "{}{}", r#"{"a":1e400}"#, "{\"a\":NaN}"] {
            assert_eq!(object(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn sec_j11_what_is_deep_or_endless_is_refused() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(object(nested(DEPTH - 1).as_bytes()).is_some());
        assert!(object(nested(DEPTH).as_bytes()).is_none());
        assert!(object(nested(10_000).as_bytes()).is_none());
        let claims = |count: usize| {
            let members: Vec<String> = (0..count).map(|n| format!("\"{n}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(object(claims(PARTS - 1).as_bytes()).is_some());
        assert!(object(claims(10_000).as_bytes()).is_none());
    }
}

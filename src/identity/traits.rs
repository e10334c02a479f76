//! What is known of a person, by the JSON Schema of the installation.

mod email;

pub use email::{canonical_email, masked};

use std::collections::BTreeMap;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;
use url::Url;

use email::as_mailed;

use crate::config::{MAPPED_CLAIMS, Settings};
use crate::model::Notice;

/// The JSON Schema that traits are read by.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'a>(&'a Value);

/// The schema of this id; the default one if there is none such any more.
pub fn schema<'a>(settings: &'a Settings, id: &str) -> Schema<'a> {
    Schema(settings.identity.schema_of(id).unwrap_or(&settings.identity.schema))
}

/// The default schema.
impl<'a> From<&'a Settings> for Schema<'a> {
    fn from(settings: &'a Settings) -> Self {
        Self(&settings.identity.schema)
    }
}

/// What a form needs to know of a trait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trait {
    /// The member of the traits.
    pub name: String,
    /// What people read.
    pub title: String,
    /// `email`, `uri`, … or nothing.
    pub format: String,
    /// The JSON type.
    pub kind: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it is what people sign in with.
    pub identifier: bool,
    /// Whether it is an address, which can be proven.
    pub address: bool,
}

/// The traits of the schema, in its order; objects within are left to the admin API.
pub fn fields<'a>(schema: impl Into<Schema<'a>>) -> Vec<Trait> {
    let schema = schema.into();
    let schema = schema.0;
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    let mut fields: Vec<Trait> = properties
        .iter()
        .filter(|(_, of)| matches!(of["type"].as_str(), Some("string" | "boolean" | "number" | "integer")))
        .map(|(name, of)| Trait {
            name: name.clone(),
            title: of["title"].as_str().unwrap_or(name).to_owned(),
            format: of["format"].as_str().unwrap_or_default().to_owned(),
            kind: of["type"].as_str().unwrap_or_default().to_owned(),
            optional: !required.contains(&name.as_str()),
            identifier: of["wayhome"]["identifier"].as_bool().unwrap_or(false),
            address: of["wayhome"]["verify"].as_bool().unwrap_or(false),
        })
        .collect();
    // What people sign in with comes first.
    fields.sort_by_key(|field| !field.identifier);
    fields
}

/// The name of the trait that people sign in with.
pub fn identifier<'a>(schema: impl Into<Schema<'a>>) -> String {
    let schema = schema.into();
    fields(schema).into_iter().find(|field| field.identifier).map_or_else(|| "email".to_owned(), |f| f.name)
}

/// Makes traits of what was typed into a form (`traits.name`); an empty field is a trait that is not there.
pub fn from_form<'a>(schema: impl Into<Schema<'a>>, values: &BTreeMap<String, String>) -> Value {
    let schema = schema.into();
    let mut traits = Map::new();
    for field in fields(schema) {
        let typed = values.get(&format!("traits.{}", field.name)).map(|text| text.trim()).unwrap_or_default();
        let value = match field.kind.as_str() {
            "boolean" => Some(Value::Bool(matches!(typed, "true" | "on" | "yes"))),
            _ if typed.is_empty() => None,
            "integer" | "number" => {
                Some(typed.parse::<i64>().map_or_else(|_| Value::String(typed.to_owned()), Value::from))
            }
            _ if field.address => Some(Value::String(as_mailed(typed))),
            _ => Some(Value::String(typed.nfc().collect())),
        };
        if let Some(value) = value {
            traits.insert(field.name, value);
        }
    }
    Value::Object(traits)
}

/// What stands in a form for these traits, by the names of the controls.
pub fn to_form<'a>(schema: impl Into<Schema<'a>>, traits: &Value) -> BTreeMap<String, String> {
    let schema = schema.into();
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    fields(schema)
        .into_iter()
        .filter_map(|field| {
            traits.get(&field.name).map(|value| (format!("traits.{}", field.name), shown(value)))
        })
        .collect()
}

/// A notice for each control that the form does not have: nobody sets what they are not asked for.
pub fn unknown<'a>(schema: impl Into<Schema<'a>>, values: &BTreeMap<String, String>) -> Vec<Notice> {
    let schema = schema.into();
    let fields = fields(schema);
    let known = |control: &str| {
        control.strip_prefix("traits.").is_some_and(|name| fields.iter().any(|field| field.name == name))
    };
    let named = |control: &String| {
        let name: String = control.strip_prefix("traits.").unwrap_or(control).chars().take(40).collect();
        Notice::error("field.wrong").with("field", &name).on(&format!("traits.{name}"))
    };
    values.keys().filter(|control| !known(control)).take(5).map(named).collect()
}

/// What is kept of typed values to show them in the form again: known controls, at most `most` characters of each.
pub fn shown<'a>(
    schema: impl Into<Schema<'a>>,
    values: BTreeMap<String, String>,
    most: usize,
) -> BTreeMap<String, String> {
    let schema = schema.into();
    let fields = fields(schema);
    values
        .into_iter()
        .filter(|(control, _)| fields.iter().any(|field| *control == format!("traits.{}", field.name)))
        .map(|(control, value)| (control, value.chars().take(most).collect()))
        .collect()
}

/// What is wrong with traits, a notice for each field; all at once.
pub fn check<'a>(schema: impl Into<Schema<'a>>, traits: &Value) -> Vec<Notice> {
    let schema = schema.into();
    let fields = fields(schema);
    let title = |name: &str| {
        fields
            .iter()
            .find(|field| field.name == name)
            .map_or_else(|| name.to_owned(), |field| field.title.to_lowercase())
    };
    let mut notices: Vec<Notice> = Vec::new();
    for field in fields.iter().filter(|field| !field.optional) {
        if traits.get(&field.name).is_none_or(|value| value.as_str() == Some("")) {
            let notice = Notice::error("field.empty").with("field", title(&field.name));
            notices.push(notice.on(&format!("traits.{}", field.name)));
        }
    }
    for field in fields.iter().filter(|field| field.format == "email" || field.address) {
        if traits.get(&field.name).and_then(Value::as_str).is_some_and(|text| canonical_email(text).is_none())
        {
            notices.push(Notice::error("email.format").on(&format!("traits.{}", field.name)));
        }
    }
    for field in fields.iter().filter(|field| is_disguised(field, traits)) {
        let notice = Notice::error("field.wrong").with("field", title(&field.name));
        notices.push(notice.on(&format!("traits.{}", field.name)));
    }
    for (pointer, max) in schema_faults(schema, traits) {
        let name = pointer.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
        let on = format!("traits.{name}");
        if notices.iter().any(|notice| notice.field.as_deref() == Some(&on)) {
            continue;
        }
        if name.is_empty() {
            // A rule about several fields together; those that are wrong by themselves are named first.
            if notices.is_empty() {
                notices.push(Notice::error("form.wrong"));
            }
            continue;
        }
        let notice = match max {
            Some(max) => Notice::error("field.too_long").with("max", max),
            None => Notice::error("field.wrong"),
        };
        notices.push(notice.with("field", title(&name)).on(&on));
    }
    notices
}

/// The JSON pointers of what does not fit the schema, and the greatest length where that is the reason.
pub fn schema_faults<'a>(schema: impl Into<Schema<'a>>, traits: &Value) -> Vec<(String, Option<u64>)> {
    let schema = schema.into();
    let Ok(validator) = validator(schema.0) else {
        return vec![(String::new(), None)];
    };
    validator
        .iter_errors(traits)
        .map(|error| {
            let max = match error.kind() {
                ValidationErrorKind::MaxLength { limit } => Some(*limit),
                _ => None,
            };
            (error.instance_path().to_string(), max)
        })
        .collect()
}

/// What does not fit, for administrators: JSON pointer and reason.
pub fn faults<'a>(schema: impl Into<Schema<'a>>, traits: &Value) -> Vec<(String, String)> {
    all_faults(schema.into(), traits, |_| true)
}

/// What does not fit in traits of which a part is known only: nothing is missing yet.
pub fn faults_so_far(schema: Schema<'_>, traits: &Value) -> Vec<(String, String)> {
    all_faults(schema, traits, |kind| !matches!(kind, ValidationErrorKind::Required { .. }))
}

fn all_faults(
    schema: Schema<'_>,
    traits: &Value,
    counts: impl Fn(&ValidationErrorKind) -> bool,
) -> Vec<(String, String)> {
    let Ok(validator) = validator(schema.0) else {
        return vec![(String::new(), "the identity schema cannot be used".to_owned())];
    };
    let mut faults: Vec<(String, String)> = validator
        .iter_errors(traits)
        .filter(|error| counts(error.kind()))
        .map(|error| (error.instance_path().to_string(), error.to_string()))
        .collect();
    for field in fields(schema) {
        let text = traits.get(&field.name).and_then(Value::as_str);
        let is_email = field.format == "email" || field.address;
        if is_email && text.is_some_and(|text| canonical_email(text).is_none()) {
            faults.push((format!("/{}", field.name), "it is no email address".to_owned()));
        }
        if is_disguised(&field, traits) {
            faults.push((format!("/{}", field.name), "it is no http or https address".to_owned()));
        }
    }
    faults
}

/// Whether a trait that is a web address is something else: applications make links of it, and `javascript:` is a URI.
fn is_disguised(field: &Trait, traits: &Value) -> bool {
    let text = traits.get(&field.name).and_then(Value::as_str).filter(|_| field.format == "uri");
    text.is_some_and(|text| {
        let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace());
        let url = Url::parse(text).ok().filter(|_| plain);
        !url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    })
}

/// Every text in the traits: what everybody may know of the person, and a password must not be made of.
pub fn words(traits: &Value) -> Vec<String> {
    match traits {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::Object(members) => members.values().flat_map(words).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Patterns cost time in proportion to what they look at, whatever they are, and nothing is fetched (U06).
fn validator(schema: &Value) -> Result<Validator, String> {
    let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
    options.build(schema).map_err(|error| error.to_string())
}

/// What is wrong with the schema itself.
pub fn schema_problem(schema: &Value) -> Option<String> {
    if let Err(error) = validator(schema) {
        return Some(format!("it is no JSON Schema: {error}"));
    }
    let is = |of: &Value, what: &str| of["wayhome"][what].as_bool() == Some(true);
    let opens = |of: &Value| is(of, "identifier") && is(of, "verify");
    let can_sign_in =
        schema["properties"].as_object().is_some_and(|properties| properties.values().any(opens));
    if let Some(claim) = bad_claim(schema, DEPTH) {
        let known = MAPPED_CLAIMS.join(", ");
        return Some(format!("a trait cannot be told as the claim {claim}, only as {known}"));
    }
    let nobody = "no property has `identifier` and `verify` in its member `wayhome`: nobody could sign in";
    (!can_sign_in).then(|| nobody.to_owned())
}

/// A claim that a property wants to be and may not.
fn bad_claim(schema: &Value, depth: usize) -> Option<String> {
    schema["properties"].as_object()?.values().find_map(|of| {
        let claim = of["wayhome"].get("claim").map(|claim| claim.as_str().unwrap_or_default());
        let bad = claim.filter(|claim| !MAPPED_CLAIMS.contains(claim)).map(|claim| format!("{claim:?}"));
        bad.or_else(|| (depth > 1).then(|| bad_claim(of, depth - 1)).flatten())
    })
}

/// How deep properties may lie that say more than JSON Schema does.
const DEPTH: usize = 8;

/// The paths of the properties that the schema marks with `index`, by which identities can be found.
pub fn indexed(schema: Schema<'_>) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    mark(schema.0, &mut Vec::new(), &mut found);
    found
}

fn mark(schema: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    for (name, of) in schema["properties"].as_object().into_iter().flatten() {
        path.push(name.clone());
        if of["wayhome"]["index"].as_bool() == Some(true) {
            found.push(path.clone());
        }
        if path.len() < DEPTH {
            mark(of, path, found);
        }
        path.pop();
    }
}

/// The names of the traits that are addresses.
pub fn address_names(schema: Schema<'_>) -> Vec<String> {
    let properties = schema.0["properties"].as_object().into_iter().flatten();
    let verified = properties.filter(|(_, of)| of["wayhome"]["verify"].as_bool() == Some(true));
    verified.map(|(name, _)| name.clone()).collect()
}

/// The addresses in the traits that can be verified, as mail goes to them.
pub fn addresses<'a>(schema: impl Into<Schema<'a>>, traits: &Value) -> Vec<String> {
    let schema = schema.into();
    let names = address_names(schema);
    names.iter().filter_map(|name| traits.get(name).and_then(Value::as_str)).map(as_mailed).collect()
}

/// Whether a forgotten password is recovered over this address of theirs: over all that can be verified, but for those
/// whose trait says `recover: false`.
pub fn recovers<'a>(schema: impl Into<Schema<'a>>, traits: &Value, canonical: &str) -> bool {
    let schema = schema.into();
    let Some(properties) = schema.0["properties"].as_object() else { return false };
    properties
        .iter()
        .filter(|(_, of)| of["wayhome"]["verify"].as_bool() == Some(true))
        .filter(|(_, of)| of["wayhome"]["recover"].as_bool() != Some(false))
        .filter_map(|(name, _)| traits.get(name).and_then(Value::as_str))
        .any(|address| canonical_email(address).as_deref() == Some(canonical))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Mode, Sources};
    use serde_json::json;

    fn settings() -> Settings {
        Settings::load(Mode::Development, &Sources::default()).0.unwrap()
    }

    #[test]
    fn a_schema_that_lets_nobody_sign_in_is_told() {
        assert_eq!(schema_problem(&settings().identity.schema), None);
        let broken = schema_problem(&json!({"type": 5})).unwrap();
        assert!(broken.contains("no JSON Schema"), "{broken}");
        for of in [json!({}), json!({"identifier": true}), json!({"verify": true})] {
            let schema = json!({"properties": {"name": {"type": "string", "wayhome": of}}});
            assert!(schema_problem(&schema).unwrap().contains("nobody could sign in"), "{schema}");
        }
    }

    #[test]
    fn sec_u06_no_pattern_is_slow_and_nothing_is_fetched() {
        let with = |of: Value| {
            json!({
                "type": "object",
                "properties": {
                    "email": {"type": "string", "wayhome": {"identifier": true, "verify": true}},
                    "odd": of,
                },
            })
        };
        // Engines that go back and try again need longer than the universe has existed.
        let schema = with(json!({"type": "string", "pattern": "^(a+)+$"}));
        assert_eq!(schema_problem(&schema), None);
        let mut settings = settings();
        settings.identity.schema = schema;
        let slow = format!("{}!", "a".repeat(60_000));
        assert_eq!(check(&settings, &json!({"email": "a@b.example", "odd": slow})).len(), 1);
        for refused in [
            json!({"pattern": "^(?=a)b"}),
            json!({"$ref": "https://schemas.example.org/odd.json"}),
            json!({"$ref": "file:///etc/passwd"}),
            json!({"$ref": "#/$defs/nowhere"}),
        ] {
            let problem = schema_problem(&with(refused.clone())).unwrap_or_default();
            assert!(problem.contains("no JSON Schema"), "{refused}: {problem}");
        }
        // A schema may speak of itself, and a long list of equals is found out.
        settings.identity.schema =
            with(json!({"type": "array", "items": {"$ref": "#/properties/odd"}, "uniqueItems": true}));
        assert_eq!(schema_problem(&settings.identity.schema), None);
        let many: Vec<Value> = (0..100_000).map(|n| json!([n])).collect();
        assert!(!check(&settings, &json!({"email": "a@b.example", "odd": many})).is_empty());
    }

    #[test]
    fn seed_s20_what_is_missing_is_named_with_its_field() {
        let notices = check(&settings(), &json!({}));
        assert_eq!(notices.len(), 1);
        assert_eq!(
            (notices[0].id.as_str(), notices[0].field.as_deref()),
            ("field.empty", Some("traits.email"))
        );
        let notices = check(&settings(), &json!({"email": "nobody", "name": "x".repeat(300)}));
        let ids: Vec<&str> = notices.iter().map(|notice| notice.id.as_str()).collect();
        assert_eq!(ids, ["email.format", "field.too_long"]);
    }

    #[test]
    fn a_form_becomes_traits_without_empty_members() {
        let values = [("traits.email", " a@b.example "), ("traits.name", ""), ("traits.admin", "yes")];
        let values = values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(from_form(&settings(), &values), json!({"email": "a@b.example"}));
    }
}

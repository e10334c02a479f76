//! A change of a part of an identity: JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7396).
//!
//! What is changed is a document of exactly the members that may be written. Whatever else an operation names, as target
//! or as source, is refused before anything is applied (S18, G06), so that no operation can move, copy or test it.

use json_patch::{PatchErrorKind, PatchOperation};
use serde_json::{Map, Value, json};

use super::{ExternalId, Misfit, Refusal, Replacement};
use crate::model::{Identity, IdentityState};

/// The members that a patch may write. Another schema is a decision about all the traits, so only a replacement makes it.
const WRITABLE: [&str; 5] = ["traits", "state", "metadata_public", "metadata_admin", "external_id"];

/// The most operations of one patch.
const OPERATIONS: usize = 100;

/// The size of the patched document as JSON, in bytes: operations that copy could double it each time.
const SIZE: usize = 1024 * 1024;

/// How deep the patched document may be: it is read again by a parser that stops at 128.
const DEPTH: usize = 64;

/// A change of a part of an identity, of which it is known that it touches nothing else.
#[derive(Debug, Clone)]
pub struct Patch(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Operations(Vec<PatchOperation>),
    Merge(Map<String, Value>),
}

impl Patch {
    /// Reads a list of operations (RFC 6902).
    pub fn operations(document: Value) -> Result<Self, Misfit> {
        let Value::Array(items) = document else {
            return Err(misfit("", "a JSON Patch is a list of operations"));
        };
        if items.len() > OPERATIONS {
            return Err(misfit("", &format!("a patch has at most {OPERATIONS} operations")));
        }
        let mut operations = Vec::with_capacity(items.len());
        for (n, item) in items.into_iter().enumerate() {
            let operation = serde_json::from_value::<PatchOperation>(item)
                .map_err(|_| misfit(&format!("/{n}"), "it is no operation of a JSON Patch"))?;
            for pointer in pointers(&operation) {
                if !first(&pointer).is_some_and(|member| WRITABLE.contains(&member.as_str())) {
                    return Err(protected(&pointer));
                }
            }
            operations.push(operation);
        }
        Ok(Self(Kind::Operations(operations)))
    }

    /// Reads a document that is laid over the identity (RFC 7396); `null` takes away.
    pub fn merge(document: Value) -> Result<Self, Misfit> {
        let Value::Object(members) = document else {
            return Err(misfit("", "a JSON Merge Patch is an object"));
        };
        if let Some(name) = members.keys().find(|name| !WRITABLE.contains(&name.as_str())) {
            return Err(protected(&format!("/{}", name.replace('~', "~0").replace('/', "~1"))));
        }
        Ok(Self(Kind::Merge(members)))
    }

    /// What the identity is to be replaced with. All operations work, or none does.
    pub(super) fn apply(self, identity: &Identity, version: Option<i64>) -> Result<Replacement, Refusal> {
        let mut document = json!({
            "traits": identity.traits,
            "state": identity.state.name(),
            "metadata_public": identity.metadata_public,
            "metadata_admin": identity.metadata_admin,
            "external_id": identity.external_id,
        });
        match self.0 {
            Kind::Merge(members) => json_patch::merge(&mut document, &Value::Object(members)),
            Kind::Operations(operations) => {
                for (n, operation) in operations.iter().enumerate() {
                    apply(&mut document, n, operation)?;
                }
            }
        }
        if !is_shallow(&document, DEPTH) {
            return Err(Refusal::Patch(misfit("", &format!("the result is deeper than {DEPTH} levels"))));
        }
        replacement(document, identity, version)
    }
}

fn apply(document: &mut Value, n: usize, operation: &PatchOperation) -> Result<(), Refusal> {
    let place = format!("/{n}");
    json_patch::patch(document, std::slice::from_ref(operation)).map_err(|error| match error.kind {
        PatchErrorKind::TestFailed => Refusal::TestFailed(place.clone()),
        _ => Refusal::Patch(misfit(&place, "it names a place that is not there")),
    })?;
    // A copy can double the document, so that a few of them would fill any memory.
    if matches!(operation, PatchOperation::Copy(_)) {
        if !is_shallow(document, DEPTH) {
            return Err(Refusal::Patch(misfit(&place, &format!("the result is deeper than {DEPTH} levels"))));
        }
        if document.to_string().len() > SIZE {
            return Err(Refusal::Patch(misfit(&place, "the result is larger than 1 MiB")));
        }
    }
    Ok(())
}

fn replacement(
    mut document: Value,
    identity: &Identity,
    version: Option<i64>,
) -> Result<Replacement, Refusal> {
    let mut take = |name: &str| document.get_mut(name).map(Value::take).unwrap_or_default();
    let traits = take("traits");
    let state = take("state").as_str().and_then(IdentityState::parse);
    let Some(state) = state else {
        return Err(Refusal::Invalid(vec![misfit("/state", "it is neither active nor inactive")]));
    };
    let external_id = match take("external_id") {
        Value::Null => None,
        Value::String(text) => Some(text),
        _ => return Err(Refusal::Invalid(vec![misfit("/external_id", "it is no text")])),
    };
    Ok(Replacement {
        external_id: ExternalId::Is(external_id),
        schema_id: identity.schema_id.clone(),
        traits,
        state,
        metadata_public: Some(take("metadata_public")).filter(|value| !value.is_null()),
        metadata_admin: Some(take("metadata_admin")).filter(|value| !value.is_null()),
        password: None,
        version,
    })
}

/// The places that an operation reads or writes.
fn pointers(operation: &PatchOperation) -> Vec<String> {
    let text = |pointer: &dyn std::fmt::Display| pointer.to_string();
    match operation {
        PatchOperation::Add(operation) => vec![text(&operation.path)],
        PatchOperation::Remove(operation) => vec![text(&operation.path)],
        PatchOperation::Replace(operation) => vec![text(&operation.path)],
        PatchOperation::Test(operation) => vec![text(&operation.path)],
        PatchOperation::Move(operation) => vec![text(&operation.from), text(&operation.path)],
        PatchOperation::Copy(operation) => vec![text(&operation.from), text(&operation.path)],
    }
}

/// The member of the document that a pointer leads into (RFC 6901 4).
fn first(pointer: &str) -> Option<String> {
    let token = pointer.strip_prefix('/')?.split('/').next()?;
    Some(token.replace("~1", "/").replace("~0", "~"))
}

fn protected(pointer: &str) -> Misfit {
    let reason = match first(pointer).as_deref() {
        Some("schema_id") => {
            "another schema is set by a replacement (PUT), with traits that fit it".to_owned()
        }
        Some("credentials") => "credentials are not changed by a patch".to_owned(),
        _ => format!("a patch changes {} only", WRITABLE.join(", ")),
    };
    misfit(pointer, &reason)
}

fn misfit(pointer: &str, reason: &str) -> Misfit {
    // A pointer of the caller is repeated, but no endless one.
    Misfit { pointer: pointer.chars().take(200).collect(), reason: reason.to_owned() }
}

fn is_shallow(value: &Value, left: usize) -> bool {
    match value {
        Value::Array(items) => left > 0 && items.iter().all(|item| is_shallow(item, left - 1)),
        Value::Object(members) => left > 0 && members.values().all(|member| is_shallow(member, left - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests;

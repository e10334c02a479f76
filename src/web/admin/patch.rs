//! `PATCH /admin/identities/{id}`: a part of an identity, by JSON Patch or by JSON Merge Patch.

use serde_json::Value;

use super::identity::Person;
use super::input;
use super::refusal::{Answer, Refused};
use crate::identity::administration::{Misfit, Patch};
use crate::journey;
use crate::model::IdentityId;
use crate::web::visit::Visit;

/// The types of body, as `Accept-Patch` names them (RFC 5789 3.1).
pub(super) const TYPES: &str = "application/json-patch+json, application/merge-patch+json, application/json";

/// Changes what the patch names, and keeps the rest.
pub(super) async fn patch(visit: Visit) -> Answer {
    let id: IdentityId = input::id(&visit)?;
    let patch = read(&visit)?.map_err(|misfit| Refused::bad_patch(&misfit))?;
    let version = input::if_match(&visit)?;
    let patched = visit
        .work()
        .write(move |cx| match journey::patch_identity(cx, id, patch, version)? {
            Ok(identity) => Person::read(cx, identity).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        })
        .await?;
    let person = patched.map_err(|refusal| Refused::of_identity(refusal, version.is_some()))?;
    person.reply(&visit)
}

/// Ory's SDKs send their operations as plain JSON. A plain object is not guessed at: it may be half a replacement.
fn read(visit: &Visit) -> Answer<Result<Patch, Misfit>> {
    Ok(match input::body_of(visit, TYPES)? {
        ("application/json-patch+json", document) => Patch::operations(document),
        ("application/merge-patch+json", document) => Patch::merge(document),
        (_, document @ Value::Array(_)) => Patch::operations(document),
        _ => {
            let reason = "A JSON object that changes a part of an identity is of the type \
                          application/merge-patch+json; as application/json only a list of operations is taken.";
            return Err(Refused::bad_request("invalid_patch", reason).at("").into());
        }
    })
}

//! Users of Auth0: the export of the management API, or the file with the hashes that support sends.

use serde::Deserialize;
use serde_json::{Value, json};

use super::kratos::told;
use super::{Person, hash, instant, is_property, names_of, person};
use crate::config::Settings;
use crate::model::IdentityState;

#[derive(Deserialize)]
struct User {
    user_id: Option<String>,
    /// In the file with the hashes.
    #[serde(rename = "_id")]
    object: Option<ObjectId>,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    #[serde(default)]
    blocked: bool,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    created_at: Option<String>,
    #[serde(rename = "passwordHash", alias = "password_hash")]
    password_hash: Option<String>,
    app_metadata: Option<Value>,
    user_metadata: Option<Value>,
}

#[derive(Deserialize)]
struct ObjectId {
    #[serde(rename = "$oid")]
    oid: String,
}

/// The id of Auth0 is no UUID, so it is kept in `metadata_admin`; members of `user_metadata` that the schema knows become
/// traits.
pub(super) fn read(text: &str, schema_id: &str, settings: &Settings) -> Result<Person, String> {
    let user: User = serde_json::from_str(text).map_err(|why| told(&why))?;
    let (given, family) = (user.given_name.as_deref(), user.family_name.as_deref());
    // Without a name, Auth0 writes the address in its place.
    let full = user.name.as_deref().filter(|name| Some(*name) != user.email.as_deref());
    let mut traits = names_of(settings, schema_id, given, family, full);
    if let Some(address) = &user.email {
        traits.insert("email".to_owned(), Value::from(address.as_str()));
    }
    if let Some(Value::Object(members)) = &user.user_metadata {
        for (name, value) in members {
            if is_property(settings, schema_id, name) {
                traits.entry(name).or_insert_with(|| value.clone());
            }
        }
    }
    let mut person = person(schema_id, traits);
    let imported = &mut person.imported;
    imported.created_at = user.created_at.as_deref().map(instant).transpose()?;
    imported.new.verified = user.email_verified;
    if user.blocked {
        imported.new.state = IdentityState::Inactive;
    }
    let id = user.user_id.or_else(|| user.object.map(|object| format!("auth0|{}", object.oid)));
    imported.new.metadata_admin = Some(json!({"auth0": {
        "user_id": id,
        "app_metadata": user.app_metadata,
        "user_metadata": user.user_metadata,
    }}));
    imported.new.password = user.password_hash.as_deref().map(hash).transpose()?;
    Ok(person)
}

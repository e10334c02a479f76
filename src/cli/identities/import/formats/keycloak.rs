//! Users of Keycloak (`kc.sh export`), with the hashes of their passwords.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::kratos::told;
use super::{Person, hash, is_property, names_of, person};
use crate::config::Settings;
use crate::crypto::TotpSecret;
use crate::model::{IdentityState, Instant};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: Option<String>,
    username: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    enabled: Option<bool>,
    first_name: Option<String>,
    last_name: Option<String>,
    /// In milliseconds.
    created_timestamp: Option<i64>,
    #[serde(default)]
    attributes: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    credentials: Vec<Credential>,
    #[serde(default)]
    required_actions: Vec<String>,
    #[serde(default)]
    realm_roles: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    #[serde(rename = "type")]
    kind: String,
    /// JSON in a text.
    secret_data: Option<String>,
    credential_data: Option<String>,
}

#[derive(Deserialize)]
struct Secret {
    value: String,
    salt: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    hash_iterations: u32,
    algorithm: String,
    #[serde(default)]
    additional_parameters: BTreeMap<String, Vec<String>>,
}

/// What is known of an authenticator app.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct App {
    sub_type: String,
    digits: u32,
    period: u32,
    algorithm: String,
    secret_encoding: Option<String>,
}

/// Its secret.
#[derive(Deserialize)]
struct AppSecret {
    value: String,
}

/// Attributes that the schema knows become traits; everything else of use is kept in `metadata_admin`.
pub(super) fn read(text: &str, schema_id: &str, settings: &Settings) -> Result<Person, String> {
    let user: User = serde_json::from_str(text).map_err(|why| told(&why))?;
    let (given, family) = (user.first_name.as_deref(), user.last_name.as_deref());
    let mut traits = names_of(settings, schema_id, given, family, None);
    let address = user.email.clone().or_else(|| user.username.clone().filter(|name| name.contains('@')));
    if let Some(address) = address {
        traits.insert("email".to_owned(), Value::from(address));
    }
    for (name, values) in &user.attributes {
        if let (Some(value), true) = (values.first(), is_property(settings, schema_id, name)) {
            traits.entry(name).or_insert_with(|| Value::from(value.as_str()));
        }
    }
    let mut person = person(schema_id, traits);
    let imported = &mut person.imported;
    imported.id = user.id.as_deref().and_then(|id| id.parse().ok());
    imported.created_at =
        user.created_timestamp.map(|millis| Instant::from_micros(millis.saturating_mul(1_000)));
    imported.new.verified = user.email_verified;
    if user.enabled == Some(false) {
        imported.new.state = IdentityState::Inactive;
    }
    imported.new.metadata_admin = Some(json!({"keycloak": {
        "username": user.username,
        "attributes": user.attributes,
        "required_actions": user.required_actions,
        "realm_roles": user.realm_roles,
        "groups": user.groups,
    }}));
    if let Some(credential) = user.credentials.iter().find(|credential| credential.kind == "password") {
        imported.new.password = Some(hash(&hash_text(credential)?)?);
    }
    // Of several apps the first one: that is the one that Keycloak asks for.
    let app = user.credentials.iter().find(|credential| credential.kind == "otp");
    person.imported.brought.totp = app.map(secret_of_app).transpose()?;
    Ok(person)
}

/// The secret of an app that does what every app can; of another one no code would fit.
fn secret_of_app(credential: &Credential) -> Result<TotpSecret, String> {
    let unreadable = || "the credential of the authenticator app cannot be read".to_owned();
    let part = |text: &Option<String>| text.clone().ok_or_else(unreadable);
    let AppSecret { value } =
        serde_json::from_str(&part(&credential.secret_data)?).map_err(|_| unreadable())?;
    let app: App = serde_json::from_str(&part(&credential.credential_data)?).map_err(|_| unreadable())?;
    if (app.sub_type.as_str(), app.algorithm.as_str(), app.digits, app.period) != ("totp", "HmacSHA1", 6, 30)
    {
        return Err(
            "the authenticator app uses other codes than those of time, SHA1, 6 digits and 30 seconds"
                .to_owned(),
        );
    }
    let text = match app.secret_encoding {
        None => TotpSecret::from_bytes(value.into_bytes().into()).base32(),
        Some(encoding) if encoding.eq_ignore_ascii_case("BASE32") => value.into(),
        Some(_) => return Err(unreadable()),
    };
    let uri = Zeroizing::new(format!("otpauth://totp/?secret={}", *text));
    TotpSecret::from_uri(&uri).map_err(|why| format!("the authenticator app cannot be used: {why}"))
}

/// The hash in the form that is read here.
fn hash_text(credential: &Credential) -> Result<String, String> {
    let unreadable = || "the credential of the password cannot be read".to_owned();
    let part = |text: &Option<String>| text.clone().ok_or_else(unreadable);
    let secret: Secret = serde_json::from_str(&part(&credential.secret_data)?).map_err(|_| unreadable())?;
    let kind: Kind = serde_json::from_str(&part(&credential.credential_data)?).map_err(|_| unreadable())?;
    let (value, salt) = (secret.value.trim_end_matches('='), secret.salt.trim_end_matches('='));
    let iterations = kind.hash_iterations;
    let sha = match kind.algorithm.as_str() {
        "pbkdf2" => "sha1",
        "pbkdf2-sha256" => "sha256",
        "pbkdf2-sha512" => "sha512",
        "argon2" => {
            let parameter = |name: &str| kind.additional_parameters.get(name)?.first().map(String::as_str);
            let of =
                |name: &str, usual: &'static str| parameter(name).map_or(usual.to_owned(), str::to_owned);
            let (memory, lanes) = (of("memory", "7168"), of("parallelism", "1"));
            return Ok(format!(
                "$argon2{}$v=19$m={memory},t={iterations},p={lanes}${salt}${value}",
                of("type", "id")
            ));
        }
        other => return Err(format!("the hash {other:?} is not known")),
    };
    Ok(format!("$pbkdf2-{sha}$i={iterations},l={}${salt}${value}", value.len() * 3 / 4))
}

//! Messages that were never sent: for whoever writes a template, and for the check of one.

use std::time::Duration;

use serde_json::{Value, json};

use super::context;
use super::render::{Rendered, variables_of, write_letter};
use super::types::{About, TemplateType};
use crate::config::Settings;
use crate::cx::Result;
use crate::model::{Asked, Channel, Instant, Letter, Mail, Message, MessageId, MessageStatus};

/// The code of every sample.
const CODE: &str = "12345678";

/// A browser that people know.
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";

/// The life of a code.
const LIFE: Duration = Duration::from_secs(600);

/// A message of some type, as it would be.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What a template is told.
    pub context: Value,
    /// The mail, if this server has one of this type.
    pub rendered: Option<Rendered>,
    pub(super) message: Message,
}

/// A message of this type to this recipient, about this identity (as [`crate::model::Identity::for_applications`] gives it).
pub fn sample(
    settings: &Settings,
    of: &TemplateType,
    recipient: &str,
    identity: &Value,
    language: Option<&str>,
    now: Instant,
) -> Result<Sample> {
    let message = message(of.ours.unwrap_or(of.name), recipient, now);
    let identity = (of.about != About::Nobody).then(|| identity.clone());
    let Some(mail) = of.ours.and_then(mail) else {
        let context = foreign(settings, of, &message, identity);
        return Ok(Sample { context, rendered: None, message });
    };
    let asked = asked(language, now);
    let letter = Letter { mail, asked, identity };
    let rendered = write_letter(settings, &message, &letter)?;
    let context = context::of(&message, &letter, &rendered, &settings.issuer);
    Ok(Sample { context, rendered: Some(rendered), message })
}

fn message(template_type: &str, recipient: &str, now: Instant) -> Message {
    let channel = Channel::to(recipient);
    Message {
        id: MessageId::from_uuid(uuid::Uuid::nil()),
        template_type: template_type.to_owned(),
        recipient: recipient.to_owned(),
        identity: None,
        sealed: String::new(),
        status: MessageStatus::Queued,
        attempts: 0,
        last_error: None,
        next_attempt_at: now,
        created_at: now,
        updated_at: now,
        expires_at: now + LIFE,
        sent_at: None,
        channel,
        destination: channel.destination(recipient),
    }
}

/// Who asks for every sample.
fn asked(language: Option<&str>, now: Instant) -> Asked {
    Asked {
        at: now.micros(),
        user_agent: FIREFOX.to_owned(),
        peer: "203.0.113.7".to_owned(),
        language: language.map(str::to_owned),
    }
}

/// What the operator's templates know of a sample of one of our mails in a language; `None` if there is no such mail.
pub(super) fn variables(settings: &Settings, ours: &str, language: Option<&str>) -> Option<Value> {
    let mail = mail(ours)?;
    let now = Instant::from_seconds(0);
    let letter = Letter { mail, asked: asked(language, now), identity: Some(sample_identity(settings)) };
    Some(variables_of(settings, &message(ours, "ada@example.org", now), &letter))
}

/// One of our templates, filled.
fn mail(ours: &str) -> Option<Mail> {
    let fields = json!({
        "template_type": ours,
        "code": CODE,
        "link": "the-token-of-a-link",
        "client_name": "Example Shop",
        "left": 3,
    });
    serde_json::from_value(fields).ok()
}

/// The context of a type that only Kratos sends.
fn foreign(settings: &Settings, of: &TemplateType, message: &Message, identity: Option<Value>) -> Value {
    let issuer = &settings.issuer;
    let mut data = json!({
        "to": message.recipient,
        "request_url": issuer,
        "transient_payload": {},
    });
    for key in of.data {
        data[*key] = match *key {
            "left" => 3.into(),
            "expires_in_minutes" => (LIFE.as_secs() / 60).into(),
            "traits" => identity.as_ref().map_or(Value::Null, |identity| identity["traits"].clone()),
            key if key.ends_with("_url") => format!("{issuer}/?{key}=a-token").into(),
            _ => CODE.into(),
        };
    }
    let told: Vec<String> =
        of.purpose.iter().filter_map(|key| data[*key].as_str().map(str::to_owned)).collect();
    if let Some(identity) = identity {
        data["identity"] = identity;
    }
    let subject = format!("{} {}", of.name, told.join(" "));
    let mut context = json!({
        "recipient": message.recipient,
        "subject": subject,
        "body": format!("This is the text of {subject}"),
        "template_type": of.name,
        "template_data": data,
        "message_type": message.channel.name(),
        "request_headers": {},
    });
    if message.channel == Channel::Email {
        context["html_body"] = format!("<p>This is the page of {subject}</p>").into();
    }
    context
}

/// Somebody whose traits are as the schema has them.
pub fn sample_identity(settings: &Settings) -> Value {
    json!({
        "id": "00000000-0000-4000-8000-000000000001",
        "schema_id": settings.identity.schema_id,
        "traits": like(&settings.identity.schema, "traits"),
        "metadata_public": null,
    })
}

/// A value that this part of a schema allows, in most cases.
fn like(schema: &Value, name: &str) -> Value {
    if let Some(fixed) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return fixed.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match (kind, &schema["properties"]) {
        (Some("object"), Value::Object(properties)) | (None, Value::Object(properties)) => {
            properties.iter().map(|(name, inner)| (name.clone(), like(inner, name))).collect()
        }
        (Some("integer" | "number"), _) => 1.into(),
        (Some("boolean"), _) => true.into(),
        (Some("array"), _) => json!([]),
        (Some("string"), _) if schema["format"] == "email" || name == "email" => "ada@example.org".into(),
        (Some("string"), _) => format!("sample {name}").into(),
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courier::TYPES;

    #[test]
    fn seed_s3_every_mail_has_its_type_and_its_sample() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/mail");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let Some(name) = name.strip_suffix(".txt") else { continue };
            // What others are made of.
            if ["code", "frame", "undo"].contains(&name) {
                continue;
            }
            assert!(TYPES.iter().any(|of| of.ours == Some(name)), "{name} has no template type");
            assert!(mail(name).is_some(), "{name} has no sample");
            seen += 1;
        }
        assert!(seen > 5, "{seen}");
    }
}

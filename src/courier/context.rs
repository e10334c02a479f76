//! What a message tells a template or a gateway: `ctx`, as Kratos gives it to the Jsonnet of its HTTP courier.

use serde_json::{Map, Value, json};

use super::render::Rendered;
use super::types::{self, wire_name};
use crate::model::{Channel, Letter, Message};

/// What a letter holds that is told under other names, or not at all.
const TOLD_ELSEWHERE: [&str; 4] = ["template_type", "code", "link", "client_name"];

/// The context of a message. `issuer` is where the person asked for it.
pub(super) fn of(message: &Message, letter: &Letter, rendered: &Rendered, issuer: &str) -> Value {
    let kind = letter.mail.template_type();
    let mut data = Map::new();
    if let Ok(Value::Object(fields)) = serde_json::to_value(&letter.mail) {
        let client = fields.get("client_name").filter(|name| !name.is_null()).cloned();
        data.extend(fields.into_iter().filter(|(name, _)| !TOLD_ELSEWHERE.contains(&name.as_str())));
        if let Some(name) = client {
            data.insert("oauth2_login_request".to_owned(), json!({"client": {"client_name": name}}));
            data.insert("client_name".to_owned(), name);
        }
    }
    data.insert("to".to_owned(), message.recipient.clone().into());
    data.insert("request_url".to_owned(), issuer.into());
    data.insert("transient_payload".to_owned(), json!({}));
    let stem = types::stem(kind);
    if let Some(code) = &rendered.code {
        data.insert(format!("{stem}_code"), code.clone().into());
        let minutes = message.expires_at.since(message.created_at).as_secs() / 60;
        data.insert("expires_in_minutes".to_owned(), minutes.into());
    }
    if let Some(link) = &rendered.link {
        data.insert(format!("{stem}_url"), link.clone().into());
    }
    if let Some(identity) = &letter.identity {
        if stem == "registration" {
            data.insert("traits".to_owned(), identity["traits"].clone());
        }
        data.insert("identity".to_owned(), identity.clone());
    }
    let agent = &letter.asked.user_agent;
    let headers = if agent.is_empty() { json!({}) } else { json!({"User-Agent": [agent]}) };
    let mut context = json!({
        "recipient": message.recipient,
        "subject": rendered.subject,
        "body": rendered.text,
        "template_type": wire_name(kind),
        "template_data": data,
        "message_type": message.channel.name(),
        "request_headers": headers,
    });
    if message.channel == Channel::Email {
        context["html_body"] = rendered.html.clone().into();
    }
    context
}

//! `/admin/courier/messages`: what the courier sends, to whom and with what success (Kratos' `message`); never what it
//! says, because that opens accounts.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::input::{self, Query};
use super::paging::{self, Page};
use super::refusal::{Answer, Refused};
use crate::courier;
use crate::model::{Channel, Message, MessageId, MessageStatus};
use crate::store;
use crate::text::Catalogue;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// What stands for the body, and for the code in a subject.
const REDACTED: &str = "<redacted>";

/// `GET /admin/courier/messages`: the newest first.
pub(super) async fn list(visit: Visit) -> Answer {
    let query = Query::of(&visit, &["page_size", "page_token", "status", "recipient"])?;
    let page = Page::of(&visit, &query, "messages")?;
    let status = match query.one("status")? {
        None => None,
        Some(name) => Some(MessageStatus::parse(name).ok_or_else(|| {
            let names = MessageStatus::ALL.map(MessageStatus::name).join(", ");
            Refused::bad_request("invalid_parameter", format!("status is one of {names}."))
        })?),
    };
    let recipient = query.one("recipient")?.map(str::to_owned);
    let (after, limit) = (page.after_age(MessageId::from_uuid), page.limit());
    let mut messages = visit
        .work()
        .read(move |cx| Ok(store::messages::list(cx.db, after, limit, status, recipient.as_deref())?))
        .await?;
    let next = page.cut(&mut messages, |message| paging::age(message.created_at, message.id.uuid()));
    let frame = visit.frame();
    let rows: Vec<Value> =
        messages.iter().map(|message| shape(message, &frame.text, &frame.app_name)).collect();
    page.reply(&visit, &rows, next)
}

/// `GET /admin/courier/messages/{id}`.
pub(super) async fn get(visit: Visit) -> Answer {
    Query::of(&visit, &[])?;
    let id: MessageId = input::id(&visit)?;
    let found = visit.work().read(move |cx| Ok(store::messages::find(cx.db, id)?)).await?;
    let message = found.ok_or_else(|| Refused::not_found("message"))?;
    let frame = visit.frame();
    Ok(Reply::json(StatusCode::OK, &shape(&message, &frame.text, &frame.app_name))?)
}

/// The types that Kratos has; its clients refuse any other.
const TYPES: [&str; 12] = [
    "recovery_invalid",
    "recovery_valid",
    "recovery_code_invalid",
    "recovery_code_valid",
    "verification_invalid",
    "verification_valid",
    "verification_code_invalid",
    "verification_code_valid",
    "login_code_valid",
    "registration_code_valid",
    "verifiable_address_changed",
    "authenticator_key_added",
];

/// What stands for all types that Kratos does not have.
const OTHER: &str = "stub";

fn shape(message: &Message, text: &Catalogue, app: &str) -> Value {
    // To which application somebody is invited stands in the sealed letter only.
    let known = [("code", REDACTED), ("app", app), ("place", app)];
    let subject = text.say(&format!("mail.subject_{}", message.template_type), &known);
    // Kratos has other names for the type and the channel.
    let kind = match message.channel {
        Channel::Email => "email",
        Channel::Sms => "phone",
    };
    let template = courier::wire_name(&message.template_type);
    let mut json = json!({
        "id": message.id,
        "status": message.status.name(),
        "type": kind,
        "channel": message.channel.name(),
        "recipient": message.recipient,
        "subject": subject,
        "body": REDACTED,
        "template_type": if TYPES.contains(&template) { template } else { OTHER },
        "template": template,
        "send_count": message.attempts,
        "created_at": message.created_at.rfc3339(),
        "updated_at": message.updated_at.rfc3339(),
    });
    if let Some(why) = &message.last_error {
        json["last_error"] = json!(why);
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;
    use uuid::Uuid;

    fn message(template: &str) -> Message {
        let at = Instant::from_seconds(0);
        Message {
            id: MessageId::from_uuid(Uuid::from_u128(1)),
            template_type: template.to_owned(),
            recipient: "anna@example.com".to_owned(),
            identity: None,
            sealed: "the sealed letter".to_owned(),
            status: MessageStatus::Queued,
            attempts: 2,
            last_error: Some("421 busy".to_owned()),
            next_attempt_at: at,
            created_at: at,
            updated_at: at,
            expires_at: at,
            sent_at: None,
            channel: Channel::Email,
            destination: "example.com".to_owned(),
        }
    }

    #[test]
    fn a_type_that_kratos_does_not_have_is_told_beside_one_that_its_clients_know() {
        let text = Catalogue::english().unwrap();
        for (template, told, kratos) in [
            ("recovery_code", "recovery_code_valid", "recovery_code_valid"),
            ("account_exists", "account_exists", "stub"),
            ("invitation", "invitation", "stub"),
        ] {
            let json = shape(&message(template), &text, "Acme");
            assert_eq!((&json["template"], &json["template_type"]), (&json!(told), &json!(kratos)));
            assert!(!json["subject"].as_str().unwrap().contains(['{', '$']), "{json}");
        }
    }

    #[test]
    fn sec_g03_a_message_says_that_it_was_sent_and_not_what_it_says() {
        let message = message("recovery_code");
        let json = shape(&message, &Catalogue::english().unwrap(), "Acme");
        assert!(json["subject"].as_str().unwrap().starts_with(REDACTED), "{json}");
        assert_eq!(json["body"], REDACTED);
        assert_eq!(json["template_type"], "recovery_code_valid");
        assert_eq!((&json["send_count"], &json["last_error"]), (&json!(2), &json!("421 busy")));
        assert!(!json.to_string().contains("sealed"));
    }
}

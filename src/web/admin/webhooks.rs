//! `/admin/webhook-deliveries`: what webhooks were told, are to be told, and were not told; never the payload.

use serde_json::{Value, json};

use super::events::identity;
use super::input::Query;
use super::paging::{self, Page};
use super::refusal::{Answer, Refused};
use crate::model::{DeliveryStatus, WebhookDelivery, WebhookDeliveryId};
use crate::store;
use crate::store::webhook_deliveries::Wanted;
use crate::web::visit::Visit;

/// `GET /admin/webhook-deliveries`: the newest first.
pub(super) async fn list(visit: Visit) -> Answer {
    let query = Query::of(&visit, &["page_size", "page_token", "webhook", "status", "identity_id"])?;
    let page = Page::of(&visit, &query, "webhook_deliveries")?;
    let status = match query.one("status")? {
        None => None,
        Some(name) => Some(DeliveryStatus::parse(name).ok_or_else(|| {
            let names = DeliveryStatus::ALL.map(DeliveryStatus::name).join(", ");
            Refused::bad_request("invalid_parameter", format!("status is one of {names}."))
        })?),
    };
    let hook = query.one("webhook")?.map(str::to_owned);
    let wanted = Wanted { hook, status, identity: identity(&query)? };
    let (after, limit) = (page.after_age(WebhookDeliveryId::from_uuid), page.limit());
    let mut found = visit
        .work()
        .read(move |cx| Ok(store::webhook_deliveries::list(cx.db, &wanted, after, limit)?))
        .await?;
    let next = page.cut(&mut found, |delivery| paging::age(delivery.created_at, delivery.id.uuid()));
    let rows: Vec<Value> = found.iter().map(shape).collect();
    page.reply(&visit, &rows, next)
}

fn shape(delivery: &WebhookDelivery) -> Value {
    json!({
        "id": delivery.id,
        "webhook": delivery.hook,
        "event_id": delivery.event,
        "type": delivery.kind,
        "identity_id": delivery.identity,
        "status": delivery.status.name(),
        "attempts": delivery.attempts,
        "last_error": delivery.last_error,
        "next_attempt_at": delivery.due_at.rfc3339(),
        "created_at": delivery.created_at.rfc3339(),
        "updated_at": delivery.updated_at.rfc3339(),
    })
}

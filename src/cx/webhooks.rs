//! Webhooks are queued in the transaction of the event that they tell, one row for each webhook that wants to know.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Cx, Fault, Result};
use crate::model::{DeliveryStatus, Event, EventId, WebhookDelivery, WebhookDeliveryId};
use crate::store;

/// How long an event is tried to be told.
const LIFETIME: Duration = Duration::from_secs(3 * 86_400);

/// Facts about the deliveries themselves: told, they would have no end.
const OWN: &str = "webhook.";

/// Facts of one transaction that have a place of their own.
const PLACES: i64 = 256;

impl Cx<'_> {
    /// Queues an event for whoever wants to know it.
    pub(super) fn queue_webhooks(&mut self, id: EventId, event: &Event) -> Result<()> {
        let env = self.env;
        if event.kind.starts_with(OWN) {
            return Ok(());
        }
        let mut payload = None;
        for hook in &env.settings.webhooks {
            if !hook.events.iter().any(|filter| filter.matches(event.kind)) {
                continue;
            }
            let payload = match &payload {
                Some(payload) => payload,
                None => payload.insert(self.payload(id, event)?),
            };
            let delivery = WebhookDeliveryId::from_uuid(self.row_key());
            let place = WebhookDelivery::place(delivery);
            let sealed = env.secrets.seal(env.random.as_ref(), &place, payload)?;
            let row = WebhookDelivery {
                id: delivery,
                hook: hook.id.clone(),
                event: id,
                kind: event.kind.to_owned(),
                identity: event.identity,
                position: self.now.micros() * PLACES + self.facts.min(PLACES - 1),
                sealed,
                status: DeliveryStatus::Queued,
                attempts: 0,
                last_error: None,
                due_at: self.now,
                created_at: self.now,
                updated_at: self.now,
                expires_at: self.now + LIFETIME,
            };
            store::webhook_deliveries::insert(self.db, &row)?;
        }
        Ok(())
    }

    /// What is told: the event, and the identity as it is now, if it still is.
    fn payload(&mut self, id: EventId, event: &Event) -> Result<Vec<u8>> {
        let identity = match event.identity {
            Some(identity) => store::identities::find(self.db, identity)?,
            None => None,
        };
        let identity = identity.map(|identity| {
            let mut told = identity.for_applications();
            told["state"] = identity.state.name().into();
            told
        });
        let payload = json!({
            "id": id.to_string(),
            "type": event.kind,
            "timestamp": self.now.rfc3339(),
            "origin": self.caller.origin.name(),
            "data": {
                "identity_id": event.identity.map(|id| id.to_string()),
                "session_id": event.session.map(|id| id.to_string()),
                "client_id": event.client_id,
                "request_id": self.caller.request.map(|id| id.to_string()),
                "identity": identity.unwrap_or(Value::Null),
                "details": event.data,
            },
        });
        serde_json::to_vec(&payload).map_err(|why| Fault::Internal(why.to_string()))
    }
}

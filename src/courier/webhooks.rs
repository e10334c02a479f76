//! Tells webhooks of events: writes the body, signs it (Standard Webhooks), posts it, tries again, and gives up in time.
//!
//! What is about one identity arrives in the order in which it happened: the next event waits until the one before it is
//! told or given up.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use super::evaluator::{Evaluator, Unevaluated};
use super::gateway::{self, HttpRequest};
use super::plain::one_line;
use crate::config::Webhook;
use crate::crypto::hmac_sha256;
use crate::cx::{Cx, Fault, Result, Work};
use crate::model::{DeliveryStatus, Event, Instant, SecretText, WebhookDelivery, WebhookDeliveryId};
use crate::outbox::{Kind, Outbox, Outcome, Parcel};
use crate::store;
use crate::store::lots::Lot;

/// How often a webhook is told one event.
const ATTEMPTS: i64 = 13;

/// The wait after the first failure, in seconds.
const FIRST_WAIT: f64 = 5.0;

/// Each wait is so many times as long as the one before,
const GROWTH: f64 = 3.0;

/// and no longer than this, in seconds.
const LONGEST_WAIT: f64 = 9.0 * 3_600.0;

/// How long an event that is told again is tried.
const LIFETIME: Duration = Duration::from_secs(3 * 86_400);

/// The longest reason that is kept.
const LONGEST_REASON: usize = 300;

/// Tells webhooks. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks(Outbox<Deliveries>);

impl Webhooks {
    /// Over this store, with bodies by this evaluator.
    pub fn new(work: Work, evaluator: Evaluator) -> Self {
        Self(Outbox::new(work.clone(), Deliveries { work, evaluator }))
    }

    /// Tells until `stop` becomes true (or its sender is gone), then finishes what is under way and what is due.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        self.0.run(stop).await;
    }

    /// Tells what is due, and says how many events that were.
    ///
    /// # Errors
    ///
    /// A [`Fault`] if the outbox cannot be read. What became of single deliveries stands in their rows.
    pub async fn deliver_due(&self) -> Result<usize> {
        self.0.deliver_due().await
    }
}

/// What became of the wish to tell an event again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redelivery {
    /// It waits in the outbox, under its old id.
    Queued,
    /// There is no such delivery.
    Unknown,
    /// It waits already.
    Open,
}

/// Tells an event again that was told or given up.
pub fn redeliver(cx: &mut Cx<'_>, id: WebhookDeliveryId) -> Result<Redelivery> {
    let Some(delivery) = store::webhook_deliveries::find(cx.db, id)? else { return Ok(Redelivery::Unknown) };
    if !store::webhook_deliveries::requeue(cx.db, id, cx.now, cx.now + LIFETIME)? {
        return Ok(Redelivery::Open);
    }
    cx.record(fact("webhook.redelivered", &delivery))?;
    Ok(Redelivery::Queued)
}

/// The kind of parcel that is an event for a webhook.
struct Deliveries {
    work: Work,
    evaluator: Evaluator,
}

impl Parcel for WebhookDelivery {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }

    fn destination(&self) -> &str {
        &self.hook
    }
}

impl Kind for Deliveries {
    type Parcel = WebhookDelivery;
    const NAME: &'static str = "webhooks";
    const AT_ONCE: usize = 16;
    const PAUSE: Duration = Duration::from_millis(250);
    const LAST_ROUND: Duration = Duration::from_secs(4);

    fn has_due(cx: &mut Cx<'_>) -> Result<bool> {
        Ok(store::webhook_deliveries::has_due(cx.db, cx.now)?)
    }

    fn claim(cx: &mut Cx<'_>, lot: &Lot) -> Result<Vec<WebhookDelivery>> {
        Ok(store::webhook_deliveries::claim_due(cx.db, cx.now, lot)?)
    }

    async fn deliver(&self, delivery: &WebhookDelivery) -> Outcome {
        if delivery.expires_at <= self.work.now() {
            return Outcome::Hopeless("it expired".to_owned());
        }
        if delivery.attempts > ATTEMPTS {
            return Outcome::Hopeless("its attempts were interrupted".to_owned());
        }
        let env = self.work.env();
        let Some(hook) = env.settings.webhooks.iter().find(|hook| hook.id == delivery.hook) else {
            return Outcome::Hopeless("the webhook is not in the settings any more".to_owned());
        };
        let payload = match self.open(delivery) {
            Ok(payload) => payload,
            Err(fault) => return Outcome::Failed(fault.to_string()),
        };
        let (target, body, key) = (&hook.target, hook.body.as_ref(), delivery.id.to_string());
        let request = match gateway::request(&self.evaluator, target, body, payload, &key).await {
            Ok(request) => signed(hook, delivery.id, self.work.now(), request),
            Err(Unevaluated::Cancelled) => return Outcome::Skipped,
            Err(Unevaluated::Failed(why) | Unevaluated::Ended(why)) => {
                let why = shortened(&why);
                tracing::error!(delivery = %delivery.id, hook = hook.id, reason = %why, "a webhook has no body");
                return Outcome::Failed(why);
            }
        };
        match gateway::send(&env.outbound, &request).await {
            Ok(200..=299) => Outcome::Done,
            // Standard Webhooks: the receiver wants no more of this.
            Ok(410) => Outcome::Hopeless("the receiver is gone: status 410".to_owned()),
            Ok(status @ 300..=399) => {
                Outcome::Failed(format!("the receiver redirects ({status}), which is not followed"))
            }
            Ok(status) => Outcome::Failed(format!("the receiver answers {status}")),
            Err(why) => Outcome::Failed(shortened(&why)),
        }
    }

    fn record(cx: &mut Cx<'_>, delivery: &WebhookDelivery, outcome: &Outcome, owner: &str) -> Result<()> {
        let (id, hook, attempts) = (delivery.id, delivery.hook.as_str(), delivery.attempts);
        let (status, why) = match outcome {
            Outcome::Done => (DeliveryStatus::Delivered, None),
            Outcome::Skipped => (DeliveryStatus::Skipped, None),
            Outcome::Failed(why) => match next_attempt(cx, delivery) {
                Some(at) => {
                    if store::webhook_deliveries::put_off(cx.db, id, owner, cx.now, at, why)? {
                        tracing::warn!(
                            delivery = %id, hook, attempts, reason = %why, next_attempt_at = %at,
                            "a webhook could not be told"
                        );
                    }
                    return Ok(());
                }
                None => (DeliveryStatus::Abandoned, Some(why.as_str())),
            },
            Outcome::Hopeless(why) => (DeliveryStatus::Abandoned, Some(why.as_str())),
        };
        let ours = store::webhook_deliveries::finish(cx.db, id, owner, cx.now, status, why)?;
        if let (true, Some(why)) = (ours, why) {
            tracing::warn!(delivery = %id, hook, attempts, reason = %why, "a webhook will not be told");
            cx.record(fact("webhook.abandoned", delivery).with("reason", why))?;
        }
        Ok(())
    }
}

impl Deliveries {
    fn open(&self, delivery: &WebhookDelivery) -> Result<Value> {
        let place = WebhookDelivery::place(delivery.id);
        let plain = self.work.env().secrets.open(&place, &delivery.sealed)?;
        // The reason may quote the payload, so it is not repeated.
        serde_json::from_slice(&plain).map_err(|_| Fault::Internal("a payload cannot be read".to_owned()))
    }
}

/// When to try again after the attempt that was counted; `None` if there is no more time or no try.
fn next_attempt(cx: &Cx<'_>, delivery: &WebhookDelivery) -> Option<Instant> {
    if delivery.attempts >= ATTEMPTS {
        return None;
    }
    let step = i32::try_from(delivery.attempts.max(1) - 1).unwrap_or_default();
    let chance = f64::from(u32::try_from(cx.random().below(401)).unwrap_or(200)) / 1000.0;
    let wait = (FIRST_WAIT * GROWTH.powi(step)).min(LONGEST_WAIT) * (0.8 + chance);
    let next = cx.now + Duration::from_secs_f64(wait);
    (next < delivery.expires_at).then_some(next)
}

/// With the three headers of Standard Webhooks: a signature for each secret, over id, time and body.
fn signed(hook: &Webhook, id: WebhookDeliveryId, now: Instant, mut request: HttpRequest) -> HttpRequest {
    let seconds = now.seconds();
    let content = format!("{id}.{seconds}.{}", request.body);
    let signatures: Vec<String> = hook
        .secrets
        .iter()
        .map(|secret| format!("v1,{}", STANDARD.encode(hmac_sha256(secret, content.as_bytes()))))
        .collect();
    for (name, value) in [
        ("webhook-id", id.to_string()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ] {
        request.headers.push((name.to_owned(), SecretText::new(value)));
    }
    request
}

fn shortened(why: &str) -> String {
    one_line(why).chars().take(LONGEST_REASON).collect()
}

fn fact(kind: &'static str, delivery: &WebhookDelivery) -> Event {
    let event = Event::new(kind)
        .with("delivery_id", delivery.id.to_string())
        .with("hook", delivery.hook.as_str())
        .with("event_id", delivery.event.to_string())
        .with("attempts", delivery.attempts);
    match delivery.identity {
        Some(identity) => event.of(identity),
        None => event,
    }
}

//! The kind of parcel that is a message to a person: what is tried, and what is written down of it.

use std::time::Duration;

use uuid::Uuid;

use super::envelope::{self, Unaddressable};
use super::evaluator::{Evaluator, Unevaluated};
use super::relay::{Refusal, Relay};
use super::render::{Rendered, open, render, write_letter};
use super::samples::Sample;
use super::{Tell, Way, context, gateway, plain, schedule};
use crate::config::HttpChannel;
use crate::cx::{Cx, Result, Work};
use crate::model::{Channel, Event, Message, MessageId};
use crate::outbox::{Kind, Outcome, Parcel};
use crate::store;
use crate::store::lots::Lot;
use crate::store::messages::AfterFailure;

/// The longest reason that is kept.
const LONGEST_REASON: usize = 300;

/// Messages, and the way that they go.
pub(super) struct Messages {
    pub(super) work: Work,
    pub(super) way: Way,
    pub(super) evaluator: Evaluator,
}

impl Parcel for Message {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }

    fn destination(&self) -> &str {
        &self.destination
    }
}

impl Kind for Messages {
    type Parcel = Message;
    const NAME: &'static str = "messages";
    const AT_ONCE: usize = 16;
    const PAUSE: Duration = Duration::from_millis(250);
    const LAST_ROUND: Duration = Duration::from_secs(10);

    fn has_due(cx: &mut Cx<'_>) -> Result<bool> {
        Ok(store::messages::has_due(cx.db, cx.now)?)
    }

    fn claim(cx: &mut Cx<'_>, lot: &Lot) -> Result<Vec<Message>> {
        Ok(store::messages::claim_due(cx.db, cx.now, lot)?)
    }

    async fn deliver(&self, message: &Message) -> Outcome {
        let left = message.expires_at.since(self.work.now());
        if left.is_zero() {
            return Outcome::Hopeless("it expired".to_owned());
        }
        if message.attempts > schedule::ATTEMPTS {
            return Outcome::Hopeless("its deliveries were interrupted".to_owned());
        }
        if message.channel == Channel::Email && envelope::address(&message.recipient).is_none() {
            return Outcome::Hopeless(Unaddressable::Recipient.to_string());
        }
        if let Some(channel) = self.work.env().settings.courier.over_http(message.channel) {
            return self.hand_over(channel, message).await;
        }
        match (&self.way, message.channel) {
            (Way::Inbox, _) => Outcome::Done,
            (Way::Smtp(relay), Channel::Email) => self.send(relay, message, left).await,
            (Way::Smtp(_), Channel::Sms) => {
                Outcome::Hopeless("there is no [[courier.channel]] for text messages".to_owned())
            }
        }
    }

    fn record(cx: &mut Cx<'_>, message: &Message, outcome: &Outcome, owner: &str) -> Result<()> {
        // The inbox of a development server shows what was said; elsewhere nobody needs it any more. A dead letter is
        // kept, sealed, while somebody may want to send it again.
        let erase = !cx.settings().is_development();
        let useless = erase && message.expires_at <= cx.now;
        let skipped = Unevaluated::Cancelled.to_string();
        let (why, then) = match outcome {
            Outcome::Skipped => (&skipped, AfterFailure::Abandon { erase: useless }),
            Outcome::Done => {
                if store::messages::mark_sent(cx.db, message.id, cx.now, erase)? {
                    cx.record(fact("message.sent", message))?;
                }
                return Ok(());
            }
            Outcome::Failed(why) => match schedule::next_attempt(cx.random(), message, cx.now) {
                Some(at) => (why, AfterFailure::TryAgain(at)),
                None => (why, AfterFailure::Abandon { erase: useless }),
            },
            Outcome::Hopeless(why) => (why, AfterFailure::Abandon { erase: useless }),
        };
        let ours = store::messages::mark_failed(cx.db, message.id, owner, cx.now, why, then)?;
        let (id, attempts): (MessageId, i64) = (message.id, message.attempts);
        match then {
            _ if !ours => {}
            AfterFailure::TryAgain(at) => {
                tracing::warn!(message = %id, attempts, reason = cx.env.told(why), next_attempt_at = %at, "a mail was not taken");
            }
            AfterFailure::Abandon { .. } => {
                tracing::warn!(message = %id, attempts, reason = cx.env.told(why), "a mail was abandoned");
                cx.record(fact("message.abandoned", message).with("reason", why.as_str()))?;
            }
        }
        Ok(())
    }
}

impl Messages {
    /// Sends a sample, past the outbox.
    pub(super) async fn try_now(
        &self,
        sample: &Sample,
        tell: &mut Tell<'_>,
    ) -> std::result::Result<(), String> {
        let env = self.work.env();
        if let Some(channel) = env.settings.courier.over_http(sample.message.channel) {
            return self.try_gateway(channel, sample, tell).await;
        }
        let Way::Smtp(relay) = &self.way else {
            return Err("no way is configured: neither courier.smtp_url nor a [[courier.channel]]".to_owned());
        };
        if sample.message.channel == Channel::Sms {
            return Err("there is no [[courier.channel]] for text messages".to_owned());
        }
        let Some(rendered) = &sample.rendered else {
            return Err("this server has no mail of this type".to_owned());
        };
        let id = MessageId::from_uuid(env.random.uuid());
        let message = Message { id, ..sample.message.clone() };
        let mail = envelope::compose(env, &message, rendered).map_err(|why| why.to_string())?;
        relay.deliver_aloud(&mail, tell).await
    }

    async fn try_gateway(
        &self,
        channel: &HttpChannel,
        sample: &Sample,
        tell: &mut Tell<'_>,
    ) -> std::result::Result<(), String> {
        let env = self.work.env();
        let (target, body) = (&channel.target, channel.body.as_ref());
        let (context, key) = (sample.context.clone(), env.random.uuid().to_string());
        let request = gateway::request(&self.evaluator, target, body, context, &key).await;
        let request = request.map_err(|why| why.to_string())?;
        tell("request", &format!("{} {}, {} bytes", request.method, request.url, request.body.len()));
        let answer = gateway::send(&env.outbound, &request).await;
        if let Ok(status) = &answer {
            tell("answer", &status.to_string());
        }
        match gateway::meaning(answer) {
            Outcome::Done => Ok(()),
            Outcome::Skipped => Err(Unevaluated::Cancelled.to_string()),
            Outcome::Failed(why) | Outcome::Hopeless(why) => Err(why),
        }
    }

    /// To the mail server.
    async fn send(&self, relay: &Relay, message: &Message, left: Duration) -> Outcome {
        let rendered = match render(self.work.env(), message) {
            Ok(rendered) => rendered,
            Err(fault) => return Outcome::Failed(fault.to_string()),
        };
        let mail = match envelope::compose(self.work.env(), message, &rendered) {
            Ok(mail) => mail,
            Err(why) => return Outcome::Failed(why.to_string()),
        };
        match relay.deliver(&mail, left).await {
            Ok(()) => Outcome::Done,
            Err(Refusal::Passing(why)) => Outcome::Failed(reason(&why, message, &rendered)),
            Err(Refusal::Permanent(why)) => Outcome::Hopeless(reason(&why, message, &rendered)),
        }
    }

    /// To the gateway of the channel.
    async fn hand_over(&self, channel: &HttpChannel, message: &Message) -> Outcome {
        let env = self.work.env();
        let opened = open(env, message)
            .and_then(|letter| Ok((write_letter(&env.settings, message, &letter)?, letter)));
        let (rendered, letter) = match opened {
            Ok(opened) => opened,
            Err(fault) => return Outcome::Failed(fault.to_string()),
        };
        let context = context::of(message, &letter, &rendered, &env.settings.issuer);
        let (target, body, key) = (&channel.target, channel.body.as_ref(), message.id.to_string());
        let request = match gateway::request(&self.evaluator, target, body, context, &key).await {
            Ok(request) => request,
            Err(Unevaluated::Cancelled) => return Outcome::Skipped,
            // It stays in the outbox for as long as it is of use: somebody may mend the template.
            Err(Unevaluated::Failed(why) | Unevaluated::Ended(why)) => {
                let why = reason(&why, message, &rendered);
                tracing::error!(message = %message.id, reason = %why, "a message has no body");
                return Outcome::Failed(why);
            }
        };
        match gateway::meaning(gateway::send(&env.outbound, &request).await) {
            sent @ (Outcome::Done | Outcome::Skipped) => sent,
            Outcome::Failed(why) => Outcome::Failed(reason(&why, message, &rendered)),
            Outcome::Hopeless(why) => Outcome::Hopeless(reason(&why, message, &rendered)),
        }
    }
}

/// What the server said, without what it may have quoted from the mail.
fn reason(told: &str, message: &Message, rendered: &Rendered) -> String {
    let told = plain::one_line(told).replace(&message.recipient, "[recipient]");
    let token = rendered.link.as_deref().and_then(|link| link.rsplit('=').next());
    let secrets = [rendered.code.as_deref(), token];
    let told = secrets
        .into_iter()
        .flatten()
        .filter(|secret| !secret.is_empty())
        .fold(told, |told, secret| told.replace(secret, "[redacted]"));
    told.chars().take(LONGEST_REASON).collect()
}

/// A fact about a message.
pub(super) fn fact(kind: &'static str, message: &Message) -> Event {
    let event = Event::new(kind)
        .with("message_id", message.id.to_string())
        .with("template_type", message.template_type.as_str())
        .with("attempts", message.attempts);
    match message.identity {
        Some(identity) => event.of(identity),
        None => event,
    }
}

//! Delivers what waits in the outbox: claims it, writes it, sends it, tries again, and gives up in time.
//!
//! A message is a row that was inserted in the transaction of the fact that it tells; nobody waits for the courier.
//! Each is delivered by itself, so that none delays another. Who delivers holds a lease: two processes never deliver
//! the same row at once, and what a dead one left behind is taken up by the next.

mod dkim;
mod envelope;
mod paper;
mod plain;
mod relay;
mod render;
mod schedule;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

pub use render::{Rendered, render};

use crate::config::SmtpUrl;
use crate::cx::{Cx, Result, Work};
use crate::model::{Event, Message, MessageId};
use crate::store;
use crate::store::messages::AfterFailure;
use relay::{Refusal, Relay};

/// Mails that are delivered at the same time.
const AT_ONCE: usize = 8;

/// How long a claim holds: longer than any delivery takes.
const LEASE: Duration = Duration::from_secs(60);

/// How long the courier sleeps when there is nothing to do.
const PAUSE: Duration = Duration::from_millis(250);

/// For what is due when the server stops.
const LAST_ROUND: Duration = Duration::from_secs(10);

/// How often it is tried to write down what became of a mail.
const RECORDINGS: u32 = 3;

/// For so long a single success shows that mail gets through.
const CALM: Duration = Duration::from_secs(300);

/// The longest reason that is kept.
const LONGEST_REASON: usize = 300;

/// How mails leave.
#[derive(Debug, Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(SmtpUrl),
    /// Nowhere: development reads them in the inbox. They count as sent at once.
    Inbox,
}

enum Way {
    Smtp(Relay),
    Inbox,
}

/// What became of one attempt.
enum Outcome {
    Sent,
    /// It may be tried again.
    Failed(String),
    /// It is not tried again.
    Hopeless(String),
}

/// Delivers messages. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    work: Work,
    way: Arc<Way>,
    /// Names this courier in leases.
    owner: Arc<str>,
}

impl Courier {
    /// A courier over this store.
    pub fn new(work: Work, transport: Transport) -> Self {
        let way = match transport {
            Transport::Smtp(url) => Way::Smtp(Relay::new(url)),
            Transport::Inbox => Way::Inbox,
        };
        Self::over(work, way)
    }

    fn over(work: Work, way: Way) -> Self {
        let owner = work.env().random.uuid().to_string().into();
        Self { work, way: Arc::new(way), owner }
    }

    /// Delivers until `stop` becomes true (or its sender is gone), then finishes what is under way and what is due.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        let mut reachable = true;
        loop {
            match self.claim(AT_ONCE - under_way.len()).await {
                Ok(claimed) => {
                    reachable = true;
                    self.start(claimed, &mut under_way);
                }
                Err(fault) => {
                    if std::mem::replace(&mut reachable, false) {
                        tracing::warn!(%fault, "the courier cannot read the outbox");
                    }
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(_) = under_way.join_next() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        while under_way.join_next().await.is_some() {}
        // What is not delivered in time waits in the outbox for the next start.
        let _rest = tokio::time::timeout(LAST_ROUND, self.deliver_due()).await;
    }

    /// Delivers what is due, and says how many messages that were.
    ///
    /// # Errors
    ///
    /// A [`Fault`](crate::cx::Fault) if the outbox cannot be read. What became of single messages stands in their rows.
    pub async fn deliver_due(&self) -> Result<usize> {
        let mut count = 0;
        loop {
            let claimed = self.claim(AT_ONCE).await?;
            let last = claimed.len() < AT_ONCE;
            count += claimed.len();
            let mut under_way = JoinSet::new();
            self.start(claimed, &mut under_way);
            while under_way.join_next().await.is_some() {}
            if last {
                return Ok(count);
            }
        }
    }

    fn start(&self, claimed: Vec<Message>, under_way: &mut JoinSet<()>) {
        for message in claimed {
            let courier = self.clone();
            // A task of its own: should it panic, the lease runs out, and the try is counted already.
            under_way.spawn(async move { courier.deliver(message).await });
        }
    }

    async fn claim(&self, room: usize) -> Result<Vec<Message>> {
        if room == 0 || !self.work.read(|cx| Ok(store::messages::has_due(cx.db, cx.now)?)).await? {
            return Ok(Vec::new());
        }
        let owner = Arc::clone(&self.owner);
        let limit = i64::try_from(room).unwrap_or(1);
        self.work
            .write(move |cx| Ok(store::messages::claim_due(cx.db, cx.now, cx.now + LEASE, &owner, limit)?))
            .await
    }

    async fn deliver(&self, message: Message) {
        let outcome = self.attempt(&message).await;
        let message = Arc::new(message);
        let outcome = Arc::new(outcome);
        for again in 1..=RECORDINGS {
            let (message, outcome, owner) =
                (Arc::clone(&message), Arc::clone(&outcome), Arc::clone(&self.owner));
            let id = message.id;
            match self.work.write(move |cx| record(cx, &message, &outcome, &owner)).await {
                Ok(()) => return,
                Err(fault) => tracing::error!(%fault, message = %id, again, "a delivery cannot be recorded"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn attempt(&self, message: &Message) -> Outcome {
        let left = message.expires_at.since(self.work.now());
        if left.is_zero() {
            return Outcome::Hopeless("it expired".to_owned());
        }
        if message.attempts > schedule::ATTEMPTS {
            return Outcome::Hopeless("its deliveries were interrupted".to_owned());
        }
        if envelope::address(&message.recipient).is_none() {
            return Outcome::Hopeless(envelope::Unaddressable::Recipient.to_string());
        }
        let Way::Smtp(relay) = &*self.way else { return Outcome::Sent };
        let rendered = match render(self.work.env(), message) {
            Ok(rendered) => rendered,
            Err(fault) => return Outcome::Failed(fault.to_string()),
        };
        let mail = match envelope::compose(self.work.env(), message, &rendered) {
            Ok(mail) => mail,
            Err(why) => return Outcome::Failed(why.to_string()),
        };
        match relay.deliver(&mail, left).await {
            Ok(()) => Outcome::Sent,
            Err(Refusal::Passing(why)) => Outcome::Failed(reason(&why, message, &rendered)),
            Err(Refusal::Permanent(why)) => Outcome::Hopeless(reason(&why, message, &rendered)),
        }
    }
}

/// Whether mail does not get through at the moment: what was tried more than once still waits, and nothing was sent
/// for a while. It says nothing of any single address.
pub fn is_down(cx: &mut Cx<'_>) -> Result<bool> {
    Ok(store::messages::is_stuck(cx.db)? && !store::messages::has_sent_since(cx.db, cx.now - CALM)?)
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

fn record(cx: &mut Cx<'_>, message: &Message, outcome: &Outcome, owner: &str) -> Result<()> {
    // The inbox of a development server shows what was said; elsewhere nobody needs it any more.
    let erase = !cx.settings().is_development();
    let (why, then) = match outcome {
        Outcome::Sent => {
            if store::messages::mark_sent(cx.db, message.id, cx.now, erase)? {
                cx.record(fact("message.sent", message))?;
            }
            return Ok(());
        }
        Outcome::Failed(why) => match schedule::next_attempt(cx.random(), message, cx.now) {
            Some(at) => (why, AfterFailure::TryAgain(at)),
            None => (why, AfterFailure::Abandon { erase }),
        },
        Outcome::Hopeless(why) => (why, AfterFailure::Abandon { erase }),
    };
    let ours = store::messages::mark_failed(cx.db, message.id, owner, cx.now, why, then)?;
    let (id, attempts): (MessageId, i64) = (message.id, message.attempts);
    match then {
        _ if !ours => {}
        AfterFailure::TryAgain(at) => {
            tracing::warn!(message = %id, attempts, reason = %why, next_attempt_at = %at, "a mail was not taken");
        }
        AfterFailure::Abandon { .. } => {
            tracing::warn!(message = %id, attempts, reason = %why, "a mail was abandoned");
            cx.record(fact("message.abandoned", message).with("reason", why.as_str()))?;
        }
    }
    Ok(())
}

fn fact(kind: &'static str, message: &Message) -> Event {
    let event = Event::new(kind)
        .with("message_id", message.id.to_string())
        .with("template_type", message.template_type.as_str())
        .with("attempts", message.attempts);
    match message.identity {
        Some(identity) => event.of(identity),
        None => event,
    }
}

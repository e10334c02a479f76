//! Delivers messages: writes what waits in the outbox, sends it, tries again, and gives up in time.
//!
//! A message is a row that was inserted in the transaction of the fact that it tells; nobody waits for the courier. The
//! loop is that of everything that leaves ([`crate::outbox`]).

mod context;
mod dkim;
mod envelope;
mod evaluator;
mod gateway;
mod jsonnet;
mod lint;
mod messages;
mod overrides;
mod paper;
mod plain;
mod relay;
mod render;
mod resend;
mod samples;
mod schedule;
mod schema;
mod types;
mod webhooks;

#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::sync::watch;

pub use evaluator::{COMMAND, Evaluator, Unevaluated};
pub use gateway::{HttpRequest, request_of};
pub use jsonnet::evaluate_job;
pub use lint::{Lint, lint};
pub use overrides::{Wrong, check_mail_templates};
pub use render::{Rendered, render};
pub use resend::{Resent, resend};
pub use samples::{Sample, sample, sample_identity};
pub use schema::{Language, json_schema, types_in};
pub use types::{About, TYPES, TemplateType, wire_name};
pub use webhooks::{Redelivery, Webhooks, redeliver};

use crate::config::SmtpUrl;
use crate::cx::{Cx, Result, Work};
use crate::outbox::Outbox;
use crate::store;
use messages::Messages;
use relay::Relay;

/// For so long a single success shows that mail gets through.
const CALM: Duration = Duration::from_secs(300);

/// Is told of a step and of what it came to.
pub type Tell<'a> = dyn FnMut(&str, &str) + Send + 'a;

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

impl Way {
    fn of(transport: Transport) -> Self {
        match transport {
            Transport::Smtp(url) => Self::Smtp(Relay::new(url)),
            Transport::Inbox => Self::Inbox,
        }
    }
}

/// Delivers messages. Cheap to clone.
#[derive(Clone)]
pub struct Courier(Outbox<Messages>);

impl Courier {
    /// A courier over this store.
    pub fn new(work: Work, transport: Transport) -> Self {
        Self::evaluating_with(work, transport, Evaluator::of_this_program())
    }

    /// The same, with templates evaluated by this evaluator.
    pub fn evaluating_with(work: Work, transport: Transport, evaluator: Evaluator) -> Self {
        Self::over(work, Way::of(transport), evaluator)
    }

    fn over(work: Work, way: Way, evaluator: Evaluator) -> Self {
        let messages = Messages { work: work.clone(), way, evaluator };
        Self(Outbox::new(work, messages))
    }

    /// Delivers until `stop` becomes true (or its sender is gone), then finishes what is under way and what is due.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        self.0.run(stop).await;
    }

    /// Delivers what is due, and says how many messages that were.
    ///
    /// # Errors
    ///
    /// A [`Fault`](crate::cx::Fault) if the outbox cannot be read. What became of single messages stands in their rows.
    pub async fn deliver_due(&self) -> Result<usize> {
        self.0.deliver_due().await
    }

    /// Sends a sample by the configured way, past the outbox and once, and tells each step of it.
    ///
    /// # Errors
    ///
    /// Why it was not taken, and what to do.
    pub async fn try_now(&self, sample: &Sample, tell: &mut Tell<'_>) -> std::result::Result<(), String> {
        self.0.kind().try_now(sample, tell).await
    }
}

/// Whether mail does not get through at the moment: what was tried more than once still waits, and nothing was sent
/// for a while. It says nothing of any single address.
pub fn is_down(cx: &mut Cx<'_>) -> Result<bool> {
    Ok(store::messages::is_stuck(cx.db)? && !store::messages::has_sent_since(cx.db, cx.now - CALM)?)
}

//! What leaves the server over HTTP by the operator's wish: messages with Jsonnet bodies, and webhooks; and the log of
//! events that both tell of.

mod events;
mod gateway;
mod runaway;
mod webhooks;

use wayhome::courier::{Courier, Evaluator, Transport, Webhooks};
use wayhome::model::{IdentityId, Mail};

use crate::app::TestApp;
use crate::logout_sink::LogoutSink;

/// The template of the seed, as it came: a trailing comma, nested traits, all in one line.
const SEED: &str = include_str!("courier/seed.jsonnet");

/// Evaluates with the program that is tested.
fn evaluator() -> Evaluator {
    Evaluator::new(env!("CARGO_BIN_EXE_wayhome").into())
}

/// A gateway for mails, with this template.
fn channel(sink: &LogoutSink, more: &str) -> String {
    format!("[[courier.channel]]\nid = \"email\"\nurl = \"{}mail\"\n{more}\n", sink.url())
}

impl TestApp {
    /// Lets a courier hand over what is due; how many messages that were.
    #[track_caller]
    fn hand_over(&self) -> usize {
        let courier = Courier::evaluating_with(self.work().clone(), Transport::Inbox, evaluator());
        self.wait(courier.deliver_due()).expect("the courier works")
    }

    /// Lets webhooks be told what is due; how many events that were.
    #[track_caller]
    pub(crate) fn tell_webhooks(&self) -> usize {
        self.wait(Webhooks::new(self.work().clone(), evaluator()).deliver_due()).expect("webhooks are told")
    }

    /// Queues a mail with a code.
    fn queue_code(&self, to: &str, identity: Option<IdentityId>) -> wayhome::model::MessageId {
        let mail = Mail::RecoveryCode {
            code: "12345678".to_owned(),
            link: "the-token".to_owned(),
            client_name: Some("Shop".to_owned()),
        };
        let to = to.to_owned();
        let useful = std::time::Duration::from_secs(600);
        self.write(move |cx| cx.queue_mail(&to, identity, mail, useful))
    }
}

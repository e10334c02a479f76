//! Tells the servers of clients that a session has ended (OIDC Back-Channel Logout 1.0): signs a logout token for each
//! attempt, posts it, tries again, and gives up in time.
//!
//! A notice is a row that was inserted in the transaction that ended the session; nobody waits for the notifier. The loop
//! is that of everything that leaves ([`crate::outbox`]).

mod schedule;

use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use crate::cx::{Cx, Result, Work};
use crate::model::{Event, LogoutNotice};
use crate::oauth2::logout_token;
use crate::outbox::{Kind, Outbox, Outcome, Parcel};
use crate::store;
use crate::store::lots::Lot;

/// Tells clients. Cheap to clone.
#[derive(Clone)]
pub struct Notifier(Outbox<Notices>);

impl Notifier {
    /// A notifier over this store.
    pub fn new(work: Work) -> Self {
        Self(Outbox::new(work.clone(), Notices { work }))
    }

    /// Tells until `stop` becomes true (or its sender is gone), then finishes what is under way and what is due.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        self.0.run(stop).await;
    }

    /// Tells what is due, and says how many notices that were.
    ///
    /// # Errors
    ///
    /// A [`Fault`](crate::cx::Fault) if the outbox cannot be read. What became of single notices stands in the events.
    pub async fn tell_due(&self) -> Result<usize> {
        self.0.deliver_due().await
    }
}

/// The kind of parcel that is the news of a sign-out.
struct Notices {
    work: Work,
}

impl Parcel for LogoutNotice {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }

    fn destination(&self) -> &str {
        &self.client_id
    }
}

impl Kind for Notices {
    type Parcel = LogoutNotice;
    const NAME: &'static str = "sign-outs";
    const AT_ONCE: usize = 16;
    const PAUSE: Duration = Duration::from_secs(1);
    const LAST_ROUND: Duration = Duration::from_secs(4);

    fn has_due(cx: &mut Cx<'_>) -> Result<bool> {
        Ok(store::logout_notices::has_due(cx.db, cx.now)?)
    }

    fn claim(cx: &mut Cx<'_>, lot: &Lot) -> Result<Vec<LogoutNotice>> {
        Ok(store::logout_notices::claim_due(cx.db, cx.now, lot)?)
    }

    /// Whoever ends a session in this process rings.
    async fn rung(&self) {
        self.work.env().sign_outs.notified().await;
    }

    async fn deliver(&self, notice: &LogoutNotice) -> Outcome {
        if notice.expires_at <= self.work.now() {
            return Outcome::Hopeless("it expired".to_owned());
        }
        if notice.attempts > schedule::ATTEMPTS {
            return Outcome::Hopeless("its attempts were interrupted".to_owned());
        }
        let wanted = notice.clone();
        let prepared = self.work.read(move |cx| logout_token::prepare(cx, &wanted)).await;
        let token = match prepared {
            Ok(Some(token)) => token,
            Ok(None) => return Outcome::Hopeless("the client is told no more".to_owned()),
            Err(fault) => return Outcome::Failed(fault.to_string()),
        };
        let env = self.work.env();
        let signed = match token.sign(&env.signing.get()) {
            Ok(signed) => signed,
            Err(fault) => return Outcome::Failed(fault.to_string()),
        };
        let (key, fields) = (notice.id.to_string(), [("logout_token", signed.as_str())]);
        match env.outbound.post_form(&token.uri, &key, &fields).await {
            Ok(200 | 204) => Outcome::Done,
            // Back-Channel Logout 2.8: the client does not take this token, and will take no other of this session.
            Ok(400) => Outcome::Hopeless("the client refused: status 400".to_owned()),
            Ok(status) => Outcome::Failed(format!("status {status}")),
            Err(failure) if failure.was_blocked() => Outcome::Hopeless(failure.reason()),
            Err(failure) => Outcome::Failed(failure.reason()),
        }
    }

    fn record(cx: &mut Cx<'_>, notice: &LogoutNotice, outcome: &Outcome, owner: &str) -> Result<()> {
        record(cx, notice, outcome, owner)
    }
}

fn record(cx: &mut Cx<'_>, notice: &LogoutNotice, outcome: &Outcome, owner: &str) -> Result<()> {
    let (id, attempts) = (notice.id, notice.attempts);
    let why = match outcome {
        Outcome::Done | Outcome::Skipped => {
            // True even if the lease ran out meanwhile.
            if store::logout_notices::delete(cx.db, id)? {
                cx.record(fact("logout.notified", notice))?;
            }
            return Ok(());
        }
        Outcome::Failed(why) => match schedule::next_attempt(cx.random(), notice, cx.now) {
            Some(at) => {
                if store::logout_notices::put_off(cx.db, id, owner, at, why)? {
                    tracing::warn!(
                        notice = %id, client_id = notice.client_id, attempts, reason = %why, next_attempt_at = %at,
                        "a client could not be told of a sign-out"
                    );
                }
                return Ok(());
            }
            None => why,
        },
        Outcome::Hopeless(why) => why,
    };
    if store::logout_notices::delete(cx.db, id)? {
        tracing::warn!(
            notice = %id, client_id = notice.client_id, attempts, reason = %why,
            "a client will not be told of a sign-out"
        );
        cx.record(fact("logout.abandoned", notice).with("reason", why.as_str()))?;
    }
    Ok(())
}

fn fact(kind: &'static str, notice: &LogoutNotice) -> Event {
    Event::new(kind)
        .of(notice.identity)
        .in_session(notice.session)
        .for_client(&notice.client_id)
        .with("attempts", notice.attempts)
}

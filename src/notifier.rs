//! Tells the servers of clients that a session has ended (OIDC Back-Channel Logout 1.0): claims what waits in the outbox
//! of sign-outs, signs a logout token for each attempt, posts it, tries again, and gives up in time.
//!
//! A notice is a row that was inserted in the transaction that ended the session; nobody waits for the notifier. Each is
//! told by itself, so that no client delays another. Who tells holds a lease: two processes never tell the same row at
//! once, and what a dead one left behind is taken up by the next.

mod schedule;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cx::{Cx, Result, Work};
use crate::model::{Event, LogoutNotice};
use crate::oauth2::logout_token;
use crate::store;

/// Notices that are told at the same time.
const AT_ONCE: usize = 16;

/// How long a claim holds: longer than any attempt takes.
const LEASE: Duration = Duration::from_secs(60);

/// How long the notifier sleeps when there is nothing to do. Whoever ends a session in this process wakes it.
const PAUSE: Duration = Duration::from_secs(1);

/// How often it is tried to write down what became of an attempt.
const RECORDINGS: u32 = 3;

/// Between two of these.
const BREATH: Duration = Duration::from_millis(250);

/// For what is due when the server stops.
const LAST_ROUND: Duration = Duration::from_secs(4);

/// What became of one attempt.
enum Outcome {
    Told,
    /// It may be tried again.
    Failed(String),
    /// It is not tried again.
    Hopeless(String),
}

/// Tells clients. Cheap to clone.
#[derive(Clone)]
pub struct Notifier {
    work: Work,
    /// Names this notifier in leases.
    owner: Arc<str>,
}

impl Notifier {
    /// A notifier over this store.
    pub fn new(work: Work) -> Self {
        let owner = work.env().random.uuid().to_string().into();
        Self { work, owner }
    }

    /// Tells until `stop` becomes true (or its sender is gone), then finishes what is under way and what is due.
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
                        tracing::warn!(%fault, "the notifier cannot read the outbox of sign-outs");
                    }
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(_) = under_way.join_next() => {}
                () = self.work.env().sign_outs.notified() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        while under_way.join_next().await.is_some() {}
        // What is not told in time waits in the outbox for the next start.
        let _rest = tokio::time::timeout(LAST_ROUND, self.tell_due()).await;
    }

    /// Tells what is due, and says how many notices that were.
    ///
    /// # Errors
    ///
    /// A [`Fault`](crate::cx::Fault) if the outbox cannot be read. What became of single notices stands in the events.
    pub async fn tell_due(&self) -> Result<usize> {
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

    fn start(&self, claimed: Vec<LogoutNotice>, under_way: &mut JoinSet<()>) {
        for notice in claimed {
            let notifier = self.clone();
            // A task of its own: should it panic, the lease runs out, and the try is counted already.
            under_way.spawn(async move { notifier.tell(notice).await });
        }
    }

    async fn claim(&self, room: usize) -> Result<Vec<LogoutNotice>> {
        if room == 0 || !self.work.read(|cx| Ok(store::logout_notices::has_due(cx.db, cx.now)?)).await? {
            return Ok(Vec::new());
        }
        let owner = Arc::clone(&self.owner);
        let limit = i64::try_from(room).unwrap_or(1);
        self.work
            .write(move |cx| {
                Ok(store::logout_notices::claim_due(cx.db, cx.now, cx.now + LEASE, &owner, limit)?)
            })
            .await
    }

    async fn tell(&self, notice: LogoutNotice) {
        let outcome = Arc::new(self.attempt(&notice).await);
        let notice = Arc::new(notice);
        for again in 1..=RECORDINGS {
            let (notice, outcome, owner) =
                (Arc::clone(&notice), Arc::clone(&outcome), Arc::clone(&self.owner));
            let id = notice.id;
            match self.work.write(move |cx| record(cx, &notice, &outcome, &owner)).await {
                Ok(()) => return,
                Err(fault) => tracing::error!(%fault, notice = %id, again, "a notice cannot be recorded"),
            }
            tokio::time::sleep(BREATH).await;
        }
    }

    async fn attempt(&self, notice: &LogoutNotice) -> Outcome {
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
        match env.outbound.post_form(&token.uri, &[("logout_token", &signed)]).await {
            Ok(200 | 204) => Outcome::Told,
            // Back-Channel Logout 2.8: the client does not take this token, and will take no other of this session.
            Ok(400) => Outcome::Hopeless("the client refused: status 400".to_owned()),
            Ok(status) => Outcome::Failed(format!("status {status}")),
            Err(failure) if failure.was_blocked() => Outcome::Hopeless(failure.reason()),
            Err(failure) => Outcome::Failed(failure.reason()),
        }
    }
}

fn record(cx: &mut Cx<'_>, notice: &LogoutNotice, outcome: &Outcome, owner: &str) -> Result<()> {
    let (id, attempts) = (notice.id, notice.attempts);
    let why = match outcome {
        Outcome::Told => {
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

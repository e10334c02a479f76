//! One loop for everything that leaves this server: mails, news of sign-outs, webhooks.
//!
//! A parcel is a row that was inserted in the transaction of the fact that it tells; nobody waits for it to arrive. Each
//! is delivered by itself, and no destination gets more than its share of what is under way: whoever is slow, broken or
//! poisoned delays nobody else. Who delivers holds a lease: two processes never deliver the same parcel at once, and
//! what a dead one left behind is taken up by the next. A parcel may arrive twice, never under two names.

mod round;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use crate::cx::{Cx, Result, Work};
use crate::store::lots::Lot;
use round::Round;

/// How long a claim holds: longer than any delivery takes.
pub const LEASE: Duration = Duration::from_secs(60);

/// Parcels to one destination that are under way at the same time.
pub const OF_ONE: usize = 4;

/// How often it is tried to write down what became of a delivery.
const RECORDINGS: u32 = 3;

/// Between two of these.
const BREATH: Duration = Duration::from_millis(250);

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived.
    Done,
    /// It was decided that nothing is sent.
    Skipped,
    /// It may be tried again.
    Failed(String),
    /// It is not tried again.
    Hopeless(String),
}

/// Something that is to be delivered.
pub trait Parcel: Send + Sync + 'static {
    /// Names it, at every attempt alike.
    fn id(&self) -> Uuid;

    /// To whom: what shares a fate.
    fn destination(&self) -> &str;
}

/// One kind of parcel: where it waits, and how it is delivered.
pub trait Kind: Send + Sync + 'static {
    /// What is delivered.
    type Parcel: Parcel;

    /// What the log calls it.
    const NAME: &'static str;

    /// Parcels that are under way at the same time.
    const AT_ONCE: usize;

    /// How long the loop sleeps when there is nothing to do and nobody rings.
    const PAUSE: Duration;

    /// For what is due when the server stops.
    const LAST_ROUND: Duration;

    /// Whether anything is due.
    fn has_due(cx: &mut Cx<'_>) -> Result<bool>;

    /// Takes what is due, as the lot allows. The try is counted here, so that a parcel that ends its deliverer is not
    /// tried for ever.
    fn claim(cx: &mut Cx<'_>, lot: &Lot) -> Result<Vec<Self::Parcel>>;

    /// Delivers one.
    fn deliver(&self, parcel: &Self::Parcel) -> impl Future<Output = Outcome> + Send;

    /// Writes down what became of it, for this owner of the lease.
    fn record(cx: &mut Cx<'_>, parcel: &Self::Parcel, outcome: &Outcome, owner: &str) -> Result<()>;

    /// Ends when somebody rings because there is news. Not every kind has a bell.
    fn rung(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
}

/// Delivers the parcels of one kind. Cheap to clone.
pub struct Outbox<K> {
    work: Work,
    kind: Arc<K>,
    /// Names this deliverer in leases.
    owner: Arc<str>,
}

impl<K> Clone for Outbox<K> {
    fn clone(&self) -> Self {
        Self { work: self.work.clone(), kind: Arc::clone(&self.kind), owner: Arc::clone(&self.owner) }
    }
}

impl<K: Kind> Outbox<K> {
    /// The parcels of this store.
    pub fn new(work: Work, kind: K) -> Self {
        let owner = work.env().random.uuid().to_string().into();
        Self { work, kind: Arc::new(kind), owner }
    }

    /// How it delivers.
    pub fn kind(&self) -> &K {
        &self.kind
    }

    /// Delivers until `stop` becomes true (or its sender is gone), then finishes what is under way and what is due.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut round = Round::new(&self);
        let mut reachable = true;
        loop {
            match self.start(&mut round).await {
                // The rest may be for others.
                Ok(1..) if !*stop.borrow() => {
                    reachable = true;
                    continue;
                }
                Ok(_) => reachable = true,
                Err(fault) => {
                    if std::mem::replace(&mut reachable, false) {
                        tracing::warn!(%fault, "the outbox of {} cannot be read", K::NAME);
                    }
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                true = round.next() => {}
                () = self.kind.rung() => {}
                () = tokio::time::sleep(K::PAUSE) => {}
            }
        }
        while round.next().await {}
        // What is not delivered in time waits for the next start.
        let _rest = tokio::time::timeout(K::LAST_ROUND, self.deliver_due()).await;
    }

    /// Delivers what is due, and says how many parcels that were.
    ///
    /// # Errors
    ///
    /// A [`Fault`](crate::cx::Fault) if the outbox cannot be read. What became of single parcels stands in their rows.
    pub async fn deliver_due(&self) -> Result<usize> {
        let mut round = Round::new(self);
        let mut count = 0;
        loop {
            match self.start(&mut round).await? {
                0 if !round.next().await => return Ok(count),
                started => count += started,
            }
        }
    }

    /// Takes what there is room for, sends it on its way, and says how much that was.
    async fn start(&self, round: &mut Round<K>) -> Result<usize> {
        let lot = round.lot(self.work.now() + LEASE);
        if lot.room == 0 || !self.work.read(K::has_due).await? {
            return Ok(0);
        }
        let claimed = self.work.write(move |cx| K::claim(cx, &lot)).await?;
        let count = claimed.len();
        for parcel in claimed {
            round.spawn(self.clone(), parcel);
        }
        Ok(count)
    }

    /// Whether the destination took it, or at least was not what failed.
    async fn deliver(&self, parcel: K::Parcel) -> bool {
        let outcome = Arc::new(self.kind.deliver(&parcel).await);
        let well = !matches!(*outcome, Outcome::Failed(_));
        let parcel = Arc::new(parcel);
        for again in 1..=RECORDINGS {
            let (parcel, outcome, owner) =
                (Arc::clone(&parcel), Arc::clone(&outcome), Arc::clone(&self.owner));
            let id = parcel.id();
            match self.work.write(move |cx| K::record(cx, &parcel, &outcome, &owner)).await {
                Ok(()) => break,
                Err(fault) => {
                    tracing::error!(%fault, parcel = %id, again, "a delivery of {} cannot be recorded", K::NAME);
                }
            }
            tokio::time::sleep(BREATH).await;
        }
        well
    }
}

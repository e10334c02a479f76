//! What is under way, and what there is room for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tokio::task::{Id, JoinSet};

use super::{Kind, OF_ONE, Outbox, Parcel as _};
use crate::model::Instant;
use crate::store::lots::Lot;

/// So many destinations are known to fail, at most; beyond that, all get another chance.
const KNOWN: usize = 10_000;

/// The deliveries of one loop.
pub(super) struct Round<K> {
    owner: Arc<str>,
    under_way: JoinSet<bool>,
    places: HashMap<Id, String>,
    failing: BTreeSet<String>,
    kind: std::marker::PhantomData<fn(K)>,
}

impl<K: Kind> Round<K> {
    pub(super) fn new(outbox: &Outbox<K>) -> Self {
        Self {
            owner: Arc::clone(&outbox.owner),
            under_way: JoinSet::new(),
            places: HashMap::new(),
            failing: BTreeSet::new(),
            kind: std::marker::PhantomData,
        }
    }

    /// What may be claimed now: a destination that failed last gets one at a time until it takes one.
    pub(super) fn lot(&self, until: Instant) -> Lot {
        let mut left: BTreeMap<String, usize> = self.failing.iter().map(|place| (place.clone(), 1)).collect();
        for place in self.places.values() {
            let left = left.entry(place.clone()).or_insert(OF_ONE);
            *left = left.saturating_sub(1);
        }
        Lot {
            owner: self.owner.to_string(),
            until,
            room: K::AT_ONCE.saturating_sub(self.under_way.len()),
            of_one: OF_ONE,
            left,
        }
    }

    /// Sends one on its way, in a task of its own: should it panic, the lease runs out, and the try is counted already.
    pub(super) fn spawn(&mut self, outbox: Outbox<K>, parcel: K::Parcel) {
        let place = parcel.destination().to_owned();
        let task = self.under_way.spawn(async move { outbox.deliver(parcel).await });
        self.places.insert(task.id(), place);
    }

    /// Waits until one has ended; `false` if none is under way.
    pub(super) async fn next(&mut self) -> bool {
        let Some(ended) = self.under_way.join_next_with_id().await else { return false };
        let (id, well) = ended.unwrap_or_else(|broken| (broken.id(), false));
        let Some(place) = self.places.remove(&id) else { return true };
        if well {
            self.failing.remove(&place);
        } else {
            if self.failing.len() >= KNOWN {
                self.failing.clear();
            }
            self.failing.insert(place);
        }
        true
    }
}

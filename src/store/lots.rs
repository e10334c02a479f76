//! What whoever delivers may take out of an outbox: so much in all, and so much for each destination.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::schema::{logout_notices, messages, webhook_deliveries};
use super::{Connection, Result, each};
use crate::model::{DeliveryStatus, Instant, MessageStatus};

/// So many rows are looked at for one lot. Behind a destination that has more than that, others wait for the next.
pub(super) const LOOK: i64 = 256;

/// What may be taken.
#[derive(Debug, Clone)]
pub struct Lot {
    /// Who takes.
    pub owner: String,
    /// Until when what becomes of it must be said.
    pub until: Instant,
    /// How many in all.
    pub room: usize,
    /// How many for one destination.
    pub of_one: usize,
    /// How many are left of these, where it is not all.
    pub left: BTreeMap<String, usize>,
}

impl Lot {
    /// So many, whoever they are for.
    pub fn of(owner: &str, until: Instant, room: usize) -> Self {
        Self { owner: owner.to_owned(), until, room, of_one: room, left: BTreeMap::new() }
    }

    /// The destinations that get nothing now.
    pub(super) fn full(&self) -> Vec<&str> {
        self.left.iter().filter(|(_, left)| **left == 0).map(|(place, _)| place.as_str()).collect()
    }

    /// The ids that are taken of these, which come with their destinations, the first before the others.
    pub(super) fn choose(&self, due: Vec<(String, String)>) -> Vec<String> {
        let mut left = self.left.clone();
        let mut chosen = Vec::new();
        for (id, place) in due {
            if chosen.len() == self.room {
                break;
            }
            let left = left.entry(place).or_insert(self.of_one);
            if *left > 0 {
                *left -= 1;
                chosen.push(id);
            }
        }
        chosen
    }
}

/// Takes all leases back: whoever held one is gone for certain. What was tried stays counted.
pub fn release(db: &mut Connection, now: Instant) -> Result<()> {
    let now = now.micros();
    each!(db, c => diesel::update(messages::table)
        .filter(messages::status.eq(MessageStatus::Processing.name()))
        .set((
            messages::status.eq(MessageStatus::Queued.name()),
            messages::next_attempt_at.eq(now),
            messages::lease_until.eq(None::<i64>),
            messages::lease_owner.eq(None::<String>),
        ))
        .execute(c))?;
    each!(db, c => diesel::update(logout_notices::table)
        .filter(logout_notices::lease_owner.is_not_null())
        .set((logout_notices::due_at.eq(now), logout_notices::lease_owner.eq(None::<String>)))
        .execute(c))?;
    each!(db, c => diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Processing.name()))
        .set((
            webhook_deliveries::status.eq(DeliveryStatus::Queued.name()),
            webhook_deliveries::due_at.eq(now),
            webhook_deliveries::lease_owner.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(places: &[&str]) -> Vec<(String, String)> {
        places.iter().enumerate().map(|(n, place)| (n.to_string(), (*place).to_owned())).collect()
    }

    #[test]
    fn sec_f15_no_destination_gets_more_than_its_share() {
        let mut lot = Lot::of("somebody", Instant::from_seconds(0), 4);
        assert_eq!(lot.choose(due(&["a", "a", "a", "b", "a"])), ["0", "1", "2", "3"]);
        lot.of_one = 2;
        assert_eq!(lot.choose(due(&["a", "a", "a", "b", "a", "c", "d"])), ["0", "1", "3", "5"]);
        lot.left = BTreeMap::from([("a".to_owned(), 0), ("b".to_owned(), 1)]);
        assert_eq!(lot.choose(due(&["a", "b", "b", "c"])), ["1", "3"]);
        assert_eq!(lot.full(), ["a"]);
    }
}

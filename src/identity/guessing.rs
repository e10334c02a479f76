//! Limits on guessing: of one person's secrets, by one network, and everywhere at once.
//!
//! A try is counted before it is compared, in rows: neither a restart nor another instance forgets it. Strangers share one
//! counter for each person. A browser in which the person has signed in before has a counter of its own there, so that
//! nobody locks somebody else out of it.

pub(super) mod alarm;
mod lock;
pub(super) mod network;

pub use lock::{Lock, LockState, lift_lock, lock_of};

pub(super) use lock::forget_password;

use network::{Budget, Taken};

use super::throttle::{self, Permit, Rule, Subject};
use crate::cx::{Cx, Result};
use crate::model::{IdentityId, TokenDigest};
use crate::store;

/// Whose secret is tried, and by whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whom<'a> {
    /// The person, if there is one.
    pub(super) identity: Option<IdentityId>,
    /// The canonical address that was typed; it counts if nobody has it.
    pub(super) address: &'a str,
    /// The browser that tries.
    pub(super) browser: Option<TokenDigest>,
}

/// A try that was counted.
#[derive(Debug)]
#[must_use = "a try is right or wrong"]
pub(super) struct Try {
    counter: Subject,
    /// What a stranger's network has paid.
    paid: Option<Taken>,
}

/// Counts a try before it is made; `Err` is why it may not be made. What it answers is to be obeyed after this
/// transaction's commit.
///
/// Locks of rows are taken in the order network, person: whoever ends a try keeps to it.
pub(super) fn count(
    cx: &mut Cx<'_>,
    rule: &Rule,
    whom: Whom<'_>,
) -> Result<std::result::Result<Try, Permit>> {
    let known = known_in(cx, &whom)?;
    let paid = match known {
        Some(_) => None,
        None => match network::take(cx, Budget::SignIns)? {
            Ok(paid) => paid,
            Err(wait) => return Ok(Err(Permit::Wait(wait))),
        },
    };
    let counter = counter_of(cx, rule, &whom, known);
    match throttle::count_by(cx, rule, counter)? {
        Permit::Given => Ok(Ok(Try { counter, paid })),
        refusal => {
            network::give_back(cx, paid)?;
            Ok(Err(refusal))
        }
    }
}

/// The counter of whoever tries: the browser's own one, or that of all strangers.
pub(super) fn counter(cx: &mut Cx<'_>, rule: &Rule, whom: Whom<'_>) -> Result<Subject> {
    let known = known_in(cx, &whom)?;
    Ok(counter_of(cx, rule, &whom, known))
}

fn counter_of(
    cx: &Cx<'_>,
    rule: &Rule,
    whom: &Whom<'_>,
    known: Option<(IdentityId, TokenDigest)>,
) -> Subject {
    match known {
        Some((identity, browser)) => throttle::subject_in(cx, rule, identity, &browser),
        None => throttle::subject_of(cx, rule, whom.identity, whom.address),
    }
}

/// The same look into the database for somebody who does not exist, so that the time tells nothing.
fn known_in(cx: &mut Cx<'_>, whom: &Whom<'_>) -> Result<Option<(IdentityId, TokenDigest)>> {
    let Some(browser) = whom.browser else { return Ok(None) };
    let identity = whom.identity.unwrap_or_else(|| IdentityId::from_uuid(cx.random().uuid()));
    let known = store::known_browsers::contains(cx.db, identity, &browser, cx.now)?;
    Ok(known.then_some((identity, browser)))
}

impl Try {
    /// It was right: this counter is forgotten, and no other.
    pub(super) fn was_right(self, cx: &mut Cx<'_>) -> Result<()> {
        network::give_back(cx, self.paid)?;
        throttle::forget(cx, self.counter)
    }

    /// It was wrong. The first miss of a stranger at somebody's secret is what a spray is made of.
    pub(super) fn was_wrong(self, cx: &mut Cx<'_>) -> Result<()> {
        let is_first = throttle::look(cx, self.counter)?.is_some_and(|counted| counted.failures == 1);
        if is_first && self.paid.is_some() {
            alarm::count(cx, alarm::Alarm::Spray)?;
        }
        Ok(())
    }
}

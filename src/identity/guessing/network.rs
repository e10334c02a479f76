//! What one network may ask for: a budget each that fills again with time, kept in a row. An IPv6 /64 is one network.

use std::time::Duration;

use super::super::throttle::mac;
use super::alarm::{self, Alarm};
use crate::cx::{Cx, Result};
use crate::model::network;
use crate::store;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::identity) enum Budget {
    /// Tries of a password that are not right: twice what comes in a minute at once.
    SignIns,
    /// Codes for a new password: what comes in ten minutes at once.
    Recoveries,
}

/// The price of a stranger's try while an attack is seen, in tries.
const FRICTION: u32 = 4;

/// What was taken, and can be given back.
#[derive(Debug)]
pub(in crate::identity) struct Taken {
    subject: [u8; 32],
    price: Duration,
}

impl Budget {
    fn name(self) -> &'static [u8] {
        match self {
            Self::SignIns => b"network-sign-ins",
            Self::Recoveries => b"network-recoveries",
        }
    }

    /// How long it takes until there is one more, and how many there are at most; `None` is no limit.
    fn measures(self, cx: &Cx<'_>) -> Option<(Duration, u32)> {
        let limits = cx.settings().guessing;
        let (per, many, most) = match self {
            Self::SignIns => (60, limits.sign_ins_per_minute, limits.sign_ins_per_minute.saturating_mul(2)),
            Self::Recoveries => (3_600, limits.recoveries_per_hour, limits.recoveries_per_hour.div_ceil(6)),
        };
        (many > 0).then(|| (Duration::from_secs(per) / many, most))
    }
}

/// Takes one out of the budget of the caller's network. `Err` is how long to wait until there is one. Whoever has no
/// address, as on the command line, has no limit.
pub(in crate::identity) fn take(
    cx: &mut Cx<'_>,
    budget: Budget,
) -> Result<std::result::Result<Option<Taken>, Duration>> {
    let Some((one, most)) = budget.measures(cx).filter(|_| !cx.caller.peer.is_empty()) else {
        return Ok(Ok(None));
    };
    let attacked = budget == Budget::SignIns && alarm::is_on(cx, Alarm::Spray)?;
    let price = if attacked { one * FRICTION.min(most) } else { one };
    let subject = mac(cx, &[budget.name(), network(&cx.caller.peer).as_bytes()]);
    Ok(match store::throttles::take(cx.db, &subject, cx.now, price, one * most)? {
        None => Ok(Some(Taken { subject, price })),
        Some(at) => Err(at.since(cx.now)),
    })
}

/// Puts back what was taken.
pub(in crate::identity) fn give_back(cx: &mut Cx<'_>, taken: Option<Taken>) -> Result<()> {
    match taken {
        Some(Taken { subject, price }) => Ok(store::throttles::give_back(cx.db, &subject, price)?),
        None => Ok(()),
    }
}

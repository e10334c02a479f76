//! Failed sign-ins slow down the next ones for the same person, or for the same address if nobody has it.

use std::time::Duration;

use crate::crypto::MacPurpose;
use crate::cx::{Cx, Result};
use crate::model::{IdentityId, Notice};
use crate::store;

/// Tries that cost nothing.
const FREE: i64 = 5;

/// After so many failures in a row the password counts no more; recovery sets a new one (NIST SP 800-63B).
const LAST: i64 = 100;

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// A few failures are forgotten after this long.
const MEMORY: Duration = Duration::from_secs(24 * 3_600);

/// Many failures are remembered for longer, or a patient guesser would never come to the end.
const LONG_MEMORY: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Under what the failures of one person are counted; the database does not learn the address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject([u8; 32]);

/// Whether a try may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permit {
    /// It is counted and may be made.
    Given,
    /// Not before this long.
    Wait(Duration),
    /// No password opens this any more.
    Spent,
}

impl Permit {
    /// What the person hears instead of a comparison.
    pub(super) fn refusal(self) -> Option<Notice> {
        match self {
            Self::Given => None,
            Self::Wait(wait) => {
                let minutes = wait.as_secs_f64() / 60.0;
                Some(Notice::error("login.slow_down").with("minutes", minutes.ceil().max(1.0)))
            }
            Self::Spent => Some(Notice::error("login.reset_needed")),
        }
    }
}

/// One counter for a person, whichever of their addresses is typed; one for an address that nobody has.
pub(super) fn subject(cx: &Cx<'_>, identity: Option<IdentityId>, address: &str) -> Subject {
    let mac = |kind: &[u8], name: &str| cx.env.secrets.mac(MacPurpose::Throttle, &[kind, name.as_bytes()]);
    Subject(match identity {
        Some(identity) => mac(b"identity", &identity.to_string()),
        None => mac(b"address", address),
    })
}

/// Counts a try before it is made. What it answers is to be obeyed after this transaction's commit.
pub(super) fn count(cx: &mut Cx<'_>, subject: Subject) -> Result<Permit> {
    let Some(failures) = store::throttles::count(cx.db, &subject.0, cx.now, cx.now + MEMORY)? else {
        let until = store::throttles::find(cx.db, &subject.0, cx.now)?.map_or(cx.now, |t| t.blocked_until);
        return Ok(Permit::Wait(until.since(cx.now)));
    };
    let memory = if failures > FREE { LONG_MEMORY } else { MEMORY };
    store::throttles::block(cx.db, &subject.0, cx.now + wait_after(failures), cx.now + memory)?;
    Ok(if failures > LAST { Permit::Spent } else { Permit::Given })
}

/// The try was good: all is forgotten.
pub(super) fn forget(cx: &mut Cx<'_>, subject: Subject) -> Result<()> {
    Ok(store::throttles::delete(cx.db, &subject.0)?)
}

fn wait_after(failures: i64) -> Duration {
    match u32::try_from(failures - FREE) {
        Ok(0) | Err(_) => Duration::ZERO,
        Ok(beyond) => LONGEST.min(Duration::from_secs(2_u64.saturating_pow(beyond.min(20)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_b01_five_tries_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<u64> = (1..=16).map(|n| wait_after(n).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[test]
    fn a_wait_is_told_in_whole_minutes_and_never_as_none() {
        let said = |seconds| {
            let notice = Permit::Wait(Duration::from_secs(seconds)).refusal().unwrap();
            notice.args["minutes"].clone()
        };
        assert_eq!((said(1), said(60), said(61)), ("1".into(), "1".into(), "2".into()));
    }
}

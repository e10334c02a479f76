//! Failed sign-ins slow down the next ones for the same person, or for the same address if nobody has it.

use std::time::Duration;

use crate::crypto::MacPurpose;
use crate::cx::{Cx, Result};
use crate::model::{Event, IdentityId, Mail, Notice, TokenDigest};
use crate::store;
use crate::store::throttles::Throttle;

/// How patient we are with one kind of guess. Each kind is counted for itself.
#[derive(Debug)]
pub(super) struct Rule {
    /// The name of its counters.
    pub(super) kind: &'static str,
    /// Wrong tries that cost nothing.
    pub(super) free: i64,
    /// The wait after the next one. It doubles with each further one.
    pub(super) first: Duration,
    /// The longest wait.
    pub(super) longest: Duration,
    /// After so many wrong tries in a row, no try counts any more.
    pub(super) last: i64,
}

/// Passwords. After the last one only recovery helps, which sets a new one (NIST SP 800-63B: at most 100).
pub(super) const PASSWORD: Rule = Rule {
    kind: "identity",
    free: 5,
    first: Duration::from_secs(2),
    longest: Duration::from_secs(15 * 60),
    last: 100,
};

/// Every kind of which a person has counters: an administrator lifts them together.
pub(super) const RULES: [&Rule; 1] = [&PASSWORD];

/// A few failures are forgotten after this long.
const MEMORY: Duration = Duration::from_secs(24 * 3_600);

/// Many failures are remembered for longer, or a patient guesser would never come to the end.
const LONG_MEMORY: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Under what the failures of one person are counted; the database does not learn the address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    digest: [u8; 32],
    identity: Option<IdentityId>,
}

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
    subject_of(cx, &PASSWORD, identity, address)
}

/// The same for another kind of guess.
pub(super) fn subject_of(cx: &Cx<'_>, rule: &Rule, identity: Option<IdentityId>, address: &str) -> Subject {
    let mac = |kind: &str, name: &str| mac(cx, &[kind.as_bytes(), name.as_bytes()]);
    let digest = match identity {
        Some(identity) => mac(rule.kind, &identity.to_string()),
        None => mac("address", address),
    };
    Subject { digest, identity }
}

/// The counter of one browser that the person has used before.
pub(super) fn subject_in(cx: &Cx<'_>, rule: &Rule, identity: IdentityId, browser: &TokenDigest) -> Subject {
    let name = identity.to_string();
    let digest = mac(cx, &[rule.kind.as_bytes(), name.as_bytes(), browser.as_bytes()]);
    Subject { digest, identity: Some(identity) }
}

/// The key of a row.
pub(super) fn mac(cx: &Cx<'_>, parts: &[&[u8]]) -> [u8; 32] {
    cx.env.secrets.mac(MacPurpose::Throttle, parts)
}

/// Counts a try of a password before it is made. What it answers is to be obeyed after this transaction's commit.
pub(super) fn count(cx: &mut Cx<'_>, subject: Subject) -> Result<Permit> {
    count_by(cx, &PASSWORD, subject)
}

/// The same for another kind of guess.
pub(super) fn count_by(cx: &mut Cx<'_>, rule: &Rule, subject: Subject) -> Result<Permit> {
    let digest = &subject.digest;
    let Some(failures) = store::throttles::count(cx.db, digest, cx.now, cx.now + MEMORY)? else {
        let until = store::throttles::find(cx.db, digest, cx.now)?.map_or(cx.now, |t| t.blocked_until);
        return Ok(Permit::Wait(until.since(cx.now)));
    };
    let memory = if failures > rule.free { LONG_MEMORY } else { MEMORY };
    let wait = rule.wait_after(failures);
    store::throttles::block(cx.db, digest, cx.now + wait, cx.now + memory)?;
    let is_new = |reached: bool| reached && rule.wait_after(failures - 1) < rule.longest;
    if let Some(identity) = subject.identity {
        if failures == rule.last + 1 {
            tell(cx, rule, identity, "password_off", failures)?;
            if rule.kind == PASSWORD.kind {
                cx.notify(identity, &Mail::AccountLocked)?;
            }
        } else if is_new(wait == rule.longest) {
            tell(cx, rule, identity, "slow_down", failures)?;
        }
    }
    Ok(if failures > rule.last { Permit::Spent } else { Permit::Given })
}

fn tell(
    cx: &mut Cx<'_>,
    rule: &Rule,
    identity: IdentityId,
    reason: &'static str,
    failures: i64,
) -> Result<()> {
    let kind = if rule.kind == PASSWORD.kind { "password" } else { rule.kind };
    let event = Event::new("identity.locked").of(identity);
    cx.record(event.with("kind", kind).with("reason", reason).with("failures", failures))
}

/// What has been counted.
pub(super) fn look(cx: &mut Cx<'_>, subject: Subject) -> Result<Option<Throttle>> {
    Ok(store::throttles::find(cx.db, &subject.digest, cx.now)?)
}

/// The try was good: all is forgotten.
pub(super) fn forget(cx: &mut Cx<'_>, subject: Subject) -> Result<()> {
    Ok(store::throttles::delete(cx.db, &subject.digest)?)
}

impl Rule {
    /// The wait after so many wrong tries. Beyond the last one there is nothing to wait for.
    fn wait_after(&self, failures: i64) -> Duration {
        match u32::try_from(failures - self.free) {
            Ok(beyond @ 1..) if failures < self.last => {
                self.longest.min(self.first.saturating_mul(2_u32.saturating_pow((beyond - 1).min(20))))
            }
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_b01_five_tries_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<u64> = (1..=16).map(|n| PASSWORD.wait_after(n).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!([99, 100, 101].map(|n| PASSWORD.wait_after(n).as_secs()), [900, 0, 0]);
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

//! When a client that could not be told is tried again.

use std::time::Duration;

use crate::model::{Instant, LogoutNotice};
use crate::random::Random;

/// How often it is tried to tell a client.
pub(super) const ATTEMPTS: i64 = 10;

/// The wait after the first failure, in seconds.
const FIRST_WAIT: f64 = 5.0;

/// Each wait is so many times as long as the one before.
const GROWTH: f64 = 3.0;

/// When to try again after the attempt that `notice.attempts` counted; `None` if there is no more time or no try.
///
/// The waits are 5, 15 and 45 seconds, 2, 7 and 20 minutes, 1, 3 and 9 hours. Chance moves each by up to a fifth, so
/// that what failed together is not tried together.
pub(super) fn next_attempt(random: &dyn Random, notice: &LogoutNotice, now: Instant) -> Option<Instant> {
    if notice.attempts >= ATTEMPTS {
        return None;
    }
    let step = i32::try_from(notice.attempts.max(1) - 1).unwrap_or_default();
    let chance = f64::from(u32::try_from(random.below(401)).unwrap_or(200)) / 1000.0;
    let wait = FIRST_WAIT * GROWTH.powi(step) * (0.8 + chance);
    let next = now + Duration::from_secs_f64(wait);
    (next < notice.expires_at).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    const ENDED: Instant = Instant::from_seconds(1_795_530_600);

    fn notice(attempts: i64) -> LogoutNotice {
        let id = "2f1b6e5e-5a3c-4c3f-8f0a-0d7c1f5d1a11";
        LogoutNotice {
            id: id.parse().unwrap(),
            client_id: "web".to_owned(),
            identity: id.parse().unwrap(),
            session: id.parse().unwrap(),
            attempts,
            created_at: ENDED,
            expires_at: ENDED + Duration::from_secs(24 * 3_600),
        }
    }

    #[test]
    fn sec_f15_the_waits_grow_and_end_within_a_day() {
        let mut now = ENDED;
        let mut before = Duration::ZERO;
        for attempts in 1..ATTEMPTS {
            let next = next_attempt(&SystemRandom, &notice(attempts), now).unwrap();
            let wait = next.since(now);
            assert!(wait > before, "the wait after attempt {attempts} is {wait:?}");
            (now, before) = (next, wait);
        }
        assert!(now.since(ENDED) > Duration::from_secs(10 * 3_600));
        assert_eq!(next_attempt(&SystemRandom, &notice(ATTEMPTS), now), None);
        let late = ENDED + Duration::from_secs(24 * 3_600 - 1);
        assert_eq!(next_attempt(&SystemRandom, &notice(1), late), None, "it is news no more");
    }

    #[test]
    fn what_failed_together_is_not_tried_together() {
        let tries = (0..20).map(|_| next_attempt(&SystemRandom, &notice(4), ENDED).unwrap());
        let mut tries: Vec<Instant> = tries.collect();
        tries.sort();
        tries.dedup();
        assert!(tries.len() > 5);
        assert!(tries.iter().all(|at| (108..=162).contains(&at.since(ENDED).as_secs())));
    }
}

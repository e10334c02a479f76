//! When a mail that failed is tried again.

use std::time::Duration;

use crate::model::{Instant, Message};
use crate::random::Random;

/// How often a mail is tried.
pub(super) const ATTEMPTS: i64 = 5;

/// The wait after the first failure.
const FIRST_WAIT: f64 = 5.0;

/// When to try again after the attempt that `message.attempts` counted; `None` if there is no more time or no try.
///
/// The waits grow evenly from five seconds to half of the mail's life: a code of ten minutes is tried after 5, 20,
/// 77 and 300 seconds, a notice of a day after 5 seconds, 2 minutes, 35 minutes and 12 hours. Chance moves each by up
/// to a fifth, so that what failed together is not tried together.
pub(super) fn next_attempt(random: &dyn Random, message: &Message, now: Instant) -> Option<Instant> {
    if message.attempts >= ATTEMPTS {
        return None;
    }
    let life = message.expires_at.since(message.created_at).as_secs_f64();
    let steps = i32::try_from(ATTEMPTS - 2).unwrap_or(1);
    let growth = (life / 2.0 / FIRST_WAIT).max(1.0).powf(1.0 / f64::from(steps));
    let step = i32::try_from(message.attempts.max(1) - 1).unwrap_or(steps);
    let chance = f64::from(u32::try_from(random.below(401)).unwrap_or(200)) / 1000.0;
    let wait = FIRST_WAIT * growth.powi(step) * (0.8 + chance);
    let next = now + Duration::from_secs_f64(wait);
    (next < message.expires_at).then_some(next)
}

//! Attacks on everybody at once, which no counter of one person or network sees: one password tried on thousands of
//! accounts from thousands of networks, or mailed codes guessed all over. They ring an alarm, and guessing is made harder
//! for strangers for a while. Nobody is locked.

use std::time::Duration;

use super::super::throttle::mac;
use crate::cx::{Cx, Result};
use crate::model::{Event, Instant};
use crate::store;

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::identity) enum Alarm {
    /// First wrong passwords for different people, in a minute.
    Spray,
    /// Wrong mailed codes, in an hour.
    Codes,
}

/// How long guessing is harder after an alarm.
const FRICTION: Duration = Duration::from_secs(15 * 60);

impl Alarm {
    fn name(self) -> &'static str {
        match self {
            Self::Spray => "spray",
            Self::Codes => "codes",
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Spray => "attack.spray",
            Self::Codes => "attack.codes",
        }
    }

    fn window(self) -> Duration {
        match self {
            Self::Spray => Duration::from_secs(60),
            Self::Codes => Duration::from_secs(3_600),
        }
    }

    /// How many in its window ring it; 0 is never.
    fn limit(self, cx: &Cx<'_>) -> i64 {
        let limits = cx.settings().guessing;
        i64::from(match self {
            Self::Spray => limits.spray_per_minute,
            Self::Codes => limits.wrong_codes_per_hour,
        })
    }

    fn bell(self, cx: &Cx<'_>) -> [u8; 32] {
        mac(cx, &[b"alarm", self.name().as_bytes()])
    }
}

/// Counts one. Whatever is beyond the limit of its window rings the alarm, unless it rings.
pub(in crate::identity) fn count(cx: &mut Cx<'_>, alarm: Alarm) -> Result<()> {
    let limit = alarm.limit(cx);
    if limit == 0 {
        return Ok(());
    }
    let length = i64::try_from(alarm.window().as_micros()).unwrap_or(i64::MAX);
    let window = cx.now.micros().div_euclid(length);
    let over = Instant::from_micros(window.saturating_add(1).saturating_mul(length));
    let counter = mac(cx, &[b"alarm", alarm.name().as_bytes(), &window.to_be_bytes()]);
    let many = store::throttles::count(cx.db, &counter, cx.now, over)?;
    if many.is_none_or(|many| many < limit) || is_on(cx, alarm)? {
        return Ok(());
    }
    let (bell, until) = (alarm.bell(cx), cx.now + FRICTION);
    store::throttles::count(cx.db, &bell, cx.now, until)?;
    store::throttles::block(cx.db, &bell, until, until)?;
    let seconds = alarm.window().as_secs();
    let event = Event::new(alarm.event()).with("count", limit).with("seconds", seconds);
    cx.record(event.with("until", until.rfc3339()))?;
    tracing::warn!(event = alarm.event(), count = limit, seconds, "somebody guesses all over");
    Ok(())
}

/// Whether guessing is harder at present.
pub(in crate::identity) fn is_on(cx: &mut Cx<'_>, alarm: Alarm) -> Result<bool> {
    if alarm.limit(cx) == 0 {
        return Ok(false);
    }
    let bell = alarm.bell(cx);
    Ok(store::throttles::find(cx.db, &bell, cx.now)?.is_some_and(|row| cx.now < row.blocked_until))
}

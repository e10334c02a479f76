//! How often something can be done in a second, whoever else uses the core.

use std::time::{Duration, Instant};

use crate::failure::Result;
use crate::processes::own_nanoseconds;

/// Looking at the clock costs something, so that is done once in so many rounds at most.
const MOST_ROUNDS: u64 = 256;

/// Times per second of CPU of this process: for work that never waits.
pub fn per_cpu_second(seconds: f64, work: impl FnMut() -> Result<()>) -> Result<f64> {
    let (times, _, cpu, _) = repeat(seconds, work)?;
    Ok(times / cpu)
}

/// Times per second, without the time that this thread waited for a core: for work that waits for the disk.
pub fn per_second(seconds: f64, work: impl FnMut() -> Result<()>) -> Result<f64> {
    let (times, wall, _, waited) = repeat(seconds, work)?;
    Ok(times / (wall - waited).max(wall / 100.0))
}

/// Does it for so long; answers how often, and the seconds that passed, that were worked, and that were waited.
fn repeat(seconds: f64, mut work: impl FnMut() -> Result<()>) -> Result<(f64, f64, f64, f64)> {
    for _ in 0..3 {
        work()?;
    }
    let length = Duration::from_secs_f64(seconds.max(0.01));
    let (ran, waited) = own_nanoseconds()?;
    let begun = Instant::now();
    let (mut times, mut rounds) = (0_u64, 1);
    while begun.elapsed() < length {
        let round = Instant::now();
        for _ in 0..rounds {
            work()?;
        }
        times += rounds;
        if round.elapsed() < Duration::from_millis(1) {
            rounds = (rounds * 2).min(MOST_ROUNDS);
        }
    }
    let wall = begun.elapsed().as_secs_f64();
    let (ran_after, waited_after) = own_nanoseconds()?;
    let between = |a: u64, b: u64| Duration::from_nanos(b.saturating_sub(a)).as_secs_f64();
    Ok((times as f64, wall, between(ran, ran_after).max(1e-6), between(waited, waited_after)))
}

//! Users at work: in a closed loop, or at a constant rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use crate::failure::{During as _, Failure, Result};
use crate::processes::{Awake, busy_seconds, cpu_seconds, resident_bytes};
use crate::user::User;

/// Beyond this share of its core the generator measures itself.
const MOST_OF_GENERATOR: f64 = 0.85;

/// The longest latency that is told apart, in microseconds.
const LONGEST: u64 = 60_000_000;

/// How operations follow one another.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Each user begins again when the answer is there.
    Closed,
    /// So many operations are begun each second, whatever the answers do.
    Constant(f64),
}

/// How long, and whom to watch.
pub struct Run {
    /// The pace.
    pub pace: Pace,
    /// Not measured.
    pub warmup: Duration,
    /// Measured.
    pub length: Duration,
    /// The server.
    pub process: u32,
    /// Its cores.
    pub cores: Vec<usize>,
    /// What keeps these from sleeping, which is nobody's load.
    pub awake: Arc<Awake>,
    /// Whether a tired generator spoils the figures: not where only the server's own seconds of CPU count, nor where no
    /// rate is judged.
    pub refuses_tiredness: bool,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Operations that ended inside the measured time, per second.
    pub per_second: f64,
    /// The share of the server's cores that somebody else used.
    pub others: f64,
    /// The share of its cores that the server used.
    pub server: f64,
    /// The share of its core that the generator used.
    pub generator: f64,
    /// The most memory that the server had, in bytes.
    pub resident: u64,
    /// Latencies in microseconds.
    pub latency: Histogram<u64>,
}

impl Measured {
    /// Operations per second of the time that the server could have had: what a quiet machine would show.
    pub fn quiet_rate(&self) -> f64 {
        self.per_second / (1.0 - self.others).max(0.05)
    }

    /// Operations for each second of CPU of the server.
    pub fn per_core_second(&self) -> f64 {
        if self.server > 0.0 { self.per_second / self.server } else { 0.0 }
    }

    /// A quantile of the latency in milliseconds.
    pub fn milliseconds(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1_000.0
    }
}

/// What all users share.
struct Shared {
    begun: Instant,
    measured_from: Instant,
    ends: Instant,
    ticket: AtomicU64,
    failed: AtomicBool,
}

/// Lets the users work. Any error, and a tired generator, refuse the figures; the users come back in any case of
/// success.
pub async fn drive(users: Vec<User>, run: &Run) -> Result<(Vec<User>, Measured)> {
    let begun = Instant::now();
    let measured_from = begun + run.warmup;
    let ends = measured_from + run.length;
    let shared =
        Shared { begun, measured_from, ends, ticket: AtomicU64::new(0), failed: AtomicBool::new(false) };
    let shared = Arc::new(shared);
    let mut tasks = JoinSet::new();
    for user in users {
        tasks.spawn(work(user, run.pace, Arc::clone(&shared)));
    }
    sleep_until(measured_from.into()).await;
    let before = Usage::now(run)?;
    let mut resident = 0;
    while Instant::now() + Duration::from_millis(100) < ends && !shared.failed.load(Ordering::Relaxed) {
        sleep(Duration::from_millis(100)).await;
        resident = resident_bytes(run.process)?.max(resident);
    }
    if !shared.failed.load(Ordering::Relaxed) {
        sleep_until(ends.into()).await;
    }
    let after = Usage::now(run)?;
    let mut latency = histogram()?;
    let (mut users, mut operations) = (Vec::new(), 0_u64);
    while let Some(ended) = tasks.join_next().await {
        let (user, own, done) = ended.during("a user")??;
        latency.add(own).during("the histogram")?;
        operations += done;
        users.push(user);
    }
    let seconds = after.at.duration_since(before.at).as_secs_f64().max(0.001);
    let core_seconds = seconds * run.cores.len().max(1) as f64;
    let server = after.server - before.server;
    let measured = Measured {
        per_second: operations as f64 / run.length.as_secs_f64().max(0.001),
        others: ((after.busy - before.busy - server) / core_seconds).clamp(0.0, 1.0),
        server: server / core_seconds,
        generator: (after.generator - before.generator) / seconds,
        resident,
        latency,
    };
    accept(&measured, run).map(|()| (users, measured))
}

fn accept(measured: &Measured, run: &Run) -> Result<()> {
    if run.refuses_tiredness && measured.generator > MOST_OF_GENERATOR {
        let share = measured.generator * 100.0;
        return Err(Failure::new(format!(
            "the generator used {share:.0} % of its core ({:.0}/s): this would measure it and not the server",
            measured.per_second
        )));
    }
    match run.pace {
        Pace::Constant(rate) if measured.per_second < rate * 0.95 => Err(Failure::new(format!(
            "{rate:.0} operations per second were asked for, {:.0} were done",
            measured.per_second
        ))),
        _ => Ok(()),
    }
}

fn histogram() -> Result<Histogram<u64>> {
    Histogram::new_with_bounds(1, LONGEST, 3).during("the histogram")
}

async fn work(mut user: User, pace: Pace, shared: Arc<Shared>) -> Result<(User, Histogram<u64>, u64)> {
    let mut latency = histogram()?;
    let mut operations = 0;
    while !shared.failed.load(Ordering::Relaxed) {
        let Some(due) = turn(pace, &shared).await else { break };
        if let Err(why) = user.step().await {
            shared.failed.store(true, Ordering::Relaxed);
            return Err(why);
        }
        let now = Instant::now();
        if now >= shared.measured_from && now < shared.ends {
            latency.saturating_record(u64::try_from((now - due).as_micros()).unwrap_or(LONGEST).max(1));
            operations += 1;
        }
    }
    Ok((user, latency, operations))
}

/// Waits for the turn of the user; answers from when the latency counts. At a constant rate that is the instant at
/// which the operation was due, unless only the timer of the generator was late: who waits for a slow answer is late
/// for the next operation, and that counts (coordinated omission).
async fn turn(pace: Pace, shared: &Shared) -> Option<Instant> {
    let due = match pace {
        Pace::Closed => Instant::now(),
        Pace::Constant(rate) => {
            let number = shared.ticket.fetch_add(1, Ordering::Relaxed);
            let due = shared.begun + Duration::from_secs_f64(number as f64 / rate.max(0.001));
            if due > Instant::now() && due < shared.ends {
                sleep_until(due.into()).await;
                Instant::now()
            } else {
                due
            }
        }
    };
    (due < shared.ends).then_some(due)
}

/// CPU seconds at an instant.
struct Usage {
    at: Instant,
    server: f64,
    generator: f64,
    busy: f64,
}

impl Usage {
    fn now(run: &Run) -> Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: cpu_seconds(run.process)?,
            generator: cpu_seconds(std::process::id())?,
            busy: busy_seconds(&run.cores)? - run.awake.cpu_seconds()?,
        })
    }
}

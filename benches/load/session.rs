//! The server under load: its starts, its workloads, its memory.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::bare::Bare;
use crate::browser::Browser;
use crate::drive::{Measured, Pace};
use crate::failure::{During as _, Failure, Result};
use crate::goals::{self, Goal, judged_rate, longest_p99};
use crate::plan::Bench;
use crate::processes::resident_bytes;
use crate::report::{self, line, row, word};
use crate::server::{Server, Setup};
use crate::user::User;
use crate::verify::Checks;
use crate::workload::Workload;

/// Starts after the first one; the best of them counts.
const STARTS: usize = 3;

/// Starts the server, measures it, and stops it; `false` if a figure was refused.
pub fn measure(bench: &Bench<'_>, folder: &Path, bare: &Bare, json: &mut Value) -> Result<bool> {
    let options = bench.options;
    let setup = Setup::new(options, folder)?;
    let first = setup.start()?;
    let first_start = first.started_in;
    first.process.stop()?;
    for number in 0..options.users {
        setup.create_person(number)?;
    }
    let mut warm_start = Duration::MAX;
    let mut server = setup.start()?;
    for _ in 1..STARTS {
        warm_start = warm_start.min(server.started_in);
        server.process.stop()?;
        server = setup.start()?;
    }
    warm_start = warm_start.min(server.started_in);
    std::thread::sleep(Duration::from_secs(1));
    let idle = resident_bytes(server.process.id())?;
    let mut session = Session { bench, bare, server, setup, largest: 0, complete: true, json: Vec::new() };
    report::workloads_head()?;
    for workload in options.workloads() {
        session.measure(workload)?;
    }
    let (largest, complete) = (session.largest, session.complete);
    json["workloads"] = Value::Array(std::mem::take(&mut session.json));
    session.server.process.stop().during("stopping the server")?;
    let binary = fs::metadata(&options.binary).during("the binary")?.len();
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    let (first_ms, warm_ms) = (milliseconds(first_start), milliseconds(warm_start));
    let (most_idle, most_loaded) =
        (goals::memory_idle(), goals::memory_loaded(options.server_core_numbers().len()));
    report::head(&["size", "measured", "goal", "met?"])?;
    for (name, measured, goal, met) in [
        ("memory idle", report::megabytes(idle), report::megabytes(most_idle), idle <= most_idle),
        (
            "memory under a load of tokens, with hash workers",
            report::megabytes(largest),
            report::megabytes(most_loaded),
            largest <= most_loaded,
        ),
        (
            "start, first",
            format!("{first_ms:.0} ms"),
            format!("{:.0} ms", goals::START.0),
            first_ms <= goals::START.0,
        ),
        (
            "start, warm",
            format!("{warm_ms:.0} ms"),
            format!("{:.0} ms", goals::START.1),
            warm_ms <= goals::START.1,
        ),
        ("binary", report::megabytes(binary), report::megabytes(goals::BINARY), binary <= goals::BINARY),
    ] {
        row(&[name.to_owned(), measured, format!("≤ {goal}"), word(Some(met)).to_owned()])?;
    }
    json["sizes"] = json!({
        "idle_bytes": idle, "loaded_bytes": largest, "first_start_ms": first_ms, "warm_start_ms": warm_ms,
        "binary_bytes": binary,
    });
    Ok(complete)
}

/// A server under load.
struct Session<'a> {
    bench: &'a Bench<'a>,
    bare: &'a Bare,
    server: Server,
    setup: Setup,
    /// The most memory of any workload but sign-in, which has the memory of hashes.
    largest: u64,
    complete: bool,
    json: Vec<Value>,
}

impl Session<'_> {
    fn measure(&mut self, workload: Workload) -> Result<()> {
        let pace = self.bench.options.rate.map_or(Pace::Closed, Pace::Constant);
        let goal = Goal::of(workload, self.bare);
        self.setup.empty_log()?;
        let outcome =
            self.bench.runtime.block_on(self.users(workload)).and_then(|users| self.drive(users, pace));
        let (users, measured) = match outcome {
            Ok(done) => done,
            Err(why) => return self.refuse(workload, &why),
        };
        if workload != Workload::SignIn {
            self.largest = self.largest.max(measured.resident);
        }
        let judged = !self.bench.options.verify && matches!(pace, Pace::Closed);
        report::workload_row(workload, &measured, &goal, judged)?;
        let mut entry = json!({
            "workload": workload.name(), "bare": goal.bare, "of": goal.of,
            "met": goal.is_met(judged_rate(workload, &measured)).filter(|_| judged),
            "measured": report::measured_json(&measured),
        });
        if self.bench.options.half && judged {
            match self.drive(users, Pace::Constant(measured.per_second / 2.0)) {
                Ok((_, half)) => {
                    let longest = longest_p99(workload, self.bare);
                    let met = longest.map(|longest| half.milliseconds(0.99) <= longest);
                    let asked = longest.map_or_else(|| "–".to_owned(), |ms| format!("p99 ≤ {ms:.1} ms"));
                    self.half_row(&half, &asked, met)?;
                    entry["half"] = report::measured_json(&half);
                    entry["half_met"] = json!(met);
                }
                Err(why) => {
                    self.complete = false;
                    entry["half"] = json!({ "refused": why.to_string() });
                    line(&format!("| … at half of that | refused: {why} |"))?;
                }
            }
        }
        self.json.push(entry);
        Ok(())
    }

    fn half_row(&self, half: &Measured, asked: &str, met: Option<bool>) -> Result<()> {
        let nothing = || "–".to_owned();
        row(&[
            "… at half of that".to_owned(),
            report::rate(half.per_second),
            nothing(),
            nothing(),
            nothing(),
            nothing(),
            asked.to_owned(),
            word(met).to_owned(),
            format!("{:.2}", half.milliseconds(0.5)),
            format!("{:.2}", half.milliseconds(0.99)),
            format!("{:.2}", half.milliseconds(1.0)),
            report::percent(half.server),
            report::percent(half.others),
            report::percent(half.generator),
            report::megabytes(half.resident),
        ])
    }

    fn refuse(&mut self, workload: Workload, why: &Failure) -> Result<()> {
        self.complete = false;
        self.json.push(json!({ "workload": workload.name(), "refused": why.to_string() }));
        line(&format!("| {} | refused: {why} |", workload.name()))
    }

    fn drive(&self, users: Vec<User>, pace: Pace) -> Result<(Vec<User>, Measured)> {
        let (mut users, measured) = self.bench.drive(users, pace, self.server.process.id())?;
        if self.bench.options.verify {
            self.bench.runtime.block_on(async {
                for user in &mut users {
                    user.finish().await?;
                }
                Ok::<_, Failure>(())
            })?;
        }
        Ok((users, measured))
    }

    async fn users(&self, workload: Workload) -> Result<Vec<User>> {
        let site = &self.setup.site;
        let checks = match self.bench.options.verify {
            true => {
                let answer =
                    Browser::new(site.address, &site.origin).get("/.well-known/jwks.json", "").await?;
                Some(Arc::new(Checks::new(&answer.body, &site.origin)?))
            }
            false => None,
        };
        let pool = match workload {
            Workload::Introspection => self.pool().await?,
            _ => Vec::new(),
        };
        let pool = Arc::new(pool);
        let mut users = Vec::new();
        for number in 0..self.bench.options.users {
            users.push(User::ready(site, workload, number, Arc::clone(&pool), checks.clone()).await?);
        }
        Ok(users)
    }

    /// Living opaque tokens.
    async fn pool(&self) -> Result<Vec<String>> {
        let mut tasks = JoinSet::new();
        let workers = 64_usize;
        for number in 0..workers {
            let workload = Workload::ClientCredentialsOpaque;
            let mut user = User::ready(&self.setup.site, workload, number, Arc::default(), None).await?;
            let share = self.bench.options.tokens / workers
                + usize::from(number < self.bench.options.tokens % workers);
            tasks.spawn(async move {
                let mut tokens = Vec::with_capacity(share);
                for _ in 0..share {
                    tokens.push(user.client_credentials().await?);
                }
                Ok::<_, Failure>(tokens)
            });
        }
        let mut pool = Vec::with_capacity(self.bench.options.tokens);
        while let Some(tokens) = tasks.join_next().await {
            pool.extend(tokens.during("making tokens")??);
        }
        Ok(pool)
    }
}

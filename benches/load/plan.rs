//! The order of a run: bare limits, starts, workloads, memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::bare::{self, Bare};
use crate::browser::Browser;
use crate::drive::{Measured, Pace, Run, drive};
use crate::failure::{During as _, Failure, Result};
use crate::goals::{self, Goal, longest_p99};
use crate::options::Options;
use crate::processes::{Process, move_here, resident_bytes};
use crate::report::{self, line, row, word};
use crate::server::{Server, Setup, Site};
use crate::user::User;
use crate::verify::Checks;
use crate::workload::Workload;

/// Starts after the first one; the best of them counts.
const STARTS: usize = 3;

/// The folder of the run; it goes when the run is over.
struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed is left to `cargo clean`.
            let _left = fs::remove_dir_all(&self.path);
        }
    }
}

/// Measures what was asked for; `false` if a figure was refused.
pub fn run(options: &Options) -> Result<bool> {
    check(options)?;
    move_here(&options.generator_core)?;
    let path = options.folder.join(format!("load-{}", std::process::id()));
    fs::create_dir_all(&path).during("making the folder of the run")?;
    let folder = Folder { path, keep: options.keep };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seconds = (options.seconds / 5.0).clamp(0.2, 2.0);
    let mut bare = Bare::default();
    if !options.verify {
        bare = bare::measure(&folder.path, seconds)?;
        bare_http(options, &runtime, &mut bare)?;
        report::bare(&bare)?;
    }
    let mut json = json!({ "bare": report::bare_json(&bare) });
    let mut complete = true;
    if !options.bare_only {
        complete = server(options, &folder.path, &runtime, &bare, &mut json)?;
    }
    if let Some(path) = &options.json {
        fs::write(path, format!("{json:#}\n")).during("writing the JSON")?;
    }
    Ok(complete)
}

fn check(options: &Options) -> Result<()> {
    let wrong = |why: &str| Err(Failure::new(why));
    let longest = 86_400.0;
    if !(0.1..=longest).contains(&options.seconds) || !(0.0..=longest).contains(&options.warmup) {
        return wrong("--seconds is at least 0.1, --warmup at least 0, and neither is longer than a day");
    }
    if !(1..=4_096).contains(&options.users) {
        return wrong("--users is a number from 1 to 4096");
    }
    if options.rate.is_some_and(|rate| !(0.1..=1e7).contains(&rate)) {
        return wrong("--rate is a number of operations per second");
    }
    if !(1..=10_000_000).contains(&options.tokens) {
        return wrong("--tokens is a number from 1 to 10000000");
    }
    if options.server_core_numbers().is_empty() {
        return wrong("--server-cores names no core");
    }
    if options.database.as_deref().is_some_and(|url| !url.starts_with("postgres")) {
        return wrong("--database is a URL that begins with postgres://");
    }
    Ok(())
}

fn bare_http(options: &Options, runtime: &Runtime, bare: &mut Bare) -> Result<()> {
    let site = Site::on_a_free_port()?;
    let itself = std::env::current_exe()?;
    let process = Process::start(&options.server_cores, &itself, |command| {
        command.args(["--bare-http", &site.address.port().to_string()]);
    })?;
    let begun = Instant::now();
    while std::net::TcpStream::connect(site.address).is_err() {
        if begun.elapsed() > Duration::from_secs(5) {
            return Err(Failure::new("the bare server did not start"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    for form in [false, true] {
        let users = (0..options.users).map(|_| User::of_bare_server(&site, form)).collect();
        let run = run_of(options, Pace::Closed, process.id());
        let rate = match runtime.block_on(drive(users, &run)) {
            Ok((_, measured)) => measured.quiet_rate(),
            Err(why) => {
                line(&format!("bare HTTP: refused: {why}"))?;
                0.0
            }
        };
        *(if form { &mut bare.http_form } else { &mut bare.http_static }) = rate;
    }
    Ok(())
}

fn run_of(options: &Options, pace: Pace, process: u32) -> Run {
    Run {
        pace,
        warmup: Duration::from_secs_f64(options.warmup),
        length: Duration::from_secs_f64(options.seconds),
        process,
        cores: options.server_core_numbers(),
    }
}

fn server(
    options: &Options,
    folder: &Path,
    runtime: &Runtime,
    bare: &Bare,
    json: &mut Value,
) -> Result<bool> {
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
    let mut session =
        Session { options, runtime, bare, server, setup, largest: 0, complete: true, json: Vec::new() };
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
    report::head(&["size", "measured", "goal", "met?"])?;
    for (name, measured, goal, met) in [
        ("memory idle", report::megabytes(idle), report::megabytes(goals::MEMORY.0), idle <= goals::MEMORY.0),
        (
            "memory under a load of tokens",
            report::megabytes(largest),
            report::megabytes(goals::MEMORY.1),
            largest <= goals::MEMORY.1,
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
    options: &'a Options,
    runtime: &'a Runtime,
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
        let pace = self.options.rate.map_or(Pace::Closed, Pace::Constant);
        let goal = Goal::of(workload, self.bare);
        let outcome = self.runtime.block_on(self.users(workload)).and_then(|users| self.drive(users, pace));
        let (users, measured) = match outcome {
            Ok(done) => done,
            Err(why) => return self.refuse(workload, &why),
        };
        if workload != Workload::SignIn {
            self.largest = self.largest.max(measured.resident);
        }
        let judged = !self.options.verify && matches!(pace, Pace::Closed);
        report::workload_row(workload, &measured, &goal, judged)?;
        let mut entry = json!({
            "workload": workload.name(), "bare": goal.bare, "of": goal.of,
            "met": goal.is_met(measured.quiet_rate()).filter(|_| judged),
            "measured": report::measured_json(&measured),
        });
        if self.options.half && judged {
            match self.drive(users, Pace::Constant(measured.per_second / 2.0)) {
                Ok((_, half)) => {
                    let longest = longest_p99(workload, self.bare);
                    let met = longest.map(|longest| half.milliseconds(0.99) <= longest);
                    let asked = longest.map_or_else(|| "–".to_owned(), |ms| format!("p99 ≤ {ms:.1} ms"));
                    self.half_row(&half, &asked, met)?;
                    entry["half"] = report::measured_json(&half);
                    entry["half_met"] = json!(met);
                }
                Err(why) => self.refuse(workload, &why)?,
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
        let run = run_of(self.options, pace, self.server.process.id());
        self.runtime.block_on(async {
            let (mut users, measured) = drive(users, &run).await?;
            if self.options.verify {
                for user in &mut users {
                    user.finish().await?;
                }
            }
            Ok((users, measured))
        })
    }

    async fn users(&self, workload: Workload) -> Result<Vec<User>> {
        let site = &self.setup.site;
        let checks = match self.options.verify {
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
        for number in 0..self.options.users {
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
            let share = self.options.tokens / workers + usize::from(number < self.options.tokens % workers);
            tasks.spawn(async move {
                let mut tokens = Vec::with_capacity(share);
                for _ in 0..share {
                    tokens.push(user.client_credentials().await?);
                }
                Ok::<_, Failure>(tokens)
            });
        }
        let mut pool = Vec::with_capacity(self.options.tokens);
        while let Some(tokens) = tasks.join_next().await {
            pool.extend(tokens.during("making tokens")??);
        }
        Ok(pool)
    }
}

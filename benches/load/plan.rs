//! The order of a run: bare limits, starts, workloads, memory.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::bare::{self, Bare};
use crate::drive::{Measured, Pace, Run, drive};
use crate::failure::{During as _, Failure, Result};
use crate::options::Options;
use crate::people;
use crate::processes::{Awake, Process, move_here};
use crate::report;
use crate::server::Site;
use crate::session;
use crate::user::User;

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
    let generator =
        options.generator_core.parse().map_err(|_| Failure::new("--generator-core is one number"))?;
    let _generator_awake = Awake::keep(&[generator])?;
    let bench =
        Bench { options, runtime: &runtime, awake: Arc::new(Awake::keep(&options.server_core_numbers())?) };
    if !options.people.is_empty() {
        let json = people::measure(&bench, &folder.path)?;
        write_json(options, &json)?;
        return Ok(true);
    }
    let mut bare = Bare::default();
    if !options.verify {
        bare = bare::measure(&folder.path, seconds)?;
        bench.bare_http(&mut bare)?;
        report::bare(&bare)?;
    }
    let mut json = json!({ "bare": report::bare_json(&bare) });
    let mut complete = true;
    if !options.bare_only {
        complete = session::measure(&bench, &folder.path, &bare, &mut json)?;
    }
    write_json(options, &json)?;
    Ok(complete)
}

fn write_json(options: &Options, json: &Value) -> Result<()> {
    match &options.json {
        Some(path) => fs::write(path, format!("{json:#}\n")).during("writing the JSON"),
        None => Ok(()),
    }
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
    if options.people.windows(2).any(|pair| matches!(pair, [less, more] if less >= more))
        || options.people.iter().any(|people| !(10_000..=10_000_000).contains(people))
    {
        return wrong("--people is a rising list of numbers from 10000 to 10000000");
    }
    if !(10..=100_000).contains(&options.samples) {
        return wrong("--samples is a number from 10 to 100000");
    }
    if options.server_core_numbers().is_empty() {
        return wrong("--server-cores names no core");
    }
    if options.database.as_deref().is_some_and(|url| !url.starts_with("postgres")) {
        return wrong("--database is a URL that begins with postgres://");
    }
    Ok(())
}

/// What all measurements share.
pub struct Bench<'a> {
    /// What was asked for.
    pub options: &'a Options,
    /// Drives the users.
    pub runtime: &'a Runtime,
    /// Keeps the cores of the server from sleeping.
    awake: Arc<Awake>,
}

impl Bench<'_> {
    /// Lets users work against the process.
    pub fn drive(&self, users: Vec<User>, pace: Pace, process: u32) -> Result<(Vec<User>, Measured)> {
        self.drive_refusing(users, pace, process, !self.options.verify)
    }

    fn drive_refusing(
        &self,
        users: Vec<User>,
        pace: Pace,
        process: u32,
        refuses_tiredness: bool,
    ) -> Result<(Vec<User>, Measured)> {
        let run = Run {
            refuses_tiredness,
            pace,
            warmup: Duration::from_secs_f64(self.options.warmup),
            length: Duration::from_secs_f64(self.options.seconds),
            process,
            cores: self.options.server_core_numbers(),
            awake: Arc::clone(&self.awake),
        };
        self.runtime.block_on(drive(users, &run))
    }

    fn bare_http(&self, bare: &mut Bare) -> Result<()> {
        let site = Site::on_a_free_port()?;
        let itself = std::env::current_exe()?;
        let process = Process::start(&self.options.server_cores, &itself, |command| {
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
            let users = (0..self.options.users).map(|_| User::of_bare_server(&site, form)).collect();
            let (_, measured) = self.drive_refusing(users, Pace::Closed, process.id(), false)?;
            *(if form { &mut bare.http_form } else { &mut bare.http_static }) = measured.per_core_second();
        }
        Ok(())
    }
}

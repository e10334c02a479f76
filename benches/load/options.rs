//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::workload::Workload;

/// Measures Wayhome under load, beside the bare cost of what cannot be avoided.
#[derive(Debug, Parser)]
#[command(name = "load", bin_name = "cargo bench --bench load --")]
pub struct Options {
    /// What to measure; may be repeated. Without it: everything.
    #[arg(long, value_enum)]
    pub workload: Vec<Workload>,
    /// Seconds that are measured, for each workload.
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// Seconds before that, which are not measured.
    #[arg(long, default_value_t = 1.0)]
    pub warmup: f64,
    /// Connections that are kept alive, each with a user who waits for every answer.
    #[arg(long, default_value_t = 16)]
    pub users: usize,
    /// Operations per second that are begun whatever the answers do (constant rate), in place of users who wait.
    #[arg(long)]
    pub rate: Option<f64>,
    /// After each closed-loop run, a run at half of the rate that it reached, for the latency.
    #[arg(long)]
    pub half: bool,
    /// Checks every signature against the JWKS, every rotation, and that spent tokens are dead. Rates are not judged.
    #[arg(long)]
    pub verify: bool,
    /// Only the bare limits.
    #[arg(long)]
    pub bare_only: bool,
    /// Live tokens among which introspection looks.
    #[arg(long, default_value_t = 100_000)]
    pub tokens: usize,
    /// In place of the workloads: what a person costs among so many people. Several numbers, each larger than the one
    /// before, are measured one after the other as people are imported into the same database.
    #[arg(long, value_delimiter = ',', value_name = "NUMBER")]
    pub people: Vec<usize>,
    /// How often each operation is done among people.
    #[arg(long, default_value_t = 500)]
    pub samples: usize,
    /// `postgres://…`: an empty database to use in place of SQLite.
    #[arg(long)]
    pub database: Option<String>,
    /// Another binary to measure.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_wayhome"))]
    pub binary: PathBuf,
    /// Where the database of the run is put; it must be a disk for the figures to mean anything.
    #[arg(long, default_value = env!("CARGO_TARGET_TMPDIR"))]
    pub folder: PathBuf,
    /// The cores of the server, as `taskset -c` reads them.
    #[arg(long, default_value = "0")]
    pub server_cores: String,
    /// The core of the generator.
    #[arg(long, default_value = "1")]
    pub generator_core: String,
    /// What the server logs (`server.log`).
    #[arg(long, default_value = "info")]
    pub log: String,
    /// Also writes the figures there, as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Keeps the folder of the run, with the log of the server.
    #[arg(long)]
    pub keep: bool,
    /// Serves bare answers on this port; the harness starts itself like that.
    #[arg(long, hide = true)]
    pub bare_http: Option<u16>,
    /// The size of the bare answer.
    #[arg(long, hide = true, default_value_t = 2_000)]
    pub bytes: usize,
    /// Keeps a core busy; the harness starts itself like that.
    #[arg(long, hide = true)]
    pub keep_awake: bool,
    /// Cargo says so to each benchmark.
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Options {
    /// The workloads that were asked for, in the order of the table.
    pub fn workloads(&self) -> Vec<Workload> {
        Workload::ALL
            .into_iter()
            .filter(|workload| self.workload.is_empty() || self.workload.contains(workload))
            .collect()
    }

    /// How many cores the server has: `0` is one, `0,1` are two, `0-1` too.
    pub fn server_core_numbers(&self) -> Vec<usize> {
        let mut cores = Vec::new();
        for part in self.server_cores.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            if let (Ok(first), Ok(last)) = (first.trim().parse::<usize>(), last.trim().parse::<usize>()) {
                cores.extend(first..=last.min(first + 1023));
            }
        }
        cores
    }
}

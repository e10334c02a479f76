//! The load harness: Wayhome under load, beside the bare cost of what cannot be avoided, measured in the same run.
//!
//! `cargo bench --bench load -- --help`; what each row means stands in `docs/benchmarks.md`. It starts the release
//! binary on one core and drives it from another one. A run with an error, or with a tired generator, gives no
//! figure.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark reads the machine's clock; nothing here serves people"
)]

mod bare;
mod bare_http;
mod browser;
mod drive;
mod failure;
mod goals;
mod http;
mod measure;
mod options;
mod people;
mod plan;
mod processes;
mod report;
mod server;
mod session;
mod user;
mod verify;
mod workload;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use options::Options;

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(port) = options.bare_http {
        return ended(bare_http::serve(port, options.bytes));
    }
    if options.keep_awake {
        processes::stay_awake();
        return ExitCode::SUCCESS;
    }
    ended(plan::run(&options))
}

fn ended(outcome: failure::Result<bool>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            let _unheard = writeln!(std::io::stderr(), "load: {why}");
            ExitCode::FAILURE
        }
    }
}

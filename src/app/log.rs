//! The log: text for people, or one JSON object on each line for machines, always on standard error.

mod json;
mod writer;

use std::fmt;
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;

use json::JsonLines;
pub use writer::Log;

use super::StartError;
use crate::clock::{Clock, SystemClock};
use crate::config::{Fault, Settings};

/// What the server library tells of its threads is for those who ask for it.
const QUIET: &str = "actix_server=warn";

/// When standard error takes lines again after a while.
const LOST: &str = "lines of the log were refused, and are lost";

/// Starts the log of this process, which is written to its end when the answer is dropped; a second start changes
/// nothing.
pub fn start(settings: &Settings) -> Result<Log, StartError> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.log)).map_err(|why| {
        StartError::configuration(Fault::error("server.log", format!("`{}`: {why}", settings.log)))
    })?;
    let as_json = settings.log_json;
    let lost = move |lines| if as_json { json::lost(lines) } else { format!("{LOST}: {lines}\n") };
    let log = Log::start(std::io::stderr(), lost)
        .map_err(|why| StartError::Refused(format!("the log does not start: {why}")))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(log.lines());
    std::panic::set_hook(Box::new(report_panic));
    // Whoever started a log before, in a test, keeps it.
    let _started_before = if as_json {
        lines.event_format(JsonLines).try_init()
    } else {
        let plain = std::env::var_os("NO_COLOR").is_some() || !std::io::stderr().is_terminal();
        lines.with_timer(Stamp).with_target(false).with_ansi(!plain).try_init()
    };
    Ok(log)
}

/// A panic is a line like any other, and the request or chore that it happened in ends alone.
fn report_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let what = panic.payload_as_str().unwrap_or("no reason was given");
    tracing::error!(place, "panic: {what}");
}

/// The time of a line of text.
struct Stamp;

impl tracing_subscriber::fmt::time::FormatTime for Stamp {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        w.write_str(&SystemClock.now().rfc3339())
    }
}

//! The log: text for people, or one JSON object on each line for machines, always on standard error.

use std::fmt;
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::StartError;
use crate::clock::{Clock, SystemClock};
use crate::config::{Fault, Settings};

/// What the server library tells of its threads is for those who ask for it.
const QUIET: &str = "actix_server=warn";

/// Starts the log of this process; a second start changes nothing.
pub fn start(settings: &Settings) -> Result<(), StartError> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.log)).map_err(|why| {
        StartError::configuration(Fault::error("server.log", format!("`{}`: {why}", settings.log)))
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    std::panic::set_hook(Box::new(report_panic));
    // Whoever started a log before, in a test, keeps it.
    let _started_before = if settings.log_json {
        lines.event_format(JsonLines).try_init()
    } else {
        let plain = std::env::var_os("NO_COLOR").is_some() || !std::io::stderr().is_terminal();
        lines.with_timer(Stamp).with_target(false).with_ansi(!plain).try_init()
    };
    Ok(())
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

/// One object on each line: `ts`, `level`, `msg`, and the fields beside them.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let meta = event.metadata();
        let level = meta.level().as_str().to_ascii_lowercase();
        let line = line(&SystemClock.now().rfc3339(), &level, meta.target(), |fields| event.record(fields));
        writeln!(writer, "{line}")
    }
}

fn line(ts: &str, level: &str, target: &str, record: impl FnOnce(&mut Fields)) -> String {
    let mut fields = Fields(Vec::new());
    for (name, value) in [("ts", ts), ("level", level), ("msg", ""), ("target", target)] {
        fields.put(name, value.into());
    }
    record(&mut fields);
    let members: Vec<String> =
        fields.0.into_iter().map(|(name, value)| format!("{}:{value}", Value::from(name))).collect();
    format!("{{{}}}", members.join(","))
}

/// In the order in which they came; of two with one name the later one counts.
struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    fn put(&mut self, name: &'static str, value: Value) {
        let name = if name == "message" { "msg" } else { name };
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put(field.name(), value.to_string().into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_e05_a_line_of_json_is_one_line_whatever_it_tells() {
        let line = line("2026-11-24T00:00:00.000000Z", "info", "wayhome::web", |fields| {
            fields.put("message", "two\nlines \"quoted\"".into());
            fields.put("status", 200.into());
        });
        assert!(!line.contains('\n'), "{line}");
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["msg"], "two\nlines \"quoted\"");
        assert_eq!(read["status"], 200);
        assert_eq!(read["level"], "info");
        assert!(line.starts_with(r#"{"ts":"2026-11-24T"#), "{line}");
    }
}

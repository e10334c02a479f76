//! The log: text for people, or one JSON object on each line for machines, always on standard error.

use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;

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
        let mut line = Line::begin(&SystemClock.now().rfc3339(), meta.level().as_str(), meta.target());
        event.record(&mut line);
        writeln!(writer, "{}", line.end())
    }
}

/// An object that is written while it is visited: each request has a line, so nothing is kept in between.
struct Line(String);

impl Line {
    fn begin(ts: &str, level: &str, target: &str) -> Self {
        let mut line = Self(String::with_capacity(400));
        line.text("ts", ts);
        line.text("level", &level.to_ascii_lowercase());
        line.text("target", target);
        line
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }

    fn name(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.string(if name == "message" { "msg" } else { name });
        self.0.push(':');
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
    }

    /// As JSON (RFC 8259 7).
    fn string(&mut self, text: &str) {
        self.0.push('"');
        let mut plain_from = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= b' ' && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.0.push_str(&text[plain_from..at]);
            let _never_fails = match byte {
                b'"' | b'\\' => write!(self.0, "\\{}", char::from(byte)),
                _ => write!(self.0, "\\u{byte:04x}"),
            };
            plain_from = at + 1;
        }
        self.0.push_str(&text[plain_from..]);
        self.0.push('"');
    }

    fn bare(&mut self, name: &str, value: impl fmt::Display) {
        self.name(name);
        let _never_fails = write!(self.0, "{value}");
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no word for what is no number.
        if value.is_finite() { self.bare(field.name(), value) } else { self.bare(field.name(), "null") }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.text(field.name(), &value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn sec_e05_a_line_of_json_is_one_line_whatever_it_tells() {
        let mut line = Line::begin("2026-11-24T00:00:00.000000Z", "INFO", "wayhome::web");
        let said = "two\nlines \"quoted\" \\ \u{1} \u{7f} größer";
        line.text("message", said);
        line.bare("status", 200);
        line.bare("duration_ms", 0.5);
        let line = line.end();
        assert!(!line.contains('\n'), "{line}");
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["msg"], said);
        assert_eq!((&read["status"], &read["duration_ms"]), (&200.into(), &0.5.into()));
        assert_eq!(read["level"], "info");
        assert!(line.starts_with(r#"{"ts":"2026-11-24"#), "{line}");
    }
}

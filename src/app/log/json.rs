//! A line of the log as one JSON object: `ts`, `level`, `msg`, and the fields beside them.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::clock::{Clock, SystemClock};

/// One object on each line.
pub(super) struct JsonLines;

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

/// The line about lines that are lost.
pub(super) fn lost(lines: usize) -> String {
    let mut line = Line::begin(&SystemClock.now().rfc3339(), "WARN", module_path!());
    line.text("message", super::LOST);
    line.bare("lines", lines);
    line.end() + "\n"
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
        // Names stand in this program's source, and none needs to be escaped.
        self.0.push('"');
        self.0.push_str(if name == "message" { "msg" } else { name });
        self.0.push_str("\":");
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
    }

    /// As JSON (RFC 8259 7).
    fn string(&mut self, text: &str) {
        self.0.push('"');
        self.escaped(text);
        self.0.push('"');
    }

    fn escaped(&mut self, text: &str) {
        // Nearly every text is plain, and to find that out without stopping at a byte takes many bytes at once.
        if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
            self.0.push_str(text);
            return;
        }
        let mut plain_from = 0;
        for (at, byte) in text.bytes().enumerate() {
            if is_plain(byte) {
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
    }

    fn bare(&mut self, name: &str, value: impl fmt::Display) {
        self.name(name);
        let _never_fails = write!(self.0, "{value}");
    }
}

/// Whether a byte stands in a string of JSON for itself.
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

/// Between the quotation marks of a line's string.
struct Inside<'a>(&'a mut Line);

impl fmt::Write for Inside<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escaped(text);
        Ok(())
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.name(field.name());
        self.0.push('"');
        let _never_fails = write!(Inside(self), "{value:?}");
        self.0.push('"');
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

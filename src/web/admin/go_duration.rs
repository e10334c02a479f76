//! Durations as Ory's APIs write them: Go's `1h30m`.

use std::time::Duration;

/// Reads `1h30m`, `90s`, `500ms`; `None` for anything else.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let nanos: u64 = match &rest[..letters] {
            "ns" => 1,
            "us" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        rest = &rest[letters..];
        sum = sum.checked_add(Duration::from_nanos(number.checked_mul(nanos)?))?;
    }
    (!text.is_empty()).then_some(sum)
}

/// Writes whole seconds: `1h30m0s`.
pub(super) fn text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_as_go_reads_it() {
        for (text, millis) in [("1h", 3_600_000), ("1h30m", 5_400_000), ("90s", 90_000), ("500ms", 500)] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "1", "h", "1d", "-1h", "1.5h", "1 h", "1h ", "99999999999h", "1é"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_duration_is_written_as_go_writes_it() {
        for (seconds, written) in [(0, "0s"), (90, "1m30s"), (3_600, "1h0m0s"), (86_400, "24h0m0s")] {
            assert_eq!(text(Duration::from_secs(seconds)), written);
        }
    }
}

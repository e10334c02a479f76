//! The tables and the JSON.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::bare::Bare;
use crate::drive::Measured;
use crate::failure::{Failure, Result};
use crate::goals::{Goal, Target, judged_rate};
use crate::workload::Workload;

/// A line of a Markdown table, or any line of text.
pub fn line(text: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").map_err(Failure::from)
}

/// The head of a table.
pub fn head(names: &[&str]) -> Result<()> {
    line(&format!("\n| {} |", names.join(" | ")))?;
    line(&format!("|{}", "---|".repeat(names.len())))
}

/// A row of a table.
pub fn row(cells: &[String]) -> Result<()> {
    line(&format!("| {} |", cells.join(" | ")))
}

/// Whether a goal was met, in a word.
pub fn word(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "–",
    }
}

/// A number per second, with as many digits as say something.
pub fn rate(number: f64) -> String {
    match number {
        _ if number <= 0.0 => "–".to_owned(),
        _ if number < 1_000.0 => format!("{number:.1}"),
        _ => thousands(number),
    }
}

fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share in percent.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Bytes, in millions.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// The bare limits.
pub fn bare(bare: &Bare) -> Result<()> {
    head(&["bare limit, one core", "per second"])?;
    for (name, number) in limits(bare) {
        row(&[name.to_owned(), rate(number)])?;
    }
    Ok(())
}

/// The bare limits as JSON.
pub fn bare_json(bare: &Bare) -> Value {
    limits(bare)
        .into_iter()
        .map(|(name, number)| (name.to_owned(), json!(number)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn limits(bare: &Bare) -> Vec<(&'static str, f64)> {
    vec![
        ("RSA-2048 sign", bare.rsa_sign),
        ("P-256 sign", bare.p256_sign),
        ("Ed25519 sign", bare.ed25519_sign),
        ("RS256 verify (decode and validate)", bare.rsa_verify),
        ("ES256 verify (decode and validate)", bare.p256_verify),
        ("EdDSA verify (decode and validate)", bare.ed25519_verify),
        ("Argon2id 19 MiB t2 p1, fresh memory", bare.argon2_fresh),
        ("Argon2id 19 MiB t2 p1, worker", bare.argon2),
        ("SQLite WAL FULL, rows, 1 to a commit", bare.commit_1),
        ("SQLite WAL FULL, rows, 16 to a commit", bare.commit_16),
        ("SQLite WAL FULL, rows, 64 to a commit", bare.commit_64),
        ("the same through the store, 64 waiting", bare.store_64),
        ("SQLite WAL FULL, rotations, 16 to a commit", bare.rotation_16),
        ("actix-web, static JSON", bare.http_static),
        ("actix-web, POST of a form", bare.http_form),
    ]
}

/// The head of the table of workloads.
pub fn workloads_head() -> Result<()> {
    head(&[
        "workload",
        "ops/s",
        "judged",
        "bare",
        "what that is",
        "share",
        "goal",
        "met?",
        "p50 ms",
        "p99 ms",
        "max ms",
        "server",
        "others",
        "generator",
        "memory",
    ])
}

/// One workload.
pub fn workload_row(workload: Workload, measured: &Measured, goal: &Goal, judged: bool) -> Result<()> {
    let judged_rate = judged_rate(workload, measured);
    row(&[
        workload.name(),
        rate(measured.per_second),
        rate(judged_rate),
        rate(goal.bare),
        goal.of.to_owned(),
        if goal.bare > 0.0 { percent(judged_rate / goal.bare) } else { "–".to_owned() },
        target(goal),
        word(goal.is_met(judged_rate).filter(|_| judged && goal.bare > 0.0)).to_owned(),
        format!("{:.2}", measured.milliseconds(0.5)),
        format!("{:.2}", measured.milliseconds(0.99)),
        format!("{:.2}", measured.milliseconds(1.0)),
        percent(measured.server),
        percent(measured.others),
        percent(measured.generator),
        megabytes(measured.resident),
    ])
}

fn target(goal: &Goal) -> String {
    match goal.target {
        Target::Share(share) => format!("≥ {}", percent(share)),
        Target::PerSecond(asked) => format!("≥ {}/s", rate(asked)),
        Target::Nothing => "–".to_owned(),
    }
}

/// One run as JSON.
pub fn measured_json(measured: &Measured) -> Value {
    json!({
        "per_second": measured.per_second,
        "per_second_of_free_core": measured.quiet_rate(),
        "per_core_second": measured.per_core_second(),
        "p50_ms": measured.milliseconds(0.5),
        "p99_ms": measured.milliseconds(0.99),
        "max_ms": measured.milliseconds(1.0),
        "server_core_share": measured.server,
        "others_core_share": measured.others,
        "generator_core_share": measured.generator,
        "resident_bytes": measured.resident,
    })
}

//! The goals, and the bare limit that each workload is held against.

use crate::bare::Bare;
use crate::drive::Measured;
use crate::workload::Workload;

/// How good is good enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// This share of the bare limit.
    Share(f64),
    /// So many per second, on the machine of the goals.
    PerSecond(f64),
    /// Nothing is asked.
    Nothing,
}

/// What a workload is held against.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// The bare limit per second.
    pub bare: f64,
    /// What that is.
    pub of: &'static str,
    /// What is asked.
    pub target: Target,
}

impl Goal {
    /// The goal of a workload.
    pub fn of(workload: Workload, bare: &Bare) -> Self {
        use Target::{Nothing, PerSecond, Share};
        let together = |costs: &[(f64, f64)]| {
            let seconds: f64 = costs.iter().map(|(times, rate)| times / rate).sum();
            if seconds.is_finite() && seconds > 0.0 { 1.0 / seconds } else { 0.0 }
        };
        let (bare, of, target) = match workload {
            Workload::Discovery => (bare.http_static, "actix, static JSON", Share(0.75)),
            Workload::ClientCredentialsRs256 => (bare.rsa_sign, "RSA sign", Share(0.80)),
            Workload::ClientCredentialsEs256 => (bare.p256_sign, "P-256 sign", Share(0.40)),
            Workload::ClientCredentialsEddsa => (bare.ed25519_sign, "Ed25519 sign", Share(0.30)),
            Workload::ClientCredentialsOpaque => (bare.commit_64, "rows, 64 to a commit", Share(0.25)),
            Workload::CodeEs256 => (
                together(&[(2.0, bare.p256_sign), (5.0, bare.commit_16), (2.0, bare.http_form)]),
                "2 P-256 + 5 rows + 2 requests",
                PerSecond(3_000.0),
            ),
            Workload::CodeEddsa => (
                together(&[(2.0, bare.ed25519_sign), (5.0, bare.commit_16), (2.0, bare.http_form)]),
                "2 Ed25519 + 5 rows + 2 requests",
                PerSecond(3_000.0),
            ),
            Workload::CodeRs256 => (bare.rsa_sign / 2.0, "2 RSA sign", Share(0.55)),
            Workload::RefreshEs256 => (
                together(&[(2.0, bare.p256_sign), (1.0, bare.rotation_16), (1.0, bare.http_form)]),
                "2 P-256 + rotation + 1 request",
                PerSecond(6_000.0),
            ),
            Workload::RefreshEddsa => (
                together(&[(2.0, bare.ed25519_sign), (1.0, bare.rotation_16), (1.0, bare.http_form)]),
                "2 Ed25519 + rotation + 1 request",
                PerSecond(6_000.0),
            ),
            Workload::RefreshRs256 => (bare.rsa_sign / 2.0, "2 RSA sign", Share(0.65)),
            Workload::Introspection => (bare.http_form, "actix, form", PerSecond(40_000.0)),
            Workload::IntrospectionJwt => (bare.p256_verify, "ES256 verify", Nothing),
            Workload::Userinfo => (bare.p256_verify, "ES256 verify", Share(0.60)),
            Workload::SignIn => {
                (together(&[(1.0, bare.argon2), (2.0, bare.p256_sign)]), "Argon2id + 2 P-256", Share(0.95))
            }
        };
        Self { bare, of, target }
    }

    /// Whether the goal is met.
    pub fn is_met(&self, rate: f64) -> Option<bool> {
        match self.target {
            Target::Share(share) => Some(rate >= share * self.bare),
            Target::PerSecond(asked) => Some(rate >= asked),
            Target::Nothing => None,
        }
    }
}

/// The rate that is held against the goal. What writes waits for the disk, so it is judged by the time that the core
/// was free for the server; what only computes, by the time that the server computed, which a busy machine does not
/// change.
pub fn judged_rate(workload: Workload, measured: &Measured) -> f64 {
    match workload {
        Workload::ClientCredentialsOpaque
        | Workload::CodeEs256
        | Workload::CodeRs256
        | Workload::CodeEddsa
        | Workload::RefreshEs256
        | Workload::RefreshRs256
        | Workload::RefreshEddsa => measured.quiet_rate(),
        _ => measured.per_core_second(),
    }
}

/// The longest p99 at half of saturation, in milliseconds: 5, and two syncs where something is written.
pub fn longest_p99(workload: Workload, bare: &Bare) -> Option<f64> {
    match workload {
        Workload::SignIn => None,
        Workload::CodeEs256
        | Workload::CodeRs256
        | Workload::CodeEddsa
        | Workload::RefreshEs256
        | Workload::RefreshRs256
        | Workload::RefreshEddsa => Some(5.0 + 2_000.0 / bare.commit_1.max(1.0)),
        _ => Some(5.0),
    }
}

/// Bytes of memory at rest, and under a load of tokens without the memory of hashes.
const MEMORY: (u64, u64) = (20_000_000, 64_000_000);

/// Bytes of memory of one hash: 19 MiB of Argon2id. A worker keeps them for the next hash.
const HASH: u64 = 19 << 20;

/// The most memory at rest, where nobody has signed in yet, in bytes.
pub const fn memory_idle() -> u64 {
    MEMORY.0
}

/// The most memory under a load of tokens of people who have signed in: what the goal allows each hash worker comes on
/// top. A server has a core less of these than it has cores, and one at least (architecture decision 25).
pub fn memory_loaded(cores: usize) -> u64 {
    let workers = u64::try_from(cores.saturating_sub(1).max(1)).unwrap_or(1);
    MEMORY.1 + workers * HASH
}

/// Milliseconds of a start, the first one and a later one.
pub const START: (f64, f64) = (500.0, 50.0);

/// Bytes of the binary.
pub const BINARY: u64 = 25_000_000;

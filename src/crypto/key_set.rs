//! The keys of the server, as they were last read: one of each algorithm signs, all of them verify.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use super::{SignatureAlgorithm, SigningKey, VerifyingKey};
use crate::model::Instant;

/// The keys of the server.
pub struct SigningKeys {
    active: Vec<Arc<SigningKey>>,
    published: Vec<VerifyingKey>,
    read_at: AtomicI64,
}

impl SigningKeys {
    /// Keys that sign, the first of each algorithm, and are all that is published.
    pub fn new(keys: Vec<SigningKey>) -> Self {
        let published = keys.iter().map(|key| key.public().clone()).collect();
        Self::published(keys, published, Instant::from_micros(0))
    }

    /// Keys that sign among those that are published, as they were read at `now`.
    pub fn published(active: Vec<SigningKey>, published: Vec<VerifyingKey>, now: Instant) -> Self {
        let active = active.into_iter().map(Arc::new).collect();
        Self { active, published, read_at: AtomicI64::new(now.micros()) }
    }

    /// The key that signs with this algorithm.
    pub fn active(&self, algorithm: SignatureAlgorithm) -> Option<&Arc<SigningKey>> {
        self.active.iter().find(|key| key.algorithm() == algorithm)
    }

    /// The published key of this id.
    pub fn find(&self, kid: &str) -> Option<&VerifyingKey> {
        self.published.iter().find(|key| key.kid() == kid)
    }

    /// All that are published.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.published.iter()
    }

    /// Whether these are the published keys, by their ids, and those that sign among them.
    pub fn are(&self, others: &[(&str, bool)]) -> bool {
        let signs = |kid: &str| self.active.iter().any(|key| key.kid() == kid);
        self.iter().map(|key| (key.kid(), signs(key.kid()))).eq(others.iter().copied())
    }

    /// When they were last read.
    pub fn read_at(&self) -> Instant {
        Instant::from_micros(self.read_at.load(Ordering::Relaxed))
    }

    /// They were read again at `now`, and were the same.
    pub fn confirm(&self, now: Instant) {
        self.read_at.store(now.micros(), Ordering::Relaxed);
    }

    /// The JWK Set (RFC 7517 5), public members only.
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.iter().map(VerifyingKey::jwk).collect::<Vec<_>>() })
    }
}

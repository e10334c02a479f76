//! The only source of chance.

use std::sync::Mutex;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// Gives bytes that nobody can guess (or, in tests, bytes that follow from a seed).
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// A fresh random UUID (version 4): Ory's UIs refuse versions above 5.
    fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A fresh UUID of this version whose order is that of time (`micros` since 1970), to the millisecond: rows that come
    /// together then stand together in an index, and a commit touches few pages. It tells its time, and 74 of its bits
    /// are chance.
    fn uuid_at(&self, micros: i64) -> Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        let [_, _, time @ ..] = micros.div_euclid(1_000).to_be_bytes();
        bytes[..6].copy_from_slice(&time);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// 32 random bytes.
    fn bytes32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }

    /// A number from `0` to `limit - 1`, each equally likely. `limit` must not be zero.
    fn below(&self, limit: u64) -> u64 {
        // Rejection keeps the numbers even: values from the incomplete last range are drawn again.
        let zone = u64::MAX - u64::MAX % limit;
        loop {
            let mut bytes = [0; 8];
            self.fill(&mut bytes);
            let drawn = u64::from_le_bytes(bytes);
            if drawn < zone {
                return drawn % limit;
            }
        }
    }
}

/// The operating system's chance, stretched by a generator of each thread.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[allow(clippy::disallowed_methods, reason = "this is the one place that draws real chance")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// Chance that follows from a seed, for tests that must be repeatable. Never for a server.
#[derive(Debug)]
pub struct SeededRandom(Mutex<StdRng>);

impl SeededRandom {
    /// The sequence of `seed`.
    pub fn from_seed(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_time_and_are_version_4() {
        let random = SeededRandom::from_seed(1);
        let keys: Vec<Uuid> = [0, 1_000, 1_795_670_973_123_456, 1_795_670_973_124_456]
            .map(|micros| random.uuid_at(micros))
            .to_vec();
        assert!(keys.is_sorted(), "{keys:?}");
        assert!(keys.iter().all(|key| key.get_version_num() == 4), "{keys:?}");
        let now = 1_795_670_973_123_456;
        assert_ne!(random.uuid_at(now), random.uuid_at(now), "two of one instant");
    }
}

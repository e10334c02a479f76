//! How much one network address may ask for, or may do wrong as one client: a bucket each that fills again with time. It
//! forgets; nothing is stored.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::crypto::sha256;
use crate::model::{Instant, MICROS_PER_SECOND};

/// The most addresses that are remembered; then those with full buckets go, and if that is not enough, the oldest.
const MOST: usize = 65_536;

/// Buckets of tokens by address: an IPv4 address, or the /64 of an IPv6 address.
pub struct Limiter {
    per_minute: u32,
    buckets: Mutex<HashMap<u64, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    /// Millionths of a request.
    tokens: i64,
    at: Instant,
}

impl Limiter {
    /// A bucket holds as many requests as come in a minute; 0 is no limit.
    pub fn per_minute(per_minute: u32) -> Self {
        Self { per_minute, buckets: Mutex::new(HashMap::new()) }
    }

    /// How long to wait until there is one; `None` if there is one now.
    pub fn wait(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        self.wait_at(network(address), now)
    }

    /// Takes one. `Err` is how long to wait until there is one.
    pub fn take(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        self.take_at(network(address), now)
    }

    /// How long to wait for the bucket that a network has for this name.
    pub fn wait_as(&self, address: IpAddr, name: &str, now: Instant) -> Option<Duration> {
        if self.per_minute == 0 { None } else { self.wait_at(network_as(address, name), now) }
    }

    /// Takes one from the bucket that a network has for this name.
    pub fn take_as(&self, address: IpAddr, name: &str, now: Instant) -> Result<(), Duration> {
        if self.per_minute == 0 { Ok(()) } else { self.take_at(network_as(address, name), now) }
    }

    fn wait_at(&self, key: u64, now: Instant) -> Option<Duration> {
        if self.per_minute == 0 {
            return None;
        }
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.get(&key)?;
        self.missing(self.filled(*bucket, now))
    }

    fn take_at(&self, key: u64, now: Instant) -> Result<(), Duration> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let full = i64::from(self.per_minute) * MICROS_PER_SECOND;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < full);
            evict_oldest(&mut buckets);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: full, at: now });
        let tokens = self.filled(*bucket, now);
        if let Some(wait) = self.missing(tokens) {
            return Err(wait);
        }
        *bucket = Bucket { tokens: tokens - MICROS_PER_SECOND, at: now };
        Ok(())
    }

    /// How long it takes until these tokens are one.
    fn missing(&self, tokens: i64) -> Option<Duration> {
        let missing = u64::try_from(MICROS_PER_SECOND - tokens).ok().filter(|missing| *missing > 0)?;
        Some(Duration::from_micros(missing * 60 / u64::from(self.per_minute)))
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> i64 {
        let full = i64::from(self.per_minute) * MICROS_PER_SECOND;
        let micros = i64::try_from(now.since(bucket.at).as_micros()).unwrap_or(i64::MAX);
        bucket.tokens.saturating_add(micros.saturating_mul(i64::from(self.per_minute)) / 60).min(full)
    }
}

/// If there are still too many, those that asked last stay: whoever floods the memory is not forgiven by it.
fn evict_oldest(buckets: &mut HashMap<u64, Bucket>) {
    if buckets.len() < MOST {
        return;
    }
    let mut ages: Vec<Instant> = buckets.values().map(|bucket| bucket.at).collect();
    let (_, &mut edge, _) = ages.select_nth_unstable(MOST / 4);
    buckets.retain(|_, bucket| bucket.at > edge);
    if buckets.len() >= MOST {
        // All of one instant.
        buckets.clear();
    }
}

/// Whoever has one address of a /64 has them all.
fn network(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(four) => u64::from(u32::from(four)),
        // The first bit of every address that is routed is set or followed by others: no IPv4 address collides.
        IpAddr::V6(six) => u64::try_from(u128::from(six) >> 64).unwrap_or(0) | 1 << 63,
    }
}

/// The same for a name, which is one of few that exist here: nobody can make up names whose digests meet.
fn network_as(address: IpAddr, name: &str) -> u64 {
    let digest = sha256(&[&network(address).to_be_bytes(), name.as_bytes()].concat());
    digest.first_chunk::<8>().copied().map_or(0, u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_fills_again_and_belongs_to_one_network() {
        let limiter = Limiter::per_minute(2);
        let now = Instant::from_seconds(1_000);
        let (ann, bob) = ("203.0.113.7".parse().unwrap(), "2001:db8:0:1::9".parse().unwrap());
        assert_eq!([limiter.take(ann, now), limiter.take(ann, now)], [Ok(()), Ok(())]);
        assert_eq!(limiter.take(ann, now), Err(Duration::from_secs(30)));
        assert_eq!(limiter.take(bob, now), Ok(()));
        assert_eq!(limiter.take("2001:db8:0:1:ffff::1".parse().unwrap(), now), Ok(()));
        assert!(limiter.take(bob, now).is_err());
        assert_eq!(limiter.take(ann, now + Duration::from_secs(30)), Ok(()));
        assert!(Limiter::per_minute(0).take(ann, now).is_ok());
    }

    #[test]
    fn a_network_has_a_bucket_of_its_own_for_each_name() {
        let limiter = Limiter::per_minute(1);
        let now = Instant::from_seconds(1_000);
        let (ann, bob) = ("203.0.113.7".parse().unwrap(), "203.0.113.8".parse().unwrap());
        assert_eq!(limiter.wait_as(ann, "spa", now), None);
        assert!(limiter.take_as(ann, "spa", now).is_ok());
        assert_eq!(limiter.wait_as(ann, "spa", now), Some(Duration::from_secs(60)));
        assert!(limiter.take_as(ann, "spa", now).is_err());
        assert!(limiter.take_as(ann, "shop", now).is_ok() && limiter.take_as(bob, "spa", now).is_ok());
    }

    #[test]
    fn sec_b07_the_memory_of_addresses_is_bounded() {
        let limiter = Limiter::per_minute(1);
        let now = Instant::from_seconds(1_000);
        for n in 0..200_000u32 {
            let _any = limiter.take(IpAddr::from(n.to_be_bytes()), now);
        }
        assert!(limiter.buckets.lock().unwrap().len() <= MOST);
    }

    #[test]
    fn sec_b07_a_flood_of_addresses_drives_out_the_oldest_and_not_who_asked_just_now() {
        let limiter = Limiter::per_minute(1);
        let begin = Instant::from_seconds(1_000);
        let at = |n: u32| begin + Duration::from_micros(u64::from(n));
        for n in 0..200_000u32 {
            assert!(limiter.take(IpAddr::from(n.to_be_bytes()), at(n)).is_ok());
        }
        let last = 199_999_u32;
        assert!(limiter.take(IpAddr::from(last.to_be_bytes()), at(last)).is_err());
        assert!(limiter.take(IpAddr::from(0_u32.to_be_bytes()), at(last)).is_ok());
        let many = limiter.buckets.lock().unwrap().len();
        assert!(many > MOST / 4 && many <= MOST, "{many}");
    }
}

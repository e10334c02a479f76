//! Argon2id on threads of its own, behind a bounded queue: a flood of sign-ins slows sign-ins, and nothing else.

mod foreign;

use std::fmt;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

use crate::clock::Clock;
use crate::random::Random;
use foreign::Foreign;

/// A password longer than this is refused before it is hashed.
const MAX_BYTES: usize = 1024;

/// How long a job may wait for a worker; then the answer is 503.
const PATIENCE: Duration = Duration::from_secs(2);

const SALT_LENGTH: usize = 16;
const TAG_LENGTH: usize = 32;

/// A password as it was typed, normalised (NFKC), erased when dropped; the empty one by default.
#[derive(Clone, Default)]
pub struct PlainPassword {
    normal: Zeroizing<String>,
    /// As it was typed, if that differs: other systems have hashed it so.
    typed: Option<Zeroizing<String>>,
}

impl PlainPassword {
    /// Takes in what was typed; `None` if that has more than 1,024 bytes.
    pub fn new(typed: &str) -> Option<Self> {
        if typed.len() > MAX_BYTES {
            return None;
        }
        let normal = Zeroizing::new(typed.nfkc().collect::<String>());
        let typed = (*normal != typed).then(|| Zeroizing::new(typed.to_owned()));
        (normal.len() <= MAX_BYTES).then_some(Self { normal, typed })
    }

    /// The password, for the rules about good passwords.
    pub fn expose(&self) -> &str {
        &self.normal
    }

    /// How many characters (code points) it has.
    pub fn characters(&self) -> usize {
        self.normal.chars().count()
    }
}

impl fmt::Debug for PlainPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A hash in PHC text form (`$argon2id$v=19$m=…`), or in a form of another system that it was imported from.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes in a stored hash; it is checked when it is used.
    pub fn from_phc(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Takes in a hash that was made elsewhere, with costs that sign-in can bear (G11): Argon2id, or one of the forms that
    /// Ory Kratos reads, which the next sign-in replaces.
    pub fn import(text: &str) -> Result<Self, HashError> {
        let Some((costs, salt, _tag)) = parse(text) else {
            Foreign::read(text)?;
            return Ok(Self(text.to_owned()));
        };
        if !(8..=64).contains(&salt.len()) {
            return Err(HashError::Unusable("the salt has not 8 to 64 bytes"));
        }
        if !IMPORTED.covers(costs) {
            return Err(HashError::Unusable("it costs more than 256 MiB, 10 passes or 16 lanes"));
        }
        costs.argon2()?;
        Ok(Self(text.to_owned()))
    }

    /// The PHC text, to be sealed and stored.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for PasswordHash {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What comparing a password with a hash gave.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is the password.
    pub matches: bool,
    /// Whether the hash was made with other costs than today's and should be replaced.
    pub rehash: bool,
}

/// Why there is no hash and no verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HashError {
    /// Too many wait already.
    Overloaded {
        /// When to try again.
        retry_after: Duration,
    },
    /// The costs or a stored hash cannot be used.
    Unusable(&'static str),
}

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overloaded { .. } => f.write_str("too many passwords wait to be hashed"),
            Self::Unusable(why) => write!(f, "password hashing: {why}"),
        }
    }
}

impl std::error::Error for HashError {}

/// The costs of a hash and the size of the engine.
#[derive(Debug, Clone, Copy)]
pub struct HashLimits {
    /// Memory of one hash in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Threads that hash.
    pub workers: usize,
    /// Jobs that may wait.
    pub queue: usize,
}

impl Default for HashLimits {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { memory_kib: 19 * 1024, iterations: 2, workers: cores.saturating_sub(1).max(1), queue: 64 }
    }
}

enum Task {
    Hash(PlainPassword, [u8; SALT_LENGTH], oneshot::Sender<Result<PasswordHash, HashError>>),
    Verify(PlainPassword, Option<PasswordHash>, oneshot::Sender<Result<Verdict, HashError>>),
}

struct Queued {
    since: crate::model::Instant,
    task: Task,
}

/// Hashes and compares passwords.
pub struct PasswordHasher {
    queue: SyncSender<Queued>,
    costs: Costs,
    random: Arc<dyn Random>,
    clock: Arc<dyn Clock>,
}

impl PasswordHasher {
    /// Starts the workers; they end when the hasher is dropped.
    pub fn start(
        limits: HashLimits,
        random: Arc<dyn Random>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, HashError> {
        let costs = Costs { memory_kib: limits.memory_kib, iterations: limits.iterations, lanes: 1 };
        costs.argon2()?;
        let (queue, jobs) = sync_channel(limits.queue.max(1));
        let jobs = Arc::new(Mutex::new(jobs));
        for n in 0..limits.workers.max(1) {
            let (jobs, clock) = (Arc::clone(&jobs), Arc::clone(&clock));
            thread::Builder::new()
                .name(format!("argon2-{n}"))
                .spawn(move || work(&jobs, costs, clock.as_ref()))
                .map_err(|_| HashError::Unusable("a worker thread could not be started"))?;
        }
        Ok(Self { queue, costs, random, clock })
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, HashError> {
        let (back, answer) = oneshot::channel();
        self.enqueue(Task::Hash(password, self.salt(), back))?;
        answer.await.unwrap_or(Err(overloaded()))
    }

    /// Compares a password with a hash. Without a hash (nobody of that name, or no password) the same work is done
    /// for nothing, so that the time tells nothing.
    pub async fn verify(
        &self,
        password: PlainPassword,
        hash: Option<PasswordHash>,
    ) -> Result<Verdict, HashError> {
        let (back, answer) = oneshot::channel();
        self.enqueue(Task::Verify(password, hash, back))?;
        answer.await.unwrap_or(Err(overloaded()))
    }

    /// Hashes on this very thread, for the command line.
    pub fn hash_blocking(&self, password: &PlainPassword) -> Result<PasswordHash, HashError> {
        self.costs.hash(password, &self.salt(), &mut Vec::new())
    }

    fn salt(&self) -> [u8; SALT_LENGTH] {
        let mut salt = [0; SALT_LENGTH];
        self.random.fill(&mut salt);
        salt
    }

    fn enqueue(&self, task: Task) -> Result<(), HashError> {
        self.queue.try_send(Queued { since: self.clock.now(), task }).map_err(|why| match why {
            TrySendError::Full(_) => overloaded(),
            TrySendError::Disconnected(_) => HashError::Unusable("the workers are gone"),
        })
    }
}

fn overloaded() -> HashError {
    HashError::Overloaded { retry_after: Duration::from_secs(3) }
}

fn work(jobs: &Mutex<Receiver<Queued>>, costs: Costs, clock: &dyn Clock) {
    // The memory is used again for each job: clearing 19 MiB costs less than asking the system for them.
    let mut memory = Vec::new();
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Queued { since, task }) = next else { return };
        let late = clock.now().since(since) > PATIENCE;
        // Whoever left does not get the work done, and a lost answer needs no further care.
        match task {
            Task::Hash(password, salt, back) if !back.is_closed() => {
                let result = if late { Err(overloaded()) } else { costs.hash(&password, &salt, &mut memory) };
                let _gone = back.send(result);
            }
            Task::Verify(password, hash, back) if !back.is_closed() => {
                let result = if late {
                    Err(overloaded())
                } else {
                    costs.verify(&password, hash.as_ref(), &mut memory)
                };
                let _gone = back.send(result);
            }
            Task::Hash(..) | Task::Verify(..) => {}
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Costs {
    memory_kib: u32,
    iterations: u32,
    lanes: u32,
}

/// The most that a hash from elsewhere may cost.
const IMPORTED: Costs = Costs { memory_kib: 256 * 1024, iterations: 10, lanes: 16 };

impl Costs {
    /// Whether none of those is greater.
    fn covers(self, other: Self) -> bool {
        other.memory_kib <= self.memory_kib
            && other.iterations <= self.iterations
            && other.lanes <= self.lanes
    }

    fn argon2(self) -> Result<Argon2<'static>, HashError> {
        // A stored hash may come from elsewhere; what would take a machine down is not computed.
        if self.memory_kib > 1024 * 1024 || self.iterations > 100 || self.lanes > 64 {
            return Err(HashError::Unusable("the costs are out of bounds"));
        }
        let params = Params::new(self.memory_kib, self.iterations, self.lanes, Some(TAG_LENGTH))
            .map_err(|_| HashError::Unusable("the costs are not Argon2's"))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    fn tag(
        self,
        password: &PlainPassword,
        salt: &[u8],
        memory: &mut Vec<Block>,
    ) -> Result<[u8; TAG_LENGTH], HashError> {
        let argon2 = self.argon2()?;
        let blocks = argon2.params().block_count();
        if memory.len() < blocks {
            memory.resize(blocks, Block::default());
        }
        let mut tag = [0; TAG_LENGTH];
        argon2
            .hash_password_into_with_memory(
                password.expose().as_bytes(),
                salt,
                &mut tag,
                &mut memory[..blocks],
            )
            .map_err(|_| HashError::Unusable("Argon2 refused its input"))?;
        Ok(tag)
    }

    fn hash(
        self,
        password: &PlainPassword,
        salt: &[u8; SALT_LENGTH],
        memory: &mut Vec<Block>,
    ) -> Result<PasswordHash, HashError> {
        let tag = self.tag(password, salt, memory)?;
        let (salt, tag) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(tag));
        let Self { memory_kib, iterations, lanes } = self;
        Ok(PasswordHash(format!("$argon2id$v=19$m={memory_kib},t={iterations},p={lanes}${salt}${tag}")))
    }

    fn verify(
        self,
        password: &PlainPassword,
        hash: Option<&PasswordHash>,
        memory: &mut Vec<Block>,
    ) -> Result<Verdict, HashError> {
        let Some(hash) = hash else {
            let _same_work = self.tag(password, &[0; SALT_LENGTH], memory)?;
            return Ok(Verdict { matches: false, rehash: false });
        };
        let Some((costs, salt, expected)) = parse(hash.as_phc()) else {
            // Besides, what it costs to compare with a hash of our own, so that no imported hash answers sooner.
            let _same_work = self.tag(password, &[0; SALT_LENGTH], memory)?;
            let foreign = Foreign::read(hash.as_phc())?;
            let typed = password.typed.as_ref().map_or(password.expose(), |typed| typed.as_str());
            let matches = foreign.is_of(typed.as_bytes())?;
            return Ok(Verdict { matches, rehash: matches });
        };
        let tag = costs.tag(password, &salt, memory)?;
        let matches = super::constant_time_eq(&tag, &expected);
        Ok(Verdict { matches, rehash: matches && costs != self })
    }
}

/// Reads `$argon2id$v=19$m=…,t=…,p=…$salt$tag`.
fn parse(phc: &str) -> Option<(Costs, Vec<u8>, Vec<u8>)> {
    let mut parts = phc.strip_prefix("$argon2id$v=19$")?.split('$');
    let (costs, salt, tag, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let mut numbers = costs.split(',');
    let mut number = |name: &str| numbers.next()?.strip_prefix(name)?.parse::<u32>().ok();
    let costs = Costs { memory_kib: number("m=")?, iterations: number("t=")?, lanes: number("p=")? };
    let tag = STANDARD_NO_PAD.decode(tag).ok()?;
    (tag.len() == TAG_LENGTH).then_some(())?;
    Some((costs, STANDARD_NO_PAD.decode(salt).ok()?, tag))
}

#[cfg(test)]
mod tests;

//! What a use case works with: the transaction, the instant, chance, settings, keys, and who asks.
//!
//! A use case is a synchronous function over `&mut Cx` that runs inside one transaction. It never hashes a password
//! and never signs: what needs that happens before or after, between two uses of [`Work`].

mod breaches;
mod client_keys;
mod mail;
mod reveal;
mod webhooks;

pub use breaches::Breach;
pub use client_keys::{ClientKeys, Refusal};
pub use reveal::{REVEALED, Reveal};

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::{Clients, Settings};
use crate::crypto::{DataSecrets, MailKey, PasswordHasher, SigningKeys};
use crate::model::{ApiKeyId, Event, EventId, Instant, Origin, RequestId};
use crate::outbound::Outbound;
use crate::random::Random;
use crate::store::events::Cause;
use crate::store::{self, Connection, Store};

/// Something that nobody expected, on its way to `web::error`, which logs it once.
#[derive(Debug)]
pub enum Fault {
    /// The database failed.
    Store(store::Error),
    /// Too much to do; worth another try after this long.
    Overloaded(Duration),
    /// A secret could not be opened or made.
    Crypto(String),
    /// A fault in the code: something that was checked before is not so.
    Internal(String),
}

impl Fault {
    /// Whether the same call may work soon (503 and not 500).
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Store(store::Error::Unavailable(_)) | Self::Overloaded(_))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Overloaded(wait) => write!(f, "overloaded; free again in about {} s", wait.as_secs()),
            Self::Crypto(why) => write!(f, "cryptography failed: {why}"),
            Self::Internal(why) => write!(f, "internal fault: {why}"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<crate::crypto::CryptoError> for Fault {
    fn from(error: crate::crypto::CryptoError) -> Self {
        Self::Crypto(error.to_string())
    }
}

impl From<crate::crypto::HashError> for Fault {
    fn from(error: crate::crypto::HashError) -> Self {
        match error {
            crate::crypto::HashError::Overloaded { retry_after } => Self::Overloaded(retry_after),
            other => Self::Crypto(other.to_string()),
        }
    }
}

/// The answer of a use case. A refusal to a person or client is a value inside `T`, never a [`Fault`].
pub type Result<T> = std::result::Result<T, Fault>;

/// What lives as long as the process.
pub struct Env {
    /// The settings.
    pub settings: Settings,
    /// The clients as they were last loaded.
    pub clients: Shared<Clients>,
    /// The signing keys as they were last loaded.
    pub signing: Shared<SigningKeys>,
    /// Seals and authenticates what the database keeps.
    pub secrets: DataSecrets,
    /// Signs mails, if there is a key for it.
    pub mail_key: Option<MailKey>,
    /// The way out for addresses that clients named.
    pub outbound: Outbound,
    /// The public keys of clients, as this process knows them.
    pub client_keys: ClientKeys,
    /// Hashes passwords on its own threads.
    pub passwords: PasswordHasher,
    /// Until when the log shows queries and addresses.
    pub reveal: Reveal,
    /// Rings when a session has ended of which clients are to be told, after the commit.
    pub sign_outs: Notify,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives chance.
    pub random: Arc<dyn Random>,
}

/// A value that is replaced as a whole while others read it.
pub struct Shared<T>(RwLock<Arc<T>>);

impl<T> Shared<T> {
    /// Shares the first value.
    pub fn new(value: T) -> Self {
        Self(RwLock::new(Arc::new(value)))
    }

    /// The value of this moment.
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another value in its place.
    pub fn replace(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}

/// Who asks, for events, sessions and mails.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Through which face.
    pub origin: Origin,
    /// The address of the peer (behind trusted proxies: of the client before them); empty on the command line.
    pub peer: String,
    /// The `User-Agent`, shortened; empty if there is none.
    pub user_agent: String,
    /// The HTTP request.
    pub request: Option<RequestId>,
    /// The key that the administration was opened with.
    pub api_key: Option<ApiKeyId>,
    /// The language of their pages, for mails to somebody whose own language is not known.
    pub language: Option<String>,
}

impl Caller {
    /// The server itself.
    pub fn system() -> Self {
        Self {
            origin: Origin::System,
            peer: String::new(),
            user_agent: String::new(),
            request: None,
            api_key: None,
            language: None,
        }
    }

    /// What facts say of it.
    fn cause(&self, at: Instant) -> Cause<'_> {
        let peer = Some(self.peer.as_str()).filter(|peer| !peer.is_empty());
        Cause { at, origin: self.origin, request: self.request, peer }
    }

    /// The operator on the command line.
    pub fn command_line() -> Self {
        Self { origin: Origin::CommandLine, ..Self::system() }
    }
}

/// What a use case works with.
pub struct Cx<'a> {
    /// The transaction.
    pub db: &'a mut Connection,
    /// The instant of this use case.
    pub now: Instant,
    /// What lives as long as the process.
    pub env: &'a Env,
    /// Who asks.
    pub caller: &'a Caller,
    /// Whether clients are to be told of a sign-out.
    told: bool,
    /// How many facts this transaction wrote.
    facts: i64,
}

impl Cx<'_> {
    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.env.settings
    }

    /// The clients as they were last loaded.
    pub fn clients(&self) -> Arc<Clients> {
        self.env.clients.get()
    }

    /// Chance.
    pub fn random(&self) -> &dyn Random {
        self.env.random.as_ref()
    }

    /// A fresh key for a row of a table that grows with every request, in the order of time.
    pub fn row_key(&self) -> Uuid {
        self.env.random.uuid_at(self.now.micros())
    }

    /// Once this is committed, whoever tells clients of sign-outs looks at once.
    pub fn wake_notifier(&mut self) {
        self.told = true;
    }

    /// Writes a fact, with the fact itself.
    pub fn record(&mut self, event: Event) -> Result<()> {
        let (id, event) = self.signed(event);
        let caller = self.caller;
        store::events::insert(self.db, caller.cause(self.now), id, &event)?;
        self.facts += 1;
        self.queue_webhooks(id, &event)
    }

    /// Writes many facts at once, in their order.
    pub fn record_all(&mut self, events: Vec<Event>) -> Result<()> {
        let events: Vec<(EventId, Event)> = events.into_iter().map(|event| self.signed(event)).collect();
        let caller = self.caller;
        store::events::insert_all(self.db, caller.cause(self.now), &events)?;
        self.facts += i64::try_from(events.len()).unwrap_or(i64::MAX);
        events.iter().try_for_each(|(id, event)| self.queue_webhooks(*id, event))
    }

    /// A fact with its id, and with the key of whoever used one.
    fn signed(&self, event: Event) -> (EventId, Event) {
        let id = EventId::from_uuid(self.row_key());
        match self.caller.api_key {
            Some(key) => (id, event.with("api_key", key.to_string())),
            None => (id, event),
        }
    }
}

/// Runs use cases, each in its own transaction. Cheap to clone.
#[derive(Clone)]
pub struct Work {
    env: Arc<Env>,
    store: Store,
    caller: Arc<Caller>,
}

impl Work {
    /// Over this store, for the server itself.
    pub fn new(env: Arc<Env>, store: Store) -> Self {
        Self { env, store, caller: Arc::new(Caller::system()) }
    }

    /// The same, on behalf of `caller`.
    pub fn on_behalf_of(&self, caller: Caller) -> Self {
        Self { env: Arc::clone(&self.env), store: self.store.clone(), caller: Arc::new(caller) }
    }

    /// What lives as long as the process.
    pub fn env(&self) -> &Arc<Env> {
        &self.env
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.env.clock.now()
    }

    /// Runs a use case in a write transaction: `Ok` commits (refusals are values), `Err` rolls back.
    pub async fn write<T, F>(&self, use_case: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        let (env, caller) = (Arc::clone(&self.env), Arc::clone(&self.caller));
        let (done, told) = self
            .store
            .write(move |db| {
                let now = env.clock.now();
                let mut cx = Cx { db, now, env: &env, caller: &caller, told: false, facts: 0 };
                let done = use_case(&mut cx)?;
                Ok::<_, Fault>((done, cx.told))
            })
            .await?;
        if told {
            self.env.sign_outs.notify_one();
        }
        Ok(done)
    }

    /// Runs a use case that only reads.
    pub async fn read<T, F>(&self, use_case: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        let (env, caller) = (Arc::clone(&self.env), Arc::clone(&self.caller));
        self.store.read(move |db| run(db, &env, &caller, use_case)).await
    }

    /// Runs a use case that only reads, on the caller's own connection.
    pub fn read_on<T>(
        &self,
        db: &mut Connection,
        use_case: impl FnOnce(&mut Cx<'_>) -> Result<T>,
    ) -> Result<T> {
        run(db, &self.env, &self.caller, use_case)
    }
}

fn run<T>(
    db: &mut Connection,
    env: &Env,
    caller: &Caller,
    use_case: impl FnOnce(&mut Cx<'_>) -> Result<T>,
) -> Result<T> {
    let now = env.clock.now();
    use_case(&mut Cx { db, now, env, caller, told: false, facts: 0 })
}

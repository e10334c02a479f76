//! What everything stands on: the database, the data secret, the keys, and the use cases' surroundings.

use std::sync::Arc;

use super::load::{mail_key, outbound};
use super::{StartError, data_secret, reveal, signing_keys};
use crate::clock::{Clock, SystemClock};
use crate::config::{Clients, PasswordSettings, Settings};
use crate::crypto::{HashLimits, PasswordHasher, SigningKeys};
use crate::cx::{Caller, ClientKeys, Env, Reveal, Shared, Work};
use crate::identity::search;
use crate::model::Client;
use crate::oauth2::subject;
use crate::random::{Random, SystemRandom};
use crate::store::{DatabaseUrl, Engine, Options, Store, lots};

/// What the ground is made of. Tests bring their own clock and chance.
pub struct Parts {
    /// The settings.
    pub settings: Settings,
    /// The database.
    pub database: DatabaseUrl,
    /// The clients.
    pub clients: Vec<Client>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
}

impl Parts {
    /// With the time and the chance of this machine.
    pub fn of_this_machine(settings: Settings, database: DatabaseUrl, clients: Vec<Client>) -> Self {
        Self { settings, database, clients, clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
    }
}

/// The ground of a server: no other server may stand on the same embedded database.
pub async fn open(parts: Parts) -> Result<Work, StartError> {
    let store = Store::open(&parts.database, options(&parts.settings))?;
    let alone = parts.database.engine() == Engine::Sqlite;
    let work = build(parts, store).await?;
    if alone {
        // Whoever held a lease was a server on this file, and there is no other now.
        work.write(|cx| Ok(lots::release(cx.db, cx.now)?)).await?;
    }
    signing_keys::ensure(&work).await?;
    work.write(subject::ensure_key).await?;
    work.write(reveal::begin).await?;
    Ok(work)
}

/// The ground of a command, which may work while a server runs.
pub async fn open_beside(parts: Parts) -> Result<Work, StartError> {
    let store = Store::open_beside(&parts.database, options(&parts.settings))?;
    Ok(build(parts, store).await?.on_behalf_of(Caller::command_line()))
}

async fn build(parts: Parts, store: Store) -> Result<Work, StartError> {
    // Whoever speaks TLS in this process does so in one way; a second start in a test changes nothing.
    let _chosen_before = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let Parts { settings, clients, clock, random, .. } = parts;
    let secrets = data_secret::find(&settings, random.as_ref())?;
    let mail_key = mail_key(&settings).map_err(StartError::configuration)?;
    let outbound = outbound(&settings).map_err(StartError::configuration)?;
    let limits = hash_limits(&settings.password);
    let passwords = PasswordHasher::start(limits, Arc::clone(&random), Arc::clone(&clock))
        .map_err(|why| StartError::Refused(why.to_string()))?;
    let env = Env {
        settings,
        clients: Shared::new(Clients::new(clients)),
        signing: Shared::new(SigningKeys::new(Vec::new())),
        secrets,
        mail_key,
        outbound,
        client_keys: ClientKeys::default(),
        reveal: Reveal::default(),
        sign_outs: tokio::sync::Notify::new(),
        passwords,
        clock,
        random,
    };
    let work = Work::new(Arc::new(env), store);
    data_secret::prove(&work).await?;
    // Few people, or none: then the index is complete from the start. Otherwise a server goes on with it.
    work.write(search::rebuild).await?;
    work.write(search::rebuild).await?;
    Ok(work)
}

/// The store's options.
pub(super) fn options(settings: &Settings) -> Options {
    Options {
        sqlite_readers: settings.database_readers,
        postgres_connections: settings.database_connections,
        migrate: settings.migrate,
    }
}

fn hash_limits(settings: &PasswordSettings) -> HashLimits {
    let workers = match settings.workers {
        0 => HashLimits::default().workers,
        chosen => chosen,
    };
    HashLimits {
        memory_kib: settings.memory_kib,
        iterations: settings.iterations,
        workers,
        queue: settings.queue,
    }
}

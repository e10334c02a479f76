//! The threads that own connections, and the handle that carries work to them.
//!
//! SQLite: one writer drains its queue into one `BEGIN IMMEDIATE`, gives each job a savepoint, and answers all
//! of them after COMMIT (group commit), beside a few readers. PostgreSQL: a pool of workers, one connection each,
//! a transaction per job.

mod groups;
mod job;
mod opening;
mod pool;

use std::future::Future;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::postgres::PostgresOpener;
use super::{Connection, DatabaseUrl, Engine, Error, Result, sqlite};
use groups::write_in_groups;
use job::{Carried, Job};
pub use opening::OpenError;
use opening::{bring_up_to_date, lock_file, outside_async, ready};
use pool::work_on_postgres;

/// Jobs that may wait for a thread; beyond that the answer is 503.
const QUEUE: usize = 4096;

/// How long a command beside a busy server waits for its turn, in milliseconds.
const PATIENCE_BESIDE_MS: u32 = 15_000;

/// How many connections.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Threads that read SQLite.
    pub sqlite_readers: usize,
    /// Connections to PostgreSQL.
    pub postgres_connections: usize,
    /// Whether missing migrations are run at opening; otherwise they are an error.
    pub migrate: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { sqlite_readers: 2, postgres_connections: 8, migrate: true }
    }
}

/// A database, ready for work from any task or thread. Cheap to clone; its threads end with the last clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    writes: SyncSender<Box<dyn Job>>,
    reads: SyncSender<Box<dyn Job>>,
    /// Where another reader may be opened (SQLite only).
    path: Option<Arc<Path>>,
}

impl Store {
    /// Opens the database and starts its threads.
    pub fn open(url: &DatabaseUrl, options: Options) -> std::result::Result<Self, OpenError> {
        match url {
            DatabaseUrl::Sqlite(path) => Self::open_sqlite(path, options),
            DatabaseUrl::Postgres(url) => Self::open_postgres(url, options),
        }
    }

    /// Opens the database for a short while beside a server that may be running: each transaction on SQLite then takes
    /// its turn with those of the server. What is missing is migrated only if no server has the file.
    pub fn open_beside(url: &DatabaseUrl, options: Options) -> std::result::Result<Self, OpenError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                bring_up_to_date(path, options.migrate)?;
                let mut writer = Connection::Sqlite(sqlite::open_writer(path)?);
                writer.batch(&format!("PRAGMA busy_timeout = {PATIENCE_BESIDE_MS}"))?;
                Self::start_sqlite(path, writer, Options { sqlite_readers: 1, ..options }, None)
            }
            DatabaseUrl::Postgres(url) => {
                Self::open_postgres(url, Options { postgres_connections: 2, ..options })
            }
        }
    }

    /// Brings the tables up to date and answers the names of the migrations that ran.
    pub fn migrate(url: &DatabaseUrl) -> std::result::Result<Vec<String>, OpenError> {
        match url {
            DatabaseUrl::Sqlite(path) => bring_up_to_date(path, true),
            DatabaseUrl::Postgres(url) => {
                let opener = PostgresOpener::new(url)?;
                outside_async(move || ready(&mut Connection::Postgres(opener.open()?), true))
            }
        }
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Runs `work` in a write transaction; `Ok` commits, `Err` (and a panic) rolls back. The answer comes after the
    /// commit. The work must not hash, sign, or wait for anything.
    pub fn write<T, E, F>(&self, work: F) -> impl Future<Output = std::result::Result<T, E>> + use<T, E, F>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> std::result::Result<T, E> + Send + 'static,
    {
        carry(&self.writes, work)
    }

    /// Runs `work` on a connection that only reads.
    pub fn read<T, E, F>(&self, work: F) -> impl Future<Output = std::result::Result<T, E>> + use<T, E, F>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> std::result::Result<T, E> + Send + 'static,
    {
        carry(&self.reads, work)
    }

    /// A reading connection of the caller's own thread, for point reads of a few microseconds; `None` where a read
    /// may wait for a network.
    pub fn own_reader(&self) -> Result<Option<Connection>> {
        self.path.as_deref().map(|path| sqlite::open_reader(path).map(Connection::Sqlite)).transpose()
    }

    fn open_sqlite(path: &Path, options: Options) -> std::result::Result<Self, OpenError> {
        let lock = lock_file(path)?;
        let mut writer = Connection::Sqlite(sqlite::open_writer(path)?);
        ready(&mut writer, options.migrate)?;
        Self::start_sqlite(path, writer, options, Some(lock))
    }

    fn start_sqlite(
        path: &Path,
        mut writer: Connection,
        options: Options,
        lock: Option<std::fs::File>,
    ) -> std::result::Result<Self, OpenError> {
        let (writes, queue) = sync_channel(QUEUE);
        spawn("sqlite-writer".to_owned(), move || {
            write_in_groups(&mut writer, &queue);
            // The next server may come as soon as the file is closed, and not before.
            drop(writer);
            drop(lock);
        })?;
        let (reads, queue) = sync_channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        for n in 0..options.sqlite_readers.max(1) {
            let mut reader = Connection::Sqlite(sqlite::open_reader(path)?);
            let queue = Arc::clone(&queue);
            spawn(format!("sqlite-reader-{n}"), move || {
                while let Some(mut job) = next(&queue) {
                    job.run(&mut reader);
                    job.answer(None);
                }
            })?;
        }
        Ok(Self { engine: Engine::Sqlite, writes, reads, path: Some(path.into()) })
    }

    fn open_postgres(url: &str, options: Options) -> std::result::Result<Self, OpenError> {
        let opener = PostgresOpener::new(url)?;
        let (writes, write_queue) = sync_channel(QUEUE);
        let (reads, read_queue) = sync_channel(QUEUE);
        let (write_queue, read_queue) = (Arc::new(Mutex::new(write_queue)), Arc::new(Mutex::new(read_queue)));
        let first = opener.clone();
        outside_async(move || ready(&mut Connection::Postgres(first.open()?), options.migrate))?;
        let half = options.postgres_connections.max(2) / 2;
        for n in 0..options.postgres_connections.max(2) {
            let (opener, transactional) = (opener.clone(), n < half);
            let queue = Arc::clone(if transactional { &write_queue } else { &read_queue });
            spawn(format!("postgres-{n}"), move || work_on_postgres(&opener, &queue, transactional))?;
        }
        Ok(Self { engine: Engine::Postgres, writes, reads, path: None })
    }
}

fn spawn(name: String, body: impl FnOnce() + Send + 'static) -> std::result::Result<(), OpenError> {
    thread::Builder::new().name(name).spawn(body).map(|_| ()).map_err(OpenError::Io)
}

fn carry<T, E, F>(
    queue: &SyncSender<Box<dyn Job>>,
    work: F,
) -> impl Future<Output = std::result::Result<T, E>> + use<T, E, F>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: FnOnce(&mut Connection) -> std::result::Result<T, E> + Send + 'static,
{
    let (back, answer) = oneshot::channel();
    let sent = queue.try_send(Box::new(Carried::new(work, back)));
    async move {
        match sent {
            Err(TrySendError::Full(_)) => Err(Error::Unavailable("the queue is full".to_owned()).into()),
            Err(TrySendError::Disconnected(_)) => {
                Err(Error::Unavailable("the store is closed".to_owned()).into())
            }
            Ok(()) => answer
                .await
                .unwrap_or_else(|_| Err(Error::Unavailable("the store is closed".to_owned()).into())),
        }
    }
}

fn next(queue: &Mutex<Receiver<Box<dyn Job>>>) -> Option<Box<dyn Job>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

//! The threads that own connections, and the handle that carries work to them.
//!
//! SQLite: one writer drains its queue into one `BEGIN IMMEDIATE`, gives each job a savepoint, and answers all
//! of them after COMMIT (group commit), beside a few readers. PostgreSQL: a pool of workers, one connection each,
//! a transaction per job.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::postgres::PostgresOpener;
use super::{Connection, DatabaseUrl, Engine, Error, MigrationStatus, Migrations, Result, sqlite};

/// Jobs that may wait for a thread; beyond that the answer is 503.
const QUEUE: usize = 4096;

/// The most jobs that share one commit.
const BATCH: usize = 128;

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

/// Why the store did not open.
#[derive(Debug)]
pub enum OpenError {
    /// The database lacks migrations; the names.
    NotMigrated(Vec<String>),
    /// Another process has this SQLite file.
    InUse(PathBuf),
    /// The database said no.
    Store(Error),
    /// The machine said no.
    Io(std::io::Error),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMigrated(names) => {
                write!(f, "the database lacks {} migration(s): {}", names.len(), names.join(", "))
            }
            Self::InUse(path) => write!(f, "another process uses {}", path.display()),
            Self::Store(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// A database, ready for work from any task or thread. Cheap to clone; its threads end with the last clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    writes: SyncSender<Box<dyn Job>>,
    reads: SyncSender<Box<dyn Job>>,
    /// Where another reader may be opened (SQLite only).
    path: Option<PathBuf>,
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

    fn open_sqlite(path: &std::path::Path, options: Options) -> std::result::Result<Self, OpenError> {
        let lock = lock_file(path)?;
        let mut writer = Connection::Sqlite(sqlite::open_writer(path)?);
        ready(&mut writer, options.migrate)?;
        Self::start_sqlite(path, writer, options, Some(lock))
    }

    fn start_sqlite(
        path: &std::path::Path,
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
        Ok(Self { engine: Engine::Sqlite, writes, reads, path: Some(path.to_owned()) })
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

/// Runs `open` on a thread of its own: the PostgreSQL wrapper must be made and used outside an async runtime.
fn outside_async<T: Send + 'static>(
    open: impl FnOnce() -> std::result::Result<T, OpenError> + Send + 'static,
) -> std::result::Result<T, OpenError> {
    thread::Builder::new()
        .name("postgres-open".to_owned())
        .spawn(open)
        .map_err(OpenError::Io)?
        .join()
        .unwrap_or_else(|_| Err(Error::Unavailable("opening failed".to_owned()).into()))
}

/// Migrates the SQLite file if it needs that and no server has it; answers what ran.
fn bring_up_to_date(path: &std::path::Path, migrate: bool) -> std::result::Result<Vec<String>, OpenError> {
    if path.exists() {
        let mut db = Connection::Sqlite(sqlite::open_writer(path)?);
        if Migrations::status(&mut db)? == MigrationStatus::UpToDate {
            return Ok(Vec::new());
        }
    }
    let _held_meanwhile = lock_file(path)?;
    ready(&mut Connection::Sqlite(sqlite::open_writer(path)?), migrate)
}

/// Migrates and answers what ran, or says what is missing.
fn ready(db: &mut Connection, migrate: bool) -> std::result::Result<Vec<String>, OpenError> {
    if migrate {
        return Ok(Migrations::run(db)?);
    }
    match Migrations::status(db)? {
        MigrationStatus::UpToDate => Ok(Vec::new()),
        MigrationStatus::Pending(names) => Err(OpenError::NotMigrated(names)),
    }
}

/// Two servers on one SQLite file would each believe to be the one writer.
fn lock_file(path: &std::path::Path) -> std::result::Result<std::fs::File, OpenError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut new = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut new, 0o700);
        new.recursive(true).create(folder).map_err(OpenError::Io)?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(PathBuf::from(name))
        .map_err(OpenError::Io)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(std::fs::TryLockError::Error(why)) => Err(OpenError::Io(why)),
    }
}

fn spawn(name: String, body: impl FnOnce() + Send + 'static) -> std::result::Result<(), OpenError> {
    thread::Builder::new().name(name).spawn(body).map(|_| ()).map_err(OpenError::Io)
}

/// Work on its way to a connection, and its answer on the way back.
trait Job: Send {
    /// Runs the work; whether its changes are to be kept.
    fn run(&mut self, db: &mut Connection) -> bool;

    /// Sends the answer. With a failure, that becomes the answer in place of a success.
    fn answer(self: Box<Self>, failure: Option<&Error>);

    /// Whether the work failed in a way that the connection may not have survived.
    fn spoilt_connection(&self) -> bool;
}

struct Carried<T, E, F> {
    work: Option<F>,
    result: Option<std::result::Result<T, E>>,
    spoilt: bool,
    back: oneshot::Sender<std::result::Result<T, E>>,
}

impl<T, E, F> Job for Carried<T, E, F>
where
    T: Send,
    E: From<Error> + Send,
    F: FnOnce(&mut Connection) -> std::result::Result<T, E> + Send,
{
    fn run(&mut self, db: &mut Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let result = catch_unwind(AssertUnwindSafe(|| work(db))).unwrap_or_else(|_| {
            self.spoilt = true;
            Err(Error::Query("the work panicked".to_owned()).into())
        });
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, failure: Option<&Error>) {
        let result = match (self.result, failure) {
            (Some(Ok(_)) | None, Some(why)) => Err(Error::Unavailable(why.to_string()).into()),
            (Some(result), _) => result,
            (None, None) => Err(Error::Unavailable("the work was not run".to_owned()).into()),
        };
        // Nobody waits any more: the fact stands, the answer is not needed.
        let _gone = self.back.send(result);
    }

    fn spoilt_connection(&self) -> bool {
        self.spoilt
    }
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
    let sent = queue.try_send(Box::new(Carried { work: Some(work), result: None, spoilt: false, back }));
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

/// The life of the SQLite writer: it ends when no handle is left.
fn write_in_groups(db: &mut Connection, queue: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        while jobs.len() < BATCH {
            match queue.try_recv() {
                Ok(job) => jobs.push(job),
                Err(_) => break,
            }
        }
        let outcome = commit_together(db, &mut jobs);
        if outcome.is_err() {
            // Whatever state the transaction is in, it ends here. If there is none, SQLite says so and that is fine.
            let _already_over = db.batch("ROLLBACK");
        }
        for job in jobs {
            job.answer(outcome.as_ref().err());
        }
    }
}

fn commit_together(db: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Result<()> {
    db.batch("BEGIN IMMEDIATE")?;
    if let [only] = jobs {
        let keep = only.run(db);
        return db.batch(if keep { "COMMIT" } else { "ROLLBACK" });
    }
    for job in jobs {
        db.batch("SAVEPOINT job")?;
        if job.run(db) {
            db.batch("RELEASE job")?;
        } else {
            db.batch("ROLLBACK TO job; RELEASE job")?;
        }
    }
    db.batch("COMMIT")
}

/// The life of a PostgreSQL worker: it replaces its connection when that broke.
fn work_on_postgres(opener: &PostgresOpener, queue: &Mutex<Receiver<Box<dyn Job>>>, transactional: bool) {
    let mut kept: Option<Connection> = None;
    while let Some(mut job) = next(queue) {
        let (db, outcome) = match begin(opener, kept.take(), transactional) {
            Ok(mut db) => {
                let keep = job.run(&mut db);
                let outcome = match (transactional, keep) {
                    (true, true) => db.batch("COMMIT"),
                    (true, false) => db.batch("ROLLBACK"),
                    (false, true) => Ok(()),
                    // A failed read may have met a connection that died while it was idle.
                    (false, false) => db.batch("SELECT 1"),
                };
                (Some(db), outcome)
            }
            Err(why) => (None, Err(why)),
        };
        if outcome.is_ok() && !job.spoilt_connection() {
            kept = db;
        }
        job.answer(outcome.as_ref().err());
    }
}

/// A connection with a transaction begun (for writes). One that died while idle is replaced once: nothing was done
/// on it yet.
fn begin(opener: &PostgresOpener, kept: Option<Connection>, transactional: bool) -> Result<Connection> {
    if let Some(mut db) = kept {
        if !transactional {
            return Ok(db);
        }
        if db.batch("BEGIN").is_ok() {
            return Ok(db);
        }
    }
    let mut db = Connection::Postgres(opener.open()?);
    if transactional {
        db.batch("BEGIN")?;
    }
    Ok(db)
}

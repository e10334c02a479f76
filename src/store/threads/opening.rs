//! Before the threads start: migrations, the lock beside a file of SQLite, and what can go wrong.

use std::path::{Path, PathBuf};
use std::{fmt, thread};

use crate::store::{Connection, Error, MigrationStatus, Migrations, sqlite};

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

/// Runs `open` on a thread of its own: the PostgreSQL wrapper must be made and used outside an async runtime.
pub(super) fn outside_async<T: Send + 'static>(
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
pub(super) fn bring_up_to_date(path: &Path, migrate: bool) -> std::result::Result<Vec<String>, OpenError> {
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
pub(super) fn ready(db: &mut Connection, migrate: bool) -> std::result::Result<Vec<String>, OpenError> {
    if migrate {
        return Ok(Migrations::run(db)?);
    }
    match Migrations::status(db)? {
        MigrationStatus::UpToDate => Ok(Vec::new()),
        MigrationStatus::Pending(names) => Err(OpenError::NotMigrated(names)),
    }
}

/// Two servers on one SQLite file would each believe to be the one writer.
pub(super) fn lock_file(path: &Path) -> std::result::Result<std::fs::File, OpenError> {
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

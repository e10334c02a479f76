//! How a connection to SQLite is set up.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, SqliteConnection};

use super::{Error, Result};

/// WAL with FULL: a commit that was answered survives a power cut, and readers never wait for the writer. The patience
/// comes first, as another process may be closing the file just now. The log goes into the file every 16 MiB: pages that
/// change often are then written once for many commits, which a disk that counts its writes feels.
const WRITER: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 67108864; \
     PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;";

const READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; \
     PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY;";

/// Opens the connection of the one writer, and makes the file if there is none.
pub(super) fn open_writer(path: &Path) -> Result<SqliteConnection> {
    private_file(path)
        .map_err(|why| Error::Unavailable(format!("{} cannot be opened: {why}", path.display())))?;
    open(path, WRITER)
}

/// Makes the file for its owner only. SQLite gives the files beside it the same rights.
fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.create(true).append(true).open(path).map(drop)
}

/// Opens a connection that cannot write.
pub(super) fn open_reader(path: &Path) -> Result<SqliteConnection> {
    open(path, READER)
}

fn open(path: &Path, pragmas: &str) -> Result<SqliteConnection> {
    let path = path.to_str().ok_or_else(|| Error::Unavailable("the path is not Unicode".to_owned()))?;
    let mut connection =
        SqliteConnection::establish(path).map_err(|why| Error::Unavailable(why.to_string()))?;
    connection.batch_execute(pragmas)?;
    Ok(connection)
}

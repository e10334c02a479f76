//! The embedded migrations of both databases.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, Engine, Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Only one process migrates a PostgreSQL database at a time; the number is arbitrary and ours.
const LOCK: i64 = 0x0077_6179_686f_6d65;

/// Whether the database has the tables that this binary expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrationStatus {
    /// Nothing is missing.
    UpToDate,
    /// These migrations have not run, in their order.
    Pending(Vec<String>),
}

/// Runs and inspects migrations.
pub struct Migrations;

impl Migrations {
    /// What has not run yet.
    pub fn status(db: &mut Connection) -> Result<MigrationStatus> {
        let pending: Vec<String> = match db {
            Connection::Sqlite(c) => c.pending_migrations(SQLITE).map(|found| names(&found)),
            Connection::Postgres(c) => c.pending_migrations(POSTGRES).map(|found| names(&found)),
        }
        .map_err(|why| Error::Query(why.to_string()))?;
        Ok(if pending.is_empty() { MigrationStatus::UpToDate } else { MigrationStatus::Pending(pending) })
    }

    /// Runs what has not run; answers the names. Several processes may call this at once.
    pub fn run(db: &mut Connection) -> Result<Vec<String>> {
        if db.engine() == Engine::Postgres {
            db.batch(&format!("SELECT pg_advisory_lock({LOCK})"))?;
        }
        let done = match db {
            Connection::Sqlite(c) => {
                c.run_pending_migrations(SQLITE).map(|ran| ran.iter().map(ToString::to_string).collect())
            }
            Connection::Postgres(c) => {
                c.run_pending_migrations(POSTGRES).map(|ran| ran.iter().map(ToString::to_string).collect())
            }
        }
        .map_err(|why| Error::Query(why.to_string()));
        if db.engine() == Engine::Postgres {
            db.batch(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
        }
        done
    }
}

fn names<DB: diesel::backend::Backend>(found: &[Box<dyn diesel::migration::Migration<DB>>]) -> Vec<String> {
    found.iter().map(|migration| migration.name().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::thread;

    use diesel::Connection as _;

    use super::super::fresh::{Fresh, databases};
    use super::super::postgres::PostgresConnection;
    use super::super::{DatabaseUrl, signing_keys};
    use super::*;
    use crate::model::{Instant, KeyState};

    /// The statements of every migration, by its name.
    fn statements(engine: &str) -> BTreeMap<String, String> {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries
            .map(|path| {
                let text = std::fs::read_to_string(path.join("up.sql")).unwrap();
                let lines = text.lines().filter(|line| !line.starts_with("--"));
                let statements = lines.collect::<Vec<_>>().join("\n").replace("BYTEA", "BLOB");
                (path.file_name().unwrap().to_string_lossy().into_owned(), statements)
            })
            .collect()
    }

    /// A connection outside any runtime.
    fn connect(fresh: &Fresh) -> Connection {
        match &fresh.url {
            DatabaseUrl::Sqlite(path) => {
                std::fs::create_dir_all(&fresh.folder).unwrap();
                let url = path.display().to_string();
                Connection::Sqlite(diesel::SqliteConnection::establish(&url).unwrap())
            }
            DatabaseUrl::Postgres(url) => Connection::Postgres(PostgresConnection::establish(url).unwrap()),
        }
    }

    fn run_first(db: &mut Connection) -> String {
        match db {
            Connection::Sqlite(c) => c.run_next_migration(SQLITE).unwrap().to_string(),
            Connection::Postgres(c) => c.run_next_migration(POSTGRES).unwrap().to_string(),
        }
    }

    #[test]
    fn a_signing_key_of_before_signs_on_and_one_that_was_before_it_does_not() {
        for fresh in databases() {
            let keys = thread::spawn(move || {
                let mut db = connect(&fresh);
                assert_eq!(run_first(&mut db), "20261124000000");
                for (kid, algorithm, at) in [("a", "RS256", 1), ("b", "ES256", 2), ("c", "ES256", 3)] {
                    db.batch(&format!(
                        "INSERT INTO signing_keys (kid, algorithm, private_key, created_at) \
                         VALUES ('{kid}', '{algorithm}', 'sealed {kid}', {at})"
                    ))
                    .unwrap();
                }
                Migrations::run(&mut db).unwrap();
                let keys = signing_keys::list(&mut db).unwrap();
                assert_eq!(Migrations::status(&mut db).unwrap(), MigrationStatus::UpToDate);
                keys
            });
            let keys = keys.join().unwrap();
            let told: Vec<_> =
                keys.iter().map(|key| (key.kid.as_str(), key.state, key.sealed.as_str())).collect();
            let (active, retired) = (KeyState::Active, KeyState::Retired);
            assert_eq!(told, [("c", active, "sealed c"), ("b", retired, ""), ("a", active, "sealed a")]);
            assert_eq!(keys[0].activates_at, Instant::from_micros(3));
        }
    }

    #[test]
    fn both_databases_have_the_same_tables() {
        let (sqlite, postgres) = (statements("sqlite"), statements("postgres"));
        assert!(sqlite.len() > 1);
        assert_eq!(sqlite, postgres);
    }
}

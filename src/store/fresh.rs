//! Fresh databases for tests: SQLite, and PostgreSQL if the tests are given a server.

use std::path::PathBuf;
use std::thread;

use super::DatabaseUrl;
use crate::random::{Random as _, SystemRandom};

/// A database of one test; it is gone when this is dropped.
pub(crate) struct Fresh {
    pub(crate) url: DatabaseUrl,
    /// A folder of the test's own.
    pub(crate) folder: PathBuf,
    server: Option<(String, String)>,
}

/// One of each kind.
pub(crate) fn databases() -> Vec<Fresh> {
    #[allow(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
    let server = std::env::var("WAYHOME_TEST_POSTGRES").ok();
    std::iter::once(sqlite()).chain(server.map(postgres)).collect()
}

/// A file of SQLite, which does not exist yet.
pub(crate) fn sqlite() -> Fresh {
    let folder = std::env::temp_dir().join(format!("wayhome-{}", SystemRandom.uuid()));
    Fresh { url: DatabaseUrl::Sqlite(folder.join("wayhome.db")), folder, server: None }
}

fn postgres(server: String) -> Fresh {
    let name = format!("wayhome_{}", SystemRandom.uuid().as_simple());
    run_sql(&server, &format!("CREATE DATABASE {name}"));
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    let folder = std::env::temp_dir().join(&name);
    Fresh { url: DatabaseUrl::Postgres(url.to_string()), folder, server: Some((server, name)) }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // What is left behind lies in the folder for temporary files.
        drop(std::fs::remove_dir_all(&self.folder));
        if let Some((server, name)) = &self.server {
            run_sql(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn run_sql(server: &str, sql: &str) {
    let (server, sql) = (server.to_owned(), sql.to_owned());
    let ran = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls).await.unwrap();
            let driver = tokio::spawn(connection);
            client.batch_execute(&sql).await.unwrap();
            drop(client);
            driver.await.unwrap().unwrap();
        });
    });
    ran.join().unwrap();
}

//! A PostgreSQL database for servers in processes of their own.

use wayhome::random::{Random as _, SystemRandom};

use crate::app::{postgres_server, run_sql};

/// A database that is taken away at the end, whatever happens.
pub(super) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// A fresh one.
    pub(super) fn create() -> Self {
        let (server, name) = (postgres_server(), format!("wayhome_crash_{}", SystemRandom.uuid().simple()));
        run(&server, &format!("CREATE DATABASE {name}"));
        Self { server, name }
    }

    /// Its URL.
    pub(super) fn url(&self) -> String {
        let mut url = url::Url::parse(&self.server).expect("a URL");
        url.set_path(&self.name);
        url.into()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn run(server: &str, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(run_sql(server, sql));
}

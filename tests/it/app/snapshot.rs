//! Everything that a database holds, so that a test can say that nothing has changed, or look for what must not be there.

use std::collections::BTreeMap;

use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, sql_query};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::TestApp;
use super::ground::Database;

/// The rows of every table, each as an object of its columns; bytes are in hex.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot(BTreeMap<String, Vec<Value>>);

impl Snapshot {
    /// The rows of a table.
    #[track_caller]
    pub fn rows(&self, table: &str) -> &[Value] {
        self.0.get(table).unwrap_or_else(|| panic!("no table is called {table}"))
    }

    /// How many rows each table has.
    pub fn counts(&self) -> BTreeMap<&str, usize> {
        self.0.iter().map(|(table, rows)| (table.as_str(), rows.len())).collect()
    }

    /// Everything as text.
    pub fn text(&self) -> String {
        self.0.values().flatten().map(|row| format!("{row}\n")).collect()
    }

    /// Without these tables.
    pub fn without(mut self, tables: &[&str]) -> Self {
        self.0.retain(|table, _| !tables.contains(&table.as_str()));
        self
    }

    /// Without these rows of a table.
    pub fn forget(&mut self, table: &str, which: impl Fn(&Value) -> bool) {
        let rows = self.0.get_mut(table).unwrap_or_else(|| panic!("no table is called {table}"));
        rows.retain(|row| !which(row));
    }

    /// Fails the test if another one differs, and says in which rows.
    #[track_caller]
    pub fn expect_same(&self, after: &Self, what: &str) {
        for (table, rows) in &self.0 {
            let now = after.rows(table);
            let lost: Vec<_> = rows.iter().filter(|row| !now.contains(row)).collect();
            let new: Vec<_> = now.iter().filter(|row| !rows.contains(row)).collect();
            assert!(lost.is_empty() && new.is_empty(), "{what} changed {table}: {lost:#?}\nbecame\n{new:#?}");
        }
    }
}

impl TestApp {
    /// What the database holds now.
    pub fn snapshot(&self) -> Snapshot {
        let mut tables = match &*self.database {
            Database::Sqlite(folder) => of_sqlite(&folder.join("wayhome.db").display().to_string()),
            Database::Postgres { .. } => self.wait(of_postgres(&self.database.text())),
        };
        tables.retain(|name, _| !name.starts_with("__diesel"));
        for rows in tables.values_mut() {
            rows.sort_by_cached_key(Value::to_string);
        }
        assert!(tables.len() > 15, "these are not all tables: {:?}", tables.keys());
        Snapshot(tables)
    }
}

impl TestApp {
    /// The name of its PostgreSQL database.
    pub fn database_name(&self) -> String {
        let Database::Postgres { name, .. } = &*self.database else { panic!("this is not PostgreSQL") };
        name.clone()
    }

    /// Holds a lock on the PostgreSQL database until it is told to let go.
    pub fn hold_lock(&self, sql: &'static str) -> (oneshot::Sender<()>, JoinHandle<()>) {
        let url = self.database.text();
        let (release, released) = oneshot::channel();
        self.wait(async move {
            let (mut client, connection) =
                tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("PostgreSQL answers");
            let driver = tokio::spawn(connection);
            let (locked, is_locked) = oneshot::channel();
            let held = tokio::spawn(async move {
                let lock = client.transaction().await.expect("a transaction");
                lock.batch_execute(sql).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
                locked.send(()).expect("somebody waits");
                released.await.expect("a word");
                lock.rollback().await.expect("it is given back");
                drop(client);
                driver.await.expect("the driver ends").expect("the connection ends well");
            });
            is_locked.await.expect("the lock is held");
            (release, held)
        })
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn of_sqlite(path: &str) -> BTreeMap<String, Vec<Value>> {
    let mut db = SqliteConnection::establish(path).expect("the file opens");
    let mut lines = |sql: String| -> Vec<String> {
        let found: Vec<Line> = sql_query(&sql).load(&mut db).unwrap_or_else(|why| panic!("{sql}: {why}"));
        found.into_iter().map(|row| row.line).collect()
    };
    let tables = lines("SELECT name AS line FROM sqlite_master WHERE type = 'table'".to_owned());
    let mut all = BTreeMap::new();
    for table in tables.into_iter().filter(|name| !name.starts_with("sqlite_")) {
        let columns = lines(format!("SELECT name AS line FROM pragma_table_info('{table}')"));
        let pairs: Vec<String> = columns
            .iter()
            .map(|name| {
                format!(
                    "'{name}', CASE typeof(\"{name}\") WHEN 'blob' THEN hex(\"{name}\") ELSE \"{name}\" END"
                )
            })
            .collect();
        let rows = lines(format!("SELECT json_object({}) AS line FROM \"{table}\"", pairs.join(", ")));
        all.insert(table, rows.iter().map(|row| value(row)).collect());
    }
    all
}

async fn of_postgres(url: &str) -> BTreeMap<String, Vec<Value>> {
    let (client, connection) =
        tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("PostgreSQL answers");
    let driver = tokio::spawn(connection);
    let tables = client
        .query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'", &[])
        .await
        .expect("the names of the tables");
    let mut all = BTreeMap::new();
    for table in tables.iter().map(|row| row.get::<_, String>(0)) {
        let sql = format!("SELECT row_to_json(t)::text FROM \"{table}\" t");
        let rows = client.query(&sql, &[]).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
        all.insert(table, rows.iter().map(|row| value(row.get(0))).collect());
    }
    drop(client);
    driver.await.expect("the driver ends").expect("the connection ends well");
    all
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

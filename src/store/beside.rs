//! Tests of two processes at one database: a server, and a command beside it.

use super::fresh::{databases, sqlite};
use super::{Connection, DatabaseUrl, Error, MigrationStatus, Migrations, OpenError, Options, Store, meta};

async fn remember(store: &Store, name: String) -> Result<String, Error> {
    store.write(move |db| meta::insert_once(db, &name, "yes")).await
}

async fn recall(store: &Store, name: String) -> Result<Option<String>, Error> {
    store.read(move |db| meta::find(db, &name)).await
}

#[tokio::test]
async fn a_command_writes_while_a_server_does() {
    for fresh in databases() {
        let server = Store::open(&fresh.url, Options::default()).unwrap();
        let command = Store::open_beside(&fresh.url, Options::default()).unwrap();
        let busy = tokio::spawn({
            let server = server.clone();
            async move {
                for n in 0..300 {
                    remember(&server, format!("server {n}")).await.unwrap();
                }
            }
        });
        for n in 0..30 {
            remember(&command, format!("command {n}")).await.unwrap();
        }
        busy.await.unwrap();
        for n in 0..30 {
            assert!(recall(&server, format!("command {n}")).await.unwrap().is_some(), "{:?}", fresh.url);
        }
        assert!(recall(&command, "server 299".to_owned()).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_second_server_is_refused_and_a_command_is_not() {
    let fresh = sqlite();
    let first = Store::open(&fresh.url, Options::default()).unwrap();
    assert!(matches!(Store::open(&fresh.url, Options::default()), Err(OpenError::InUse(_))));
    assert!(Store::open_beside(&fresh.url, Options::default()).is_ok());
    assert!(Store::migrate(&fresh.url).unwrap().is_empty(), "nothing is missing");
    drop(first);
}

#[test]
fn migrations_run_once_and_are_named() {
    for fresh in databases() {
        let ran = Store::migrate(&fresh.url).unwrap();
        assert!(!ran.is_empty(), "{:?}", fresh.url);
        assert!(Store::migrate(&fresh.url).unwrap().is_empty(), "{:?}", fresh.url);
    }
}

#[test]
fn without_permission_nothing_is_migrated() {
    for fresh in databases() {
        let options = Options { migrate: false, ..Options::default() };
        for opened in [Store::open(&fresh.url, options), Store::open_beside(&fresh.url, options)] {
            assert!(
                matches!(opened, Err(OpenError::NotMigrated(names)) if !names.is_empty()),
                "{:?}",
                fresh.url
            );
        }
    }
}

#[test]
fn a_command_migrates_nothing_under_a_server() {
    let fresh = sqlite();
    let DatabaseUrl::Sqlite(path) = &fresh.url else { unreachable!("it is SQLite") };
    std::fs::create_dir_all(&fresh.folder).unwrap();
    let lock = std::fs::File::create(fresh.folder.join("wayhome.db.lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(Store::open_beside(&fresh.url, Options::default()), Err(OpenError::InUse(_))));
    assert!(!path.exists() || status(path) != MigrationStatus::UpToDate);
    drop(lock);
    assert!(Store::open_beside(&fresh.url, Options::default()).is_ok());
}

fn status(path: &std::path::Path) -> MigrationStatus {
    Migrations::status(&mut Connection::Sqlite(super::sqlite::open_writer(path).unwrap())).unwrap()
}

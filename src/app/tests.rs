//! The ground, the janitor and the reloads, on every database that there is.

mod keys;
mod reveal;
mod secrets;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::reload::Watched;
use super::{DemoListeners, Inputs, Parts, StartError, demo, ground, janitor, load, open};
use crate::clock::ManualClock;
use crate::config::{Clients, Mode, Settings, Sources};
use crate::crypto::SignatureAlgorithm;
use crate::cx::Work;
use crate::identity::administration;
use crate::journey;
use crate::model::{Client, ClientType, IdentityId, Instant, SubjectType};
use crate::oauth2::subject;
use crate::random::SystemRandom;
use crate::store::fresh::{Fresh, databases, sqlite};
use crate::store::{self, DatabaseUrl};

const START: Instant = Instant::from_seconds(1_795_530_600);
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "another secret of thirty-two chars";
const DAY: Duration = Duration::from_secs(86_400);

/// The parts of a server at this database, with these data secrets.
fn parts(fresh: &Fresh, secrets: &str) -> Parts {
    let environment = BTreeMap::from([
        ("WAYHOME__SECRETS__DATA".to_owned(), secrets.to_owned()),
        ("WAYHOME__SERVER__DATA_DIR".to_owned(), fresh.folder.display().to_string()),
    ]);
    let sources = Sources { environment, ..Sources::default() };
    let settings = Settings::load(Mode::Development, &sources).0.unwrap();
    Parts {
        settings,
        database: fresh.url.clone(),
        clients: Vec::new(),
        clock: Arc::new(ManualClock::at(START)),
        random: Arc::new(SystemRandom),
    }
}

/// Opens the ground as soon as the server before has let go of the file.
async fn next_server(fresh: &Fresh, secrets: &str) -> Result<Work, StartError> {
    loop {
        match open(parts(fresh, secrets)).await {
            Err(StartError::Refused(why)) if why.contains("another server") => std::thread::yield_now(),
            opened => return opened,
        }
    }
}

fn kids(work: &Work) -> Vec<String> {
    work.env().signing.get().iter().map(|key| key.kid().to_owned()).collect()
}

#[tokio::test]
async fn signing_keys_are_made_at_the_first_start_and_kept() {
    for fresh in databases() {
        let first = next_server(&fresh, SECRET).await.unwrap();
        let made = kids(&first);
        let algorithms: Vec<&str> =
            first.env().signing.get().iter().map(|key| key.algorithm().name()).collect();
        assert!(algorithms.len() == 2 && algorithms.contains(&"RS256") && algorithms.contains(&"ES256"));
        drop(first);
        let second = next_server(&fresh, SECRET).await.unwrap();
        assert_eq!(kids(&second), made);
    }
}

#[tokio::test]
async fn sec_p01_a_stored_signing_key_is_sealed() {
    let fresh = sqlite();
    let work = next_server(&fresh, SECRET).await.unwrap();
    let stored = work.read(|cx| Ok(store::signing_keys::list(cx.db)?)).await.unwrap();
    for key in stored {
        assert!(key.sealed.starts_with("v1."), "{}", key.kid);
        assert!(work.env().secrets.open("elsewhere", &key.sealed).is_err());
    }
}

#[tokio::test]
async fn servers_that_start_at_once_have_one_key_of_each_kind() {
    for fresh in databases().into_iter().filter(|fresh| matches!(fresh.url, DatabaseUrl::Postgres(_))) {
        let starts: Vec<_> = (0..4).map(|_| tokio::spawn(open(parts(&fresh, SECRET)))).collect();
        let mut seen = Vec::new();
        for start in starts {
            let mut kids = kids(&start.await.unwrap().unwrap());
            kids.sort();
            seen.push(kids);
        }
        assert_eq!(seen[0].len(), 2);
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    }
}

// sec_p05
#[tokio::test]
async fn a_wrong_data_secret_stops_the_start_with_one_sentence() {
    for fresh in databases() {
        drop(next_server(&fresh, SECRET).await.unwrap());
        let refused = next_server(&fresh, OTHER).await.err().unwrap();
        let StartError::Configuration(faults) = &refused else { panic!("{refused}") };
        assert_eq!(faults.0.len(), 1);
        let said = refused.to_string();
        assert!(said.contains("secrets.data") && said.contains("key id is"), "{said}");
        assert!(!said.contains(SECRET) && !said.contains(OTHER), "{said}");
        // Rotated: the new one first, the old one behind it.
        assert!(next_server(&fresh, &format!("{OTHER},{SECRET}")).await.is_ok());
    }
}

/// What a sector knows somebody by is never another, whatever happens to the data secret.
#[tokio::test]
async fn prov_6_a_pairwise_subject_outlives_the_data_secret() {
    let sector = |host: &str| {
        let subject_type = SubjectType::Pairwise { sector: host.to_owned() };
        Client { subject_type, ..Client::preset("paired", ClientType::Web) }
    };
    for fresh in databases() {
        let who = IdentityId::from_uuid(uuid::Uuid::from_u128(7));
        let mut seen = Vec::new();
        for secrets in [SECRET.to_owned(), format!("{OTHER},{SECRET}"), format!("{OTHER},{SECRET}")] {
            let work = next_server(&fresh, &secrets).await.unwrap();
            let (here, there) = (sector("a.example.org"), sector("b.example.org"));
            let both =
                work.write(move |cx| Ok((subject::of(cx, &here, who)?, subject::of(cx, &there, who)?)));
            seen.push(both.await.unwrap());
            // The new secret has sealed the key by now, so that the old one can be taken away.
            let sealed =
                work.read(|cx| Ok(store::meta::find(cx.db, "pairwise_key")?)).await.unwrap().unwrap();
            assert!(work.env().secrets.is_sealed_by_active(&sealed));
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:?}");
        assert_ne!(seen[0].0, seen[0].1);
    }
}

#[tokio::test]
async fn a_command_stands_beside_a_server() {
    let fresh = sqlite();
    let _server = next_server(&fresh, SECRET).await.unwrap();
    let command = ground::open_beside(parts(&fresh, SECRET)).await.unwrap();
    assert!(command.write(|cx| Ok(store::meta::insert_once(cx.db, "a", "b")?)).await.is_ok());
    assert!(ground::open_beside(parts(&fresh, OTHER)).await.is_err());
}

#[tokio::test]
async fn the_janitor_takes_what_has_expired_in_bites_and_leaves_the_rest() {
    for fresh in databases() {
        let work = next_server(&fresh, SECRET).await.unwrap();
        work.write(|cx| {
            for n in 0..1_203_u32 {
                let mut subject = [0; 32];
                subject[..4].copy_from_slice(&n.to_be_bytes());
                let end = if n < 1_200 { cx.now - DAY } else { cx.now + DAY };
                store::throttles::count(cx.db, &subject, cx.now - DAY - DAY, end)?;
            }
            Ok(())
        })
        .await
        .unwrap();
        let (_stop, stopped) = watch::channel(false);
        assert_eq!(janitor::sweep(&work, &stopped).await.unwrap(), 1_200, "{:?}", fresh.url);
        assert_eq!(janitor::sweep(&work, &stopped).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn sec_b07_counters_of_failed_tries_stay_bounded_and_those_that_expire_first_go() {
    for fresh in databases() {
        let work = next_server(&fresh, SECRET).await.unwrap();
        let row = |n: u32| {
            let mut subject = [0; 32];
            subject[..4].copy_from_slice(&n.to_be_bytes());
            subject
        };
        work.write(move |cx| {
            for n in 0..700_u32 {
                let end = cx.now + DAY + Duration::from_secs(u64::from(n));
                store::throttles::count(cx.db, &row(n), cx.now, end)?;
            }
            Ok(())
        })
        .await
        .unwrap();
        let (_stop, stopped) = watch::channel(false);
        assert_eq!(janitor::cap(&work, &stopped, 100).await.unwrap(), 600, "{:?}", fresh.url);
        assert_eq!(janitor::cap(&work, &stopped, 100).await.unwrap(), 0);
        let left = work.read(move |cx| {
            let find = |n| store::throttles::find(cx.db, &row(n), cx.now);
            Ok([599, 600].map(find).map(|found| found.map(|row| row.is_some())))
        });
        let left = left.await.unwrap().map(std::result::Result::unwrap);
        assert_eq!(left, [false, true]);
    }
}

#[test]
fn every_table_that_grows_has_a_janitor() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let sql: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|migration| std::fs::read_to_string(migration.unwrap().path().join("up.sql")).unwrap())
        .collect();
    assert!(sql.contains("CREATE TABLE logout_notices"), "not only the first migration is read");
    for table in sql.split("CREATE TABLE ").skip(1) {
        let (name, columns) = table.split_once(" (").unwrap();
        let columns = columns.split_once(");").unwrap().0;
        if columns.contains("expires_at BIGINT NOT NULL") {
            assert!(janitor::clears(name), "{name}");
        }
    }
    assert!(janitor::clears("events"));
}

/// Page 1.4.6: the week is over, and of all the servers that sweep at once, one deletes the account.
#[tokio::test]
async fn page_1_4_6_an_account_whose_week_is_over_is_deleted_once() {
    for fresh in databases() {
        let clock = Arc::new(ManualClock::at(START));
        let parts = Parts { clock: Arc::clone(&clock) as _, ..parts(&fresh, SECRET) };
        let work = open(parts).await.unwrap();
        demo::seed(&work).await.unwrap();
        let address = demo::PEOPLE[0].0;
        let person = work.read(move |cx| administration::find_by_address(cx, address)).await.unwrap();
        let id = person.unwrap().id;
        work.write(move |cx| journey::schedule_deletion(cx, id)).await.unwrap();
        let (_stop, stopped) = watch::channel(false);
        clock.advance(7 * DAY - Duration::from_secs(1));
        janitor::sweep(&work, &stopped).await.unwrap();
        assert!(work.read(move |cx| administration::get(cx, id)).await.unwrap().is_some());
        clock.advance(Duration::from_secs(1));
        let sweeps = (0..4).map(|_| janitor::sweep(&work, &stopped));
        futures_util::future::join_all(sweeps).await.into_iter().for_each(|rows| assert!(rows.is_ok()));
        assert!(work.read(move |cx| administration::get(cx, id)).await.unwrap().is_none());
        let kinds = work.read(move |cx| Ok(store::events::kinds_of(cx.db, id)?)).await.unwrap();
        assert_eq!(kinds.iter().filter(|kind| *kind == "identity.deleted").count(), 1, "{kinds:?}");
        let mails = work.read(|cx| Ok(store::messages::list(cx.db, None, 9, None, Some(address))?)).await;
        let told = mails.unwrap().into_iter().filter(|mail| mail.template_type == "account_deleted");
        assert_eq!(told.count(), 1);
    }
}

#[tokio::test]
async fn people_are_seeded_once_in_the_life_of_a_database() {
    for fresh in databases() {
        let work = next_server(&fresh, SECRET).await.unwrap();
        demo::seed(&work).await.unwrap();
        let anna = work.read(|cx| administration::find_by_address(cx, demo::PEOPLE[0].0)).await.unwrap();
        let anna = anna.unwrap().id;
        work.write(move |cx| administration::delete(cx, anna)).await.unwrap();
        demo::seed(&work).await.unwrap();
        let found = |email: &'static str| work.read(move |cx| administration::find_by_address(cx, email));
        assert!(found(demo::PEOPLE[0].0).await.unwrap().is_none(), "whoever was deleted stays so");
        assert!(found(demo::PEOPLE[1].0).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_changed_clients_file_is_taken_over_and_a_bad_one_is_not() {
    let fresh = sqlite();
    std::fs::create_dir_all(&fresh.folder).unwrap();
    let path = fresh.folder.join("clients.toml");
    let client = |id: &str| {
        format!("[[client]]\nid = \"{id}\"\ntype = \"spa\"\nredirect_uris = [\"https://{id}.test/cb\"]\n")
    };
    std::fs::write(&path, client("a")).unwrap();
    let inputs = Inputs {
        mode: Mode::Development,
        config: None,
        clients: Some(path.clone()),
        environment: BTreeMap::new(),
    };
    let loaded = load(&inputs).unwrap();
    let work = next_server(&fresh, SECRET).await.unwrap();
    work.env().clients.replace(Clients::new(loaded.clients));
    let mut watched = Watched::new(loaded.clients_file.with_built_in(built_in()));
    let known = |work: &Work| -> Vec<String> {
        work.env().clients.get().iter().map(|client| client.id.clone()).collect()
    };

    watched.look(&work, false).await;
    assert_eq!(known(&work), ["a"], "nothing changed");
    std::fs::write(&path, client("a") + &client("b")).unwrap();
    watched.look(&work, false).await;
    assert_eq!(known(&work), ["a", "b", demo::CLIENT]);
    std::fs::write(&path, client("a").replace("spa", "spaa")).unwrap();
    watched.look(&work, false).await;
    assert_eq!(known(&work), ["a", "b", demo::CLIENT], "a bad file changes nothing");
    std::fs::remove_file(&path).unwrap();
    watched.look(&work, false).await;
    assert_eq!(known(&work), ["a", "b", demo::CLIENT], "a file that is gone changes nothing");
    std::fs::write(&path, client(demo::CLIENT)).unwrap();
    watched.look(&work, false).await;
    assert_eq!(known(&work), [demo::CLIENT]);
    let uris = work.env().clients.get().find(demo::CLIENT).unwrap().redirect_uris.clone();
    assert_eq!(uris, ["https://demo-spa.test/cb"], "the file's own definition counts");
    std::fs::write(&path, "").unwrap();
    watched.look(&work, false).await;
    let uris = |work: &Work| work.env().clients.get().find(demo::CLIENT).unwrap().redirect_uris.clone();
    assert_eq!(uris(&work), ["https://demo-spa.test/cb"], "somebody is just writing it");
    watched.look(&work, false).await;
    assert_ne!(uris(&work), ["https://demo-spa.test/cb"], "it stays empty");
}

/// The client of the demo, at ports that nobody listens on any more.
fn built_in() -> Client {
    let any = || TcpListener::bind("127.0.0.1:0").unwrap();
    demo::client(&DemoListeners { spa: any(), api: any() }).unwrap()
}

//! What a server stands on: a database that lives as long as its test, and keys.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use wayhome::crypto::{DataSecrets, SignatureAlgorithm, SigningKey, VerifyingKey};
use wayhome::model::{KeyState, SecretText};
use wayhome::random::{Random as _, SystemRandom};
use wayhome::store::signing_keys::StoredKey;
use wayhome::store::{self, DatabaseUrl, Engine, Options, Store};

use super::{SECRET, START};

/// Making RSA keys is slow, and keys are no subject of these tests: all servers of this process have the same.
pub(super) async fn insert_signing_keys(url: &DatabaseUrl) {
    type Made = (VerifyingKey, Vec<u8>);
    static KEYS: OnceLock<Vec<Made>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        [SignatureAlgorithm::Rs256, SignatureAlgorithm::Es256]
            .into_iter()
            .map(|algorithm| {
                let (key, pkcs8) = SigningKey::generate(algorithm).expect("a key is made");
                (key.public().clone(), pkcs8.to_vec())
            })
            .collect()
    });
    let secrets = DataSecrets::new(&[SecretText::new(SECRET)]).expect("the secret is long enough");
    let sealed: Vec<StoredKey> = keys
        .iter()
        .map(|(public, pkcs8)| StoredKey {
            kid: public.kid().to_owned(),
            algorithm: public.algorithm().name().to_owned(),
            state: KeyState::Active,
            sealed: secrets
                .seal(&SystemRandom, &format!("signing_keys.private_key.{}", public.kid()), pkcs8)
                .expect("a key is sealed"),
            public: public.jwk().to_string(),
            created_at: START,
            activates_at: START,
            retired_at: None,
            token_life: Duration::from_secs(600),
            published_until: None,
        })
        .collect();
    let store = Store::open_beside(url, Options::default()).expect("the database opens");
    let inserted: store::Result<bool> = store
        .write(move |db| {
            sealed.iter().try_fold(true, |all, key| Ok(store::signing_keys::insert(db, key)? && all))
        })
        .await;
    assert!(inserted.expect("the keys are stored"));
}

/// A database that lives as long as its test.
pub(super) enum Database {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

impl Database {
    /// A fresh one.
    pub(super) async fn create(engine: Engine) -> Self {
        let unique = SystemRandom.uuid().simple();
        match engine {
            Engine::Sqlite => {
                let folder = std::env::temp_dir().join(format!("wayhome-it-{unique}"));
                std::fs::create_dir_all(&folder).expect("a folder for the database");
                Self::Sqlite(folder)
            }
            Engine::Postgres => {
                let server = postgres_server();
                let name = format!("wayhome_it_{unique}");
                run_sql(&server, &format!("CREATE DATABASE {name}")).await;
                Self::Postgres { server, name }
            }
        }
    }

    /// Its URL, as the settings have it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.join("wayhome.db").display()),
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server).expect("WAYHOME_TEST_POSTGRES is a URL");
                url.set_path(name);
                url.into()
            }
        }
    }

    /// Its URL.
    pub(super) fn url(&self) -> DatabaseUrl {
        DatabaseUrl::parse(&self.text()).expect("the URL of a database")
    }

    /// Takes it away.
    pub(super) async fn remove(&self) {
        match self {
            // What is left behind lies in the folder for temporary files.
            Self::Sqlite(folder) => drop(std::fs::remove_dir_all(folder)),
            Self::Postgres { server, name } => {
                run_sql(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        }
    }
}

/// Where PostgreSQL is. A test that needs one and has none fails.
#[allow(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
pub fn postgres_server() -> String {
    std::env::var("WAYHOME_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "this test needs PostgreSQL: name a server in WAYHOME_TEST_POSTGRES \
             (postgres://user@host:port/postgres), or use tests/run, which starts one"
        )
    })
}

/// Runs statements on the server itself.
pub async fn run_sql(server: &str, sql: &str) {
    let (client, connection) =
        tokio_postgres::connect(server, tokio_postgres::NoTls).await.expect("PostgreSQL answers");
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
    drop(client);
    driver.await.expect("the driver ends").expect("the connection ends well");
}

/// What a statement counts on the server itself.
pub async fn count_sql(server: &str, sql: &str) -> i64 {
    let (client, connection) =
        tokio_postgres::connect(server, tokio_postgres::NoTls).await.expect("PostgreSQL answers");
    let driver = tokio::spawn(connection);
    let row = client.query_one(sql, &[]).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
    let counted: i64 = row.get(0);
    drop(client);
    driver.await.expect("the driver ends").expect("the connection ends well");
    counted
}

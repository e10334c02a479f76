//! A whole server in this process: its own database, its own clock, its own chance, on ports of its own.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use actix_web::dev::ServerHandle;
use tokio::runtime::Runtime;
use wayhome::app::{Parts, open};
use wayhome::clock::{Clock as _, ManualClock};
use wayhome::config::{Mode, Settings, Sources, check_clients};
use wayhome::courier::{Courier, Transport};
use wayhome::crypto::{DataSecrets, SignatureAlgorithm, SigningKey};
use wayhome::cx::{self, Cx, Work};
use wayhome::model::{Instant, SecretText};
use wayhome::random::{Random as _, SeededRandom, SystemRandom};
use wayhome::store::signing_keys::SealedKey;
use wayhome::store::{self, DatabaseUrl, Engine, Options, Store};
use wayhome::web::{Face, Site, listen};

use crate::answer_rules;
use crate::browser::Browser;
use crate::http::{self, Answer, Ask};
use crate::mailbox::Mailbox;
use crate::people::NewPerson;
use crate::relying_party::RelyingParty;

/// 24 November 2026, 14:30 UTC.
pub const START: Instant = Instant::from_seconds(1_795_530_600);

/// The data secret of all tests.
const SECRET: &str = "the data secret of tests known to everybody";

/// The secret of every client that has one.
pub const CLIENT_SECRET: &str = "a-client-secret-of-tests-0123456789abcdef";

/// The clients that every test has.
const CLIENTS: &str = include_str!("clients.toml");

/// Declares tests that run on both databases: `on_both![name, …]` makes `name::sqlite` and `name::postgres` of each
/// function, which takes a [`Setup`].
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            #[test]
            fn sqlite() {
                super::$name($crate::app::Setup::on(wayhome::store::Engine::Sqlite));
            }

            #[test]
            fn postgres() {
                super::$name($crate::app::Setup::on(wayhome::store::Engine::Postgres));
            }
        })+
    };
}
pub(crate) use on_both;

/// What a server is started with.
#[derive(Debug, Clone)]
pub struct Setup {
    engine: Engine,
    mode: Mode,
    issuer: Option<String>,
    environment: BTreeMap<String, String>,
    schema: Option<String>,
    clients: String,
}

impl Setup {
    /// As most tests want it: development, the usual clients, no limits for an address.
    pub fn on(engine: Engine) -> Self {
        let setup = Self {
            engine,
            mode: Mode::Development,
            issuer: None,
            environment: BTreeMap::new(),
            schema: None,
            clients: CLIENTS.to_owned(),
        };
        setup
            .set("secrets.data", SECRET)
            .set("server.workers", "1")
            .set("password.workers", "1")
            .set("database.connections", "4")
            .set("limits.requests_per_minute", "0")
            .set("limits.flows_per_minute", "0")
    }

    /// Which database.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// With this value of a key, such as `server.name`.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        let variable = format!("WAYHOME__{}", key.replace('.', "__").to_uppercase());
        self.environment.insert(variable, value.to_owned());
        self
    }

    /// As in `wayhome serve`, behind https.
    pub fn production(mut self) -> Self {
        self.mode = Mode::Production;
        self.issuer = Some("https://id.example.org".to_owned());
        self.set("courier.smtp_url", "smtps://mail.example.org").set("courier.from", "login@id.example.org")
    }

    /// Under another name; wherever browsers are told to go, the tests go to the right port.
    pub fn issuer(mut self, issuer: &str) -> Self {
        self.issuer = Some(issuer.to_owned());
        self
    }

    /// With these clients besides the usual ones.
    pub fn clients(mut self, toml: &str) -> Self {
        self.clients.push_str(toml);
        self
    }

    /// With another schema of traits.
    pub fn schema(mut self, json: &str) -> Self {
        self.schema = Some(json.to_owned());
        self.set("identity.schema", "identity.schema.json")
    }

    /// Starts the server.
    pub fn start(self) -> TestApp {
        TestApp::start(self)
    }
}

/// A running server.
pub struct TestApp {
    /// The server's time.
    pub clock: Arc<ManualClock>,
    /// `http://localhost:PORT`, or what the test chose.
    pub issuer: String,
    /// Where the pages are really served.
    pub public: SocketAddr,
    /// Where the administration is really served.
    pub admin: SocketAddr,
    work: Work,
    runtime: Option<Runtime>,
    servers: Vec<ServerHandle>,
    database: Database,
}

impl TestApp {
    fn start(setup: Setup) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime starts");
        let database = runtime.block_on(Database::create(setup.engine));
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port is free"));
        let [public, admin] = [0, 1].map(|n| listeners[n].local_addr().expect("a bound port"));
        let issuer = setup.issuer.clone().unwrap_or_else(|| format!("http://localhost:{}", public.port()));
        let setup = setup
            .set("server.issuer", &issuer)
            .set("server.public", &public.to_string())
            .set("server.admin", &admin.to_string())
            .set("database.url", &database.text());
        let (settings, clients) = (settings(&setup), clients(&setup.clients));
        let clock = Arc::new(ManualClock::at(START));
        let parts = Parts {
            settings,
            database: database.url(),
            clients,
            clock: clock.clone(),
            random: Arc::new(SeededRandom::from_seed(seed())),
        };
        let (work, servers) = runtime.block_on(async {
            insert_signing_keys(&database.url()).await;
            let work = open(parts).await.expect("the ground opens");
            let site = Site::new(work.clone()).expect("the site is built");
            let mut servers = Vec::new();
            for (face, listener) in [Face::Public, Face::Admin].into_iter().zip(listeners) {
                let server = listen(Arc::clone(&site), face, listener).expect("the server listens");
                servers.push(server.handle());
                tokio::spawn(server);
            }
            (work, servers)
        });
        Self { clock, issuer, public, admin, work, runtime: Some(runtime), servers, database }
    }

    /// The use cases, past HTTP.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// Which database.
    pub fn engine(&self) -> Engine {
        self.database.url().engine()
    }

    /// The present instant of the server.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Moves the server's time forward.
    pub fn advance(&self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
    }

    /// No two requests happen in the same instant, so that what they leave has an order.
    fn tick(&self) {
        self.clock.advance(std::time::Duration::from_millis(1));
    }

    /// Waits for a future of the server's.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("the server runs").block_on(future)
    }

    /// Runs a use case in a transaction.
    #[track_caller]
    pub fn write<T: Send + 'static>(
        &self,
        use_case: impl FnOnce(&mut Cx<'_>) -> cx::Result<T> + Send + 'static,
    ) -> T {
        self.wait(self.work.write(use_case)).expect("the use case works")
    }

    /// Somebody who is about to exist.
    pub fn identity(&self, email: &str) -> NewPerson<'_> {
        NewPerson::new(self, email)
    }

    /// A fresh browser.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// A client of this id.
    pub fn relying_party(&self, client_id: &str) -> RelyingParty<'_> {
        RelyingParty::new(self, client_id)
    }

    /// The mails that were written.
    pub fn mailbox(&self) -> Mailbox<'_> {
        Mailbox::new(self)
    }

    /// Lets the courier deliver what is due, to the inbox.
    pub fn deliver(&self) {
        let courier = Courier::new(self.work.clone(), Transport::Inbox);
        self.wait(courier.deliver_due()).expect("the courier works");
    }

    /// The host that the public listener answers to.
    pub fn host(&self) -> &str {
        self.issuer.split_once("://").map_or("", |(_, host)| host)
    }

    /// Asks the public listener. The answer keeps the rules of all answers.
    #[track_caller]
    pub fn ask(&self, ask: &Ask) -> Answer {
        let answer = http::send(self.public, self.host(), ask);
        self.tick();
        answer_rules::check(&self.issuer, ask, &answer);
        answer
    }

    /// Asks the admin listener.
    #[track_caller]
    pub fn ask_admin(&self, ask: &Ask) -> Answer {
        let answer = http::send(self.admin, &self.admin.to_string(), ask);
        self.tick();
        answer_rules::check_admin(ask, &answer);
        answer
    }

    /// Sends bytes to the public listener, and reads what comes.
    #[track_caller]
    pub fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        http::raw(self.public, bytes)
    }
}

impl TestApp {
    /// Everything that lies in the files of the embedded database.
    pub fn database_bytes(&self) -> Vec<u8> {
        let Database::Sqlite(folder) = &self.database else { panic!("only SQLite has files here") };
        let mut bytes = Vec::new();
        for file in std::fs::read_dir(folder).expect("the folder of the database") {
            bytes.extend(std::fs::read(file.expect("a file").path()).expect("its bytes"));
        }
        bytes
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        runtime.block_on(async {
            for server in &self.servers {
                server.stop(false).await;
            }
        });
        runtime.block_on(self.database.remove());
        runtime.shutdown_background();
    }
}

fn settings(setup: &Setup) -> Settings {
    let schema = setup.schema.clone().map(|text| ("identity.schema.json".to_owned(), text));
    let sources = Sources { file: None, environment: setup.environment.clone(), schema };
    let (settings, faults) = Settings::load(setup.mode, &sources);
    settings.unwrap_or_else(|| panic!("the settings of a test:\n{faults}"))
}

fn clients(toml: &str) -> Vec<wayhome::model::Client> {
    let (clients, faults) = check_clients("clients.toml", toml, &|_| Ok(CLIENT_SECRET.to_owned()));
    assert!(!faults.are_fatal(), "the clients of a test:\n{faults}");
    clients
}

/// Every server has chance of its own: no two tests see the same ids.
fn seed() -> u64 {
    static SERVERS: AtomicU64 = AtomicU64::new(1);
    SERVERS.fetch_add(1, Ordering::Relaxed)
}

/// Making RSA keys is slow, and keys are no subject of these tests: all servers of this process have the same.
async fn insert_signing_keys(url: &DatabaseUrl) {
    type Made = (SignatureAlgorithm, String, Vec<u8>);
    static KEYS: OnceLock<Vec<Made>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        SignatureAlgorithm::ALL
            .into_iter()
            .map(|algorithm| {
                let (key, pkcs8) = SigningKey::generate(algorithm).expect("a key is made");
                (algorithm, key.kid().to_owned(), pkcs8.to_vec())
            })
            .collect()
    });
    let secrets = DataSecrets::new(&[SecretText::new(SECRET)]).expect("the secret is long enough");
    let sealed: Vec<SealedKey> = keys
        .iter()
        .map(|(algorithm, kid, pkcs8)| SealedKey {
            kid: kid.clone(),
            algorithm: algorithm.name().to_owned(),
            sealed: secrets
                .seal(&SystemRandom, &format!("signing_keys.private_key.{kid}"), pkcs8)
                .expect("a key is sealed"),
            created_at: START,
        })
        .collect();
    let store = Store::open_beside(url, Options::default()).expect("the database opens");
    let inserted: store::Result<()> =
        store.write(move |db| sealed.iter().try_for_each(|key| store::signing_keys::insert(db, key))).await;
    inserted.expect("the keys are stored");
}

/// A database that lives as long as its test.
enum Database {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

impl Database {
    async fn create(engine: Engine) -> Self {
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

    fn text(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.join("wayhome.db").display()),
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server).expect("WAYHOME_TEST_POSTGRES is a URL");
                url.set_path(name);
                url.into()
            }
        }
    }

    fn url(&self) -> DatabaseUrl {
        DatabaseUrl::parse(&self.text()).expect("the URL of a database")
    }

    async fn remove(&self) {
        match self {
            // What is left behind lies in the folder for temporary files.
            Self::Sqlite(folder) => drop(std::fs::remove_dir_all(folder)),
            Self::Postgres { server, name } => {
                run_sql(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
pub(crate) fn postgres_server() -> String {
    std::env::var("WAYHOME_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "this test needs PostgreSQL: name a server in WAYHOME_TEST_POSTGRES \
             (postgres://user@host:port/postgres), or use tests/run, which starts one"
        )
    })
}

pub(crate) async fn run_sql(server: &str, sql: &str) {
    let (client, connection) =
        tokio_postgres::connect(server, tokio_postgres::NoTls).await.expect("PostgreSQL answers");
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
    drop(client);
    driver.await.expect("the driver ends").expect("the connection ends well");
}

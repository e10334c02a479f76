//! A whole server in this process: its own database, its own clock, its own chance, on ports of its own.

mod ground;
mod setup;
mod snapshot;

pub use ground::{postgres_server, run_sql};
pub use setup::Setup;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::dev::ServerHandle;
use tokio::runtime::Runtime;
use wayhome::app::{Parts, open};
use wayhome::clock::{Clock as _, ManualClock};
use wayhome::config::Clients;
use wayhome::courier::{Courier, Transport};
use wayhome::cx::{self, Cx, Work};
use wayhome::model::Instant;
use wayhome::random::SeededRandom;
use wayhome::store::Engine;
use wayhome::web::{Face, Site, listen};

use crate::answer_rules;
use crate::browser::Browser;
use crate::http::{self, Answer, Ask};
use crate::kratos;
use crate::mailbox::Mailbox;
use crate::people::NewPerson;
use crate::relying_party::RelyingParty;
use ground::{Database, insert_signing_keys};
use setup::{clients, settings};

/// 24 November 2026, 14:30 UTC.
pub const START: Instant = Instant::from_seconds(1_795_530_600);

/// The data secret of all tests.
pub const SECRET: &str = "the data secret of tests known to everybody";

/// The secret of every client that has one.
pub const CLIENT_SECRET: &str = "a-client-secret-of-tests-0123456789abcdef";

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
    database: Arc<Database>,
    setup: Setup,
}

impl TestApp {
    fn start(setup: Setup) -> Self {
        let runtime = a_runtime();
        let database = Arc::new(runtime.block_on(Database::create(setup.engine())));
        runtime.block_on(insert_signing_keys(&database.url()));
        Self::serve(setup, runtime, database, Arc::new(ManualClock::at(START)))
    }

    /// Another server of the same name on the same PostgreSQL, as it stands behind the same load balancer. It shares the
    /// time of this one, and ends before it. A file of SQLite has one server only, so there is none.
    pub fn twin(&self) -> Option<Self> {
        let setup = self.setup.clone().issuer(&self.issuer);
        (self.engine() == Engine::Postgres)
            .then(|| Self::serve(setup, a_runtime(), Arc::clone(&self.database), Arc::clone(&self.clock)))
    }

    fn serve(setup: Setup, runtime: Runtime, database: Arc<Database>, clock: Arc<ManualClock>) -> Self {
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port is free"));
        let [public, admin] = [0, 1].map(|n| listeners[n].local_addr().expect("a bound port"));
        let issuer = setup.issuer.clone().unwrap_or_else(|| format!("http://localhost:{}", public.port()));
        let setup = setup
            .set("server.issuer", &issuer)
            .set("server.public", &public.to_string())
            .set("server.admin", &admin.to_string())
            .set("database.url", &database.text());
        let (settings, clients) = (settings(&setup), clients(&setup.clients));
        let parts = Parts {
            settings,
            database: database.url(),
            clients,
            clock: clock.clone(),
            random: Arc::new(SeededRandom::from_seed(seed())),
        };
        let (work, servers) = runtime.block_on(async {
            let work = open(parts).await.expect("the ground opens");
            let site = Site::new(work.clone(), setup.patience).expect("the site is built");
            let mut servers = Vec::new();
            for (face, listener) in [Face::Public, Face::Admin].into_iter().zip(listeners) {
                let server = listen(Arc::clone(&site), face, listener).expect("the server listens");
                servers.push(server.handle());
                tokio::spawn(server);
            }
            (work, servers)
        });
        Self { clock, issuer, public, admin, work, runtime: Some(runtime), servers, database, setup }
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

    /// Lets a future of the server's run beside the test.
    pub fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.runtime.as_ref().expect("the server runs").spawn(future)
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

    /// Loads other clients, as when the file has changed.
    pub fn load_clients(&self, toml: &str) {
        self.work.env().clients.replace(Clients::new(clients(toml)));
    }

    /// The clients that the server was started with, as a text.
    pub fn clients_text(&self) -> &str {
        &self.setup.clients
    }

    /// Asks the public listener. The answer keeps the rules of all answers.
    #[track_caller]
    pub fn ask(&self, ask: &Ask) -> Answer {
        let answer = http::send(self.public, self.host(), ask);
        self.tick();
        answer_rules::check(&self.issuer, ask, &answer);
        kratos::check_public(ask, &answer);
        answer
    }

    /// Asks the admin listener.
    #[track_caller]
    pub fn ask_admin(&self, ask: &Ask) -> Answer {
        let answer = http::send(self.admin, &self.admin.to_string(), ask);
        self.tick();
        answer_rules::check_admin(ask, &answer);
        kratos::check(ask, &answer);
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
        let Database::Sqlite(folder) = &*self.database else { panic!("only SQLite has files here") };
        let mut bytes = Vec::new();
        for file in std::fs::read_dir(folder).expect("the folder of the database") {
            bytes.extend(std::fs::read(file.expect("a file").path()).expect("its bytes"));
        }
        bytes
    }
}

impl TestApp {
    /// Takes tables away, so that whoever asks for them fails.
    pub fn break_tables(&self, tables: &[&str]) {
        tables.iter().for_each(|table| self.run_sql(&format!("ALTER TABLE {table} RENAME TO {table}_away")));
    }

    /// Brings them back.
    pub fn mend_tables(&self, tables: &[&str]) {
        tables.iter().for_each(|table| self.run_sql(&format!("ALTER TABLE {table}_away RENAME TO {table}")));
    }

    /// What a statement counts, under the name `n`.
    pub fn count(&self, sql: &str) -> i64 {
        use diesel::{Connection as _, RunQueryDsl as _};
        #[derive(diesel::QueryableByName)]
        struct Counted {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        match &*self.database {
            Database::Postgres { .. } => self.wait(ground::count_sql(&self.database.text(), sql)),
            Database::Sqlite(folder) => {
                let path = folder.join("wayhome.db").display().to_string();
                let mut db = diesel::SqliteConnection::establish(&path).expect("the file opens");
                let rows = diesel::sql_query(sql).load::<Counted>(&mut db).expect("it counts");
                rows.first().map_or(0, |row| row.n)
            }
        }
    }

    fn run_sql(&self, sql: &str) {
        use diesel::{Connection as _, RunQueryDsl as _};
        match &*self.database {
            Database::Postgres { .. } => self.wait(run_sql(&self.database.text(), sql)),
            Database::Sqlite(folder) => {
                let path = folder.join("wayhome.db").display().to_string();
                let mut db = diesel::SqliteConnection::establish(&path).expect("the file opens");
                diesel::sql_query(sql).execute(&mut db).unwrap_or_else(|why| panic!("{sql}: {why}"));
            }
        }
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
        if let Some(database) = Arc::get_mut(&mut self.database) {
            runtime.block_on(database.remove());
        }
        runtime.shutdown_background();
    }
}

fn a_runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts")
}

/// Every server has chance of its own: no two tests see the same ids.
fn seed() -> u64 {
    static SERVERS: AtomicU64 = AtomicU64::new(1);
    SERVERS.fetch_add(1, Ordering::Relaxed)
}

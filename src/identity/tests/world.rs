//! A fresh database, a clock that is turned by hand, and people in it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::clock::ManualClock;
use crate::config::{Clients, Mode, Settings, Sources};
use crate::crypto::{
    DataSecrets, HashLimits, PasswordHash, PasswordHasher, PlainPassword, SigningKeys, Verdict,
};
use crate::cx::{Caller, Cx, Env, Result, Shared, Work};
use crate::identity::administration::{self, NewIdentity};
use crate::identity::login::{self, Prepared};
use crate::identity::{Progress, SignedIn};
use crate::model::{
    Birth, Continuation, Flow, FlowId, FlowState, IdentityId, IdentityState, Instant, Letter, Login, Mail,
    Message, Notice, Origin, Session, TokenDigest,
};
use crate::random::{Random, SeededRandom, SystemRandom};
use crate::store::{self, DatabaseUrl, Options, Store};

/// 24 November 2026, 14:30 UTC.
pub(super) const START: Instant = Instant::from_seconds(1_795_530_600);

/// A password that no rule refuses.
pub(super) const GOOD: &str = "river lantern cobalt orchard";

/// Another one.
pub(super) const BETTER: &str = "seven quiet harbours in fog";

/// Firefox as it names itself.
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// A server's insides, without the server.
pub(super) struct World {
    pub(super) work: Work,
    pub(super) clock: Arc<ManualClock>,
    runtime: tokio::runtime::Runtime,
    database: Database,
}

enum Database {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

/// The same world on every database that there is: SQLite, and PostgreSQL if the tests are given a server.
pub(super) fn worlds() -> Vec<World> {
    worlds_with(&[])
}

/// The same with settings, by the names of their variables.
pub(super) fn worlds_with(given: &[(&str, &str)]) -> Vec<World> {
    let mut worlds = vec![World::on_sqlite(given)];
    #[allow(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
    if let Ok(server) = std::env::var("WAYHOME_TEST_POSTGRES") {
        worlds.push(World::on_postgres(&server, given));
    }
    worlds
}

fn env(given: &[(&str, &str)]) -> (Arc<Env>, Arc<ManualClock>) {
    let secret = ("WAYHOME__SECRETS__DATA", "0123456789abcdef0123456789abcdef");
    // All tests come from one address.
    let no_limits =
        [("WAYHOME__LIMITS__SIGN_INS_PER_MINUTE", "0"), ("WAYHOME__LIMITS__RECOVERIES_PER_HOUR", "0")];
    let environment = std::iter::once(&secret)
        .chain(&no_limits)
        .chain(given)
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let sources = Sources { environment: environment.collect(), ..Sources::default() };
    let (settings, faults) = Settings::load(Mode::Development, &sources);
    let settings = settings.unwrap_or_else(|| panic!("{faults}"));
    let clock = Arc::new(ManualClock::at(START));
    let random: Arc<dyn Random> = Arc::new(SeededRandom::from_seed(7));
    let limits = HashLimits { workers: 1, queue: 1, ..HashLimits::default() };
    let env = Env {
        clients: Shared::new(Clients::default()),
        signing: Shared::new(SigningKeys::new(Vec::new())),
        secrets: DataSecrets::new(&settings.data_secrets).unwrap(),
        mail_key: None,
        outbound: crate::outbound::Outbound::new(&settings).unwrap(),
        client_keys: crate::cx::ClientKeys::default(),
        reveal: crate::cx::Reveal::default(),
        sign_outs: tokio::sync::Notify::new(),
        passwords: PasswordHasher::start(limits, Arc::clone(&random), clock.clone()).unwrap(),
        clock: clock.clone(),
        random,
        settings,
    };
    (Arc::new(env), clock)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A person at a browser.
pub(super) fn person_at(browser: u8) -> (TokenDigest, Birth) {
    let digest = TokenDigest::from_bytes([browser; 32]);
    (digest, Birth { browser: Some(digest), continuation: Continuation::Account, client_id: None })
}

/// The ids of notices, with the fields that they speak of.
pub(super) fn ids(notices: &[Notice]) -> Vec<String> {
    let id = |notice: &Notice| match &notice.field {
        Some(field) => format!("{}@{field}", notice.id),
        None => notice.id.clone(),
    };
    notices.iter().map(id).collect()
}

/// A hash for tests: comparing is the test's own affair.
pub(super) fn fake_hash(password: &str) -> PasswordHash {
    PasswordHash::from_phc(format!("hash of {password}"))
}

/// What comparing would have given.
pub(super) fn compare(typed: &PlainPassword, hash: Option<&PasswordHash>) -> Verdict {
    let matches = hash.is_some_and(|hash| hash.as_phc() == fake_hash(typed.expose()).as_phc());
    Verdict { matches, rehash: false }
}

impl World {
    fn new(given: &[(&str, &str)], url: &DatabaseUrl, database: Database) -> Self {
        let options = Options { postgres_connections: 8, ..Options::default() };
        let store = Store::open(url, options).unwrap();
        let (env, clock) = env(given);
        let caller = Caller {
            origin: Origin::SelfService,
            peer: "203.0.113.7".to_owned(),
            user_agent: FIREFOX.to_owned(),
            request: None,
            api_key: None,
            language: None,
        };
        Self { work: Work::new(env, store).on_behalf_of(caller), clock, runtime: runtime(), database }
    }

    fn on_sqlite(given: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("wayhome-identity-{}", SystemRandom.uuid()));
        let url = DatabaseUrl::Sqlite(folder.join("wayhome.db"));
        Self::new(given, &url, Database::Sqlite(folder))
    }

    fn on_postgres(server: &str, given: &[(&str, &str)]) -> Self {
        let name = format!("wayhome_identity_{}", SystemRandom.uuid().as_simple());
        runtime().block_on(run_sql(server, &format!("CREATE DATABASE {name}")));
        let mut url = url::Url::parse(server).unwrap();
        url.set_path(&name);
        let database = Database::Postgres { server: server.to_owned(), name };
        Self::new(given, &DatabaseUrl::parse(url.as_str()).unwrap(), database)
    }

    /// Runs a use case in a transaction of its own.
    pub(super) fn run<T, F>(&self, use_case: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        self.runtime.block_on(self.work.write(use_case)).unwrap()
    }

    /// Runs many use cases at once, each in a transaction of its own.
    pub(super) fn race<T, F>(&self, use_cases: Vec<F>) -> Vec<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        let all = use_cases.into_iter().map(|use_case| self.work.write(use_case));
        let all = futures_util::future::join_all(all);
        self.runtime.block_on(all).into_iter().map(|result| result.unwrap()).collect()
    }

    /// From now on everybody comes from this address.
    pub(super) fn come_from(&mut self, peer: &str) {
        let caller = Caller { peer: peer.to_owned(), ..self.work.caller().clone() };
        self.work = self.work.on_behalf_of(caller);
    }

    /// Time passes.
    pub(super) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Somebody with a proven address and a password.
    pub(super) fn person(&self, address: &str, password: &str) -> IdentityId {
        self.identity(address, Some(password), true)
    }

    /// An identity as an administrator makes it.
    pub(super) fn identity(&self, address: &str, password: Option<&str>, verified: bool) -> IdentityId {
        let new = NewIdentity {
            schema_id: "default".to_owned(),
            traits: json!({ "email": address, "name": "Anna Karenina" }),
            state: IdentityState::Active,
            metadata_public: None,
            metadata_admin: None,
            password: password.map(fake_hash),
            verified,
        };
        self.run(move |cx| administration::create(cx, new)).unwrap().id
    }

    /// Switches somebody on or off.
    pub(super) fn switch(&self, id: IdentityId, state: IdentityState) {
        self.run(move |cx| administration::set_state(cx, id, state)).unwrap();
    }

    /// The flow as it stands.
    pub(super) fn flow<S: FlowState>(&self, id: FlowId) -> Flow<S> {
        self.run(move |cx| Ok(store::flows::find::<S>(cx.db, id)?)).unwrap()
    }

    /// A submitted sign-in, comparison included.
    pub(super) fn sign_in(
        &self,
        flow: FlowId,
        address: &str,
        password: &str,
        previous: Option<Session>,
    ) -> Progress<Login> {
        let (address, password) = (address.to_owned(), password.to_owned());
        let prepared = self.run(move |cx| {
            let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
            login::prepare(cx, flow, &address, &password)
        });
        let attempt = match prepared {
            Prepared::Stay(flow) => return Progress::Stay(flow),
            Prepared::Compare(attempt) => attempt,
        };
        let verdict = compare(&attempt.password, attempt.hash.as_ref());
        self.run(move |cx| login::finish(cx, *attempt, verdict, None, previous.as_ref()))
    }

    /// Signs somebody in with a browser.
    pub(super) fn signed_in(&self, address: &str, password: &str, browser: u8) -> SignedIn {
        let (_, birth) = person_at(browser);
        let flow = self.run(move |cx| login::begin(cx, birth, "", None));
        match self.sign_in(flow, address, password, None) {
            Progress::Done(_, Some(signed_in)) => signed_in,
            other => panic!("nobody was signed in: {other:?}"),
        }
    }

    /// Every mail that was queued, newest first.
    pub(super) fn mails(&self) -> Vec<(String, Mail)> {
        self.run(|cx| {
            let messages = store::messages::list(cx.db, None, 1000, None, None)?;
            let open = |message: Message| {
                let letter = cx.env.secrets.open(&Message::place(message.id), &message.sealed).unwrap();
                let letter: Letter = serde_json::from_slice(&letter).unwrap();
                (message.recipient, letter.mail)
            };
            Ok(messages.into_iter().map(open).collect())
        })
    }

    /// The code and the token of the link in the newest mail to this address.
    pub(super) fn code_for(&self, address: &str) -> (String, String) {
        let has_code = |mail: &Mail| mail.is_for_use();
        match self.mails().into_iter().find(|(to, mail)| to == address && has_code(mail)) {
            Some((_, Mail::SignInCode { code, .. })) => (code, String::new()),
            Some((_, Mail::VerificationCode { code, link, .. } | Mail::RecoveryCode { code, link, .. })) => {
                (code, link)
            }
            other => panic!("the newest mail has no code: {other:?}"),
        }
    }

    /// The names of the facts about somebody.
    pub(super) fn facts(&self, identity: IdentityId) -> Vec<String> {
        self.run(move |cx| Ok(store::events::kinds_of(cx.db, identity)?))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        match &self.database {
            // What is left behind lies in the folder for temporary files.
            Database::Sqlite(folder) => drop(std::fs::remove_dir_all(folder)),
            Database::Postgres { server, name } => {
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                runtime().block_on(run_sql(server, &sql));
            }
        }
    }
}

async fn run_sql(server: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
}

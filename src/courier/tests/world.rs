//! A fresh database, a clock that is turned by hand, and everything else that a courier needs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::smtp_sink::SmtpSink;
use crate::clock::ManualClock;
use crate::config::{Clients, MailTemplate, Mode, Settings, SmtpSecurity, SmtpUrl, Sources};
use crate::courier::relay::Relay;
use crate::courier::{Courier, Evaluator, Way};
use crate::crypto::{DataSecrets, HashLimits, MailKey, PasswordHasher, SigningKeys};
use crate::cx::{Caller, Env, Shared, Work};
use crate::model::{IdentityId, Instant, Mail, Message, MessageId, Origin, SecretText};
use crate::random::{Random, SeededRandom, SystemRandom};
use crate::store::{self, DatabaseUrl, Options, Store};

/// 24 November 2026, 14:30 UTC.
pub(super) const START: Instant = Instant::from_seconds(1_795_530_600);

/// The life of a code.
pub(super) const TEN_MINUTES: Duration = Duration::from_secs(600);

/// A server's insides, without the server.
pub(super) struct World {
    pub(super) work: Work,
    pub(super) clock: Arc<ManualClock>,
    database: Database,
}

enum Database {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

/// The same world on every database that there is: SQLite, and PostgreSQL if the tests are given a server.
pub(super) async fn worlds() -> Vec<World> {
    let mut worlds = vec![World::on_sqlite(env(Mode::Production, &[]))];
    #[allow(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
    if let Ok(server) = std::env::var("WAYHOME_TEST_POSTGRES") {
        worlds.push(World::on_postgres(&server).await);
    }
    worlds
}

/// What lives as long as the process, and its clock.
pub(super) fn env(mode: Mode, given: &[(&str, &str)]) -> (Arc<Env>, Arc<ManualClock>) {
    env_with(mode, given, Vec::new())
}

/// The same with mails in the operator's words.
pub(super) fn env_with(
    mode: Mode,
    given: &[(&str, &str)],
    templates: Vec<MailTemplate>,
) -> (Arc<Env>, Arc<ManualClock>) {
    let mut environment = BTreeMap::from([
        ("WAYHOME__SERVER__ISSUER", "https://id.example.org"),
        ("WAYHOME__SECRETS__DATA", "0123456789abcdef0123456789abcdef"),
        ("WAYHOME__COURIER__SMTP_URL", "smtps://mail.example.org"),
        ("WAYHOME__COURIER__FROM", "login@example.org"),
    ]);
    environment.extend(given.iter().copied());
    let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let dkim_key = Some(SecretText::new(include_str!("../../../tests/golden/dkim/key.pem")));
    let mail_templates = Some(templates);
    let sources =
        Sources { environment: environment.collect(), dkim_key, mail_templates, ..Sources::default() };
    let (settings, faults) = Settings::load(mode, &sources);
    let settings = settings.unwrap_or_else(|| unreachable!("{faults}"));
    let clock = Arc::new(ManualClock::at(START));
    let random: Arc<dyn Random> = Arc::new(SeededRandom::from_seed(7));
    let limits = HashLimits { workers: 1, queue: 1, ..HashLimits::default() };
    let secrets: Vec<SecretText> = settings.data_secrets.clone();
    let mail_key = settings.courier.dkim.as_ref().map(|dkim| MailKey::from_pem(dkim.key.expose()).unwrap());
    let env = Env {
        reveal: crate::cx::Reveal::default(),
        sign_outs: tokio::sync::Notify::new(),
        clients: Shared::new(Clients::default()),
        signing: Shared::new(SigningKeys::new(Vec::new())),
        secrets: DataSecrets::new(&secrets).unwrap(),
        mail_key,
        outbound: crate::outbound::Outbound::new(&settings).unwrap(),
        client_keys: crate::cx::ClientKeys::default(),
        passwords: PasswordHasher::start(limits, Arc::clone(&random), clock.clone()).unwrap(),
        clock: clock.clone(),
        random,
        settings,
    };
    (Arc::new(env), clock)
}

/// A mail with this code.
pub(super) fn code_mail(code: &str) -> Mail {
    Mail::RecoveryCode { code: code.to_owned(), link: format!("link-of-{code}"), client_name: None }
}

/// Where the mail server of the tests is.
pub(super) fn smtp_url(port: u16, security: SmtpSecurity) -> SmtpUrl {
    SmtpUrl { host: "localhost".to_owned(), port, security, credentials: None }
}

impl World {
    /// On SQLite, with these settings.
    pub(super) fn on_sqlite((env, clock): (Arc<Env>, Arc<ManualClock>)) -> Self {
        let folder = std::env::temp_dir().join(format!("wayhome-courier-{}", SystemRandom.uuid()));
        let url = DatabaseUrl::Sqlite(folder.join("wayhome.db"));
        let store = Store::open(&url, Options::default()).unwrap();
        Self { work: Work::new(env, store), clock, database: Database::Sqlite(folder) }
    }

    async fn on_postgres(server: &str) -> Self {
        let name = format!("wayhome_courier_{}", SystemRandom.uuid().as_simple());
        run_sql(server, &format!("CREATE DATABASE {name}")).await;
        let mut url = url::Url::parse(server).unwrap();
        url.set_path(&name);
        let options = Options { postgres_connections: 4, ..Options::default() };
        let store = Store::open(&DatabaseUrl::parse(url.as_str()).unwrap(), options).unwrap();
        let (env, clock) = env(Mode::Production, &[]);
        let database = Database::Postgres { server: server.to_owned(), name };
        Self { work: Work::new(env, store), clock, database }
    }

    /// A courier that sends to this server without TLS, and waits for two seconds at most.
    pub(super) fn courier(&self, sink: &SmtpSink) -> Courier {
        self.courier_to(sink.port())
    }

    /// The same, to a port.
    pub(super) fn courier_to(&self, port: u16) -> Courier {
        let mut url = smtp_url(port, SmtpSecurity::Plain);
        url.host = "127.0.0.1".to_owned();
        self.courier_over(Relay::trusting(url, None, Duration::from_secs(2)))
    }

    /// A courier over this relay.
    pub(super) fn courier_over(&self, relay: Relay) -> Courier {
        Courier::over(self.work.clone(), Way::Smtp(relay), Evaluator::of_this_program())
    }

    /// Queues a mail that is useful for ten minutes.
    pub(super) async fn queue(&self, recipient: &str, mail: Mail) -> MessageId {
        self.queue_for(recipient, None, mail, TEN_MINUTES).await
    }

    /// Queues a mail.
    pub(super) async fn queue_for(
        &self,
        recipient: &str,
        identity: Option<IdentityId>,
        mail: Mail,
        useful: Duration,
    ) -> MessageId {
        let caller = Caller {
            origin: Origin::SelfService,
            peer: "203.0.113.7".to_owned(),
            user_agent: FIREFOX.to_owned(),
            request: None,
            api_key: None,
            language: None,
        };
        let recipient = recipient.to_owned();
        let work = self.work.on_behalf_of(caller);
        work.write(move |cx| cx.queue_mail(&recipient, identity, mail, useful)).await.unwrap()
    }

    /// The message as it stands.
    pub(super) async fn message(&self, id: MessageId) -> Message {
        self.work.read(move |cx| Ok(store::messages::find(cx.db, id)?)).await.unwrap().unwrap()
    }

    /// The names of the facts about somebody.
    pub(super) async fn facts(&self, identity: IdentityId) -> Vec<String> {
        self.work.read(move |cx| Ok(store::events::kinds_of(cx.db, identity)?)).await.unwrap()
    }
}

/// Firefox as it names itself.
pub(super) const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

impl Drop for World {
    fn drop(&mut self) {
        match &self.database {
            // What is left behind lies in the folder for temporary files.
            Database::Sqlite(folder) => drop(std::fs::remove_dir_all(folder)),
            Database::Postgres { server, name } => {
                let (server, name) = (server.clone(), name.clone());
                let dropped = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(run_sql(&server, &format!("DROP DATABASE {name} WITH (FORCE)")));
                });
                drop(dropped.join());
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

//! A command in a folder of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wayhome::random::{Random as _, SystemRandom};

/// What `serve` asks for at least.
pub const PRODUCTION: &[(&str, &str)] = &[
    ("WAYHOME__SERVER__ISSUER", "https://id.example.org"),
    ("WAYHOME__SECRETS__DATA", "0123456789abcdef0123456789abcdef"),
    ("WAYHOME__COURIER__SMTP_URL", "smtp+plain://127.0.0.1:9"),
];

/// Where a command runs. The folder is gone when this is dropped.
pub struct Folder {
    path: PathBuf,
    database: Option<Database>,
}

struct Database {
    server: String,
    name: String,
    url: String,
    /// Whether commands are told of it by their environment.
    told: bool,
}

/// What came of a command.
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Folder {
    /// A new, empty one.
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("wayhome-cli-{}", SystemRandom.uuid()));
        std::fs::create_dir_all(&path).unwrap();
        Self { path, database: None }
    }

    /// One that works with SQLite, and one that works with PostgreSQL if the tests are given a server.
    pub fn with_each_database() -> Vec<Self> {
        #[allow(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
        let server = std::env::var("WAYHOME_TEST_POSTGRES").ok();
        let on_postgres = server.map(Self::with_postgres);
        std::iter::once(Self::new()).chain(on_postgres).collect()
    }

    /// One with a PostgreSQL database that nothing in its environment names; its URL.
    pub fn beside_postgres() -> (Self, String) {
        let mut folder = Self::with_postgres(crate::app::postgres_server());
        let database = folder.database.as_mut().unwrap();
        database.told = false;
        let url = database.url.clone();
        (folder, url)
    }

    fn with_postgres(server: String) -> Self {
        let name = format!("wayhome_cli_{}", SystemRandom.uuid().as_simple());
        run_sql(&server, &format!("CREATE DATABASE {name}"));
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        let mut folder = Self::new();
        folder.database = Some(Database { server, name, url: url.to_string(), told: true });
        folder
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn write(&self, name: &str, text: &str) {
        // At once, so that whoever watches the file never sees half of it.
        let new = self.path.join(format!("{name}.new"));
        std::fs::create_dir_all(new.parent().unwrap()).unwrap();
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.path.join(name)).unwrap();
    }

    /// The command, ready to be started: in this folder, and with nothing of this machine's own settings.
    pub fn command(&self, words: &[&str], environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wayhome"));
        command.args(words).current_dir(&self.path).env_clear().envs(environment.iter().copied());
        if let Some(database) = self.database.as_ref().filter(|database| database.told) {
            command.env("WAYHOME__DATABASE__URL", &database.url);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, words: &[&str], environment: &[(&str, &str)]) -> Done {
        self.run_with_input(words, environment, "")
    }

    /// The same, with something on standard input.
    pub fn run_with_input(&self, words: &[&str], environment: &[(&str, &str)], input: &str) -> Done {
        let mut child = self.command(words, environment).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that reads nothing may have ended already.
        let _unread = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.path));
        if let Some(database) = &self.database {
            run_sql(&database.server, &format!("DROP DATABASE {} WITH (FORCE)", database.name));
        }
    }
}

fn run_sql(server: &str, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        driver.await.unwrap().unwrap();
    });
}

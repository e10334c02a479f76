//! The server under test: its settings, its clients, its people, its start and its end.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wayhome::crypto::{base64url, sha256};
use wayhome::random::{Random as _, SystemRandom};

use crate::failure::{During as _, Failure, Result};
use crate::options::Options;
use crate::processes::Process;

/// The password of every person of the run.
pub const PASSWORD: &str = "river lantern cobalt orchard";

/// Where codes are sent. Nobody goes there.
pub const REDIRECT_URI: &str = "https://app.load.example/callback";

/// The secret of every client of the run that has one.
pub const SECRET: &str = "wh-load-5b8e2f7c1d9a4e63b0f1c7a2";

/// A server that takes longer to start has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a server is.
#[derive(Debug, Clone)]
pub struct Site {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it calls itself.
    pub origin: String,
}

impl Site {
    /// On a port of this machine that is free now.
    pub fn on_a_free_port() -> Result<Self> {
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        Ok(Self { address, origin: format!("http://localhost:{}", address.port()) })
    }

    /// The address of the person of this number.
    pub fn email(number: usize) -> String {
        format!("load-{number}@example.com")
    }
}

/// Everything that starts of the server have in common.
pub struct Setup {
    /// Where it will be.
    pub site: Site,
    /// Where its administration API will be.
    pub admin: Site,
    folder: PathBuf,
    log: PathBuf,
    binary: PathBuf,
    cores: String,
    environment: Vec<(&'static str, String)>,
}

/// A server that runs.
pub struct Server {
    /// Its process.
    pub process: Process,
    /// How long it took until it was ready.
    pub started_in: Duration,
}

impl Setup {
    /// Writes the files of the run into `folder`.
    pub fn new(options: &Options, folder: &Path) -> Result<Self> {
        let site = Site::on_a_free_port()?;
        let admin = Site::on_a_free_port()?;
        fs::write(folder.join("clients.toml"), clients())?;
        let workers = options.server_core_numbers().len().max(1).to_string();
        let environment = vec![
            ("WAYHOME__SERVER__ISSUER", site.origin.clone()),
            ("WAYHOME__SERVER__PUBLIC", site.address.to_string()),
            ("WAYHOME__SERVER__ADMIN", admin.address.to_string()),
            ("WAYHOME__SERVER__DATA_DIR", folder.join("data").display().to_string()),
            ("WAYHOME__SERVER__WORKERS", workers),
            ("WAYHOME__SERVER__LOG", options.log.clone()),
            ("WAYHOME__SECRETS__DATA", base64url(&SystemRandom.bytes32())),
            ("WAYHOME__DATABASE__URL", options.database.clone().unwrap_or_default()),
            ("WAYHOME__COURIER__SMTP_URL", "smtp+plain://127.0.0.1:9".to_owned()),
            // Whoever signs in over and over would be told each time, by a mail server that is not there.
            ("WAYHOME__LOGIN__NEW_DEVICE_MAIL", "false".to_owned()),
            // The limits count, as they do in production, and are never reached.
            ("WAYHOME__LIMITS__REQUESTS_PER_MINUTE", "10000000".to_owned()),
            ("WAYHOME__LIMITS__FLOWS_PER_MINUTE", "10000000".to_owned()),
            ("WAYHOME__LIMITS__SIGN_INS_PER_MINUTE", "10000000".to_owned()),
            ("WAYHOME__LIMITS__RECOVERIES_PER_HOUR", "10000000".to_owned()),
        ];
        let (binary, cores) = (options.binary.clone(), options.server_cores.clone());
        // The log goes to memory where there is such a place: a pipe to a collector does not wait for the disk either,
        // and the disk belongs to the database.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() && !options.keep { memory } else { folder };
        let log = place.join(format!("wayhome-load-{}.log", std::process::id()));
        Ok(Self { site, admin, folder: folder.to_owned(), log, binary, cores, environment })
    }

    /// Starts the server and waits until it is ready.
    pub fn start(&self) -> Result<Server> {
        let begun = Instant::now();
        let mut process = Process::start(&self.cores, &self.binary, |command| {
            command.args(["serve", "--clients", "clients.toml"]).stdout(Stdio::null());
            self.prepare(command);
        })?;
        while !self.is_ready() {
            if process.has_ended() || begun.elapsed() > PATIENCE {
                return Err(Failure::new(format!("the server did not start: {}", self.last_words())));
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok(Server { process, started_in: begun.elapsed() })
    }

    /// Makes the person of this number, while no server has the database.
    pub fn create_person(&self, number: usize) -> Result<()> {
        self.command(&["identities", "create", "--email", &Site::email(number), "--password-stdin"], PASSWORD)
            .map(drop)
    }

    /// Runs a command of the binary with a line for its input; answers what it prints.
    pub fn command(&self, arguments: &[&str], line: &str) -> Result<String> {
        let mut command = Command::new(&self.binary);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        self.prepare(&mut command);
        let mut child = command.spawn().during("starting the command line")?;
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "{line}")?;
        }
        let ended = child.wait_with_output()?;
        if ended.status.success() {
            return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
        }
        let asked = arguments.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        Err(Failure::new(format!("`wayhome {asked}` failed: {}", self.last_words())))
    }

    /// Empties the log, so that no run pays for the lines of the one before.
    pub fn empty_log(&self) -> Result<()> {
        Ok(File::options().write(true).open(&self.log)?.set_len(0)?)
    }

    /// The end of the log.
    pub fn last_words(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let end = String::from_utf8_lossy(log.get(log.len().saturating_sub(2_000)..).unwrap_or_default())
            .into_owned();
        let last: Vec<&str> = end.lines().rev().take(5).collect();
        last.join(" | ")
    }

    fn prepare(&self, command: &mut Command) {
        let errors = File::options().create(true).append(true).open(&self.log);
        command.current_dir(&self.folder).stderr(errors.map_or_else(|_| Stdio::null(), Stdio::from));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
    }

    fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.site.address) else { return false };
        let host = self.site.address;
        let asked = format!("GET /health/ready HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        let read = stream.write_all(asked.as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
        read.is_ok() && answer.starts_with("HTTP/1.1 200")
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        if !self.log.starts_with(&self.folder) {
            // Whatever is left of it is in memory, and small.
            let _left = fs::remove_file(&self.log);
        }
    }
}

/// `clients.toml` of the run.
fn clients() -> String {
    let digest = sha256(SECRET.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let mut text = String::new();
    for (id, token) in [
        ("load-machine-rs256", "access_token_alg = \"RS256\""),
        ("load-machine-es256", "access_token_alg = \"ES256\""),
        ("load-machine-eddsa", "access_token_alg = \"EdDSA\""),
        ("load-machine-opaque", "access_token_format = \"opaque\"\naccess_token_lifetime = \"24h\""),
    ] {
        let _ = write!(
            text,
            "[[client]]\nid = \"{id}\"\ntype = \"machine\"\nsecret_sha256 = \"{digest}\"\nscopes = [\"read\"]\n\
             audience = [\"https://api.load.example\"]\n{token}\n\n"
        );
    }
    for (id, algorithm) in
        [("load-spa-rs256", "RS256"), ("load-spa-es256", "ES256"), ("load-spa-eddsa", "EdDSA")]
    {
        let _ = write!(
            text,
            "[[client]]\nid = \"{id}\"\ntype = \"spa\"\nredirect_uris = [\"{REDIRECT_URI}\"]\nskip_consent = true\n\
             audience = [\"https://api.load.example\"]\naccess_token_alg = \"{algorithm}\"\n\
             id_token_alg = \"{algorithm}\"\naccess_token_lifetime = \"24h\"\n\n"
        );
    }
    text
}

//! Reads what the server is told: the settings' file, the environment, and the clients' file. All faults of all of
//! them are found in one pass.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::StartError;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Fault, Faults, Mode, Settings, Sources, check_clients};
use crate::crypto::{ClientKeySet, MailKey};
use crate::identity::traits::schema_problem;
use crate::model::{Client, Instant, SecretText};
use crate::outbound::Outbound;
use crate::store::DatabaseUrl;
use crate::web::ServerTls;

/// The settings' file, if no other is named.
const SETTINGS_FILE: &str = "wayhome.toml";

/// The clients' file, if no other is named.
const CLIENTS_FILE: &str = "clients.toml";

/// Where to look.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// Development or production.
    pub mode: Mode,
    /// The settings' file; without one, `wayhome.toml` if it is there.
    pub config: Option<PathBuf>,
    /// The clients' file; without one, `clients.toml` if it is there.
    pub clients: Option<PathBuf>,
    /// The environment, in which the flags of the command line stand as well.
    pub environment: BTreeMap<String, String>,
}

impl Inputs {
    /// The usual files, and the environment of this process.
    pub fn usual(mode: Mode) -> Self {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let named = |variable: &str| environment.get(variable).map(PathBuf::from);
        Self { mode, config: named("WAYHOME_CONFIG"), clients: named("WAYHOME_CLIENTS"), environment }
    }

    /// Whether there is a file of settings.
    pub fn has_settings_file(&self) -> bool {
        self.config.is_some() || Path::new(SETTINGS_FILE).exists()
    }

    /// With this value of a key, as its environment variable names it, in place of any other.
    pub fn set(&mut self, variable: &str, value: impl Into<String>) {
        self.environment.insert(variable.to_owned(), value.into());
    }
}

/// What was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Where the database is.
    pub database: DatabaseUrl,
    /// The clients.
    pub clients: Vec<Client>,
    /// Where the clients come from, to be read again.
    pub clients_file: ClientsFile,
    /// What is not as it should be and yet no reason to stop.
    pub warnings: Faults,
}

/// Reads and checks everything.
pub fn load(inputs: &Inputs) -> Result<Loaded, StartError> {
    let mut faults = Faults::default();
    let mut sources = Sources { environment: inputs.environment.clone(), ..Sources::default() };
    sources.file = read_named(inputs.config.as_deref(), SETTINGS_FILE, &mut faults);
    if let Some(name) = Settings::file_of(&sources, "identity.schema") {
        sources.schema = read(Path::new(&name), &mut Faults::default()).map(|text| (name, text));
    }
    if let Some(name) = Settings::file_of(&sources, "courier.dkim_key") {
        sources.dkim_key = read(Path::new(&name), &mut Faults::default()).map(SecretText::new);
    }
    if let Some(name) = Settings::file_of(&sources, "outbound.ca_file") {
        sources.outbound_ca = read(Path::new(&name), &mut Faults::default());
    }
    let (settings, found) = Settings::load(inputs.mode, &sources);
    faults.0.extend(found.0);
    if let Some(problem) = settings.as_ref().and_then(|settings| schema_problem(&settings.identity.schema)) {
        let place = sources.schema.as_ref().map_or("identity.schema", |(name, _)| name.as_str());
        faults.add(Fault::error(place, format!("identity.schema: {problem}")));
    }
    if let Some(Err(problem)) = settings.as_ref().map(mail_key) {
        faults.add(problem);
    }
    let tls = settings.as_ref().and_then(|settings| settings.tls.as_ref());
    if let Some(Err(problem)) = tls.map(ServerTls::read) {
        faults.add(Fault::error("server.tls_certificate", format!("server.tls_certificate: {problem}")));
    }
    if let Some(Err(problem)) = settings.as_ref().map(outbound) {
        faults.add(problem);
    }
    let database = settings.as_ref().and_then(|settings| database(settings, &mut faults));
    let clients_file = ClientsFile {
        path: inputs.clients.clone().unwrap_or_else(|| PathBuf::from(CLIENTS_FILE)),
        required: inputs.clients.is_some(),
        environment: inputs.environment.clone(),
        built_in: Vec::new(),
    };
    let clients = clients_file.load(&mut faults);
    match (settings, database) {
        (Some(settings), Some(database)) if !faults.are_fatal() => {
            Ok(Loaded { settings, database, clients, clients_file, warnings: faults })
        }
        _ => Err(StartError::Configuration(faults)),
    }
}

/// The key that mails are signed with, if there is one.
pub(super) fn mail_key(settings: &Settings) -> Result<Option<MailKey>, Fault> {
    let Some(dkim) = &settings.courier.dkim else { return Ok(None) };
    let key = MailKey::from_pem(dkim.key.expose());
    key.map(Some).map_err(|why| Fault::error("courier.dkim_key", format!("courier.dkim_key: {why}")))
}

/// The way out for clients.
pub(super) fn outbound(settings: &Settings) -> Result<Outbound, Fault> {
    Outbound::new(settings)
        .map_err(|why| Fault::error("outbound.ca_file", format!("outbound.ca_file: {why}")))
}

fn database(settings: &Settings, faults: &mut Faults) -> Option<DatabaseUrl> {
    let url = DatabaseUrl::parse(&settings.database_url);
    if url.is_none() {
        // The URL may hold a password, so it is not repeated.
        faults.add(Fault::error("database.url", "it must begin with sqlite: or postgres://"));
    }
    url
}

/// The text of the named file, which must exist, or of the usual one, which may.
fn read_named(named: Option<&Path>, usual: &str, faults: &mut Faults) -> Option<(String, String)> {
    let path = named.unwrap_or(Path::new(usual));
    if named.is_none() && !path.exists() {
        return None;
    }
    read(path, faults).map(|text| (path.display().to_string(), text))
}

fn read(path: &Path, faults: &mut Faults) -> Option<String> {
    std::fs::read_to_string(path)
        .map_err(|why| {
            let why = match why.kind() {
                ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
                _ => why.to_string(),
            };
            faults.add(Fault::error(path.display().to_string(), format!("the file cannot be read: {why}")));
        })
        .ok()
}

/// The clients' file, which may be read many times.
#[derive(Debug, Clone)]
pub struct ClientsFile {
    path: PathBuf,
    required: bool,
    environment: BTreeMap<String, String>,
    built_in: Vec<Client>,
}

impl ClientsFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// With this client wherever the file does not define one of its id.
    pub fn with_built_in(mut self, client: Client) -> Self {
        self.built_in.push(client);
        self
    }

    /// The file as it is now; `None` if it does not exist and need not.
    pub fn read(&self) -> Result<Option<String>, Fault> {
        if !self.required && !self.path.exists() {
            return Ok(None);
        }
        let mut faults = Faults::default();
        let text = read(&self.path, &mut faults);
        match faults.0.pop() {
            Some(fault) => Err(fault),
            None => Ok(text),
        }
    }

    /// The clients of this text, and what is wrong with it.
    pub fn check(&self, text: &str) -> (Vec<Client>, Faults) {
        let look_up = |what: &str| self.look_up(what);
        let (mut clients, mut faults) = check_clients(&self.path.display().to_string(), text, &look_up);
        for client in &clients {
            for fault in client.jwks.iter().flat_map(ClientKeySet::faults) {
                faults.add(Fault::error(&client.origin, format!("{}: jwks: {fault}", client.id)));
            }
        }
        for client in &self.built_in {
            if !clients.iter().any(|defined| defined.id == client.id) {
                clients.push(client.clone());
            }
        }
        warn_of_secrets_that_are_over(&clients, SystemClock.now(), &mut faults);
        (clients, faults)
    }

    fn load(&self, faults: &mut Faults) -> Vec<Client> {
        match self.read() {
            Ok(text) => {
                let (clients, found) = self.check(&text.unwrap_or_default());
                faults.0.extend(found.0);
                clients
            }
            Err(fault) => {
                faults.add(fault);
                Vec::new()
            }
        }
    }

    /// A client's secret: `env:NAME` or `file:PATH`. The answer to a failure never holds a value.
    fn look_up(&self, what: &str) -> Result<String, String> {
        match what.split_once(':') {
            Some(("env", name)) => self
                .environment
                .get(name)
                .filter(|secret| !secret.is_empty())
                .cloned()
                .ok_or_else(|| format!("the environment variable {name} is not set")),
            Some(("file", path)) => match std::fs::read_to_string(path) {
                Ok(text) if text.trim().is_empty() => Err(format!("the file {path} is empty")),
                Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
                Err(why) => Err(format!("the file {path} cannot be read: {why}")),
            },
            _ => Err("write { env = \"NAME\" } or { file = \"PATH\" }".to_owned()),
        }
    }
}

/// Nobody notices a secret that has run out before an application stands before a closed door.
fn warn_of_secrets_that_are_over(clients: &[Client], now: Instant, faults: &mut Faults) {
    for client in clients {
        for until in
            client.secrets.iter().filter(|secret| secret.is_over(now)).filter_map(|secret| secret.until)
        {
            let ended = until.rfc3339_seconds();
            let fault = Fault::warning(
                client.origin.as_str(),
                format!("secret: one of the secrets of `{}` is over since {ended}", client.id),
            );
            faults.add(fault.hint("take its line away"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fresh::{Fresh, sqlite};

    fn inputs(fresh: &Fresh, settings: &str, clients: &str) -> Inputs {
        std::fs::create_dir_all(&fresh.folder).unwrap();
        let (config, clients_file) = (fresh.folder.join("wayhome.toml"), fresh.folder.join("clients.toml"));
        std::fs::write(&config, settings).unwrap();
        std::fs::write(&clients_file, clients).unwrap();
        Inputs {
            mode: Mode::Production,
            config: Some(config),
            clients: Some(clients_file),
            environment: BTreeMap::new(),
        }
    }

    #[test]
    fn the_faults_of_all_files_are_told_at_once() {
        let fresh = sqlite();
        let inputs = inputs(&fresh, "[server]\nnmae = \"A\"\n", "[[client]]\nid = \"a\"\ntype = \"spaa\"\n");
        let said = load(&inputs).unwrap_err().to_string();
        for expected in [
            "wayhome.toml:2:1: there is no key `server.nmae`",
            "clients.toml:3:8: type: `spaa`",
            "server.issuer: it is missing",
        ] {
            assert!(said.contains(expected), "{expected}\n--\n{said}");
        }
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let fresh = sqlite();
        let mut inputs = Inputs {
            mode: Mode::Development,
            config: Some(fresh.folder.join("nowhere.toml")),
            clients: Some(fresh.folder.join("none.toml")),
            environment: BTreeMap::new(),
        };
        let said = load(&inputs).unwrap_err().to_string();
        assert!(said.contains("nowhere.toml: the file cannot be read"), "{said}");
        assert!(said.contains("none.toml: the file cannot be read"), "{said}");
        (inputs.config, inputs.clients) = (None, None);
        inputs.set("WAYHOME__IDENTITY__SCHEMA", "missing.json");
        let said = load(&inputs).unwrap_err().to_string();
        assert!(said.contains("missing.json"), "{said}");
    }

    #[test]
    fn a_key_for_mails_must_be_there_and_be_one() {
        let fresh = sqlite();
        let key = fresh.folder.join("key.pem");
        let mut inputs = inputs(&fresh, "", "");
        inputs.mode = Mode::Development;
        inputs.set("WAYHOME__COURIER__DKIM_KEY", key.to_str().unwrap());
        let said = load(&inputs).unwrap_err().to_string();
        assert!(said.contains("courier.dkim_key: the file") && said.contains("cannot be read"), "{said}");
        std::fs::write(&key, "swordfish").unwrap();
        let said = load(&inputs).unwrap_err().to_string();
        assert!(
            said.contains("courier.dkim_key: a key cannot be used") && !said.contains("swordfish"),
            "{said}"
        );
        std::fs::write(&key, include_str!("../../tests/golden/dkim/key.pem")).unwrap();
        let loaded = load(&inputs).unwrap();
        assert_eq!(loaded.settings.courier.dkim.map(|dkim| dkim.selector).as_deref(), Some("wayhome"));
        inputs.set("WAYHOME__COURIER__DKIM_SELECTOR", "two words");
        assert!(load(&inputs).unwrap_err().to_string().contains("courier.dkim_selector: write"));
    }

    #[test]
    fn sec_j07_a_key_of_a_client_that_is_not_fit_is_told_at_once() {
        let fresh = sqlite();
        let client = |key: &str| {
            format!(
                "[[client]]\nid = \"a\"\ntype = \"machine\"\nscopes = [\"x\"]\n\
                 token_endpoint_auth_method = \"private_key_jwt\"\njwks = '{{\"keys\": [{key}]}}'\n"
            )
        };
        let point = "\"x\": \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"";
        let good = format!("{{\"kty\": \"OKP\", \"crv\": \"Ed25519\", {point}}}");
        let weak = "{\"kty\": \"RSA\", \"n\": \"AQAB\", \"e\": \"AQAB\"}";
        let mut inputs = inputs(&fresh, "", &client(&format!("{good}, {weak}")));
        inputs.mode = Mode::Development;
        let said = load(&inputs).unwrap_err().to_string();
        assert!(said.contains("jwks: key 2: an RSA key has 2048 to 8192 bits here"), "{said}");
        assert!(said.contains("clients.toml:1"), "{said}");
        std::fs::write(inputs.clients.as_ref().unwrap(), client(&good)).unwrap();
        assert_eq!(load(&inputs).unwrap().clients.len(), 1);
    }

    #[test]
    fn the_authorities_for_servers_of_clients_must_be_certificates() {
        let fresh = sqlite();
        let file = fresh.folder.join("authority.pem");
        let mut inputs = inputs(&fresh, "", "");
        inputs.mode = Mode::Development;
        inputs.set("WAYHOME__OUTBOUND__CA_FILE", file.to_str().unwrap());
        assert!(load(&inputs).unwrap_err().to_string().contains("outbound.ca_file: the file"));
        std::fs::write(&file, "swordfish").unwrap();
        let said = load(&inputs).unwrap_err().to_string();
        assert!(said.contains("outbound.ca_file: there is no certificate in it"), "{said}");
    }

    #[test]
    fn sec_e04_a_database_url_is_not_repeated() {
        let fresh = sqlite();
        let mut inputs = inputs(&fresh, "", "");
        inputs.mode = Mode::Development;
        inputs.set("WAYHOME__DATABASE__URL", "mysql://me:swordfish@db");
        let said = load(&inputs).unwrap_err().to_string();
        assert!(said.contains("database.url") && !said.contains("swordfish"), "{said}");
    }

    #[test]
    fn a_secret_comes_from_the_environment_or_a_file() {
        let fresh = sqlite();
        let secret = fresh.folder.join("secret");
        let client = |source: &str| {
            format!("[[client]]\nid = \"a\"\ntype = \"machine\"\nsecret = {{ {source} }}\nscopes = [\"x\"]\n")
        };
        let file = client(&format!("file = \"{}\"", secret.display()));
        let mut inputs = inputs(&fresh, "", &file);
        inputs.mode = Mode::Development;
        assert!(load(&inputs).unwrap_err().to_string().contains("cannot be read"));
        std::fs::write(&secret, "kept in a file\n").unwrap();
        let known = load(&inputs).unwrap().clients.remove(0).secrets.remove(0);
        assert_eq!(known.known, crate::model::KnownSecret::Plain(SecretText::new("kept in a file")));
        assert_eq!((known.source, known.until), (format!("file:{}", secret.display()), None));
        std::fs::write(inputs.clients.as_ref().unwrap(), client("env = \"A_SECRET\"")).unwrap();
        assert!(load(&inputs).unwrap_err().to_string().contains("A_SECRET is not set"));
        inputs.set("A_SECRET", "kept in the environment");
        assert_eq!(load(&inputs).unwrap().clients.len(), 1);
    }

    #[test]
    fn sec_k09_a_secret_that_is_over_is_told() {
        let fresh = sqlite();
        let client = |until: &str| {
            let digest = "ab".repeat(32);
            format!(
                "[[client]]\nid = \"a\"\ntype = \"machine\"\nscopes = [\"x\"]\nsecret_sha256 = [{{ digest = \"{digest}\", until = \"{until}\" }}]\n"
            )
        };
        let mut inputs = inputs(&fresh, "", &client("2020-01-01T00:00:00Z"));
        inputs.mode = Mode::Development;
        let told = load(&inputs).unwrap().warnings.to_string();
        assert!(
            told.contains(
                "clients.toml:1:1: secret: one of the secrets of `a` is over since 2020-01-01T00:00:00Z"
            ),
            "{told}"
        );
        std::fs::write(inputs.clients.as_ref().unwrap(), client("9999-01-01T00:00:00Z")).unwrap();
        assert_eq!(load(&inputs).unwrap().warnings.to_string(), "");
    }
}

//! What a server is started with.

use std::collections::BTreeMap;

use wayhome::config::{Mode, Settings, Sources, check_clients};
use wayhome::model::Client;
use wayhome::store::Engine;
use wayhome::web::Patience;

use super::{CLIENT_SECRET, SECRET, TestApp};

/// The clients that every test has.
const CLIENTS: &str = include_str!("../clients.toml");

/// What a server is started with.
#[derive(Debug, Clone)]
pub struct Setup {
    engine: Engine,
    mode: Mode,
    pub(super) issuer: Option<String>,
    environment: BTreeMap<String, String>,
    schema: Option<String>,
    other_schemas: BTreeMap<String, String>,
    file: String,
    files: BTreeMap<String, String>,
    pub(super) patience: Patience,
    pub(super) clients: String,
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
            other_schemas: BTreeMap::new(),
            file: String::new(),
            files: BTreeMap::new(),
            patience: Patience::default(),
            clients: CLIENTS.to_owned(),
        };
        setup
            .set("secrets.data", SECRET)
            .set("server.workers", "1")
            .set("password.workers", "1")
            .set("database.connections", "4")
            .set("limits.requests_per_minute", "0")
            .set("limits.flows_per_minute", "0")
            .set("limits.token_failures_per_minute", "0")
            .set("limits.sign_ins_per_minute", "0")
            .set("limits.recoveries_per_hour", "0")
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

    /// With a schema beside that one.
    pub fn other_schema(mut self, name: &str, json: &str) -> Self {
        let file = format!("{name}.schema.json");
        self.other_schemas.insert(file.clone(), json.to_owned());
        let listed = self.environment.get("WAYHOME__IDENTITY__SCHEMAS").cloned().unwrap_or_default();
        self.set("identity.schemas", &format!("{listed},{name}={file}"))
    }

    /// With these lines in `wayhome.toml`.
    pub fn file(mut self, toml: &str) -> Self {
        self.file.push_str(toml);
        self
    }

    /// With a file beside it.
    pub fn beside(mut self, name: &str, text: &str) -> Self {
        self.files.insert(name.to_owned(), text.to_owned());
        self
    }

    /// With a variable in the environment that is no setting.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With another patience for connections.
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Starts the server.
    pub fn start(self) -> TestApp {
        TestApp::start(self)
    }
}

/// The settings that come of it.
pub(super) fn settings(setup: &Setup) -> Settings {
    let schema = setup.schema.clone().map(|text| ("identity.schema.json".to_owned(), text));
    let files = setup.files.iter().map(|(name, text)| (name.clone(), Ok(text.clone()))).collect();
    let sources = Sources {
        file: Some(("wayhome.toml".to_owned(), setup.file.clone())),
        environment: setup.environment.clone(),
        schema,
        schemas: setup.other_schemas.clone(),
        files,
        ..Sources::default()
    };
    let (settings, faults) = Settings::load(setup.mode, &sources);
    settings.unwrap_or_else(|| panic!("the settings of a test:\n{faults}"))
}

/// The clients of a text.
pub(super) fn clients(toml: &str) -> Vec<Client> {
    let (clients, faults) = check_clients("clients.toml", toml, &|_| Ok(CLIENT_SECRET.to_owned()));
    assert!(!faults.are_fatal(), "the clients of a test:\n{faults}");
    clients
}

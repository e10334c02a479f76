//! Reads what the server is told: the settings' file, the environment, and the clients' file. All faults of all of
//! them are found in one pass.

mod clients_file;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use clients_file::ClientsFile;

use super::StartError;
use crate::config::{Fault, Faults, MailTemplate, Mode, Settings, Sources};
use crate::crypto::MailKey;
use crate::identity::traits::schema_problem;
use crate::model::{Client, SecretText};
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
    /// Where keys of the settings are set; one that is set nowhere is not among them.
    pub places: BTreeMap<&'static str, String>,
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
    for name in Settings::schema_files(&sources) {
        if let Some(text) = read(Path::new(&name), &mut Faults::default()) {
            sources.schemas.insert(name, text);
        }
    }
    if let Some(name) = Settings::file_of(&sources, "courier.dkim_key") {
        sources.dkim_key = read(Path::new(&name), &mut Faults::default()).map(SecretText::new);
    }
    if let Some(name) = Settings::file_of(&sources, "outbound.ca_file") {
        sources.outbound_ca = read(Path::new(&name), &mut Faults::default());
    }
    if let Some(folder) = Settings::file_of(&sources, "languages.messages") {
        sources.messages = messages(Path::new(&folder));
    }
    if let Some(folder) = Settings::file_of(&sources, "courier.templates") {
        sources.mail_templates = mail_templates(Path::new(&folder));
    }
    for name in Settings::files_of(&sources) {
        let text = std::fs::read_to_string(&name).map_err(|why| why.to_string());
        sources.files.insert(name, text);
    }
    let (settings, found) = Settings::load(inputs.mode, &sources);
    faults.0.extend(found.0);
    if let Some(problem) = settings.as_ref().and_then(|settings| schema_problem(&settings.identity.schema)) {
        let place = sources.schema.as_ref().map_or("identity.schema", |(name, _)| name.as_str());
        faults.add(Fault::error(place, format!("identity.schema: {problem}")));
    }
    for other in settings.iter().flat_map(|settings| &settings.identity.others) {
        if let Some(problem) = schema_problem(&other.schema) {
            faults.add(Fault::error(&other.place, format!("identity.schemas: {}: {problem}", other.id)));
        }
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
    for client in settings.iter().flat_map(|settings| clients_without_schema(settings, &clients)) {
        faults.add(client);
    }
    match (settings, database) {
        (Some(settings), Some(database)) if !faults.are_fatal() => {
            let places = Settings::places(&sources);
            Ok(Loaded { settings, database, clients, clients_file, places, warnings: faults })
        }
        _ => Err(StartError::Configuration(faults)),
    }
}

/// Clients whose identity schema does not exist.
fn clients_without_schema(settings: &Settings, clients: &[Client]) -> Vec<Fault> {
    let lacks = |client: &&Client| {
        client.identity_schema.as_deref().is_some_and(|id| settings.identity.schema_of(id).is_none())
    };
    let fault = |client: &Client| {
        let text = format!("{}: identity_schema: it is none of identity.schemas", client.id);
        Fault::error(&client.origin, text)
    };
    clients.iter().filter(lacks).map(fault).collect()
}

/// The files of messages in a folder, by name; `None` if one of them or the folder cannot be read.
fn messages(folder: &Path) -> Option<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        if path.extension().is_some_and(|ending| ending == "ftl") {
            files.push((path.display().to_string(), std::fs::read_to_string(&path).ok()?));
        }
    }
    files.sort();
    Some(files)
}

/// The templates in a folder and in the folders of languages in it; `None` if one of them cannot be read.
fn mail_templates(folder: &Path) -> Option<Vec<MailTemplate>> {
    let mut files = Vec::new();
    for path in visible(folder)? {
        match path.is_dir() {
            true => {
                let language = name_of(&path)?;
                for path in visible(&path)? {
                    files.push(mail_template(&path, Some(language.clone()))?);
                }
            }
            false => files.push(mail_template(&path, None)?),
        }
    }
    Some(files)
}

fn mail_template(path: &Path, language: Option<String>) -> Option<MailTemplate> {
    let code = std::fs::read_to_string(path).ok()?;
    Some(MailTemplate { place: path.display().to_string(), language, name: name_of(path)?, code })
}

/// What lies in a folder, in the order of names, without what editors and systems hide there.
fn visible(folder: &Path) -> Option<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().ok()?;
    paths.retain(|path| name_of(path).is_none_or(|name| !name.starts_with('.') && !name.ends_with('~')));
    paths.sort();
    Some(paths)
}

fn name_of(path: &Path) -> Option<String> {
    path.file_name()?.to_str().map(str::to_owned)
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

#[cfg(test)]
mod tests;

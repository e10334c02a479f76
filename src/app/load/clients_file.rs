//! The clients' file: where it is, and what stands in it now.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::read;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Fault, Faults, check_clients};
use crate::crypto::ClientKeySet;
use crate::model::{Client, Instant};

/// The clients' file, which may be read many times.
#[derive(Debug, Clone)]
pub struct ClientsFile {
    pub(super) path: PathBuf,
    pub(super) required: bool,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) built_in: Vec<Client>,
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

    pub(super) fn load(&self, faults: &mut Faults) -> Vec<Client> {
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

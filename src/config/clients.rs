//! `clients.toml`: every client, checked before any of them is used.

mod client;
mod effective;
mod name;
mod openid;
mod reader;
mod secrets;
#[cfg(test)]
mod tests;
mod uris;

pub use effective::{ClientKey, client_keys, client_value, duration_text};

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use url::Url;

use super::document::{self, Value};
use super::{Fault, Faults};
use crate::model::{Client, ReturnUrlRule};

/// The registered clients.
#[derive(Debug, Default)]
pub struct Clients {
    by_id: HashMap<String, Arc<Client>>,
    origins: BTreeSet<String>,
}

impl Clients {
    /// From these clients; of two with the same id the later one counts.
    pub fn new(clients: impl IntoIterator<Item = Client>) -> Self {
        let mut all = Self::default();
        for client in clients {
            all.origins.extend(client.cors_origins());
            all.by_id.insert(client.id.clone(), Arc::new(client));
        }
        all
    }

    /// The client of this id.
    pub fn find(&self, id: &str) -> Option<Arc<Client>> {
        self.by_id.get(id).cloned()
    }

    /// All clients, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Client>> {
        let sorted: BTreeMap<&String, &Arc<Client>> = self.by_id.iter().collect();
        sorted.into_values()
    }

    /// Whether a page of this origin may call the API: a public client's redirect URIs live there.
    pub fn cors_origin_allowed(&self, origin: &str) -> bool {
        self.origins.contains(origin)
    }

    /// The https origins of redirect URIs, as rules for return URLs (decision 28).
    pub fn return_url_rules(&self) -> Vec<ReturnUrlRule> {
        let https = |uri: &String| {
            let url = Url::parse(uri).ok().filter(|url| url.scheme() == "https")?;
            Some(url.origin().ascii_serialization())
        };
        let origins: BTreeSet<String> =
            self.by_id.values().flat_map(|client| client.redirect_uris.iter().filter_map(https)).collect();
        origins.iter().filter_map(|origin| ReturnUrlRule::parse(origin)).collect()
    }
}

/// Reads and checks a whole file. `look_up` finds secrets: `env:NAME` or `file:PATH`.
pub fn check_clients(
    file: &str,
    text: &str,
    look_up: &dyn Fn(&str) -> Result<String, String>,
) -> (Vec<Client>, Faults) {
    let mut faults = Faults::default();
    let mut clients: Vec<Client> = Vec::new();
    for entry in document::read(file, text, &mut faults) {
        let items = match (entry.name.as_str(), entry.node.value) {
            ("client", Value::List(items)) => items,
            ("client", _) => {
                faults.add(Fault::error(entry.place, "a client begins with [[client]], in double brackets"));
                continue;
            }
            (name, _) => {
                let fault = Fault::error(entry.place, format!("`{name}` is not known here"));
                faults.add(fault.did_you_mean(name, ["client"]));
                continue;
            }
        };
        for item in items {
            let Value::Table(entries) = item.value else {
                faults.add(Fault::error(item.place, "a client must be a table"));
                continue;
            };
            let mut from = reader::Reader { entries, place: item.place, faults: &mut faults, look_up };
            if let Some(client) = from.client() {
                if let Some(other) = clients.iter().find(|other| other.id == client.id) {
                    let text = format!("the id `{}` is taken by the client at {}", client.id, other.origin);
                    faults.add(Fault::error(client.origin.as_str(), text));
                }
                clients.push(client);
            }
        }
    }
    (clients, faults)
}

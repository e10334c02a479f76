//! The public keys of clients, as this process knows them: by value from the registration, or fetched from the client's
//! `jwks_uri` and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};

use super::Env;
use crate::crypto::{ClientJwt, ClientKeySet, JwtError};
use crate::model::{Client, Instant};
use crate::outbound::{Failure, Outbound};

/// Keys that are older are fetched again.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// Keys that are older are used no more, however long their server is away.
const USABLE: Duration = Duration::from_secs(24 * 3_600);

/// Between two requests to the server of one client, whatever they are for.
const BETWEEN: Duration = Duration::from_secs(60);

/// What a key set may call itself.
const MEDIA_TYPES: &[&str] = &["application/json", "application/jwk-set+json"];

/// Why a JWT of a client is not accepted. For the log; the client hears the same of all of it.
#[derive(Debug)]
pub enum Refusal {
    /// It is not good.
    Jwt(JwtError),
    /// The keys of the client are not known. With the failure if they were asked for just now.
    NoKeys(Option<Failure>),
}

impl Refusal {
    /// In words.
    pub fn cause(&self) -> String {
        match self {
            Self::Jwt(why) => why.to_string(),
            Self::NoKeys(Some(failure)) => format!("the client's keys: {}", failure.reason()),
            Self::NoKeys(None) => "the client's keys are not known".to_owned(),
        }
    }
}

/// The keys of all clients.
#[derive(Default)]
pub struct ClientKeys {
    known: Mutex<HashMap<String, Arc<Known>>>,
}

/// What is known of one client that keeps its keys elsewhere.
struct Known {
    uri: String,
    keys: Mutex<Option<(Arc<ClientKeySet>, Instant)>>,
    /// When its server was asked last; whoever holds this asks.
    asked: tokio::sync::Mutex<Option<Instant>>,
}

impl Known {
    fn keys(&self) -> Option<(Arc<ClientKeySet>, Instant)> {
        locked(&self.keys).clone()
    }

    /// Asks for the keys, unless they are other than `seen` by now, or their server was asked a short while ago.
    async fn ask(&self, outbound: &Outbound, seen: Option<Instant>, now: Instant) -> Option<Failure> {
        let mut asked = self.asked.lock().await;
        let current = self.keys().map(|(_, at)| at);
        if current != seen || asked.is_some_and(|at| now.since(at) < BETWEEN) {
            return None;
        }
        *asked = Some(now);
        let found = match outbound.get(&self.uri, MEDIA_TYPES).await {
            Ok(json) => ClientKeySet::from_json(&json),
            Err(failure) => return Some(failure),
        };
        match found {
            Some(keys) => *locked(&self.keys) = Some((Arc::new(keys), now)),
            None => tracing::warn!("what a client serves as its keys is no JWK Set"),
        }
        None
    }
}

impl ClientKeys {
    /// Verifies a JWT by the keys of the client that must have signed it, and gives its claims. An unknown key makes this
    /// process fetch the keys again, but not more than once a minute.
    pub async fn verify(
        &self,
        env: &Env,
        client: &Client,
        token: &str,
        entry: &ClientJwt<'_>,
    ) -> Result<Map<String, Value>, Refusal> {
        if let Some(set) = &client.jwks {
            let keys = ClientKeySet::read(set).ok_or(Refusal::NoKeys(None))?;
            return entry.verify(token, &keys).map_err(Refusal::Jwt);
        }
        let uri = client.jwks_uri.as_deref().ok_or(Refusal::NoKeys(None))?;
        let known = self.of(&client.id, uri);
        let now = env.clock.now();
        let mut failure = None;
        let mut current = known.keys();
        if current.as_ref().is_none_or(|(_, at)| now.since(*at) >= FRESH) {
            failure = known.ask(&env.outbound, current.map(|(_, at)| at), now).await;
            current = known.keys();
        }
        let (keys, at) = match current {
            Some((keys, at)) if now.since(at) < USABLE => (keys, at),
            _ => return Err(Refusal::NoKeys(failure)),
        };
        match entry.verify(token, &keys) {
            // Perhaps it is a new key.
            Err(JwtError::Key | JwtError::Signature) => {
                let _told = known.ask(&env.outbound, Some(at), now).await;
                let newer = known.keys().map_or(keys, |(keys, _)| keys);
                entry.verify(token, &newer).map_err(Refusal::Jwt)
            }
            other => other.map_err(Refusal::Jwt),
        }
    }

    fn of(&self, client_id: &str, uri: &str) -> Arc<Known> {
        let mut all = locked(&self.known);
        match all.get(client_id) {
            Some(known) if known.uri == uri => Arc::clone(known),
            _ => {
                let known = Arc::new(Known {
                    uri: uri.to_owned(),
                    keys: Mutex::new(None),
                    asked: tokio::sync::Mutex::new(None),
                });
                all.insert(client_id.to_owned(), Arc::clone(&known));
                known
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! What all requests share: the use cases, the words, the documents, the limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::limiter::Limiter;
use super::page::Frame;
use super::patience::Patience;
use super::reader::Readers;
use super::tls::ServerTls;
use crate::config::Clients;
use crate::crypto::SigningKeys;
use crate::cx::{Env, Fault, Result, Shared, Work};
use crate::model::RequestId;
use crate::oauth2::Documents;
use crate::text::Catalogue;

/// The documents, with what they were written from.
struct Written {
    keys: Arc<SigningKeys>,
    clients: Arc<Clients>,
    documents: Arc<Documents>,
}

/// The whole web side of a process.
pub struct Site {
    work: Work,
    documents: Shared<Written>,
    /// Requests of each address.
    pub(super) requests: Limiter,
    /// Flows that each address begins.
    pub(super) flows: Limiter,
    /// What each address does wrong as each client at the endpoints that clients authenticate at.
    pub(super) failures: Limiter,
    /// For point reads.
    pub(super) readers: Readers,
    /// How long connections are waited for.
    pub(super) patience: Patience,
    draining: AtomicBool,
    /// TLS on the public listener.
    tls: Option<Arc<ServerTls>>,
}

impl Site {
    /// Over these use cases, with this patience for connections.
    pub fn new(work: Work, patience: Patience) -> Result<Arc<Self>> {
        let env = work.env();
        let documents = Shared::new(Written::now(env));
        let requests = Limiter::per_minute(env.settings.requests_per_minute);
        let flows = Limiter::per_minute(env.settings.flows_per_minute);
        let failures = Limiter::per_minute(env.settings.token_failures_per_minute);
        let tls = env.settings.tls.as_ref().map(ServerTls::read).transpose().map_err(Fault::Internal)?;
        let (readers, draining) = (Readers::default(), AtomicBool::new(false));
        Ok(Arc::new(Self { documents, requests, flows, failures, readers, patience, draining, tls, work }))
    }

    /// The use cases.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// The documents about this provider, made again when the keys or the clients are others.
    pub fn documents(&self) -> Arc<Documents> {
        let (known, env) = (self.documents.get(), self.work.env());
        if Arc::ptr_eq(&known.keys, &env.signing.get()) && Arc::ptr_eq(&known.clients, &env.clients.get()) {
            return Arc::clone(&known.documents);
        }
        let fresh = Written::now(env);
        let made = Arc::clone(&fresh.documents);
        self.documents.replace(fresh);
        made
    }

    /// TLS on the public listener, if it is spoken there.
    pub fn tls(&self) -> Option<&Arc<ServerTls>> {
        self.tls.as_ref()
    }

    /// From now on this process is not ready: it finishes what it has begun.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether it finishes.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// What stands around every page in this language.
    pub(super) fn frame(&self, request: RequestId, text: Arc<Catalogue>) -> Frame {
        let env = self.work.env();
        let settings = &env.settings;
        Frame {
            text,
            app_name: settings.name.clone(),
            request_id: request.to_string(),
            support_url: settings.brand.support_url.clone(),
            privacy_url: settings.brand.privacy_url.clone(),
            terms_url: settings.brand.terms_url.clone(),
            development: settings.is_development(),
            revealed_until: env.reveal.until(env.clock.now()),
            leave: None,
        }
    }
}

impl Written {
    fn now(env: &Env) -> Self {
        let (keys, clients) = (env.signing.get(), env.clients.get());
        let documents = Arc::new(Documents::new(&env.settings, &clients, &keys));
        Self { keys, clients, documents }
    }
}

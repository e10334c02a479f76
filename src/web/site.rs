//! What all requests share: the use cases, the words, the documents, the limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::limiter::Limiter;
use super::page::Frame;
use super::patience::Patience;
use super::reader::Readers;
use super::tls::ServerTls;
use crate::crypto::SigningKeys;
use crate::cx::{Env, Fault, Result, Shared, Work};
use crate::model::RequestId;
use crate::oauth2::Documents;
use crate::text::Catalogue;

/// The whole web side of a process.
pub struct Site {
    work: Work,
    text: Arc<Catalogue>,
    documents: Shared<(Arc<SigningKeys>, Arc<Documents>)>,
    /// Requests of each address.
    pub(super) requests: Limiter,
    /// Flows that each address begins.
    pub(super) flows: Limiter,
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
        let text = Catalogue::english().map_err(|why| Fault::Internal(why.to_string()))?;
        let env = work.env();
        let documents = Shared::new(documents(env));
        let requests = Limiter::per_minute(env.settings.requests_per_minute);
        let flows = Limiter::per_minute(env.settings.flows_per_minute);
        let tls = env.settings.tls.as_ref().map(ServerTls::read).transpose().map_err(Fault::Internal)?;
        let (readers, draining) = (Readers::default(), AtomicBool::new(false));
        Ok(Arc::new(Self {
            text: Arc::new(text),
            documents,
            requests,
            flows,
            readers,
            patience,
            draining,
            tls,
            work,
        }))
    }

    /// The use cases.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// The documents about this provider, made again when the keys are others.
    pub fn documents(&self) -> Arc<Documents> {
        let (known, env) = (self.documents.get(), self.work.env());
        if Arc::ptr_eq(&known.0, &env.signing.get()) {
            return Arc::clone(&known.1);
        }
        let fresh = documents(env);
        let made = Arc::clone(&fresh.1);
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

    /// What stands around every page.
    pub(super) fn frame(&self, request: RequestId) -> Frame {
        let settings = &self.work.env().settings;
        Frame {
            text: Arc::clone(&self.text),
            app_name: settings.name.clone(),
            request_id: request.to_string(),
            support_url: settings.brand.support_url.clone(),
            privacy_url: settings.brand.privacy_url.clone(),
            terms_url: settings.brand.terms_url.clone(),
            development: settings.is_development(),
            leave: None,
        }
    }
}

/// The documents of these keys, with the keys themselves.
fn documents(env: &Env) -> (Arc<SigningKeys>, Arc<Documents>) {
    let keys = env.signing.get();
    let made = Documents::new(&env.settings, &keys);
    (keys, Arc::new(made))
}

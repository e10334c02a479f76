//! Notices what changed while the server runs: `clients.toml` on the disk, signing keys in the database.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::clients_diff::Diff;
use super::{ClientsFile, pause, signing_keys};
use crate::config::Clients;
use crate::crypto::sha256;
use crate::cx::Work;
use crate::web::ServerTls;

/// Between two looks at the file.
const LOOK: Duration = Duration::from_secs(2);

/// Between two looks at the keys. What is published ahead of its use is so for much longer.
const KEYS: Duration = Duration::from_secs(30);

/// Between two looks at the files of TLS.
const CERTIFICATE: Duration = Duration::from_secs(10);

/// Listens to SIGHUP from now on; until then it would end the process.
pub(super) fn hangups() -> Option<Signal> {
    signal(SignalKind::hangup()).ok()
}

/// Watches the clients' file until told to stop; a hangup makes it look, and read secrets again, at once.
pub(super) async fn clients(
    work: Work,
    file: ClientsFile,
    mut hangup: Option<Signal>,
    mut stop: watch::Receiver<bool>,
) {
    let mut watched = Watched::new(file);
    loop {
        let hung_up = async {
            match &mut hangup {
                Some(signals) => signals.recv().await,
                None => std::future::pending().await,
            }
        };
        let forced = tokio::select! {
            goes_on = pause(&mut stop, LOOK) => if goes_on { false } else { return },
            _ = hung_up => true,
        };
        watched.look(&work, forced).await;
    }
}

/// Watches the files of TLS until told to stop; a hangup makes it look at once.
pub(super) async fn certificate(
    tls: Arc<ServerTls>,
    mut hangup: Option<Signal>,
    mut stop: watch::Receiver<bool>,
) {
    let mut told = None;
    loop {
        let hung_up = async {
            match &mut hangup {
                Some(signals) => signals.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            goes_on = pause(&mut stop, CERTIFICATE) => if !goes_on { return },
            _ = hung_up => told = None,
        }
        match tls.reload() {
            Ok(true) => tracing::info!("the certificate of the public listener was renewed"),
            Ok(false) => {}
            // The one file may be new and the other not yet.
            Err(why) if told.as_ref() == Some(&why) => {}
            Err(why) => {
                tracing::warn!(why, "the certificate stays as it is");
                told = Some(why);
            }
        }
    }
}

/// Tends the signing keys until told to stop.
pub(super) async fn keys(work: Work, mut stop: watch::Receiver<bool>) {
    while pause(&mut stop, KEYS).await {
        match signing_keys::tend_keys(&work).await {
            Ok(true) => tracing::info!("signing keys reloaded"),
            Ok(false) => {}
            Err(fault) => {
                tracing::warn!(%fault, "the signing keys were not tended; the known ones stay in use")
            }
        }
    }
}

/// The file, and what it held when it was last looked at.
pub(super) struct Watched {
    file: ClientsFile,
    seen: Option<[u8; 32]>,
    /// Whether it was empty at the last look, which is how a file looks that is just being written.
    was_empty: bool,
}

impl Watched {
    /// Takes the file as it is now for known.
    pub(super) fn new(file: ClientsFile) -> Self {
        let seen = file.read().ok().flatten().map(|text| sha256(text.as_bytes()));
        Self { file, seen, was_empty: false }
    }

    /// Looks; takes over what changed if all of it is good.
    pub(super) async fn look(&mut self, work: &Work, forced: bool) {
        let text = match self.file.read() {
            Ok(Some(text)) => text,
            // A file that is gone for a moment is being replaced; one that stays away changes nothing.
            Ok(None) => return,
            Err(fault) => {
                if forced || self.seen.take().is_some() {
                    tracing::warn!(%fault, "the clients stay as they are");
                }
                return;
            }
        };
        let digest = sha256(text.as_bytes());
        if self.seen == Some(digest) && !forced {
            return;
        }
        let is_empty = text.trim().is_empty();
        let was_empty = std::mem::replace(&mut self.was_empty, is_empty);
        if is_empty && !was_empty && !forced {
            return;
        }
        let (clients, faults) = self.file.check(&text);
        if faults.are_fatal() {
            self.seen = Some(digest);
            tracing::error!(file = %self.file.path().display(), %faults, "the clients stay as they are: the file has faults");
            return;
        }
        let clients = Clients::new(clients);
        if let Err(fault) = signing_keys::ensure_for(work, &clients).await {
            tracing::warn!(%fault, "the clients stay as they are: there is no key for their tokens yet; this is tried again");
            return;
        }
        self.seen = Some(digest);
        for fault in &faults.0 {
            tracing::warn!("{fault}");
        }
        let shared = &work.env().clients;
        let diff = Diff::between(&shared.get(), &clients);
        shared.replace(clients);
        tracing::info!("clients reloaded: {diff}");
    }
}

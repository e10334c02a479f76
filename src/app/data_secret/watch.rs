//! Takes over what changes in the file of the data secrets while the server runs.

use std::time::Duration;

use tokio::signal::unix::Signal;
use tokio::sync::watch;

use super::super::pause;
use super::{SecretsFile, know, lacks};
use crate::crypto::{key_id_of, sha256};
use crate::cx::{self, Work};
use crate::model::{Instant, SecretText};

/// Between two looks at the file.
const LOOK: Duration = Duration::from_secs(2);

/// How long a new secret only opens before it seals: every other server that shares the file knows it by then.
pub const SEALS_AFTER: Duration = Duration::from_secs(10);

/// How often a server says with which key it seals.
const SAYS: Duration = Duration::from_secs(60);

/// Watches the file until told to stop; a hangup makes it look, and take over what is new, at once.
pub(in crate::app) async fn run(work: Work, mut hangup: Option<Signal>, mut stop: watch::Receiver<bool>) {
    let mut watched = Watched::new(&work);
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
        if let Err(fault) = watched.look(&work, forced).await {
            tracing::warn!(%fault, "the data secrets were not looked at; this is tried again");
        }
    }
}

/// The file, and what is known of it.
pub struct Watched {
    file: Option<SecretsFile>,
    /// The first secret opens since then, and does not seal yet.
    learned: Option<(String, Instant)>,
    /// Of which text it was said that it cannot be taken over.
    told: Option<[u8; 32]>,
    said: Instant,
}

impl Watched {
    /// The file of this server, if it has one.
    pub fn new(work: &Work) -> Self {
        Self { file: SecretsFile::of(&work.env().settings), learned: None, told: None, said: work.now() }
    }

    /// Looks; takes over what changed if nothing is lost by it.
    pub async fn look(&mut self, work: &Work, forced: bool) -> cx::Result<()> {
        if let Some(file) = self.file.clone() {
            match file.read() {
                Ok(secrets) => self.take_over(work, secrets, forced).await?,
                // A file that is gone for a moment is being replaced; one that stays away changes nothing.
                Err(why) => self.tell(b"", &why.to_string()),
            }
        }
        if work.now().since(self.said) >= SAYS {
            let present = work.env().secrets.key_ids();
            work.write(move |cx| know(cx, &present)).await?;
            self.said = work.now();
        }
        Ok(())
    }

    async fn take_over(&mut self, work: &Work, mut secrets: Vec<SecretText>, forced: bool) -> cx::Result<()> {
        secrets.extend(work.env().settings.data_secrets.iter().cloned());
        let text: Vec<&[u8]> = secrets.iter().map(|secret| secret.expose().as_bytes()).collect();
        let text = text.join(&b'\n');
        let ids: Result<Vec<String>, _> = secrets.iter().map(key_id_of).collect();
        let ids = match ids {
            Ok(ids) if !ids.is_empty() => ids,
            Ok(_) => {
                self.tell(&text, "there is none in the file");
                return Ok(());
            }
            Err(why) => {
                self.tell(&text, &why.to_string());
                return Ok(());
            }
        };
        let present = work.env().secrets.key_ids();
        if ids == present {
            (self.learned, self.told) = (None, None);
            return Ok(());
        }
        if self.told == Some(sha256(&text)) && !forced {
            return Ok(());
        }
        if let Some(problem) = lacks(work, &ids).await? {
            self.tell(&text, &problem);
            return Ok(());
        }
        let (first, active) = (&ids[0], &present[0]);
        if let (true, false, Some(at)) = (first != active, forced, ids.iter().position(|id| id == active)) {
            match &self.learned {
                Some((id, since)) if id == first => {
                    if work.now().since(*since) < SEALS_AFTER {
                        return Ok(());
                    }
                }
                _ => {
                    let mut opening = secrets.clone();
                    let sealing = opening.remove(at);
                    opening.insert(0, sealing);
                    let mut order = ids.clone();
                    order[..=at].rotate_right(1);
                    work.write(move |cx| know(cx, &order)).await?;
                    work.env().secrets.replace(&opening)?;
                    self.learned = Some((first.clone(), work.now()));
                    tracing::info!(
                        key_id = first.as_str(),
                        "a new data secret opens from now on, and seals soon"
                    );
                    return Ok(());
                }
            }
        }
        let order = ids.clone();
        work.write(move |cx| know(cx, &order)).await?;
        work.env().secrets.replace(&secrets)?;
        (self.learned, self.told) = (None, None);
        tracing::info!(key_id = ids[0].as_str(), secrets = ids.len(), "data secrets reloaded");
        Ok(())
    }

    /// Says once what is in the way.
    fn tell(&mut self, text: &[u8], problem: &str) {
        let digest = sha256(text);
        if self.told != Some(digest) {
            self.told = Some(digest);
            tracing::error!(problem, "the data secrets stay as they are");
        }
    }
}

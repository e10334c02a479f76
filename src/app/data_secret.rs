//! The data secrets: from the settings and from a file, which in development is made by itself; and the proof that they
//! are those that the database was made with.
//!
//! Of every key that can seal, a row of `meta` says since when it is known, and when a server last said that it seals with
//! it. A secret whose key has such a row is needed until [`drop_key`] has found that nothing is left that it had sealed.

mod census;
mod file;
mod watch;

pub use census::{Census, census, in_words, reseal};
pub use file::{SecretsFile, Stand, Unchanged};
pub(super) use watch::run;
pub use watch::{SEALS_AFTER, Watched};

use std::time::Duration;

use super::StartError;
use crate::config::{Fault, Settings};
use crate::crypto::{CryptoError, DataSecrets};
use crate::cx::{self, Cx, Work};
use crate::model::{Event, Instant, SecretText};
use crate::random::Random;
use crate::store;

/// The row that only the right secret opens.
const CANARY: &str = "canary";
const CANARY_PLACE: &str = "meta.value.canary";
const CANARY_TEXT: &[u8] = b"wayhome";

/// The rows of the keys: their ids, behind this.
const KNOWN: &str = "data_secret.";

/// For so long codes are good that a key has authenticated, with some time for servers that look late.
const QUIET: Duration = Duration::from_secs(15 * 60);

/// The secrets of the settings, those of the file first.
fn read(settings: &Settings, random: &dyn Random) -> Result<Vec<SecretText>, StartError> {
    let mut secrets = Vec::new();
    if let Some(file) = SecretsFile::of(settings) {
        let found = match settings.secrets_file {
            Some(_) => file.read(),
            None => file.read_or_make(random),
        };
        secrets = found.map_err(|why| {
            let path = file.path().display();
            let fault =
                Fault::error("secrets.file", format!("the data secrets in {path} cannot be read: {why}"));
            StartError::configuration(fault.hint("`wayhome secrets rotate` makes the file"))
        })?;
    }
    secrets.extend(settings.data_secrets.iter().cloned());
    Ok(secrets)
}

/// The secrets to work with.
pub(super) fn find(settings: &Settings, random: &dyn Random) -> Result<DataSecrets, StartError> {
    let secrets = read(settings, random)?;
    DataSecrets::new(&secrets).map_err(|why| {
        let place = SecretsFile::of(settings)
            .map_or_else(|| "secrets.data".to_owned(), |file| file.path().display().to_string());
        StartError::configuration(Fault::error(place, why.to_string()))
    })
}

/// Whether this database was made with the present secrets; a new database remembers them.
pub(super) async fn prove(work: &Work) -> Result<(), StartError> {
    let refuse = |fault: String| Err(StartError::configuration(Fault::error("secrets.data", fault)));
    let present = work.env().secrets.key_ids();
    let wrong = work.write(has_right_secret).await?;
    let known = work.read(known).await?;
    let is_stranger = known.iter().all(|(id, _)| !present.contains(id));
    if let (true, Some(fault)) = (is_stranger, &wrong) {
        return refuse(fault.clone());
    }
    // Of somebody who knows at least one of the keys, what is missing can be said more exactly.
    if let Some(fault) = lacks(work, &present).await?.or(wrong) {
        return refuse(fault);
    }
    Ok(work.write(move |cx| know(cx, &present)).await?)
}

/// Whether one of the secrets is that of the first start, or that for which it was sealed anew; what is wrong otherwise.
fn has_right_secret(cx: &mut Cx<'_>) -> cx::Result<Option<String>> {
    let sealed = match store::meta::find(cx.db, CANARY)? {
        Some(sealed) => sealed,
        None => {
            let sealed = cx.env.secrets.seal(cx.random(), CANARY_PLACE, CANARY_TEXT)?;
            store::meta::insert_once(cx.db, CANARY, &sealed)?
        }
    };
    Ok(match cx.env.secrets.open(CANARY_PLACE, &sealed) {
        Ok(text) if text.as_slice() == CANARY_TEXT => None,
        Err(CryptoError::UnknownKey(id)) => Some(format!(
            "none of the data secrets is the one that this database was made with (its key id is {id}); put that \
             secret back, behind a newer one if there is one"
        )),
        _ => Some("the database's proof of its data secret was changed".to_owned()),
    })
}

/// The known keys, and when a server last said that it seals with them.
fn known(cx: &mut Cx<'_>) -> cx::Result<Vec<(String, Instant)>> {
    let rows = store::meta::all(cx.db)?;
    let key = |(name, at): &(String, String)| {
        let id = name.strip_prefix(KNOWN)?.to_owned();
        Some((id, Instant::from_micros(at.parse().unwrap_or_default())))
    };
    Ok(rows.iter().filter_map(key).collect())
}

/// What is lost without a known key that is not among these; `None` if nothing is. Those that nothing needs are forgotten.
async fn lacks(work: &Work, present: &[String]) -> cx::Result<Option<String>> {
    let mut missing: Vec<String> = work.read(known).await?.into_iter().map(|(id, _)| id).collect();
    missing.retain(|id| !present.contains(id));
    if missing.is_empty() {
        return Ok(None);
    }
    let census = census(work).await?;
    for id in &missing {
        if let Some(counts) = census.get(id) {
            return Ok(Some(format!(
                "the data secret with the key id {id} is still needed, for {}; put it back behind the others, run \
                 `wayhome secrets reseal`, and take it away then",
                in_words(counts)
            )));
        }
    }
    work.write(move |cx| forget(cx, &missing)).await?;
    Ok(None)
}

fn forget(cx: &mut Cx<'_>, ids: &[String]) -> cx::Result<()> {
    for id in ids {
        if store::meta::delete(cx.db, &format!("{KNOWN}{id}"))? {
            cx.record(Event::new("data_secret.dropped").with("key_id", id.as_str()))?;
        }
    }
    Ok(())
}

/// Remembers these keys, of which the first one seals from now on. Those of the first start are no news.
fn know(cx: &mut Cx<'_>, ids: &[String]) -> cx::Result<()> {
    let known = known(cx)?;
    for (n, id) in ids.iter().enumerate() {
        let is_new = known.iter().all(|(known, _)| known != id);
        if is_new && !known.is_empty() {
            cx.record(Event::new("data_secret.added").with("key_id", id.as_str()))?;
        }
        if n == 0 {
            store::meta::put(cx.db, &format!("{KNOWN}{id}"), &cx.now.micros().to_string())?;
        } else if is_new {
            store::meta::put(cx.db, &format!("{KNOWN}{id}"), "0")?;
        }
    }
    Ok(())
}

/// Why a key cannot be done without yet.
#[derive(Debug, PartialEq, Eq)]
pub enum Needed {
    /// It is the one that seals.
    Seals,
    /// There is something left that it has sealed; in words.
    For(String),
    /// A server has sealed with it not long ago; until when what it gave out is good.
    Until(Instant),
}

/// Forgets a key that nothing needs any more, so that its secret can be taken away.
pub async fn drop_key(work: &Work, id: &str) -> cx::Result<Result<(), Needed>> {
    if work.env().secrets.active_key_id() == id {
        return Ok(Err(Needed::Seals));
    }
    if let Some(counts) = census(work).await?.get(id) {
        return Ok(Err(Needed::For(in_words(counts))));
    }
    let known = work.read(known).await?;
    let last = known.iter().find(|(known, _)| known == id).map(|(_, at)| *at + QUIET);
    if let Some(until) = last.filter(|until| *until > work.now()) {
        return Ok(Err(Needed::Until(until)));
    }
    let id = id.to_owned();
    Ok(Ok(work.write(move |cx| forget(cx, &[id])).await?))
}

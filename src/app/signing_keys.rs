//! Tends the signing keys: makes those that are missing, replaces those that are old, reads them again.

use super::StartError;
use crate::config::Clients;
use crate::crypto::SignatureAlgorithm;
use crate::cx::{self, Fault, Work};
use crate::oauth2::keys::{self, FreshKey, Step};
use crate::store;

/// Reads the keys, and makes the first ones where there are none.
pub(super) async fn ensure(work: &Work) -> Result<(), StartError> {
    let clients = work.env().clients.get();
    Ok(ensure_for(work, &clients).await?)
}

/// Makes the keys that these clients need and that nobody has made, and reads all of them; every other step may wait.
pub(super) async fn ensure_for(work: &Work, clients: &Clients) -> cx::Result<()> {
    let first = |step: Step| match step {
        Step::First(algorithm) => Some(algorithm),
        _ => None,
    };
    for algorithm in due(work, clients).await?.into_iter().filter_map(first) {
        begin(work, algorithm).await?;
    }
    work.read(keys::refresh).await?;
    Ok(())
}

/// Does what is due, and reads the keys again; whether they are others than before. Any number of processes may do this
/// at once. A step that fails keeps no other back.
pub async fn tend_keys(work: &Work) -> cx::Result<bool> {
    let clients = work.env().clients.get();
    let mut failed = None;
    for step in due(work, &clients).await? {
        if let Err(fault) = take(work, step).await {
            failed = Some(fault);
        }
    }
    let changed = work.read(keys::refresh).await?;
    failed.map_or(Ok(changed), Err)
}

async fn take(work: &Work, step: Step) -> cx::Result<()> {
    match step {
        Step::First(algorithm) => begin(work, algorithm).await,
        Step::Publish(algorithm) => {
            let fresh = make(work, algorithm).await?;
            work.write(move |cx| keys::publish_due(cx, &fresh)).await.map(drop)
        }
        Step::Activate(algorithm) => work.write(move |cx| keys::activate_due(cx, algorithm)).await.map(drop),
        Step::RaiseTokenLife => work.write(keys::raise_token_life).await,
    }
}

async fn begin(work: &Work, algorithm: SignatureAlgorithm) -> cx::Result<()> {
    let fresh = make(work, algorithm).await?;
    work.write(move |cx| keys::begin(cx, &fresh)).await.map(drop)
}

async fn due(work: &Work, clients: &Clients) -> cx::Result<Vec<Step>> {
    let stored = work.read(|cx| Ok(store::signing_keys::list(cx.db)?)).await?;
    Ok(keys::steps(&stored, clients, &work.env().settings.keys, work.now()))
}

async fn make(work: &Work, algorithm: SignatureAlgorithm) -> cx::Result<FreshKey> {
    let env = std::sync::Arc::clone(work.env());
    tokio::task::spawn_blocking(move || FreshKey::make(&env, algorithm))
        .await
        .map_err(|why| Fault::Internal(why.to_string()))?
}

//! The signing keys: made at the first start, stored sealed, read again while the server runs.

use super::StartError;
use crate::crypto::{SignatureAlgorithm, SigningKey, SigningKeys};
use crate::cx::{self, Cx, Fault, Work};
use crate::model::Event;
use crate::store;
use crate::store::signing_keys::SealedKey;

/// Where a private key is sealed for.
fn place(kid: &str) -> String {
    format!("signing_keys.private_key.{kid}")
}

/// Reads the keys, and makes those that are missing.
pub(super) async fn ensure(work: &Work) -> Result<(), StartError> {
    let keys = read(work).await?;
    for algorithm in SignatureAlgorithm::ALL {
        if keys.active(algorithm).is_none() {
            make(work, algorithm).await?;
        }
    }
    let keys = read(work).await?;
    match SignatureAlgorithm::ALL.into_iter().find(|algorithm| keys.active(*algorithm).is_none()) {
        Some(missing) => Err(StartError::Refused(format!(
            "the first signing key for {} is not in the database any more",
            missing.name()
        ))),
        None => {
            work.env().signing.replace(keys);
            Ok(())
        }
    }
}

/// Reads the keys again; whether they are others than before.
pub(super) async fn reload(work: &Work) -> cx::Result<bool> {
    let stored = work.read(|cx| Ok(store::signing_keys::list(cx.db)?)).await?;
    let known = work.env().signing.get();
    if stored.iter().map(|key| key.kid.as_str()).eq(known.iter().map(SigningKey::kid)) {
        return Ok(false);
    }
    work.env().signing.replace(open_all(work, &stored)?);
    Ok(true)
}

async fn read(work: &Work) -> cx::Result<SigningKeys> {
    let stored = work.read(|cx| Ok(store::signing_keys::list(cx.db)?)).await?;
    open_all(work, &stored)
}

fn open_all(work: &Work, stored: &[SealedKey]) -> cx::Result<SigningKeys> {
    let keys = stored.iter().map(|key| open(work, key)).collect::<cx::Result<Vec<_>>>()?;
    Ok(SigningKeys::new(keys))
}

fn open(work: &Work, key: &SealedKey) -> cx::Result<SigningKey> {
    let algorithm = SignatureAlgorithm::parse(&key.algorithm)
        .ok_or_else(|| store::Error::impossible("signing_keys", "algorithm", &key.kid))?;
    let pkcs8 = work.env().secrets.open(&place(&key.kid), &key.sealed)?;
    Ok(SigningKey::from_pkcs8(algorithm, &pkcs8)?)
}

/// Makes the first key of an algorithm. The slow part happens before the transaction; of processes that do this at
/// once, the one whose name for the key stands first writes it, and the others' keys are forgotten.
async fn make(work: &Work, algorithm: SignatureAlgorithm) -> cx::Result<()> {
    let (key, pkcs8) = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm))
        .await
        .map_err(|why| Fault::Internal(why.to_string()))??;
    let kid = key.kid().to_owned();
    let sealed = work.env().secrets.seal(work.env().random.as_ref(), &place(&kid), &pkcs8)?;
    work.write(move |cx| insert_first(cx, algorithm, kid, sealed)).await
}

fn insert_first(
    cx: &mut Cx<'_>,
    algorithm: SignatureAlgorithm,
    kid: String,
    sealed: String,
) -> cx::Result<()> {
    let name = format!("first_signing_key.{}", algorithm.name());
    if store::meta::insert_once(cx.db, &name, &kid)? != kid {
        return Ok(());
    }
    let key = SealedKey { kid, algorithm: algorithm.name().to_owned(), sealed, created_at: cx.now };
    store::signing_keys::insert(cx.db, &key)?;
    cx.record(Event::new("signing_key.created").with("kid", key.kid).with("algorithm", key.algorithm))
}

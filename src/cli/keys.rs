//! `wayhome keys`. A running server looks for other keys twice a minute.

use std::io::Write as _;

use clap::{Args, Subcommand};

use super::{Done, Failure, Place, runtime, table};
use crate::crypto::SignatureAlgorithm;
use crate::cx::Work;
use crate::model::{Instant, KeyState};
use crate::oauth2::keys::{self, FreshKey};
use crate::store::signing_keys::{self, StoredKey};

/// What can be done with the keys that tokens are signed with.
#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// List the keys, without their secrets
    List(Place),
    /// Replace keys: the new ones are published now, and sign after `keys.publish_ahead`
    Rotate(Rotate),
}

/// Which keys to replace, and when.
#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Only the key of this algorithm: RS256, PS256, ES256 or EdDSA [default: all that there are]
    #[arg(long, value_name = "ALG", value_parser = algorithm)]
    alg: Option<SignatureAlgorithm>,
    /// Let the new keys sign at once; whoever keeps the keys in a cache must fetch them again
    #[arg(long)]
    now: bool,
    #[command(flatten)]
    place: Place,
}

fn algorithm(name: &str) -> Result<SignatureAlgorithm, String> {
    let names = SignatureAlgorithm::ALL.map(SignatureAlgorithm::name).join(", ");
    SignatureAlgorithm::parse(name).ok_or_else(|| format!("it is none of {names}"))
}

impl Keys {
    pub(super) fn run(self) -> Done {
        match self {
            Self::List(place) => list(&place),
            Self::Rotate(rotate) => rotate.run(),
        }
    }
}

fn list(place: &Place) -> Done {
    let (mut keys, now) = runtime()?.block_on(async {
        let work = place.open().await?;
        Ok::<_, Failure>((stored(&work).await?, work.now()))
    })?;
    if keys.is_empty() {
        writeln!(std::io::stderr(), "There are no keys; the first start of a server makes them.")?;
        return Ok(());
    }
    keys.sort_by_key(|key| SignatureAlgorithm::parse(&key.algorithm).map(|algorithm| algorithm as usize));
    let mut rows = vec![["KID", "ALG", "STATE", "SINCE", "UNTIL"].map(str::to_owned).to_vec()];
    rows.extend(keys.into_iter().map(|key| row(key, now)));
    Ok(table::write(&mut std::io::stdout(), &rows)?)
}

fn row(key: StoredKey, now: Instant) -> Vec<String> {
    let withdrawn = !key.is_published(now);
    let (state, since, until) = match key.state {
        KeyState::Next => ("next", key.created_at, Some(key.activates_at)),
        KeyState::Active => ("active", key.activates_at, None),
        KeyState::Retired if withdrawn => ("withdrawn", key.published_until.unwrap_or(now), None),
        KeyState::Retired => ("retired", key.retired_at.unwrap_or(now), key.published_until),
    };
    vec![
        key.kid,
        key.algorithm,
        state.to_owned(),
        since.rfc3339(),
        until.map_or_else(|| "-".to_owned(), Instant::rfc3339),
    ]
}

async fn stored(work: &Work) -> Result<Vec<StoredKey>, Failure> {
    Ok(work.read(|cx| Ok(signing_keys::list(cx.db)?)).await?)
}

impl Rotate {
    fn run(self) -> Done {
        let Self { alg, now, place } = self;
        runtime()?.block_on(async {
            let work = place.open().await?;
            let has_active = |keys: &[StoredKey], algorithm: SignatureAlgorithm| {
                keys.iter().any(|key| key.state == KeyState::Active && key.algorithm == algorithm.name())
            };
            let keys = stored(&work).await?;
            let chosen = SignatureAlgorithm::ALL.into_iter().filter(|algorithm| {
                alg.map_or_else(|| has_active(&keys, *algorithm), |alg| alg == *algorithm)
            });
            let mut told = false;
            for algorithm in chosen {
                let fresh = FreshKey::make(work.env(), algorithm)?;
                let kid = fresh.public().kid().to_owned();
                // Without a key before it there is nobody to wait for.
                if now || !has_active(&keys, algorithm) {
                    signs_at_once(&work, algorithm, fresh).await?;
                    writeln!(
                        std::io::stderr(),
                        "{} is signed with the key {kid} from now on.",
                        algorithm.name()
                    )?;
                } else {
                    let sentence = signs_later(&work, algorithm, fresh).await?;
                    writeln!(std::io::stderr(), "{sentence}")?;
                }
                told = true;
            }
            if told {
                writeln!(std::io::stderr(), "A running server knows it within 30 seconds.")?;
                return Ok(());
            }
            Err(Failure::failed("there are no keys; the first start of a server makes them"))
        })
    }
}

async fn signs_at_once(work: &Work, algorithm: SignatureAlgorithm, fresh: FreshKey) -> Result<(), Failure> {
    if work.write(move |cx| keys::rotate_now(cx, &fresh)).await? {
        return Ok(());
    }
    let name = algorithm.name();
    Err(Failure::failed(format!(
        "somebody else replaces the key for {name} at this moment; look at `keys list`"
    )))
}

async fn signs_later(work: &Work, algorithm: SignatureAlgorithm, fresh: FreshKey) -> Result<String, Failure> {
    let (name, kid) = (algorithm.name(), fresh.public().kid().to_owned());
    if let Some(at) = work.write(move |cx| keys::publish(cx, &fresh)).await? {
        return Ok(format!("{name} is signed with the key {kid} from {} on.", at.rfc3339()));
    }
    let next = |key: &StoredKey| key.state == KeyState::Next && key.algorithm == name;
    match stored(work).await?.into_iter().find(next) {
        Some(next) => Ok(format!(
            "{name} has a next key already: {} signs from {} on. With --now a new one signs at once.",
            next.kid,
            next.activates_at.rfc3339()
        )),
        None => Err(Failure::failed(format!("somebody else has replaced the key for {name} at this moment"))),
    }
}

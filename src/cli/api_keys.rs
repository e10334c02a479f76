//! `wayhome api-keys`. A running server reads the keys from the database with each request.

use std::io::Write as _;

use clap::Subcommand;

use super::{Done, Failure, Place, runtime, table};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{ApiKeyId, Event, Instant};
use crate::store::api_keys::{self, ApiKey};

/// The longest name of a key.
const NAME_LENGTH: usize = 100;

/// What can be done with the keys of the admin API.
#[derive(Debug, Subcommand)]
pub(super) enum ApiKeys {
    /// Make a key and print it, once: only its digest is kept
    Create {
        /// What it is for, so that you know it again
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// List the keys, without their secrets
    List(Place),
    /// Revoke a key, at once
    Revoke {
        /// The id of the key, as `list` shows it
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

impl ApiKeys {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Create { name, place } => create(name, &place),
            Self::List(place) => list(&place),
            Self::Revoke { id, place } => revoke(&id, &place),
        }
    }
}

fn create(name: String, place: &Place) -> Done {
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_LENGTH || name.chars().any(char::is_control) {
        return Err(Failure::usage(format!("a name has 1 to {NAME_LENGTH} visible characters")));
    }
    let (key, secret) = runtime()?.block_on(async {
        let work = place.open().await?;
        Ok::<_, Failure>(work.write(move |cx| make(cx, name)).await?)
    })?;
    writeln!(std::io::stdout(), "{}", secret.expose())?;
    writeln!(std::io::stderr(), "This is the key {} ({}). It will not be shown again.", key.id, key.name)?;
    Ok(())
}

fn make(cx: &mut Cx<'_>, name: String) -> Result<(ApiKey, PlainToken)> {
    let secret = PlainToken::generate(TokenKind::ApiKey, cx.random());
    let key = ApiKey {
        id: ApiKeyId::from_uuid(cx.random().uuid()),
        name,
        created_at: cx.now,
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    };
    api_keys::insert(cx.db, &key, &secret.digest())?;
    cx.record(Event::new("api_key.created").with("id", key.id.to_string()).with("name", key.name.clone()))?;
    Ok((key, secret))
}

fn list(place: &Place) -> Done {
    let (keys, now) = runtime()?.block_on(async {
        let work = place.open().await?;
        let keys = work.read(|cx| Ok(api_keys::list(cx.db)?)).await?;
        Ok::<_, Failure>((keys, work.now()))
    })?;
    if keys.is_empty() {
        writeln!(std::io::stderr(), "There are no keys; `wayhome api-keys create NAME` makes one.")?;
        return Ok(());
    }
    let mut rows = vec![["ID", "CREATED", "STATE", "NAME"].map(str::to_owned).to_vec()];
    rows.extend(keys.into_iter().map(|key| {
        vec![key.id.to_string(), key.created_at.rfc3339(), state(&key, now).to_owned(), key.name]
    }));
    Ok(table::write(&mut std::io::stdout(), &rows)?)
}

fn state(key: &ApiKey, now: Instant) -> &'static str {
    match (key.revoked_at, key.expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(end)) if end <= now => "expired",
        (None, _) => "active",
    }
}

fn revoke(id: &str, place: &Place) -> Done {
    let id: ApiKeyId =
        id.parse().map_err(|_| Failure::usage(format!("`{id}` is no id of a key; `list` shows them")))?;
    let revoked = runtime()?.block_on(async {
        let work = place.open().await?;
        Ok::<_, Failure>(work.write(move |cx| end(cx, id)).await?)
    })?;
    if !revoked {
        return Err(Failure::failed(format!("there is no living key {id}")));
    }
    writeln!(std::io::stderr(), "The key {id} is revoked.")?;
    Ok(())
}

fn end(cx: &mut Cx<'_>, id: ApiKeyId) -> Result<bool> {
    let revoked = api_keys::revoke(cx.db, id, cx.now)?;
    if revoked {
        cx.record(Event::new("api_key.revoked").with("id", id.to_string()))?;
    }
    Ok(revoked)
}

//! The life of the signing keys. A key is published before it signs, signs alone for its algorithm, and stays published
//! while a token of it may live. Each step is one transaction that begins by holding the active key, so of two
//! processes one takes it.

use std::time::Duration;

use serde_json::Value;

use super::ID_TOKEN_SECONDS;
use crate::config::{Clients, KeySettings};
use crate::crypto::{SignatureAlgorithm, SigningKey, SigningKeys, VerifyingKey};
use crate::cx::{Cx, Env, Fault, Result};
use crate::model::{Event, Instant, KeyState};
use crate::store;
use crate::store::signing_keys::StoredKey;

/// How long after its retirement another process may still sign with a key, and the clocks of two may differ.
const MARGIN: Duration = Duration::from_secs(300);

/// Between two looks at the database for a key that a token names and nobody knows.
const PAUSE: Duration = Duration::from_secs(5);

/// A key that nobody knows yet.
pub struct FreshKey {
    kid: String,
    algorithm: SignatureAlgorithm,
    sealed: String,
    public: VerifyingKey,
}

impl FreshKey {
    /// Makes one. Slow, so neither inside a transaction nor where others wait.
    pub fn make(env: &Env, algorithm: SignatureAlgorithm) -> Result<Self> {
        let (key, pkcs8) = SigningKey::generate(algorithm)?;
        let kid = key.kid().to_owned();
        let sealed = env.secrets.seal(env.random.as_ref(), &place(&kid), &pkcs8)?;
        Ok(Self { kid, algorithm, sealed, public: key.public().clone() })
    }

    /// Its public part.
    pub fn public(&self) -> &VerifyingKey {
        &self.public
    }

    fn stored(&self, state: KeyState, now: Instant, activates_at: Instant, life: Duration) -> StoredKey {
        StoredKey {
            kid: self.kid.clone(),
            algorithm: self.algorithm.name().to_owned(),
            state,
            sealed: self.sealed.clone(),
            public: self.public.jwk().to_string(),
            created_at: now,
            activates_at,
            retired_at: None,
            token_life: life,
            published_until: None,
        }
    }
}

/// Where a private key is sealed for.
fn place(kid: &str) -> String {
    format!("signing_keys.private_key.{kid}")
}

/// What is to be done with the keys at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An algorithm that tokens are signed with has no key.
    First(SignatureAlgorithm),
    /// The active key will soon be old enough: its successor is to be published.
    Publish(SignatureAlgorithm),
    /// The successor has been published for long enough.
    Activate(SignatureAlgorithm),
    /// A client has longer-lived tokens than the active keys know of.
    RaiseTokenLife,
}

/// What is to be done at `now` with these keys, for these clients.
pub fn steps(keys: &[StoredKey], clients: &Clients, settings: &KeySettings, now: Instant) -> Vec<Step> {
    let mut steps = Vec::new();
    for algorithm in SignatureAlgorithm::ALL {
        let in_state =
            |state: KeyState| keys.iter().find(|key| key.state == state && key.algorithm == algorithm.name());
        match (in_state(KeyState::Active), in_state(KeyState::Next)) {
            (None, _) if is_wanted(algorithm, clients) => steps.push(Step::First(algorithm)),
            (None, _) => {}
            (Some(_), Some(next)) if next.activates_at <= now => steps.push(Step::Activate(algorithm)),
            (Some(active), None) if is_aging(active, settings, now) => steps.push(Step::Publish(algorithm)),
            (Some(_), _) => {}
        }
    }
    let life = longest_life(clients);
    if keys.iter().any(|key| key.state == KeyState::Active && key.token_life < life) {
        steps.push(Step::RaiseTokenLife);
    }
    steps
}

/// Whether tokens are signed with it: RS256 because OIDC asks for it, ES256 because access tokens are unless a client
/// says otherwise, the others if a client says so.
fn is_wanted(algorithm: SignatureAlgorithm, clients: &Clients) -> bool {
    matches!(algorithm, SignatureAlgorithm::Rs256 | SignatureAlgorithm::Es256)
        || clients.iter().any(|client| {
            [Some(client.access_token_alg), Some(client.id_token_alg), client.userinfo_alg]
                .into_iter()
                .flatten()
                .any(|preference| SignatureAlgorithm::from(preference) == algorithm)
        })
}

fn is_aging(active: &StoredKey, settings: &KeySettings, now: Instant) -> bool {
    active.activates_at + settings.rotation <= now + settings.publish_ahead
}

/// The longest life of a token that is signed for these clients.
fn longest_life(clients: &Clients) -> Duration {
    let id = Duration::from_secs(u64::try_from(ID_TOKEN_SECONDS).unwrap_or(0));
    clients.iter().map(|client| client.lifetimes.access).fold(id, Duration::max)
}

/// Stores the first key of an algorithm; it signs at once, as no other can. `false` if somebody else was faster.
pub fn begin(cx: &mut Cx<'_>, fresh: &FreshKey) -> Result<bool> {
    let life = longest_life(&cx.clients());
    let key = fresh.stored(KeyState::Active, cx.now, cx.now, life);
    if !store::signing_keys::insert(cx.db, &key)? {
        return Ok(false);
    }
    record(cx, "key.created", &key)?;
    record(cx, "key.activated", &key)?;
    Ok(true)
}

/// Publishes the successor of the active key because that one is old; `None` if somebody else has done so.
pub fn publish_due(cx: &mut Cx<'_>, fresh: &FreshKey) -> Result<Option<Instant>> {
    let Some(active) = store::signing_keys::hold_active(cx.db, fresh.algorithm.name())? else {
        return Ok(None);
    };
    if !is_aging(&active, &cx.settings().keys, cx.now) {
        return Ok(None);
    }
    insert_next(cx, fresh)
}

/// Publishes a successor because somebody asks for it; `None` if there is one already, or nothing to succeed.
pub fn publish(cx: &mut Cx<'_>, fresh: &FreshKey) -> Result<Option<Instant>> {
    match store::signing_keys::hold_active(cx.db, fresh.algorithm.name())? {
        Some(_) => insert_next(cx, fresh),
        None => Ok(None),
    }
}

fn insert_next(cx: &mut Cx<'_>, fresh: &FreshKey) -> Result<Option<Instant>> {
    let at = cx.now + cx.settings().keys.publish_ahead;
    let key = fresh.stored(KeyState::Next, cx.now, at, Duration::ZERO);
    if !store::signing_keys::insert(cx.db, &key)? {
        return Ok(None);
    }
    record(cx, "key.created", &key)?;
    Ok(Some(at))
}

/// Lets the successor sign whose time has come, and retires the key before it; `false` if somebody else has done so.
pub fn activate_due(cx: &mut Cx<'_>, algorithm: SignatureAlgorithm) -> Result<bool> {
    let Some(active) = store::signing_keys::hold_active(cx.db, algorithm.name())? else { return Ok(false) };
    let due = |key: &StoredKey| {
        key.state == KeyState::Next && key.algorithm == algorithm.name() && key.activates_at <= cx.now
    };
    let Some(next) = store::signing_keys::list(cx.db)?.into_iter().find(due) else { return Ok(false) };
    // A key that cannot be opened must not follow one that signs.
    open(cx.env, algorithm, &next)?;
    retire(cx, &active)?;
    if !store::signing_keys::activate(cx.db, &next.kid, cx.now)? {
        return Err(Fault::Internal(format!("the key {} has changed while it was held", next.kid)));
    }
    let life = longest_life(&cx.clients());
    store::signing_keys::raise_token_life(cx.db, life)?;
    record(cx, "key.activated", &next)?;
    Ok(true)
}

/// Lets a fresh key sign at once, and retires what was active or next before it. `false` if others do the same again
/// and again.
pub fn rotate_now(cx: &mut Cx<'_>, fresh: &FreshKey) -> Result<bool> {
    for _ in 0..5 {
        if let Some(active) = store::signing_keys::hold_active(cx.db, fresh.algorithm.name())? {
            retire(cx, &active)?;
        }
        if begin(cx, fresh)? {
            let all = store::signing_keys::list(cx.db)?;
            let next =
                |key: &&StoredKey| key.state == KeyState::Next && key.algorithm == fresh.algorithm.name();
            if let Some(next) = all.iter().find(next) {
                retire(cx, next)?;
            }
            return Ok(true);
        }
    }
    Ok(false)
}

/// Notes the longest life of a token of the present clients with the keys that sign them.
pub fn raise_token_life(cx: &mut Cx<'_>) -> Result<()> {
    let life = longest_life(&cx.clients());
    Ok(store::signing_keys::raise_token_life(cx.db, life)?)
}

/// Lets a key sign no more, and erases its private part.
fn retire(cx: &mut Cx<'_>, key: &StoredKey) -> Result<()> {
    if key.public.is_empty() {
        let public = verifying(cx.env, key)?.jwk().to_string();
        store::signing_keys::set_public(cx.db, &key.kid, &public)?;
    }
    // What has not signed has no tokens.
    let life = match key.state {
        KeyState::Active => longest_life(&cx.clients()).max(key.token_life),
        KeyState::Next | KeyState::Retired => Duration::ZERO,
    };
    let until = cx.now + life + MARGIN;
    if store::signing_keys::retire(cx.db, &key.kid, cx.now, until)? {
        let event = event("key.retired", key).with("published_until", until.rfc3339());
        cx.record(event)?;
    }
    Ok(())
}

fn record(cx: &mut Cx<'_>, kind: &'static str, key: &StoredKey) -> Result<()> {
    let event = event(kind, key);
    cx.record(match key.state {
        KeyState::Next if kind == "key.created" => event.with("activates_at", key.activates_at.rfc3339()),
        _ => event,
    })
}

fn event(kind: &'static str, key: &StoredKey) -> Event {
    Event::new(kind).with("kid", key.kid.as_str()).with("algorithm", key.algorithm.as_str())
}

/// Reads the keys again, for this process; whether they are others than before.
pub fn refresh(cx: &mut Cx<'_>) -> Result<bool> {
    let mut stored = store::signing_keys::list(cx.db)?;
    stored.retain(|key| key.is_published(cx.now));
    // Those that sign come first, for whoever takes the first of a kind.
    stored.sort_by_key(|key| match key.state {
        KeyState::Active => 0,
        KeyState::Next => 1,
        KeyState::Retired => 2,
    });
    let known = cx.env.signing.get();
    let named: Vec<_> = stored.iter().map(|key| (key.kid.as_str(), key.state == KeyState::Active)).collect();
    if known.are(&named) {
        known.confirm(cx.now);
        return Ok(false);
    }
    let (mut active, mut published) = (Vec::new(), Vec::new());
    for key in &stored {
        let public = verifying(cx.env, key)?;
        if key.state != KeyState::Retired {
            // One that is next is opened too: that it cannot be is better known before its day.
            let opened = open(cx.env, public.algorithm(), key)?;
            if key.state == KeyState::Active {
                active.push(opened);
            }
        }
        published.push(public);
    }
    cx.env.signing.replace(SigningKeys::published(active, published, cx.now));
    Ok(true)
}

/// Reads the keys again because a token names one that is not known, unless they were read just now: whoever invents
/// names keeps nobody busy.
pub(super) fn look_again(cx: &mut Cx<'_>) -> Result<bool> {
    if cx.now.since(cx.env.signing.get().read_at()) < PAUSE {
        return Ok(false);
    }
    refresh(cx)
}

fn verifying(env: &Env, key: &StoredKey) -> Result<VerifyingKey> {
    let impossible = |column| store::Error::impossible("signing_keys", column, &key.kid);
    if key.public.is_empty() {
        let algorithm = SignatureAlgorithm::parse(&key.algorithm).ok_or_else(|| impossible("algorithm"))?;
        return Ok(open(env, algorithm, key)?.public().clone());
    }
    let jwk: Value = serde_json::from_str(&key.public).map_err(|_| impossible("public_key"))?;
    let public = VerifyingKey::from_jwk(&jwk).filter(|public| public.kid() == key.kid);
    Ok(public.ok_or_else(|| impossible("public_key"))?)
}

fn open(env: &Env, algorithm: SignatureAlgorithm, key: &StoredKey) -> Result<SigningKey> {
    let pkcs8 = env.secrets.open(&place(&key.kid), &key.sealed)?;
    Ok(SigningKey::from_pkcs8(algorithm, &pkcs8)?)
}

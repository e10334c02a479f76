//! The life of the signing keys when processes end in the middle of it.

use super::*;
use crate::app::tend_keys;
use crate::cx::{Cx, Fault, Result};
use crate::model::KeyState;
use crate::oauth2::keys::{self, FreshKey, Step};
use crate::store::signing_keys::StoredKey;

/// Another server at this database, at this time.
async fn server_at(fresh: &Fresh, now: Instant, secrets: &str) -> std::result::Result<Work, StartError> {
    loop {
        let parts = Parts { clock: Arc::new(ManualClock::at(now)), ..parts(fresh, secrets) };
        match open(parts).await {
            Err(StartError::Refused(why)) if why.contains("another server") => std::thread::yield_now(),
            opened => return opened,
        }
    }
}

async fn stored(work: &Work) -> Vec<StoredKey> {
    work.read(|cx| Ok(store::signing_keys::list(cx.db)?)).await.unwrap()
}

fn of(keys: &[StoredKey], state: KeyState) -> Vec<String> {
    let found = keys.iter().filter(|key| key.state == state && key.algorithm == "ES256");
    found.map(|key| key.kid.clone()).collect()
}

fn signs(work: &Work) -> String {
    work.env().signing.get().active(SignatureAlgorithm::Es256).unwrap().kid().to_owned()
}

#[tokio::test]
async fn sec_p06_an_end_between_publication_and_activation_delays_and_loses_nothing() {
    for fresh in databases() {
        let first = server_at(&fresh, START + 89 * DAY, SECRET).await.unwrap();
        drop(first);
        let second = server_at(&fresh, START + 178 * DAY, SECRET).await.unwrap();
        tend_keys(&second).await.unwrap();
        let keys = stored(&second).await;
        let (old, next) = (of(&keys, KeyState::Active), of(&keys, KeyState::Next));
        assert_eq!((old.len(), next.len()), (1, 1), "{:?}", fresh.url);
        drop(second);
        // The day of its activation passes while nobody runs.
        let third = server_at(&fresh, START + 200 * DAY, SECRET).await.unwrap();
        assert_eq!(signs(&third), old[0], "it can sign from the first moment on");
        assert!(third.env().signing.get().find(&next[0]).is_some());
        tend_keys(&third).await.unwrap();
        assert_eq!(signs(&third), next[0]);
        let keys = stored(&third).await;
        assert_eq!((of(&keys, KeyState::Active), of(&keys, KeyState::Retired)), (next, old));
    }
}

#[tokio::test]
async fn sec_p06_an_end_in_the_middle_of_a_step_undoes_all_of_it() {
    for fresh in databases() {
        let first = server_at(&fresh, START, SECRET).await.unwrap();
        let made = FreshKey::make(first.env(), SignatureAlgorithm::Es256).unwrap();
        first.write(move |cx| keys::publish(cx, &made)).await.unwrap().unwrap();
        drop(first);
        let work = server_at(&fresh, START + DAY, SECRET).await.unwrap();
        let (before, signing) = (stored(&work).await, signs(&work));
        let ends = |step: fn(&mut Cx<'_>) -> Result<bool>| {
            work.write(move |cx| -> Result<()> {
                assert!(step(cx)?);
                Err(Fault::Internal("the process ends here".to_owned()))
            })
        };
        assert!(ends(|cx| keys::activate_due(cx, SignatureAlgorithm::Es256)).await.is_err());
        assert!(
            ends(|cx| {
                let fresh = FreshKey::make(cx.env, SignatureAlgorithm::Es256)?;
                keys::rotate_now(cx, &fresh)
            })
            .await
            .is_err()
        );
        assert_eq!(stored(&work).await, before, "{:?}", fresh.url);
        assert!(!work.read(keys::refresh).await.unwrap() && signs(&work) == signing);
        // The next round does it.
        tend_keys(&work).await.unwrap();
        assert_ne!(signs(&work), signing);
    }
}

#[tokio::test]
async fn sec_p05_a_key_that_the_data_secret_does_not_open_stops_the_start_and_never_follows_one_that_signs() {
    for fresh in databases() {
        let work = server_at(&fresh, START, SECRET).await.unwrap();
        let made = FreshKey::make(work.env(), SignatureAlgorithm::Es256).unwrap();
        work.write(move |cx| keys::publish(cx, &made)).await.unwrap().unwrap();
        let signing = signs(&work);
        // What belongs to another place, as if rows had been mixed up.
        let keys = stored(&work).await;
        let next = keys.iter().find(|key| key.state == KeyState::Next).unwrap().clone();
        let moved = StoredKey {
            sealed: keys.iter().find(|key| key.kid == signing).unwrap().sealed.clone(),
            activates_at: START,
            ..next.clone()
        };
        work.write(move |cx| {
            store::signing_keys::retire(cx.db, &next.kid, cx.now - DAY, cx.now - DAY)?;
            store::signing_keys::delete_expired(cx.db, cx.now, 1)?;
            assert!(store::signing_keys::insert(cx.db, &moved)?);
            Ok(())
        })
        .await
        .unwrap();
        assert!(tend_keys(&work).await.is_err());
        assert_eq!(signs(&work), signing, "the known ones stay in use");
        assert_eq!(of(&stored(&work).await, KeyState::Active), [signing]);
        drop(work);
        let refused = server_at(&fresh, START, SECRET).await.err().unwrap().to_string();
        assert!(refused.contains("a sealed value does not fit its place"), "{refused}");
        // A command can still put another one in its place.
        let command = ground::open_beside(parts(&fresh, SECRET)).await.unwrap();
        let made = FreshKey::make(command.env(), SignatureAlgorithm::Es256).unwrap();
        let kid = made.public().kid().to_owned();
        assert!(command.write(move |cx| keys::rotate_now(cx, &made)).await.unwrap());
        assert_eq!(signs(&server_at(&fresh, START, SECRET).await.unwrap()), kid);
    }
}

#[tokio::test]
async fn a_key_is_there_before_the_first_client_that_needs_it() {
    let fresh = sqlite();
    std::fs::create_dir_all(&fresh.folder).unwrap();
    let path = fresh.folder.join("clients.toml");
    std::fs::write(&path, "").unwrap();
    let inputs = Inputs {
        mode: Mode::Development,
        config: None,
        clients: Some(path.clone()),
        environment: BTreeMap::new(),
    };
    let work = next_server(&fresh, SECRET).await.unwrap();
    let mut watched = Watched::new(load(&inputs).unwrap().clients_file);
    assert!(work.env().signing.get().active(SignatureAlgorithm::EdDsa).is_none());
    let client = "[[client]]\nid = \"a\"\ntype = \"spa\"\nredirect_uris = [\"https://a.test/cb\"]\nid_token_alg = \"EdDSA\"\n";
    std::fs::write(&path, client).unwrap();
    watched.look(&work, false).await;
    assert!(work.env().clients.get().find("a").is_some());
    assert!(work.env().signing.get().active(SignatureAlgorithm::EdDsa).is_some());
    assert!(work.env().signing.get().active(SignatureAlgorithm::Ps256).is_none());
}

#[tokio::test]
async fn what_is_left_of_a_key_goes_a_month_after_it_was_withdrawn() {
    for fresh in databases() {
        let work = server_at(&fresh, START, SECRET).await.unwrap();
        let made = FreshKey::make(work.env(), SignatureAlgorithm::Es256).unwrap();
        assert!(work.write(move |cx| keys::rotate_now(cx, &made)).await.unwrap());
        drop(work);
        let (_stop, stopped) = watch::channel(false);
        for (days, left) in [(30, 3), (31, 2)] {
            let work = server_at(&fresh, START + days * DAY, SECRET).await.unwrap();
            janitor::sweep(&work, &stopped).await.unwrap();
            assert_eq!(stored(&work).await.len(), left, "{:?}", fresh.url);
        }
    }
}

#[test]
fn what_is_due_follows_from_the_keys_the_clients_and_the_time() {
    let settings = Settings::load(Mode::Development, &Sources::default()).0.unwrap().keys;
    let key = |algorithm: SignatureAlgorithm, state: KeyState, activates_at: Instant| StoredKey {
        kid: format!("{}-{}", algorithm.name(), state.name()),
        algorithm: algorithm.name().to_owned(),
        state,
        sealed: String::new(),
        public: String::new(),
        created_at: activates_at,
        activates_at,
        retired_at: None,
        token_life: DAY,
        published_until: None,
    };
    let (rs, es) = (SignatureAlgorithm::Rs256, SignatureAlgorithm::Es256);
    let active = [key(rs, KeyState::Active, START), key(es, KeyState::Active, START + DAY)];
    let due = |keys: &[StoredKey], now: Instant| keys::steps(keys, &Clients::default(), &settings, now);
    assert_eq!(due(&[], START), [Step::First(rs), Step::First(es)]);
    assert_eq!(due(&active, START), []);
    assert_eq!(due(&active, START + 89 * DAY), [Step::Publish(rs)]);
    let with_next = [active.clone().to_vec(), vec![key(rs, KeyState::Next, START + 90 * DAY)]].concat();
    assert_eq!(due(&with_next, START + 89 * DAY), []);
    assert_eq!(due(&with_next, START + 90 * DAY), [Step::Activate(rs), Step::Publish(es)]);
    let short = active.map(|key| StoredKey { token_life: Duration::from_secs(60), ..key });
    assert_eq!(due(&short, START), [Step::RaiseTokenLife]);
    // A clock that goes back brings nothing about.
    assert_eq!(due(&with_next, START - DAY), []);
}

//! The data secrets: what a start asks for, and what a running server takes over from the file.

use std::fs;

use super::super::data_secret::{Needed, SEALS_AFTER, SecretsFile, Stand, Watched, census, drop_key, reseal};
use super::*;
use crate::crypto::key_id_of;
use crate::model::SecretText;

fn id(secret: &str) -> String {
    key_id_of(&SecretText::new(secret)).unwrap()
}

/// The parts of a server whose secrets stand in a file.
fn with_file(fresh: &Fresh, clock: &Arc<ManualClock>) -> (Parts, SecretsFile) {
    let path = fresh.folder.join("secrets");
    if !path.exists() {
        fs::create_dir_all(&fresh.folder).unwrap();
        fs::write(&path, format!("{SECRET}\n")).unwrap();
    }
    let mut parts = parts(fresh, "");
    parts.settings.secrets_file = Some(path);
    parts.clock = clock.clone();
    let file = SecretsFile::of(&parts.settings).unwrap();
    (parts, file)
}

#[tokio::test]
async fn sec_p05_seed_s37_a_secret_that_is_still_needed_is_named_and_asked_for() {
    for fresh in databases() {
        drop(next_server(&fresh, SECRET).await.unwrap());
        drop(next_server(&fresh, &format!("{OTHER},{SECRET}")).await.unwrap());
        let refused = next_server(&fresh, OTHER).await.err().unwrap().to_string();
        let named = format!("the data secret with the key id {} is still needed", id(SECRET));
        assert!(refused.contains(&named), "{refused}");
        assert!(refused.contains("2 in signing_keys") && refused.contains("1 in meta"), "{refused}");
        assert!(refused.contains("wayhome secrets reseal") && !refused.contains(SECRET), "{refused}");
        // Put back, sealed anew, taken away.
        let work = next_server(&fresh, &format!("{OTHER},{SECRET}")).await.unwrap();
        assert_eq!(reseal(&work, |_, _| {}).await.unwrap(), 3);
        assert_eq!(reseal(&work, |_, _| {}).await.unwrap(), 0);
        assert_eq!(census(&work).await.unwrap().keys().collect::<Vec<_>>(), [&id(OTHER)]);
        drop(work);
        let work = next_server(&fresh, OTHER).await.unwrap();
        let events = work.read(|cx| Ok(store::meta::all(cx.db)?)).await.unwrap();
        assert!(!events.iter().any(|(name, _)| name.ends_with(&id(SECRET))), "it is forgotten");
    }
}

#[tokio::test]
async fn seed_s37_a_new_secret_in_the_file_opens_at_once_and_seals_when_all_servers_know_it() {
    for fresh in databases() {
        let clock = Arc::new(ManualClock::at(START));
        let (parts, file) = with_file(&fresh, &clock);
        let work = open(parts).await.unwrap();
        let (secrets, mut watched) = (&work.env().secrets, Watched::new(&work));
        watched.look(&work, false).await.unwrap();
        assert_eq!(secrets.key_ids(), [id(SECRET)]);
        let new = file.add(Stand::First, work.env().random.as_ref()).unwrap();
        watched.look(&work, false).await.unwrap();
        assert_eq!(secrets.key_ids(), [id(SECRET), new.clone()], "it opens, and seals nothing yet");
        clock.advance(SEALS_AFTER - Duration::from_secs(1));
        watched.look(&work, false).await.unwrap();
        assert_eq!(secrets.active_key_id(), id(SECRET));
        clock.advance(Duration::from_secs(1));
        watched.look(&work, false).await.unwrap();
        assert_eq!(secrets.key_ids(), [new.clone(), id(SECRET)]);
        // Whoever sends a hangup does not want to wait.
        let newest = file.add(Stand::First, work.env().random.as_ref()).unwrap();
        watched.look(&work, true).await.unwrap();
        assert_eq!(secrets.key_ids(), [newest, new, id(SECRET)]);
    }
}

#[tokio::test]
async fn sec_p05_a_secret_that_is_taken_from_the_file_too_early_stays_in_use() {
    for fresh in databases() {
        let clock = Arc::new(ManualClock::at(START));
        let (parts, file) = with_file(&fresh, &clock);
        let work = open(parts).await.unwrap();
        let (secrets, mut watched) = (&work.env().secrets, Watched::new(&work));
        fs::write(file.path(), format!("{OTHER}\n")).unwrap();
        watched.look(&work, true).await.unwrap();
        assert_eq!(secrets.key_ids(), [id(SECRET)]);
        for unusable in ["", "# nothing\n", "short\n"] {
            fs::write(file.path(), unusable).unwrap();
            watched.look(&work, true).await.unwrap();
            assert_eq!(secrets.key_ids(), [id(SECRET)], "{unusable}");
        }
        fs::remove_file(file.path()).unwrap();
        watched.look(&work, true).await.unwrap();
        assert_eq!(secrets.key_ids(), [id(SECRET)]);
        fs::write(file.path(), format!("{OTHER}\n{SECRET}\n")).unwrap();
        watched.look(&work, true).await.unwrap();
        reseal(&work, |_, _| {}).await.unwrap();
        fs::write(file.path(), format!("{OTHER}\n")).unwrap();
        watched.look(&work, true).await.unwrap();
        assert_eq!(secrets.key_ids(), [id(OTHER)]);
    }
}

#[tokio::test]
async fn seed_s37_a_secret_is_dropped_when_nothing_needs_it_and_its_codes_are_over() {
    for fresh in databases() {
        let clock = Arc::new(ManualClock::at(START));
        let (parts, file) = with_file(&fresh, &clock);
        let work = open(parts).await.unwrap();
        let mut watched = Watched::new(&work);
        let old = id(SECRET);
        assert_eq!(drop_key(&work, &old).await.unwrap(), Err(Needed::Seals));
        let new = file.add(Stand::First, work.env().random.as_ref()).unwrap();
        watched.look(&work, true).await.unwrap();
        let Err(Needed::For(what)) = drop_key(&work, &old).await.unwrap() else { panic!("it is needed") };
        assert!(what.contains("2 in signing_keys"), "{what}");
        reseal(&work, |_, _| {}).await.unwrap();
        let until = START + Duration::from_secs(15 * 60);
        assert_eq!(drop_key(&work, &old).await.unwrap(), Err(Needed::Until(until)));
        clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(drop_key(&work, &old).await.unwrap(), Ok(()));
        file.remove(&old).unwrap();
        watched.look(&work, false).await.unwrap();
        assert_eq!(work.env().secrets.key_ids(), [new]);
    }
}

/// Another server that has not looked yet says so every minute, and its key is not dropped under its hands.
#[tokio::test]
async fn seed_s37_a_secret_with_which_another_server_still_seals_is_not_dropped() {
    for fresh in databases().into_iter().filter(|fresh| matches!(fresh.url, DatabaseUrl::Postgres(_))) {
        let clock = Arc::new(ManualClock::at(START));
        let late = open(with_file(&fresh, &clock).0).await.unwrap();
        let mut looks_late = Watched::new(&late);
        let mut other = with_file(&fresh, &clock).0;
        other.settings.secrets_file = None;
        other.settings.data_secrets = vec![SecretText::new(OTHER), SecretText::new(SECRET)];
        let quick = open(other).await.unwrap();
        reseal(&quick, |_, _| {}).await.unwrap();
        clock.advance(Duration::from_secs(15 * 60));
        looks_late.look(&late, false).await.unwrap();
        let needed = drop_key(&quick, &id(SECRET)).await.unwrap();
        assert_eq!(needed, Err(Needed::Until(START + Duration::from_secs(30 * 60))));
    }
}

#[tokio::test]
async fn a_value_that_was_moved_stops_the_sealing_anew_and_names_its_place() {
    let fresh = sqlite();
    drop(next_server(&fresh, SECRET).await.unwrap());
    let work = next_server(&fresh, &format!("{OTHER},{SECRET}")).await.unwrap();
    work.write(|cx| {
        let moved = store::meta::find(cx.db, "canary")?.unwrap();
        Ok(store::meta::put(cx.db, "moved", &moved)?)
    })
    .await
    .unwrap();
    let why = reseal(&work, |_, _| {}).await.err().unwrap().to_string();
    assert!(why.contains("moved does not open"), "{why}");
}

//! Sessions.

use std::time::Duration;

use super::world::{GOOD, person_at, worlds};
use crate::identity::sessions;
use crate::model::IdentityState;

#[test]
fn sec_s06_signing_in_again_gives_a_new_token_and_the_old_one_is_dead() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let before = world.signed_in("anna@example.com", GOOD, 1);
        let (browser, _) = person_at(1);
        world.wait(60);
        let previous = before.session.clone();
        let after = world.run(move |cx| sessions::sign_in(cx, anna, browser, &["pwd"], Some(&previous)));
        assert_eq!(after.session.id, before.session.id);
        assert_ne!(after.token.expose(), before.token.expose());
        let (old, new) = (before.token, after.token);
        assert!(world.run(move |cx| sessions::current(cx, &old)).is_none());
        assert_eq!(world.run(move |cx| sessions::current(cx, &new)), Some(after.session));
        assert!(world.facts(anna).contains(&"session.renewed".to_owned()));
    }
}

#[test]
fn sec_s06_the_session_of_another_person_is_never_taken_over() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let ben = world.person("ben@example.com", GOOD);
        let annas = world.signed_in("anna@example.com", GOOD, 1).session;
        let (browser, _) = person_at(1);
        let previous = annas.clone();
        let bens = world.run(move |cx| sessions::sign_in(cx, ben, browser, &["pwd"], Some(&previous)));
        assert_ne!(bens.session.id, annas.id);
    }
}

#[test]
fn sec_s10_a_session_ends_when_idle_when_old_when_ended_and_when_its_person_is_switched_off() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let idle = world.signed_in("anna@example.com", GOOD, 1).token;
        world.wait(7_200 - 1);
        let alive =
            |token| world.run(move |cx| Ok(sessions::current(cx, &token)?.map(|found| (token, found))));
        let (idle, _) = alive(idle).unwrap();
        world.wait(1);
        assert!(alive(idle).is_none());

        let (mut token, mut session) = {
            let signed_in = world.signed_in("anna@example.com", GOOD, 1);
            (signed_in.token, signed_in.session)
        };
        for _ in 0..23 {
            world.wait(3_600);
            let used = session.clone();
            assert!(sessions::is_due(&used, world.work.now()));
            world.run(move |cx| sessions::touch(cx, &used));
            (token, session) = alive(token).unwrap();
        }
        world.wait(3_600);
        assert!(alive(token).is_none());

        let ended = world.signed_in("anna@example.com", GOOD, 1);
        let session = ended.session;
        assert!(world.run({
            let session = session.clone();
            move |cx| sessions::end(cx, &session, "signed_out")
        }));
        assert!(!world.run(move |cx| sessions::end(cx, &session, "signed_out")));
        assert!(alive(ended.token).is_none());

        let off = world.signed_in("anna@example.com", GOOD, 1).token;
        world.switch(anna, IdentityState::Inactive);
        assert!(alive(off).is_none());
    }
}

#[test]
fn a_use_is_written_down_once_a_minute() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let session = world.signed_in("anna@example.com", GOOD, 1).session;
        let due = |seconds| sessions::is_due(&session, session.last_seen_at + Duration::from_secs(seconds));
        assert_eq!((due(59), due(60)), (false, true));
    }
}

#[test]
fn a_person_has_at_most_fifty_sessions_and_the_oldest_ends() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let first = world.signed_in("anna@example.com", GOOD, 0).session;
        for browser in 1..=50 {
            world.wait(1);
            world.signed_in("anna@example.com", GOOD, browser);
        }
        let alive = world.run(move |cx| sessions::list(cx, anna));
        assert_eq!(alive.len(), 50);
        assert!(alive.iter().all(|session| session.id != first.id));
        let found = world.run(move |cx| sessions::find(cx, first.id)).unwrap();
        assert!(found.ended_at.is_some());
    }
}

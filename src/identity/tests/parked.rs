//! Sensitive changes that wait.

use super::world::{BETTER, GOOD, World, fake_hash, person_at, worlds};
use crate::identity::parked::{self, Standing};
use crate::identity::{sessions, settings};
use crate::model::{IdentityState, ParkedChangeId, Session};

fn fields() -> parked::Fields {
    vec![("traits.name".to_owned(), "Anna A.".to_owned())]
}

fn waiting(world: &World, session: &Session) -> ParkedChangeId {
    let of = session.clone();
    world.run(move |cx| parked::park(cx, &of, "/somewhere", &fields()))
}

fn is_ready(world: &World, id: ParkedChangeId, browser: u8) -> bool {
    let (browser, _) = person_at(browser);
    world.run(move |cx| Ok(matches!(parked::stand(cx, id, &browser)?, Standing::Ready(..))))
}

#[test]
fn page_1_4_6_a_change_that_waits_is_taken_once_however_many_come_for_it() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let session = world.signed_in("anna@example.com", GOOD, 1).session;
        let id = waiting(&world, &session);
        let (browser, _) = person_at(1);
        let takes = (0..20).map(|_| move |cx: &mut crate::cx::Cx<'_>| parked::take(cx, id, &browser));
        let mut taken = world.race(takes.collect()).into_iter().flatten();
        let first = taken.next().unwrap();
        assert_eq!((first.session.id, first.path.as_str()), (session.id, "/somewhere"));
        assert_eq!(first.fields, fields());
        assert!(taken.next().is_none());
    }
}

#[test]
fn page_1_4_6_a_change_is_ready_while_its_person_has_shown_lately_who_they_are() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let session = world.signed_in("anna@example.com", GOOD, 1).session;
        world.wait(599);
        let id = waiting(&world, &session);
        assert!(is_ready(&world, id, 1) && !is_ready(&world, id, 2));
        world.wait(1);
        assert!(!is_ready(&world, id, 1));
        let (browser, _) = person_at(1);
        let again = session.clone();
        world.run(move |cx| sessions::sign_in(cx, anna, browser, &["pwd"], Some(&again)));
        world.wait(598);
        assert!(is_ready(&world, id, 1));
        world.wait(1);
        assert!(!is_ready(&world, id, 1), "it waited for ten minutes");
    }
}

#[test]
fn sec_l04_no_change_waits_any_more_after_a_new_password_or_an_end() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let session = world.signed_in("anna@example.com", GOOD, 1).session;
        let id = waiting(&world, &session);
        world.run(move |cx| settings::save_password(cx, anna, fake_hash(BETTER)));
        assert!(!is_ready(&world, id, 1));
        let id = waiting(&world, &session);
        assert!(is_ready(&world, id, 1));
        world.switch(anna, IdentityState::Inactive);
        assert!(!is_ready(&world, id, 1));
        world.switch(anna, IdentityState::Active);
        assert!(is_ready(&world, id, 1));
        let of = session.clone();
        world.run(move |cx| sessions::end(cx, &of, "a test"));
        assert!(!is_ready(&world, id, 1));
    }
}

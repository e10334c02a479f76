//! Two people at one browser: the choice between the accounts.

use super::world::{BETTER, GOOD, World, fake_hash, ids, person_at, worlds};
use crate::identity::{Progress, login, settings};
use crate::model::FlowId;

fn begin(world: &World, browser: u8) -> FlowId {
    let (_, birth) = person_at(browser);
    world.run(move |cx| login::begin(cx, birth, "", None))
}

#[test]
fn journey_j14_somebody_else_who_signed_in_meanwhile_leads_to_a_choice_and_both_ways_work() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let ben = world.person("ben@example.com", BETTER);
        for switch in [true, false] {
            let flow = begin(&world, 1);
            world.wait(5);
            let session = world.signed_in("anna@example.com", GOOD, 1).session;
            world.wait(5);
            let Progress::Stay(page) = world.sign_in(flow, "ben@example.com", BETTER, Some(session.clone()))
            else {
                panic!("no choice")
            };
            assert_eq!(page.state.proven, Some(ben));
            let previous = session.clone();
            let chosen = world.run(move |cx| login::choose(cx, page, switch, Some(&previous)));
            let Progress::Done(done, signed_in) = chosen else { panic!("not done") };
            if switch {
                let new = signed_in.unwrap().session;
                assert_eq!((done.identity(), new.identity), (Some(ben), ben));
                assert_ne!(new.id, session.id);
            } else {
                assert!(signed_in.is_none() && done.identity() == Some(anna));
            }
        }
    }
}

#[test]
fn a_choice_that_comes_too_late_or_after_a_new_password_asks_for_the_password_again() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let ben = world.person("ben@example.com", BETTER);
        for late in [true, false] {
            let flow = begin(&world, 1);
            world.wait(1);
            let session = world.signed_in("anna@example.com", GOOD, 1).session;
            let Progress::Stay(page) = world.sign_in(flow, "ben@example.com", BETTER, Some(session.clone()))
            else {
                panic!("no choice")
            };
            world.wait(if late { 601 } else { 1 });
            if !late {
                let hash = fake_hash(BETTER);
                world.run(move |cx| settings::save_password(cx, ben, hash));
            }
            let chosen = world.run(move |cx| login::choose(cx, page, true, Some(&session)));
            let Progress::Stay(page) = chosen else { panic!("it was accepted") };
            assert_eq!(
                (page.state.proven, ids(&page.notices)),
                (None, vec!["login.expired_reenter".to_owned()])
            );
        }
    }
}

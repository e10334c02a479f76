//! Limits on guessing: one counter for each person, one for each browser that they know, a budget for each network, and
//! an alarm for everybody.

use super::world::{BETTER, GOOD, World, ids, person_at, worlds, worlds_with};
use crate::identity::{LockState, Progress, lift_lock, lock_of, login, recovery};
use crate::model::{IdentityId, Login, Mail, Recovery, RecoveryStage};
use crate::store;

const WRONG: &str = "wrong password, all of it";

/// What the page says after a try with this browser.
fn tried(world: &World, browser: u8, address: &str, password: &str) -> Vec<String> {
    let (_, birth) = person_at(browser);
    let flow = world.run(move |cx| login::begin(cx, birth, "", None));
    stay(world.sign_in(flow, address, password, None))
}

fn stay(progress: Progress<Login>) -> Vec<String> {
    match progress {
        Progress::Stay(flow) => ids(&flow.notices),
        Progress::Done(..) => vec!["done".to_owned()],
    }
}

/// A new password by a mailed code.
fn recover(world: &World, address: &'static str, password: &'static str) -> Recovery {
    let (_, birth) = person_at(9);
    let flow = world.run(move |cx| recovery::begin(cx, birth, ""));
    let flow = world.run(move |cx| {
        let flow = store::flows::find::<Recovery>(cx.db, flow)?.unwrap();
        recovery::submit_address(cx, flow, address)
    });
    let (code, _) = world.code_for(address);
    let flow = world.run(move |cx| recovery::submit_code(cx, flow, &code));
    let state = flow.state.clone();
    if state.stage == RecoveryStage::Password {
        let prepared = world.run(move |cx| recovery::prepare_password(cx, flow, password));
        let recovery::Prepared::Hash(new) = prepared else { panic!("nothing to hash") };
        let hash = super::world::fake_hash(password);
        let _recovered = world.run(move |cx| recovery::save_password(cx, *new, hash)).unwrap();
    }
    state
}

fn state(world: &World, anna: IdentityId) -> LockState {
    world.run(move |cx| lock_of(cx, anna)).unwrap().state
}

#[test]
fn sec_b02_one_counter_for_a_person_whatever_spelling_flow_or_browser() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        for (browser, spelling) in [
            (1, "anna@example.com"),
            (2, "ANNA@EXAMPLE.COM"),
            (3, "  anna@example.com "),
            (4, "Anna@Example.com"),
            (5, "anna@example.com\u{a0}"),
            (6, "ａnna@example.com"),
        ] {
            assert_eq!(tried(&world, browser, spelling, WRONG), ["login.mismatch"], "{spelling:?}");
        }
        assert_eq!(tried(&world, 7, "anna@example.com", GOOD), ["login.slow_down"]);
        assert_eq!(tried(&world, 7, "ANNA@example.com", GOOD), ["login.slow_down"]);
    }
}

#[test]
fn sec_b05_a_browser_that_the_person_has_used_is_not_locked_out_by_strangers() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.signed_in("anna@example.com", GOOD, 1);
        for _ in 0..6 {
            tried(&world, 2, "anna@example.com", WRONG);
        }
        assert_eq!(tried(&world, 3, "anna@example.com", GOOD), ["login.slow_down"]);
        assert_eq!(tried(&world, 1, "anna@example.com", GOOD), ["done"]);
        // Her success forgives no stranger.
        assert_eq!(tried(&world, 3, "anna@example.com", GOOD), ["login.slow_down"]);
        assert!(matches!(state(&world, anna), LockState::Waiting(_)));
        world.wait(2);
        assert_eq!(state(&world, anna), LockState::Open);
        assert_eq!(tried(&world, 3, "anna@example.com", GOOD), ["done"]);
    }
}

#[test]
fn sec_b05_a_known_browser_has_a_counter_of_its_own_and_is_forgotten_in_time() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        world.person("ben@example.com", BETTER);
        world.signed_in("anna@example.com", GOOD, 1);
        for _ in 0..6 {
            assert_eq!(tried(&world, 1, "anna@example.com", WRONG), ["login.mismatch"]);
        }
        assert_eq!(tried(&world, 1, "anna@example.com", GOOD), ["login.slow_down"]);
        // Strangers are not slowed down by it, and it is known for nobody else.
        assert_eq!(tried(&world, 2, "anna@example.com", GOOD), ["done"]);
        for _ in 0..6 {
            tried(&world, 3, "ben@example.com", WRONG);
        }
        assert_eq!(tried(&world, 1, "ben@example.com", BETTER), ["login.slow_down"]);
        world.wait(91 * 86_400);
        for _ in 0..6 {
            tried(&world, 3, "anna@example.com", WRONG);
        }
        assert_eq!(tried(&world, 1, "anna@example.com", GOOD), ["login.slow_down"]);
    }
}

#[test]
fn sec_b05_a_person_has_twenty_known_browsers_at_most() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        for browser in 1..=23 {
            world.signed_in("anna@example.com", GOOD, browser);
            world.wait(1);
        }
        let known = world.run(move |cx| Ok(store::known_browsers::of(cx.db, anna, 100)?));
        let expected: Vec<_> = (4..=23).rev().map(|browser| person_at(browser).0).collect();
        assert_eq!(known, expected);
    }
}

// sec_v10
#[test]
fn sec_b05_recovery_works_while_locked_and_ends_lock_and_known_browsers() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.signed_in("anna@example.com", GOOD, 1);
        for _ in 0..10 {
            tried(&world, 2, "anna@example.com", WRONG);
            world.wait(900);
        }
        tried(&world, 2, "anna@example.com", WRONG);
        assert!(matches!(state(&world, anna), LockState::Waiting(_)));
        recover(&world, "anna@example.com", BETTER);
        assert_eq!(state(&world, anna), LockState::Open);
        assert_eq!(tried(&world, 3, "anna@example.com", BETTER), ["done"]);
        world.run(move |cx| crate::journey::end_everything(cx, anna, None, "recovered"));
        for _ in 0..6 {
            tried(&world, 2, "anna@example.com", WRONG);
        }
        assert_eq!(tried(&world, 1, "anna@example.com", BETTER), ["login.slow_down"]);
    }
}

#[test]
fn sec_b05_after_a_hundred_misses_the_owner_is_told_once_and_known_browsers_and_recovery_work() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.signed_in("anna@example.com", GOOD, 1);
        for n in 0..100 {
            assert_eq!(tried(&world, 2, "anna@example.com", WRONG), ["login.mismatch"], "{n}");
            world.wait(900);
        }
        assert_eq!(state(&world, anna), LockState::PasswordOff);
        for _ in 0..3 {
            assert_eq!(tried(&world, 3, "anna@example.com", GOOD), ["login.reset_needed"]);
        }
        let told = world.mails().into_iter().filter(|(_, mail)| *mail == Mail::AccountLocked);
        assert_eq!(told.map(|(to, _)| to).collect::<Vec<_>>(), ["anna@example.com"]);
        let locked = world.facts(anna).into_iter().filter(|fact| fact == "identity.locked").count();
        assert_eq!(locked, 2, "once the wait was at its longest, once the password was off");
        assert_eq!(tried(&world, 1, "anna@example.com", GOOD), ["done"]);
        world.wait(1);
        recover(&world, "anna@example.com", BETTER);
        assert_eq!(tried(&world, 3, "anna@example.com", BETTER), ["done"]);
    }
}

#[test]
fn sec_e06_nobody_is_locked_like_somebody() {
    for world in worlds() {
        for n in 0..100 {
            assert_eq!(tried(&world, 2, "nobody@example.com", WRONG), ["login.mismatch"], "{n}");
            world.wait(900);
        }
        assert_eq!(tried(&world, 3, "nobody@example.com", GOOD), ["login.reset_needed"]);
        assert!(world.mails().is_empty());
    }
}

#[test]
fn an_administrator_sees_a_lock_and_lifts_it_in_every_browser() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.signed_in("anna@example.com", GOOD, 1);
        for browser in [1, 2] {
            for _ in 0..6 {
                tried(&world, browser, "anna@example.com", WRONG);
            }
            assert_eq!(tried(&world, browser, "anna@example.com", GOOD), ["login.slow_down"]);
        }
        let lock = world.run(move |cx| lock_of(cx, anna)).unwrap();
        assert_eq!(lock.failures, 6);
        assert!(matches!(lock.state, LockState::Waiting(_)));
        assert!(world.run(move |cx| lift_lock(cx, anna)));
        assert_eq!(world.run(move |cx| lock_of(cx, anna)).unwrap().failures, 0);
        for browser in [1, 2] {
            assert_eq!(tried(&world, browser, "anna@example.com", GOOD), ["done"]);
        }
        assert!(world.facts(anna).contains(&"identity.unlocked".to_owned()));
        let nobody = IdentityId::from_uuid(uuid::Uuid::from_u128(7));
        assert!(!world.run(move |cx| lift_lock(cx, nobody)));
        assert!(world.run(move |cx| lock_of(cx, nobody)).is_none());
    }
}

#[test]
fn sec_b04_one_network_may_miss_twenty_times_and_ten_times_a_minute() {
    let given = [("WAYHOME__LIMITS__SIGN_INS_PER_MINUTE", "10")];
    for mut world in worlds_with(&given) {
        world.person("anna@example.com", GOOD);
        let spray = |world: &World, n: u8| tried(world, 2, &format!("user{n}@example.com"), WRONG);
        for n in 0..20 {
            assert_eq!(spray(&world, n), ["login.mismatch"], "{n}");
        }
        assert_eq!(spray(&world, 20), ["login.slow_down"]);
        assert_eq!(tried(&world, 3, "anna@example.com", GOOD), ["login.slow_down"]);
        world.wait(6);
        // What is right costs nothing.
        for browser in 3..8 {
            assert_eq!(tried(&world, browser, "anna@example.com", GOOD), ["done"]);
        }
        assert_eq!(spray(&world, 21), ["login.mismatch"]);
        assert_eq!(spray(&world, 22), ["login.slow_down"]);
        assert_eq!(tried(&world, 3, "anna@example.com", GOOD), ["done"], "known, so not of this network");
        world.come_from("203.0.113.8");
        assert_eq!(spray(&world, 23), ["login.mismatch"]);
        // The whole /64 is one network.
        for n in 0..20 {
            world.come_from(&format!("2001:db8::{n:x}"));
            assert_eq!(spray(&world, 30 + n), ["login.mismatch"]);
        }
        world.come_from("2001:db8::ffff:1");
        assert_eq!(spray(&world, 60), ["login.slow_down"]);
        world.come_from("2001:db8:0:1::1");
        assert_eq!(spray(&world, 61), ["login.mismatch"]);
    }
}

#[test]
fn sec_b04_a_spray_from_everywhere_rings_once_makes_it_harder_and_locks_nobody() {
    let given = [("WAYHOME__LIMITS__SIGN_INS_PER_MINUTE", "10"), ("WAYHOME__LIMITS__SPRAY_PER_MINUTE", "30")];
    for mut world in worlds_with(&given) {
        world.person("anna@example.com", GOOD);
        let alarms = |world: &World| world.run(|cx| Ok(store::events::count_of(cx.db, "attack.spray")?));
        // Somebody who mistypes is no spray.
        for _ in 0..5 {
            tried(&world, 2, "anna@example.com", WRONG);
        }
        for n in 0..28 {
            world.come_from(&format!("198.51.100.{n}"));
            assert_eq!(tried(&world, 2, &format!("user{n}@example.com"), WRONG), ["login.mismatch"]);
        }
        assert_eq!(alarms(&world), 0);
        for n in 28..32 {
            tried(&world, 2, &format!("user{n}@example.com"), WRONG);
        }
        assert_eq!(alarms(&world), 1);
        // From now on a stranger's try costs four.
        world.come_from("192.0.2.1");
        for n in 0..5 {
            assert_eq!(tried(&world, 2, &format!("other{n}@example.com"), WRONG), ["login.mismatch"]);
        }
        assert_eq!(tried(&world, 2, "other5@example.com", WRONG), ["login.slow_down"]);
        world.come_from("192.0.2.2");
        assert_eq!(tried(&world, 3, "anna@example.com", GOOD), ["done"]);
        world.wait(901);
        world.come_from("192.0.2.3");
        for n in 10..20 {
            assert_eq!(tried(&world, 2, &format!("other{n}@example.com"), WRONG), ["login.mismatch"]);
        }
        assert_eq!(alarms(&world), 1);
    }
}

#[test]
fn sec_v02_codes_that_are_guessed_all_over_ring_and_then_can_be_tried_twice() {
    for world in worlds_with(&[("WAYHOME__LIMITS__WRONG_CODES_PER_HOUR", "8")]) {
        let alarms = |world: &World| world.run(|cx| Ok(store::events::count_of(cx.db, "attack.codes")?));
        let misses = |world: &World, address: &'static str| {
            world.person(address, GOOD);
            let (_, birth) = person_at(3);
            let flow = world.run(move |cx| recovery::begin(cx, birth, ""));
            let flow = world.run(move |cx| {
                let flow = store::flows::find::<Recovery>(cx.db, flow)?.unwrap();
                recovery::submit_address(cx, flow, address)
            });
            let mut said = Vec::new();
            for _ in 0..6 {
                let id = flow.id;
                let after = world.run(move |cx| {
                    let flow = store::flows::find::<Recovery>(cx.db, id)?.unwrap();
                    recovery::submit_code(cx, flow, "0000 0000")
                });
                said.extend(ids(&after.notices));
            }
            said
        };
        let (miss, dead) = ("code.mismatch@code", "code.too_many@code");
        assert_eq!(misses(&world, "a@example.com"), [miss, miss, miss, miss, dead, dead]);
        assert_eq!(alarms(&world), 0);
        assert_eq!(misses(&world, "b@example.com"), [miss, miss, miss, dead, dead, dead]);
        assert_eq!(alarms(&world), 1);
        assert_eq!(misses(&world, "c@example.com"), [miss, dead, dead, dead, dead, dead]);
        world.wait(3_600);
        assert_eq!(misses(&world, "d@example.com"), [miss, miss, miss, miss, dead, dead]);
    }
}

#[test]
fn sec_b04_one_network_asks_for_five_codes_in_ten_minutes_whoever_they_are_for() {
    for mut world in worlds_with(&[("WAYHOME__LIMITS__RECOVERIES_PER_HOUR", "30")]) {
        world.person("anna@example.com", GOOD);
        let ask = |world: &World, address: &'static str| {
            let (_, birth) = person_at(1);
            let flow = world.run(move |cx| recovery::begin(cx, birth, ""));
            let flow = world.run(move |cx| {
                let flow = store::flows::find::<Recovery>(cx.db, flow)?.unwrap();
                recovery::submit_address(cx, flow, address)
            });
            ids(&flow.notices)
        };
        for address in ["a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com"] {
            assert!(ask(&world, address).is_empty());
        }
        let before = world.mails().len();
        for address in ["anna@example.com", "nobody@example.com"] {
            assert_eq!(ask(&world, address), ["recovery.slow_down"]);
        }
        assert_eq!(world.mails().len(), before);
        world.wait(120);
        assert!(ask(&world, "anna@example.com").is_empty());
        assert_eq!(ask(&world, "anna@example.com"), ["recovery.slow_down"]);
        world.come_from("198.51.100.1");
        assert!(ask(&world, "anna@example.com").is_empty());
    }
}

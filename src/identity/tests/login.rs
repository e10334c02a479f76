//! Signing in.

use super::world::{BETTER, GOOD, ids, person_at, worlds};
use crate::identity::login::{self, Prepared};
use crate::identity::{Progress, sessions};
use crate::model::{FlowId, IdentityState, Login};
use crate::store;

fn stay(progress: Progress<Login>) -> Vec<String> {
    match progress {
        Progress::Stay(flow) => ids(&flow.notices),
        Progress::Done(..) => vec!["done".to_owned()],
    }
}

fn begin(world: &super::world::World, browser: u8) -> FlowId {
    let (_, birth) = person_at(browser);
    world.run(move |cx| login::begin(cx, birth, "", None))
}

#[test]
fn a_person_signs_in_whatever_spelling_of_the_address_they_type() {
    for world in worlds() {
        let anna = world.person("Anna@example.com", GOOD);
        let flow = begin(&world, 1);
        let Progress::Done(done, Some(signed_in)) = world.sign_in(flow, " ANNA@Example.com ", GOOD, None)
        else {
            panic!("not signed in")
        };
        assert_eq!((done.identity(), signed_in.session.identity), (Some(anna), anna));
        assert_eq!(signed_in.session.amr, ["pwd"]);
        let token = signed_in.token;
        let current = world.run(move |cx| sessions::current(cx, &token)).unwrap();
        assert_eq!(current.id, signed_in.session.id);
        assert!(world.facts(anna).contains(&"login.succeeded".to_owned()));
    }
}

#[test]
fn page_e3_what_is_missing_is_named_and_counts_as_no_try() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let flow = begin(&world, 1);
        for _ in 0..20 {
            let both = stay(world.sign_in(flow, "  ", "", None));
            assert_eq!(both, ["field.empty@identifier", "field.empty@password"]);
        }
        assert_eq!(stay(world.sign_in(flow, "anna@example.com", GOOD, None)), ["done"]);
    }
}

#[test]
fn sec_e01_unknown_wrong_inactive_and_passwordless_look_alike() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let off = world.person("off@example.com", GOOD);
        world.switch(off, IdentityState::Inactive);
        world.identity("bare@example.com", None, true);
        world.identity("unproven@example.com", Some(GOOD), false);
        let mut pages = Vec::new();
        for address in [
            "nobody@example.com",
            "anna@example.com",
            "off@example.com",
            "bare@example.com",
            "unproven@example.com",
        ] {
            let flow = begin(&world, 1);
            // The work is the same, too: a comparison follows for each of them.
            let typed = address.to_owned();
            let prepared = world.run(move |cx| {
                let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
                login::prepare(cx, flow, &typed, "wrong password, all of it")
            });
            assert!(matches!(prepared, Prepared::Compare(_)), "{address}");
            let Progress::Stay(flow) = world.sign_in(flow, address, "wrong password, all of it", None) else {
                panic!("{address}")
            };
            assert_eq!(flow.state.identifier, address);
            pages.push((ids(&flow.notices), flow.state.misses, flow.identity));
        }
        assert!(pages.iter().all(|page| *page == (vec!["login.mismatch".to_owned()], 1, None)), "{pages:?}");
    }
}

#[test]
fn seed_s1_s2_a_switched_off_account_says_so_after_the_right_password_only() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.switch(anna, IdentityState::Inactive);
        let flow = begin(&world, 1);
        assert_eq!(
            stay(world.sign_in(flow, "anna@example.com", "some other password", None)),
            ["login.mismatch"]
        );
        assert_eq!(stay(world.sign_in(flow, "anna@example.com", GOOD, None)), ["login.disabled"]);
        world.switch(anna, IdentityState::Active);
        assert_eq!(stay(world.sign_in(flow, "anna@example.com", GOOD, None)), ["done"]);
    }
}

#[test]
fn sec_u01_a_password_of_a_megabyte_is_a_wrong_one_that_nobody_hashes() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let flow = begin(&world, 1);
        let huge = "x".repeat(1 << 20);
        let prepared = world.run(move |cx| {
            let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
            login::prepare(cx, flow, "anna@example.com", &huge)
        });
        let Prepared::Stay(flow) = prepared else { panic!("it was to be hashed") };
        assert_eq!(ids(&flow.notices), ["login.mismatch"]);
    }
}

#[test]
fn sec_b01_after_five_misses_even_the_right_password_waits_and_an_unknown_address_does_too() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        for address in ["anna@example.com", "nobody@example.com"] {
            for _ in 0..6 {
                let flow = begin(&world, 1);
                assert_eq!(
                    stay(world.sign_in(flow, address, "wrong password, all of it", None)),
                    ["login.mismatch"]
                );
            }
            let flow = begin(&world, 2);
            let Progress::Stay(page) = world.sign_in(flow, address, GOOD, None) else { panic!("{address}") };
            assert_eq!(ids(&page.notices), ["login.slow_down"]);
            assert_eq!(page.notices[0].args["minutes"], "1");
        }
        world.wait(2);
        let flow = begin(&world, 1);
        assert_eq!(stay(world.sign_in(flow, "ANNA@example.com", GOOD, None)), ["done"]);
    }
}

#[test]
fn sec_b01_of_many_tries_at_once_hardly_more_than_the_free_ones_are_compared() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let flows: Vec<FlowId> = (0..40).map(|_| begin(&world, 1)).collect();
        let tries: Vec<_> = flows
            .into_iter()
            .map(|id| {
                move |cx: &mut crate::cx::Cx<'_>| {
                    let flow = store::flows::find::<Login>(cx.db, id)?.unwrap();
                    login::prepare(cx, flow, "anna@example.com", "wrong password, all of it")
                }
            })
            .collect();
        let prepared = world.race(tries);
        let compared = prepared.iter().filter(|one| matches!(one, Prepared::Compare(_))).count();
        assert_eq!(compared, 6);
    }
}

#[test]
fn sec_b05_after_a_hundred_misses_the_password_opens_nothing_until_it_is_reset() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let flow = begin(&world, 1);
        for n in 0..100 {
            assert_eq!(
                stay(world.sign_in(flow, "anna@example.com", "guess after guess", None)),
                ["login.mismatch"],
                "{n}"
            );
            world.wait(900);
        }
        let flow = begin(&world, 1);
        assert_eq!(stay(world.sign_in(flow, "anna@example.com", GOOD, None)), ["login.reset_needed"]);
    }
}

#[test]
fn a_password_that_was_changed_between_question_and_verdict_does_not_count() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let flow = begin(&world, 1);
        let prepared = world.run(move |cx| {
            let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
            login::prepare(cx, flow, "anna@example.com", GOOD)
        });
        let Prepared::Compare(attempt) = prepared else { panic!("nothing to compare") };
        let verdict = super::world::compare(&attempt.password, attempt.hash.as_ref());
        assert!(verdict.matches);
        world.wait(1);
        world.run(move |cx| {
            crate::identity::settings::save_password(cx, anna, super::world::fake_hash(BETTER))
        });
        let progress = world.run(move |cx| login::finish(cx, *attempt, verdict, None, None));
        assert_eq!(stay(progress), ["login.mismatch"]);
    }
}

#[test]
fn a_stronger_hash_of_the_same_password_is_kept() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let flow = begin(&world, 1);
        let prepared = world.run(move |cx| {
            let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
            login::prepare(cx, flow, "anna@example.com", GOOD)
        });
        let Prepared::Compare(attempt) = prepared else { panic!("nothing to compare") };
        let verdict = super::world::compare(&attempt.password, attempt.hash.as_ref());
        let better = Some(super::world::fake_hash("stronger"));
        world.run(move |cx| login::finish(cx, *attempt, verdict, better, None));
        assert!(world.facts(anna).contains(&"credential.rehashed".to_owned()));
        let flow = begin(&world, 1);
        assert_eq!(stay(world.sign_in(flow, "anna@example.com", "stronger", None)), ["done"]);
    }
}

#[test]
fn a_second_submit_of_a_finished_sign_in_signs_nobody_in_again() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let flow = begin(&world, 1);
        let prepare = || {
            move |cx: &mut crate::cx::Cx<'_>| {
                let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
                login::prepare(cx, flow, "anna@example.com", GOOD)
            }
        };
        let attempts: Vec<_> = world.race(vec![prepare(), prepare()]);
        let mut outcomes = Vec::new();
        for attempt in attempts {
            let Prepared::Compare(attempt) = attempt else { panic!("nothing to compare") };
            let verdict = super::world::compare(&attempt.password, attempt.hash.as_ref());
            outcomes.push(world.run(move |cx| login::finish(cx, *attempt, verdict, None, None)));
        }
        assert!(matches!(outcomes[0], Progress::Done(..)));
        assert!(matches!(&outcomes[1], Progress::Stay(flow) if flow.completed_at.is_some()));
    }
}

#[test]
fn journey_j17_who_must_confirm_signs_in_with_their_own_address_whatever_is_submitted() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.person("ben@example.com", BETTER);
        let session = world.signed_in("anna@example.com", GOOD, 1).session;
        let (_, birth) = person_at(1);
        let flow = world.run(move |cx| login::begin(cx, birth, "", Some(anna)));
        assert_eq!(world.flow::<Login>(flow).state.identifier, "anna@example.com");
        assert_eq!(
            stay(world.sign_in(flow, "ben@example.com", BETTER, Some(session.clone()))),
            ["login.mismatch"]
        );
        world.wait(60);
        let Progress::Done(_, Some(again)) = world.sign_in(flow, "", GOOD, Some(session.clone())) else {
            panic!("not confirmed")
        };
        assert_eq!(again.session.id, session.id);
        assert!(again.session.authenticated_at > session.authenticated_at);
    }
}

//! Recovery: no stage is reached without its evidence, no evidence counts twice.

use std::time::Duration;

use super::recovery::{asked, choose, typed};
use super::world::{BETTER, GOOD, World, fake_hash, ids, person_at, worlds};
use crate::cx::Cx;
use crate::identity::recovery::{self, Administered, OnExisting, Prepared};
use crate::identity::verification;
use crate::model::{
    Continuation, Flow, FlowId, IdentityState, Recovery, RecoveryStage, ReturnUrl, Verification,
};
use crate::store;

/// One answer to any page of a recovery.
type Action = fn(&mut Cx<'_>, Flow<Recovery>) -> crate::cx::Result<Flow<Recovery>>;

fn reload(cx: &mut Cx<'_>, id: FlowId) -> Flow<Recovery> {
    store::flows::find_to_change::<Recovery>(cx.db, id).unwrap().unwrap()
}

/// Everything that can be submitted without the code.
const ACTIONS: [(&str, Action); 9] = [
    ("the address again", |cx, flow| recovery::submit_address(cx, flow, "anna@example.com")),
    ("another address", |cx, flow| recovery::submit_address(cx, flow, "eve@example.com")),
    ("no address", |cx, flow| recovery::submit_address(cx, flow, "")),
    ("an empty code", |cx, flow| recovery::submit_code(cx, flow, "")),
    ("a guess", |cx, flow| recovery::submit_code(cx, flow, "1234 5678")),
    ("another code, please", recovery::resend),
    ("the button of a link", recovery::confirm_link),
    ("it wasn't me", recovery::disown_link),
    ("a new password", |cx, flow| {
        Ok(match recovery::prepare_password(cx, flow, BETTER)? {
            Prepared::Stay(flow) => flow,
            Prepared::Hash(new) => {
                let saved = recovery::save_password(cx, *new, fake_hash(BETTER))?;
                panic!("a password was accepted: {saved:?}")
            }
        })
    }),
];

#[test]
fn sec_v01_no_two_answers_in_any_order_lead_to_a_new_password_without_the_code() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        for (first_name, first) in ACTIONS {
            for (second_name, second) in ACTIONS {
                for from_address in [true, false] {
                    let flow = if from_address {
                        let (_, birth) = person_at(1);
                        world.run(move |cx| recovery::begin(cx, birth, "anna@example.com"))
                    } else {
                        asked(&world, 1, "anna@example.com")
                    };
                    let stage = world.run(move |cx| {
                        let before = reload(cx, flow);
                        first(cx, before)?;
                        let between = reload(cx, flow);
                        second(cx, between)?;
                        let after = reload(cx, flow);
                        assert!(after.identity.is_none() && after.completed_at.is_none());
                        Ok(after.state.stage)
                    });
                    let reached = matches!(stage, RecoveryStage::Address | RecoveryStage::Code);
                    assert!(reached, "{first_name}, {second_name}: {stage:?}");
                }
            }
        }
        world.signed_in("anna@example.com", GOOD, 1);
    }
}

#[test]
fn sec_v01_a_new_address_takes_the_evidence_for_the_old_one_away() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        world.person("ben@example.com", GOOD);
        let flow = asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        typed(&world, flow, &code);
        let back = world.run(move |cx| {
            let flow = reload(cx, flow);
            recovery::submit_address(cx, flow, "ben@example.com")
        });
        assert_eq!((back.state.stage, back.identity), (RecoveryStage::Code, None));
        assert!(choose(&world, flow, BETTER).is_err());
    }
}

#[test]
fn sec_v03_of_three_hundred_codes_at_once_five_are_evaluated() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let flow = asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        let right: u32 = code.parse().unwrap();
        let tries: Vec<_> = (1..=300_u32)
            .map(|n| {
                move |cx: &mut Cx<'_>| {
                    let guess = format!("{:08}", (right + n) % 100_000_000);
                    let before = reload(cx, flow);
                    recovery::submit_code(cx, before, &guess)
                }
            })
            .collect();
        let answers = world.race(tries);
        assert!(answers.iter().all(|flow| flow.state.stage == RecoveryStage::Code));
        let row = world.run(move |cx| Ok(store::one_time_codes::newest_of(cx.db, flow)?)).unwrap();
        assert_eq!(row.tries, 5);
        assert_eq!(ids(&typed(&world, flow, &code).notices), ["code.too_many@code"]);
    }
}

#[test]
fn sec_v04_the_right_code_many_times_at_once_counts_once_and_so_does_the_password() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let flow = asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        let tries: Vec<_> = (0..5)
            .map(|_| {
                let code = code.clone();
                move |cx: &mut Cx<'_>| {
                    let before = reload(cx, flow);
                    recovery::submit_code(cx, before, &code)
                }
            })
            .collect();
        world.race(tries);
        let proofs = world.run(move |cx| Ok(store::one_time_codes::newest_of(cx.db, flow)?)).unwrap();
        assert!(proofs.used_at.is_some());
        assert_eq!(world.flow::<Recovery>(flow).state.stage, RecoveryStage::Password);
        let saves: Vec<_> = (0..5)
            .map(|_| {
                move |cx: &mut Cx<'_>| {
                    let before = reload(cx, flow);
                    match recovery::prepare_password(cx, before, BETTER)? {
                        Prepared::Stay(_) => Ok(false),
                        Prepared::Hash(new) => {
                            Ok(recovery::save_password(cx, *new, fake_hash(BETTER))?.is_some())
                        }
                    }
                }
            })
            .collect();
        assert_eq!(world.race(saves).into_iter().filter(|won| *won).count(), 1);
    }
}

#[test]
fn sec_v06_a_code_opens_its_own_flow_for_its_own_purpose_only() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.person("ben@example.com", GOOD);
        let annas = asked(&world, 1, "anna@example.com");
        asked(&world, 2, "ben@example.com");
        let (bens_code, _) = world.code_for("ben@example.com");
        assert_eq!(typed(&world, annas, &bens_code).state.stage, RecoveryStage::Code);
        let (_, birth) = person_at(1);
        world.run(move |cx| verification::begin_for_address(cx, birth, anna, "anna@example.com"));
        let (verification_code, link) = world.code_for("anna@example.com");
        assert_eq!(typed(&world, annas, &verification_code).state.stage, RecoveryStage::Code);
        assert!(crate::crypto::PlainToken::parse(crate::crypto::TokenKind::RecoveryLink, &link).is_none());
        let flow = asked(&world, 3, "ben@example.com");
        assert!(world.run(move |cx| Ok(store::flows::find::<Verification>(cx.db, flow)?)).is_none());
    }
}

#[test]
fn sec_s1_somebody_who_is_switched_off_on_the_way_gets_no_new_password() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let flow = asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        typed(&world, flow, &code);
        world.switch(anna, IdentityState::Inactive);
        assert!(choose(&world, flow, BETTER).is_err());
    }
}

#[test]
fn seed_s9_s10_an_administrators_recovery_opens_in_any_browser_and_keeps_its_way_back() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let back = Continuation::Return(ReturnUrl::from_row("https://app.example/back".to_owned()));
        let (way, hour) = (back.clone(), Duration::from_secs(3_600));
        let made =
            world.run(move |cx| recovery::create_by_administrator(cx, anna, hour, way, OnExisting::Replace));
        let Administered { flow: made, code, .. } = made.made().unwrap();
        assert!(made.browser.is_none() && world.mails().is_empty());
        let (browser, _) = person_at(5);
        let made_id = made.id;
        let opened = world.run(move |cx| recovery::begin_from(cx, &made, browser));
        world.wait(3_000);
        let flow = world.flow::<Recovery>(made_id);
        let opened_late = world.run(move |cx| recovery::begin_from(cx, &flow, browser));
        assert_eq!(ids(&typed(&world, opened_late, "1234").notices), ["code.short@code"]);
        assert_eq!(typed(&world, opened_late, &code.in_groups()).state.stage, RecoveryStage::Password);
        assert_eq!(choose(&world, opened_late, BETTER), Ok(anna));
        let done = world.flow::<Recovery>(opened_late);
        assert_eq!((done.continuation(), done.completed_at.is_some()), (&back, true));
        // The code is spent, for the other page that was opened with it, too.
        assert!(world.run(move |cx| {
            let waiting = reload(cx, opened);
            recovery::used_elsewhere(cx, &waiting)
        }));
        assert_ne!(typed(&world, opened, &code.expose()).state.stage, RecoveryStage::Password);
    }
}

#[test]
fn seed_s17_a_newer_recovery_of_an_administrator_voids_the_older_and_nothing_else_does() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let make = |world: &World| {
            let hour = Duration::from_secs(3_600);
            let made = world.run(move |cx| {
                let (account, replace) = (Continuation::Account, OnExisting::Replace);
                recovery::create_by_administrator(cx, anna, hour, account, replace)
            });
            let (browser, _) = person_at(5);
            let Administered { flow, code, .. } = made.made().unwrap();
            (world.run(move |cx| recovery::begin_from(cx, &flow, browser)), code.expose())
        };
        let (first, old) = make(&world);
        world.wait(60);
        let (second, new) = make(&world);
        asked(&world, 1, "anna@example.com");
        assert_eq!(ids(&typed(&world, first, &old).notices), ["code.newer@code"]);
        assert_eq!(typed(&world, second, &new).state.stage, RecoveryStage::Password);
        world.switch(anna, IdentityState::Inactive);
        let hour = Duration::from_secs(3_600);
        let none = world.run(move |cx| {
            let (account, replace) = (Continuation::Account, OnExisting::Replace);
            recovery::create_by_administrator(cx, anna, hour, account, replace)
        });
        assert!(none.made().is_none());
    }
}

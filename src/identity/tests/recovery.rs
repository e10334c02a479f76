//! Recovery: codes, limits, the new password.

use super::world::{BETTER, GOOD, World, compare, fake_hash, ids, person_at, worlds};
use crate::identity::recovery::{self, Prepared};
use crate::identity::{Progress, settings};
use crate::model::{Flow, FlowId, IdentityId, IdentityState, Mail, Recovery, RecoveryStage};
use crate::store;

/// A recovery of this browser for this address, with its code on the way.
pub(super) fn asked(world: &World, browser: u8, address: &str) -> FlowId {
    let (_, birth) = person_at(browser);
    let address = address.to_owned();
    // No two mails of a test are of the same instant, so that their order is known.
    world.wait(1);
    world.run(move |cx| {
        let id = recovery::begin(cx, birth, "")?;
        let flow = store::flows::find::<Recovery>(cx.db, id)?.unwrap();
        Ok(recovery::submit_address(cx, flow, &address)?.id)
    })
}

/// The flow after this code was typed into it.
pub(super) fn typed(world: &World, id: FlowId, code: &str) -> Flow<Recovery> {
    let code = code.to_owned();
    world.run(move |cx| {
        let flow = store::flows::find::<Recovery>(cx.db, id)?.unwrap();
        recovery::submit_code(cx, flow, &code)
    })
}

/// Chooses this password; whose it is then, if it was accepted.
pub(super) fn choose(world: &World, id: FlowId, password: &str) -> Result<IdentityId, Vec<String>> {
    let password = password.to_owned();
    let prepared = world.run(move |cx| {
        let flow = store::flows::find::<Recovery>(cx.db, id)?.unwrap();
        recovery::prepare_password(cx, flow, &password)
    });
    match prepared {
        Prepared::Stay(flow) => Err(ids(&flow.notices)),
        Prepared::Hash(new) => {
            let hash = fake_hash(new.password.expose());
            let saved = world.run(move |cx| recovery::save_password(cx, *new, hash));
            saved.map(|saved| saved.identity).ok_or_else(|| vec!["lost".to_owned()])
        }
    }
}

fn notices(flow: &Flow<Recovery>) -> Vec<String> {
    ids(&flow.notices)
}

#[test]
fn a_forgotten_password_is_replaced_after_the_code_and_everybody_concerned_is_told() {
    for world in worlds() {
        let anna = world.identity("Anna@Example.com", Some(GOOD), false);
        let flow = asked(&world, 1, " ANNA@example.com ");
        let (code, _) = world.code_for("Anna@Example.com");
        assert_eq!(typed(&world, flow, &code).state.stage, RecoveryStage::Password);
        assert_eq!(choose(&world, flow, "short").unwrap_err(), ["pw.short@password"]);
        assert_eq!(choose(&world, flow, "anna karenina rides again").unwrap_err(), ["pw.context@password"]);
        world.wait(1);
        assert_eq!(choose(&world, flow, BETTER), Ok(anna));
        world.signed_in("anna@example.com", BETTER, 2);
        let told = ("Anna@Example.com".to_owned(), Mail::RecoveryCompleted);
        assert!(world.mails().contains(&told));
        let facts = world.facts(anna);
        for fact in ["recovery.started", "recovery.proven", "address.verified", "recovery.completed"] {
            assert!(facts.contains(&fact.to_owned()), "{fact}: {facts:?}");
        }
    }
}

#[test]
fn seed_s20_an_empty_or_wrong_address_is_told_beside_its_field_and_costs_no_mail() {
    for world in worlds() {
        for (address, expected) in [
            ("", "field.empty@email"),
            ("   ", "field.empty@email"),
            ("anna", "email.format@email"),
            ("anna@localhost", "email.format@email"),
        ] {
            let flow = world.flow::<Recovery>(asked(&world, 1, address));
            assert_eq!(
                (notices(&flow), flow.state.stage),
                (vec![expected.to_owned()], RecoveryStage::Address)
            );
        }
        assert!(world.mails().is_empty());
    }
}

#[test]
fn sec_v07_several_addresses_in_one_field_are_none() {
    for world in worlds() {
        world.person("ann@example.com", GOOD);
        for address in [
            "ann@example.com,eve@example.org",
            "ann@example.com;eve@example.org",
            "ann@example.com eve@example.org",
            "ann@example.com\nCc: eve@example.org",
            "ann@example.com%0aCc:eve@example.org",
            "\"ann@example.com, eve\"@example.org",
            "ann@example.com@example.org",
            "[ann@example.com]",
            "<ann@example.com>",
        ] {
            let flow = world.flow::<Recovery>(asked(&world, 1, address));
            assert_eq!(notices(&flow), ["email.format@email"], "{address}");
        }
        assert!(world.mails().is_empty());
    }
}

#[test]
fn sec_v08_mail_for_a_look_alike_goes_to_the_stored_address_or_to_nobody() {
    for world in worlds() {
        world.person("mike@example.org", GOOD);
        for (typed, sent) in [
            ("mi\u{212a}e@example.org", true),
            ("ｍｉｋｅ＠example.org", true),
            ("m\u{131}ke@example.org", false),
            ("mіke@example.org", false),
            ("mike@exаmple.org", false),
            ("mike\u{200b}@example.org", false),
        ] {
            let before = world.mails().len();
            asked(&world, 1, typed);
            let mails = world.mails();
            assert_eq!(mails.len() > before, sent, "{typed}");
            assert!(mails.iter().all(|(to, _)| to == "mike@example.org"));
            world.wait(3_600);
        }
    }
}

#[test]
fn sec_e03_sec_v12_unknown_and_inactive_addresses_get_the_same_page_and_rows_and_no_mail() {
    for world in worlds() {
        let off = world.person("off@example.com", GOOD);
        world.switch(off, IdentityState::Inactive);
        world.person("anna@example.com", GOOD);
        let mut pages = Vec::new();
        for address in ["nobody@example.com", "off@example.com", "anna@example.com"] {
            let flow = asked(&world, 1, address);
            let wrong = typed(&world, flow, "0000 0000");
            let (row, again) = world.run(move |cx| {
                let row = store::one_time_codes::newest_of(cx.db, flow)?.unwrap();
                let flow = store::flows::find::<Recovery>(cx.db, flow)?.unwrap();
                Ok((row, recovery::resend(cx, flow)?))
            });
            pages.push((notices(&wrong), wrong.state.stage, row.tries, row.purpose, notices(&again)));
        }
        assert!(pages.iter().all(|page| *page == pages[0]), "{pages:?}");
        assert_eq!(world.mails().len(), 1);
    }
}

#[test]
fn sec_v02_after_five_wrong_codes_the_right_one_is_dead_and_a_new_one_comes_on_request() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let flow = asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        let wrong = if code == "00000000" { "00000001" } else { "00000000" };
        assert_eq!(notices(&typed(&world, flow, "")), ["field.empty@code"]);
        assert_eq!(notices(&typed(&world, flow, "1234567")), ["code.short@code"]);
        assert_eq!(notices(&typed(&world, flow, "123456789")), ["code.long@code"]);
        for expected in [["code.mismatch@code"]; 4].into_iter().chain([["code.too_many@code"]; 2]) {
            assert_eq!(notices(&typed(&world, flow, wrong)), expected);
        }
        let page = typed(&world, flow, &code);
        assert_eq!(
            (notices(&page), page.state.stage),
            (vec!["code.too_many@code".to_owned()], RecoveryStage::Code)
        );
        world.wait(30);
        let again = world.run(move |cx| {
            let flow = store::flows::find::<Recovery>(cx.db, flow)?.unwrap();
            recovery::resend(cx, flow)
        });
        assert_eq!(notices(&again), ["code.sent"]);
        let (code, _) = world.code_for("anna@example.com");
        assert_eq!(typed(&world, flow, &code).state.stage, RecoveryStage::Password);
    }
}

#[test]
fn sec_v02_v13_three_mails_in_a_quarter_of_an_hour_and_ten_a_day_however_they_are_asked_for() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let mut last = asked(&world, 1, "anna@example.com");
        for browser in 2..20 {
            last = asked(&world, browser, "anna@example.com");
        }
        assert_eq!(world.mails().len(), 3);
        let refused = |id| {
            notices(&world.run(move |cx| {
                let flow = store::flows::find::<Recovery>(cx.db, id)?.unwrap();
                recovery::resend(cx, flow)
            }))
        };
        // The page looks as ever, and says at the next step how to go on.
        assert_eq!(notices(&typed(&world, last, "12345678")), ["code.expired@code"]);
        assert_eq!(refused(last), ["code.wait"]);
        world.wait(31);
        assert_eq!(refused(last), ["code.wait_minutes"]);
        for hour in 0..10 {
            world.wait(3_600);
            last = asked(&world, hour, "anna@example.com");
        }
        assert_eq!(world.mails().len(), 10);
        world.wait(31);
        assert_eq!(refused(last), ["code.limit"]);
        world.wait(24 * 3_600);
        asked(&world, 1, "anna@example.com");
        assert_eq!(world.mails().len(), 11);
    }
}

#[test]
fn seed_s16_a_second_start_replaces_the_first_and_the_old_page_says_when() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let first = asked(&world, 1, "anna@example.com");
        let (old, _) = world.code_for("anna@example.com");
        world.wait(9 * 60);
        let second = asked(&world, 2, "anna@example.com");
        assert_ne!(first, second);
        assert_eq!(world.mails().len(), 2);
        let page = typed(&world, first, &old);
        assert_eq!(notices(&page), ["code.newer@code"]);
        assert_eq!(page.notices[0].args["time"], "14:39 UTC");
        let (new, _) = world.code_for("anna@example.com");
        assert_eq!(typed(&world, second, &new).state.stage, RecoveryStage::Password);
    }
}

#[test]
fn sec_v14_a_code_dies_at_the_exact_second() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let flow = asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        world.wait(600);
        assert_eq!(notices(&typed(&world, flow, &code)), ["code.expired@code"]);
        let flow = asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        world.wait(599);
        assert_eq!(typed(&world, flow, &code).state.stage, RecoveryStage::Password);
    }
}

#[test]
fn sec_v10_a_recovery_forgets_failed_sign_ins() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let (_, birth) = person_at(1);
        let login = world.run(move |cx| crate::identity::login::begin(cx, birth, "", None));
        for _ in 0..6 {
            world.sign_in(login, "anna@example.com", "wrong password, all of it", None);
        }
        assert!(matches!(world.sign_in(login, "anna@example.com", GOOD, None), Progress::Stay(_)));
        let flow = asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        typed(&world, flow, &code);
        assert_eq!(choose(&world, flow, BETTER), Ok(anna));
        world.signed_in("anna@example.com", BETTER, 1);
    }
}

#[test]
fn sec_v05_a_code_is_dead_after_use_and_after_a_change_of_the_password() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let flow = asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        typed(&world, flow, &code);
        assert_eq!(choose(&world, flow, BETTER), Ok(anna));
        // Used: neither in the same flow nor in another one of the same browser.
        let again = typed(&world, flow, &code);
        assert!(again.completed_at.is_some());
        assert_eq!(choose(&world, flow, GOOD).unwrap_err(), Vec::<String>::new());
        let flow = asked(&world, 1, "anna@example.com");
        assert_ne!(typed(&world, flow, &code).state.stage, RecoveryStage::Password);
        // Changed: what was mailed before is dead, and so is a flow that stands before the new password.
        let (code, _) = world.code_for("anna@example.com");
        let proven = asked(&world, 2, "anna@example.com");
        let (other, _) = world.code_for("anna@example.com");
        typed(&world, proven, &other);
        world.run(move |cx| settings::save_password(cx, anna, fake_hash(GOOD)));
        assert_ne!(typed(&world, flow, &code).state.stage, RecoveryStage::Password);
        assert!(choose(&world, proven, BETTER).is_err());
        let same = crate::crypto::PlainPassword::new(GOOD).unwrap();
        assert!(compare(&same, Some(&fake_hash(GOOD))).matches);
        world.signed_in("anna@example.com", GOOD, 1);
    }
}

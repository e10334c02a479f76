//! Signing in with a mailed code.

use super::factors::with_app;
use super::world::{GOOD, World, ids, person_at, worlds_with};
use crate::identity::{Progress, login};
use crate::model::{Assurance, FlowId, IdentityState, Login, Mail, Recovery, RecoveryStage};
use crate::store;

const ON: &[(&str, &str)] = &[("WAYHOME__LOGIN__CODE", "true")];

fn asks(world: &World, address: &'static str, browser: u8) -> FlowId {
    let (_, birth) = person_at(browser);
    world.run(move |cx| {
        let id = login::begin(cx, birth, "", None)?;
        let flow = store::flows::find::<Login>(cx.db, id)?.unwrap();
        login::send_code(cx, flow, address)?;
        Ok(id)
    })
}

fn typed(world: &World, flow: FlowId, code: &str) -> Progress<Login> {
    let code = code.to_owned();
    world.run(move |cx| {
        let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
        login::submit_code(cx, flow, &code, None)
    })
}

fn heard(progress: Progress<Login>) -> Vec<String> {
    match progress {
        Progress::Stay(flow) => ids(&flow.notices),
        Progress::Done(_, new) => new.map(|new| new.session.amr).unwrap_or_default(),
    }
}

#[test]
fn a_mailed_code_signs_its_owner_in_once_and_says_how() {
    for world in worlds_with(ON) {
        let anna = world.person("anna@example.com", GOOD);
        let flow = asks(&world, " Anna@Example.com ", 1);
        let (code, _) = world.code_for("anna@example.com");
        assert_eq!(heard(typed(&world, flow, "12345")), ["code.short@code"]);
        let Progress::Done(_, Some(new)) = typed(&world, flow, &code) else { panic!("not signed in") };
        assert_eq!((new.session.identity, new.session.assurance), (anna, Assurance::Aal1));
        assert_eq!(new.session.amr, ["otp"]);
        // It is spent, in this flow and in any other (V05, V06).
        assert!(matches!(typed(&world, flow, &code), Progress::Stay(_)));
        let other = asks(&world, "anna@example.com", 2);
        assert_eq!(heard(typed(&world, other, &code)), ["code.mismatch@code"]);
    }
}

#[test]
fn sec_e01_a_code_is_mailed_to_nobody_who_may_not_sign_in_and_the_page_is_the_same() {
    for world in worlds_with(ON) {
        world.person("anna@example.com", GOOD);
        let off = world.person("off@example.com", GOOD);
        world.switch(off, IdentityState::Inactive);
        world.identity("unproven@example.com", Some(GOOD), false);
        let pages: Vec<_> =
            ["anna@example.com", "off@example.com", "unproven@example.com", "nobody@example.com"]
                .into_iter()
                .map(|address| {
                    let page = world.flow::<Login>(asks(&world, address, 1));
                    (page.state.mailed, page.identity, ids(&page.notices))
                })
                .collect();
        assert!(pages.iter().all(|page| *page == pages[0] && page.0), "{pages:?}");
        let told = world.run(|cx| {
            let messages = store::messages::list(cx.db, None, 100, None, None)?;
            Ok(messages.into_iter().filter(|m| !m.sealed.is_empty()).map(|m| m.recipient).collect::<Vec<_>>())
        });
        assert_eq!(told, ["anna@example.com"]);
    }
}

#[test]
fn sec_a01_after_a_mailed_code_the_second_factor_is_asked_for() {
    for world in worlds_with(ON) {
        world.person("anna@example.com", GOOD);
        with_app(&world, "anna@example.com", 1);
        let flow = asks(&world, "anna@example.com", 2);
        let (code, _) = world.code_for("anna@example.com");
        let Progress::Stay(page) = typed(&world, flow, &code) else { panic!("signed in with one factor") };
        assert!(login::is_second_due(&page, None, world.work.now()));
        assert_eq!(page.state.first.unwrap().amr, ["otp"]);
    }
}

#[test]
fn sec_v02_a_code_of_a_sign_in_is_tried_five_times_and_is_no_code_for_anything_else() {
    for world in worlds_with(ON) {
        world.person("anna@example.com", GOOD);
        let flow = asks(&world, "anna@example.com", 1);
        let (code, _) = world.code_for("anna@example.com");
        assert!(matches!(world.mails()[0].1, Mail::SignInCode { .. }));
        let recovery = super::recovery::asked(&world, 1, "anna@example.com");
        super::recovery::typed(&world, recovery, &code);
        let page = world.flow::<Recovery>(recovery);
        assert_eq!((page.identity, page.state.stage), (None, RecoveryStage::Code));
        for _ in 0..5 {
            typed(&world, flow, "00000000");
        }
        assert_eq!(heard(typed(&world, flow, &code)), ["code.too_many@code"]);
    }
}

#[test]
fn where_it_is_switched_off_no_code_is_mailed() {
    for world in worlds_with(&[]) {
        world.person("anna@example.com", GOOD);
        let flow = asks(&world, "anna@example.com", 1);
        assert!(world.mails().is_empty() && !world.flow::<Login>(flow).state.mailed);
    }
}

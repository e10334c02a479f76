//! The links of mails: opening changes nothing, confirming elsewhere signs nobody in there.

use super::recovery::{asked, choose};
use super::registration::{prove, registered, signed_in};
use super::world::{BETTER, GOOD, World, ids, person_at, worlds};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::identity::verification::{self, Confirmed};
use crate::identity::{Progress, administration, recovery, sessions};
use crate::model::{Flow, FlowId, IdentityState, Recovery, RecoveryStage, Verification};
use crate::store;

fn opened(world: &World, browser: u8, link: &str) -> Option<FlowId> {
    let (_, birth) = person_at(browser);
    let token = PlainToken::parse(TokenKind::VerificationLink, link).unwrap();
    world.run(move |cx| verification::open_link(cx, birth, &token))
}

fn confirmed(world: &World, flow: FlowId) -> Confirmed {
    world.run(move |cx| {
        let flow = store::flows::find::<Verification>(cx.db, flow)?.unwrap();
        verification::confirm_link(cx, flow, None)
    })
}

fn has_news(world: &World, flow: FlowId) -> bool {
    world.run(move |cx| {
        let flow = store::flows::find::<Verification>(cx.db, flow)?.unwrap();
        verification::has_news(cx, &flow)
    })
}

#[test]
fn decision_14_opening_a_link_any_number_of_times_changes_nothing() {
    for world in worlds() {
        let waiting = registered(&world, 1, "anna@example.com");
        let (code, link) = world.code_for("anna@example.com");
        for browser in [1, 2, 3] {
            let flow = opened(&world, browser, &link).unwrap();
            let view = world.run(move |cx| {
                let flow = store::flows::find::<Verification>(cx.db, flow)?.unwrap();
                verification::link_view(cx, &flow)
            });
            assert_eq!((view.address.as_str(), view.elsewhere), ("anna@example.com", browser != 1));
            assert!(
                view.asked_from.contains("Firefox") && view.asked_from.contains("203.0.113.7"),
                "{view:?}"
            );
            assert!(view.dead.is_none());
        }
        assert!(!has_news(&world, waiting));
        signed_in(prove(&world, waiting, &code));
    }
}

#[test]
fn a_link_in_the_browser_that_waits_completes_the_flow_that_waits() {
    for world in worlds() {
        let waiting = registered(&world, 1, "anna@example.com");
        let (_, link) = world.code_for("anna@example.com");
        let flow = opened(&world, 1, &link).unwrap();
        let Confirmed::Here(Progress::Done(done, Some(new))) = confirmed(&world, flow) else {
            panic!("not here")
        };
        assert_eq!((done.flow(), done.identity()), (waiting, Some(new.session.identity)));
        assert!(world.flow::<Verification>(flow).completed_at.is_some());
        let again = opened(&world, 1, &link).unwrap();
        let Confirmed::Dead(page) = confirmed(&world, again) else { panic!("used twice") };
        assert_eq!(ids(&page.notices), ["link.used"]);
    }
}

#[test]
fn journey_j3_a_link_in_another_browser_lets_the_waiting_tab_go_on_and_signs_nobody_in_there() {
    for world in worlds() {
        let waiting = registered(&world, 1, "anna@example.com");
        let (_, link) = world.code_for("anna@example.com");
        let flow = opened(&world, 2, &link).unwrap();
        let Confirmed::Elsewhere(page) = confirmed(&world, flow) else { panic!("not elsewhere") };
        assert_eq!(ids(&page.notices), ["address.confirmed_elsewhere"]);
        assert!(has_news(&world, waiting));
        // Pressing again changes nothing; the waiting tab goes on with whatever it submits.
        assert!(matches!(confirmed(&world, flow), Confirmed::Elsewhere(_)));
        let anna = signed_in(prove(&world, waiting, ""));
        assert_eq!(world.run(move |cx| sessions::list(cx, anna)).len(), 1);
    }
}

#[test]
fn decision_13_this_wasnt_me_ends_the_code_and_the_flow_that_waits() {
    for world in worlds() {
        let waiting = registered(&world, 1, "anna@example.com");
        let (code, link) = world.code_for("anna@example.com");
        let flow = opened(&world, 2, &link).unwrap();
        let page = world.run(move |cx| {
            let flow = store::flows::find::<Verification>(cx.db, flow)?.unwrap();
            verification::disown_link(cx, flow)
        });
        assert_eq!(ids(&page.notices), ["address.disowned"]);
        assert!(has_news(&world, waiting));
        assert!(matches!(prove(&world, waiting, &code), Progress::Stay(_)));
        assert!(matches!(confirmed(&world, flow), Confirmed::Dead(_)));
        assert!(world.run(|cx| administration::list(cx, None, 10)).is_empty());
    }
}

#[test]
fn sec_v05_a_link_is_dead_after_its_time_after_its_code_and_after_a_newer_mail() {
    for world in worlds() {
        let waiting = registered(&world, 1, "anna@example.com");
        let (_, old) = world.code_for("anna@example.com");
        world.wait(60);
        world.run(move |cx| {
            let flow = store::flows::find::<Verification>(cx.db, waiting)?.unwrap();
            verification::resend(cx, flow)
        });
        let dead = |link: &str| match confirmed(&world, opened(&world, 2, link).unwrap()) {
            Confirmed::Dead(page) => ids(&page.notices),
            other => panic!("{other:?}"),
        };
        assert_eq!(dead(&old), ["link.expired"]);
        let (code, link) = world.code_for("anna@example.com");
        signed_in(prove(&world, waiting, &code));
        assert_eq!(dead(&link), ["link.used"]);
        registered(&world, 3, "ben@example.com");
        let (_, late) = world.code_for("ben@example.com");
        world.wait(600);
        assert_eq!(dead(&late), ["link.expired"]);
        let unknown = PlainToken::generate(TokenKind::VerificationLink, &crate::random::SystemRandom);
        assert!(opened(&world, 2, unknown.expose()).is_none());
    }
}

type UseCase = Box<dyn FnOnce(&mut Cx<'_>) -> Result<()> + Send>;

#[test]
fn sec_v04_code_and_link_many_times_at_once_make_one_account() {
    for world in worlds() {
        let waiting = registered(&world, 1, "anna@example.com");
        let (code, link) = world.code_for("anna@example.com");
        let flow = opened(&world, 2, &link).unwrap();
        let at_once: Vec<UseCase> = (0..12)
            .map(|n| -> UseCase {
                let code = code.clone();
                if n % 2 == 0 {
                    Box::new(move |cx| {
                        let flow = store::flows::find::<Verification>(cx.db, waiting)?.unwrap();
                        verification::submit_code(cx, flow, &code, None).map(drop)
                    })
                } else {
                    Box::new(move |cx| {
                        let flow = store::flows::find::<Verification>(cx.db, flow)?.unwrap();
                        verification::confirm_link(cx, flow, None).map(drop)
                    })
                }
            })
            .collect();
        world.race(at_once);
        let all = world.run(|cx| administration::list(cx, None, 10));
        assert_eq!(all.len(), 1);
        let anna = all[0].id;
        let sessions = world.run(move |cx| sessions::list(cx, anna));
        assert_eq!(sessions.len(), 1);
    }
}

fn recovery_link(world: &World, browser: u8, address: &str) -> FlowId {
    let (_, link) = world.code_for(address);
    let token = PlainToken::parse(TokenKind::RecoveryLink, &link).unwrap();
    let (_, birth) = person_at(browser);
    world.run(move |cx| recovery::open_link(cx, birth, &token)).unwrap()
}

fn act(
    world: &World,
    flow: FlowId,
    action: fn(&mut Cx<'_>, Flow<Recovery>) -> Result<Flow<Recovery>>,
) -> Flow<Recovery> {
    world.run(move |cx| {
        let flow = store::flows::find::<Recovery>(cx.db, flow)?.unwrap();
        action(cx, flow)
    })
}

#[test]
fn journey_j6_a_recovery_goes_on_where_its_link_was_opened_and_the_waiting_tab_goes_back() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let waiting = asked(&world, 1, "anna@example.com");
        let link = recovery_link(&world, 2, "anna@example.com");
        assert!(choose(&world, link, BETTER).is_err());
        assert_eq!(act(&world, link, recovery::confirm_link).state.stage, RecoveryStage::Password);
        let (news, used) = world.run(move |cx| {
            let flow = store::flows::find::<Recovery>(cx.db, waiting)?.unwrap();
            Ok((recovery::has_news(cx, &flow)?, recovery::used_elsewhere(cx, &flow)?))
        });
        assert!(news && used);
        assert_eq!(choose(&world, link, BETTER), Ok(anna));
        assert!(choose(&world, waiting, GOOD).is_err());
        // The link is spent, in whatever browser it is opened again.
        let again = recovery_link_of_old(&world, 3, waiting);
        assert_eq!(ids(&act(&world, again, recovery::confirm_link).notices), ["link.used"]);
    }
}

/// Opens the link of a flow's code by the code's row, as its mail is not the newest any more.
fn recovery_link_of_old(world: &World, browser: u8, waiting: FlowId) -> FlowId {
    let (_, birth) = person_at(browser);
    let mails = world.mails();
    let token = mails.into_iter().find_map(|(_, mail)| match mail {
        crate::model::Mail::RecoveryCode { link, .. } => PlainToken::parse(TokenKind::RecoveryLink, &link),
        _ => None,
    });
    let token = token.unwrap();
    let flow = world.run(move |cx| recovery::open_link(cx, birth, &token)).unwrap();
    assert_ne!(flow, waiting);
    flow
}

#[test]
fn a_disowned_or_switched_off_recovery_leads_nowhere() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        asked(&world, 1, "anna@example.com");
        let link = recovery_link(&world, 2, "anna@example.com");
        assert_eq!(ids(&act(&world, link, recovery::disown_link).notices), ["address.disowned"]);
        assert_eq!(
            act(&world, link, recovery::confirm_link).state.stage,
            world.flow::<Recovery>(link).state.stage
        );
        assert!(choose(&world, link, BETTER).is_err());
        assert!(world.facts(anna).contains(&"recovery.disowned".to_owned()));
        asked(&world, 1, "anna@example.com");
        let link = recovery_link(&world, 2, "anna@example.com");
        world.switch(anna, IdentityState::Inactive);
        assert_eq!(ids(&act(&world, link, recovery::confirm_link).notices), ["link.expired"]);
    }
}

//! Second factors: nothing is reached without them, no code counts twice, and no guess is free.

use super::world::{BETTER, GOOD, World, fake_hash, ids, person_at, worlds};
use crate::crypto::TotpSecret;
use crate::identity::factors::{self, Added, Typed};
use crate::identity::settings::PasswordPrepared;
use crate::identity::{Progress, SignedIn, login, passwords, sessions, settings};
use crate::model::{Assurance, FlowId, IdentityId, Login, Mail, Session};
use crate::store;

/// An authenticator app on somebody's phone.
pub(super) struct Phone(TotpSecret);

impl Phone {
    pub(super) fn code(&self, world: &World, steps: i64) -> String {
        self.0.code(TotpSecret::step_at(world.work.now()) + steps)
    }
}

/// Somebody signs in with a browser and adds an app; the time of its first code passes.
pub(super) fn with_app(world: &World, address: &str, browser: u8) -> (SignedIn, Phone) {
    let signed_in = world.signed_in(address, GOOD, browser);
    let session = signed_in.session.clone();
    let secret = world.run(move |cx| {
        factors::begin_app(cx, &session)?;
        Ok(factors::app_being_added(cx, &session)?.unwrap())
    });
    let phone = Phone(secret);
    let (session, code) = (signed_in.session.clone(), phone.code(world, 0));
    let added = world.run(move |cx| factors::add_app(cx, &session, &code));
    assert!(matches!(added, Added::Done { first: true }), "{added:?}");
    world.wait(60);
    (signed_in, phone)
}

/// A sign-in that has come to its second step.
pub(super) fn at_the_second_step(world: &World, address: &str, browser: u8) -> FlowId {
    let (_, birth) = person_at(browser);
    let flow = world.run(move |cx| login::begin(cx, birth, "", None));
    let Progress::Stay(page) = world.sign_in(flow, address, GOOD, None) else {
        panic!("a password alone signed {address} in")
    };
    assert!(login::is_second_due(&page, None, world.work.now()), "{:?}", page.notices);
    flow
}

fn shows(world: &World, flow: FlowId, kind: Typed, typed: &str, trust: bool) -> Progress<Login> {
    let typed = typed.to_owned();
    world.run(move |cx| {
        let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
        login::submit_second(cx, flow, kind, &typed, trust, None)
    })
}

fn said(progress: Progress<Login>) -> Vec<String> {
    match progress {
        Progress::Stay(flow) => ids(&flow.notices),
        Progress::Done(_, Some(new)) => new.session.amr,
        Progress::Done(..) => vec!["nobody".to_owned()],
    }
}

fn totp(world: &World, flow: FlowId, typed: &str) -> Vec<String> {
    said(shows(world, flow, Typed::Totp, typed, false))
}

fn backup(world: &World, flow: FlowId, typed: &str) -> Vec<String> {
    said(shows(world, flow, Typed::BackupCode, typed, false))
}

fn codes_of(world: &World, session: &Session) -> Vec<String> {
    let session = session.clone();
    world.run(move |cx| factors::new_backup_codes(cx, &session)).unwrap()
}

const BOTH: [&str; 3] = ["pwd", "otp", "mfa"];

#[test]
fn sec_a01_a_password_alone_signs_nobody_in_who_has_an_app() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let (_, phone) = with_app(&world, "anna@example.com", 1);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        let code = phone.code(&world, 0);
        let Progress::Done(done, Some(new)) = shows(&world, flow, Typed::Totp, &code, false) else {
            panic!("not signed in")
        };
        assert_eq!((done.identity(), new.session.identity), (Some(anna), anna));
        assert_eq!(
            (new.session.assurance, &new.session.amr[..]),
            (Assurance::Aal2, &BOTH.map(str::to_owned)[..])
        );
        let facts = world.facts(anna);
        for fact in ["credential.added", "backup_codes.made", "second_factor.succeeded", "login.succeeded"] {
            assert!(facts.contains(&fact.to_owned()), "{fact}: {facts:?}");
        }
        let id = new.session.id;
        let kept = world.run(move |cx| sessions::find(cx, id)).unwrap();
        assert_eq!((kept.assurance, kept.amr), (Assurance::Aal2, new.session.amr));
    }
}

#[test]
fn sec_a01_a_session_of_before_the_app_opens_nothing_any_more() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let old = world.signed_in("anna@example.com", GOOD, 9).session;
        let before = old.clone();
        assert!(world.run(move |cx| factors::suffices(cx, &before)));
        let (new, _) = with_app(&world, "anna@example.com", 1);
        assert!(!world.run(move |cx| factors::suffices(cx, &old)));
        // The one in which the app was added is raised, and then it opens everything.
        let (session, signed_in_at) = (new.session.clone(), new.session.authenticated_at);
        let raised = world.run(move |cx| sessions::raise(cx, &session, &["otp", "mfa"]));
        assert_eq!(raised.session.authenticated_at, signed_in_at, "it is as old as before (A09)");
        assert!(world.run(move |cx| factors::suffices(cx, &raised.session)));
    }
}

#[test]
fn sec_a02_nothing_but_the_code_advances_the_second_step() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let ben = world.person("ben@example.com", GOOD);
        let (_, phone) = with_app(&world, "anna@example.com", 1);
        let (_, bens) = with_app(&world, "ben@example.com", 3);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        let bens = bens.code(&world, 0);
        for typed in ["", "null", "[]", "000000", &ben.to_string(), &bens, "12345", "1234567"] {
            let heard = totp(&world, flow, typed);
            assert!(!heard.contains(&"pwd".to_owned()), "{typed}: {heard:?}");
        }
        // A second step without a first one leads nowhere, whatever is typed.
        let (_, birth) = person_at(2);
        let empty = world.run(move |cx| login::begin(cx, birth, "anna@example.com", None));
        let code = phone.code(&world, 0);
        assert_eq!(totp(&world, empty, &code), Vec::<String>::new());
        // Neither does one whose first step is too old: the password is asked for again.
        world.wait(601);
        let code = phone.code(&world, 0);
        assert_eq!(totp(&world, flow, &code), ["login.expired_reenter"]);
        let page = world.flow::<Login>(flow);
        assert_eq!((page.state.first, page.identity), (None, None));
    }
}

#[test]
fn sec_a03_a_code_counts_once_in_any_flow_and_not_again_within_the_drift() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let (_, phone) = with_app(&world, "anna@example.com", 1);
        let code = phone.code(&world, 1);
        let first = at_the_second_step(&world, "anna@example.com", 2);
        assert_eq!(totp(&world, first, &code), BOTH);
        let second = at_the_second_step(&world, "anna@example.com", 2);
        assert_eq!(totp(&world, second, &code), ["totp.mismatch@code"]);
        // An older one that was never used is older than the one that was.
        let older = phone.code(&world, 0);
        assert_eq!(totp(&world, second, &older)[0], "totp.clock");
        world.wait(30);
        assert!(totp(&world, second, &code).contains(&"totp.mismatch@code".to_owned()));
        world.wait(30);
        let fresh = phone.code(&world, 0);
        assert_eq!(totp(&world, second, &fresh), BOTH);
        let drifts = world.run(move |cx| Ok(store::events::kinds_of(cx.db, anna)?));
        assert_eq!(drifts.iter().filter(|kind| *kind == "second_factor.succeeded").count(), 2);
    }
}

#[test]
fn sec_a03_of_the_same_code_ten_times_at_once_one_counts() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let (_, phone) = with_app(&world, "anna@example.com", 1);
        let code = phone.code(&world, 0);
        let flows: Vec<FlowId> =
            (2..6).map(|browser| at_the_second_step(&world, "anna@example.com", browser)).collect();
        let tries: Vec<_> = flows
            .into_iter()
            .map(|flow| {
                let code = code.clone();
                move |cx: &mut crate::cx::Cx<'_>| {
                    let flow = store::flows::find_to_change::<Login>(cx.db, flow)?.unwrap();
                    login::submit_second(cx, flow, Typed::Totp, &code, false, None)
                }
            })
            .collect();
        let done = world.race(tries);
        assert_eq!(done.iter().filter(|progress| matches!(progress, Progress::Done(..))).count(), 1);
    }
}

#[test]
fn sec_a04_a_phone_may_be_a_step_early_or_late_and_the_fact_says_so() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let (_, phone) = with_app(&world, "anna@example.com", 1);
        for (steps, right) in [(-2, false), (-1, true), (2, false), (1, true)] {
            world.wait(120);
            let flow = at_the_second_step(&world, "anna@example.com", 2);
            let code = phone.code(&world, steps);
            assert_eq!(totp(&world, flow, &code) == BOTH, right, "{steps}");
        }
    }
}

#[test]
fn sec_b03_guesses_at_the_app_are_counted_for_the_person_whatever_is_begun_anew() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let (_, phone) = with_app(&world, "anna@example.com", 1);
        // Each guess in another browser, each after the right password.
        for browser in 10..15 {
            let flow = at_the_second_step(&world, "anna@example.com", browser);
            assert_eq!(totp(&world, flow, "000000"), ["totp.mismatch@code"]);
        }
        let flow = at_the_second_step(&world, "anna@example.com", 20);
        let code = phone.code(&world, 0);
        assert_eq!(totp(&world, flow, &code), ["factor.slow_down@code"]);
        world.wait(299);
        let code = phone.code(&world, 0);
        assert_eq!(totp(&world, flow, &code), ["factor.slow_down@code"]);
        // The lock ends by itself.
        world.wait(1);
        let code = phone.code(&world, 0);
        assert_eq!(totp(&world, flow, &code), BOTH);
    }
}

#[test]
fn sec_b03_of_fifty_guesses_at_once_five_are_compared() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        with_app(&world, "anna@example.com", 1);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        let tries: Vec<_> = (0..50)
            .map(|n| {
                move |cx: &mut crate::cx::Cx<'_>| {
                    let flow = store::flows::find_to_change::<Login>(cx.db, flow)?.unwrap();
                    login::submit_second(cx, flow, Typed::Totp, &format!("{n:06}"), false, None)
                }
            })
            .collect();
        world.race(tries);
        let slow = world.run(move |cx| {
            let events = store::events::kinds_of(cx.db, anna)?;
            Ok(events.iter().filter(|kind| *kind == "second_factor.failed").count())
        });
        assert_eq!(slow, 50, "every try is a fact");
        let flow = world.flow::<Login>(flow);
        assert_eq!(flow.state.misses, 5, "and only five were compared");
    }
}

#[test]
fn sec_a05_a_backup_code_works_once_for_its_owner_and_not_after_new_ones_were_made() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.person("ben@example.com", GOOD);
        let (hers, _) = with_app(&world, "anna@example.com", 1);
        let (his, _) = with_app(&world, "ben@example.com", 3);
        let codes = codes_of(&world, &hers.session);
        let bens = codes_of(&world, &his.session);
        assert_eq!((codes.len(), bens.len()), (10, 10));
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        assert_eq!(backup(&world, flow, &bens[0]), ["backup.mismatch@code"]);
        assert_eq!(backup(&world, flow, ""), ["field.empty@code"]);
        assert_eq!(backup(&world, flow, &codes[0].to_lowercase()), BOTH);
        assert!(matches!(world.mails()[0].1, Mail::BackupCodeUsed { left: 9 }), "{:?}", world.mails()[0]);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        assert_eq!(backup(&world, flow, &codes[0]), ["backup.used@code"]);
        let session = hers.session.clone();
        world.run(move |cx| factors::make_backup_codes(cx, &session));
        assert_eq!(backup(&world, flow, &codes[1]), ["backup.mismatch@code"], "the old set is dead");
        let left = world.run(move |cx| factors::of(cx, anna)).backup_codes;
        assert_eq!(left, 10);
        assert_eq!(backup(&world, flow, &codes_of(&world, &hers.session)[9]), BOTH);
    }
}

#[test]
fn sec_a05_of_one_backup_code_many_times_at_once_one_counts() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let (hers, _) = with_app(&world, "anna@example.com", 1);
        let code = codes_of(&world, &hers.session).remove(0);
        let flows: Vec<FlowId> =
            (2..6).map(|browser| at_the_second_step(&world, "anna@example.com", browser)).collect();
        let tries: Vec<_> = flows
            .into_iter()
            .map(|flow| {
                let code = code.clone();
                move |cx: &mut crate::cx::Cx<'_>| {
                    let flow = store::flows::find_to_change::<Login>(cx.db, flow)?.unwrap();
                    login::submit_second(cx, flow, Typed::BackupCode, &code, false, None)
                }
            })
            .collect();
        let done = world.race(tries);
        assert_eq!(done.iter().filter(|progress| matches!(progress, Progress::Done(..))).count(), 1);
    }
}

#[test]
fn sec_a05_five_wrong_backup_codes_make_an_hour_of_waiting_and_leave_the_app_as_it_is() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let (hers, phone) = with_app(&world, "anna@example.com", 1);
        let codes = codes_of(&world, &hers.session);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        for _ in 0..5 {
            assert_eq!(backup(&world, flow, "0000-0000-0000-0000"), ["backup.mismatch@code"]);
        }
        assert_eq!(backup(&world, flow, &codes[0]), ["factor.slow_down@code"]);
        let code = phone.code(&world, 0);
        assert_eq!(totp(&world, flow, &code), BOTH);
        world.wait(3_600);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        assert_eq!(backup(&world, flow, &codes[0]), BOTH);
    }
}

#[test]
fn sec_b05_lifting_a_lock_lifts_the_pauses_of_second_factors_too() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let ben = world.person("ben@example.com", GOOD);
        let (hers, phone) = with_app(&world, "anna@example.com", 1);
        let codes = codes_of(&world, &hers.session);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        for _ in 0..5 {
            totp(&world, flow, "000000");
            backup(&world, flow, "0000-0000-0000-0000");
        }
        let lock = world.run(move |cx| crate::identity::lock_of(cx, anna)).unwrap();
        let paused: Vec<&str> = lock.pauses.iter().map(|pause| pause.kind).collect();
        assert_eq!(paused, ["totp", "lookup_secret"]);
        let code = phone.code(&world, 0);
        assert_eq!(totp(&world, flow, &code), ["factor.slow_down@code"]);
        assert_eq!(backup(&world, flow, &codes[0]), ["factor.slow_down@code"]);

        assert!(world.run(move |cx| crate::identity::lift_lock(cx, ben)), "somebody else's");
        assert_eq!(totp(&world, flow, &code), ["factor.slow_down@code"]);
        assert!(world.run(move |cx| crate::identity::lift_lock(cx, anna)));
        assert!(world.run(move |cx| crate::identity::lock_of(cx, anna)).unwrap().pauses.is_empty());
        assert_eq!(totp(&world, flow, &code), BOTH);
        let flow = at_the_second_step(&world, "anna@example.com", 3);
        assert_eq!(backup(&world, flow, &codes[0]), BOTH);
    }
}

#[test]
fn sec_a07_what_was_kept_is_never_shown_again() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let (hers, _) = with_app(&world, "anna@example.com", 1);
        let other = world.signed_in_fully(&hers);
        let of = hers.session.clone();
        assert!(world.run(move |cx| Ok(factors::app_being_added(cx, &of)?.is_none())), "the secret");
        let of = other.clone();
        assert_eq!(world.run(move |cx| factors::new_backup_codes(cx, &of)), None, "another session");
        let of = hers.session.clone();
        assert!(world.run(move |cx| factors::new_backup_codes(cx, &of)).is_some());
        let of = hers.session.clone();
        world.run(move |cx| {
            factors::keep_backup_codes(cx, &of)?;
            assert_eq!(factors::new_backup_codes(cx, &of)?, None, "kept");
            Ok(())
        });
    }
}

#[test]
fn sec_a07_with_the_last_factor_go_the_codes_and_the_trust_and_a_mail_says_so() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let (hers, phone) = with_app(&world, "anna@example.com", 1);
        assert!(matches!(world.mails()[0].1, Mail::SecondFactorAdded));
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        let code = phone.code(&world, 0);
        assert!(matches!(shows(&world, flow, Typed::Totp, &code, true), Progress::Done(..)));
        let waiting = at_the_second_step(&world, "anna@example.com", 4);
        let of = hers.session.clone();
        assert!(world.run(move |cx| factors::remove_app(cx, of.identity)));
        assert!(world.mails().iter().any(|(_, mail)| *mail == Mail::SecondFactorRemoved));
        world.run(move |cx| {
            assert_eq!(factors::of(cx, anna)?, crate::model::Factors::default());
            assert!(factors::trusted(cx, anna)?.is_empty());
            Ok(())
        });
        assert!(world.flow::<Login>(waiting).is_expired(world.work.now()), "nobody waits for ever");
        world.signed_in("anna@example.com", GOOD, 4);
        let of = hers.session;
        assert!(!world.run(move |cx| factors::remove_app(cx, of.identity)), "there is none to remove");
    }
}

#[test]
fn sec_a08_a_trusted_device_spares_its_person_the_second_step_in_that_browser_and_no_other() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.person("ben@example.com", GOOD);
        let (_, phone) = with_app(&world, "anna@example.com", 1);
        with_app(&world, "ben@example.com", 3);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        let code = phone.code(&world, 0);
        assert!(matches!(shows(&world, flow, Typed::Totp, &code, true), Progress::Done(..)));
        // The same browser is spared, and what tokens say is what was shown (A09).
        let spared = world.signed_in("anna@example.com", GOOD, 2).session;
        assert_eq!((spared.assurance, &spared.amr[..]), (Assurance::Aal1, &["pwd".to_owned()][..]));
        let of = spared.clone();
        assert!(world.run(move |cx| factors::suffices(cx, &of)));
        // Another browser, or another person in the same one, is not.
        at_the_second_step(&world, "anna@example.com", 5);
        at_the_second_step(&world, "ben@example.com", 2);
        // Where somebody must confirm that it is them, nothing is spared.
        let (_, birth) = person_at(2);
        let confirm = world.run(move |cx| login::begin(cx, birth, "", Some(anna)));
        assert!(matches!(world.sign_in(confirm, "", GOOD, None), Progress::Stay(_)));
        assert!(login::is_second_due(&world.flow(confirm), None, world.work.now()));
        // After thirty days it is over.
        world.wait(30 * 86_400);
        at_the_second_step(&world, "anna@example.com", 2);
        assert!(!world.run(move |cx| factors::suffices(cx, &spared)));
    }
}

#[test]
fn sec_a08_the_trust_can_be_taken_back_by_its_owner_only() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let ben = world.person("ben@example.com", GOOD);
        let (_, phone) = with_app(&world, "anna@example.com", 1);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        let code = phone.code(&world, 0);
        assert!(matches!(shows(&world, flow, Typed::Totp, &code, true), Progress::Done(..)));
        let device = world.run(move |cx| factors::trusted(cx, anna)).remove(0).id;
        assert!(!world.run(move |cx| factors::untrust(cx, ben, device)));
        world.signed_in("anna@example.com", GOOD, 2);
        assert!(world.run(move |cx| factors::untrust(cx, anna, device)));
        at_the_second_step(&world, "anna@example.com", 2);
        assert!(world.facts(anna).contains(&"device.untrusted".to_owned()));
    }
}

#[test]
fn sec_v05_a_first_factor_that_waits_is_dead_after_a_new_password() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let (_, phone) = with_app(&world, "anna@example.com", 1);
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        world.run(move |cx| settings::save_password(cx, anna, fake_hash(BETTER)));
        let code = phone.code(&world, 0);
        assert_eq!(totp(&world, flow, &code), Vec::<String>::new());
        let nobody = world.run(move |cx| sessions::list(cx, anna));
        assert!(nobody.iter().all(|session| session.browser != person_at(2).0));
    }
}

#[test]
fn page_n1_a_password_may_be_shorter_for_whoever_has_a_second_factor() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        assert_eq!(world.run(move |cx| passwords::least(cx, anna)), 15);
        let (new, _) = with_app(&world, "anna@example.com", 1);
        assert_eq!(world.run(move |cx| passwords::least(cx, anna)), 8);
        let session = new.session.clone();
        let heard = world.run(move |cx| settings::prepare_password(cx, &session, None, "qzv-rgb"));
        assert!(matches!(heard, PasswordPrepared::Stay(notices) if ids(&notices) == ["pw.short@password"]));
        let good = world.run(move |cx| settings::prepare_password(cx, &new.session, None, "qzv-rgbk"));
        assert!(matches!(good, PasswordPrepared::Work(_)));
    }
}

impl World {
    /// A session in another browser, of somebody who has shown both factors.
    fn signed_in_fully(&self, like: &SignedIn) -> Session {
        let identity: IdentityId = like.session.identity;
        let (browser, _) = person_at(77);
        self.run(move |cx| sessions::sign_in(cx, identity, browser, &BOTH, None)).session
    }
}

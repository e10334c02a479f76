//! Creating an account, and proving its address by code.

use std::collections::BTreeMap;

use super::world::{BETTER, GOOD, World, fake_hash, ids, person_at, worlds, worlds_with};
use crate::identity::registration::{self, Prepared, Registered};
use crate::identity::{Progress, SignedIn, administration, verification};
use crate::model::{Flow, FlowId, IdentityId, IdentityState, Mail, Registration, Verification};
use crate::store;

/// What comes of a submitted form: what is wrong with it, the page that asks for a code, or an account.
pub(super) enum Outcome {
    Wrong(Vec<String>),
    Code(FlowId),
    Account(Box<SignedIn>),
}

/// Begins a registration with a browser.
pub(super) fn begun(world: &World, browser: u8) -> FlowId {
    let (_, birth) = person_at(browser);
    world.wait(1);
    world.run(move |cx| registration::begin(cx, birth, ""))
}

/// Submits the form with these values.
pub(super) fn submit(world: &World, flow: FlowId, values: &[(&str, &str)], password: &str) -> Outcome {
    let values: BTreeMap<String, String> =
        values.iter().map(|(name, value)| (format!("traits.{name}"), (*value).to_owned())).collect();
    let password = password.to_owned();
    let prepared = world.run(move |cx| {
        let flow = store::flows::find::<Registration>(cx.db, flow)?.unwrap();
        registration::prepare(cx, flow, values, &password)
    });
    let draft = match prepared {
        Prepared::Stay(flow) => return Outcome::Wrong(ids(&flow.notices)),
        Prepared::Hash(draft) => draft,
    };
    let hash = fake_hash(draft.password.expose());
    world.run(move |cx| {
        Ok(match registration::finish(cx, *draft, hash, None)? {
            Registered::MustProve(flow, pending) => {
                Outcome::Code(verification::begin_for_registration(cx, &flow, pending)?)
            }
            Registered::Done(_, signed_in) => Outcome::Account(Box::new(signed_in)),
            Registered::Stay(flow) => Outcome::Wrong(ids(&flow.notices)),
        })
    })
}

/// Registers this address with a browser; the page that asks for the code.
pub(super) fn registered(world: &World, browser: u8, address: &str) -> FlowId {
    match submit(world, begun(world, browser), &[("email", address)], GOOD) {
        Outcome::Code(flow) => flow,
        Outcome::Wrong(why) => panic!("{why:?}"),
        Outcome::Account(_) => panic!("nothing was to be proven"),
    }
}

/// Submits a code to a page that asks for one.
pub(super) fn prove(world: &World, flow: FlowId, code: &str) -> Progress<Verification> {
    let code = code.to_owned();
    world.run(move |cx| {
        let flow = store::flows::find::<Verification>(cx.db, flow)?.unwrap();
        verification::submit_code(cx, flow, &code, None)
    })
}

/// Asks for a new code.
pub(super) fn resend(world: &World, flow: FlowId) -> Flow<Verification> {
    world.run(move |cx| {
        let flow = store::flows::find::<Verification>(cx.db, flow)?.unwrap();
        verification::resend(cx, flow)
    })
}

/// Who was signed in.
pub(super) fn signed_in(progress: Progress<Verification>) -> IdentityId {
    match progress {
        Progress::Done(_, Some(signed_in)) => signed_in.session.identity,
        other => panic!("nobody was signed in: {other:?}"),
    }
}

fn notices(progress: &Progress<Verification>) -> Vec<String> {
    match progress {
        Progress::Stay(flow) => ids(&flow.notices),
        Progress::Done(..) => vec!["done".to_owned()],
    }
}

fn wrong(outcome: Outcome) -> Vec<String> {
    match outcome {
        Outcome::Wrong(ids) => ids,
        Outcome::Code(_) | Outcome::Account(_) => Vec::new(),
    }
}

#[test]
fn an_account_is_made_when_its_address_is_proven_and_its_owner_is_signed_in() {
    for world in worlds() {
        let flow = registered(&world, 1, " Anna@Example.com ");
        let typed = "Anna@Example.com".to_owned();
        assert!(world.run(move |cx| administration::find_by_address(cx, &typed)).is_none());
        let (code, _) = world.code_for("Anna@Example.com");
        let anna = signed_in(prove(&world, flow, &code));
        let addresses = world.run(move |cx| administration::addresses_of(cx, anna));
        assert_eq!(addresses.len(), 1);
        assert_eq!(
            (addresses[0].value.as_str(), addresses[0].canonical.as_str()),
            ("Anna@Example.com", "anna@example.com")
        );
        assert!(addresses[0].verified_at.is_some());
        world.signed_in("anna@example.com", GOOD, 2);
        let facts = world.facts(anna);
        for fact in ["identity.created", "address.verified", "credential.changed", "session.started"] {
            assert!(facts.contains(&fact.to_owned()), "{fact}: {facts:?}");
        }
    }
}

#[test]
fn page_1_4_2_all_faults_are_told_at_once_and_values_are_kept_but_the_password() {
    for world in worlds() {
        let flow = begun(&world, 1);
        let long = "x".repeat(300);
        let told = wrong(submit(&world, flow, &[("email", "nobody"), ("name", &long)], "short"));
        assert_eq!(told, ["email.format@traits.email", "field.too_long@traits.name", "pw.short@password"]);
        let flow = world.flow::<Registration>(flow);
        assert_eq!(flow.state.values["traits.email"], "nobody");
        assert!(!serde_json::to_string(&flow.state).unwrap().contains("short"));
    }
}

#[test]
fn page_n3_a_password_made_of_the_name_or_the_address_is_refused() {
    for world in worlds() {
        let flow = begun(&world, 1);
        let values = [("email", "karenina@example.com"), ("name", "Oblonskaya")];
        for password in ["all about karenina and me", "dearest oblonskaya of mine"] {
            assert_eq!(wrong(submit(&world, flow, &values, password)), ["pw.context@password"], "{password}");
        }
    }
}

#[test]
fn sec_g05_what_the_form_does_not_have_is_refused() {
    for world in worlds() {
        for name in [
            "id",
            "state",
            "schema_id",
            "metadata_admin",
            "credentials",
            "verified",
            "email_verified",
            "verifiable_addresses",
            "aal",
            "created_at",
            "email.verified",
            "name.admin",
            "",
        ] {
            let flow = begun(&world, 1);
            let told = wrong(submit(&world, flow, &[("email", "anna@example.com"), (name, "true")], GOOD));
            assert_eq!(told, [format!("field.wrong@traits.{name}")], "{name}");
        }
        assert!(world.mails().is_empty());
    }
}

#[test]
fn sec_e04_a_taken_address_gives_the_same_page_and_rows_and_only_its_owner_is_told() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let mut pages = Vec::new();
        for address in ["ANNA@example.com", "new@example.com"] {
            let flow = registered(&world, 1, address);
            let wrong = prove(&world, flow, "00000000");
            let row = world.run(move |cx| Ok(store::one_time_codes::newest_of(cx.db, flow)?)).unwrap();
            pages.push((
                notices(&wrong),
                row.tries,
                row.identity,
                notices(&Progress::Stay(resend(&world, flow))),
            ));
        }
        assert_eq!(pages[0], pages[1]);
        let mails = world.mails();
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[1], ("anna@example.com".to_owned(), Mail::AccountExists));
        assert!(matches!(mails[0], (ref to, Mail::VerificationCode { .. }) if to == "new@example.com"));
    }
}

#[test]
fn sec_s1_the_owner_of_a_switched_off_account_is_told_nothing() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.switch(anna, IdentityState::Inactive);
        registered(&world, 1, "anna@example.com");
        assert!(world.mails().is_empty());
    }
}

#[test]
fn sec_v13_registrations_mail_an_address_three_times_in_a_quarter_of_an_hour() {
    for world in worlds() {
        for browser in 0..20 {
            registered(&world, browser, "anna@example.com");
        }
        assert_eq!(world.mails().len(), 3);
    }
}

#[test]
fn decision_23_a_new_code_ends_the_old_one_and_comes_after_half_a_minute() {
    for world in worlds() {
        let flow = registered(&world, 1, "anna@example.com");
        let (old, _) = world.code_for("anna@example.com");
        let page = resend(&world, flow);
        assert_eq!(
            (ids(&page.notices), page.notices[0].args["seconds"].as_str()),
            (vec!["code.wait".to_owned()], "30")
        );
        world.wait(30);
        assert_eq!(ids(&resend(&world, flow).notices), ["code.sent"]);
        let (new, _) = world.code_for("anna@example.com");
        assert_eq!(notices(&prove(&world, flow, &old)), ["code.mismatch@code"]);
        signed_in(prove(&world, flow, &format!("{} {}", &new[..4], &new[4..])));
    }
}

#[test]
fn sec_v14_a_verification_dies_at_the_exact_second() {
    for world in worlds() {
        let flow = registered(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        world.wait(600);
        assert_eq!(notices(&prove(&world, flow, &code)), ["code.expired@code"]);
        assert_eq!(ids(&resend(&world, flow).notices), ["code.sent"]);
        let (code, _) = world.code_for("anna@example.com");
        world.wait(599);
        signed_in(prove(&world, flow, &code));
    }
}

#[test]
fn sec_v04_two_registrations_of_one_address_make_one_account() {
    for world in worlds() {
        let first = registered(&world, 1, "anna@example.com");
        let (old, _) = world.code_for("anna@example.com");
        let second = registered(&world, 2, "anna@example.com");
        assert_eq!(notices(&prove(&world, first, &old)), ["code.newer@code"]);
        let (code, _) = world.code_for("anna@example.com");
        let anna = signed_in(prove(&world, second, &code));
        // The first page may still ask for a code: its mail says that there is an account by now.
        world.wait(60);
        assert_eq!(ids(&resend(&world, first).notices), ["code.sent"]);
        assert_eq!(world.mails()[0], ("anna@example.com".to_owned(), Mail::AccountExists));
        let all = world.run(|cx| administration::list(cx, None, 10));
        assert_eq!(all.iter().map(|person| person.id).collect::<Vec<_>>(), [anna]);
    }
}

#[test]
fn sec_p01_the_pending_account_lies_sealed_in_its_flow() {
    for world in worlds() {
        let flow = registered(&world, 1, "anna@example.com");
        let state = serde_json::to_string(&world.flow::<Verification>(flow).state).unwrap();
        assert!(state.contains("v1.") && !state.contains("hash of") && !state.contains(GOOD), "{state}");
    }
}

#[test]
fn without_required_verification_the_account_is_there_at_once_and_the_code_comes_later() {
    for world in worlds_with(&[("WAYHOME__VERIFICATION__REQUIRED", "false")]) {
        let flow = begun(&world, 1);
        let Outcome::Account(signed_in) = submit(&world, flow, &[("email", "anna@example.com")], GOOD) else {
            panic!("no account")
        };
        let anna = signed_in.session.identity;
        let unproven = world.run(move |cx| verification::unproven_address(cx, anna));
        assert_eq!(unproven.as_deref(), Some("anna@example.com"));
        world.code_for("anna@example.com");
        let taken = submit(&world, begun(&world, 2), &[("email", "anna@example.com")], BETTER);
        assert!(matches!(taken, Outcome::Code(_)));
    }
}

#[test]
fn sec_g09_a_closed_registration_makes_nothing() {
    for world in worlds_with(&[("WAYHOME__REGISTRATION__ENABLED", "false")]) {
        let told = wrong(submit(&world, begun(&world, 1), &[("email", "anna@example.com")], GOOD));
        assert_eq!(told, ["registration.closed"]);
    }
}

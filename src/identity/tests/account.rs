//! What a person changes in their account.

use std::collections::BTreeMap;

use serde_json::json;

use super::recovery::{asked, typed};
use super::registration::prove;
use super::world::{BETTER, GOOD, World, compare, fake_hash, ids, person_at, worlds};
use crate::identity::settings::{self, PasswordPrepared, Saved};
use crate::identity::{Progress, administration, verification};
use crate::model::{FlowId, IdentityId, Mail, RecoveryStage, Session};

fn saved(world: &World, who: IdentityId, values: &[(&str, &str)]) -> Saved {
    let values: BTreeMap<String, String> =
        values.iter().map(|(name, value)| (format!("traits.{name}"), (*value).to_owned())).collect();
    world.run(move |cx| settings::save_profile(cx, who, values))
}

fn changing(world: &World, who: IdentityId, address: &str) -> FlowId {
    let Saved::Done { pending_address: Some((name, new)) } = saved(world, who, &[("email", address)]) else {
        panic!("nothing is to be proven")
    };
    let (_, birth) = person_at(1);
    world.wait(1);
    world.run(move |cx| verification::begin_for_change(cx, birth, who, &name, &new))
}

fn email(world: &World, who: IdentityId) -> String {
    let person = world.run(move |cx| administration::get(cx, who)).unwrap();
    person.text_trait("email").unwrap_or_default().to_owned()
}

/// What is wrong with a changed password, after all comparisons.
fn change(world: &World, session: &Session, current: Option<&str>, new: &str) -> Vec<String> {
    let (of, current, new) = (session.clone(), current.map(str::to_owned), new.to_owned());
    let prepared = world.run(move |cx| settings::prepare_password(cx, &of, current.as_deref(), &new));
    let work = match prepared {
        PasswordPrepared::Stay(notices) => return ids(&notices),
        PasswordPrepared::Work(work) => work,
    };
    let compared = work.compare.as_ref().map(|(typed, hash)| compare(typed, hash.as_ref()));
    let same = work.same.as_ref().map(|(typed, hash)| compare(typed, Some(hash)));
    let (of, hash) = (session.clone(), fake_hash(work.new.expose()));
    let notices = world.run(move |cx| {
        let notices = settings::judge(cx, &of, compared, same)?;
        if notices.is_empty() {
            settings::save_password(cx, of.identity, hash)?;
        }
        Ok(notices)
    });
    ids(&notices)
}

#[test]
fn a_profile_is_saved_and_its_faults_are_told_with_what_was_typed() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let done = saved(&world, anna, &[("email", "anna@example.com"), ("name", " Anna A. ")]);
        assert!(matches!(done, Saved::Done { pending_address: None }));
        let person = world.run(move |cx| administration::get(cx, anna)).unwrap();
        assert_eq!(
            (&person.traits, person.version),
            (&json!({"email": "anna@example.com", "name": "Anna A."}), 2)
        );
        let Saved::Stay(notices, values) = saved(&world, anna, &[("email", ""), ("name", "A")]) else {
            panic!("saved without an address")
        };
        assert_eq!(
            (ids(&notices), values["traits.name"].as_str()),
            (vec!["field.empty@traits.email".to_owned()], "A")
        );
        let emptied = saved(&world, anna, &[("email", "anna@example.com"), ("name", "")]);
        assert!(matches!(emptied, Saved::Done { .. }));
        let person = world.run(move |cx| administration::get(cx, anna)).unwrap();
        assert_eq!(person.traits, json!({"email": "anna@example.com"}));
    }
}

#[test]
fn sec_g05_a_profile_takes_no_values_that_its_form_does_not_have() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        for name in ["state", "metadata_admin", "email_verified", "is_admin", "id"] {
            let Saved::Stay(notices, _) = saved(&world, anna, &[("email", "anna@example.com"), (name, "x")])
            else {
                panic!("{name}")
            };
            assert_eq!(ids(&notices), [format!("field.wrong@traits.{name}")]);
        }
        assert_eq!(world.run(move |cx| administration::get(cx, anna)).unwrap().version, 1);
    }
}

#[test]
fn page_1_4_6_a_new_address_counts_when_it_is_proven_and_then_ends_what_went_to_the_old_one() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let recovering = asked(&world, 3, "anna@example.com");
        let (old_code, _) = world.code_for("anna@example.com");
        let flow = changing(&world, anna, "Anna@New.example");
        assert_eq!(email(&world, anna), "anna@example.com");
        let (code, _) = world.code_for("Anna@New.example");
        assert!(matches!(prove(&world, flow, "00000000"), Progress::Stay(_)));
        assert_eq!(email(&world, anna), "anna@example.com");
        let Progress::Done(done, None) = prove(&world, flow, &code) else { panic!("not done") };
        assert_eq!((done.identity(), email(&world, anna).as_str()), (Some(anna), "Anna@New.example"));
        let addresses = world.run(move |cx| administration::addresses_of(cx, anna));
        assert!(addresses.len() == 1 && addresses[0].verified_at.is_some());
        assert_ne!(typed(&world, recovering, &old_code).state.stage, RecoveryStage::Password);
        world.signed_in("anna@new.example", GOOD, 1);
        assert!(world.run(|cx| administration::find_by_address(cx, "anna@example.com")).is_none());
    }
}

#[test]
fn sec_e04_a_new_address_that_somebody_has_looks_like_any_other_and_only_its_owner_is_told() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.person("ben@example.com", GOOD);
        let flow = changing(&world, anna, "ben@example.com");
        assert_eq!(world.mails()[0], ("ben@example.com".to_owned(), Mail::AccountExists));
        let Progress::Stay(page) = prove(&world, flow, "12345678") else { panic!("done") };
        assert_eq!(ids(&page.notices), ["code.mismatch@code"]);
        assert_eq!(email(&world, anna), "anna@example.com");
    }
}

#[test]
fn sec_l04_a_pending_change_of_the_address_ends_with_a_new_password() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let flow = changing(&world, anna, "eve@example.org");
        let (code, _) = world.code_for("eve@example.org");
        world.run(move |cx| settings::save_password(cx, anna, fake_hash(BETTER)));
        assert!(matches!(prove(&world, flow, &code), Progress::Stay(_)));
        assert_eq!(email(&world, anna), "anna@example.com");
    }
}

#[test]
fn another_spelling_of_the_same_address_is_no_change() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let done = saved(&world, anna, &[("email", "ANNA@example.com")]);
        assert!(matches!(done, Saved::Done { pending_address: None }));
        assert_eq!(email(&world, anna), "anna@example.com");
    }
}

#[test]
fn a_password_is_changed_without_the_old_one_only_right_after_signing_in() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let session = world.signed_in("anna@example.com", GOOD, 1).session;
        assert_eq!(change(&world, &session, None, GOOD), ["pw.same@password"]);
        assert_eq!(change(&world, &session, None, "dear karenina and her hat"), ["pw.context@password"]);
        assert!(change(&world, &session, None, BETTER).is_empty());
        assert_eq!(world.mails()[0], ("anna@example.com".to_owned(), Mail::PasswordChanged));
        assert!(world.facts(anna).contains(&"credential.changed".to_owned()));
        world.wait(600);
        assert_eq!(change(&world, &session, None, GOOD), ["field.empty@current_password"]);
        assert_eq!(change(&world, &session, Some(BETTER), BETTER), ["pw.same@password"]);
        assert_eq!(
            change(&world, &session, Some(GOOD), "another quiet harbour here"),
            ["password.mismatch_current@current_password"]
        );
        // Whoever does not know the current one hears that, and not that it is the current one.
        assert_eq!(
            change(&world, &session, Some(GOOD), GOOD),
            ["password.mismatch_current@current_password"]
        );
        assert!(change(&world, &session, Some(BETTER), GOOD).is_empty());
        world.signed_in("anna@example.com", GOOD, 1);
    }
}

#[test]
fn sec_b02_wrong_current_passwords_count_like_sign_ins() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        let session = world.signed_in("anna@example.com", GOOD, 1).session;
        world.wait(601);
        for _ in 0..6 {
            let told = change(&world, &session, Some("a guess, and a bad one"), BETTER);
            assert_eq!(told, ["password.mismatch_current@current_password"]);
        }
        assert_eq!(change(&world, &session, Some(GOOD), BETTER), ["login.slow_down@current_password"]);
        let (_, birth) = person_at(1);
        let flow = world.run(move |cx| crate::identity::login::begin(cx, birth, "", None));
        let Progress::Stay(page) = world.sign_in(flow, "anna@example.com", GOOD, None) else {
            panic!("signed in")
        };
        assert_eq!(ids(&page.notices), ["login.slow_down"]);
    }
}

//! Identities as administrators see them.

use serde_json::{Value, json};

use super::world::{BETTER, GOOD, World, fake_hash, worlds};
use crate::identity::administration::{self, ExternalId, NewIdentity, Refusal, Replacement};
use crate::identity::sessions;
use crate::model::{Identity, IdentityId, IdentityState};

fn new(traits: Value) -> NewIdentity {
    NewIdentity {
        schema_id: "default".to_owned(),
        traits,
        state: IdentityState::Active,
        metadata_public: Some(json!({"plan": "free"})),
        metadata_admin: None,
        password: None,
        verified: false,
    }
}

fn with(traits: Value) -> Replacement {
    Replacement {
        external_id: ExternalId::Stays,
        schema_id: "default".to_owned(),
        traits,
        state: IdentityState::Active,
        metadata_public: None,
        metadata_admin: None,
        password: None,
        version: None,
    }
}

fn replaced(world: &World, id: IdentityId, with: Replacement) -> Result<Identity, Refusal> {
    world.run(move |cx| administration::replace(cx, id, with))
}

fn pointers(refusal: Refusal) -> Vec<String> {
    match refusal {
        Refusal::Invalid(misfits) => misfits.into_iter().map(|misfit| misfit.pointer).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn traits_that_do_not_fit_are_refused_with_their_pointers() {
    for world in worlds() {
        for (traits, expected) in [
            (json!({"name": "Anna"}), vec!["/traits"]),
            (json!({"email": "nobody"}), vec!["/traits/email"]),
            (json!({"email": ["anna@example.com", "eve@example.org"]}), vec!["/traits/email"]),
            (json!({"email": "anna@example.com", "admin": true}), vec!["/traits"]),
            (json!([]), vec!["/traits"]),
        ] {
            let given = new(traits.clone());
            let refusal = world.run(move |cx| administration::create(cx, given)).unwrap_err();
            assert_eq!(pointers(refusal), expected, "{traits}");
        }
        let unknown =
            NewIdentity { schema_id: "other".to_owned(), ..new(json!({"email": "anna@example.com"})) };
        let refusal = world.run(move |cx| administration::create(cx, unknown)).unwrap_err();
        assert_eq!(pointers(refusal), ["/schema_id"]);
    }
}

#[test]
fn sec_l09_an_address_belongs_to_one_identity_in_whatever_spelling() {
    for world in worlds() {
        world.person("ann@bücher.example", GOOD);
        for same in [
            "ANN@bücher.example",
            "ann@xn--bcher-kva.example",
            "ann@BÜCHER.example",
            "ａｎｎ@bu\u{308}cher.example",
        ] {
            let given = new(json!({"email": same}));
            let refusal = world.run(move |cx| administration::create(cx, given)).unwrap_err();
            assert_eq!(refusal, Refusal::AddressTaken(same.nfkc_text()), "{same}");
        }
        for other in
            ["ann+x@bücher.example", "a.nn@bücher.example", "ann@buecher.example", "ann@b\u{f9}cher.example"]
        {
            let given = new(json!({"email": other}));
            world.run(move |cx| administration::create(cx, given)).unwrap();
        }
    }
}

trait Nfkc {
    fn nfkc_text(&self) -> String;
}

impl Nfkc for str {
    fn nfkc_text(&self) -> String {
        unicode_normalization::UnicodeNormalization::nfkc(self).collect()
    }
}

#[test]
fn a_replaced_identity_keeps_the_proof_of_what_stays_and_has_none_of_what_is_new() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.person("ben@example.com", GOOD);
        let addresses = |world: &World| world.run(move |cx| administration::addresses_of(cx, anna));
        let person = replaced(&world, anna, with(json!({"email": "Anna@example.com", "name": "A"}))).unwrap();
        assert_eq!((person.version, person.metadata_public), (2, None));
        let kept = addresses(&world);
        assert_eq!(
            (kept[0].value.as_str(), kept[0].verified_at.is_some(), kept.len()),
            ("Anna@example.com", true, 1)
        );
        let taken = replaced(&world, anna, with(json!({"email": "BEN@example.com"}))).unwrap_err();
        assert_eq!(taken, Refusal::AddressTaken("BEN@example.com".to_owned()));
        let stale = Replacement { version: Some(1), ..with(json!({"email": "new@example.com"})) };
        assert_eq!(replaced(&world, anna, stale).unwrap_err(), Refusal::Conflict);
        let right = Replacement { version: Some(2), ..with(json!({"email": "new@example.com"})) };
        replaced(&world, anna, right).unwrap();
        let new = addresses(&world);
        assert_eq!((new[0].canonical.as_str(), new[0].verified_at, new.len()), ("new@example.com", None, 1));
        let gone = IdentityId::from_uuid(uuid::Uuid::nil());
        assert_eq!(
            replaced(&world, gone, with(json!({"email": "x@example.com"}))).unwrap_err(),
            Refusal::NotFound
        );
    }
}

#[test]
fn a_password_from_an_administrator_opens_the_account_again() {
    for world in worlds() {
        let anna = world.identity("anna@example.com", None, true);
        let replacement =
            Replacement { password: Some(fake_hash(BETTER)), ..with(json!({"email": "anna@example.com"})) };
        replaced(&world, anna, replacement).unwrap();
        world.signed_in("anna@example.com", BETTER, 1);
    }
}

#[test]
fn seed_s1_the_state_is_a_fact_with_its_event_and_takes_effect_at_once() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let token = world.signed_in("anna@example.com", GOOD, 1).token;
        world.wait(5);
        let off = world.run(move |cx| administration::set_state(cx, anna, IdentityState::Inactive)).unwrap();
        assert_eq!((off.state, off.state_changed_at), (IdentityState::Inactive, world.work.now()));
        assert!(world.run(move |cx| sessions::current(cx, &token)).is_none());
        world.switch(anna, IdentityState::Inactive);
        world.switch(anna, IdentityState::Active);
        let facts = world.facts(anna);
        let count = |kind: &str| facts.iter().filter(|fact| *fact == kind).count();
        assert_eq!((count("identity.deactivated"), count("identity.activated")), (1, 1));
        let nobody = IdentityId::from_uuid(uuid::Uuid::nil());
        assert!(world.run(move |cx| administration::set_state(cx, nobody, IdentityState::Active)).is_none());
    }
}

#[test]
fn sec_s14_after_deletion_nothing_of_the_old_person_opens_the_account_of_the_new_one() {
    for world in worlds() {
        let before = world.person("anna@example.com", GOOD);
        let token = world.signed_in("anna@example.com", GOOD, 1).token;
        let recovering = super::recovery::asked(&world, 1, "anna@example.com");
        let (code, _) = world.code_for("anna@example.com");
        assert!(world.run(move |cx| administration::delete(cx, before)));
        assert!(!world.run(move |cx| administration::delete(cx, before)));
        let after = world.person("anna@example.com", BETTER);
        assert_ne!(before, after);
        assert!(world.run(move |cx| sessions::current(cx, &token)).is_none());
        let flow = super::recovery::typed(&world, recovering, &code);
        assert!(flow.identity.is_none());
        world.signed_in("anna@example.com", BETTER, 1);
    }
}

#[test]
fn identities_are_listed_page_by_page_without_a_gap() {
    for world in worlds() {
        for n in 0..7 {
            world.person(&format!("person{n}@example.com"), GOOD);
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = world.run(move |cx| administration::list(cx, after, 3));
            let Some(last) = page.last() else { break };
            after = Some((last.created_at, last.id));
            seen.extend(page.into_iter().map(|person| person.id));
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 7);
    }
}

//! Many people at once, from elsewhere.

use serde_json::{Value, json};
use uuid::Uuid;

use super::brought::{OTHER_SECRET, brought};
use super::passkeys::enrolled;
use super::world::{GOOD, World, fake_hash, worlds, worlds_with};
use crate::crypto::webauthn::authenticator::BOUND;
use crate::identity::administration::{self, Imported, NewIdentity, Refusal};
use crate::model::{IdentityId, IdentityState, PasskeyKind};
use crate::store;
use crate::store::search::Conditions;

fn somebody(traits: Value) -> Imported {
    Imported::new(NewIdentity {
        schema_id: "default".to_owned(),
        traits,
        state: IdentityState::Active,
        metadata_public: None,
        metadata_admin: None,
        password: Some(fake_hash(GOOD)),
        verified: false,
    })
}

fn at(email: &str) -> Imported {
    somebody(json!({"email": email}))
}

fn import_all(world: &World, people: Vec<Imported>) -> Vec<Option<Refusal>> {
    world.run(move |cx| administration::import_all(cx, people))
}

fn number(n: u128) -> IdentityId {
    IdentityId::from_uuid(Uuid::from_u128(n))
}

// seed_s18, sec_f01
#[test]
fn many_at_once_are_what_each_would_have_become_alone() {
    for world in worlds() {
        let proven = vec!["Ben@Example.com".to_owned()];
        let people = vec![
            Imported {
                id: Some(number(7)),
                ..somebody(json!({"email": "anna@example.com", "name": "Anna Ash"}))
            },
            Imported {
                id: Some(number(8)),
                proven,
                external_id: Some("b-8".to_owned()),
                ..at("ben@example.com")
            },
        ];
        assert_eq!(import_all(&world, people), [None, None]);
        let facts = |n| {
            let mut facts = world.facts(number(n));
            facts.sort();
            facts
        };
        assert_eq!(facts(7), ["credential.changed", "identity.created"]);
        assert_eq!(facts(8), ["address.verified", "credential.changed", "identity.created"]);
        let verified = |id| {
            let rows = world.run(move |cx| administration::addresses_of(cx, id));
            rows.iter().map(|row| (row.canonical.clone(), row.verified_at.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(verified(number(7)), [("anna@example.com".to_owned(), false)]);
        assert_eq!(verified(number(8)), [("ben@example.com".to_owned(), true)]);
        let named = world.run(|cx| administration::find_by_external_id(cx, "b-8"));
        assert_eq!(named.map(|identity| identity.id), Some(number(8)));
        let found =
            world.run(|cx| Ok(store::search::beginning(cx.db, "ash", &Conditions::default(), None, 9)?));
        assert_eq!(found.iter().map(|(identity, _)| identity.id).collect::<Vec<_>>(), [number(7)]);
        for email in ["anna@example.com", "ben@example.com"] {
            world.signed_in(email, GOOD, 1);
        }
    }
}

#[test]
fn whoever_clashes_is_refused_alone_with_somebody_there_or_with_one_of_the_same_batch() {
    for world in worlds() {
        world.person("old@example.com", GOOD);
        let named = |name: &str, email| Imported { external_id: Some(name.to_owned()), ..at(email) };
        assert_eq!(import_all(&world, vec![named("x", "first@example.com")]), [None]);
        let with_id = |n, email| Imported { id: Some(number(n)), ..at(email) };
        let people = vec![
            at("old@example.com"),
            with_id(1, "anna@example.com"),
            at("ANNA@example.com"),
            with_id(1, "ben@example.com"),
            named("x", "carl@example.com"),
            named("y", "dora@example.com"),
            named("y", "emil@example.com"),
            named("", "finn@example.com"),
            somebody(json!({"email": "no address"})),
            Imported {
                new: NewIdentity { schema_id: "none".to_owned(), ..at("gus@example.com").new },
                ..at("")
            },
            at("ben@example.com"),
        ];
        let refusals = import_all(&world, people);
        let short: Vec<&str> = refusals
            .iter()
            .map(|refusal| match refusal {
                None => "in",
                Some(Refusal::AddressTaken(_)) => "address",
                Some(Refusal::IdTaken) => "id",
                Some(Refusal::ExternalIdTaken) => "name",
                Some(Refusal::Invalid(misfits)) => match misfits[0].pointer.as_str() {
                    "/external_id" => "no name",
                    "/schema_id" => "no schema",
                    _ => "invalid",
                },
                Some(other) => panic!("{other:?}"),
            })
            .collect();
        let expected =
            ["address", "in", "address", "id", "name", "in", "name", "no name", "invalid", "no schema", "in"];
        assert_eq!(short, expected);
        let all = world.run(|cx| administration::list(cx, None, 99));
        assert_eq!(all.len(), 5, "two who were there, and three who came in");
    }
}

#[test]
fn a_key_is_one_persons_in_a_batch_too() {
    for (here, there) in worlds().into_iter().zip(worlds_with(&OTHER_SECRET)) {
        let anna = here.person("anna@example.com", GOOD);
        let session = here.signed_in("anna@example.com", GOOD, 1).session;
        enrolled(&here, &session, PasskeyKind::SecurityKey, BOUND);
        let mut taken = here.run(move |cx| administration::taken_along(cx, anna));
        taken.retain(|kind, _| kind == "webauthn");
        let taken = Value::Object(taken);
        let with_key = |email| Imported { brought: brought(&taken).unwrap(), ..at(email) };
        let people = vec![
            at("zoe@example.com"),
            with_key("anna@example.com"),
            with_key("ben@example.com"),
            at("carl@example.com"),
        ];
        let refusals = import_all(&there, people);
        assert!(matches!(refusals[2], Some(Refusal::Invalid(_))), "{refusals:?}");
        assert_eq!(refusals.iter().filter(|refusal| refusal.is_none()).count(), 3);
    }
}

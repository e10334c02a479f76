//! Passkeys and security keys: adding, naming, removing.

use serde_json::Value;

use super::world::{GOOD, World, ids, worlds, worlds_with};
use crate::crypto::webauthn::authenticator::{Authenticator, BOUND, SYNCED};
use crate::identity::passkeys::{self, Removed};
use crate::identity::sessions;
use crate::model::{IdentityId, Mail, Notice, Passkey, PasskeyKind, Session, TokenDigest};

/// The issuer of the tests.
pub(super) const ISSUER: &str = "http://localhost:4444";

/// What a person is to make a credential by.
pub(super) fn creation_options(world: &World, session: &Session, kind: PasskeyKind) -> Value {
    let session = session.clone();
    world.run(move |cx| passkeys::creation_options(cx, &session, kind)).unwrap()
}

pub(super) fn challenge(options: &Value) -> String {
    options["challenge"].as_str().unwrap().to_owned()
}

/// What adding comes to.
pub(super) fn add(
    world: &World,
    session: &Session,
    kind: PasskeyKind,
    json: &Value,
) -> Result<Passkey, Notice> {
    let read = passkeys::read_new(&world.work.env().settings, &json.to_string(), kind);
    let session = session.clone();
    world.run(move |cx| passkeys::add(cx, &session, kind, read))
}

/// Somebody who is signed in, whether or not they could be with a password.
pub(super) fn session_of(world: &World, identity: IdentityId, browser: u8) -> Session {
    let browser = TokenDigest::from_bytes([browser; 32]);
    world.run(move |cx| sessions::sign_in(cx, identity, browser, &["pwd"], None)).session
}

/// An authenticator with a passkey of this person.
pub(super) fn enrolled(
    world: &World,
    session: &Session,
    kind: PasskeyKind,
    flags: u8,
) -> (Authenticator, Passkey) {
    let mut key = Authenticator::new(-7, ISSUER);
    key.flags = flags;
    key.user_handle = session.identity.uuid().as_bytes().to_vec();
    let options = creation_options(world, session, kind);
    let passkey = add(world, session, kind, &key.creation(&challenge(&options)).json()).unwrap();
    (key, passkey)
}

fn list(world: &World, identity: IdentityId) -> Vec<Passkey> {
    world.run(move |cx| passkeys::list(cx, identity))
}

fn remove(world: &World, session: &Session, passkey: &Passkey) -> Removed {
    let (session, id) = (session.clone(), passkey.id);
    world.run(move |cx| passkeys::remove(cx, &session, id))
}

#[test]
fn page_1_4_6_a_passkey_is_added_named_and_removed_and_each_is_told() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let session = session_of(&world, anna, 1);
        let options = creation_options(&world, &session, PasskeyKind::Passkey);
        assert_eq!(options["rp"]["id"], "localhost");
        assert_eq!(options["user"]["name"], "anna@example.com");
        assert_eq!(options["user"]["displayName"], "Anna Karenina");
        assert_eq!(options["attestation"], "none");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        let key = Authenticator::new(-7, ISSUER);
        let mut creation = key.creation(&challenge(&options));
        creation.flags = SYNCED;
        creation.aaguid = *uuid::uuid!("fbfc3007-154e-4ecc-8c0b-6e020557d7bd").as_bytes();
        let passkey = add(&world, &session, PasskeyKind::Passkey, &creation.json()).unwrap();
        assert_eq!(passkey.name, "iCloud Keychain on Linux");
        assert_eq!((passkey.backup_eligible, passkey.backed_up), (true, true));
        assert_eq!(world.mails()[0], ("anna@example.com".to_owned(), Mail::PasskeyAdded));
        assert_eq!(list(&world, anna), std::slice::from_ref(&passkey));
        let options = creation_options(&world, &session, PasskeyKind::SecurityKey);
        assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1);
        assert_eq!(options["authenticatorSelection"]["userVerification"], "preferred");

        let rename = |typed: &str| {
            let (session, id, typed) = (session.clone(), passkey.id, typed.to_owned());
            ids(&[world.run(move |cx| passkeys::rename(cx, &session, id, &typed))])
        };
        assert_eq!(rename("  my\u{7}\n phone "), ["passkey.renamed"]);
        assert_eq!(list(&world, anna)[0].name, "my phone");
        assert_eq!(rename(" \n"), ["field.empty"]);
        assert_eq!(rename(&"x".repeat(61)), ["field.too_long"]);
        assert_eq!(list(&world, anna)[0].name, "my phone");

        world.wait(1);
        assert_eq!(remove(&world, &session, &passkey), Removed::Done);
        assert_eq!(remove(&world, &session, &passkey), Removed::Done, "a second click does no harm");
        assert_eq!(list(&world, anna), []);
        assert_eq!(world.mails()[0].1, Mail::PasskeyRemoved);
        let facts = world.facts(anna);
        for fact in ["passkey.added", "passkey.renamed", "passkey.removed"] {
            assert_eq!(facts.iter().filter(|known| *known == fact).count(), 1, "{fact}: {facts:?}");
        }
    }
}

#[test]
fn sec_a07_the_last_way_in_stays_even_if_two_are_removed_at_once() {
    for world in worlds() {
        let bare = world.identity("bare@example.com", None, true);
        let session = session_of(&world, bare, 1);
        let (_, one) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        let (_, key) = enrolled(&world, &session, PasskeyKind::SecurityKey, BOUND);
        assert_eq!(remove(&world, &session, &one), Removed::Last, "a key alone opens nothing");
        let (_, two) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        let removals = [&one, &two].map(|passkey| {
            let (session, id) = (session.clone(), passkey.id);
            move |cx: &mut crate::cx::Cx<'_>| passkeys::remove(cx, &session, id)
        });
        let mut outcomes = world.race(Vec::from(removals));
        outcomes.sort_by_key(|outcome| *outcome == Removed::Last);
        assert_eq!(outcomes, [Removed::Done, Removed::Last]);
        assert_eq!(remove(&world, &session, &key), Removed::Done);
        assert_eq!(list(&world, bare).len(), 1);

        let anna = world.person("anna@example.com", GOOD);
        let session = session_of(&world, anna, 1);
        let (_, only) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        assert_eq!(remove(&world, &session, &only), Removed::Done, "there is a password");
    }
}

#[test]
fn sec_a06_a_passkey_of_somebody_else_is_neither_named_nor_removed() {
    for world in worlds() {
        let (anna, eve) = (world.person("anna@example.com", GOOD), world.person("eve@example.com", GOOD));
        let (annas, eves) = (session_of(&world, anna, 1), session_of(&world, eve, 2));
        let (_, passkey) = enrolled(&world, &annas, PasskeyKind::Passkey, BOUND);
        assert_eq!(remove(&world, &eves, &passkey), Removed::Done);
        let (session, id) = (eves.clone(), passkey.id);
        world.run(move |cx| passkeys::rename(cx, &session, id, "mine"));
        assert_eq!(list(&world, anna), [passkey]);
        assert!(!world.facts(eve).iter().any(|fact| fact.starts_with("passkey.re")));
    }
}

#[test]
fn sec_w01_a_creation_challenge_is_for_one_session_one_browser_and_one_time() {
    for world in worlds() {
        let (anna, eve) = (world.person("anna@example.com", GOOD), world.person("eve@example.com", GOOD));
        let session = session_of(&world, anna, 1);
        let kind = PasskeyKind::Passkey;
        let made = |options: &Value| Authenticator::new(-7, ISSUER).creation(&challenge(options)).json();
        let refused = |session: &Session, json: &Value| ids(&[add(&world, session, kind, json).unwrap_err()]);

        let options = creation_options(&world, &session, kind);
        assert_eq!(refused(&session_of(&world, anna, 2), &made(&options)), ["passkey.expired"]);
        assert_eq!(refused(&session_of(&world, eve, 1), &made(&options)), ["passkey.expired"]);
        let elsewhere = Session { browser: TokenDigest::from_bytes([9; 32]), ..session.clone() };
        assert_eq!(refused(&elsewhere, &made(&options)), ["passkey.expired"]);
        assert!(add(&world, &session, kind, &made(&options)).is_ok());
        assert_eq!(refused(&session, &made(&options)), ["passkey.expired"], "it is used up");

        let late = creation_options(&world, &session, kind);
        world.wait(121);
        assert_eq!(refused(&session, &made(&late)), ["passkey.expired"]);
        let invented = serde_json::json!({ "challenge": "A".repeat(43) });
        assert_eq!(refused(&session, &made(&invented)), ["passkey.expired"]);
        assert_eq!(list(&world, anna).len(), 1);
    }
}

#[test]
fn sec_w06_a_credential_of_somebody_is_nobody_elses() {
    for world in worlds() {
        let (anna, eve) = (world.person("anna@example.com", GOOD), world.person("eve@example.com", GOOD));
        let (annas, eves) = (session_of(&world, anna, 1), session_of(&world, eve, 2));
        let (mut key, _) = enrolled(&world, &annas, PasskeyKind::Passkey, BOUND);
        for (session, kind) in [(&eves, PasskeyKind::Passkey), (&annas, PasskeyKind::SecurityKey)] {
            let options = creation_options(&world, session, kind);
            key.user_handle = session.identity.uuid().as_bytes().to_vec();
            let outcome = add(&world, session, kind, &key.creation(&challenge(&options)).json());
            assert_eq!(ids(&[outcome.unwrap_err()]), ["passkey.not_added"]);
        }
        assert_eq!((list(&world, anna).len(), list(&world, eve).len()), (1, 0));
        assert!(world.facts(eve).contains(&"passkey.refused".to_owned()));
    }
}

#[test]
fn sec_w04_a_passkey_must_know_its_owner_and_a_security_key_need_not() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let session = session_of(&world, anna, 1);
        for (kind, fits) in [(PasskeyKind::Passkey, false), (PasskeyKind::SecurityKey, true)] {
            let options = creation_options(&world, &session, kind);
            let mut creation = Authenticator::new(-8, ISSUER).creation(&challenge(&options));
            creation.flags = 0x01;
            assert_eq!(add(&world, &session, kind, &creation.json()).is_ok(), fits);
        }
    }
}

#[test]
fn an_account_holds_a_limited_number_of_keys() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let session = session_of(&world, anna, 1);
        for _ in 0..30 {
            enrolled(&world, &session, PasskeyKind::SecurityKey, BOUND);
        }
        let options = creation_options(&world, &session, PasskeyKind::Passkey);
        let json = Authenticator::new(-8, ISSUER).creation(&challenge(&options)).json();
        let refused = add(&world, &session, PasskeyKind::Passkey, &json).unwrap_err();
        assert_eq!(ids(&[refused]), ["passkey.too_many"]);
    }
}

#[test]
fn sec_w02_where_the_issuer_is_an_address_no_options_are_given() {
    for world in worlds_with(&[("WAYHOME__SERVER__ISSUER", "https://203.0.113.7")]) {
        let anna = world.person("anna@example.com", GOOD);
        let session = session_of(&world, anna, 1);
        assert_eq!(world.run(move |cx| passkeys::creation_options(cx, &session, PasskeyKind::Passkey)), None);
        assert_eq!(world.run(move |cx| passkeys::signals(cx, anna)), None);
    }
}

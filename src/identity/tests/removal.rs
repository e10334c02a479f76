//! Credentials that an administrator takes away.

use super::factors::with_app;
use super::passkeys::{enrolled, session_of};
use super::world::{GOOD, World, worlds, worlds_with};
use crate::crypto::webauthn::authenticator::{BOUND, SYNCED};
use crate::identity::administration::{self, Removed};
use crate::identity::factors;
use crate::journey;
use crate::model::{IdentityId, Mail, PasskeyKind};

fn take(world: &World, id: IdentityId, kind: PasskeyKind, only: Option<Vec<u8>>) -> Removed {
    world.run(move |cx| administration::remove_keys(cx, id, kind, only.as_deref()))
}

#[test]
fn sec_a07_an_administrator_takes_one_key_or_all_of_a_kind_and_the_person_is_told() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let session = session_of(&world, anna, 7);
        let (_, phone) = enrolled(&world, &session, PasskeyKind::Passkey, SYNCED);
        let (_, stick) = enrolled(&world, &session, PasskeyKind::SecurityKey, BOUND);
        enrolled(&world, &session, PasskeyKind::SecurityKey, BOUND);
        let left = |world: &World| world.run(move |cx| crate::identity::passkeys::list(cx, anna)).len();

        assert_eq!(
            take(&world, anna, PasskeyKind::Passkey, Some(stick.credential_id.clone())),
            Removed::NotThere
        );
        assert_eq!(take(&world, anna, PasskeyKind::SecurityKey, Some(b"none".to_vec())), Removed::NotThere);
        assert_eq!(left(&world), 3);
        world.wait(1);
        assert_eq!(take(&world, anna, PasskeyKind::SecurityKey, Some(stick.credential_id)), Removed::Gone);
        assert_eq!(left(&world), 2);
        assert!(matches!(world.mails()[0].1, Mail::PasskeyRemoved));
        assert_eq!(take(&world, anna, PasskeyKind::SecurityKey, None), Removed::Gone);
        assert_eq!(left(&world), 1);
        assert!(world.run(move |cx| factors::of(cx, anna)).backup_codes > 0);
        // With the last second factor go its codes, as if she had removed it herself.
        assert_eq!(take(&world, anna, PasskeyKind::Passkey, Some(phone.credential_id)), Removed::Gone);
        assert_eq!(world.run(move |cx| factors::of(cx, anna)), crate::model::Factors::default());
        assert_eq!(take(&world, anna, PasskeyKind::Passkey, None), Removed::NotThere);
        assert_eq!(world.facts(anna).iter().filter(|fact| *fact == "passkey.removed").count(), 3);
    }
}

#[test]
fn sec_a07_the_last_way_in_stays_whoever_wants_it_gone() {
    for world in worlds_with(&[("WAYHOME__RECOVERY__ENABLED", "false")]) {
        let anna = world.person("anna@example.com", GOOD);
        let session = session_of(&world, anna, 7);
        let (_, first) = enrolled(&world, &session, PasskeyKind::Passkey, SYNCED);
        let (_, second) = enrolled(&world, &session, PasskeyKind::Passkey, SYNCED);
        assert_eq!(world.run(move |cx| journey::remove_password(cx, anna)), Removed::Gone);
        assert_eq!(take(&world, anna, PasskeyKind::Passkey, None), Removed::LastWayIn);
        assert_eq!(take(&world, anna, PasskeyKind::Passkey, Some(first.credential_id)), Removed::Gone);
        assert_eq!(take(&world, anna, PasskeyKind::Passkey, Some(second.credential_id)), Removed::LastWayIn);
    }
    // Whoever can choose a new password over a proven address has a way in.
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let session = session_of(&world, anna, 7);
        enrolled(&world, &session, PasskeyKind::Passkey, SYNCED);
        assert_eq!(world.run(move |cx| journey::remove_password(cx, anna)), Removed::Gone);
        assert_eq!(take(&world, anna, PasskeyKind::Passkey, None), Removed::Gone);
        let ben = world.identity("ben@example.com", None, false);
        let session = session_of(&world, ben, 8);
        enrolled(&world, &session, PasskeyKind::Passkey, SYNCED);
        assert_eq!(take(&world, ben, PasskeyKind::Passkey, None), Removed::LastWayIn);
    }
}

#[test]
fn sec_a07_backup_codes_are_taken_away_and_the_app_stays() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        let (hers, _) = with_app(&world, "anna@example.com", 1);
        assert!(world.run(move |cx| factors::remove_backup_codes(cx, anna)));
        let has = world.run(move |cx| factors::of(cx, anna));
        assert_eq!((has.totp, has.backup_codes), (true, 0));
        assert_eq!(
            world.run(move |cx| factors::new_backup_codes(cx, &hers.session)),
            None,
            "nor are they shown"
        );
        assert!(!world.run(move |cx| factors::remove_backup_codes(cx, anna)));
        assert!(world.facts(anna).contains(&"backup_codes.removed".to_owned()));
    }
}

//! A sign-in with a browser that is not known is told to whoever owns the account.

use super::world::{GOOD, World, worlds, worlds_with};
use crate::model::Mail;
use crate::store;

/// To whom a new device was told, so far.
fn told(world: &World) -> Vec<String> {
    let mails = world.mails().into_iter().filter(|(_, mail)| *mail == Mail::NewDevice);
    mails.map(|(to, _)| to).collect()
}

#[test]
fn page_1_6_a_sign_in_with_an_unknown_browser_is_told_once() {
    for world in worlds() {
        world.person("anna@example.com", GOOD);
        world.person("ben@example.com", GOOD);
        world.signed_in("anna@example.com", GOOD, 1);
        assert!(told(&world).is_empty(), "the very first sign-in is no news");
        world.signed_in("anna@example.com", GOOD, 1);
        assert!(told(&world).is_empty(), "this browser is known");
        world.signed_in("anna@example.com", GOOD, 2);
        assert_eq!(told(&world), ["anna@example.com"]);
        world.signed_in("anna@example.com", GOOD, 2);
        world.signed_in("ben@example.com", GOOD, 2);
        assert_eq!(told(&world).len(), 1, "what one person's browser is, is new or old for them alone");
    }
}

#[test]
fn page_1_6_a_browser_becomes_unknown_after_ninety_days_and_when_it_is_forgotten() {
    for world in worlds() {
        let anna = world.person("anna@example.com", GOOD);
        world.signed_in("anna@example.com", GOOD, 1);
        world.wait(89 * 86_400);
        world.signed_in("anna@example.com", GOOD, 1);
        assert!(told(&world).is_empty());
        world.wait(91 * 86_400);
        world.signed_in("anna@example.com", GOOD, 1);
        assert_eq!(told(&world).len(), 1);
        // As the off-switch and a recovery do.
        world.run(move |cx| Ok(store::known_browsers::forget_of_identity(cx.db, anna, None)?));
        world.signed_in("anna@example.com", GOOD, 1);
        assert_eq!(told(&world).len(), 2, "whoever comes first afterwards is not their owner by that");
    }
}

#[test]
fn page_1_6_an_address_that_is_not_proven_hears_of_no_device() {
    for world in worlds() {
        world.identity("anna@example.com", Some(GOOD), false);
        world.signed_in("anna@example.com", GOOD, 1);
        world.signed_in("anna@example.com", GOOD, 2);
        assert!(told(&world).is_empty());
    }
}

#[test]
fn page_1_6_mails_about_devices_can_be_switched_off() {
    for world in worlds_with(&[("WAYHOME__LOGIN__NEW_DEVICE_MAIL", "false")]) {
        world.person("anna@example.com", GOOD);
        world.signed_in("anna@example.com", GOOD, 1);
        world.signed_in("anna@example.com", GOOD, 2);
        assert!(told(&world).is_empty());
    }
}

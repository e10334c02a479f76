//! What happens to a passkey between two transactions, or twice at once.

use super::passkey_sign_in::{begin, options, person, said};
use super::passkeys::{challenge, enrolled};
use super::world::worlds;
use crate::crypto::webauthn::authenticator::{Authenticator, BOUND};
use crate::identity::Progress;
use crate::identity::passkeys::{self, Use};
use crate::model::{Login, Passkey, PasskeyKind};
use crate::store;

#[test]
fn sec_w07_a_passkey_that_was_replaced_while_its_signature_was_verified_opens_nothing() {
    for world in worlds() {
        let (anna, session) = person(&world, "anna@example.com");
        let (mut key, passkey) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        let flow = begin(&world, 1, None);
        let showing = key.showing(&challenge(&options(&world, flow)));
        let text = key.show(&showing).to_string();
        let attempt = world.run(move |cx| passkeys::look_up(cx, &text, Use::Alone));
        let attempt = attempt.verify(&world.work.env().settings);
        // The same credential with another key: what was verified was the old one.
        let cose = Authenticator::new(-7, super::passkeys::ISSUER).cose();
        world.run(move |cx| {
            store::passkeys::delete(cx.db, anna, passkey.id)?;
            let mut other = Passkey { public_key: cose, ..passkey };
            passkeys::authenticate(cx, &mut other);
            Ok(store::passkeys::insert(cx.db, &other)?)
        });
        let progress = world.run(move |cx| {
            let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
            passkeys::sign_in(cx, flow, attempt, None)
        });
        assert_eq!(said(progress), ["passkey.unknown"]);
    }
}

#[test]
fn sec_w08_of_many_that_show_the_same_count_at_once_one_gets_in() {
    for world in worlds() {
        let (_, session) = person(&world, "anna@example.com");
        let (mut key, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        let tries = (0..8).map(|_| {
            let flow = begin(&world, 1, None);
            let mut showing = key.showing(&challenge(&options(&world, flow)));
            showing.count = 7;
            let text = key.show(&showing).to_string();
            let attempt = world.run(move |cx| passkeys::look_up(cx, &text, Use::Alone));
            let attempt = attempt.verify(&world.work.env().settings);
            move |cx: &mut crate::cx::Cx<'_>| {
                let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
                passkeys::sign_in(cx, flow, attempt, None)
            }
        });
        let outcomes = world.race(tries.collect());
        let signed_in =
            outcomes.iter().filter(|outcome| matches!(outcome, Progress::Done(_, Some(_)))).count();
        assert_eq!(signed_in, 1, "the others are copies, or the same one twice");
    }
}

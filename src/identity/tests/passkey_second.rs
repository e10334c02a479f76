//! A passkey or a security key after a first factor (A01), and on the way to a new password (S11).

use serde_json::Value;

use super::passkeys::{challenge, enrolled, session_of};
use super::world::{GOOD, World, ids, person_at, worlds};
use crate::crypto::webauthn::authenticator::{Authenticator, BOUND, SYNCED, Showing};
use crate::identity::passkeys::Use;
use crate::identity::{Progress, factors, login, passkeys};
use crate::model::{Assurance, Flow, FlowId, IdentityId, Login, PasskeyKind, TokenDigest};
use crate::store;

/// Somebody with a password and a key of this kind.
fn person(world: &World, address: &str, kind: PasskeyKind, flags: u8) -> (IdentityId, Authenticator) {
    let id = world.person(address, GOOD);
    let session = session_of(world, id, 7);
    (id, enrolled(world, &session, kind, flags).0)
}

/// The flow of somebody who has entered their password.
fn password_entered(world: &World, address: &str) -> Flow<Login> {
    let (_, birth) = person_at(1);
    let flow = world.run(move |cx| login::begin(cx, birth, "", None));
    match world.sign_in(flow, address, GOOD, None) {
        Progress::Stay(flow) => flow,
        Progress::Done(..) => panic!("the password alone opens the account of {address}"),
    }
}

fn options(world: &World, flow: FlowId) -> Value {
    let browser = TokenDigest::from_bytes([1; 32]);
    world.run(move |cx| passkeys::request_options::<Login>(cx, flow, &browser)).unwrap()
}

fn second(
    world: &World,
    flow: FlowId,
    key: &mut Authenticator,
    change: impl FnOnce(&mut Showing),
) -> Progress<Login> {
    let mut showing = key.showing(&challenge(&options(world, flow)));
    change(&mut showing);
    let text = key.show(&showing).to_string();
    let attempt = world.run(move |cx| passkeys::look_up(cx, &text, Use::Second));
    let attempt = attempt.verify(&world.work.env().settings);
    world.run(move |cx| {
        let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
        passkeys::second(cx, flow, attempt, false, None)
    })
}

fn said(progress: Progress<Login>) -> Vec<String> {
    match progress {
        Progress::Stay(flow) => ids(&flow.notices),
        Progress::Done(..) => vec!["done".to_owned()],
    }
}

#[test]
fn sec_a01_a_password_alone_opens_nothing_for_whoever_has_a_key_of_any_kind() {
    for world in worlds() {
        for (address, kind) in
            [("anna@example.com", PasskeyKind::Passkey), ("ben@example.com", PasskeyKind::SecurityKey)]
        {
            let (id, mut key) = person(&world, address, kind, BOUND);
            assert!(world.run(move |cx| factors::of(cx, id)).webauthn);
            let flow = password_entered(&world, address).id;
            let options = options(&world, flow);
            assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
            assert_eq!(options["userVerification"], "preferred");
            let Progress::Done(_, Some(signed_in)) = second(&world, flow, &mut key, |_| {}) else {
                panic!("{address} is not signed in")
            };
            assert_eq!(signed_in.session.assurance, Assurance::Aal2);
            assert_eq!(signed_in.session.amr, ["pwd", "hwk", "user", "mfa"]);
        }
    }
}

#[test]
fn sec_w04_after_a_password_a_touch_is_enough_and_no_touch_is_not() {
    for world in worlds() {
        let (_, mut key) = person(&world, "anna@example.com", PasskeyKind::SecurityKey, BOUND);
        let flow = password_entered(&world, "anna@example.com").id;
        let outcome = second(&world, flow, &mut key, |showing| showing.flags = 0x04);
        assert_eq!(said(outcome), ["passkey.failed"]);
        let outcome = second(&world, flow, &mut key, |showing| {
            showing.flags = 0x01;
            showing.user_handle = None;
        });
        assert_eq!(said(outcome), ["done"]);
    }
}

#[test]
fn sec_w07_the_key_of_somebody_else_is_no_second_factor() {
    for world in worlds() {
        let (_, mut annas) = person(&world, "anna@example.com", PasskeyKind::SecurityKey, BOUND);
        let (_, mut eves) = person(&world, "eve@example.com", PasskeyKind::Passkey, SYNCED);
        let flow = password_entered(&world, "anna@example.com").id;
        let outcome = second(&world, flow, &mut eves, |showing| showing.user_handle = None);
        assert_eq!(said(outcome), ["passkey.failed"]);
        assert_eq!(said(second(&world, flow, &mut annas, |_| {})), ["done"]);
    }
}

#[test]
fn sec_a02_a_key_before_the_password_is_no_second_step() {
    for world in worlds() {
        let (id, mut key) = person(&world, "anna@example.com", PasskeyKind::SecurityKey, BOUND);
        let (_, birth) = person_at(1);
        let flow = world.run(move |cx| login::begin(cx, birth, "", Some(id)));
        let outcome = second(&world, flow, &mut key, |_| {});
        assert!(matches!(outcome, Progress::Stay(_)), "nobody has entered a password");
        let waited = password_entered(&world, "anna@example.com").id;
        world.wait(601);
        assert_eq!(said(second(&world, waited, &mut key, |_| {})), ["login.expired_reenter"]);
    }
}

//! Signing in with a passkey.

use serde_json::{Value, json};

use super::passkeys::{ISSUER, challenge, creation_options, enrolled, session_of};
use super::world::{GOOD, World, ids, person_at, worlds};
use crate::clock::Clock as _;
use crate::crypto::webauthn::authenticator::{Authenticator, BOUND, SYNCED, Showing};
use crate::identity::passkeys::Use;
use crate::identity::{Progress, login, passkeys};
use crate::model::{Assurance, FlowId, IdentityId, IdentityState, Login, PasskeyKind, Session, TokenDigest};
use crate::store;

pub(super) fn begin(world: &World, browser: u8, confirm: Option<IdentityId>) -> FlowId {
    let (_, birth) = person_at(browser);
    world.run(move |cx| login::begin(cx, birth, "", confirm))
}

fn options_in(world: &World, flow: FlowId, browser: u8) -> Option<Value> {
    let browser = TokenDigest::from_bytes([browser; 32]);
    world.run(move |cx| passkeys::request_options::<Login>(cx, flow, &browser))
}

pub(super) fn options(world: &World, flow: FlowId) -> Value {
    options_in(world, flow, 1).unwrap()
}

fn send(world: &World, flow: FlowId, json: &Value, previous: Option<Session>) -> Progress<Login> {
    let text = json.to_string();
    let attempt =
        world.run(move |cx| passkeys::look_up(cx, &text, Use::Alone)).verify(&world.work.env().settings);
    world.run(move |cx| {
        let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
        passkeys::sign_in(cx, flow, attempt, previous.as_ref())
    })
}

/// Whom a passkey that is shown in this flow signs in.
pub(super) fn signs_in(world: &World, flow: FlowId, shown: &Value) -> Option<IdentityId> {
    match send(world, flow, shown, None) {
        Progress::Done(_, new) => new.map(|new| new.session.identity),
        Progress::Stay(_) => None,
    }
}

/// What showing a passkey in a fresh flow of a browser comes to.
fn shown(world: &World, key: &mut Authenticator, change: impl FnOnce(&mut Showing)) -> Progress<Login> {
    let flow = begin(world, 1, None);
    let mut showing = key.showing(&challenge(&options(world, flow)));
    change(&mut showing);
    send(world, flow, &key.show(&showing), None)
}

pub(super) fn said(progress: Progress<Login>) -> Vec<String> {
    match progress {
        Progress::Stay(flow) => ids(&flow.notices),
        Progress::Done(..) => vec!["done".to_owned()],
    }
}

pub(super) fn person(world: &World, address: &str) -> (IdentityId, Session) {
    let id = world.person(address, GOOD);
    (id, session_of(world, id, 7))
}

#[test]
fn sec_a09_a_passkey_alone_makes_two_factors_and_says_where_its_key_is() {
    for world in worlds() {
        let (anna, session) = person(&world, "anna@example.com");
        for (flags, amr) in [(BOUND, ["hwk", "user", "mfa"]), (SYNCED, ["swk", "user", "mfa"])] {
            let (mut key, passkey) = enrolled(&world, &session, PasskeyKind::Passkey, flags);
            let Progress::Done(done, Some(signed_in)) = shown(&world, &mut key, |_| {}) else {
                panic!("not signed in")
            };
            assert_eq!((done.identity(), signed_in.session.identity), (Some(anna), anna));
            assert_eq!(signed_in.session.amr, amr);
            assert_eq!(signed_in.session.assurance, Assurance::Aal2);
            let token = signed_in.token;
            let stored = world.run(move |cx| crate::identity::sessions::current(cx, &token)).unwrap();
            assert_eq!(
                (stored.assurance, stored.amr.as_slice()),
                (Assurance::Aal2, &amr.map(str::to_owned)[..])
            );
            let used = world.run(move |cx| passkeys::list(cx, anna));
            let used = used.iter().find(|known| known.id == passkey.id).unwrap();
            assert_eq!(used.last_used_at, Some(world.clock.now()));
        }
    }
}

#[test]
fn sec_a09_a_session_that_is_renewed_has_the_level_of_its_last_sign_in() {
    for world in worlds() {
        let (anna, session) = person(&world, "anna@example.com");
        let (mut key, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        assert_eq!(session.assurance, Assurance::Aal1);
        let flow = begin(&world, 7, Some(anna));
        let options = options_in(&world, flow, 7).unwrap();
        let showing = key.showing(&challenge(&options));
        let progress = send(&world, flow, &key.show(&showing), Some(session.clone()));
        let Progress::Done(_, Some(again)) = progress else { panic!("not signed in") };
        assert_eq!((again.session.id, again.session.assurance), (session.id, Assurance::Aal2));
        let id = session.id;
        let stored = world.run(move |cx| crate::identity::sessions::find(cx, id)).unwrap();
        assert_eq!((stored.assurance, stored.amr[0].as_str()), (Assurance::Aal2, "hwk"));
    }
}

#[test]
fn sec_e05_options_name_nobodys_passkeys_unless_the_flow_knows_its_person() {
    for world in worlds() {
        let (anna, session) = person(&world, "anna@example.com");
        enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        enrolled(&world, &session, PasskeyKind::SecurityKey, BOUND);
        let open = options(&world, begin(&world, 1, None));
        assert_eq!((&open["allowCredentials"], &open["userVerification"]), (&json!([]), &json!("required")));
        let known = options(&world, begin(&world, 1, Some(anna)));
        assert_eq!(
            known["allowCredentials"].as_array().unwrap().len(),
            1,
            "a security key opens nothing alone"
        );
        assert_eq!(options_in(&world, begin(&world, 1, Some(anna)), 2), None, "another browser");
        let nowhere = FlowId::from_uuid(uuid::Uuid::nil());
        assert_eq!(options_in(&world, nowhere, 1), None);
    }
}

#[test]
fn sec_w01_a_challenge_is_for_one_flow_one_browser_one_ceremony_and_one_time() {
    for world in worlds() {
        let (_, session) = person(&world, "anna@example.com");
        let (mut key, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        let mut sent = |flow: FlowId, challenge: &str| {
            let showing = key.showing(challenge);
            said(send(&world, flow, &key.show(&showing), None))
        };
        let (one, two) = (begin(&world, 1, None), begin(&world, 1, None));
        let good = challenge(&options(&world, one));
        assert_eq!(sent(two, &good), ["passkey.expired"], "of another flow");
        assert_eq!(sent(begin(&world, 2, None), &good), ["passkey.expired"], "of another browser");
        let of_creation = challenge(&creation_options(&world, &session, PasskeyKind::Passkey));
        assert_eq!(sent(one, &of_creation), ["passkey.expired"], "of another ceremony");
        let late = challenge(&options(&world, one));
        world.wait(121);
        assert_eq!(sent(one, &late), ["passkey.expired"], "too late");
        let fresh = challenge(&options(&world, one));
        assert_eq!(sent(one, &fresh), ["done"]);
        let again = begin(&world, 1, None);
        assert_eq!(sent(again, &fresh), ["passkey.expired"], "used up");
    }
}

#[test]
fn sec_w01_a_challenge_is_used_up_by_a_response_that_is_refused() {
    for world in worlds() {
        let (_, session) = person(&world, "anna@example.com");
        let (mut key, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        let flow = begin(&world, 1, None);
        let challenge = challenge(&options(&world, flow));
        let mut showing = key.showing(&challenge);
        showing.flags = 0x01;
        assert_eq!(said(send(&world, flow, &key.show(&showing), None)), ["passkey.failed"]);
        let good = key.showing(&challenge);
        assert_eq!(said(send(&world, flow, &key.show(&good), None)), ["passkey.expired"]);
    }
}

#[test]
fn sec_w01_of_many_that_bring_the_same_response_one_gets_in() {
    for world in worlds() {
        let (_, session) = person(&world, "anna@example.com");
        let (mut key, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        let flow = begin(&world, 1, None);
        let showing = key.showing(&challenge(&options(&world, flow)));
        let text = key.show(&showing).to_string();
        let tries = (0..8).map(|_| {
            let text = text.clone();
            let attempt = world
                .run(move |cx| passkeys::look_up(cx, &text, Use::Alone))
                .verify(&world.work.env().settings);
            move |cx: &mut crate::cx::Cx<'_>| {
                let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
                passkeys::sign_in(cx, flow, attempt, None)
            }
        });
        let outcomes = world.race(tries.collect());
        let signed_in =
            outcomes.iter().filter(|outcome| matches!(outcome, Progress::Done(_, Some(_)))).count();
        assert_eq!(signed_in, 1);
    }
}

#[test]
fn sec_w03_sec_w04_a_forged_response_opens_nothing() {
    for world in worlds() {
        let (anna, session) = person(&world, "anna@example.com");
        let (mut key, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        type Forge = fn(&mut Showing);
        let forgeries: [(&str, Forge); 7] = [
            ("the party", |showing| "evil.test".clone_into(&mut showing.rp)),
            ("the origin", |showing| showing.client_data["origin"] = json!("http://localhost:4445")),
            ("the ceremony", |showing| showing.client_data["type"] = json!("webauthn.create")),
            ("not present", |showing| showing.flags = 0x04),
            ("not verified", |showing| showing.flags = 0x01),
            ("copied", |showing| showing.flags = SYNCED),
            ("a tail", |showing| showing.tail = vec![0]),
        ];
        for (what, forge) in forgeries {
            assert_eq!(said(shown(&world, &mut key, forge)), ["passkey.failed"], "{what}");
        }
        let mut stranger = Authenticator::new(-7, ISSUER);
        stranger.id.clone_from(&key.id);
        stranger.user_handle.clone_from(&key.user_handle);
        assert_eq!(said(shown(&world, &mut stranger, |_| {})), ["passkey.failed"], "another key");
        for nonsense in [json!({}), json!([]), json!("x"), json!(null)] {
            assert_eq!(said(send(&world, begin(&world, 1, None), &nonsense, None)), ["passkey.failed"]);
        }
        assert!(world.facts(anna).contains(&"login.failed".to_owned()));
        assert_eq!(said(shown(&world, &mut key, |_| {})), ["done"]);
    }
}

#[test]
fn sec_w07_a_flow_that_knows_its_person_accepts_no_other() {
    for world in worlds() {
        let (anna, _) = person(&world, "anna@example.com");
        let (_, eves) = person(&world, "eve@example.com");
        let (mut key, _) = enrolled(&world, &eves, PasskeyKind::Passkey, BOUND);
        let flow = begin(&world, 1, Some(anna));
        for handle in [None, Some(anna), Some(eves.identity)] {
            let mut showing = key.showing(&challenge(&options(&world, flow)));
            showing.user_handle = handle.map(|id| id.uuid().as_bytes().to_vec());
            assert_eq!(said(send(&world, flow, &key.show(&showing), None)), ["passkey.failed"], "{handle:?}");
        }
    }
}

#[test]
fn sec_w07_a_passkey_that_is_not_of_its_user_handle_opens_nothing() {
    for world in worlds() {
        let (anna, session) = person(&world, "anna@example.com");
        let (mut key, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        for handle in [None, Some(Vec::new()), Some(vec![0; 16]), Some(anna.to_string().into_bytes())] {
            let outcome = shown(&world, &mut key, |showing| showing.user_handle = handle.clone());
            assert_eq!(said(outcome), ["passkey.failed"], "{handle:?}");
        }
        let flow = begin(&world, 1, Some(anna));
        let mut showing = key.showing(&challenge(&options(&world, flow)));
        showing.user_handle = None;
        assert_eq!(said(send(&world, flow, &key.show(&showing), None)), ["done"], "there it was named");
    }
}

#[test]
fn sec_w07_what_is_removed_switched_off_or_no_passkey_opens_nothing() {
    for world in worlds() {
        let (anna, session) = person(&world, "anna@example.com");
        let (mut only_second, _) = enrolled(&world, &session, PasskeyKind::SecurityKey, BOUND);
        assert_eq!(said(shown(&world, &mut only_second, |_| {})), ["passkey.failed"]);
        let (mut key, passkey) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        world.switch(anna, IdentityState::Inactive);
        assert_eq!(said(shown(&world, &mut key, |_| {})), ["login.disabled"]);
        world.switch(anna, IdentityState::Active);
        assert_eq!(said(shown(&world, &mut key, |_| {})), ["done"]);
        let of = session.clone();
        world.run(move |cx| passkeys::remove(cx, &of, passkey.id));
        let Progress::Stay(flow) = shown(&world, &mut key, |_| {}) else { panic!("removed") };
        assert_eq!(ids(&flow.notices), ["passkey.unknown"]);
        let named = crate::crypto::base64url(&key.id);
        assert_eq!(flow.notices[0].args["credential"], named, "its authenticator may forget it (P17)");

        let (mut late, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        world.run(move |cx| crate::identity::administration::delete(cx, anna));
        assert_eq!(said(shown(&world, &mut late, |_| {})), ["passkey.unknown"]);
    }
}

#[test]
fn sec_w08_a_counter_that_does_not_grow_is_refused_and_told() {
    for world in worlds() {
        let (anna, session) = person(&world, "anna@example.com");
        let (mut silent, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        assert_eq!(said(shown(&world, &mut silent, |_| {})), ["done"], "0 and 0");
        assert_eq!(said(shown(&world, &mut silent, |_| {})), ["done"]);
        let clones = |world: &World| {
            world.facts(anna).iter().filter(|fact| *fact == "passkey.clone_suspected").count()
        };
        let (mut key, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        let mut counting = |count: u32| said(shown(&world, &mut key, |showing| showing.count = count));
        assert_eq!(counting(5), ["done"]);
        assert_eq!(counting(6), ["done"]);
        assert_eq!(clones(&world), 0);
        for count in [6, 5, 1, 0] {
            assert_eq!(counting(count), ["passkey.failed"], "{count}");
        }
        assert_eq!(clones(&world), 4);
        assert_eq!(counting(u32::MAX), ["done"]);
    }
}

#[test]
fn sec_b05_a_passkey_works_while_guesses_lock_the_password() {
    for world in worlds() {
        let (_, session) = person(&world, "anna@example.com");
        let (mut key, _) = enrolled(&world, &session, PasskeyKind::Passkey, BOUND);
        for _ in 0..6 {
            world.sign_in(begin(&world, 3, None), "anna@example.com", "wrong password, all of it", None);
        }
        let locked = world.sign_in(begin(&world, 1, None), "anna@example.com", GOOD, None);
        assert_eq!(said(locked), ["login.slow_down"]);
        assert_eq!(said(shown(&world, &mut key, |_| {})), ["done"]);
    }
}

#[test]
fn a_row_that_somebody_else_has_written_opens_nothing() {
    for world in worlds() {
        let (anna, session) = person(&world, "anna@example.com");
        let (eve, eves) = person(&world, "eve@example.com");
        let (mut key, passkey) = enrolled(&world, &eves, PasskeyKind::Passkey, BOUND);
        world.run(move |cx| {
            store::passkeys::delete(cx.db, eve, passkey.id)?;
            let moved = crate::model::Passkey { identity: anna, ..passkey };
            Ok(store::passkeys::insert(cx.db, &moved)?)
        });
        key.user_handle = session.identity.uuid().as_bytes().to_vec();
        assert_eq!(said(shown(&world, &mut key, |_| {})), ["passkey.failed"]);
    }
}

#[test]
fn page_p17_a_passkey_that_was_not_used_changes_nothing() {
    for world in worlds() {
        let flow = begin(&world, 1, None);
        let notices = world.run(move |cx| {
            let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
            Ok(passkeys::not_used(cx, flow)?.notices)
        });
        assert_eq!(ids(&notices), ["passkey.cancelled"]);
        assert_eq!(world.flow::<Login>(flow).state.misses, 0);
    }
}

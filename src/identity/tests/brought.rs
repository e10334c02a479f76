//! Second factors and passkeys that somebody has already, brought here from elsewhere.

use serde_json::{Map, Value, json};

use super::factors::{at_the_second_step, with_app};
use super::passkey_sign_in::{options, signs_in};
use super::passkeys::{ISSUER, challenge, enrolled};
use super::world::{GOOD, World, fake_hash, ids, person_at, worlds, worlds_with};
use crate::crypto::TotpSecret;
use crate::crypto::webauthn::authenticator::{Authenticator, BOUND, SYNCED};
use crate::identity::administration::{self, Brought, Configs, Imported, NewIdentity, Refusal};
use crate::identity::factors::{self, Typed};
use crate::identity::{Progress, login};
use crate::model::{FlowId, IdentityId, IdentityState, Login, Mail, PasskeyKind};
use crate::store;

pub(super) fn brought(credentials: &Value) -> Result<Brought, administration::Misfit> {
    let config = |kind: &str| credentials.get(kind).map(|of| of["config"].clone());
    Brought::read(Configs {
        totp: config("totp"),
        lookup_secret: config("lookup_secret"),
        webauthn: config("webauthn"),
        passkey: config("passkey"),
    })
}

/// Somebody with a password and these credentials.
fn import(world: &World, id: Option<IdentityId>, credentials: &Value) -> Result<IdentityId, Refusal> {
    let brought = brought(credentials).unwrap();
    let new = NewIdentity {
        schema_id: "default".to_owned(),
        traits: json!({"email": "anna@example.com"}),
        state: IdentityState::Active,
        metadata_public: None,
        metadata_admin: None,
        password: Some(fake_hash(GOOD)),
        verified: true,
    };
    let imported = Imported { id, brought, ..Imported::new(new) };
    world.run(move |cx| administration::import(cx, imported)).map(|identity| identity.id)
}

fn taken_along(world: &World, id: IdentityId) -> Value {
    Value::Object(world.run(move |cx| administration::taken_along(cx, id)))
}

fn shows(world: &World, flow: FlowId, kind: Typed, typed: &str) -> Vec<String> {
    let typed = typed.to_owned();
    let progress = world.run(move |cx| {
        let flow = store::flows::find::<Login>(cx.db, flow)?.unwrap();
        login::submit_second(cx, flow, kind, &typed, false, None)
    });
    match progress {
        Progress::Stay(flow) => ids(&flow.notices),
        Progress::Done(_, new) => new.map(|new| new.session.amr).unwrap_or_default(),
    }
}

/// How a passkey alone signs somebody in here.
fn alone(world: &World, key: &mut Authenticator) -> Option<IdentityId> {
    let (_, birth) = person_at(1);
    let flow = world.run(move |cx| login::begin(cx, birth, "", None));
    let showing = key.showing(&challenge(&options(world, flow)));
    signs_in(world, flow, &key.show(&showing))
}

/// Elsewhere everything is sealed with another secret.
pub(super) const OTHER_SECRET: [(&str, &str); 1] =
    [("WAYHOME__SECRETS__DATA", "fedcba9876543210fedcba9876543210")];

const BOTH: [&str; 3] = ["pwd", "otp", "mfa"];

#[test]
fn what_is_taken_along_works_elsewhere_the_app_the_codes_and_the_keys() {
    for (here, there) in worlds().into_iter().zip(worlds_with(&OTHER_SECRET)) {
        let anna = here.person("anna@example.com", GOOD);
        let (hers, phone) = with_app(&here, "anna@example.com", 1);
        let (session, of) = (hers.session.clone(), hers.session.clone());
        let codes = here.run(move |cx| factors::new_backup_codes(cx, &of)).unwrap();
        let (mut passkey, _) = enrolled(&here, &session, PasskeyKind::Passkey, SYNCED);
        enrolled(&here, &session, PasskeyKind::SecurityKey, BOUND);
        let flow = at_the_second_step(&here, "anna@example.com", 2);
        assert_eq!(shows(&here, flow, Typed::BackupCode, &codes[0]), BOTH);

        let taken = taken_along(&here, anna);
        let kinds: Vec<&String> = taken.as_object().unwrap().keys().collect();
        assert_eq!(kinds, ["lookup_secret", "passkey", "totp", "webauthn"]);
        assert!(!codes.iter().any(|code| taken.to_string().contains(&code.replace('-', ""))));
        there.wait(120);
        assert_eq!(import(&there, Some(anna), &taken), Ok(anna));

        let flow = at_the_second_step(&there, "anna@example.com", 2);
        let code = phone.code(&there, 0);
        assert_eq!(shows(&there, flow, Typed::Totp, &code), BOTH);
        let flow = at_the_second_step(&there, "anna@example.com", 3);
        assert_eq!(shows(&there, flow, Typed::BackupCode, &codes[0]), ["backup.used@code"]);
        assert_eq!(shows(&there, flow, Typed::BackupCode, &codes[1]), BOTH);
        assert_eq!(alone(&there, &mut passkey), Some(anna));
        // Again the same, but for what was used here.
        let again = taken_along(&there, anna);
        assert_eq!(again["totp"], taken["totp"]);
        assert_eq!(again["webauthn"], taken["webauthn"]);
        let row = there.run(move |cx| Ok(store::factors::totp(cx.db, anna)?)).unwrap();
        assert!(row.secret.starts_with("v1."), "sealed at rest: {}", row.secret);
        assert!(
            there
                .mails()
                .iter()
                .all(|(_, mail)| matches!(mail, Mail::BackupCodeUsed { .. } | Mail::NewDevice)),
            "no news for her but of what she does there"
        );
    }
}

#[test]
fn digests_of_backup_codes_need_the_key_and_the_id_that_they_were_made_with() {
    for (here, there) in worlds().into_iter().zip(worlds()) {
        // Somebody there has codes already, made with the key of that server.
        there.person("ben@example.com", GOOD);
        with_app(&there, "ben@example.com", 1);
        // Both draw the same numbers: whoever is made first there and second here has another id, and another key.
        here.person("cleo@example.com", GOOD);
        let anna = here.person("anna@example.com", GOOD);
        with_app(&here, "anna@example.com", 1);
        let taken = taken_along(&here, anna);
        let Err(Refusal::Invalid(misfits)) = import(&there, Some(anna), &taken) else {
            panic!("not refused")
        };
        assert_eq!(misfits[0].pointer, "/credentials/lookup_secret/config/codes");
        assert!(
            there.run(move |cx| Ok(store::identities::find(cx.db, anna)?)).is_none(),
            "nothing is written"
        );
        // Without the codes the app comes over.
        let mut rest = taken.clone();
        rest.as_object_mut().map(|all| all.remove("lookup_secret"));
        assert_eq!(import(&there, Some(anna), &rest), Ok(anna));
        assert!(matches!(import(&here, None, &taken), Err(Refusal::AddressTaken(_))));
        here.run(move |cx| administration::delete(cx, anna));
        assert!(matches!(import(&here, None, &taken), Err(Refusal::Invalid(_))));
        assert_eq!(import(&here, Some(anna), &taken), Ok(anna));
    }
}

#[test]
fn what_kratos_has_of_somebody_works_here() {
    for world in worlds() {
        let mut key = Authenticator::new(-7, ISSUER);
        key.flags = SYNCED;
        key.user_handle = vec![7; 64];
        let numbers = |bytes: &[u8]| json!(bytes);
        let credentials = json!({
            "totp": {"config": {"totp_url": "otpauth://totp/acme:anna?algorithm=SHA1&digits=6&issuer=acme&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}},
            "lookup_secret": {"config": {"recovery_codes": [
                {"code": "k3w9x0ab", "used_at": null},
                {"code": "p0q1r2s3", "used_at": "2026-01-02T03:04:05Z"},
            ]}},
            "passkey": {"config": {"user_handle": numbers(&[7; 64]), "credentials": [{
                "id": numbers(&key.id),
                "public_key": numbers(&key.cose()),
                "attestation_type": "none",
                "display_name": "My phone",
                "added_at": "2026-01-02T03:04:05Z",
                "is_passwordless": true,
                "flags": {"user_present": true, "user_verified": true, "backup_eligible": true, "backup_state": true},
                "authenticator": {"aaguid": "AAAAAAAAAAAAAAAAAAAAAA==", "sign_count": 0, "clone_warning": false},
                "transport": ["internal", "cable"],
                "attestation": {"object": null},
            }]}},
        });
        let anna = import(&world, None, &credentials).unwrap();
        let flow = at_the_second_step(&world, "anna@example.com", 2);
        assert_eq!(shows(&world, flow, Typed::BackupCode, "P0Q1-R2S3"), ["backup.used@code"]);
        assert_eq!(shows(&world, flow, Typed::BackupCode, "K3W9 X0AB"), BOTH);
        let flow = at_the_second_step(&world, "anna@example.com", 3);
        assert_eq!(shows(&world, flow, Typed::BackupCode, "k3w9x0ab"), ["backup.used@code"]);
        let secret = TotpSecret::from_bytes(b"12345678901234567890".to_vec().into());
        let code = secret.code(TotpSecret::step_at(world.work.now()));
        assert_eq!(shows(&world, flow, Typed::Totp, &code), BOTH);
        assert_eq!(alone(&world, &mut key), Some(anna), "by the handle that it had there");
        let kept = world.run(move |cx| crate::identity::passkeys::list(cx, anna)).remove(0);
        assert_eq!((kept.name.as_str(), &kept.transports[..]), ("My phone", &["internal".to_owned()][..]));
        // A row whose handle was changed opens nothing.
        key.user_handle = anna.uuid().as_bytes().to_vec();
        assert_eq!(alone(&world, &mut key), None);
    }
}

#[test]
fn what_is_no_good_is_refused_with_its_place_and_no_secret_is_quoted() {
    let key = json!({"id": "AAAA", "public_key": "AAAA", "flags": {"backup_eligible": false}});
    for (credentials, place) in [
        (json!({"totp": {"config": {"totp_url": "hunter2"}}}), "totp/config/totp_url"),
        (json!({"totp": {"config": {"totp_url": ["hunter2"]}}}), "totp/config"),
        (json!({"totp": {"config": {"secret": "hunter2"}}}), "totp/config"),
        (
            json!({"lookup_secret": {"config": {"codes": [{"code": "hunter2"}]}}}),
            "lookup_secret/config/codes/0",
        ),
        (json!({"lookup_secret": {"config": {"codes": [{}]}}}), "lookup_secret/config/codes/0"),
        (
            json!({"lookup_secret": {"config": {"codes": [{"digest": "AAAA"}]}}}),
            "lookup_secret/config/codes/0",
        ),
        (
            json!({"webauthn": {"config": {"credentials": [{"id": "AAAA", "public_key": "AAAA"}]}}}),
            "webauthn/config",
        ),
    ] {
        let misfit = brought(&credentials).unwrap_err();
        assert_eq!(misfit.pointer, format!("/credentials/{place}"), "{credentials}");
        assert!(!misfit.reason.contains("hunter2"), "{}", misfit.reason);
    }
    for world in worlds() {
        let mut real = Authenticator::new(-7, ISSUER);
        real.id = b"one".to_vec();
        let mut good = key.clone();
        (good["id"], good["public_key"]) = (json!(real.id), json!(real.cose()));
        let of = |keys: &[&Value]| json!({"webauthn": {"config": {"credentials": keys}}});
        let reasons = |credentials: &Value| match import(&world, None, credentials) {
            Err(Refusal::Invalid(misfits)) => misfits[0].reason.clone(),
            other => panic!("{other:?}"),
        };
        assert!(reasons(&of(&[&key])).contains("public key"));
        assert!(reasons(&of(&[&good, &good])).contains("twice"));
        import(&world, None, &of(&[&good])).unwrap();
        let id = world.run(|cx| administration::find_by_address(cx, "anna@example.com")).unwrap().id;
        assert!(world.facts(id).contains(&"passkey.added".to_owned()));
        let mut twin = Map::new();
        twin.insert("webauthn".to_owned(), of(&[&good])["webauthn"].clone());
        let other = NewIdentity {
            schema_id: "default".to_owned(),
            traits: json!({"email": "ben@example.com"}),
            state: IdentityState::Active,
            metadata_public: None,
            metadata_admin: None,
            password: None,
            verified: false,
        };
        let imported = Imported { brought: brought(&Value::Object(twin)).unwrap(), ..Imported::new(other) };
        let refused = world.run(move |cx| administration::import(cx, imported));
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "somebody has this key");
    }
}

//! What a patch may touch, and what comes of it.

use uuid::Uuid;

use super::*;
use crate::model::{IdentityId, Instant};

fn ada() -> Identity {
    let at = Instant::from_seconds(7);
    Identity {
        id: IdentityId::from_uuid(Uuid::from_u128(1)),
        schema_id: "default".to_owned(),
        traits: json!({"email": "ada@example.org", "name": {"first": "Ada"}, "tags": ["a", "b"]}),
        state: IdentityState::Active,
        state_changed_at: at,
        metadata_public: None,
        metadata_admin: Some(json!({"crm": 1})),
        version: 3,
        created_at: at,
        updated_at: at,
        external_id: None,
    }
}

fn by_operations(document: Value) -> Result<Replacement, Refusal> {
    Patch::operations(document).map_err(Refusal::Patch)?.apply(&ada(), None)
}

fn pointer(refused: Result<Replacement, Refusal>) -> String {
    match refused.unwrap_err() {
        Refusal::Patch(misfit) => misfit.pointer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn seed_s18_operations_change_what_they_name_and_nothing_else() {
    let with = by_operations(json!([
        {"op": "test", "path": "/traits/name/first", "value": "Ada"},
        {"op": "replace", "path": "/traits/name/first", "value": "Augusta"},
        {"op": "add", "path": "/traits/name/last", "value": "King"},
        {"op": "move", "from": "/traits/name/last", "path": "/traits/name/family"},
        {"op": "copy", "from": "/traits/name/first", "path": "/metadata_public"},
        {"op": "add", "path": "/traits/tags/-", "value": "c"},
        {"op": "remove", "path": "/metadata_admin/crm"},
        {"op": "replace", "path": "/state", "value": "inactive"},
    ]))
    .unwrap();
    let traits = json!({
        "email": "ada@example.org", "name": {"first": "Augusta", "family": "King"}, "tags": ["a", "b", "c"],
    });
    assert_eq!(with.traits, traits);
    assert_eq!((with.metadata_public, with.metadata_admin), (Some(json!("Augusta")), Some(json!({}))));
    assert_eq!(
        (with.state, with.schema_id.as_str(), with.version),
        (IdentityState::Inactive, "default", None)
    );
    assert!(with.password.is_none());
}

#[test]
fn seed_s18_a_merge_lays_a_document_over_the_identity_and_null_takes_away() {
    let merge = json!({"traits": {"name": {"last": "King"}, "tags": null}, "metadata_admin": null});
    let with = Patch::merge(merge).unwrap().apply(&ada(), Some(3)).unwrap();
    assert_eq!(with.traits, json!({"email": "ada@example.org", "name": {"first": "Ada", "last": "King"}}));
    assert_eq!((with.metadata_public, with.metadata_admin, with.version), (None, None, Some(3)));
}

#[test]
fn seed_s18_a_test_that_fails_changes_nothing_and_names_itself() {
    let refused = by_operations(json!([
        {"op": "replace", "path": "/traits/email", "value": "x@example.org"},
        {"op": "test", "path": "/traits/name/first", "value": "Grace"},
    ]));
    assert_eq!(refused.unwrap_err(), Refusal::TestFailed("/1".to_owned()));
}

#[test]
fn seed_s18_sec_g06_what_is_protected_is_neither_target_nor_source() {
    for path in [
        "/id",
        "/schema_id",
        "/credentials",
        "/credentials/password/config/hashed_password",
        "/state_changed_at",
        "/created_at",
        "/version",
        "/verifiable_addresses/0/verified",
        "/recovery_addresses",
        "/organization_id",
        "/~0id",
        "/traits~1email",
        "/TRAITS",
        "/",
        "",
    ] {
        for operation in [
            json!({"op": "add", "path": path, "value": 1}),
            json!({"op": "remove", "path": path}),
            json!({"op": "replace", "path": path, "value": 1}),
            json!({"op": "test", "path": path, "value": 1}),
            json!({"op": "move", "from": path, "path": "/traits/x"}),
            json!({"op": "copy", "from": path, "path": "/traits/x"}),
            json!({"op": "copy", "from": "/traits", "path": path}),
        ] {
            assert_eq!(pointer(by_operations(json!([operation]))), path, "{operation}");
        }
    }
    for name in ["id", "schema_id", "credentials", "state_changed_at", "version", "verifiable_addresses"] {
        assert_eq!(Patch::merge(json!({name: 1})).unwrap_err().pointer, format!("/{name}"));
    }
    assert_eq!(Patch::merge(json!({"a/b~": 1})).unwrap_err().pointer, "/a~1b~0");
}

#[test]
fn sec_g06_a_patch_is_bounded() {
    let test = json!({"op": "test", "path": "/traits/email", "value": "ada@example.org"});
    assert!(by_operations(Value::Array(vec![test.clone(); 100])).is_ok());
    assert_eq!(pointer(by_operations(Value::Array(vec![test; 101]))), "");
    // Each of these doubles what was there.
    let double = |n: usize| json!({"op": "copy", "from": "/traits", "path": format!("/traits/x{n}")});
    let refused = pointer(by_operations(Value::Array((0..100).map(double).collect())));
    assert!(refused.trim_start_matches('/').parse::<usize>().unwrap() < 30, "{refused}");
    // Each of these makes it deeper by one.
    let deeper = |_| json!({"op": "move", "from": "/traits", "path": "/metadata_public/x"});
    assert!(by_operations(Value::Array((0..3).map(deeper).collect())).is_err());
    let mut deep = json!(1);
    for _ in 0..80 {
        deep = json!([deep]);
    }
    let add = json!([{"op": "add", "path": "/metadata_public", "value": deep}]);
    assert_eq!(pointer(by_operations(add)), "");
    for path in ["/traits/tags/99999999999999999999", "/traits/tags/7", "/traits/nobody/x"] {
        let add = json!([{"op": "add", "path": path, "value": 1}]);
        assert_eq!(pointer(by_operations(add)), "/0", "{path}");
    }
}

#[test]
fn what_is_no_patch_is_refused_with_its_place() {
    for (document, at) in [
        (json!({"traits": {}}), ""),
        (json!([1]), "/0"),
        (json!([{"op": "test", "path": "/traits", "value": 1}, {"op": "evil", "path": "/traits"}]), "/1"),
        (json!([{"op": "add", "path": "traits", "value": 1}]), "/0"),
        (json!([{"op": "add", "path": "/traits/~2", "value": 1}]), "/0"),
    ] {
        assert_eq!(pointer(by_operations(document.clone())), at, "{document}");
    }
    assert_eq!(Patch::merge(json!([])).unwrap_err().pointer, "");
    for state in [json!("dead"), json!(null), json!(1)] {
        let refused = by_operations(json!([{"op": "replace", "path": "/state", "value": state}]));
        assert!(matches!(refused, Err(Refusal::Invalid(misfits)) if misfits[0].pointer == "/state"));
    }
    let refused = by_operations(json!([{"op": "remove", "path": "/state"}]));
    assert!(matches!(refused, Err(Refusal::Invalid(_))));
}

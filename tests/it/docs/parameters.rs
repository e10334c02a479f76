//! The parameters of the endpoints that browsers are sent to, and what they answer with.

use std::collections::BTreeSet;

use super::markdown::{Document, codes, first_codes};
use super::reference::{names, same};
use super::source::{self, between, quoted, quoted_after};

#[test]
fn every_parameter_of_an_authorization_and_of_a_sign_out_is_described_and_no_other() {
    let page = Document::read("docs/reference/endpoints.md");
    let source = source::file("src/oauth2/request_object.rs");
    let mut real = quoted(between(&source, "const KNOWN: ", "];"));
    let refused = source::file("src/oauth2/authorize/rules.rs");
    real.extend(quoted_after(between(&refused, "fn request_objects", "];"), "("));
    let answer = source::file("src/oauth2/authorize/answer.rs") + &source::file("src/oauth2/callback.rs");
    for before in ["push((", "|state| (", "vec![(", "), ("] {
        real.extend(quoted_after(&answer, before));
    }
    real.insert("error_description".to_owned());
    same("Authorization", names(first_codes(&page.section("Authorization"))), real);
    let sign_out = source::file("src/oauth2/end_session.rs");
    let mut real = quoted(between(&sign_out, "const LONGEST: ", "];"));
    let token = source::file("src/oauth2/logout_token.rs");
    let claims = between(&token, "struct LogoutClaims {", "}").lines();
    real.extend(claims.filter_map(|line| Some(line.trim().split_once(':')?.0.to_owned())));
    real.insert("typ".to_owned());
    same("Sign-out", names(first_codes(&page.section("Sign-out"))), real);
}

#[test]
fn every_parameter_of_the_endpoints_for_clients_is_described() {
    let page = Document::read("docs/reference/endpoints.md");
    let of_the_token_endpoint = ["token.rs", "grants.rs", "client_authentication.rs", "client_assertion.rs"]
        .map(|name| source::file(&format!("src/oauth2/{name}")));
    let of_others = ["device.rs", "revoke.rs"].map(|name| source::file(&format!("src/oauth2/{name}")));
    let folders = ["src/oauth2/token", "src/oauth2/device", "src/web/protocol"].map(source::folder);
    let source = [&of_the_token_endpoint[..], &of_others[..], &folders[..]].concat().concat();
    let mut real = BTreeSet::new();
    for before in ["form.get(", "form.all(", "form.raw("] {
        real.extend(quoted_after(&source, before));
    }
    assert!(real.len() > 9, "{real:?}");
    let sections = ["Client authentication", "Token", "Device authorization", "Revocation", "Introspection"];
    let lines = sections.iter().flat_map(|section| page.section(section));
    let told: BTreeSet<String> = lines.flat_map(codes).collect();
    let missing: Vec<_> = real.difference(&told).collect();
    assert!(missing.is_empty(), "not described: {missing:?}");
}

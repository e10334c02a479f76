//! Keeps the layers of `docs/architecture.md` and what is absent on purpose. Each rule is shown to find what it forbids.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::fs;
use std::path::Path;

use rules::Findings;
use source::Source;

fn check(rule: fn(&Source) -> Findings) {
    let sources = source::product().unwrap();
    assert!(sources.len() > 50, "the sources were not found");
    let findings: Findings = sources.iter().flat_map(rule).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

fn check_text(rule: fn(&str, &str) -> Findings, folders: &[&str], endings: &[&str]) {
    let mut findings = Vec::new();
    for folder in folders.iter().filter(|folder| Path::new(folder).exists()) {
        for path in source::files(Path::new(folder), endings).unwrap() {
            findings.extend(rule(&path.to_string_lossy(), &fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// How much a rule finds in a sample.
fn found(rule: fn(&Source) -> Findings, path: &str, text: &str) -> usize {
    rule(&Source::parse(path, text)).len()
}

#[test]
fn a_module_uses_only_lower_layers() {
    check(rules::layers);
}

#[test]
fn a_use_of_a_higher_layer_or_a_neighbour_is_found() {
    let in_identity = |text| found(rules::layers, "src/identity/login.rs", text);
    assert_eq!(in_identity("use crate::oauth2::Error;"), 1, "a neighbour");
    assert_eq!(in_identity("fn f() { crate::journey::next() }"), 1, "a higher layer, without `use`");
    assert_eq!(in_identity("use crate::{model::Instant, web::{path, reply}};"), 2, "in a tree");
    assert_eq!(in_identity("use super::super::courier::Courier;"), 1, "by climbing");
    assert_eq!(in_identity("pub mod deep { use crate::app::App; }"), 1, "in an inner module");
    assert_eq!(in_identity("use crate::cx::Cx; use crate::{store, model as nouns}; use super::sessions;"), 0);
    assert_eq!(
        in_identity(
            "// use crate::web::path;\n/* crate::web /* deep */ crate::app */ const A: &str = \"crate::web::path\";"
        ),
        0
    );
    assert_eq!(in_identity("#[cfg(test)] mod tests { use crate::web::path; fn f() {} }"), 0);
    assert_eq!(found(rules::layers, "src/novelty.rs", ""), 1, "a module without a layer");
}

#[test]
fn some_crates_have_one_importer() {
    check(rules::importers);
}

#[test]
fn a_foreign_import_is_found() {
    let in_web = |text| found(rules::importers, "src/web/pages.rs", text);
    assert_eq!(in_web("use diesel::prelude::*;"), 1);
    assert_eq!(in_web("fn f() { rand::random() }"), 1);
    assert_eq!(in_web("#[derive(clap::Parser)] struct A;"), 1);
    assert_eq!(in_web("use lettre;"), 1);
    assert_eq!(in_web("use actix_web::HttpRequest; use crate::random; let diesel = 1;"), 0);
    assert_eq!(
        found(rules::importers, "src/crypto/signing.rs", "use aws_lc_rs::rand; fn f() { rand::fill() }"),
        0
    );
}

#[test]
fn use_cases_do_not_wait() {
    check(rules::synchronous);
}

#[test]
fn an_async_use_case_is_found() {
    assert_eq!(found(rules::synchronous, "src/journey.rs", "pub async fn next() { a.await }"), 2);
    assert_eq!(found(rules::synchronous, "src/store/flows.rs", "fn f() { async move {} }"), 1);
    assert_eq!(found(rules::synchronous, "src/courier.rs", "pub async fn run() {}"), 0);
    assert_eq!(
        found(rules::synchronous, "src/oauth2.rs", "//! async fn\nfn f() -> &'static str { \"async\" }"),
        0
    );
}

#[test]
fn redirects_are_built_by_the_reply() {
    check(rules::redirects);
}

#[test]
fn a_redirect_elsewhere_is_found() {
    let in_pages = |text| found(rules::redirects, "src/web/pages/login.rs", text);
    assert_eq!(in_pages("HttpResponse::SeeOther().finish()"), 1);
    assert_eq!(
        in_pages("HttpResponse::build(StatusCode::SEE_OTHER).insert_header((header::LOCATION, to))"),
        2
    );
    assert_eq!(in_pages("answer.insert_header((\"Location\", to))"), 1);
    assert_eq!(in_pages("web::Redirect::to(to)"), 1);
    assert_eq!(in_pages("Reply::step(step); Lookup::Found(row); let location = 1;"), 0);
    assert_eq!(found(rules::redirects, "src/web/reply.rs", "HttpResponse::SeeOther()"), 0);
}

#[test]
fn page_paths_are_written_once() {
    check(rules::page_paths);
}

#[test]
fn a_page_path_elsewhere_is_found() {
    let in_journey = |text| found(rules::page_paths, "src/journey.rs", text);
    assert_eq!(in_journey("let to = \"/login\";"), 1);
    assert_eq!(in_journey("format!(\"/recovery/password?flow={id}\")"), 1);
    assert_eq!(in_journey("let to = r#\"/account/profile\"#;"), 1);
    assert_eq!(
        in_journey("let to = \"/oauth2/sessions/logout\"; let other = \"/login-evil\"; // \"/login\""),
        0
    );
    assert_eq!(found(rules::page_paths, "src/web/path.rs", "let to = \"/login\";"), 0);
}

#[test]
fn nothing_panics_on_purpose() {
    check(rules::no_panic);
}

#[test]
fn a_panic_is_found() {
    let in_app = |text| found(rules::no_panic, "src/app.rs", text);
    assert_eq!(in_app("let a = b.unwrap(); let c = d.expect(\"never\");"), 2);
    assert_eq!(in_app("unreachable!(); panic!(\"no\")"), 2);
    assert_eq!(in_app("let a = b.unwrap_or_default(); parser.expect_end();"), 0);
    assert_eq!(in_app("#[cfg(test)]\nmod tests { fn f() { a.unwrap(); } }\nfn g() { b.unwrap(); }"), 1);
}

#[test]
fn modules_are_called_by_what_they_are_about() {
    check(rules::telling_names);
}

#[test]
fn an_empty_name_is_found() {
    assert_eq!(found(rules::telling_names, "src/web/util.rs", ""), 1);
    assert_eq!(found(rules::telling_names, "src/web.rs", "mod helpers; mod path;"), 1);
}

#[test]
fn nothing_is_left_to_be_done() {
    let folders = ["src", "tests", "templates", "static", "migrations", "benches", "examples"];
    check_text(
        rules::nothing_left,
        &folders,
        &["rs", "html", "txt", "ftl", "css", "js", "sql", "toml", "md"],
    );
}

#[test]
fn sec_k10_no_secret_is_compared_in_a_time_that_tells_of_it() {
    check(rules::no_early_comparison);
    // Secrets of clients: by their digests, in constant time, and somebody unknown costs the same.
    let path = "src/oauth2/client_authentication.rs";
    let source = Source::parse(path, &fs::read_to_string(path).unwrap());
    let (compared, hashed) = (source.lines_with("constant_time_eq("), source.lines_with("sha256("));
    assert_eq!(compared.len(), 2, "one for each form of a secret");
    assert!(compared.iter().all(|line| hashed.contains(line)), "{compared:?} {hashed:?}");
    assert_eq!(source.lines_with("else { spend_a_comparison(").len(), 2, "by Basic and by the body");
    let crypto = Source::parse("src/crypto.rs", &fs::read_to_string("src/crypto.rs").unwrap());
    assert_eq!(crypto.lines_with("subtle::ConstantTimeEq::ct_eq(a, b)").len(), 1);
}

#[test]
fn a_comparison_that_ends_early_is_found() {
    let found = |text| found(rules::no_early_comparison, "src/a.rs", text);
    assert_eq!(found("fn f() { if known.expose() == presented { } }"), 1);
    assert_eq!(found("let same = presented != secret.expose().as_bytes();"), 1);
    assert_eq!(found("let digest = sha256(known.expose()); a == b; let c = d.expose();"), 0);
    assert_eq!(found("match a { A => constant_time_eq(a.expose(), b), _ => c == d }"), 0);
}

#[test]
fn something_left_to_be_done_is_found() {
    let word = concat!("TO", "DO");
    assert_eq!(rules::nothing_left("a.rs", &format!("// {word}: later\nlet a = 1;")).len(), 1);
    assert_eq!(rules::nothing_left("a.html", &format!("<!-- {word} -->")).len(), 1);
    assert_eq!(rules::nothing_left("a.rs", "let mastodon = 1; // all is done").len(), 0);
}

#[test]
fn the_database_is_never_asked_for_the_time() {
    check_text(rules::no_database_clock, &["migrations"], &["sql"]);
    check_text(rules::no_database_clock, &["src/store"], &["rs"]);
}

#[test]
fn a_clock_of_the_database_is_found() {
    assert_eq!(rules::no_database_clock("a.sql", "created_at BIGINT DEFAULT CURRENT_TIMESTAMP").len(), 1);
    assert_eq!(rules::no_database_clock("a.sql", "created_at BIGINT NOT NULL -- now()").len(), 0);
}

#[test]
fn only_what_is_compiled_for_tests_is_left_out() {
    let source =
        Source::parse("src/web/page.rs", "#[cfg(test)]\n#[allow(missing_docs)]\nmod rules;\nmod code;");
    assert_eq!(source.test_modules, ["rules"]);
    assert_eq!(source.tokens.len(), 3);
    let product = source::product().unwrap();
    let has = |path: &str| product.iter().any(|source| source.path == path);
    assert!(has("src/web/page.rs") && !has("src/web/page/rules.rs") && !has("src/web/page/fixtures.rs"));
}

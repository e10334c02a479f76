//! The documentation is true: its commands run, its files are good, its tables are those of the product, its links lead
//! somewhere.

mod limits;
mod markdown;
mod parameters;
mod reference;
mod run;
mod source;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use wayhome::random::{Random as _, SystemRandom};

use crate::app::{postgres_server, run_sql};
use crate::http::{self, Ask};
use markdown::{Document, all};
use run::Run;

/// Pages whose commands are run by a test of their own, each with it.
const RUN_ELSEWHERE: &[&str] = &["docs/admin-api.md"];

fn run_page(path: &str) {
    let page = Document::read(path);
    let run = Run::prepare(&[]);
    run.page(&page);
    answers(&run, &page);
}

/// The addresses of this machine in the text answer, as long as the page's servers run.
fn answers(run: &Run, page: &Document) {
    for address in page.addresses() {
        let url = url::Url::parse(&run.here(&address)).expect("a URL");
        let answer = (url.host_str() == Some("localhost")).then(|| {
            let host = format!("localhost:{}", url.port().expect("a port"));
            let port = url.port().expect("a port");
            http::send(([127, 0, 0, 1], port).into(), &host, &Ask::get(url.path()))
        });
        let status = answer.map_or(200, |answer| answer.status);
        assert!(status < 400, "{}: {address} answers {status}", page.name());
    }
}

#[test]
fn the_readme_is_true() {
    run_page("README.md");
}

#[test]
fn the_tutorial_is_true() {
    run_page("docs/tutorial.md");
}

#[test]
fn the_page_about_clients_is_true() {
    run_page("docs/how-to/register-a-client.md");
}

#[test]
fn the_page_about_single_page_applications_is_true() {
    run_page("docs/how-to/single-page-application.md");
}

#[test]
fn the_page_about_web_applications_is_true() {
    run_page("docs/how-to/web-application.md");
}

#[test]
fn the_page_about_native_applications_is_true() {
    run_page("docs/how-to/native-application.md");
}

#[test]
fn the_page_about_machines_is_true() {
    run_page("docs/how-to/machine-client.md");
}

#[test]
fn the_page_about_devices_is_true() {
    run_page("docs/how-to/connect-a-device.md");
}

#[test]
fn the_page_about_passkeys_is_true() {
    run_page("docs/how-to/passkeys.md");
}

#[test]
fn the_page_about_tokens_is_true() {
    run_page("docs/how-to/verify-tokens.md");
}

#[test]
fn the_page_about_keys_is_true() {
    run_page("docs/how-to/rotate-keys.md");
}

#[test]
fn the_page_about_data_secrets_is_true() {
    run_page("docs/how-to/replace-the-data-secret.md");
}

#[test]
fn the_page_about_signing_out_is_true() {
    run_page("docs/how-to/sign-out.md");
}

#[test]
fn the_page_about_second_factors_is_true() {
    run_page("docs/how-to/second-factors.md");
}

#[test]
fn the_page_about_languages_is_true() {
    run_page("docs/how-to/languages.md");
}

#[test]
fn the_page_about_messages_by_http_is_true() {
    run_page("docs/how-to/mail-and-sms-by-http.md");
}

#[test]
fn the_page_about_mail_templates_is_true() {
    run_page("docs/how-to/mail-templates.md");
}

#[test]
fn the_page_about_webhooks_is_true() {
    run_page("docs/how-to/webhooks.md");
}

#[test]
fn the_page_about_people_is_true() {
    run_page("docs/how-to/administer-people.md");
}

#[test]
fn the_page_about_imports_is_true() {
    run_page("docs/how-to/import.md");
}

#[test]
fn the_page_about_invitations_is_true() {
    run_page("docs/how-to/invitations.md");
}

#[test]
fn the_page_about_production_is_true() {
    run_page("docs/how-to/production.md");
}

#[test]
fn the_page_about_endpoints_is_true() {
    run_page("docs/reference/endpoints.md");
}

#[test]
fn the_page_about_the_identity_schema_is_true() {
    run_page("docs/reference/identity-schema.md");
    let page = Document::read("docs/reference/identity-schema.md");
    let shipped = std::fs::read_to_string(markdown::root().join("src/config/identity.schema.json"));
    assert_eq!(page.blocks[0].text.trim_end(), shipped.expect("the schema that ships").trim_end());
}

#[test]
fn the_page_about_postgresql_is_true() {
    let server = postgres_server();
    let name = format!("wayhome_docs_{}", SystemRandom.uuid().simple());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(run_sql(&server, &format!("CREATE DATABASE {name}")));
    let mut url = url::Url::parse(&server).expect("WAYHOME_TEST_POSTGRES is a URL");
    url.set_path(&name);
    let page = Document::read("docs/how-to/postgresql.md");
    let run = Run::prepare(&[("postgres://wayhome:secret@localhost:5432/wayhome", url.as_str())])
        .set("WAYHOME__DATABASE__URL", url.as_str())
        .set("WAYHOME__SECRETS__DATA", "a data secret of the documentation's tests")
        .set("WAYHOME__COURIER__SMTP_URL", "smtps://mail.example.org");
    run.page(&page);
    drop(run);
    runtime.block_on(run_sql(&server, &format!("DROP DATABASE {name} WITH (FORCE)")));
}

#[test]
fn every_page_with_commands_is_run() {
    let source = include_str!("docs.rs");
    for page in all() {
        let name = page.name();
        let has_commands = page.blocks.iter().any(|block| block.language == "sh");
        let is_run = source.contains(&format!("\"{name}\""));
        assert!(!has_commands || is_run, "{name} has commands, and no test runs them");
    }
}

#[test]
fn every_block_has_a_language_that_is_looked_at() {
    let known = ["sh", "output", "toml", "json", "html", "ini", "nginx", "text", "js", "python"];
    for page in all() {
        for block in &page.blocks {
            assert!(known.contains(&block.language.as_str()), "{}:{}", page.name(), block.line);
        }
    }
}

#[test]
fn every_block_of_settings_is_good() {
    let run = Run::prepare(&[]);
    for page in all() {
        for block in page.blocks.iter().filter(|block| block.language == "toml") {
            run.check(&page, block);
        }
    }
}

#[test]
fn every_block_of_json_can_be_read() {
    for page in all() {
        for block in page.blocks.iter().filter(|block| block.language == "json") {
            let read = serde_json::from_str::<serde_json::Value>(&block.text);
            assert!(read.is_ok(), "{}:{}: {read:?}", page.name(), block.line);
        }
    }
}

/// The programs of `examples/` are run by the tests; what a page shows of them is what stands there.
#[test]
fn every_block_of_code_is_a_part_of_an_example() {
    let examples = source::examples();
    let mut seen = 0;
    for page in all() {
        let code = page.blocks.iter().filter(|block| matches!(block.language.as_str(), "js" | "python"));
        for block in code {
            let is_there = examples.iter().any(|text| text.contains(&block.text));
            assert!(is_there, "{}:{} stands in no example", page.name(), block.line);
            seen += 1;
        }
    }
    assert!(seen > 3, "{seen}");
}

#[test]
fn every_link_leads_to_a_place_that_exists() {
    for page in all() {
        for (line, link) in page.links() {
            let at = format!("{}:{line}: {link}", page.name());
            if link.starts_with("https://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(p, a)| (p, Some(a)));
            let target = match path {
                "" => page.path.clone(),
                path => plain(&page.path.parent().unwrap_or(Path::new("")).join(path)),
            };
            assert!(markdown::root().join(&target).exists(), "{at}");
            if let Some(anchor) = anchor {
                let target = Document::read(target.to_str().expect("a plain path"));
                assert!(target.anchors().iter().any(|known| known == anchor), "{at}");
            }
        }
    }
}

#[test]
fn every_page_can_be_reached_from_the_readme() {
    let pages = all();
    let mut reached = BTreeSet::from([PathBuf::from("README.md")]);
    loop {
        let before = reached.clone();
        for page in pages.iter().filter(|page| before.contains(&page.path)) {
            let folder = page.path.parent().unwrap_or(Path::new(""));
            let paths =
                page.links().into_iter().map(|(_, link)| link.split('#').next().unwrap_or("").to_owned());
            reached.extend(paths.filter(|path| path.ends_with(".md")).map(|path| plain(&folder.join(path))));
        }
        if reached == before {
            break;
        }
    }
    for page in &pages {
        assert!(reached.contains(&page.path), "nothing leads to {}", page.name());
    }
}

#[test]
fn pages_that_are_run_elsewhere_exist() {
    for path in RUN_ELSEWHERE {
        assert!(!Document::read(path).blocks.is_empty());
    }
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

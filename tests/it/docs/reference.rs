//! The tables of the reference are those of the product, in both directions.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::process::Command;

use wayhome::config;
use wayhome::oauth2::ErrorCode;

use super::markdown::{Document, all, codes, first_codes, rows};
use super::source::{self, between, quoted, quoted_after, quoted_after_status};

type Names = BTreeSet<String>;

#[track_caller]
fn same(of: &str, documented: Names, real: Names) {
    let missing: Vec<_> = real.difference(&documented).collect();
    let invented: Vec<_> = documented.difference(&real).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "{of}\nnot documented: {missing:?}\nnot real: {invented:?}"
    );
}

fn names<T: AsRef<str> + Debug>(texts: impl IntoIterator<Item = T>) -> Names {
    texts.into_iter().map(|text| text.as_ref().to_owned()).collect()
}

#[test]
fn the_manual_of_the_settings_is_what_the_command_prints() {
    let page = Document::read("docs/reference/configuration.md");
    assert!(
        page.text == config::reference(),
        "run `wayhome config reference > docs/reference/configuration.md`"
    );
}

#[test]
fn every_setting_that_is_mentioned_exists() {
    let sections: Names = names(config::KEYS.iter().filter_map(|key| key.path.split('.').next()));
    let keys = names(config::KEYS.iter().map(|key| key.path));
    let variables: Names = config::KEYS.iter().map(config::Key::variable).collect();
    for page in all() {
        for code in page.prose.iter().flat_map(|(_, line)| codes(line)) {
            let of_a_section = code.split_once('.').is_some_and(|(section, key)| {
                sections.contains(section) && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            });
            let is_file = code.ends_with(".toml") || code.ends_with(".db") || code.ends_with(".md");
            assert!(
                !of_a_section || is_file || keys.contains(&code) || is_notice(&code),
                "{}: {code}",
                page.name()
            );
        }
        for rest in page.text.split("WAYHOME__").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            let variable = format!("WAYHOME__{name}");
            assert!(variables.contains(&variable), "{}: {variable}", page.name());
        }
    }
}

/// Some sections of the settings are words of the catalogue and of events, too.
fn is_notice(code: &str) -> bool {
    let catalogue = source::folder("src");
    catalogue.contains(&format!("\"{code}\""))
}

#[test]
fn every_key_of_a_client_is_described() {
    let page = Document::read("docs/reference/clients.md");
    let documented = names(first_codes(&page.text.lines().collect::<Vec<_>>()));
    let real = quoted(between(&source::file("src/config/clients/reader.rs"), "const KEYS: ", "];"));
    same("docs/reference/clients.md", documented, real);
}

/// What the types decide is what their presets hold, and no key that differs is left out.
#[test]
fn the_presets_of_the_types_are_those_of_the_product() {
    use wayhome::config::client_value;
    use wayhome::model::{Client, ClientType};

    let page = Document::read("docs/reference/clients.md");
    let table = rows(&page.section("What the types decide"));
    let presets = ClientType::ALL.map(|kind| Client::preset("x", kind));
    let row = |name: &str, values: [String; 5]| {
        let cells = [vec![name.to_owned()], values.map(|value| format!("`{value}`")).to_vec()];
        cells.concat()
    };
    let head = row("preset", ClientType::ALL.map(|kind| kind.name().to_owned())).join(" | ");
    assert!(page.text.contains(&format!("| {head} |")), "{head}");
    let mut expected = Vec::new();
    for key in quoted(between(&source::file("src/config/clients/reader.rs"), "const KEYS: ", "];")) {
        let values = presets.clone().map(|preset| client_value(&preset, &key));
        if key != "type" && values.iter().any(|value| *value != values[0]) {
            expected.push(row(&format!("`{key}`"), values));
        }
    }
    let mut told = table;
    told.sort();
    expected.sort();
    assert!(expected.len() > 5, "{expected:?}");
    assert_eq!(told, expected, "docs/reference/clients.md, What the types decide");
}

/// The help of a command, with those below it.
fn helps(command: &[String], found: &mut Vec<(String, String)>) {
    let output = Command::new(env!("CARGO_BIN_EXE_wayhome")).args(command).arg("--help").output();
    let help = String::from_utf8(output.expect("wayhome runs").stdout).expect("a text");
    for line in help.split("Commands:\n").nth(1).unwrap_or_default().lines() {
        match line.split_whitespace().next() {
            Some("help") => {}
            Some(below) if line.starts_with("  ") => {
                helps(&[command, &[below.to_owned()]].concat(), found);
            }
            _ => break,
        }
    }
    found.push((format!("wayhome {}", command.join(" ")).trim().to_owned(), help));
}

/// The long options of a help.
fn options(help: &str) -> Names {
    let listed = help.split("Options:\n").nth(1).unwrap_or_default();
    let long = |line: &str| {
        let word = line.split_whitespace().find(|word| word.starts_with("--"))?;
        line.trim_start().starts_with('-').then(|| word.trim_end_matches(',').to_owned())
    };
    listed.lines().filter_map(long).filter(|option| option != "--help" && option != "--version").collect()
}

#[test]
fn every_command_and_option_is_described_and_no_other() {
    let page = Document::read("docs/reference/command-line.md");
    let mut commands = Vec::new();
    helps(&[], &mut commands);
    let headings =
        page.text.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(" wayhome "));
    let real = commands.iter().filter_map(|(command, _)| command.strip_prefix("wayhome "));
    same("the commands", names(headings), names(real));
    let common = names(first_codes(&page.section("Options of most commands")));
    let option =
        |code: &String| code.split(' ').next().filter(|word| word.starts_with("--")).map(str::to_owned);
    let common: Names = common.iter().filter_map(option).collect();
    for (command, help) in commands.iter().filter(|(_, help)| !help.contains("Commands:\n")) {
        let section = page.section(command);
        let usage = between(help, "Usage: ", "\n");
        assert!(section.iter().any(|line| line.trim() == usage), "{command} is used as {usage}");
        let described: Names = first_codes(&section).iter().filter_map(option).collect();
        let real = options(help);
        let own: Names = real.difference(&common).cloned().collect();
        let described_own: Names = described.difference(&common).cloned().collect();
        same(command, described_own, own);
        assert!(described.is_subset(&real), "{command}");
    }
    let known: Names = commands.iter().flat_map(|(_, help)| options(help)).collect();
    assert!(common.is_subset(&known));
}

#[test]
fn every_default_of_an_option_is_the_one_that_the_help_tells() {
    let page = Document::read("docs/reference/command-line.md");
    let mut commands = Vec::new();
    helps(&[], &mut commands);
    let mut seen = 0;
    for (command, help) in commands.iter().filter(|(command, _)| command == "wayhome dev") {
        let described = rows(&page.section(command));
        for line in help.lines().filter(|line| line.contains("[default: ")) {
            let option = line.split_whitespace().find(|word| word.starts_with("--")).unwrap_or_default();
            let default = between(line, "[default: ", "]").trim_start_matches("./");
            let row = described.iter().find(|row| row[0].contains(&format!("`{option} ")));
            let row = row.unwrap_or_else(|| panic!("{command} {option}"));
            let elsewhere = row[1] == "as above";
            assert!(elsewhere || row[1].contains(&format!("`{default}`")), "{command} {option}: {default}");
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}

#[test]
fn every_header_is_sent_as_described() {
    let page = Document::read("docs/reference/endpoints.md");
    let files = ["src/web/classes.rs", "src/web/reply.rs", "src/web/protocol.rs", "src/web.rs"];
    let source: String = files.into_iter().map(source::file).collect();
    let source = source.to_lowercase().replace('_', "-");
    let is_name = |code: &String| {
        code.contains('-')
            && code.chars().all(|c| c.is_ascii_alphabetic() || c == '-')
            && code.starts_with(|c: char| c.is_ascii_uppercase())
    };
    let lines = [page.section("Headers"), page.section("CORS")].concat();
    let told: Vec<String> = lines.iter().flat_map(|line| codes(line)).collect();
    let names: Names = told.iter().filter(|code| is_name(code)).map(|code| code.to_lowercase()).collect();
    assert!(names.len() > 8, "{names:?}");
    // One is mentioned because it is not sent.
    for name in names.iter().filter(|name| *name != "access-control-allow-credentials") {
        assert!(source.contains(name.as_str()), "{name} is in the source no more");
    }
    for value in told.iter().filter(|code| code.contains("max-age") || code.contains("no-store")) {
        let value = value.split_once(": ").map_or(value.as_str(), |(_, value)| value);
        assert!(source.contains(value), "{value} is in the source no more");
    }
}

#[test]
fn every_error_of_pages_and_forms_is_described() {
    let page = Document::read("docs/reference/errors.md");
    let web = source::folder("src/web");
    let mut pages = quoted_after(&web, "Failure::new(");
    pages.extend(quoted(between(&source::file("src/oauth2/error.rs"), "impl UntrustedKind", "\n}\n")));
    pages.extend(quoted_after(&source::file("src/web/failure.rs"), "=> ("));
    same("error pages", names(first_codes(&page.section("Pages"))), pages.clone());
    let words = source_catalogue();
    for id in pages {
        assert!(words.contains(&format!("error.{id}")), "the catalogue has no words for {id}");
    }
    let mut forms = quoted_after(&source::folder("src/identity"), "Notice::error(");
    forms.extend(quoted_after(&web, "Notice::error("));
    // Here an id is chosen before its notice is made.
    let codes = quoted(&source::file("src/identity/codes.rs"));
    forms.extend(codes.into_iter().filter(|id| id.starts_with("code.") && words.contains(id)));
    same("errors of forms", names(first_codes(&page.section("Forms"))), forms);
}

fn source_catalogue() -> Names {
    let text = std::fs::read_to_string(super::markdown::root().join("templates/messages/en.ftl"));
    let text = text.expect("the catalogue");
    let id = |line: &str| line.split_once(" =").map(|(key, _)| key.replace('-', "."));
    text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())).filter_map(id).collect()
}

#[test]
fn every_error_of_the_protocol_is_described() {
    let page = Document::read("docs/reference/errors.md");
    let protocol: Names = ErrorCode::ALL.iter().map(|code| code.name().to_owned()).collect();
    let table = page.section("Protocol");
    let finer = page.section("Finer ids");
    let documented: Names =
        names(first_codes(&table)).difference(&names(first_codes(&finer))).cloned().collect();
    same("registered codes", documented, protocol);
    let statuses = rows(&table);
    for code in ErrorCode::ALL {
        let row = statuses.iter().find(|row| row[0] == format!("`{}`", code.name())).expect("its row");
        assert!(row[1].contains(&code.status().to_string()), "the status of {}", code.name());
    }
    let sources = source::folder("src/oauth2")
        + &source::folder("src/web/protocol")
        + &source::file("src/web/protocol.rs");
    let mut real = quoted_after(&sources, ".named(");
    real.extend(
        ["too_large", "unsupported_media_type", "body_broken", "not_found", "method_not_allowed"]
            .map(str::to_owned),
    );
    real.insert("too_many_requests".to_owned());
    for id in &real {
        let found = sources.contains(&format!("\"{id}\""))
            || source::file("src/web/failure.rs").contains(&format!("\"{id}\""));
        assert!(found, "{id} is in the source no more");
    }
    same("finer ids", names(first_codes(&finer)), real);
}

#[test]
fn every_error_of_the_administration_is_described() {
    let page = Document::read("docs/admin-api.md");
    let documented = page.text.clone() + &Document::read("docs/reference/errors.md").text;
    let admin = source::folder("src/web/admin");
    let mut real = quoted_after_status(&admin);
    for before in ["bad_request(", "conflict("] {
        real.extend(quoted_after(&admin, before));
    }
    assert!(real.len() > 20, "{real:?}");
    real.extend(["foreign_origin", "wrong_host", "admin_api_wrong_listener"].map(str::to_owned));
    for id in real {
        assert!(documented.contains(&format!("`{id}`")), "{id} is not described");
    }
}

#[test]
fn every_route_is_described_and_no_other() {
    let page = Document::read("docs/reference/endpoints.md");
    let paths = source::file("src/web/path.rs");
    let mut real: Names = paths
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split('"').nth(1).map(str::to_owned))
        .collect();
    let routes = between(&source::file("src/web/routes.rs"), "fn public", "fn admin").to_owned();
    for before in ["page(", "api(", "resource("] {
        real.extend(quoted_after(&routes, before));
        real.extend(quoted_after(&source::file("src/web/protocol.rs"), before));
    }
    let lines: Vec<&str> = page.text.lines().collect();
    let documented = first_codes(&lines).into_iter().filter(|code| code.starts_with('/'));
    same("docs/reference/endpoints.md", names(documented), real);
}

#[test]
fn every_route_of_the_administration_is_described() {
    let page = Document::read("docs/admin-api.md");
    let table = source::file("src/web/admin.rs");
    let route = |text: &str| {
        let (method, rest) = text.split_once(", \"")?;
        Some(format!("{method} {}", rest.split('"').next()?))
    };
    let real: Names = table.split("on(Method::").skip(1).filter_map(route).collect();
    assert!(real.len() > 10, "{real:?}");
    let is_route = |code: &String| {
        let method = code.split(' ').next().unwrap_or_default();
        matches!(method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE") && code.contains(" /admin/")
    };
    let told = page.prose.iter().flat_map(|(_, line)| codes(line)).filter(is_route);
    let told: Names = told.map(|code| code.split('?').next().unwrap_or_default().to_owned()).collect();
    let version = "GET /version".to_owned();
    let real: Names = real.into_iter().filter(|route| *route != version).collect();
    same("docs/admin-api.md", told, real);
}

#[test]
fn every_claim_is_described_and_no_other() {
    let page = Document::read("docs/reference/endpoints.md");
    let claims = source::file("src/oauth2/claims.rs");
    for (section, of) in [("Claims of access tokens", "AccessClaims"), ("Claims of ID tokens", "IdClaims")] {
        let mut fields = source::fields(&claims, of);
        // The claims of the person, whose names are userinfo's.
        fields.remove("person");
        same(section, names(first_codes(&page.section(section))), fields);
    }
    let introspection = source::fields(&source::file("src/oauth2/introspect.rs"), "Introspection");
    same("Introspection", names(first_codes(&page.section("Introspection"))), introspection);
    let told = page.section("Userinfo");
    let told = told.iter().filter(|line| line.starts_with("| `") && !line.starts_with("| `openid`"));
    let real = between(&source::file("src/oauth2/standard_claims.rs"), "pub const BY_SCOPE", "];").to_owned();
    same("the claims of scopes", names(told.flat_map(|line| codes(line))), quoted(&real));
}

#[test]
fn the_layers_are_the_modules() {
    let page = Document::read("docs/architecture.md");
    let cells = rows(&page.section("Layers")).into_iter().filter_map(|row| row.into_iter().nth(1));
    let documented: Names = cells.flat_map(|cell| codes(&cell)).collect();
    let modules = source::file("src/lib.rs");
    let mut real: Names = modules
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    real.insert("main".to_owned());
    same("docs/architecture.md", documented, real);
}

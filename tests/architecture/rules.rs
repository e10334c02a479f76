//! The rules, each a function from a file to what is wrong in it.

use super::source::{Piece, Source, Token};

/// What is wrong, with its place.
pub type Findings = Vec<String>;

/// The layers, from the ground up.
const LAYERS: &[&[&str]] = &[
    &["model", "clock", "random"],
    &["crypto", "config", "text"],
    &["store", "outbound"],
    &["cx"],
    &["outbox"],
    &["identity", "oauth2", "courier"],
    &["journey", "notifier"],
    &["web"],
    &["app"],
    &["cli", "main"],
];

/// Where a module may use one of its own layer, each with its reason.
const NEIGHBOURS: &[(&str, &str, &str)] = &[
    ("clock", "model", "an instant is a noun"),
    ("config", "text", "what operators say in other words is a setting"),
    ("main", "cli", "the binary is the command line"),
];

/// Crates and the only modules that import them.
const IMPORTERS: &[(&str, &[&str])] = &[
    ("rand", &["random"]),
    ("argon2", &["crypto"]),
    ("bcrypt", &["crypto"]),
    ("scrypt", &["crypto"]),
    ("sha_crypt", &["crypto"]),
    ("md5", &["crypto"]),
    ("md4", &["crypto"]),
    ("jsonwebtoken", &["crypto"]),
    ("aws_lc_rs", &["crypto"]),
    ("toml", &["config"]),
    ("httparse", &["outbound"]),
    ("tokio_rustls", &["outbound"]),
    ("diesel", &["store"]),
    ("diesel_async", &["store"]),
    ("diesel_migrations", &["store"]),
    ("tokio_postgres", &["store"]),
    ("oxide_auth", &["oauth2"]),
    ("jsonschema", &["identity"]),
    ("json_patch", &["identity"]),
    ("lettre", &["courier"]),
    ("minijinja", &["courier"]),
    ("jrsonnet_evaluator", &["courier"]),
    ("jrsonnet_stdlib", &["courier"]),
    ("rlimit", &["courier"]),
    ("actix_web", &["web"]),
    // A mail is a template too.
    ("askama", &["web", "courier"]),
    ("clap", &["cli"]),
];

/// Where a use case is synchronous. The store's threads and its driver are what makes them so.
const SYNCHRONOUS: &[&str] = &["model", "store", "identity", "oauth2", "journey"];
const ASYNCHRONOUS_FILES: &[&str] = &["src/store/threads.rs", "src/store/postgres.rs"];

/// What builds a redirect.
const REDIRECTS: &[&str] = &[
    "SEE_OTHER",
    "FOUND",
    "MOVED_PERMANENTLY",
    "TEMPORARY_REDIRECT",
    "PERMANENT_REDIRECT",
    "LOCATION",
    "SeeOther",
    "Found",
    "Redirect",
];
const REDIRECTING_FILES: &[&str] = &["src/web/reply.rs"];

/// The first segments of our own pages.
const PAGES: &[&str] = &[
    "login",
    "registration",
    "verification",
    "recovery",
    "consent",
    "logout",
    "device",
    "error",
    "account",
    "settings",
];
/// The page of all paths, the page of all routes, and the demonstration, which is another site.
const PATH_FILES: &[&str] = &["src/web/path.rs", "src/web/routes.rs", "src/web/demo.rs", "src/web/demo/"];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "misc", "base", "manager", "service", "handler",
    "handlers", "x",
];

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// A module uses only modules of lower layers.
pub fn layers(source: &Source) -> Findings {
    let own = source.layer();
    if own == "lib" {
        return Vec::new();
    }
    let Some(height) = rank(own) else {
        return vec![format!("{}: the module `{own}` has no layer", source.path)];
    };
    let depth = source.module().len();
    let mut findings = Vec::new();
    for name in source.names() {
        let climbs = name.path.iter().take_while(|segment| *segment == "super").count();
        let used = match name.path[0].as_str() {
            "crate" | "wayhome" => name.path.get(1),
            "super" if climbs >= depth => name.path.get(climbs),
            _ => None,
        };
        let Some(used) = used.map(String::as_str) else { continue };
        let Some(level) = rank(used) else { continue };
        let friends = NEIGHBOURS.iter().any(|(user, neighbour, _)| *user == own && *neighbour == used);
        if used != own && level >= height && !friends {
            findings.push(format!("{}:{}: `{own}` must not use `{used}`", source.path, name.line));
        }
    }
    findings
}

/// Some crates have one importer.
pub fn importers(source: &Source) -> Findings {
    let names = source.names();
    let mut findings = Vec::new();
    for (krate, allowed) in IMPORTERS {
        // `use other::rand;` names something else.
        let is_elses = |path: &[String]| path.len() > 1 && path.last().is_some_and(|last| last == krate);
        if allowed.contains(&source.layer()) || names.iter().any(|name| is_elses(&name.path)) {
            continue;
        }
        for name in names.iter().filter(|name| name.path[0] == *krate) {
            findings.push(format!("{}:{}: only {allowed:?} import `{krate}`", source.path, name.line));
        }
    }
    findings
}

/// A use case is synchronous.
pub fn synchronous(source: &Source) -> Findings {
    if !SYNCHRONOUS.contains(&source.layer()) || ASYNCHRONOUS_FILES.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let waits = source.tokens.iter().filter(|token| token.is("async") || token.is("await"));
    waits.map(|token| format!("{}:{}: nothing waits here", source.path, token.line)).collect()
}

/// Redirects are built in one place.
pub fn redirects(source: &Source) -> Findings {
    if source.layer() != "web" || REDIRECTING_FILES.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let of = ["StatusCode", "HttpResponse", "header", "http", "web"];
    let builds = |path: &[String]| {
        path.windows(2).any(|pair| of.contains(&pair[0].as_str()) && REDIRECTS.contains(&pair[1].as_str()))
    };
    let mut lines: Vec<usize> =
        source.names().iter().filter(|name| builds(&name.path)).map(|name| name.line).collect();
    lines.extend(
        source.texts().filter(|(_, text)| text.eq_ignore_ascii_case("location")).map(|(line, _)| line),
    );
    lines
        .into_iter()
        .map(|line| format!("{}:{line}: redirects are built by `web::reply`", source.path))
        .collect()
}

/// The paths of pages are written in one place.
pub fn page_paths(source: &Source) -> Findings {
    if PATH_FILES.iter().any(|allowed| source.path.starts_with(allowed)) {
        return Vec::new();
    }
    let is_page = |text: &str| {
        let first = text.strip_prefix('/').map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        first.is_some_and(|first| PAGES.contains(&first))
    };
    let written = source.texts().filter(|(_, text)| is_page(text));
    written
        .map(|(line, text)| format!("{}:{line}: the path {text:?} belongs into `web::path`", source.path))
        .collect()
}

/// Nothing panics on purpose.
pub fn no_panic(source: &Source) -> Findings {
    let mut findings = Vec::new();
    for sequence in [
        ".unwrap()",
        ".expect(",
        ".unwrap_err()",
        ".expect_err(",
        "panic!",
        "unreachable!",
        "unimplemented!",
        concat!("to", "do!"),
    ] {
        for line in source.lines_with(sequence) {
            findings.push(format!("{}:{line}: `{sequence}` outside tests", source.path));
        }
    }
    findings
}

/// No secret is compared by `==`, which ends at the first byte that differs.
pub fn no_early_comparison(source: &Source) -> Findings {
    let ends = |token: &Token| [';', ',', '{', '}'].iter().any(|sign| token.marks(*sign));
    source
        .tokens
        .split(ends)
        .filter(|part| part.iter().any(|token| token.is("expose")))
        .filter_map(|part| {
            let found = part
                .windows(2)
                .find(|pair| pair[1].marks('=') && (pair[0].marks('=') || pair[0].marks('!')))?;
            Some(format!(
                "{}:{}: a secret is compared in a time that tells of it",
                source.path, found[0].line
            ))
        })
        .collect()
}

/// Every module is called by what it is about.
pub fn telling_names(source: &Source) -> Findings {
    let says_nothing = |name: &&str| EMPTY_NAMES.contains(name);
    let mut findings: Findings = source
        .module()
        .into_iter()
        .filter(says_nothing)
        .map(|name| format!("{}: `{name}` says nothing", source.path))
        .collect();
    for pair in source.tokens.windows(2) {
        if let (true, Piece::Word(name)) = (pair[0].is("mod"), &pair[1].piece)
            && says_nothing(&name.as_str())
        {
            findings.push(format!("{}:{}: `{name}` says nothing", source.path, pair[1].line));
        }
    }
    findings
}

/// What is left to be done stands in an issue, not in a file.
pub fn nothing_left(path: &str, text: &str) -> Findings {
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("HA", "CK"), concat!("X", "XX")];
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut parts = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        if parts.any(|part| words.contains(&part)) {
            findings.push(format!("{path}:{}: something is left to be done", index + 1));
        }
    }
    findings
}

/// Instants are bound, never asked of the database.
pub fn no_database_clock(path: &str, text: &str) -> Findings {
    let clocks = ["current_timestamp", "now()", "unixepoch(", "strftime(", "datetime(", "clock_timestamp"];
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.split("--").next().unwrap_or_default().to_lowercase();
        if clocks.iter().any(|clock| code.contains(clock)) {
            findings.push(format!("{path}:{}: the instant is a parameter", index + 1));
        }
    }
    findings
}

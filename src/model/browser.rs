//! What a browser calls itself, in the words of people.

use woothee::parser::Parser;

/// `Firefox on Linux`; `None` if the `User-Agent` is not known. Only names of a list are given back, never what the
/// browser wrote itself.
pub fn browser_name(user_agent: &str) -> Option<String> {
    let parsed = Parser::new().parse(user_agent)?;
    match (known(parsed.name), system(parsed.os)) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (browser, system) => browser.or(system),
    }
}

/// `Linux`: the system alone.
pub fn system_name(user_agent: &str) -> Option<String> {
    Parser::new().parse(user_agent).and_then(|parsed| system(parsed.os))
}

fn known(name: &str) -> Option<String> {
    (!name.is_empty() && name != "UNKNOWN").then(|| name.to_owned())
}

fn system(os: &str) -> Option<String> {
    match os {
        "Mac OSX" => Some("macOS".to_owned()),
        // woothee names the versions of Windows, which say little today.
        os if os.starts_with("Windows") && !os.contains("Phone") => Some("Windows".to_owned()),
        os => known(os),
    }
}

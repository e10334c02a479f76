//! What a browser calls itself, in the words of people.

use woothee::parser::Parser;

/// `Firefox on Linux`; `None` if the `User-Agent` is not known. Only names of a list are given back, never what the
/// browser wrote itself.
pub fn browser_name(user_agent: &str) -> Option<String> {
    let parsed = Parser::new().parse(user_agent)?;
    let known = |name: &str| (!name.is_empty() && name != "UNKNOWN").then(|| name.to_owned());
    let system = match parsed.os {
        "Mac OSX" => Some("macOS".to_owned()),
        // woothee names the versions of Windows, which say little today.
        os if os.starts_with("Windows") && !os.contains("Phone") => Some("Windows".to_owned()),
        os => known(os),
    };
    match (known(parsed.name), system) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (browser, system) => browser.or(system),
    }
}

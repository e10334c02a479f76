//! Redirect URIs compared: what is equal, and for developers what differs.

use url::Url;

/// The host and what follows the port of an `http` URI on a loopback address, if it is one and has a sane port.
pub(super) fn loopback(uri: &str) -> Option<(&'static str, &str)> {
    for host in ["127.0.0.1", "[::1]"] {
        let Some(rest) = uri.strip_prefix("http://").and_then(|rest| rest.strip_prefix(host)) else {
            continue;
        };
        let Some(ported) = rest.strip_prefix(':') else {
            return rest.starts_with('/').then_some((host, rest));
        };
        let end = ported.find(|c: char| !c.is_ascii_digit()).unwrap_or(ported.len());
        let (port, path) = ported.split_at(end);
        let sane = !port.is_empty() && !port.starts_with('0') && port.parse::<u16>().is_ok();
        return (sane && path.starts_with('/')).then_some((host, path));
    }
    None
}

pub(super) fn common_prefix(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

pub(super) fn difference(registered: &str, received: &str) -> &'static str {
    let (Ok(a), Ok(b)) = (Url::parse(registered), Url::parse(received)) else { return "it is not a URL" };
    if a.scheme() != b.scheme() {
        "the scheme differs"
    } else if a.host_str() != b.host_str() {
        "the host differs"
    } else if a.port_or_known_default() != b.port_or_known_default() {
        "the port differs"
    } else if a.path().trim_end_matches('/') == b.path().trim_end_matches('/') && a.path() != b.path() {
        "the slash at the end differs"
    } else if a.path() != b.path() {
        "the path differs"
    } else if a.query() != b.query() {
        "the query differs"
    } else if a.fragment() != b.fragment() {
        "the fragment differs"
    } else {
        "it is spelt differently"
    }
}

//! Where a client is, and where people may be sent for it.

use url::Url;

use super::reader::Reader;
use crate::config::Fault;
use crate::model::{ClientType, GrantType};

impl Reader<'_> {
    pub(super) fn redirect_uris(&mut self, kind: ClientType, grants: &[GrantType]) -> Vec<String> {
        let uris = self.texts("redirect_uris").unwrap_or_default();
        let needed = grants.contains(&GrantType::AuthorizationCode);
        if uris.is_empty() && needed {
            self.wrong("redirect_uris", "it is missing; write where answers may go, byte for byte");
        }
        if kind == ClientType::Device && self.find("redirect_uris").is_some() {
            self.wrong("redirect_uris", "a device has none: nobody is sent back to it");
        }
        for (uri, place) in &uris {
            if let Some(problem) = redirect_uri_problem(uri, kind) {
                self.faults.add(Fault::error(place.as_str(), format!("redirect_uris: `{uri}`: {problem}")));
            } else if uri.starts_with("http://localhost") && kind == ClientType::Native {
                let fault = Fault::warning(
                    place.as_str(),
                    "redirect_uris: `localhost` may resolve to another machine",
                );
                self.faults.add(fault.hint("use http://127.0.0.1, for which any port is accepted"));
            }
        }
        uris.into_iter().map(|(uri, _)| uri).collect()
    }

    pub(super) fn plain_uris(&mut self, name: &str) -> Vec<String> {
        let uris = self.texts(name).unwrap_or_default();
        for (uri, place) in &uris {
            if Url::parse(uri).is_err() || uri.contains('*') {
                self.faults.add(Fault::error(place.as_str(), format!("{name}: `{uri}` is no absolute URI")));
            }
        }
        uris.into_iter().map(|(uri, _)| uri).collect()
    }

    pub(super) fn web_uri(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let good = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !good {
            self.wrong(name, format!("`{text}` is no http or https URL"));
        }
        good.then_some(text)
    }
}

/// What the answer to a client says by itself; a registered query that says one of them would say it twice.
const ANSWERED: [&str; 8] =
    ["code", "state", "iss", "error", "error_description", "error_uri", "response", "id_token"];

/// What makes a redirect URI unfit (RFC 6749 3.1.2, RFC 8252 7, RFC 9700 4.1).
pub(super) fn redirect_uri_problem(uri: &str, kind: ClientType) -> Option<&'static str> {
    if uri.contains('*') {
        return Some("there are no wildcards; register each address");
    }
    if uri.len() > 2_000 || !uri.bytes().all(|b| b.is_ascii_graphic()) {
        return Some("only visible ASCII characters, at most 2,000");
    }
    let Ok(url) = Url::parse(uri) else { return Some("it is no absolute URI") };
    if url.fragment().is_some() {
        return Some("it must have no fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("it must have no user information");
    }
    if url.query_pairs().any(|(name, _)| ANSWERED.contains(&name.as_ref())) {
        return Some("its query must leave code, state, iss, error and response to the answer");
    }
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => None,
        "http" if local => None,
        "http" => Some("it must begin with https:// (http only on this machine)"),
        "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "ftp" | "ws" | "wss" => {
            Some("no sign-in can end at this scheme")
        }
        scheme if kind == ClientType::Native && scheme.contains('.') => None,
        _ if kind == ClientType::Native => Some("a private scheme must contain a dot, like com.example.app"),
        _ => Some("only a native client may have a private scheme"),
    }
}

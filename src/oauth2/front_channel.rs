//! Which pages of clients hear in the person's browser that a session has ended (OIDC Front-Channel Logout 1.0).

use super::callback::encode;
use crate::cx::{Cx, Result};
use crate::model::{LogoutChannel, SessionId};
use crate::store;

/// The addresses that are to be framed, of all clients that took part in the session and want to hear; each tells
/// issuer and session (Front-Channel Logout 2).
pub fn addresses(cx: &mut Cx<'_>, session: SessionId) -> Result<Vec<String>> {
    let clients = cx.clients();
    let taking_part = store::session_clients::list(cx.db, session)?;
    let found = taking_part.iter().filter_map(|id| clients.find(id));
    let channel = |channel: &LogoutChannel| address(channel, &cx.settings().issuer, session);
    Ok(found.filter_map(|client| client.frontchannel_logout.as_ref().map(channel)).collect())
}

fn address(channel: &LogoutChannel, issuer: &str, session: SessionId) -> String {
    let separator = match channel.uri.find('?') {
        None => "?",
        Some(_) if channel.uri.ends_with(['?', '&']) => "",
        Some(_) => "&",
    };
    format!("{}{separator}iss={}&sid={session}", channel.uri, encode(issuer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prov_7_the_address_keeps_its_query_and_tells_issuer_and_session() {
        let session = "2f1b6e5e-5a3c-4c3f-8f0a-0d7c1f5d1a11".parse().unwrap();
        let told = "iss=https%3A%2F%2Fid.test&sid=2f1b6e5e-5a3c-4c3f-8f0a-0d7c1f5d1a11";
        for (uri, begins) in [
            ("https://a.test/out", "https://a.test/out?"),
            ("https://a.test/out?tenant=1", "https://a.test/out?tenant=1&"),
            ("https://a.test/out?", "https://a.test/out?"),
        ] {
            let channel = LogoutChannel { uri: uri.to_owned(), session_required: false };
            assert_eq!(address(&channel, "https://id.test", session), format!("{begins}{told}"));
        }
    }
}

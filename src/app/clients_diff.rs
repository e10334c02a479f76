//! What a reload changed, in one line: `+1 ~1 -0 (added my-app; changed notes-spa: redirect_uris)`.

use std::fmt;

use crate::config::Clients;
use crate::model::Client;

/// The difference between two sets of clients.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Diff {
    added: Vec<String>,
    changed: Vec<(String, Vec<&'static str>)>,
    removed: Vec<String>,
}

impl Diff {
    /// What made `after` of `before`.
    pub(super) fn between(before: &Clients, after: &Clients) -> Self {
        let mut diff = Self::default();
        for client in after.iter() {
            match before.find(&client.id) {
                None => diff.added.push(client.id.clone()),
                Some(old) => {
                    let keys = changed_keys(&old, client);
                    if !keys.is_empty() {
                        diff.changed.push((client.id.clone(), keys));
                    }
                }
            }
        }
        let gone = before.iter().filter(|client| after.find(&client.id).is_none());
        diff.removed = gone.map(|client| client.id.clone()).collect();
        diff
    }
}

/// The keys of `clients.toml` whose values differ.
fn changed_keys(a: &Client, b: &Client) -> Vec<&'static str> {
    [
        ("name", a.name == b.name),
        ("type", a.kind == b.kind),
        ("token_endpoint_auth_method", a.auth_method == b.auth_method),
        ("secret", a.secrets == b.secrets),
        ("jwks", a.jwks == b.jwks),
        ("jwks_uri", a.jwks_uri == b.jwks_uri),
        ("token_endpoint_auth_signing_alg", a.assertion_alg == b.assertion_alg),
        ("redirect_uris", a.redirect_uris == b.redirect_uris),
        ("post_logout_redirect_uris", a.post_logout_redirect_uris == b.post_logout_redirect_uris),
        ("backchannel_logout_uri", a.backchannel_logout == b.backchannel_logout),
        ("frontchannel_logout_uri", a.frontchannel_logout == b.frontchannel_logout),
        ("response_types", a.response_types == b.response_types),
        ("response_modes", a.response_modes == b.response_modes),
        ("require_pushed_authorization_requests", a.require_pushed == b.require_pushed),
        ("require_signed_request_object", a.require_signed_request == b.require_signed_request),
        ("request_object_signing_alg", a.request_object_alg == b.request_object_alg),
        ("subject_type", a.subject_type == b.subject_type),
        ("userinfo_signed_response_alg", a.userinfo_alg == b.userinfo_alg),
        ("grant_types", a.grant_types == b.grant_types),
        ("scopes", a.scopes == b.scopes),
        ("audience", a.audience == b.audience),
        ("skip_consent", a.skip_consent == b.skip_consent),
        ("require_pkce", a.require_pkce == b.require_pkce),
        ("registration", a.allow_registration == b.allow_registration),
        ("client_uri", a.client_uri == b.client_uri),
        ("initiate_login_uri", a.initiate_login_uri == b.initiate_login_uri),
        ("policy_uri", a.policy_uri == b.policy_uri),
        ("tos_uri", a.tos_uri == b.tos_uri),
        ("development", a.development == b.development),
        ("access_token_format", a.access_token_format == b.access_token_format),
        ("access_token_alg", a.access_token_alg == b.access_token_alg),
        ("id_token_alg", a.id_token_alg == b.id_token_alg),
        ("access_token_lifetime", a.lifetimes.access == b.lifetimes.access),
        ("refresh_token_idle", a.lifetimes.refresh_idle == b.lifetimes.refresh_idle),
        ("refresh_token_absolute", a.lifetimes.refresh_absolute == b.lifetimes.refresh_absolute),
    ]
    .into_iter()
    .filter(|(_, same)| !same)
    .map(|(key, _)| key)
    .collect()
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{} ~{} -{}", self.added.len(), self.changed.len(), self.removed.len())?;
        let mut parts = Vec::new();
        if !self.added.is_empty() {
            parts.push(format!("added {}", self.added.join(", ")));
        }
        parts.extend(self.changed.iter().map(|(id, keys)| format!("changed {id}: {}", keys.join(", "))));
        if !self.removed.is_empty() {
            parts.push(format!("removed {}", self.removed.join(", ")));
        }
        if parts.is_empty() { Ok(()) } else { write!(f, " ({})", parts.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check_clients;

    fn clients(text: &str) -> Clients {
        let (clients, faults) = check_clients("clients.toml", text, &|_| Err(String::new()));
        assert!(!faults.are_fatal(), "{faults}");
        Clients::new(clients)
    }

    #[test]
    fn a_reload_is_told_in_one_line() {
        let a = "[[client]]\nid = \"a\"\ntype = \"spa\"\nredirect_uris = [\"https://a.test/cb\"]\n";
        let b = "[[client]]\nid = \"b\"\ntype = \"spa\"\nredirect_uris = [\"https://b.test/cb\"]\n";
        let moved = a.replace("/cb", "/callback");
        let diff = Diff::between(&clients(a), &clients(&format!("\n{b}\n{moved}")));
        assert_eq!(diff.to_string(), "+1 ~1 -0 (added b; changed a: redirect_uris)");
        assert_eq!(Diff::between(&clients(b), &clients("")).to_string(), "+0 ~0 -1 (removed b)");
        assert_eq!(Diff::between(&clients(b), &clients(&format!("\n\n{b}"))).to_string(), "+0 ~0 -0");
    }
}

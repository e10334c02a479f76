//! The way back to the client. It exists only after the client and its redirect URI matched.

use super::Error;
use crate::config::Clients;
use crate::crypto::PlainToken;
use crate::model::AuthorizationParameters;

/// Where answers of the authorization endpoint go. Nobody else builds such a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    redirect_uri: String,
    state: Option<String>,
    issuer: String,
}

impl Callback {
    /// For a client and redirect URI that were just compared with the registration.
    pub(super) fn trusted(redirect_uri: &str, state: Option<&str>, issuer: &str) -> Self {
        Self {
            redirect_uri: redirect_uri.to_owned(),
            state: state.map(str::to_owned),
            issuer: issuer.to_owned(),
        }
    }

    /// For a request that waited; `None` if its client or redirect URI is not registered any more.
    pub fn of_request(request: &AuthorizationParameters, clients: &Clients, issuer: &str) -> Option<Self> {
        let client = clients.find(&request.client_id)?;
        let redirect_uri = client.redirect_uri(&request.redirect_uri)?;
        Some(Self::trusted(&redirect_uri, request.state.as_deref(), issuer))
    }

    /// The URI that the answer goes to, without it.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The answer with a code (RFC 6749 4.1.2, RFC 9207 2).
    pub fn success(&self, code: &PlainToken) -> String {
        self.with(&[("code", code.expose())])
    }

    /// The answer with a refusal (RFC 6749 4.1.2.1, RFC 9207 2).
    pub fn error(&self, error: &Error) -> String {
        self.with(&[("error", error.code.name()), ("error_description", &error.description)])
    }

    /// Appends to the registered URI, whose own query stays as it is (RFC 6749 3.1.2).
    fn with(&self, answer: &[(&str, &str)]) -> String {
        let mut url = self.redirect_uri.clone();
        let mut separator = if url.contains('?') { '&' } else { '?' };
        let state = self.state.as_deref().map(|state| ("state", state));
        let issuer = ("iss", self.issuer.as_str());
        for (name, value) in answer.iter().copied().chain(state).chain([issuer]) {
            if !url.ends_with(['?', '&']) {
                url.push(separator);
            }
            separator = '&';
            url.push_str(name);
            url.push('=');
            url.push_str(&encode(value));
        }
        url
    }
}

/// Percent-encoding that is read alike as a URI and as a form: a space is `%20`, never `+`.
pub(super) fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth2::ErrorCode;

    const ISSUER: &str = "https://id.test";

    #[test]
    fn sec_m01_every_answer_names_the_issuer() {
        let callback = Callback::trusted("https://app.test/cb", Some("s"), ISSUER);
        let refusal = Error::new(ErrorCode::AccessDenied, "The person refused.");
        assert_eq!(
            callback.error(&refusal),
            "https://app.test/cb?error=access_denied&error_description=The%20person%20refused.\
             &state=s&iss=https%3A%2F%2Fid.test"
        );
    }

    #[test]
    fn sec_r10_state_returns_byte_for_byte_and_splits_no_header() {
        for state in ["a b+c%20&=;#?/\\\"<script>", "\r\nSet-Cookie: x=1", "\u{e9}\u{1f600}", "~-._*"] {
            let refusal = Error::new(ErrorCode::InvalidScope, "x");
            let url = Callback::trusted("https://app.test/cb?tenant=1", Some(state), ISSUER).error(&refusal);
            assert!(url.is_ascii() && !url.contains(['\r', '\n', ' ', '+']));
            let parsed = url::Url::parse(&url).unwrap();
            let back = parsed.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
            assert_eq!(back, state);
            assert!(url.starts_with("https://app.test/cb?tenant=1&error="));
        }
    }

    #[test]
    fn without_a_state_none_is_returned() {
        let url = Callback::trusted("com.example.app:/cb", None, ISSUER)
            .error(&Error::new(ErrorCode::LoginRequired, "x"));
        assert_eq!(
            url,
            "com.example.app:/cb?error=login_required&error_description=x&iss=https%3A%2F%2Fid.test"
        );
    }
}

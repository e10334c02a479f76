//! The way back to the client. It exists only after the client and its redirect URI matched.

use super::Error;
use super::authorize::Parts;
use crate::config::Clients;
use crate::model::{AuthorizationParameters, Client, ResponseMode};

/// Where answers of the authorization endpoint go, and how. Nobody else builds such a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    client_name: String,
    redirect_uri: String,
    mode: ResponseMode,
    state: Option<String>,
    issuer: String,
}

/// An answer as the browser brings it to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// In the address that the browser is sent to.
    Address(String),
    /// As a form that it posts (OAuth 2.0 Form Post Response Mode).
    Form {
        /// The registered redirect URI.
        action: String,
        /// The fields, in their order.
        fields: Vec<(&'static str, String)>,
    },
}

impl Callback {
    /// For a client and redirect URI that were just compared with the registration.
    pub(super) fn trusted(
        client: &Client,
        redirect_uri: &str,
        mode: ResponseMode,
        state: Option<&str>,
        issuer: &str,
    ) -> Self {
        Self {
            client_name: client.name.clone(),
            redirect_uri: redirect_uri.to_owned(),
            mode,
            state: state.map(str::to_owned),
            issuer: issuer.to_owned(),
        }
    }

    /// For a request that waited; `None` if its client or redirect URI is not registered any more.
    pub fn of_request(request: &AuthorizationParameters, clients: &Clients, issuer: &str) -> Option<Self> {
        let client = clients.find(&request.client_id)?;
        let redirect_uri = client.redirect_uri(&request.redirect_uri)?;
        let state = request.state.as_deref();
        Some(Self::trusted(&client, &redirect_uri, request.response_mode, state, issuer))
    }

    /// The URI that the answer goes to, without it.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// What people call the client.
    pub fn client_name(&self) -> &str {
        &self.client_name
    }

    /// Whether the answer is a form, which stands in a page.
    pub fn is_form(&self) -> bool {
        self.mode == ResponseMode::FormPost
    }

    /// The good answer (RFC 6749 4.1.2, OAuth 2.0 Multiple Response Types 3, RFC 9207 2).
    pub fn success(&self, parts: Parts) -> Delivery {
        self.with(parts)
    }

    /// The answer with a refusal (RFC 6749 4.1.2.1, RFC 9207 2).
    pub fn error(&self, error: &Error) -> Delivery {
        let description = error.description.clone();
        self.with(vec![("error", error.code.name().to_owned()), ("error_description", description)])
    }

    fn with(&self, mut parts: Parts) -> Delivery {
        parts.extend(self.state.clone().map(|state| ("state", state)));
        parts.push(("iss", self.issuer.clone()));
        let mark = match self.mode {
            ResponseMode::FormPost => {
                return Delivery::Form { action: self.redirect_uri.clone(), fields: parts };
            }
            ResponseMode::Fragment => '#',
            // The registered URI's own query stays as it is (RFC 6749 3.1.2).
            ResponseMode::Query if self.redirect_uri.contains('?') => '&',
            ResponseMode::Query => '?',
        };
        let mut url = self.redirect_uri.clone();
        if !(mark == '&' && url.ends_with(['?', '&'])) {
            url.push(mark);
        }
        let pairs = parts.iter().map(|(name, value)| format!("{name}={}", encode(value)));
        url.push_str(&pairs.collect::<Vec<_>>().join("&"));
        Delivery::Address(url)
    }
}

/// Percent-encoding that is read alike as a URI and as a form: a space is `%20`, never `+`.
pub(super) fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ClientType;
    use crate::oauth2::ErrorCode;

    const ISSUER: &str = "https://id.test";

    fn told(uri: &str, mode: ResponseMode, state: Option<&str>, code: ErrorCode, why: &str) -> String {
        let client = Client::preset("c", ClientType::Web);
        match Callback::trusted(&client, uri, mode, state, ISSUER).error(&Error::new(code, why)) {
            Delivery::Address(url) => url,
            Delivery::Form { action, fields } => format!("POST {action} {fields:?}"),
        }
    }

    #[test]
    fn sec_m01_every_answer_names_the_issuer() {
        let refused = |mode| {
            told("https://app.test/cb", mode, Some("s"), ErrorCode::AccessDenied, "The person refused.")
        };
        assert_eq!(
            refused(ResponseMode::Query),
            "https://app.test/cb?error=access_denied&error_description=The%20person%20refused.\
             &state=s&iss=https%3A%2F%2Fid.test"
        );
        assert_eq!(refused(ResponseMode::Fragment), refused(ResponseMode::Query).replace('?', "#"));
        assert_eq!(
            refused(ResponseMode::FormPost),
            "POST https://app.test/cb [(\"error\", \"access_denied\"), (\"error_description\", \
             \"The person refused.\"), (\"state\", \"s\"), (\"iss\", \"https://id.test\")]"
        );
    }

    #[test]
    fn sec_r10_state_returns_byte_for_byte_and_splits_no_header() {
        for state in ["a b+c%20&=;#?/\\\"<script>", "\r\nSet-Cookie: x=1", "\u{e9}\u{1f600}", "~-._*"] {
            for mode in [ResponseMode::Query, ResponseMode::Fragment] {
                let uri = "https://app.test/cb?tenant=1";
                let url = told(uri, mode, Some(state), ErrorCode::InvalidScope, "x");
                assert!(url.is_ascii() && !url.contains(['\r', '\n', ' ', '+']));
                let parsed = url::Url::parse(&url).unwrap();
                let answer = match mode {
                    ResponseMode::Query => parsed.query(),
                    _ => parsed.fragment(),
                };
                let pairs = url::form_urlencoded::parse(answer.unwrap().as_bytes()).into_owned();
                let back = pairs.into_iter().find(|(key, _)| key == "state").unwrap().1;
                assert_eq!(back, state);
                assert!(url.starts_with(uri));
            }
        }
    }

    #[test]
    fn without_a_state_none_is_returned() {
        let url = told("com.example.app:/cb", ResponseMode::Query, None, ErrorCode::LoginRequired, "x");
        assert_eq!(
            url,
            "com.example.app:/cb?error=login_required&error_description=x&iss=https%3A%2F%2Fid.test"
        );
    }
}

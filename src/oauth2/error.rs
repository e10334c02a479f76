//! Refusals of the protocol: a closed set of registered codes, and the way on which each may travel.

use std::fmt;
use std::sync::Arc;

use super::Callback;
use crate::model::Client;

/// The longest description that leaves the house.
const DESCRIPTION: usize = 300;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)+) => {
        /// A registered error code (IANA "OAuth Extensions Error Registry").
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The HTTP status at an endpoint that answers directly.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }
        }
    };
}

codes! {
    /// Something is missing, doubled, too long or of the wrong form (RFC 6749 4.1.2.1, 5.2).
    InvalidRequest = "invalid_request", 400;
    /// The client did not show who it is (RFC 6749 5.2).
    InvalidClient = "invalid_client", 401;
    /// The code, refresh token or verifier is not good (any more) (RFC 6749 5.2).
    InvalidGrant = "invalid_grant", 400;
    /// The client may not do that (RFC 6749 4.1.2.1, 5.2).
    UnauthorizedClient = "unauthorized_client", 400;
    /// There is no such grant type here (RFC 6749 5.2).
    UnsupportedGrantType = "unsupported_grant_type", 400;
    /// There is no such response type here (RFC 6749 4.1.2.1).
    UnsupportedResponseType = "unsupported_response_type", 400;
    /// A scope is unknown, malformed, or more than was granted (RFC 6749 4.1.2.1, 5.2).
    InvalidScope = "invalid_scope", 400;
    /// The resource is not one of the client's (RFC 8707 2).
    InvalidTarget = "invalid_target", 400;
    /// The person refused (RFC 6749 4.1.2.1, RFC 8628 3.5).
    AccessDenied = "access_denied", 400;
    /// Nobody has answered the device yet (RFC 8628 3.5).
    AuthorizationPending = "authorization_pending", 400;
    /// The device asks too often (RFC 8628 3.5).
    SlowDown = "slow_down", 400;
    /// The device code has expired (RFC 8628 3.5).
    ExpiredToken = "expired_token", 400;
    /// The person would have to sign in (OIDC Core 3.1.2.6).
    LoginRequired = "login_required", 400;
    /// The person would have to be asked (OIDC Core 3.1.2.6).
    ConsentRequired = "consent_required", 400;
    /// The person would have to choose an account (OIDC Core 3.1.2.6).
    AccountSelectionRequired = "account_selection_required", 400;
    /// The person would have to see a page (OIDC Core 3.1.2.6).
    InteractionRequired = "interaction_required", 400;
    /// No sign-in here reaches the level that the client cannot do without (OIDC Unmet Authentication Requirements 1.0).
    UnmetAuthenticationRequirements = "unmet_authentication_requirements", 400;
    /// The request object is not valid (OIDC Core 3.1.2.6, RFC 9101 7).
    InvalidRequestObject = "invalid_request_object", 400;
    /// The `request_uri` leads to nothing (OIDC Core 3.1.2.6, RFC 9101 7).
    InvalidRequestUri = "invalid_request_uri", 400;
    /// Request objects are not supported (OIDC Core 3.1.2.6).
    RequestNotSupported = "request_not_supported", 400;
    /// Request objects by reference are not supported (OIDC Core 3.1.2.6).
    RequestUriNotSupported = "request_uri_not_supported", 400;
    /// The `registration` parameter is not supported (OIDC Core 3.1.2.6).
    RegistrationNotSupported = "registration_not_supported", 400;
    /// The kind of token cannot be revoked here (RFC 7009 2.2.1).
    UnsupportedTokenType = "unsupported_token_type", 400;
    /// The bearer token is unknown, expired or revoked (RFC 6750 3.1).
    InvalidToken = "invalid_token", 401;
    /// The bearer token does not reach that far (RFC 6750 3.1).
    InsufficientScope = "insufficient_scope", 403;
    /// Nobody expected this (RFC 6749 4.1.2.1).
    ServerError = "server_error", 500;
    /// It may work soon (RFC 6749 4.1.2.1).
    TemporarilyUnavailable = "temporarily_unavailable", 503;
}

/// A refusal. The description may leave the house, the cause is for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The registered code.
    pub code: ErrorCode,
    /// One sentence for the developer of the client, in the characters of RFC 6749 5.2.
    pub description: String,
    /// What really happened, without secrets.
    pub cause: String,
    /// The finer, stable name of the case, where one helps the developer.
    pub id: Option<&'static str>,
}

impl Error {
    /// A refusal whose cause is its description.
    pub fn new(code: ErrorCode, description: impl AsRef<str>) -> Self {
        let description = presentable(description.as_ref());
        Self { code, cause: description.clone(), description, id: None }
    }

    /// With the cause that only the log tells.
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = cause.into();
        self
    }

    /// With the finer name of the case.
    pub fn named(mut self, id: &'static str) -> Self {
        self.id = Some(id);
        self
    }

    /// Every refusal to authenticate a client looks like this; only the cause differs (RFC 6749 5.2).
    pub fn invalid_client(cause: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidClient, "The client could not be authenticated.").because(cause)
    }

    /// Most refusals of a code or refresh token look like this; only the cause differs (RFC 6749 5.2).
    pub fn invalid_grant(cause: impl Into<String>) -> Self {
        Self::new(
            ErrorCode::InvalidGrant,
            "The code or token is unknown, expired, used, revoked, or was issued for something else.",
        )
        .because(cause)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.cause)
    }
}

/// The characters that RFC 6749 4.1.2.1 allows: `%x20-21 / %x23-5B / %x5D-7E`.
fn presentable(text: &str) -> String {
    text.chars()
        .take(DESCRIPTION)
        .map(|c| match c {
            '"' => '\'',
            ' '..='!' | '#'..='[' | ']'..='~' => c,
            _ => '?',
        })
        .collect()
}

/// Why a request cannot be trusted with a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UntrustedKind {
    /// No `client_id`.
    MissingClient,
    /// A `client_id` that is not registered.
    UnknownClient,
    /// No `redirect_uri`, and none that could be meant.
    MissingRedirectUri,
    /// A `redirect_uri` that is not registered for the client.
    UnregisteredRedirectUri,
    /// `client_id` or `redirect_uri` more than once.
    DuplicateParameter,
    /// A `request_uri` of ours that is unknown, used, too old, or another client's.
    UnusableRequestUri,
}

impl UntrustedKind {
    /// The stable name on error pages and in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingClient => "client_id_missing",
            Self::UnknownClient => "client_unknown",
            Self::MissingRedirectUri => "redirect_uri_missing",
            Self::UnregisteredRedirectUri => "redirect_uri_mismatch",
            Self::DuplicateParameter => "parameter_repeated",
            Self::UnusableRequestUri => "request_uri_invalid",
        }
    }
}

/// A refusal that becomes a page of our own: whoever sent the request is not known to be the client.
#[derive(Debug, Clone)]
pub struct Untrusted {
    /// The case.
    pub kind: UntrustedKind,
    /// The client, where it is known.
    pub client: Option<Arc<Client>>,
    /// What was received in the place of the client id or the redirect URI.
    pub received: Option<String>,
    /// The refusal itself.
    pub error: Error,
}

/// A refusal at the authorization endpoint.
#[derive(Debug, Clone)]
pub enum AuthorizeError {
    /// It becomes a page.
    Untrusted(Box<Untrusted>),
    /// It goes to the client.
    Trusted(Box<Callback>, Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_r10_descriptions_keep_to_the_characters_of_the_rfc() {
        let error = Error::new(ErrorCode::InvalidScope, "\"<script>\"\r\nSet-Cookie: a\\b\u{e9}\u{0}");
        assert!(error.description.chars().all(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~')));
        assert!(Error::new(ErrorCode::InvalidScope, "x".repeat(9000)).description.len() <= DESCRIPTION);
    }

    #[test]
    fn every_code_has_a_distinct_name() {
        let mut names: Vec<_> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorCode::ALL.len());
    }
}

//! An OAuth2 authorization request that was found good and waits for its person.

use std::time::Duration;

use super::{
    AuthorizationRequestId, ClaimsRequest, IdentityId, Instant, ResponseMode, ResponseType, Scope,
    TokenDigest,
};

/// How long a request waits before its first answered form.
pub const UNTOUCHED_REQUEST: Duration = Duration::from_secs(40 * 60);

/// How long a request waits after an answered form: always longer than the flows inside it.
pub const TOUCHED_REQUEST: Duration = Duration::from_secs(48 * 60 * 60);

/// A value of the `prompt` parameter (OIDC Core 3.1.2.1, Initiating User Registration 1.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// No page may be shown.
    None,
    /// The person must sign in again.
    Login,
    /// The person must be asked for consent again.
    Consent,
    /// The person must choose an account.
    SelectAccount,
    /// The person wants a new account.
    Create,
}

impl Prompt {
    /// The parameter's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::Create => "create",
        }
    }

    /// Reads one value of the parameter.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::None, Self::Login, Self::Consent, Self::SelectAccount, Self::Create]
            .into_iter()
            .find(|prompt| prompt.name() == name)
    }
}

/// What a client asked for, after every rule about the client and its request was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationParameters {
    /// The client.
    pub client_id: String,
    /// Where the answer goes: the registered URI (for a native client with the port that it asked for).
    pub redirect_uri: String,
    /// Whether the request named it; the token request must then name it too (RFC 6749 4.1.3).
    pub redirect_uri_given: bool,
    /// What the answer is made of.
    pub response_type: ResponseType,
    /// On which way it comes back.
    pub response_mode: ResponseMode,
    /// The scopes asked for, all registered for the client.
    pub scope: Scope,
    /// Returned byte for byte.
    pub state: Option<String>,
    /// Returned in the ID token.
    pub nonce: Option<String>,
    /// The S256 challenge (RFC 7636); absent only for a confidential client that may do without.
    pub code_challenge: Option<String>,
    /// What the person must or must not be asked.
    pub prompt: Vec<Prompt>,
    /// The greatest age of the sign-in, in seconds.
    pub max_age: Option<u64>,
    /// Whom the client expects.
    pub login_hint: Option<String>,
    /// Languages that the person prefers, by the client's word.
    pub ui_locales: Option<String>,
    /// Levels of authentication that the client would like.
    pub acr_values: Option<String>,
    /// The subject of a valid `id_token_hint`, or the one that the request asks for by `claims`.
    pub hinted_subject: Option<String>,
    /// The single claims asked for that the client may be told.
    pub claims: ClaimsRequest,
    /// The audience that access tokens will have (RFC 8707), already settled.
    pub audience: Vec<String>,
}

impl AuthorizationParameters {
    /// Whether `prompt` holds this value.
    pub fn prompts(&self, prompt: Prompt) -> bool {
        self.prompt.contains(&prompt)
    }
}

/// A request that waits, with what its person has done for it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// On the wire the `login_challenge`; no secret, as the browser's cookie must fit too.
    pub id: AuthorizationRequestId,
    /// The digest of the cookie of the browser that brought it.
    pub browser: Option<TokenDigest>,
    /// What was asked for.
    pub parameters: AuthorizationParameters,
    /// When somebody signed in for this very request.
    pub authenticated_at: Option<Instant>,
    /// When the person chose to go on with the session's account.
    pub chosen_at: Option<Instant>,
    /// Who allowed, and what, for this very request.
    pub consent: Option<(IdentityId, Scope)>,
    /// When it came.
    pub created_at: Instant,
    /// From when on it can only lead back to the client's start.
    pub expires_at: Instant,
    /// The answer, once it is given; it does not change any more.
    pub answer: Option<(Instant, Answer)>,
}

impl AuthorizationRequest {
    /// Whether it is over by time.
    pub fn is_expired(&self, now: Instant) -> bool {
        self.expires_at <= now
    }
}

/// How a request was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// With what was asked for: a code, which is derived from the request's id and can be given again while it lives, or
    /// tokens.
    Code,
    /// The person refused: `access_denied`.
    Denied,
    /// Somebody else than the request names signed in: `login_required`.
    Mismatched,
    /// Whoever signed in cannot reach the level that the client insists on: `unmet_authentication_requirements`.
    Unmet,
}

impl Answer {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Denied => "denied",
            Self::Mismatched => "mismatched",
            Self::Unmet => "unmet",
        }
    }

    /// Reads the name in the database.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Code, Self::Denied, Self::Mismatched, Self::Unmet]
            .into_iter()
            .find(|answer| answer.name() == name)
    }
}

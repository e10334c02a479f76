//! What a person granted to a client, and the secrets that follow from it (as digests only).

use super::{
    Assurance, AuthorizationRequestId, ClaimsRequest, GrantId, IdentityId, Instant, RefreshTokenId, Scope,
    SessionId, TokenDigest,
};

/// What a person granted to a client: all tokens of one redeemed code, and their one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id; it begins the `jti` of access tokens.
    pub id: GrantId,
    /// To whom.
    pub client_id: String,
    /// By whom.
    pub identity: IdentityId,
    /// In which session; the grant ends with it unless it is offline.
    pub session: SessionId,
    /// What.
    pub scope: Scope,
    /// The `aud` of its access tokens.
    pub audience: Vec<String>,
    /// The single claims that the client is told.
    pub claims: ClaimsRequest,
    /// Whether `offline_access` was granted: it outlives the session, and it has refresh tokens.
    pub offline: bool,
    /// When the person had shown who they are.
    pub auth_time: Instant,
    /// How well.
    pub acr: Assurance,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// When the code was redeemed.
    pub created_at: Instant,
    /// The end that no refresh moves.
    pub expires_at: Instant,
    /// When it was ended early.
    pub ended_at: Option<Instant>,
}

/// An authorization code that was issued (RFC 6749 4.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCode {
    /// The digest of the code.
    pub digest: TokenDigest,
    /// The request that it answers, if that waited for its person.
    pub request: Option<AuthorizationRequestId>,
    /// To whom it was issued.
    pub client_id: String,
    /// Who granted.
    pub identity: IdentityId,
    /// In which session.
    pub session: SessionId,
    /// Where it was sent.
    pub redirect_uri: String,
    /// Whether the authorization request named that URI.
    pub redirect_uri_given: bool,
    /// What was granted.
    pub scope: Scope,
    /// The `aud` of the access tokens to come.
    pub audience: Vec<String>,
    /// The single claims that the client is to be told.
    pub claims: ClaimsRequest,
    /// The `nonce` of the ID token to come.
    pub nonce: Option<String>,
    /// The S256 challenge that the verifier must meet.
    pub code_challenge: Option<String>,
    /// When the person had shown who they are.
    pub auth_time: Instant,
    /// How well.
    pub acr: Assurance,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// Whether `max_age` was asked for, so that the ID token must say `auth_time`.
    pub with_auth_time: bool,
    /// How often it came with a wrong verifier.
    pub tries: i64,
    /// When it was issued.
    pub created_at: Instant,
    /// When it dies.
    pub expires_at: Instant,
    /// When it was redeemed.
    pub used_at: Option<Instant>,
    /// What its redemption gave.
    pub grant: Option<GrantId>,
}

/// A refresh token: one generation of a grant's family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Its row.
    pub id: RefreshTokenId,
    /// The digest of the token.
    pub digest: TokenDigest,
    /// Its family.
    pub grant: GrantId,
    /// How many came before it in the family.
    pub generation: i64,
    /// When it was issued.
    pub created_at: Instant,
    /// When it dies unless it is used.
    pub expires_at: Instant,
    /// When its successor was issued.
    pub used_at: Option<Instant>,
}

/// An opaque access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The digest of the token.
    pub digest: TokenDigest,
    /// The grant that it follows from; `None` for a client that acts for itself.
    pub grant: Option<GrantId>,
    /// Whose it is.
    pub client_id: String,
    /// For whom the client acts.
    pub identity: Option<IdentityId>,
    /// What it may do.
    pub scope: Scope,
    /// For which resources.
    pub audience: Vec<String>,
    /// When it was issued.
    pub created_at: Instant,
    /// When it dies.
    pub expires_at: Instant,
}

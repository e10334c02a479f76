//! What the provider says about itself (OIDC Discovery 1.0, RFC 8414), and its keys (RFC 7517).

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Error, standard_claims};
use crate::config::{Clients, Settings};
use crate::crypto::{ClientJwt, SignatureAlgorithm, SigningKeys, base64url, sha256};
use crate::model::{Assurance, AuthMethod, GrantType, ResponseMode, ResponseType};

/// The documents, made once for a set of keys.
#[derive(Debug, Clone)]
pub struct Documents {
    /// The metadata.
    pub metadata: Document,
    /// The keys.
    pub jwks: Document,
}

/// A document as bytes.
#[derive(Debug, Clone)]
pub struct Document {
    /// The JSON, which all answers share.
    pub bytes: Arc<[u8]>,
    /// Its `ETag`, in quotation marks.
    pub tag: String,
}

impl Document {
    fn new(value: &Value) -> Self {
        let bytes: Arc<[u8]> = value.to_string().into_bytes().into();
        let tag = format!("\"{}\"", base64url(&sha256(&bytes)[..12]));
        Self { bytes, tag }
    }
}

impl Documents {
    /// Makes them.
    pub fn new(settings: &Settings, clients: &Clients, keys: &SigningKeys) -> Self {
        Self { metadata: Document::new(&metadata(settings, clients)), jwks: Document::new(&keys.jwks()) }
    }
}

/// The metadata. Nothing is promised here that is not there: old response types only where some client is permitted to use
/// them.
pub fn metadata(settings: &Settings, clients: &Clients) -> Value {
    let issuer = &settings.issuer;
    let url = |path: &str| format!("{issuer}{path}");
    let methods = AuthMethod::ALL.map(AuthMethod::name);
    let confidential = [AuthMethod::Basic, AuthMethod::Post, AuthMethod::PrivateKeyJwt].map(AuthMethod::name);
    let client_algorithms = ClientJwt::ALGORITHMS;
    let mut prompts = vec!["none", "login", "consent", "select_account"];
    if settings.registration {
        prompts.push("create");
    }
    let mut metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": url("/oauth2/auth"),
        "token_endpoint": url("/oauth2/token"),
        "device_authorization_endpoint": url("/oauth2/device/auth"),
        "userinfo_endpoint": url("/userinfo"),
        "jwks_uri": url("/.well-known/jwks.json"),
        "revocation_endpoint": url("/oauth2/revoke"),
        "introspection_endpoint": url("/oauth2/introspect"),
        "end_session_endpoint": url("/oauth2/sessions/logout"),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "response_types_supported": response_types(clients),
        "response_modes_supported": response_modes(clients),
        "grant_types_supported": grant_types(clients),
        "subject_types_supported": ["public", "pairwise"],
        "userinfo_signing_alg_values_supported": SignatureAlgorithm::ALL.map(SignatureAlgorithm::name),
        "id_token_signing_alg_values_supported": SignatureAlgorithm::ALL.map(SignatureAlgorithm::name),
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": confidential,
        "token_endpoint_auth_signing_alg_values_supported": client_algorithms,
        "revocation_endpoint_auth_signing_alg_values_supported": client_algorithms,
        "introspection_endpoint_auth_signing_alg_values_supported": client_algorithms,
        "pushed_authorization_request_endpoint": url("/oauth2/par"),
        "require_pushed_authorization_requests": false,
        "require_signed_request_object": false,
        "request_object_signing_alg_values_supported": client_algorithms,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "email", "phone", "address", "offline_access"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims(),
        "acr_values_supported": Assurance::OFFERED.iter().map(|level| level.name()).collect::<Vec<_>>(),
        "display_values_supported": ["page"],
        "prompt_values_supported": prompts,
        "ui_locales_supported": settings.languages.tags(),
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true
    });
    for (member, url) in
        [("op_policy_uri", &settings.brand.privacy_url), ("op_tos_uri", &settings.brand.terms_url)]
    {
        if let Some(url) = url {
            metadata[member] = json!(url);
        }
    }
    if settings.session.management {
        metadata["check_session_iframe"] = json!(url("/oauth2/check_session"));
    }
    metadata
}

/// What some client may ask for, and `code`, which is always there.
fn response_types(clients: &Clients) -> Vec<&'static str> {
    let used = |kind: &ResponseType| clients.iter().any(|client| client.response_types.contains(kind));
    let all = ResponseType::ALL.into_iter();
    all.filter(|kind| *kind == ResponseType::Code || used(kind)).map(ResponseType::name).collect()
}

fn response_modes(clients: &Clients) -> Vec<&'static str> {
    let used = |mode: &ResponseMode| clients.iter().any(|client| client.response_modes.contains(mode));
    let all = ResponseMode::ALL.into_iter();
    all.filter(|mode| *mode == ResponseMode::Query || used(mode)).map(ResponseMode::name).collect()
}

/// The grant types of the token endpoint, and the name that tokens from the authorization endpoint have (OIDC Discovery
/// 3).
fn grant_types(clients: &Clients) -> Vec<&'static str> {
    let front = clients.iter().any(|client| client.response_types.iter().any(|kind| kind.is_front_channel()));
    GrantType::ALL.map(GrantType::name).into_iter().chain(front.then_some("implicit")).collect()
}

/// The claims of ID tokens, and those of people.
fn claims() -> Vec<&'static str> {
    let own =
        ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "c_hash"];
    own.into_iter().chain(standard_claims::BY_SCOPE.iter().flat_map(|(_, claims)| *claims).copied()).collect()
}

/// The refusal as the body of an API endpoint (RFC 6749 5.2), with what finds its line in the log.
impl Error {
    /// The body.
    pub fn body(&self, request_id: &str) -> Value {
        let mut body = json!({
            "error": self.code.name(),
            "error_description": self.description,
            "request_id": request_id,
        });
        if let Some(id) = self.id {
            body["error_id"] = json!(id);
        }
        body
    }
}

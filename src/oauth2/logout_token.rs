//! What a client's server is told when a session has ended (OIDC Back-Channel Logout 1.0, 2.4).

use serde::Serialize;
use serde_json::{Map, Value};

use super::{subject, token};
use crate::crypto::SigningKeys;
use crate::cx::{Cx, Result};
use crate::model::{LogoutNotice, SigningPreference};

/// How long a logout token may be presented: the client's server takes it at once or not at all.
pub const LOGOUT_TOKEN_SECONDS: i64 = 120;

/// `typ` of a logout token, so that nobody takes it for another token of ours.
pub const LOGOUT_TOKEN_TYPE: &str = "logout+jwt";

/// The one event that a logout token tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The claims, which are just these; a `nonce` is forbidden.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct LogoutClaims {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
    sub: String,
    sid: String,
    events: Map<String, Value>,
}

/// A logout token that waits for its signature, with the address that it goes to.
#[derive(Debug)]
pub struct Unsigned {
    /// `backchannel_logout_uri` of the client.
    pub uri: String,
    claims: LogoutClaims,
    algorithm: SigningPreference,
}

/// The token for one attempt, with a `jti` of its own; `None` if the client is registered no more, or does not want to
/// hear any more.
pub fn prepare(cx: &mut Cx<'_>, notice: &LogoutNotice) -> Result<Option<Unsigned>> {
    let Some(client) = cx.clients().find(&notice.client_id) else { return Ok(None) };
    let Some(channel) = &client.backchannel_logout else { return Ok(None) };
    let claims = LogoutClaims {
        iss: cx.settings().issuer.clone(),
        aud: client.id.clone(),
        iat: cx.now.seconds(),
        exp: cx.now.seconds() + LOGOUT_TOKEN_SECONDS,
        jti: cx.random().uuid().to_string(),
        // It follows from the identity's id alone, so that the identity itself may be gone.
        sub: subject::of(cx, &client, notice.identity)?,
        sid: notice.session.to_string(),
        events: Map::from_iter([(EVENT.to_owned(), Value::Object(Map::new()))]),
    };
    Ok(Some(Unsigned { uri: channel.uri.clone(), claims, algorithm: client.id_token_alg }))
}

impl Unsigned {
    /// Signs it. Not inside a transaction.
    pub fn sign(&self, keys: &SigningKeys) -> Result<String> {
        token::sign(keys, self.algorithm, LOGOUT_TOKEN_TYPE, &self.claims)
    }
}

//! What the browser adds of its own (5.8.1): in which ceremony, for which challenge, on which page.

use serde_json::Value;

use super::super::{from_base64url, sha256, strict};
use super::{CHALLENGE, Refusal, RelyingParty, text};

/// The two ceremonies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ceremony {
    /// A credential is made.
    Create,
    /// A credential is shown.
    Get,
}

impl Ceremony {
    fn kind(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// Client data that was found good.
#[derive(Debug)]
pub(super) struct ClientData {
    pub(super) challenge: [u8; CHALLENGE],
    /// SHA-256 over the bytes as they came.
    pub(super) hash: [u8; 32],
}

/// Checks the client data (7.1 steps 5 to 11, 7.2 steps 8 to 14). Our pages are in no frame, so neither is the ceremony.
pub(super) fn check(json: &[u8], ceremony: Ceremony, rp: &RelyingParty<'_>) -> Result<ClientData, Refusal> {
    let members = strict::object(json).ok_or(Refusal::Malformed("the client data is no JSON object"))?;
    if text(&members, "type")? != ceremony.kind() {
        return Err(Refusal::Ceremony);
    }
    if text(&members, "origin")? != rp.origin {
        return Err(Refusal::Origin);
    }
    if !matches!(members.get("crossOrigin"), None | Some(Value::Bool(false)))
        || members.contains_key("topOrigin")
    {
        return Err(Refusal::Origin);
    }
    let challenge = from_base64url(text(&members, "challenge")?).and_then(|bytes| bytes.try_into().ok());
    let challenge = challenge.ok_or(Refusal::Malformed("the challenge is none of ours"))?;
    Ok(ClientData { challenge, hash: sha256(json) })
}

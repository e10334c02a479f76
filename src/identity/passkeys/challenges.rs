//! Challenges, each for one ceremony of one page in one browser, and the options that carry them to a browser
//! (WebAuthn 5.4, 5.5).

use serde_json::{Value, json};

use super::super::is_open;
use super::showing::Use;
use super::{handle, list, names, relying_party};
use crate::crypto::webauthn::{ALGORITHMS, CHALLENGE};
use crate::crypto::{base64url, sha256};
use crate::cx::{Cx, Result};
use crate::model::{
    Ceremony, Flow, FlowId, FlowState, IdentityId, Login, Passkey, PasskeyKind, Recovery, RecoveryStage,
    Session, TokenDigest, WEBAUTHN_CHALLENGE, WebauthnChallenge,
};
use crate::store;

/// What a person who is signed in is to make a credential by; `None` if none can be made here.
pub fn creation_options(cx: &mut Cx<'_>, session: &Session, kind: PasskeyKind) -> Result<Option<Value>> {
    let identity = session.identity;
    let (names, known) = (names(cx, identity)?, list(cx, identity)?);
    let owner = Owner { identity, names, known };
    creation(cx, &of_session(session), &session.browser, &owner, kind)
}

/// Who is going to own a new credential.
pub(in crate::identity) struct Owner {
    /// Their id, which the credential knows them by.
    pub(in crate::identity) identity: IdentityId,
    /// The account's name, and the person's, as an authenticator shows them.
    pub(in crate::identity) names: (String, String),
    /// What they have already.
    pub(in crate::identity) known: Vec<Passkey>,
}

/// What a credential is to be made by on the page that is the subject; `None` if none can be made here.
pub(in crate::identity) fn creation(
    cx: &mut Cx<'_>,
    subject: &str,
    browser: &TokenDigest,
    owner: &Owner,
    kind: PasskeyKind,
) -> Result<Option<Value>> {
    let (account, person) = &owner.names;
    let known: Vec<Value> = owner.known.iter().map(descriptor).collect();
    let Some(party) =
        relying_party(cx.settings()).map(|rp| json!({ "id": rp.id, "name": cx.settings().name }))
    else {
        return Ok(None);
    };
    let challenge = issue(cx, Ceremony::Create, subject, browser)?;
    // A passkey stands alone: it is found without a name, and knows its owner. A key after a password need not.
    let selection = match kind {
        PasskeyKind::Passkey => json!({
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        }),
        PasskeyKind::SecurityKey => json!({
            "residentKey": "discouraged", "requireResidentKey": false, "userVerification": "preferred",
            "authenticatorAttachment": "cross-platform",
        }),
    };
    Ok(Some(json!({
        "rp": party,
        "user": { "id": base64url(&handle(owner.identity)), "name": account, "displayName": person },
        "challenge": challenge,
        "pubKeyCredParams": ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg })),
        "timeout": timeout(),
        "excludeCredentials": known,
        "authenticatorSelection": selection,
        "attestation": "none",
    })))
}

/// Flows on whose pages a passkey or a security key can be shown.
pub trait Shows: FlowState {
    /// For what it would be shown now; `None` if for nothing.
    fn purpose(flow: &Flow<Self>) -> Option<Use>
    where
        Self: Sized;
}

impl Shows for Login {
    fn purpose(flow: &Flow<Self>) -> Option<Use> {
        Some(if flow.state.first.is_some() { Use::Second } else { Use::Alone })
    }
}

impl Shows for Recovery {
    fn purpose(flow: &Flow<Self>) -> Option<Use> {
        (flow.state.stage == RecoveryStage::SecondFactor).then_some(Use::Second)
    }
}

/// What a person is to show a passkey by, on the page of this flow; `None` if that is no open page of this browser. Where
/// the flow knows its person, their credentials are named; nowhere else are anybody's (E05).
pub fn request_options<S: Shows>(
    cx: &mut Cx<'_>,
    flow: FlowId,
    browser: &TokenDigest,
) -> Result<Option<Value>> {
    let flow = store::flows::find::<S>(cx.db, flow)?;
    let Some(flow) = flow.filter(|flow| flow.belongs_to(browser) && is_open(flow, cx.now)) else {
        return Ok(None);
    };
    let Some(purpose) = S::purpose(&flow) else { return Ok(None) };
    let known = match flow.identity {
        Some(identity) => list(cx, identity)?,
        None => Vec::new(),
    };
    let fits = |passkey: &&Passkey| purpose == Use::Second || passkey.kind == PasskeyKind::Passkey;
    let known: Vec<Value> = known.iter().filter(fits).map(descriptor).collect();
    let Some(party) = relying_party(cx.settings()).map(|rp| rp.id.to_owned()) else { return Ok(None) };
    let challenge = issue(cx, Ceremony::Get, &of_flow(&flow), browser)?;
    Ok(Some(json!({
        "rpId": party,
        "challenge": challenge,
        "timeout": timeout(),
        "allowCredentials": known,
        "userVerification": if purpose == Use::Alone { "required" } else { "preferred" },
    })))
}

/// In milliseconds, as browsers count.
fn timeout() -> u64 {
    WEBAUTHN_CHALLENGE.as_secs() * 1_000
}

fn descriptor(passkey: &Passkey) -> Value {
    json!({
        "type": "public-key",
        "id": base64url(&passkey.credential_id),
        "transports": passkey.transports,
    })
}

/// The page of a session on which credentials are made, for its person.
pub(super) fn of_session(session: &Session) -> String {
    format!("session {} of {}", session.id, session.identity)
}

/// The page of a flow on which credentials are shown, by its person if that is known.
pub(in crate::identity) fn of_flow<S>(flow: &Flow<S>) -> String {
    let person = flow.identity.map_or_else(|| "anybody".to_owned(), |identity| identity.to_string());
    format!("flow {} of {person}", flow.id)
}

fn issue(cx: &mut Cx<'_>, ceremony: Ceremony, subject: &str, browser: &TokenDigest) -> Result<String> {
    let challenge = cx.random().bytes32();
    let row = WebauthnChallenge {
        digest: TokenDigest::from_bytes(sha256(&challenge)),
        ceremony,
        subject: subject.to_owned(),
        browser: *browser,
        created_at: cx.now,
        expires_at: cx.now + WEBAUTHN_CHALLENGE,
    };
    store::webauthn_challenges::insert(cx.db, &row)?;
    Ok(base64url(&challenge))
}

/// Uses a challenge up: `false` if it is not one for this, or no more.
pub(in crate::identity) fn consume(
    cx: &mut Cx<'_>,
    challenge: &[u8; CHALLENGE],
    ceremony: Ceremony,
    subject: &str,
    browser: &TokenDigest,
) -> Result<bool> {
    let digest = TokenDigest::from_bytes(sha256(challenge));
    Ok(store::webauthn_challenges::consume(cx.db, &digest, ceremony, subject, browser, cx.now)?)
}

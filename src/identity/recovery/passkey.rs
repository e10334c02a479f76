//! A passkey in place of the new password (pages 1.4.5). The password that nobody remembers opens nothing any more.

use serde_json::Value;

use super::super::{credentials, hold, keep, passkeys, passwords};
use super::password::{Recovered, holder, recovered};
use crate::crypto::webauthn::{NewCredential, Refusal};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Flow, FlowId, Mail, Notice, PasskeyKind, Recovery, TokenDigest};
use crate::store;

/// What the passkey is to be made by; `None` if this browser may not make one in this flow now.
pub fn passkey_options(cx: &mut Cx<'_>, id: FlowId, browser: &TokenDigest) -> Result<Option<Value>> {
    let flow = store::flows::find::<Recovery>(cx.db, id)?.filter(|flow| flow.belongs_to(browser));
    let Some(flow) = flow else { return Ok(None) };
    let Some(person) = holder(cx, &flow)? else { return Ok(None) };
    let (names, known) = (passkeys::names(cx, person.id)?, passkeys::list(cx, person.id)?);
    let owner = passkeys::Owner { identity: person.id, names, known };
    passkeys::creation(cx, &passkeys::of_flow(&flow), browser, &owner, PasskeyKind::Passkey)
}

/// Takes the passkey that was made, as it was read; `None` is a form without one. All else is as with a new password; `Err`
/// is the page that the flow stands on.
pub fn save_passkey(
    cx: &mut Cx<'_>,
    flow: Flow<Recovery>,
    made: Option<std::result::Result<NewCredential, Refusal>>,
) -> Result<std::result::Result<Recovered, Flow<Recovery>>> {
    let flow = hold(cx, flow)?;
    let (Some(person), Some(browser)) = (holder(cx, &flow)?, flow.browser) else { return Ok(Err(flow)) };
    let Some(made) = made else {
        return Ok(Err(keep(cx, flow, vec![Notice::info("recovery.passkey_cancelled")])?));
    };
    let identity = person.id;
    let on =
        passkeys::On { subject: passkeys::of_flow(&flow), browser, session: None, person: Some(identity) };
    let passkey = match passkeys::made(cx, &on, identity, PasskeyKind::Passkey, made)? {
        Ok(passkey) => passkey,
        Err(notice) => return Ok(Err(keep(cx, flow, vec![notice])?)),
    };
    if passkeys::is_full(cx, identity)? {
        return Ok(Err(keep(cx, flow, vec![Notice::error("passkey.too_many")])?));
    }
    if store::passkeys::find_by_credential(cx.db, &passkey.credential_id)?.is_some() {
        let notice = passkeys::refused(cx, &on, "credential_exists")?;
        return Ok(Err(keep(cx, flow, vec![notice])?));
    }
    let id = flow.id;
    let done = recovered(cx, flow, identity, passkeys::amr(&passkey), |cx| {
        if !passkeys::keep_made(cx, &passkey, None)? {
            return Err(Fault::Internal("a new passkey is somebody's already".to_owned()));
        }
        if passwords::is_set(cx, identity)? {
            credentials::remove(cx, identity)?;
        }
        cx.notify(identity, &Mail::PasskeyAdded)
    })?;
    match done {
        Some(done) => Ok(Ok(Recovered { by_passkey: true, ..done })),
        None => {
            let flow = store::flows::find::<Recovery>(cx.db, id)?;
            Ok(Err(flow.ok_or_else(|| Fault::Internal(format!("flow {id} is gone")))?))
        }
    }
}

//! Creating an account with a passkey in place of a password (pages 1.4.2).

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{hold, invitations, is_open, keep, passkeys, traits};
use super::account::Opening;
use super::{Form, Registered, look_at, open, read, schema};
use crate::crypto::webauthn::{NewCredential, Refusal};
use crate::cx::{Cx, Result};
use crate::model::{Flow, FlowId, IdentityId, Notice, PasskeyKind, Registration, Session, TokenDigest};
use crate::store;

/// What the passkey of a new account is to be made by, with the names that were typed; `None` if something is wrong with
/// them, or if the flow is no open one of this browser. Whether anybody has the address plays no part (E04).
pub fn passkey_options(
    cx: &mut Cx<'_>,
    id: FlowId,
    browser: &TokenDigest,
    values: &BTreeMap<String, String>,
) -> Result<Option<Value>> {
    let flow = store::flows::find_to_change::<Registration>(cx.db, id)?;
    let Some(mut flow) = flow.filter(|flow| flow.belongs_to(browser) && is_open(flow, cx.now)) else {
        return Ok(None);
    };
    let invitation = invitations::behind(cx, &flow)?;
    let schema = schema(cx, &flow);
    let (made, notices) = read(cx, schema, invitation.as_ref(), values);
    if !notices.is_empty() {
        return Ok(None);
    }
    let of = |name: &str| made.get(name).and_then(Value::as_str).map(str::to_owned);
    let account = of(&traits::identifier(schema)).unwrap_or_default();
    let person = of("name").unwrap_or_else(|| account.clone());
    // Each passkey that is made has an owner of its own: of two that are made in one flow, both may become accounts.
    let identity = IdentityId::from_uuid(cx.random().uuid());
    flow.state.future = Some(identity);
    store::flows::update(cx.db, &flow)?;
    let owner = passkeys::Owner { identity, names: (account, person), known: Vec::new() };
    passkeys::creation(cx, &subject(&flow, identity), browser, &owner, PasskeyKind::Passkey)
}

/// Takes a submitted form with the passkey that was made, as it was read; `None` is a form without one.
pub fn with_passkey(
    cx: &mut Cx<'_>,
    flow: Flow<Registration>,
    values: BTreeMap<String, String>,
    made: Option<std::result::Result<NewCredential, Refusal>>,
    previous: Option<&Session>,
) -> Result<Registered> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) {
        return Ok(Registered::Stay(flow));
    }
    let Form { mut flow, traits, notices } = match look_at(cx, flow, values)? {
        Ok(form) => form,
        Err(flow) => return Ok(Registered::Stay(flow)),
    };
    let future = flow.state.future.take();
    if !notices.is_empty() {
        return Ok(Registered::Stay(keep(cx, flow, notices)?));
    }
    let stay = |cx: &mut Cx<'_>, flow, notice| Ok(Registered::Stay(keep(cx, flow, vec![notice])?));
    let (Some(made), Some(identity), Some(browser)) = (made, future, flow.browser) else {
        return stay(cx, flow, Notice::info("registration.passkey_cancelled"));
    };
    let on = passkeys::On { subject: subject(&flow, identity), browser, session: None, person: None };
    let passkey = match passkeys::made(cx, &on, identity, PasskeyKind::Passkey, made)? {
        Ok(passkey) => passkey,
        Err(notice) => return stay(cx, flow, notice),
    };
    if store::passkeys::find_by_credential(cx.db, &passkey.credential_id)?.is_some() {
        let notice = passkeys::refused(cx, &on, "credential_exists")?;
        return stay(cx, flow, notice);
    }
    let flow = keep(cx, flow, Vec::new())?;
    open(cx, flow, traits, Opening::Passkey(Box::new(passkey)), previous)
}

/// The page of a flow on which the first passkey of this future account is made.
fn subject(flow: &Flow<Registration>, identity: IdentityId) -> String {
    format!("flow {} for {identity}", flow.id)
}

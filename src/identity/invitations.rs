//! Invitations (S41): an administrator expects somebody, who creates their account over a mailed link, whether or not
//! people may create any. The link proves the mailbox, works once, and leads to the address that it was mailed to only.

use std::time::Duration;

use serde_json::{Value, json};

use super::administration::{Misfit, Refusal};
use super::{accounts, start, traits};
use crate::crypto::{PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{
    Birth, Continuation, Event, Flow, FlowId, Instant, Invitation, InvitationId, Mail, Registration,
    ReturnUrl, TokenDigest,
};
use crate::store;

/// Whom to invite.
#[derive(Debug)]
pub struct NewInvitation {
    /// Where the mail goes.
    pub address: String,
    /// The schema of the account.
    pub schema_id: String,
    /// What is known already; the address stands in it in any case.
    pub traits: Value,
    /// The application that they are invited to.
    pub client_id: Option<String>,
    /// Where they go afterwards.
    pub return_to: Option<ReturnUrl>,
    /// How long the link works.
    pub lifetime: Duration,
}

/// Makes an invitation and mails it. Earlier ones for the same address are taken back.
pub fn invite(cx: &mut Cx<'_>, new: NewInvitation) -> Result<std::result::Result<Invitation, Refusal>> {
    let schema = traits::schema(cx.settings(), &new.schema_id);
    let misfit = |pointer: &str, reason: &str| {
        Refusal::Invalid(vec![Misfit { pointer: pointer.to_owned(), reason: reason.to_owned() }])
    };
    let Some(canonical) = traits::canonical_email(&new.address) else {
        return Ok(Err(misfit("/email", "it is no email address")));
    };
    let name = traits::identifier(schema);
    let mut known = new.traits;
    match known.as_object_mut() {
        Some(members) => {
            members.insert(name, Value::String(new.address.clone()));
        }
        None => return Ok(Err(misfit("/traits", "it is no object"))),
    }
    // What the person has yet to say may be missing; what is said must fit.
    let wrong: Vec<Misfit> = traits::faults_so_far(schema, &known)
        .into_iter()
        .map(|(pointer, reason)| Misfit { pointer: format!("/traits{pointer}"), reason })
        .collect();
    if !wrong.is_empty() {
        return Ok(Err(Refusal::Invalid(wrong)));
    }
    if let Some(taken) = accounts::taken(cx, &new.schema_id, &known, None)? {
        return Ok(Err(Refusal::AddressTaken(taken)));
    }
    store::invitations::revoke_of_address(cx.db, &canonical, cx.now)?;
    let token = PlainToken::generate(TokenKind::Invitation, cx.random());
    let invitation = Invitation {
        id: InvitationId::from_uuid(cx.random().uuid()),
        address: new.address,
        canonical,
        schema_id: new.schema_id,
        traits: known,
        client_id: new.client_id,
        return_to: new.return_to.map(|url| url.as_str().to_owned()),
        link: token.digest(),
        created_at: cx.now,
        expires_at: cx.now + new.lifetime,
        accepted_at: None,
        revoked_at: None,
        identity: None,
    };
    store::invitations::insert(cx.db, &invitation)?;
    let client = invitation.client_id.as_deref().and_then(|id| cx.clients().find(id));
    let mail = Mail::Invitation {
        link: token.expose().to_owned(),
        client_name: client.map(|client| client.name.clone()),
    };
    cx.queue_mail(&invitation.address, None, mail, new.lifetime)?;
    record(cx, "invitation.created", &invitation)?;
    Ok(Ok(invitation))
}

/// The invitation of this id.
pub fn find(cx: &mut Cx<'_>, id: InvitationId) -> Result<Option<Invitation>> {
    Ok(store::invitations::find(cx.db, id)?)
}

/// Invitations, the newest first, after the one of this age and id.
pub fn list(cx: &mut Cx<'_>, after: Option<(Instant, InvitationId)>, limit: i64) -> Result<Vec<Invitation>> {
    Ok(store::invitations::list(cx.db, after, limit)?)
}

/// Takes an invitation back: `false` if there is none that still opens something.
pub fn revoke(cx: &mut Cx<'_>, id: InvitationId) -> Result<bool> {
    let Some(invitation) = store::invitations::find(cx.db, id)? else { return Ok(false) };
    if !store::invitations::revoke(cx.db, id, cx.now)? {
        return Ok(false);
    }
    record(cx, "invitation.revoked", &invitation)?;
    Ok(true)
}

/// A browser opens the link: the page of an account, with what is known already. `None` if the link opens nothing.
pub fn open(cx: &mut Cx<'_>, link: &TokenDigest, browser: TokenDigest) -> Result<Option<FlowId>> {
    let found = store::invitations::find_by_link(cx.db, link)?;
    let Some(invitation) = found.filter(|invitation| invitation.is_open(cx.now)) else { return Ok(None) };
    let continuation = match &invitation.return_to {
        Some(url) => Continuation::Return(ReturnUrl::from_row(url.clone())),
        None => Continuation::Account,
    };
    let birth = Birth { browser: Some(browser), continuation, client_id: invitation.client_id.clone() };
    let schema = traits::schema(cx.settings(), &invitation.schema_id);
    let state = Registration {
        values: traits::to_form(schema, &invitation.traits),
        schema_id: Some(invitation.schema_id.clone()),
        invitation: Some(invitation.id),
        future: None,
    };
    Ok(Some(start(cx, birth, None, state)?.id))
}

/// The invitation that a flow stands on, if it still counts.
pub fn behind(cx: &mut Cx<'_>, flow: &Flow<Registration>) -> Result<Option<Invitation>> {
    let Some(id) = flow.state.invitation else { return Ok(None) };
    Ok(store::invitations::find(cx.db, id)?.filter(|invitation| invitation.is_open(cx.now)))
}

/// The traits of the account: what was known already, what the person has typed, and the address of the invitation.
pub(super) fn joined(cx: &Cx<'_>, invitation: &Invitation, typed: Value) -> Value {
    let schema = traits::schema(cx.settings(), &invitation.schema_id);
    let mut joined = invitation.traits.clone();
    let fields: Vec<String> = traits::fields(schema).into_iter().map(|field| field.name).collect();
    if let (Value::Object(joined), Value::Object(typed)) = (&mut joined, typed) {
        // A field that was emptied is empty, whatever was known.
        joined.retain(|name, _| !fields.contains(name));
        joined.extend(typed);
        joined.insert(traits::identifier(schema), json!(invitation.address));
    }
    joined
}

/// Whether the address in the form is the one that was invited, or none.
pub(super) fn is_for(cx: &Cx<'_>, invitation: &Invitation, typed: &Value) -> bool {
    let name = traits::identifier(traits::schema(cx.settings(), &invitation.schema_id));
    let address = typed.get(&name).and_then(Value::as_str).unwrap_or(&invitation.address);
    traits::canonical_email(address).is_some_and(|canonical| canonical == invitation.canonical)
}

pub(super) fn record(cx: &mut Cx<'_>, kind: &'static str, invitation: &Invitation) -> Result<()> {
    let event = Event::new(kind).with("invitation_id", invitation.id.to_string());
    let event = match &invitation.client_id {
        Some(client) => event.for_client(client),
        None => event,
    };
    cx.record(match invitation.identity {
        Some(identity) => event.of(identity),
        None => event,
    })
}

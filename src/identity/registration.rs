//! Creating an account: with a password, or with a passkey.

mod account;
mod passkey;

pub(super) use account::{Account, Opening};
pub use passkey::{passkey_options, with_passkey};

use std::collections::BTreeMap;

use serde_json::Value;

use super::{SignedIn, accounts, hold, is_open, keep, known_words, passwords, sessions, spend};
use super::{invitations, start, traits, verification};
use crate::crypto::{PasswordHash, PlainPassword};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Birth, Completed, Flow, FlowId, Invitation, Notice, Registration, Session};
use crate::store;

/// What is kept of a value to show it again; longer ones fit no schema of ours.
const SHOWN: usize = 1_000;

/// Begins a registration, with an address that was typed before.
pub fn begin(cx: &mut Cx<'_>, birth: Birth, identifier: &str) -> Result<FlowId> {
    let mut flow = start(cx, birth, None, Registration::default())?;
    if !identifier.trim().is_empty() {
        let name = format!("traits.{}", traits::identifier(schema(cx, &flow)));
        flow.state.values.insert(name, identifier.trim().chars().take(SHOWN).collect());
        store::flows::update(cx.db, &flow)?;
    }
    Ok(flow.id)
}

/// Begins a registration with what was typed into the form of another one.
pub fn begin_with(cx: &mut Cx<'_>, birth: Birth, before: Registration) -> Result<FlowId> {
    Ok(start(cx, birth, None, before)?.id)
}

/// Somebody asks for another schema than that of the client, or the default one. Without effect if nobody may.
pub fn choose_schema(cx: &mut Cx<'_>, id: FlowId, schema_id: &str) -> Result<()> {
    let may = cx.settings().identity.others.iter().any(|other| other.id == schema_id && other.registration);
    let Some(mut flow) = store::flows::find_to_change::<Registration>(cx.db, id)?.filter(|_| may) else {
        return Ok(());
    };
    flow.state.schema_id = Some(schema_id.to_owned());
    store::flows::update(cx.db, &flow)?;
    Ok(())
}

/// The schema of the account that a flow makes: the one that the registration began with, else that of its client, else
/// the default one.
pub fn schema_id(cx: &Cx<'_>, flow: &Flow<Registration>) -> String {
    let identity = &cx.settings().identity;
    let client = flow.client_id.as_deref().and_then(|id| cx.clients().find(id));
    let wanted = flow.state.schema_id.clone().or_else(|| client?.identity_schema.clone());
    wanted.filter(|id| identity.schema_of(id).is_some()).unwrap_or_else(|| identity.schema_id.clone())
}

fn schema<'a>(cx: &'a Cx<'_>, flow: &Flow<Registration>) -> traits::Schema<'a> {
    traits::schema(cx.settings(), &schema_id(cx, flow))
}

/// What a submitted form comes to before the password is hashed.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a page again is the usual outcome, and it lives for a moment")]
pub enum Prepared {
    /// The page again, with all that is wrong at once.
    Stay(Flow<Registration>),
    /// A password to hash, outside the transaction.
    Hash(Box<Draft>),
}

/// An account that is in order but for its hash.
#[derive(Debug)]
pub struct Draft {
    /// To be hashed.
    pub password: PlainPassword,
    flow: Flow<Registration>,
    traits: Value,
}

impl Draft {
    /// Takes the password out, to be hashed.
    pub fn take_password(mut self) -> (Self, PlainPassword) {
        let password = std::mem::take(&mut self.password);
        (self, password)
    }
}

/// The page again, for a password that turned out to be no good one.
pub fn refuse_password(cx: &mut Cx<'_>, draft: Draft, notice: Notice) -> Result<Flow<Registration>> {
    let flow = hold(cx, draft.flow)?;
    if is_open(&flow, cx.now) { keep(cx, flow, vec![notice]) } else { Ok(flow) }
}

/// Takes a submitted form. `values` are the controls `traits.…`; one that the schema does not know is refused.
pub fn prepare(
    cx: &mut Cx<'_>,
    flow: Flow<Registration>,
    values: BTreeMap<String, String>,
    password: &str,
) -> Result<Prepared> {
    let flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) {
        return Ok(Prepared::Stay(flow));
    }
    let mut words = known_words(cx, flow.client_id.as_deref());
    words.extend(values.values().cloned());
    let Form { flow, traits, mut notices } = match look_at(cx, flow, values)? {
        Ok(form) => form,
        Err(flow) => return Ok(Prepared::Stay(flow)),
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match passwords::check(cx.settings(), password, &words) {
        Ok(password) if notices.is_empty() => {
            let flow = keep(cx, flow, Vec::new())?;
            Ok(Prepared::Hash(Box::new(Draft { password, flow, traits })))
        }
        Ok(_) => Ok(Prepared::Stay(keep(cx, flow, notices)?)),
        Err(notice) => {
            notices.push(notice);
            Ok(Prepared::Stay(keep(cx, flow, notices)?))
        }
    }
}

/// The fields of a form that may make an account.
struct Form {
    flow: Flow<Registration>,
    traits: Value,
    /// What is wrong with the fields.
    notices: Vec<Notice>,
}

/// Looks at the fields of an open flow's form; `Err` is the page again, as nobody may make an account with it.
fn look_at(
    cx: &mut Cx<'_>,
    mut flow: Flow<Registration>,
    values: BTreeMap<String, String>,
) -> Result<std::result::Result<Form, Flow<Registration>>> {
    let invitation = invitations::behind(cx, &flow)?;
    if flow.state.invitation.is_some() && invitation.is_none() {
        let notice = Notice::error("registration.invitation_over");
        return Ok(Err(keep(cx, flow, vec![notice])?));
    }
    if !cx.settings().registration && invitation.is_none() {
        let notice = Notice::error("registration.closed").with("app", &cx.settings().name);
        return Ok(Err(keep(cx, flow, vec![notice])?));
    }
    let schema = schema(cx, &flow);
    let (traits, notices) = read(cx, schema, invitation.as_ref(), &values);
    flow.state.values = traits::shown(schema, values, SHOWN);
    Ok(Ok(Form { flow, traits, notices }))
}

/// The traits that the fields come to, and what is wrong with them.
fn read(
    cx: &Cx<'_>,
    schema: traits::Schema<'_>,
    invitation: Option<&Invitation>,
    values: &BTreeMap<String, String>,
) -> (Value, Vec<Notice>) {
    let mut notices = traits::unknown(schema, values);
    let typed = traits::from_form(schema, values);
    let made = match invitation {
        Some(invitation) if !invitations::is_for(cx, invitation, &typed) => {
            // The page cannot be made to say so: whoever sends another address has made the form.
            let name = format!("traits.{}", traits::identifier(schema));
            notices.push(Notice::error("registration.invited_address").on(&name));
            typed
        }
        Some(invitation) => invitations::joined(cx, invitation, typed),
        None => typed,
    };
    notices.extend(traits::check(schema, &made));
    (made, notices)
}

/// An invitation is accepted: the link has proven the mailbox, so nothing else is asked for.
fn invited(
    cx: &mut Cx<'_>,
    mut flow: Flow<Registration>,
    made: Value,
    opening: &Opening,
    previous: Option<&Session>,
) -> Result<Registered> {
    let stay = |cx: &mut Cx<'_>, flow, notice| Ok(Registered::Stay(keep(cx, flow, vec![notice])?));
    let (Some(mut invitation), Some(browser)) = (invitations::behind(cx, &flow)?, flow.browser) else {
        return stay(cx, flow, Notice::error("registration.invitation_over"));
    };
    if accounts::taken(cx, &invitation.schema_id, &made, None)?.is_some() {
        return stay(cx, flow, Notice::error("registration.invited_taken"));
    }
    let identity = opening.identity(cx, &invitation.schema_id, made);
    flow.identity = Some(identity.id);
    let completed = match spend(cx, flow)? {
        Ok(completed) => completed,
        Err(flow) => return Ok(Registered::Stay(flow)),
    };
    if !store::invitations::accept(cx.db, invitation.id, identity.id, cx.now)? {
        return Err(Fault::Overloaded(std::time::Duration::from_secs(1)));
    }
    accounts::insert(cx, &identity, |canonical| canonical == invitation.canonical)?;
    opening.give(cx, identity.id)?;
    invitation.identity = Some(identity.id);
    invitations::record(cx, "invitation.accepted", &invitation)?;
    let signed_in = sessions::sign_in(cx, identity.id, browser, opening.amr(), previous)?;
    opening.provide(cx, &signed_in.session)?;
    Ok(Registered::Done(completed, signed_in))
}

/// What came of a registration.
#[derive(Debug)]
pub enum Registered {
    /// The address must be proven first. The flow stays open, for "Use a different email".
    MustProve(Flow<Registration>, Pending),
    /// The account is made, and its owner is signed in.
    Done(Completed, SignedIn),
    /// The page again: an invitation counts no more.
    Stay(Flow<Registration>),
}

/// An account that waits for the proof of its address.
#[derive(Debug)]
pub struct Pending {
    /// The address, as it was typed.
    pub(super) address: String,
    /// What is to be made; `None` if somebody has the address already. The page must not show which.
    pub(super) account: Option<Account>,
}

/// Takes the hash: the account is made, or waits for the proof of its address.
pub fn finish(
    cx: &mut Cx<'_>,
    draft: Draft,
    hash: PasswordHash,
    previous: Option<&Session>,
) -> Result<Registered> {
    let Draft { flow, traits: made, .. } = draft;
    let flow = hold(cx, flow)?;
    open(cx, flow, made, Opening::Password(hash), previous)
}

/// Makes the account that opens so, or lets it wait for the proof of its address.
fn open(
    cx: &mut Cx<'_>,
    mut flow: Flow<Registration>,
    made: Value,
    opening: Opening,
    previous: Option<&Session>,
) -> Result<Registered> {
    if flow.state.invitation.is_some() {
        return invited(cx, flow, made, &opening, previous);
    }
    let schema_id = schema_id(cx, &flow);
    let schema = traits::schema(cx.settings(), &schema_id);
    let address = traits::addresses(schema, &made).into_iter().next().unwrap_or_default();
    let taken = accounts::taken(cx, &schema_id, &made, None)?;
    if let Some(taken) = taken {
        return Ok(Registered::MustProve(flow, Pending { address: taken, account: None }));
    }
    let Some(browser) = flow.browser else {
        return Ok(Registered::MustProve(flow, Pending { address, account: None }));
    };
    if cx.settings().verification_required && !address.is_empty() {
        let account = Account { schema_id, traits: made, opening };
        return Ok(Registered::MustProve(flow, Pending { address, account: Some(account) }));
    }
    let identity = opening.identity(cx, &schema_id, made);
    flow.identity = Some(identity.id);
    let birth = flow.birth();
    let completed = match spend(cx, flow)? {
        Ok(completed) => completed,
        // The same form twice: the other one has made the account, so this one's owner has it.
        Err(flow) => return Ok(Registered::MustProve(flow, Pending { address, account: None })),
    };
    accounts::insert(cx, &identity, |_| false)?;
    opening.give(cx, identity.id)?;
    if !address.is_empty() {
        verification::begin_for_address(cx, birth, identity.id, &address)?;
    }
    let signed_in = sessions::sign_in(cx, identity.id, browser, opening.amr(), previous)?;
    opening.provide(cx, &signed_in.session)?;
    Ok(Registered::Done(completed, signed_in))
}

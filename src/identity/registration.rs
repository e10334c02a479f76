//! Creating an account.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{SignedIn, accounts, credentials, hold, is_open, keep, known_words, passwords, sessions, spend};
use super::{start, traits, verification};
use crate::crypto::{PasswordHash, PlainPassword};
use crate::cx::{Cx, Result};
use crate::model::{Birth, Completed, Flow, FlowId, Notice, Registration, Session};

/// What is kept of a value to show it again; longer ones fit no schema of ours.
const SHOWN: usize = 1_000;

/// Begins a registration, with an address that was typed before.
pub fn begin(cx: &mut Cx<'_>, birth: Birth, identifier: &str) -> Result<FlowId> {
    let mut values = BTreeMap::new();
    if !identifier.trim().is_empty() {
        let name = format!("traits.{}", traits::identifier(cx.settings()));
        values.insert(name, identifier.trim().chars().take(SHOWN).collect());
    }
    begin_with(cx, birth, values)
}

/// Begins a registration with what was typed into the form of another one.
pub fn begin_with(cx: &mut Cx<'_>, birth: Birth, values: BTreeMap<String, String>) -> Result<FlowId> {
    Ok(start(cx, birth, None, Registration { values })?.id)
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

/// Takes a submitted form. `values` are the controls `traits.…`; one that the schema does not know is refused.
pub fn prepare(
    cx: &mut Cx<'_>,
    flow: Flow<Registration>,
    values: BTreeMap<String, String>,
    password: &str,
) -> Result<Prepared> {
    let mut flow = hold(cx, flow)?;
    if !is_open(&flow, cx.now) {
        return Ok(Prepared::Stay(flow));
    }
    if !cx.settings().registration {
        let notice = Notice::error("registration.closed").with("app", &cx.settings().name);
        return Ok(Prepared::Stay(keep(cx, flow, vec![notice])?));
    }
    let mut notices = traits::unknown(cx.settings(), &values);
    let made = traits::from_form(cx.settings(), &values);
    notices.extend(traits::check(cx.settings(), &made));
    let mut words = known_words(cx, flow.client_id.as_deref());
    words.extend(values.values().cloned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let password = passwords::check(cx.settings(), password, &words);
    flow.state.values = traits::shown(cx.settings(), values, SHOWN);
    match password {
        Ok(password) if notices.is_empty() => {
            let flow = keep(cx, flow, Vec::new())?;
            Ok(Prepared::Hash(Box::new(Draft { password, flow, traits: made })))
        }
        Ok(_) => Ok(Prepared::Stay(keep(cx, flow, notices)?)),
        Err(notice) => {
            notices.push(notice);
            Ok(Prepared::Stay(keep(cx, flow, notices)?))
        }
    }
}

/// What came of a registration.
#[derive(Debug)]
pub enum Registered {
    /// The address must be proven first. The flow stays open, for "Use a different email".
    MustProve(Flow<Registration>, Pending),
    /// The account is made, and its owner is signed in.
    Done(Completed, SignedIn),
}

/// An account that waits for the proof of its address.
#[derive(Debug)]
pub struct Pending {
    /// The address, as it was typed.
    pub(super) address: String,
    /// Traits and password hash; `None` if somebody has the address already. The page must not show which.
    pub(super) account: Option<(Value, PasswordHash)>,
}

/// Takes the hash: the account is made, or waits for the proof of its address.
pub fn finish(
    cx: &mut Cx<'_>,
    draft: Draft,
    hash: PasswordHash,
    previous: Option<&Session>,
) -> Result<Registered> {
    let Draft { flow, traits: made, .. } = draft;
    let mut flow = hold(cx, flow)?;
    let address = traits::addresses(cx.settings(), &made).into_iter().next().unwrap_or_default();
    let taken = accounts::taken(cx, &made, None)?;
    if let Some(taken) = taken {
        return Ok(Registered::MustProve(flow, Pending { address: taken, account: None }));
    }
    let Some(browser) = flow.browser else {
        return Ok(Registered::MustProve(flow, Pending { address, account: None }));
    };
    if cx.settings().verification_required && !address.is_empty() {
        return Ok(Registered::MustProve(flow, Pending { address, account: Some((made, hash)) }));
    }
    let identity = accounts::new_identity(cx, made.clone());
    flow.identity = Some(identity.id);
    let birth = flow.birth();
    let completed = match spend(cx, flow)? {
        Ok(completed) => completed,
        // The same form twice: the other one has made the account, so this one's owner has it.
        Err(flow) => return Ok(Registered::MustProve(flow, Pending { address, account: None })),
    };
    accounts::insert(cx, &identity, |_| false)?;
    credentials::set(cx, identity.id, &hash)?;
    if !address.is_empty() {
        verification::begin_for_address(cx, birth, identity.id, &address)?;
    }
    let signed_in = sessions::sign_in(cx, identity.id, browser, &["pwd"], previous)?;
    Ok(Registered::Done(completed, signed_in))
}

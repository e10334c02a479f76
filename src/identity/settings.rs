//! What a person changes in their account: profile and password.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::guessing::{self, Whom};
use super::throttle::{self, PASSWORD};
use super::{accounts, credentials, known_words, parked, passwords, sessions, traits};
use crate::crypto::{PasswordHash, PlainPassword, Verdict};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Event, Identity, IdentityId, Mail, Notice, Session};
use crate::store;

/// What is kept of a value to show it again.
const SHOWN: usize = 1_000;

/// What came of a changed profile.
#[derive(Debug)]
pub enum Saved {
    /// Nothing was changed: what is wrong, and what was typed.
    Stay(Vec<Notice>, BTreeMap<String, String>),
    /// It is saved.
    Done {
        /// The trait and its new address, which must be proven before it takes the place of the old one.
        pending_address: Option<(String, String)>,
    },
}

/// The profile as values of its form, by the names of the controls.
pub fn values(cx: &mut Cx<'_>, identity: IdentityId) -> Result<BTreeMap<String, String>> {
    let person = accounts::existing(cx, identity)?;
    Ok(traits::to_form(traits::schema(cx.settings(), &person.schema_id), &person.traits))
}

/// The schema that the profile obeys.
pub fn schema_id(cx: &mut Cx<'_>, identity: IdentityId) -> Result<String> {
    Ok(accounts::existing(cx, identity)?.schema_id)
}

/// What a changed profile comes to, before it is saved.
struct Plan {
    person: Identity,
    changed: bool,
    pending_address: Option<(String, String)>,
}

/// What is wrong with a changed profile; nothing is saved.
pub fn check_profile(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    values: &BTreeMap<String, String>,
) -> Result<Vec<Notice>> {
    Ok(plan(cx, identity, values)?.err().unwrap_or_default())
}

/// Saves a changed profile. A new address waits for its proof (`verification::begin_for_change`).
pub fn save_profile(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    values: BTreeMap<String, String>,
) -> Result<Saved> {
    let Plan { mut person, changed, pending_address } = match plan(cx, identity, &values)? {
        Ok(plan) => plan,
        Err(notices) => {
            let person = accounts::existing(cx, identity)?;
            let schema = traits::schema(cx.settings(), &person.schema_id);
            return Ok(Saved::Stay(notices, traits::shown(schema, values, SHOWN)));
        }
    };
    if changed && !accounts::update(cx, &mut person, |_| false)? {
        // Somebody else has changed the same person at the same moment: the whole transaction is worth another try.
        return Err(Fault::Overloaded(Duration::from_secs(1)));
    }
    Ok(Saved::Done { pending_address })
}

fn plan(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    values: &BTreeMap<String, String>,
) -> Result<std::result::Result<Plan, Vec<Notice>>> {
    let mut person = accounts::existing(cx, identity)?;
    let schema = traits::schema(cx.settings(), &person.schema_id);
    let typed = traits::from_form(schema, values);
    let mut wanted = person.traits.clone();
    let mut pending_address = None;
    if let Value::Object(wanted) = &mut wanted {
        for field in traits::fields(schema) {
            if !values.contains_key(&format!("traits.{}", field.name)) {
                continue;
            }
            match typed.get(&field.name) {
                Some(value) => wanted.insert(field.name, value.clone()),
                None => wanted.remove(&field.name),
            };
        }
    }
    let mut notices = traits::unknown(schema, values);
    notices.extend(traits::check(schema, &wanted));
    if !notices.is_empty() {
        return Ok(Err(notices));
    }
    for field in traits::fields(schema).into_iter().filter(|field| field.address) {
        let canonical = |traits: &Value| {
            traits.get(&field.name).and_then(Value::as_str).and_then(traits::canonical_email)
        };
        let (before, after) = (canonical(&person.traits), canonical(&wanted));
        let Some(new) = wanted.get(&field.name).and_then(Value::as_str).map(str::to_owned) else { continue };
        if after != before {
            pending_address = Some((field.name.clone(), new));
        }
        // Until the new address is proven, the old one stays; a mere spelling is not taken over, as mail goes there.
        if let Value::Object(wanted) = &mut wanted {
            match person.traits.get(&field.name) {
                Some(old) => wanted.insert(field.name, old.clone()),
                None => wanted.remove(&field.name),
            };
        }
    }
    let changed = wanted != person.traits;
    person.traits = wanted;
    Ok(Ok(Plan { person, changed, pending_address }))
}

/// What a submitted form comes to before anything is compared or hashed.
#[derive(Debug)]
pub enum PasswordPrepared {
    /// The page again, with what is wrong.
    Stay(Vec<Notice>),
    /// Work to do outside the transaction.
    Work(Box<PasswordChange>),
}

/// A change that waits for its comparisons and its hash: first `compare`, then `same`, then `judge`, then `new`.
#[derive(Debug)]
pub struct PasswordChange {
    /// What was typed as the current password, and what to compare it with; `None` if the sign-in is young enough.
    pub compare: Option<(PlainPassword, Option<PasswordHash>)>,
    /// The new password and the current hash, which must not match; `None` if the two that were typed differ.
    pub same: Option<(PlainPassword, PasswordHash)>,
    /// The new password, to be hashed.
    pub new: PlainPassword,
}

/// Takes a submitted form. The current password is asked for unless the sign-in is recent; a try of it counts like a
/// sign-in.
pub fn prepare_password(
    cx: &mut Cx<'_>,
    session: &Session,
    current: Option<&str>,
    new: &str,
) -> Result<PasswordPrepared> {
    let identity = session.identity;
    let person = accounts::existing(cx, identity)?;
    let is_recent = sessions::is_recent(cx.settings(), session, cx.now);
    let stored = credentials::find(cx, identity)?.map(|stored| stored.hash);
    let mut notices = Vec::new();
    let current = if is_recent || stored.is_none() { None } else { Some(current.unwrap_or_default()) };
    if current == Some("") {
        let notice = Notice::error("field.empty").with("field", "current_password");
        notices.push(notice.on("current_password"));
    }
    let mut words = known_words(cx, None);
    words.extend(traits::words(&person.traits));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let repeated = current == Some(new);
    let new = match passwords::check_length(passwords::least(cx, identity)?, new, &words) {
        Ok(new) if notices.is_empty() => new,
        Ok(_) => return Ok(PasswordPrepared::Stay(notices)),
        Err(notice) => {
            notices.push(notice);
            return Ok(PasswordPrepared::Stay(notices));
        }
    };
    // Whoever typed the same twice hears of it once it is known that it is the current one.
    let same = stored.clone().filter(|_| repeated || current.is_none());
    let same = same.and_then(|hash| PlainPassword::new(new.expose()).map(|new| (new, hash)));
    let Some(current) = current else {
        return Ok(PasswordPrepared::Work(Box::new(PasswordChange { compare: None, same, new })));
    };
    let whom = Whom { identity: Some(identity), address: "", browser: Some(session.browser) };
    let subject = guessing::counter(cx, &PASSWORD, whom)?;
    if let Some(notice) = throttle::count(cx, subject)?.refusal() {
        return Ok(PasswordPrepared::Stay(vec![notice.on("current_password")]));
    }
    let Some(current) = PlainPassword::new(current) else {
        return Ok(PasswordPrepared::Stay(vec![wrong_current()]));
    };
    Ok(PasswordPrepared::Work(Box::new(PasswordChange { compare: Some((current, stored)), same, new })))
}

/// Takes the verdicts of the comparisons. No notice: the new password may be hashed and saved.
pub fn judge(
    cx: &mut Cx<'_>,
    session: &Session,
    compare: Option<Verdict>,
    same: Option<Verdict>,
) -> Result<Vec<Notice>> {
    if compare.is_some_and(|verdict| !verdict.matches) {
        cx.record(Event::new("password.mismatch").of(session.identity).in_session(session.id))?;
        return Ok(vec![wrong_current()]);
    }
    if same.is_some_and(|verdict| verdict.matches) {
        return Ok(vec![Notice::error("pw.same").on("password")]);
    }
    Ok(Vec::new())
}

fn wrong_current() -> Notice {
    Notice::error("password.mismatch_current").on("current_password")
}

/// Sets the new password: codes that were mailed, flows that are open and changes that
/// wait are dead, and every proven address is told.
pub fn save_password(cx: &mut Cx<'_>, identity: IdentityId, hash: PasswordHash) -> Result<()> {
    credentials::set(cx, identity, &hash)?;
    guessing::forget_password(cx, identity)?;
    store::one_time_codes::expire_of_identity(cx.db, identity, cx.now)?;
    store::flows::expire_of_identity(cx.db, identity, None, cx.now)?;
    parked::forget(cx, identity)?;
    cx.notify(identity, &Mail::PasswordChanged)
}

//! Sensitive changes that wait: whoever signed in too long ago shows again who they are, and then what they had sent is
//! done as they had sent it (pages 1.4.6).
//!
//! What was typed stays here, sealed; the browser carries only an id. It is of use to the session and the browser that
//! sent it, for ten minutes, and once.

use super::{factors, sessions};
use crate::cx::{Cx, Fault, Result};
use crate::model::{IdentityId, PARKED, ParkedChange, ParkedChangeId, Session, TokenDigest};
use crate::store;

/// The fields of a form, in their order.
pub type Fields = Vec<(String, String)>;

/// Where a parked change stands.
#[derive(Debug)]
pub enum Standing {
    /// It may be applied: this is the session that sent it, which has shown lately who it is, with all factors.
    Ready(Session, ParkedChange),
    /// Its person has not shown lately who they are.
    Stale(Session),
    /// It was applied, or waited for too long: the page that it belongs to, for this session.
    Over(Session, ParkedChange),
    /// It is nobody's here: of another browser, of a session that has ended, or gone.
    Unknown,
}

/// A change that is to be applied now.
#[derive(Debug)]
pub struct Unparked {
    /// In which session.
    pub session: Session,
    /// The path that the form was sent to.
    pub path: String,
    /// What was typed.
    pub fields: Fields,
}

/// Puts a form aside until its person has shown again who they are.
pub fn park(cx: &mut Cx<'_>, session: &Session, path: &str, fields: &Fields) -> Result<ParkedChangeId> {
    let id = ParkedChangeId::from_uuid(cx.random().uuid());
    let plain = serde_json::to_vec(fields).map_err(|why| Fault::Internal(why.to_string()))?;
    let change = ParkedChange {
        id,
        identity: session.identity,
        session: session.id,
        browser: session.browser,
        path: path.to_owned(),
        sealed: cx.env.secrets.seal(cx.random(), &ParkedChange::place(id), &plain)?,
        created_at: cx.now,
        expires_at: cx.now + PARKED,
        used_at: None,
    };
    store::parked_changes::insert(cx.db, &change)?;
    Ok(id)
}

/// Where a parked change stands for this browser. The session is the one that sent it, and no other one.
pub fn stand(cx: &mut Cx<'_>, id: ParkedChangeId, browser: &TokenDigest) -> Result<Standing> {
    let Some(change) = store::parked_changes::find(cx.db, id)?.filter(|change| change.browser == *browser)
    else {
        return Ok(Standing::Unknown);
    };
    let session = store::sessions::find(cx.db, change.session)?
        .filter(|session| session.browser == *browser && session.is_alive(cx.now));
    let is_active = store::identities::find(cx.db, change.identity)?.is_some_and(|person| person.is_active());
    let Some(session) = session.filter(|session| is_active && session.identity == change.identity) else {
        return Ok(Standing::Unknown);
    };
    Ok(if change.used_at.is_some() || change.expires_at <= cx.now {
        Standing::Over(session, change)
    } else if sessions::is_recent(cx.settings(), &session, cx.now) && factors::is_shown(cx, &session)? {
        Standing::Ready(session, change)
    } else {
        Standing::Stale(session)
    })
}

/// Takes a change out to be applied, once. `None` if it may not be applied here and now.
pub fn take(cx: &mut Cx<'_>, id: ParkedChangeId, browser: &TokenDigest) -> Result<Option<Unparked>> {
    let Standing::Ready(session, change) = stand(cx, id, browser)? else { return Ok(None) };
    if !store::parked_changes::consume(cx.db, id, cx.now)? {
        return Ok(None);
    }
    let plain = cx.env.secrets.open(&ParkedChange::place(id), &change.sealed)?;
    let fields = serde_json::from_slice(&plain)
        .map_err(|_| Fault::Internal(format!("the parked change {id} holds nonsense")))?;
    Ok(Some(Unparked { session, path: change.path, fields }))
}

/// Makes every change void that waits for this person: something has happened after which nothing of before may go on.
pub fn forget(cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
    Ok(store::parked_changes::delete_of_identity(cx.db, identity)?)
}

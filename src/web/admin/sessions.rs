//! Sessions: who is signed in where, and an end to it (Kratos' `session`).

use std::collections::HashMap;

use actix_web::http::StatusCode;
use serde_json::Value;

use super::identity::{Person, Shown};
use super::input::{self, Query};
use super::paging::{self, Page};
use super::refusal::{Answer, Refused};
use super::session::shape;
use crate::identity;
use crate::journey;
use crate::model::{IdentityId, SessionId};
use crate::store;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// In events.
const REASON: &str = "ended_by_administrator";

/// `GET /admin/identities/{id}/sessions`: the newest first.
pub(super) async fn list(visit: Visit) -> Answer {
    let id: IdentityId = input::id(&visit)?;
    let query = Query::of(&visit, &["page_size", "page_token", "active"])?;
    let page = Page::of(&visit, &query, "identity-sessions")?;
    let active = active(&query)?;
    let (after, limit) = (page.after_age(SessionId::from_uuid), page.limit());
    let found = visit
        .work()
        .read(move |cx| {
            let Some(person) = Person::find(cx, id)? else { return Ok(None) };
            let sessions = store::sessions::list_of(cx.db, id, active, cx.now, after, limit)?;
            Ok(Some((person, sessions, cx.now)))
        })
        .await?;
    let (person, mut sessions, now) = found.ok_or_else(|| Refused::not_found("identity"))?;
    let next = page.cut(&mut sessions, |session| paging::age(session.created_at, session.id.uuid()));
    let identity = person.json(visit.settings());
    let rows: Vec<Value> =
        sessions.iter().map(|session| shape(session, now, Some(identity.clone()), true)).collect();
    page.reply(&visit, &rows, next)
}

/// `GET /admin/sessions`: all of them, the newest first.
pub(super) async fn all(visit: Visit) -> Answer {
    let query = Query::of(&visit, &["page_size", "page_token", "active", "expand"])?;
    let page = Page::of(&visit, &query, "sessions")?;
    let (active, expand) = (active(&query)?, Expand::of(&query)?);
    let (after, limit) = (page.after_age(SessionId::from_uuid), page.limit());
    let (mut sessions, people, now) = visit
        .work()
        .read(move |cx| {
            let sessions = store::sessions::list(cx.db, active, cx.now, after, limit)?;
            let mut people = HashMap::new();
            if expand.identity {
                let mut ids: Vec<IdentityId> = sessions.iter().map(|session| session.identity).collect();
                ids.sort_unstable();
                ids.dedup();
                let identities = store::identities::find_all(cx.db, &ids)?;
                let found = Person::list(cx, identities, &Shown::default())?;
                people = found.into_iter().map(|person| (person.identity.id, person)).collect();
            }
            Ok((sessions, people, cx.now))
        })
        .await?;
    let next = page.cut(&mut sessions, |session| paging::age(session.created_at, session.id.uuid()));
    let rows: Vec<Value> = sessions
        .iter()
        .map(|session| {
            let person = people.get(&session.identity).map(|person| person.json(visit.settings()));
            shape(session, now, person, expand.devices)
        })
        .collect();
    page.reply(&visit, &rows, next)
}

fn active(query: &Query<'_>) -> Answer<Option<bool>> {
    match query.one("active")? {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(Refused::bad_request("invalid_parameter", "active is true or false.").into()),
    }
}

/// `PATCH /admin/sessions/{id}/extend`: a living session is prolonged, as if it had begun now.
pub(super) async fn extend(visit: Visit) -> Answer {
    let id: SessionId = input::id(&visit)?;
    let extended = visit
        .work()
        .write(move |cx| match store::sessions::find(cx.db, id)? {
            Some(session) => identity::sessions::extend(cx, &session),
            None => Ok(false),
        })
        .await?;
    if !extended {
        return Err(Refused::not_found("living session").into());
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// `DELETE /admin/identities/{id}/sessions`: all of them, with what was granted in them and is not offline.
pub(super) async fn end_all(visit: Visit) -> Answer {
    let id: IdentityId = input::id(&visit)?;
    let ended = visit
        .work()
        .write(move |cx| {
            if store::identities::find(cx.db, id)?.is_none() {
                return Ok(None);
            }
            journey::end_sessions(cx, id, REASON).map(Some)
        })
        .await?;
    ended.ok_or_else(|| Refused::not_found("identity"))?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// `GET /admin/sessions/{id}`, ended ones included.
pub(super) async fn get(visit: Visit) -> Answer {
    let id: SessionId = input::id(&visit)?;
    let expand = Expand::of(&Query::of(&visit, &["expand"])?)?;
    let found = visit
        .work()
        .read(move |cx| {
            let Some(session) = store::sessions::find(cx.db, id)? else { return Ok(None) };
            let person = Person::find(cx, session.identity)?;
            Ok(Some((session, person, cx.now)))
        })
        .await?;
    let (session, person, now) = found.ok_or_else(|| Refused::not_found("session"))?;
    let identity = person.filter(|_| expand.identity).map(|person| person.json(visit.settings()));
    Ok(Reply::json(StatusCode::OK, &shape(&session, now, identity, expand.devices))?)
}

/// `DELETE /admin/sessions/{id}`. One that has ended already is ended.
pub(super) async fn end(visit: Visit) -> Answer {
    let id: SessionId = input::id(&visit)?;
    let found = visit
        .work()
        .write(move |cx| {
            let Some(session) = store::sessions::find(cx.db, id)? else { return Ok(false) };
            journey::end_session(cx, &session, REASON)?;
            Ok(true)
        })
        .await?;
    if !found {
        return Err(Refused::not_found("session").into());
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// What is shown beside the session itself.
#[derive(Clone, Copy)]
struct Expand {
    identity: bool,
    devices: bool,
}

impl Expand {
    fn of(query: &Query<'_>) -> Answer<Self> {
        let mut expand = Self { identity: false, devices: false };
        for name in query.all("expand") {
            match name {
                "identity" => expand.identity = true,
                "devices" => expand.devices = true,
                _ => {
                    let reason = "expand takes identity and devices.";
                    return Err(Refused::bad_request("invalid_parameter", reason).into());
                }
            }
        }
        Ok(expand)
    }
}

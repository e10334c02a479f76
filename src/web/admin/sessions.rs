//! Sessions: who is signed in where, and an end to it (Kratos' `session`).

use std::collections::HashMap;

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::identity::Person;
use super::input::{self, Query};
use super::paging::{self, Page};
use super::refusal::{Answer, Refused};
use crate::config::Settings;
use crate::identity;
use crate::journey;
use crate::model::{IdentityId, Instant, Session, SessionId};
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
    let expand = Expand { identity: true, devices: true };
    let rows: Vec<Value> =
        sessions.iter().map(|session| shape(session, now, Some(&person), expand, visit.settings())).collect();
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
                let found = Person::list(cx, identities, false)?;
                people = found.into_iter().map(|person| (person.identity.id, person)).collect();
            }
            Ok((sessions, people, cx.now))
        })
        .await?;
    let next = page.cut(&mut sessions, |session| paging::age(session.created_at, session.id.uuid()));
    let rows: Vec<Value> = sessions
        .iter()
        .map(|session| shape(session, now, people.get(&session.identity), expand, visit.settings()))
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
    Ok(Reply::json(StatusCode::OK, &shape(&session, now, person.as_ref(), expand, visit.settings()))?)
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

fn shape(
    session: &Session,
    now: Instant,
    person: Option<&Person>,
    expand: Expand,
    settings: &Settings,
) -> Value {
    let aal = session.assurance.name();
    let completed_at = session.authenticated_at.rfc3339();
    let methods: Vec<Value> = methods(&session.amr)
        .into_iter()
        .map(|method| json!({"method": method, "aal": aal, "completed_at": completed_at}))
        .collect();
    let mut json = json!({
        "id": session.id,
        "active": session.is_alive(now),
        "issued_at": session.created_at.rfc3339(),
        "expires_at": session.idle_expires_at.min(session.expires_at).rfc3339(),
        "authenticated_at": completed_at,
        "authenticator_assurance_level": aal,
        "authentication_methods": methods,
    });
    if expand.devices {
        json["devices"] = json!([{
            "id": session.id,
            "ip_address": session.peer,
            "user_agent": session.user_agent,
        }]);
    }
    if let Some(person) = person.filter(|_| expand.identity) {
        json["identity"] = person.json(settings);
    }
    json
}

/// Ory's names for what RFC 8176 says of a sign-in. A touch, and that there were two factors, are no methods of their own.
fn methods(amr: &[String]) -> Vec<&str> {
    let has_password = amr.iter().any(|how| how == "pwd");
    amr.iter()
        .filter(|how| !matches!(how.as_str(), "user" | "mfa"))
        .map(|how| match how.as_str() {
            "pwd" => "password",
            "hwk" | "swk" if has_password => "webauthn",
            "hwk" | "swk" => "passkey",
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Mode, Sources};
    use crate::model::{Assurance, TokenDigest};
    use uuid::Uuid;

    #[test]
    fn a_session_has_orys_shape_and_no_token() {
        let at = Instant::from_seconds;
        let session = Session {
            id: SessionId::from_uuid(Uuid::from_u128(1)),
            identity: IdentityId::from_uuid(Uuid::from_u128(2)),
            browser: TokenDigest::from_bytes([7; 32]),
            assurance: Assurance::Aal1,
            amr: vec!["pwd".to_owned()],
            user_agent: "curl".to_owned(),
            peer: "203.0.113.9".to_owned(),
            created_at: at(0),
            authenticated_at: at(60),
            last_seen_at: at(60),
            idle_expires_at: at(120),
            expires_at: at(600),
            ended_at: None,
        };
        let settings = Settings::load(Mode::Development, &Sources::default()).0.unwrap();
        let expand = Expand { identity: true, devices: true };
        let json = shape(&session, at(100), None, expand, &settings);
        assert_eq!(
            json,
            json!({
                "id": "00000000-0000-0000-0000-000000000001",
                "active": true,
                "issued_at": "1970-01-01T00:00:00.000000Z",
                "expires_at": "1970-01-01T00:02:00.000000Z",
                "authenticated_at": "1970-01-01T00:01:00.000000Z",
                "authenticator_assurance_level": "aal1",
                "authentication_methods": [
                    {"method": "password", "aal": "aal1", "completed_at": "1970-01-01T00:01:00.000000Z"}
                ],
                "devices": [{
                    "id": "00000000-0000-0000-0000-000000000001",
                    "ip_address": "203.0.113.9", "user_agent": "curl",
                }],
            })
        );
        assert_eq!(shape(&session, at(120), None, expand, &settings)["active"], false);
    }

    #[test]
    fn methods_have_orys_names() {
        let named = |amr: &[&str]| {
            let amr: Vec<String> = amr.iter().map(|&how| how.to_owned()).collect();
            methods(&amr).join(" ")
        };
        assert_eq!(named(&["pwd"]), "password");
        assert_eq!(named(&["swk", "user", "mfa"]), "passkey");
        assert_eq!(named(&["pwd", "hwk", "user", "mfa"]), "password webauthn");
    }
}

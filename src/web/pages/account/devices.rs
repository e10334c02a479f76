//! The devices: where the person is signed in.

use super::{moment, own_form, sender, session, signed_in_first};
use crate::cx::Result;
use crate::identity::sessions as devices;
use crate::journey;
use crate::model::{Notice, SessionId};
use crate::store;
use crate::web::page::{SessionRow, SessionsPage};
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// The page.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let (alive, apps) = visit
        .work()
        .read(move |cx| {
            let alive = devices::list(cx, id)?;
            let ids: Vec<SessionId> = alive.iter().map(|session| session.id).collect();
            let parts = store::session_clients::list_all(cx.db, &ids)?;
            let clients = cx.clients();
            let name = |id: &str| clients.find(id).map(|client| client.name.clone());
            let named = |(session, id): (SessionId, String)| Some((session, name(&id)?));
            Ok((alive, parts.into_iter().filter_map(named).collect::<Vec<_>>()))
        })
        .await?;
    let frame = visit.frame();
    let rows = alive
        .into_iter()
        .map(|row| SessionRow {
            id: row.id.to_string(),
            device: frame.text.device(&row.user_agent),
            how: row.amr.iter().filter_map(|amr| how(amr)).map(|id| frame.text.say(id, &[])).collect(),
            apps: apps.iter().filter(|(of, _)| *of == row.id).map(|(_, name)| name.clone()).collect(),
            place: row.peer,
            signed_in: moment(&frame.text, row.authenticated_at),
            last_seen: moment(&frame.text, row.last_seen_at),
            current: row.id == session.id,
        })
        .collect();
    Reply::own_page(&SessionsPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        sessions: rows,
        form: own_form(&visit, path::SESSIONS, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// The words for a way to sign in (RFC 8176).
fn how(amr: &str) -> Option<&'static str> {
    Some(match amr {
        "pwd" => "how.password",
        "otp" => "how.code",
        "hwk" | "swk" => "how.passkey",
        _ => return None,
    })
}

/// Signs out one other device, or all others. A session of somebody else is not found (S15).
pub(in crate::web) async fn end(visit: Visit, fields: FormFields) -> Result<Reply> {
    let session = match sender(&visit, &fields).await? {
        Ok(session) => session,
        Err(reply) => return Ok(reply),
    };
    let one: Option<SessionId> = fields.get("session").parse().ok();
    let current = session.clone();
    let notice = visit
        .work()
        .write(move |cx| {
            let Some(one) = one else {
                let ended = journey::end_other_sessions(cx, &current, "signed_out_elsewhere")?;
                return Ok(Notice::success("sessions.ended").with("n", ended));
            };
            let found = store::sessions::find(cx.db, one)?;
            if let Some(other) =
                found.filter(|other| other.identity == current.identity && other.id != current.id)
            {
                journey::end_session(cx, &other, "signed_out_elsewhere")?;
            }
            Ok(Notice::success("session.ended"))
        })
        .await?;
    Said { notices: vec![notice], ..Said::default() }.again(&visit, &session)
}

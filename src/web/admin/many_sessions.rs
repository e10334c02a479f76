//! `POST /admin/sessions`: many sessions are ended, or deleted.

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::input;
use super::refusal::{Answer, Refused, Stop};
use crate::cx::{Cx, Result};
use crate::journey;
use crate::model::{IdentityId, Session, SessionId};
use crate::store;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The most ids of one call.
const MOST: usize = 500;

/// Sessions of one call that is about all of them.
const BATCH: i64 = 500;

/// In events.
const REASON: &str = "ended_by_administrator";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    action: Action,
    identities: Option<Vec<String>>,
    sessions: Option<Vec<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    /// They end, and can still be read.
    Disable,
    /// They end, and are gone.
    Delete,
}

enum Which {
    All,
    OfIdentities(Vec<IdentityId>),
    These(Vec<SessionId>),
}

/// Answers how many there were, and whether there are more.
pub(super) async fn end(visit: Visit) -> Answer {
    let Body { action, identities, sessions } = input::json(&visit)?;
    let which = match (identities, sessions) {
        (Some(one), None) if one == ["*"] => Which::All,
        (Some(many), None) => Which::OfIdentities(ids(&many, "/identities")?),
        (None, Some(many)) => Which::These(ids(&many, "/sessions")?),
        _ => {
            let reason = "Give either identities or sessions.";
            return Err(Refused::bad_request("conflicting_parameters", reason).into());
        }
    };
    let (processed, more) = visit.work().write(move |cx| end_those(cx, action, &which)).await?;
    Ok(Reply::json(StatusCode::OK, &json!({"processed": processed, "more": more}))?)
}

fn ids<T: std::str::FromStr>(texts: &[String], pointer: &str) -> Answer<Vec<T>> {
    if texts.len() > MOST {
        return Err(Refused::bad_request("too_many_ids", format!("At most {MOST} ids can be given.")).into());
    }
    let wrong = || Stop::from(input::malformed_id("in the body").at(pointer));
    texts.iter().map(|text| text.parse().map_err(|_| wrong())).collect()
}

fn end_those(cx: &mut Cx<'_>, action: Action, which: &Which) -> Result<(usize, bool)> {
    let delete = action == Action::Delete;
    let found: Vec<Session> = match which {
        Which::All => store::sessions::list(cx.db, (!delete).then_some(true), cx.now, None, BATCH)?,
        Which::OfIdentities(identities) => {
            let mut found = Vec::new();
            for identity in identities {
                let alive = (!delete).then_some(true);
                found.extend(store::sessions::list_of(cx.db, *identity, alive, cx.now, None, BATCH)?);
            }
            found
        }
        Which::These(sessions) => {
            let mut found = Vec::new();
            for id in sessions {
                found.extend(store::sessions::find(cx.db, *id)?);
            }
            found
        }
    };
    let more = matches!(which, Which::All) && i64::try_from(found.len()).unwrap_or(i64::MAX) == BATCH;
    let mut processed = 0;
    for session in &found {
        let was_alive = journey::end_session(cx, session, REASON)? && session.is_alive(cx.now);
        if delete && store::sessions::delete(cx.db, session.id)? || !delete && was_alive {
            processed += 1;
        }
    }
    Ok((processed, more))
}

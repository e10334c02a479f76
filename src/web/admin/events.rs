//! `/admin/events`: what happened, to whom, and who brought it about. Ory has no such list.

use serde_json::{Value, json};

use super::input::{self, Query};
use super::paging::{self, Page};
use super::refusal::{Answer, Refused};
use crate::model::{EventId, IdentityId, Instant, RecordedEvent};
use crate::store;
use crate::store::events::Wanted;
use crate::web::visit::Visit;

/// `GET /admin/events`: the newest first.
pub(super) async fn list(visit: Visit) -> Answer {
    let known = ["page_size", "page_token", "identity_id", "kind", "since", "until"];
    let query = Query::of(&visit, &known)?;
    let page = Page::of(&visit, &query, "events")?;
    let wanted = Wanted {
        identity: identity(&query)?,
        kinds: query.all("kind").map(str::to_owned).collect(),
        since: instant(&query, "since")?,
        until: instant(&query, "until")?,
    };
    let (after, limit) = (page.after_age(EventId::from_uuid), page.limit());
    let mut events =
        visit.work().read(move |cx| Ok(store::events::list(cx.db, &wanted, after, limit)?)).await?;
    let next = page.cut(&mut events, |event| paging::age(event.at, event.id.uuid()));
    let rows: Vec<Value> = events.iter().map(shape).collect();
    page.reply(&visit, &rows, next)
}

/// The identity that the query names.
pub(super) fn identity(query: &Query<'_>) -> Answer<Option<IdentityId>> {
    let Some(text) = query.one("identity_id")? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| input::malformed_id("of the identity").into())
}

fn instant(query: &Query<'_>, name: &str) -> Answer<Option<Instant>> {
    let Some(text) = query.one(name)? else { return Ok(None) };
    Instant::parse_rfc3339(text).map(Some).ok_or_else(|| {
        let reason = format!("{name} is an instant with its offset, like 2026-11-26T14:30:00Z.");
        Refused::bad_request("invalid_parameter", reason).into()
    })
}

fn shape(event: &RecordedEvent) -> Value {
    json!({
        "id": event.id,
        "at": event.at.rfc3339(),
        "type": event.kind,
        "origin": event.origin,
        "identity_id": event.identity,
        "session_id": event.session,
        "client_id": event.client_id,
        "request_id": event.request,
        "peer": event.peer,
        "details": event.data,
    })
}

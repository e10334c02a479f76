//! `/admin/invitations`: who is expected (S41).

use std::time::Duration;

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::go_duration;
use super::input::{self, Query};
use super::paging::{self, Page};
use super::recovery::continuation;
use super::refusal::{Answer, Refused};
use crate::cx::{Cx, Result};
use crate::identity::invitations::{self, NewInvitation};
use crate::model::{Continuation, Instant, Invitation, InvitationId, ReturnUrl};
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// How long a link works if nobody says.
const USUAL: Duration = Duration::from_secs(72 * 60 * 60);

/// The shortest life of a link, and the longest.
const LIVES: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(60)..=Duration::from_secs(30 * 24 * 60 * 60);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    email: String,
    traits: Option<Value>,
    schema_id: Option<String>,
    client_id: Option<String>,
    return_to: Option<String>,
    expires_in: Option<String>,
}

/// `POST /admin/invitations`: makes one and mails it.
pub(super) async fn create(visit: Visit) -> Answer {
    let body: Body = input::json(&visit)?;
    let lifetime = match body.expires_in.as_deref() {
        None | Some("") => USUAL,
        Some(text) => go_duration::parse(text).filter(|life| LIVES.contains(life)).ok_or_else(|| {
            let reason = "expires_in is a duration from 1m to 720h, such as 30m, 1h or 1h30m.";
            Refused::bad_request("invalid_expires_in", reason).at("/expires_in")
        })?,
    };
    let made = visit.work().write(move |cx| make(cx, body, lifetime)).await??;
    let location = format!("/admin/invitations/{}", made.id);
    Ok(Reply::created(&location, &shape(&made, visit.work().now()))?)
}

fn make(cx: &mut Cx<'_>, body: Body, lifetime: Duration) -> Result<std::result::Result<Invitation, Refused>> {
    let client = body.client_id.as_deref().map(|id| cx.clients().find(id));
    if matches!(client, Some(None)) {
        let reason = "There is no client of this id.";
        return Ok(Err(Refused::bad_request("unknown_client", reason).at("/client_id")));
    }
    let client = client.flatten();
    let return_to = match continuation(cx, body.return_to.as_deref()) {
        Ok(Continuation::Return(url)) => Some(url),
        // Without a word about it, they go where a sign-in to the application begins, if that may be gone to.
        Ok(_) => client.as_ref().and_then(|client| start(cx, client.start()?)),
        Err(refused) => return Ok(Err(*refused)),
    };
    let settings = &cx.settings().identity;
    let of_client = client.as_ref().and_then(|client| client.identity_schema.clone());
    let schema_id = body.schema_id.or(of_client).unwrap_or_else(|| settings.schema_id.clone());
    if settings.schema_of(&schema_id).is_none() {
        let reason = "There is no identity schema of this name.";
        return Ok(Err(Refused::bad_request("invalid_identity", reason).at("/schema_id")));
    }
    let new = NewInvitation {
        address: body.email.trim().to_owned(),
        schema_id,
        traits: body.traits.unwrap_or_else(|| json!({})),
        client_id: body.client_id,
        return_to,
        lifetime,
    };
    Ok(invitations::invite(cx, new)?.map_err(|refusal| Refused::of_identity(refusal, false)))
}

fn start(cx: &Cx<'_>, url: &str) -> Option<ReturnUrl> {
    crate::journey::return_url(cx, url).ok()
}

/// `GET /admin/invitations`: the newest first.
pub(super) async fn list(visit: Visit) -> Answer {
    let query = Query::of(&visit, &["page_size", "page_token"])?;
    let page = Page::of(&visit, &query, "invitations")?;
    let (after, limit) = (page.after_age(InvitationId::from_uuid), page.limit());
    let mut found = visit.work().read(move |cx| invitations::list(cx, after, limit)).await?;
    let next = page.cut(&mut found, |one| paging::age(one.created_at, one.id.uuid()));
    let rows: Vec<Value> = found.iter().map(|one| shape(one, visit.work().now())).collect();
    page.reply(&visit, &rows, next)
}

/// `GET /admin/invitations/{id}`.
pub(super) async fn get(visit: Visit) -> Answer {
    let id: InvitationId = input::id(&visit)?;
    let found = visit.work().read(move |cx| invitations::find(cx, id)).await?;
    let found = found.ok_or_else(|| Refused::not_found("invitation"))?;
    Ok(Reply::json(StatusCode::OK, &shape(&found, visit.work().now()))?)
}

/// `DELETE /admin/invitations/{id}`: takes it back.
pub(super) async fn revoke(visit: Visit) -> Answer {
    let id: InvitationId = input::id(&visit)?;
    if !visit.work().write(move |cx| invitations::revoke(cx, id)).await? {
        return Err(Refused::not_found("open invitation").into());
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// The link is told to nobody but the mailbox.
fn shape(invitation: &Invitation, now: Instant) -> Value {
    json!({
        "id": invitation.id,
        "state": invitation.state(now),
        "email": invitation.address,
        "schema_id": invitation.schema_id,
        "traits": invitation.traits,
        "client_id": invitation.client_id,
        "return_to": invitation.return_to,
        "created_at": invitation.created_at.rfc3339(),
        "expires_at": invitation.expires_at.rfc3339(),
        "accepted_at": invitation.accepted_at.map(Instant::rfc3339),
        "revoked_at": invitation.revoked_at.map(Instant::rfc3339),
        "identity_id": invitation.identity,
    })
}

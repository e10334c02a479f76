//! `POST /admin/recovery/code` and `POST /admin/recovery/link`: a way back in that an administrator opens. The link of the
//! first and its code are to be sent over two ways: that link alone opens nothing. The link of the second opens by itself.

use std::time::Duration;

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::go_duration;
use super::input::{self, Query};
use super::refusal::{Answer, Refused};
use crate::cx::{Cx, Result};
use crate::identity::recovery::{self, Administered, Made, OnExisting};
use crate::journey;
use crate::model::{Continuation, IdentityId, ReturnUrlRefusal};
use crate::store;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// How long a code is good if nobody says.
const USUAL: Duration = Duration::from_secs(60 * 60);

/// The shortest life of a code, and the longest.
const LIVES: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(60)..=Duration::from_secs(7 * 24 * 60 * 60);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    identity_id: String,
    expires_in: Option<String>,
    #[serde(rename = "flow_type")]
    _flow_type: Option<FlowType>,
    return_to: Option<String>,
    #[serde(default)]
    on_existing: Existing,
}

/// The pages work in a browser; there is no other kind.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum FlowType {
    Browser,
}

/// What becomes of earlier ones.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Existing {
    #[default]
    Replace,
    Keep,
    Reject,
}

impl From<Existing> for OnExisting {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing::Replace => Self::Replace,
            Existing::Keep => Self::Keep,
            Existing::Reject => Self::Reject,
        }
    }
}

/// Makes a recovery flow with its code. The way back is checked now, and kept with the flow (S9).
pub(super) async fn create_code(visit: Visit) -> Answer {
    Query::of(&visit, &[])?;
    let (made, expires_at) = make(&visit, input::json(&visit)?, None).await?;
    let answer = json!({
        "recovery_link": format!("{}{}", visit.settings().issuer, path::of_flow(path::RECOVERY, made.flow.id)),
        "recovery_code": made.code.expose(),
        "expires_at": expires_at,
        "superseded_flow_ids": made.superseded,
    });
    Ok(Reply::json(StatusCode::CREATED, &answer)?)
}

/// Makes a recovery flow with a link that opens it by itself, in any browser, once.
pub(super) async fn create_link(visit: Visit) -> Answer {
    let query = Query::of(&visit, &["return_to"])?;
    let return_to = query.one("return_to")?.map(str::to_owned);
    let (made, expires_at) = make(&visit, input::json(&visit)?, return_to).await?;
    let link = path::recovery_link(made.link.expose());
    let answer = json!({
        "recovery_link": format!("{}{link}", visit.settings().issuer),
        "expires_at": expires_at,
        "superseded_flow_ids": made.superseded,
    });
    Ok(Reply::json(StatusCode::OK, &answer)?)
}

/// The recovery, and when it ends.
async fn make(visit: &Visit, body: Body, return_to: Option<String>) -> Answer<(Administered, String)> {
    let identity: IdentityId =
        body.identity_id.parse().map_err(|_| input::malformed_id("in the body").at("/identity_id"))?;
    let lifetime = match body.expires_in.as_deref() {
        None | Some("") => USUAL,
        Some(text) => go_duration::parse(text).filter(|life| LIVES.contains(life)).ok_or_else(|| {
            let reason = "expires_in is a duration from 1m to 168h, such as 30m, 1h or 1h30m.";
            Refused::bad_request("invalid_expires_in", reason).at("/expires_in")
        })?,
    };
    let return_to = body.return_to.or(return_to);
    let on_existing = body.on_existing.into();
    let made = visit
        .work()
        .write(move |cx| {
            let continuation = match continuation(cx, return_to.as_deref()) {
                Ok(continuation) => continuation,
                Err(refused) => return Ok(Err(*refused)),
            };
            made(cx, identity, lifetime, continuation, on_existing)
        })
        .await??;
    Ok((made, (visit.work().now() + lifetime).rfc3339()))
}

/// Where the person goes afterwards.
pub(super) fn continuation(
    cx: &mut Cx<'_>,
    return_to: Option<&str>,
) -> std::result::Result<Continuation, Box<Refused>> {
    match return_to.filter(|url| !url.is_empty()).map(|url| journey::return_url(cx, url)) {
        None => Ok(Continuation::Account),
        Some(Ok(url)) => Ok(Continuation::Return(url)),
        Some(Err(refusal)) => Err(Box::new(return_refused(refusal))),
    }
}

fn made(
    cx: &mut Cx<'_>,
    id: IdentityId,
    lifetime: Duration,
    continuation: Continuation,
    on_existing: OnExisting,
) -> Result<std::result::Result<Administered, Refused>> {
    let Some(person) = store::identities::find(cx.db, id)? else {
        return Ok(Err(Refused::not_found("identity")));
    };
    if !person.is_active() {
        let reason = "The identity is inactive: nobody can recover it before it is active again.";
        return Ok(Err(Refused::conflict("identity_inactive", reason)));
    }
    Ok(match recovery::create_by_administrator(cx, id, lifetime, continuation, on_existing)? {
        Made::New(made) => Ok(*made),
        Made::Nobody => Err(Refused::not_found("identity")),
        Made::Exists(flows) => {
            let reason = "There is a recovery already that can be used, and on_existing is reject.";
            Err(Refused::conflict("recovery_exists", reason).with("flow_ids", &flows))
        }
    })
}

fn return_refused(refusal: ReturnUrlRefusal) -> Refused {
    let reason = match refusal {
        ReturnUrlRefusal::Malformed => "return_to is no URL that people are sent to.",
        ReturnUrlRefusal::Scheme => "return_to is neither an https nor an http URL.",
        ReturnUrlRefusal::NotAllowed => {
            "return_to is not allowed: neither return_urls.allowed nor the https origin of a redirect URI has it."
        }
    };
    Refused::bad_request("self_service_flow_return_to_forbidden", reason).at("/return_to")
}

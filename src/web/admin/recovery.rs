//! `POST /admin/recovery/code`: a way back in that an administrator opens. Link and code are to be sent over two ways:
//! the link alone opens nothing.

use std::time::Duration;

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::go_duration;
use super::input;
use super::refusal::{Answer, Refused};
use crate::cx::{Cx, Result};
use crate::identity::recovery;
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
}

/// The pages work in a browser; there is no other kind.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum FlowType {
    Browser,
}

/// Makes a recovery flow with its code; earlier codes of administrators for the same person are void (S16). The way
/// back is checked now, and kept with the flow (S9).
pub(super) async fn create_code(visit: Visit) -> Answer {
    let body: Body = input::json(&visit)?;
    let identity: IdentityId =
        body.identity_id.parse().map_err(|_| input::malformed_id("in the body").at("/identity_id"))?;
    let lifetime = match body.expires_in.as_deref() {
        None | Some("") => USUAL,
        Some(text) => go_duration::parse(text).filter(|life| LIVES.contains(life)).ok_or_else(|| {
            let reason = "expires_in is a duration from 1m to 168h, such as 30m, 1h or 1h30m.";
            Refused::bad_request("invalid_expires_in", reason).at("/expires_in")
        })?,
    };
    let made =
        visit.work().write(move |cx| make(cx, identity, lifetime, body.return_to.as_deref())).await??;
    let link = format!("{}{}", visit.settings().issuer, path::of_flow(path::RECOVERY, made.flow));
    let answer = json!({
        "recovery_link": link,
        "recovery_code": made.code,
        "expires_at": made.expires_at,
    });
    Ok(Reply::json(StatusCode::CREATED, &answer)?)
}

struct Made {
    flow: crate::model::FlowId,
    code: String,
    expires_at: String,
}

fn make(
    cx: &mut Cx<'_>,
    id: IdentityId,
    lifetime: Duration,
    return_to: Option<&str>,
) -> Result<std::result::Result<Made, Refused>> {
    let continuation = match return_to.filter(|url| !url.is_empty()).map(|url| journey::return_url(cx, url)) {
        None => Continuation::Account,
        Some(Ok(url)) => Continuation::Return(url),
        Some(Err(refusal)) => return Ok(Err(return_refused(refusal))),
    };
    let Some(person) = store::identities::find(cx.db, id)? else {
        return Ok(Err(Refused::not_found("identity")));
    };
    if !person.is_active() {
        let reason = "The identity is inactive: nobody can recover it before it is active again.";
        return Ok(Err(Refused::conflict("identity_inactive", reason)));
    }
    let Some((flow, code)) = recovery::create_by_administrator(cx, id, lifetime, continuation)? else {
        return Ok(Err(Refused::not_found("identity")));
    };
    Ok(Ok(Made { flow: flow.id, code: code.expose(), expires_at: (cx.now + lifetime).rfc3339() }))
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

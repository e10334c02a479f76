//! `/admin/identities/{id}/lock`: whether guesses have locked a person's password, and an end to it.

use actix_web::http::StatusCode;
use serde_json::json;

use super::input::{self, Query};
use super::refusal::{Answer, Refused};
use crate::identity::{self, LockState};
use crate::model::IdentityId;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// `GET /admin/identities/{id}/lock`: how strangers stand with the password. `state` is `open`, `waiting` (until
/// `retry_at`) or `password_off`. `paused_credentials` are second factors of which no try counts until their `retry_at`.
pub(super) async fn get(visit: Visit) -> Answer {
    Query::of(&visit, &[])?;
    let id: IdentityId = input::id(&visit)?;
    let found = visit.work().read(move |cx| identity::lock_of(cx, id)).await?;
    let lock = found.ok_or_else(|| Refused::not_found("identity"))?;
    let (state, retry_at) = match lock.state {
        LockState::Open => ("open", None),
        LockState::Waiting(until) => ("waiting", Some(until.rfc3339())),
        LockState::PasswordOff => ("password_off", None),
    };
    let paused: Vec<_> = lock
        .pauses
        .iter()
        .map(|pause| json!({"type": pause.kind, "retry_at": pause.until.rfc3339()}))
        .collect();
    let body = json!({
        "identity_id": id.to_string(),
        "state": state,
        "failures": lock.failures,
        "retry_at": retry_at,
        "paused_credentials": paused,
    });
    Ok(Reply::json(StatusCode::OK, &body)?)
}

/// `DELETE /admin/identities/{id}/lock`: what was guessed is forgotten. Where nothing is locked, nothing is wrong.
pub(super) async fn lift(visit: Visit) -> Answer {
    let id: IdentityId = input::id(&visit)?;
    if !visit.work().write(move |cx| identity::lift_lock(cx, id)).await? {
        return Err(Refused::not_found("identity").into());
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

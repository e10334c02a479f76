//! The endpoints that programs call: JSON in every case, readable for the pages of registered public clients.

mod client;
mod device;
mod documents;
mod introspect;
mod par;
mod revoke;
mod schemas;
mod token;
mod userinfo;
mod whoami;

pub(super) use client::verified;

use std::future::Future;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Route, guard};
use serde_json::json;

use super::reply::Reply;
use super::visit::{BodyProblem, FormFields, Visit};
use super::{cors, failure};
use crate::cx::{Fault, Result};
use crate::oauth2::{Error, ErrorCode};

/// The routes of the protocol.
pub(super) fn routes(config: &mut ServiceConfig) {
    let api = |at: &str| {
        web::resource(at)
            .route(web::route().guard(guard::Options()).to(|visit: Visit| async move { preflight(&visit) }))
            .default_service(
                web::route().to(|visit: Visit| async move { answered(&visit, method_not_allowed(&visit)) }),
            )
    };
    config
        .service(api("/oauth2/token").route(sent_by_client(token::token)))
        .service(api("/oauth2/par").route(sent_by_client(par::push)))
        .service(api("/oauth2/revoke").route(sent_by_client(revoke::revoke)))
        .service(api("/oauth2/device/auth").route(sent_by_client(device::authorize)))
        .service(api("/oauth2/introspect").route(sent_by_client(introspect::introspect)))
        .service(api("/userinfo").route(asked(userinfo::userinfo)).route(sent(userinfo::userinfo_by_form)))
        .service(api("/.well-known/openid-configuration").route(asked(documents::metadata)))
        .service(api("/.well-known/oauth-authorization-server").route(asked(documents::metadata)))
        .service(api("/.well-known/jwks.json").route(asked(documents::jwks)))
        .service(api("/.well-known/passkey-endpoints").route(asked(documents::passkey_endpoints)))
        .service(api("/sessions/whoami").route(asked(whoami::whoami)))
        .service(api("/schemas").route(asked(schemas::list)))
        .service(api("/schemas/{id}").route(asked(schemas::get)));
}

/// A form that is sent to an endpoint.
fn sent<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit, FormFields) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    web::post().to(move |visit: Visit| {
        let handler = handler.clone();
        async move {
            let answer = match visit.form() {
                Ok(fields) => handler(visit.clone(), fields).await,
                Err(problem) => refuse_body(&visit, problem),
            };
            answered(&visit, answer)
        }
    })
}

/// A form that is sent by a client, which authenticates; not by one that has failed too often from where it is.
fn sent_by_client<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit, FormFields) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    sent(move |visit: Visit, fields: FormFields| {
        let handler = handler.clone();
        async move {
            match client::patience(&visit, &fields.0) {
                Some(wait) => too_many(&visit, wait),
                None => handler(visit, fields).await,
            }
        }
    })
}

/// An endpoint that is asked by GET.
fn asked<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(move |visit: Visit| {
        let answer = handler(visit.clone());
        async move { answered(&visit, answer.await) }
    })
}

fn answered(visit: &Visit, answer: Result<Reply>) -> Reply {
    let reply = answer.unwrap_or_else(|fault| unexpected(visit, &fault));
    if reply.is_document() { reply } else { cors(reply, visit.site(), visit.headers()) }
}

fn unexpected(visit: &Visit, fault: &Fault) -> Reply {
    failure::log(fault, visit.request_id());
    let (error, wait) = match fault {
        Fault::Overloaded(wait) => (busy(), Some(wait.as_secs())),
        passing if passing.is_passing() => (busy(), Some(5)),
        _ => (
            Error::new(ErrorCode::ServerError, "The server met a fault. The request id finds it in the log."),
            None,
        ),
    };
    let reply = refuse(visit, &error).unwrap_or_else(|_| Reply::empty(StatusCode::INTERNAL_SERVER_ERROR));
    match wait {
        Some(seconds) => reply.with_retry_after(seconds),
        None => reply,
    }
}

fn busy() -> Error {
    Error::new(ErrorCode::TemporarilyUnavailable, "The server cannot do that now. Try again soon.")
}

/// A refusal (RFC 6749 5.2): the log has the cause.
fn refuse(visit: &Visit, error: &Error) -> Result<Reply> {
    if matches!(error.code, ErrorCode::InvalidClient | ErrorCode::InvalidGrant) {
        client::count_failure(visit);
    }
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let id = error.id.unwrap_or_else(|| error.code.name());
    tracing::info!(
        error_id = id,
        cause = error.cause,
        request_id = %visit.request_id(),
        "a request to an endpoint was refused"
    );
    let mut body = error.body(&visit.request_id().to_string());
    body["error_id"] = json!(id);
    let reply = Reply::json(status, &body)?.with_error_id(id);
    let basic = visit
        .header("authorization")
        .is_some_and(|text| text.len() >= 5 && text[..5].eq_ignore_ascii_case("basic"));
    Ok(match error.code {
        ErrorCode::InvalidClient if basic => reply.with_header(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"wayhome\", charset=\"UTF-8\""),
        ),
        _ => reply,
    })
}

fn refuse_body(visit: &Visit, problem: BodyProblem) -> Result<Reply> {
    let (status, text, id) = match problem {
        BodyProblem::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large.", "too_large"),
        BodyProblem::WrongType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body must be application/x-www-form-urlencoded, and not compressed.",
            "unsupported_media_type",
        ),
        BodyProblem::Broken => (StatusCode::BAD_REQUEST, "The body could not be read.", "body_broken"),
    };
    direct(visit, status, text, id)
}

fn direct(visit: &Visit, status: StatusCode, text: &str, id: &'static str) -> Result<Reply> {
    let error = Error::new(ErrorCode::InvalidRequest, text).named(id);
    let body = error.body(&visit.request_id().to_string());
    Ok(Reply::json(status, &body)?.with_error_id(id))
}

/// The address has begun too much in this minute.
fn too_many(visit: &Visit, wait: Duration) -> Result<Reply> {
    let text = "Too many requests from this address.";
    let error = Error::new(ErrorCode::TemporarilyUnavailable, text).named("too_many_requests");
    let body = error.body(&visit.request_id().to_string());
    let reply = Reply::json(StatusCode::TOO_MANY_REQUESTS, &body)?.with_error_id("too_many_requests");
    Ok(reply.with_retry_after(wait.as_secs()))
}

/// No endpoint has this address.
pub(super) fn not_found(visit: &Visit) -> Result<Reply> {
    let reply = direct(visit, StatusCode::NOT_FOUND, "There is no such endpoint.", "not_found")?;
    Ok(cors(reply, visit.site(), visit.headers()))
}

/// The endpoint is not used like this.
pub(super) fn method_not_allowed(visit: &Visit) -> Result<Reply> {
    let text = "The endpoint does not take this method.";
    let reply = direct(visit, StatusCode::METHOD_NOT_ALLOWED, text, "method_not_allowed")?;
    let allowed = match visit.path() {
        "/userinfo" => "GET, HEAD, POST, OPTIONS",
        path if path.starts_with("/oauth2/") => "POST, OPTIONS",
        _ => "GET, HEAD, OPTIONS",
    };
    Ok(reply.with_header(header::ALLOW, HeaderValue::from_static(allowed)))
}

/// The administration is asked on the wrong listener (S7).
pub(super) fn wrong_listener(visit: &Visit) -> Result<Reply> {
    let status = StatusCode::NOT_FOUND;
    let reason =
        format!("The administration is not served here. Its listener is http://{}.", visit.settings().admin);
    let body = failure::ory(status, "admin_api_wrong_listener", &reason, visit.request_id());
    Ok(Reply::json(status, &body)?.with_error_id("admin_api_wrong_listener"))
}

/// What a browser asks before it lets a page call an endpoint (Fetch, CORS preflight).
fn preflight(visit: &Visit) -> Reply {
    let reply = Reply::empty(StatusCode::NO_CONTENT);
    let document = ["/.well-known/", "/schemas"].iter().any(|start| visit.path().starts_with(start));
    let origin = visit.header("origin").unwrap_or_default();
    if !document && !visit.env().clients.get().cors_origin_allowed(origin) {
        return reply;
    }
    let reply = if document {
        reply.with_header(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))
    } else {
        cors(reply, visit.site(), visit.headers())
    };
    reply
        .with_header(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"))
        .with_header(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Authorization, Content-Type"),
        )
        .with_header(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"))
}

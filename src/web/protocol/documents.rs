//! What the provider says about itself: bytes that were made once.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::Bytes;
use serde_json::json;

use crate::cx::Result;
use crate::identity::passkeys;
use crate::oauth2::Document;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The metadata (OIDC Discovery 1.0, RFC 8414).
pub(super) async fn metadata(visit: Visit) -> Result<Reply> {
    Ok(answer(&visit, &visit.site().documents().metadata))
}

/// The keys (RFC 7517).
pub(super) async fn jwks(visit: Visit) -> Result<Reply> {
    Ok(answer(&visit, &visit.site().documents().jwks))
}

fn answer(visit: &Visit, document: &Document) -> Reply {
    let tag = document.tag.as_str();
    let known =
        visit.header("if-none-match").is_some_and(|tags| tags.split(',').any(|one| one.trim() == tag));
    let reply = if known {
        Reply::document_unchanged(StatusCode::NOT_MODIFIED)
    } else {
        Reply::document(Bytes::from_owner(Arc::clone(&document.bytes)))
    };
    reply.with_text_header(header::ETAG, tag)
}

/// Where password managers send people who want a passkey, or look after those that they have (W3C passkey endpoints).
pub(super) async fn passkey_endpoints(visit: Visit) -> Result<Reply> {
    let settings = visit.settings();
    let page = format!("{}{}", settings.issuer, path::PASSKEYS);
    let endpoints = match passkeys::relying_party(settings) {
        Some(_) => json!({ "enroll": page, "manage": page }),
        None => json!({}),
    };
    Ok(Reply::document(endpoints.to_string()))
}

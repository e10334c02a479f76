//! What the provider says about itself: bytes that were made once.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};

use crate::crypto::{base64url, sha256};
use crate::cx::Result;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The metadata (OIDC Discovery 1.0, RFC 8414).
pub(super) async fn metadata(visit: Visit) -> Result<Reply> {
    Ok(document(&visit, visit.site().documents().metadata.clone()))
}

/// The keys (RFC 7517).
pub(super) async fn jwks(visit: Visit) -> Result<Reply> {
    Ok(document(&visit, visit.site().documents().jwks.clone()))
}

fn document(visit: &Visit, bytes: Vec<u8>) -> Reply {
    let tag = format!("\"{}\"", base64url(&sha256(&bytes)[..12]));
    let known =
        visit.header("if-none-match").is_some_and(|tags| tags.split(',').any(|one| one.trim() == tag));
    let reply =
        if known { Reply::document_unchanged(StatusCode::NOT_MODIFIED) } else { Reply::document(bytes) };
    let name: HeaderName = header::ETAG;
    match HeaderValue::from_str(&tag) {
        Ok(value) => reply.with_header(name, value),
        Err(_) => reply,
    }
}

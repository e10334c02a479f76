//! What else stands at an address: static files, health, well-known places, and the lack of anything.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use serde_json::json;

use crate::cx::Result;
use crate::store;
use crate::web::failure::{self, Failure};
use crate::web::reply::Reply;
use crate::web::visit::Visit;
use crate::web::{assets, is_api, path, protocol};

/// The front door.
pub(in crate::web) async fn home(_visit: Visit) -> Result<Reply> {
    Ok(Reply::see_other(path::ACCOUNT))
}

/// Where password managers look for the page that changes a password (W3C change-password-url).
pub(in crate::web) async fn change_password(_visit: Visit) -> Result<Reply> {
    Ok(Reply::see_other(path::PASSWORD))
}

/// A page for whoever was sent here without a reason that still holds.
pub(in crate::web) async fn error(visit: Visit) -> Result<Reply> {
    Failure::new("not_found", StatusCode::NOT_FOUND).or("go.account", path::ACCOUNT).show(&visit)
}

/// A static file, compressed if the browser likes that.
pub(in crate::web) async fn asset(visit: Visit) -> Result<Reply> {
    let Some(asset) = assets::find(visit.path()) else { return not_found(visit).await };
    let likes_gzip = visit.header("accept-encoding").is_some_and(|accepted| accepted.contains("gzip"));
    Ok(match asset.gzip.filter(|_| likes_gzip) {
        Some(bytes) => Reply::asset(asset.content_type, bytes)
            .with_header(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))
            .with_header(header::VARY, HeaderValue::from_static("Accept-Encoding")),
        None => Reply::asset(asset.content_type, asset.bytes)
            .with_header(header::VARY, HeaderValue::from_static("Accept-Encoding")),
    })
}

/// Whether the process lives.
pub(in crate::web) async fn health_alive(_visit: Visit) -> Result<Reply> {
    Reply::json(StatusCode::OK, &json!({"status": "ok"}))
}

/// Whether it can serve: the database answers, and it is not about to stop.
pub(in crate::web) async fn health_ready(visit: Visit) -> Result<Reply> {
    let database = visit.work().read(|cx| Ok(store::meta::find(cx.db, "canary")?)).await;
    let errors = match (&database, visit.site().is_draining()) {
        (Ok(_), false) => return Reply::json(StatusCode::OK, &json!({"status": "ok"})),
        (Ok(_), true) => json!({"server": "stopping"}),
        (Err(_), _) => json!({"database": "not available"}),
    };
    Reply::json(StatusCode::SERVICE_UNAVAILABLE, &json!({"errors": errors}))
}

/// Nothing stands here; the answer is for whoever asks at such an address.
pub(in crate::web) async fn not_found(visit: Visit) -> Result<Reply> {
    if visit.path().to_ascii_lowercase().starts_with("/admin") {
        return protocol::wrong_listener(&visit);
    }
    if is_api(visit.path()) {
        return protocol::not_found(&visit);
    }
    failure::not_found(&visit)
}

/// Something else stands here.
pub(in crate::web) async fn method_not_allowed(visit: Visit) -> Result<Reply> {
    if is_api(visit.path()) {
        return protocol::method_not_allowed(&visit);
    }
    failure::method_not_allowed(&visit)
}

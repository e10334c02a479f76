//! The device authorization endpoint (RFC 8628 3.1).

use actix_web::http::StatusCode;
use serde_json::json;

use super::client::authenticated;
use super::{refuse, too_many};
use crate::cx::Result;
use crate::oauth2::device;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// The two codes, and where the person takes theirs.
pub(super) async fn authorize(visit: Visit, FormFields(form): FormFields) -> Result<Reply> {
    let env = visit.env();
    let client = match authenticated(&visit, &form).await? {
        Ok(client) => client,
        Err(error) => return refuse(&visit, &error),
    };
    let asked = match device::check(&client, &form, &env.settings) {
        Ok(asked) => asked,
        Err(error) => return refuse(&visit, &error),
    };
    // Each request is a row, and a public client shows nothing that others could not.
    if let Err(wait) = visit.site().flows.take(visit.peer(), env.clock.now()) {
        return too_many(&visit, wait);
    }
    let codes = visit.protocol_work().write(move |cx| device::begin(cx, &client, asked)).await?;
    let issuer = &env.settings.issuer;
    Reply::json(
        StatusCode::OK,
        &json!({
            "device_code": codes.device.expose(),
            "user_code": codes.user.to_string(),
            "verification_uri": format!("{issuer}{}", path::DEVICE),
            "verification_uri_complete": format!("{issuer}{}", path::device_confirm(&codes.user)),
            "expires_in": device::LIFETIME.as_secs(),
            "interval": device::INTERVAL.as_secs(),
        }),
    )
}

//! `DELETE /admin/identities/{id}/credentials/{type}`: a way to sign in is taken away, but never the last way in.

use actix_web::http::StatusCode;

use super::input::{self, Query};
use super::refusal::{Answer, Refused};
use crate::crypto::from_base64url;
use crate::identity::administration::{self, Removed};
use crate::identity::factors;
use crate::journey;
use crate::model::{IdentityId, PasskeyKind};
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// Takes the credential away. Everything that the person had ends with a password; with anything else the first factor
/// stays, for somebody who has lost their phone, their key, or the paper with their backup codes.
pub(super) async fn delete(visit: Visit) -> Answer {
    let only = Query::of(&visit, &["identifier"])?.one("identifier")?.map(str::to_owned);
    let id: IdentityId = input::id(&visit)?;
    let work = visit.work();
    let removed = match (visit.path_part("type"), only) {
        ("password", None) => work.write(move |cx| journey::remove_password(cx, id)).await?,
        ("totp", None) => Removed::beside(work.write(move |cx| factors::remove_app(cx, id)).await?),
        ("lookup_secret", None) => {
            Removed::beside(work.write(move |cx| factors::remove_backup_codes(cx, id)).await?)
        }
        ("webauthn", only) => keys(&visit, id, PasskeyKind::SecurityKey, only).await?,
        ("passkey", only) => keys(&visit, id, PasskeyKind::Passkey, only).await?,
        ("password" | "totp" | "lookup_secret", Some(_)) => {
            let reason = "identifier tells one of several apart: it is for webauthn and passkey.";
            return Err(Refused::bad_request("invalid_parameter", reason).into());
        }
        _ => Removed::NotThere,
    };
    match removed {
        Removed::Gone => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        Removed::NotThere => Err(Refused::not_found("credential").into()),
        Removed::LastWayIn => {
            let reason = "Without it the person could never sign in again: they have nothing else to sign in \
                          with, and no proven address by which they could choose a new password.";
            Err(Refused::bad_request("last_way_in", reason).into())
        }
    }
}

/// All of this kind, or the one whose credential id is this in base64url.
async fn keys(visit: &Visit, id: IdentityId, kind: PasskeyKind, only: Option<String>) -> Answer<Removed> {
    let only = only.map(|text| from_base64url(&text));
    if only == Some(None) {
        return Ok(Removed::NotThere);
    }
    let only = only.flatten();
    let removed =
        visit.work().write(move |cx| administration::remove_keys(cx, id, kind, only.as_deref())).await?;
    Ok(removed)
}

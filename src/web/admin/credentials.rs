//! `DELETE /admin/identities/{id}/credentials/{type}`: a way to sign in is taken away, but never the last way in.

use actix_web::http::StatusCode;

use super::input::{self, Query};
use super::refusal::{Answer, Refused};
use crate::identity::administration::Removed;
use crate::identity::factors;
use crate::journey;
use crate::model::IdentityId;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// Takes the credential away; everything that the person had ends with a password.
pub(super) async fn delete(visit: Visit) -> Answer {
    Query::of(&visit, &["identifier"])?;
    let id: IdentityId = input::id(&visit)?;
    match visit.path_part("type") {
        "password" => {}
        // Somebody has lost their phone, and the paper with their backup codes; the first factor stays.
        "totp" => {
            return match visit.work().write(move |cx| factors::remove_app(cx, id)).await? {
                true => Ok(Reply::empty(StatusCode::NO_CONTENT)),
                false => Err(Refused::not_found("credential").into()),
            };
        }
        _ => return Err(Refused::not_found("credential").into()),
    }
    match visit.work().write(move |cx| journey::remove_password(cx, id)).await? {
        Removed::Gone => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        Removed::NotThere => Err(Refused::not_found("credential").into()),
        Removed::LastWayIn => {
            let reason = "Without it the person could never sign in again: they have no passkey, and no proven \
                          address by which they could choose a new password.";
            Err(Refused::bad_request("last_way_in", reason).into())
        }
    }
}

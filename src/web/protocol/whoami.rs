//! Whose session a browser has (Kratos' `GET /sessions/whoami`), for applications that forward its cookies.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use serde_json::json;

use crate::cx::Result;
use crate::identity::factors;
use crate::store;
use crate::web::admin::{Person, session_shape};
use crate::web::reply::Reply;
use crate::web::visit::Visit;
use crate::web::{failure, path};

/// Whose it is, for proxies in front of applications.
const IDENTITY: HeaderName = HeaderName::from_static("x-kratos-authenticated-identity-id");

/// What is found.
enum Found {
    Nobody,
    /// A session without the second factor of somebody who has one: it opens nothing.
    HalfWay,
    Somebody(Box<(crate::model::Session, Person)>),
}

/// The session of the cookies with its identity. It is not used by this: its idle time goes on.
pub(super) async fn whoami(visit: Visit) -> Result<Reply> {
    let visitor = visit.visitor();
    let found = visit
        .read_here(visit.work(), move |cx| {
            let Some(session) = visitor.claimed(cx)? else { return Ok(Found::Nobody) };
            let identity = store::identities::find(cx.db, session.identity)?;
            let Some(identity) = identity.filter(crate::model::Identity::is_active) else {
                return Ok(Found::Nobody);
            };
            if !factors::suffices(cx, &session)? {
                return Ok(Found::HalfWay);
            }
            let person = Person::without_credentials(cx, identity)?;
            Ok(Found::Somebody(Box::new((session, person))))
        })
        .await?;
    let (status, id, reason) = match found {
        Found::Somebody(found) => {
            let (session, person) = *found;
            let identity = person.for_its_person(visit.settings());
            let body = session_shape(&session, visit.work().now(), Some(identity), true);
            let reply = Reply::json(StatusCode::OK, &body)?;
            return Ok(reply.with_text_header(IDENTITY, &session.identity.to_string()));
        }
        Found::Nobody => {
            let reason = "The request has no cookies of a living session.";
            (StatusCode::UNAUTHORIZED, "session_inactive", reason)
        }
        Found::HalfWay => {
            let reason = "The session lacks the second factor, which its person must show first.";
            (StatusCode::FORBIDDEN, "session_aal2_required", reason)
        }
    };
    let mut body = failure::ory(status, id, reason, visit.request_id());
    if status == StatusCode::FORBIDDEN {
        let there = format!("{}{}", visit.settings().issuer, path::LOGIN);
        body["error"]["details"] = json!({"redirect_browser_to": there});
        body["redirect_browser_to"] = json!(there);
    }
    Ok(Reply::json(status, &body)?.with_error_id(id))
}

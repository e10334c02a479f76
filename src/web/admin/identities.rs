//! `/admin/identities`: people, made, read, replaced, deleted.

use actix_web::http::StatusCode;

use super::bodies::{Creation, Update};
use super::identity::{Person, Shown};
use super::input::{self, Query};
use super::refusal::{Answer, Refused};
use crate::cx::Cx;
use crate::identity::administration;
use crate::journey;
use crate::model::IdentityId;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// `POST /admin/identities`.
pub(super) async fn create(visit: Visit) -> Answer {
    let new = input::json::<Creation>(&visit)?.prepared(&visit).await?;
    let made = visit
        .work()
        .write(move |cx| match administration::import(cx, new)? {
            Ok(identity) => Person::read(cx, identity).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        })
        .await?;
    let person = made.map_err(|refusal| Refused::of_identity(refusal, false))?;
    person.created(&visit)
}

/// `GET /admin/identities/{id}`.
pub(super) async fn get(visit: Visit) -> Answer {
    let shown = Shown::of(&Query::of(&visit, &["include_credential"])?)?;
    let id = input::id(&visit)?;
    let found = visit.work().read(move |cx| Person::find(cx, id)).await?;
    found.ok_or_else(|| Refused::not_found("identity"))?.showing(shown).reply(&visit)
}

/// `GET /admin/identities/by/external/{external_id}`: the one that another system calls this.
pub(super) async fn get_by_external_id(visit: Visit) -> Answer {
    let shown = Shown::of(&Query::of(&visit, &["include_credential"])?)?;
    let external_id = input::whole(visit.path_part("external_id"));
    let found = visit
        .work()
        .read(move |cx| match administration::find_by_external_id(cx, &external_id)? {
            Some(identity) => Person::read(cx, identity).map(Some),
            None => Ok(None),
        })
        .await?;
    found.ok_or_else(|| Refused::not_found("identity"))?.showing(shown).reply(&visit)
}

/// `PUT /admin/identities/{id}`: everything but the password, which stays if no other is given.
pub(super) async fn replace(visit: Visit) -> Answer {
    let id: IdentityId = input::id(&visit)?;
    let body: Update = input::json(&visit)?;
    let version = input::if_match(&visit)?;
    let with = body.prepared(&visit, version).await?;
    let replaced = visit
        .work()
        .write(move |cx: &mut Cx<'_>| match journey::replace_identity(cx, id, with)? {
            Ok(identity) => Person::read(cx, identity).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        })
        .await?;
    let person = replaced.map_err(|refusal| Refused::of_identity(refusal, version.is_some()))?;
    person.reply(&visit)
}

/// `DELETE /admin/identities/{id}`, with everything that it had.
pub(super) async fn delete(visit: Visit) -> Answer {
    let id = input::id(&visit)?;
    if !visit.work().write(move |cx| journey::delete_identity(cx, id)).await? {
        return Err(Refused::not_found("identity").into());
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

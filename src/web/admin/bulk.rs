//! `PATCH /admin/identities`: many at once. Each is a fact of its own: what fails stops nobody else.

use actix_web::http::StatusCode;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::bodies::{Creation, Update};
use super::input;
use super::refusal::{Answer, Refused, Stop};
use crate::identity::administration::{self, Refusal};
use crate::journey;
use crate::model::{Identity, IdentityId};
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The most of one call.
const MOST: usize = 1000;

/// The most whose passwords have to be hashed.
const MOST_PASSWORDS: usize = 200;

/// How many are written at the same time: SQLite commits them together.
const AT_ONCE: usize = 16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    identities: Vec<Item>,
}

/// One wish: exactly one of the three.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    create: Option<Value>,
    update: Option<Value>,
    delete: Option<String>,
    patch_id: Option<Uuid>,
}

#[derive(Deserialize)]
struct Whom {
    id: String,
}

/// A wish that can be read.
enum Wish {
    Create(Creation),
    Update(IdentityId, Update),
    Delete(IdentityId),
}

/// Does what is wished; the answer has the outcomes in the order of the wishes.
pub(super) async fn patch(visit: Visit) -> Answer {
    let Body { identities } = input::json(&visit)?;
    if identities.len() > MOST {
        let reason = format!("At most {MOST} identities can be changed at once.");
        return Err(Refused::bad_request("too_many_identities", reason).into());
    }
    let wishes: Vec<(Option<Uuid>, Answer<Wish>)> =
        identities.into_iter().map(|item| (item.patch_id, item.wish())).collect();
    let plain =
        wishes.iter().filter(|(_, wish)| matches!(wish, Ok(Wish::Create(new)) if new.has_plain_password()));
    if plain.count() > MOST_PASSWORDS {
        let reason =
            format!("At most {MOST_PASSWORDS} passwords can be hashed at once; give hashes instead.");
        return Err(Refused::bad_request("too_many_identities", reason).into());
    }
    let done = futures_util::stream::iter(wishes)
        .map(|(patch_id, wish)| {
            let visit = visit.clone();
            async move {
                let done = match wish {
                    Ok(wish) => wish.fulfil(&visit).await,
                    Err(stop) => Err(stop),
                };
                outcome(&visit, patch_id, done)
            }
        })
        .buffered(AT_ONCE)
        .collect::<Vec<Value>>()
        .await;
    Ok(Reply::json(StatusCode::OK, &json!({ "identities": done }))?)
}

fn outcome(visit: &Visit, patch_id: Option<Uuid>, done: Answer<(&'static str, IdentityId)>) -> Value {
    let mut outcome = match done {
        Ok((action, id)) => json!({"action": action, "identity": id}),
        Err(stop) => json!({"action": "error", "error": stop.into_part(visit)}),
    };
    if let Some(patch_id) = patch_id {
        outcome["patch_id"] = json!(patch_id);
    }
    outcome
}

impl Item {
    fn wish(self) -> Answer<Wish> {
        match (self.create, self.update, self.delete) {
            (Some(create), None, None) => Ok(Wish::Create(input::member(create)?)),
            (None, Some(mut update), None) => {
                let whom: Whom = input::member(update.clone())?;
                if let Some(members) = update.as_object_mut() {
                    members.remove("id");
                }
                Ok(Wish::Update(id(&whom.id)?, input::member(update)?))
            }
            (None, None, Some(whom)) => Ok(Wish::Delete(id(&whom)?)),
            _ => {
                let reason = "An item has one of create, update and delete.";
                Err(Refused::bad_request("malformed_body", reason).into())
            }
        }
    }
}

fn id(text: &str) -> Answer<IdentityId> {
    Ok(text.parse().map_err(|_| input::malformed_id("in the body"))?)
}

impl Wish {
    async fn fulfil(self, visit: &Visit) -> Answer<(&'static str, IdentityId)> {
        let of = |done: Result<Identity, Refusal>| -> Answer<IdentityId> {
            Ok(done.map_err(|refusal| Refused::of_identity(refusal, false))?.id)
        };
        match self {
            Self::Create(new) => {
                let new = new.prepared(visit).await?;
                let made = visit.work().write(move |cx| administration::import(cx, new)).await?;
                Ok(("create", of(made)?))
            }
            Self::Update(id, update) => {
                let with = update.prepared(visit, None).await?;
                let done = visit.work().write(move |cx| journey::replace_identity(cx, id, with)).await?;
                Ok(("update", of(done)?))
            }
            Self::Delete(id) => match visit.work().write(move |cx| journey::delete_identity(cx, id)).await? {
                true => Ok(("delete", id)),
                false => Err(Stop::from(Refused::not_found("identity"))),
            },
        }
    }
}

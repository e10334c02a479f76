//! `/admin/identities`: people, made, read, replaced, switched off, deleted.

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::identity::Person;
use super::input::{self, Query};
use super::paging::{self, Page};
use super::passwords::{self, Credentials};
use super::refusal::{Answer, Refused};
use crate::cx::Cx;
use crate::identity::administration::{self, NewIdentity, Replacement};
use crate::identity::traits;
use crate::journey;
use crate::model::{IdentityId, IdentityState};
use crate::store;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The most ids that are looked up at once.
const MOST_IDS: usize = 500;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Active,
    Inactive,
}

impl From<State> for IdentityState {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self::Active,
            State::Inactive => Self::Inactive,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Creation {
    schema_id: Option<String>,
    traits: Value,
    state: Option<State>,
    metadata_public: Option<Value>,
    metadata_admin: Option<Value>,
    credentials: Option<Credentials>,
    #[serde(default)]
    verifiable_addresses: Vec<VerifiableAddress>,
    #[serde(default)]
    recovery_addresses: Vec<RecoveryAddress>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifiableAddress {
    value: String,
    via: Via,
    #[serde(default)]
    verified: bool,
    #[serde(rename = "status")]
    _status: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecoveryAddress {
    value: String,
    #[serde(rename = "via")]
    _via: Via,
}

/// How an address is reached.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Via {
    Email,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    schema_id: Option<String>,
    traits: Value,
    state: State,
    metadata_public: Option<Value>,
    metadata_admin: Option<Value>,
    credentials: Option<Credentials>,
}

enum Wanted {
    All,
    Ids(Vec<IdentityId>),
    Address(String),
}

impl Wanted {
    fn of(query: &Query<'_>) -> Answer<Self> {
        let mut ids = Vec::new();
        for text in query.all("ids") {
            ids.push(text.parse().map_err(|_| input::malformed_id("in the parameter ids"))?);
        }
        ids.sort_unstable();
        ids.dedup();
        match (ids.len(), query.one("credentials_identifier")?) {
            (0, None) => Ok(Self::All),
            (0, Some(address)) => Ok(Self::Address(address.to_owned())),
            (_, Some(_)) => {
                let reason = "Either ids or credentials_identifier can be given, not both.";
                Err(Refused::bad_request("conflicting_parameters", reason).into())
            }
            (n, None) if n > MOST_IDS => {
                let reason = format!("At most {MOST_IDS} ids can be given.");
                Err(Refused::bad_request("too_many_ids", reason).into())
            }
            (_, None) => Ok(Self::Ids(ids)),
        }
    }
}

/// `GET /admin/identities`: the oldest first.
pub(super) async fn list(visit: Visit) -> Answer {
    let known = ["page_size", "page_token", "ids", "credentials_identifier", "consistency"];
    let query = Query::of(&visit, &known)?;
    let page = Page::of(&visit, &query, "identities")?;
    let (wanted, after, limit) = (Wanted::of(&query)?, page.after_age(IdentityId::from_uuid), page.limit());
    let mut people = visit
        .work()
        .read(move |cx| {
            let found = match wanted {
                Wanted::All => administration::list(cx, after, limit)?,
                Wanted::Ids(ids) => store::identities::find_all(cx.db, &ids)?
                    .into_iter()
                    .filter(|identity| after.is_none_or(|after| (identity.created_at, identity.id) > after))
                    .collect(),
                Wanted::Address(typed) => administration::find_by_address(cx, &typed)?.into_iter().collect(),
            };
            Person::list(cx, found)
        })
        .await?;
    let next =
        page.cut(&mut people, |person| paging::age(person.identity.created_at, person.identity.id.uuid()));
    let rows: Vec<Value> = people.iter().map(|person| person.json(visit.settings())).collect();
    page.reply(&visit, &rows, next)
}

/// `POST /admin/identities`.
pub(super) async fn create(visit: Visit) -> Answer {
    let body: Creation = input::json(&visit)?;
    let vouched = addresses(&visit, &body)?;
    let password = passwords::hash(&visit, body.credentials, &body.traits).await?;
    let new = NewIdentity {
        schema_id: body.schema_id.unwrap_or_else(|| visit.settings().identity.schema_id.clone()),
        traits: body.traits,
        state: body.state.map_or(IdentityState::Active, IdentityState::from),
        metadata_public: body.metadata_public,
        metadata_admin: body.metadata_admin,
        password,
        verified: false,
    };
    let made = visit
        .work()
        .write(move |cx| {
            let identity = match administration::create(cx, new)? {
                Ok(identity) => identity,
                Err(refusal) => return Ok(Err(refusal)),
            };
            for address in &vouched {
                administration::vouch(cx, identity.id, address)?;
            }
            Person::read(cx, identity).map(Ok)
        })
        .await?;
    let person = made.map_err(|refusal| Refused::of_identity(refusal, false))?;
    let location = format!("/admin/identities/{}", person.identity.id);
    Ok(Reply::created(&location, &person.json(visit.settings()))?)
}

/// The addresses that count as proven. Whatever the lists name must stand in the traits: an address beside them would
/// belong to nobody.
fn addresses(visit: &Visit, body: &Creation) -> Answer<Vec<String>> {
    let known: Vec<String> = traits::addresses(visit.settings(), &body.traits)
        .iter()
        .filter_map(|value| traits::canonical_email(value))
        .collect();
    let verifiable = body.verifiable_addresses.iter().map(|address| {
        let Via::Email = address.via;
        ("/verifiable_addresses", &address.value)
    });
    let recovery = body.recovery_addresses.iter().map(|address| ("/recovery_addresses", &address.value));
    for (pointer, value) in verifiable.chain(recovery) {
        if !traits::canonical_email(value).is_some_and(|canonical| known.contains(&canonical)) {
            let reason = "An address that is not in the traits cannot be verified, nor used for recovery.";
            return Err(Refused::bad_request("invalid_identity", reason).at(pointer).into());
        }
    }
    let proven = body.verifiable_addresses.iter().filter(|address| address.verified);
    Ok(proven.map(|address| address.value.clone()).collect())
}

/// `GET /admin/identities/{id}`.
pub(super) async fn get(visit: Visit) -> Answer {
    Query::of(&visit, &[])?;
    let id = input::id(&visit)?;
    let found = visit.work().read(move |cx| Person::find(cx, id)).await?;
    let person = found.ok_or_else(|| Refused::not_found("identity"))?;
    Ok(Reply::json(StatusCode::OK, &person.json(visit.settings()))?)
}

/// `PUT /admin/identities/{id}`: everything but the password, which stays if no other is given.
pub(super) async fn replace(visit: Visit) -> Answer {
    let id: IdentityId = input::id(&visit)?;
    let body: Update = input::json(&visit)?;
    let version = if_match(&visit)?;
    let password = passwords::hash(&visit, body.credentials, &body.traits).await?;
    let with = Replacement {
        schema_id: body.schema_id.unwrap_or_else(|| visit.settings().identity.schema_id.clone()),
        traits: body.traits,
        state: body.state.into(),
        metadata_public: body.metadata_public,
        metadata_admin: body.metadata_admin,
        password,
        version,
    };
    let replaced = visit
        .work()
        .write(move |cx: &mut Cx<'_>| match journey::replace_identity(cx, id, with)? {
            Ok(identity) => Person::read(cx, identity).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        })
        .await?;
    let person = replaced.map_err(|refusal| Refused::of_identity(refusal, version.is_some()))?;
    Ok(Reply::json(StatusCode::OK, &person.json(visit.settings()))?)
}

/// The version that the writer has read, if they insist on it: its number stands for the entity tag (RFC 9110 13.1.1),
/// which an answer that nobody stores does not carry.
fn if_match(visit: &Visit) -> Answer<Option<i64>> {
    match visit.header("if-match").map(str::trim) {
        None | Some("*") => Ok(None),
        Some(tag) => {
            let number = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            let version = number.and_then(|number| number.parse().ok()).ok_or_else(|| {
                let reason = "If-Match takes the version of the identity in double quotes, as it was read.";
                Refused::bad_request("invalid_if_match", reason)
            })?;
            Ok(Some(version))
        }
    }
}

/// `DELETE /admin/identities/{id}`, with everything that it had.
pub(super) async fn delete(visit: Visit) -> Answer {
    let id = input::id(&visit)?;
    if !visit.work().write(move |cx| journey::delete_identity(cx, id)).await? {
        return Err(Refused::not_found("identity").into());
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

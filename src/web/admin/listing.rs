//! `GET /admin/identities`: everybody, or whom the parameters describe.

use serde_json::Value;
use uuid::Uuid;

use super::identity::{Person, Shown};
use super::input::{self, Query};
use super::paging::{self, Page};
use super::refusal::{Answer, Refused};
use crate::cx::{Cx, Result};
use crate::identity::administration;
use crate::identity::search::{self, Condition};
use crate::model::{Identity, IdentityId, IdentityState, Instant};
use crate::store;
use crate::store::search::Conditions;
use crate::web::visit::Visit;

/// The most ids that are looked up at once.
const MOST_IDS: usize = 500;

/// How long to wait while the index is written anew, in seconds.
const INDEXING: u64 = 10;

const PARAMETERS: [&str; 15] = [
    "page_size",
    "page_token",
    "ids",
    "credentials_identifier",
    "external_id",
    "preview_credentials_identifier_similar",
    "include_credential",
    "consistency",
    "q",
    "filter",
    "domain",
    "state",
    "schema_id",
    "created_from",
    "created_before",
];

/// What is asked for.
enum Wanted {
    Ids(Vec<IdentityId>),
    Address(String),
    External(String),
    Beginning(String, Conditions),
    Described(Conditions),
}

/// Somebody who was found, and where the next page begins if they are the last one of this.
struct Found {
    person: Person,
    position: Vec<u8>,
}

/// The oldest first; by the word that was found, if words are looked for.
pub(super) async fn list(visit: Visit) -> Answer {
    let query = Query::of(&visit, &PARAMETERS)?;
    let page = Page::of(&visit, &query, "identities")?;
    let shown = Shown::of(&query)?;
    let (wanted, needs_index) = wanted(&visit, &query)?;
    let (after, after_word, limit) =
        (page.after_age(IdentityId::from_uuid), page.after_word(IdentityId::from_uuid), page.limit());
    let found = visit
        .work()
        .read(move |cx| {
            if needs_index && !search::is_ready(cx)? {
                return Ok(None);
            }
            let found = match wanted {
                Wanted::Beginning(typed, conditions) => {
                    let after = after_word.as_ref().map(|(word, id)| (word.as_slice(), *id));
                    search::beginning(cx, &typed, &conditions, after, limit)?
                }
                other => unworded(others(cx, other, after, limit)?),
            };
            people(cx, found, &shown).map(Some)
        })
        .await?;
    let mut people = found.ok_or_else(|| Refused::indexing(INDEXING))?;
    let next = page.cut(&mut people, |found| found.position.clone());
    let rows: Vec<Value> = people.iter().map(|found| found.person.json(visit.settings())).collect();
    page.reply(&visit, &rows, next)
}

/// All but those that are found by words.
fn others(
    cx: &mut Cx<'_>,
    wanted: Wanted,
    after: Option<(Instant, IdentityId)>,
    limit: i64,
) -> Result<Vec<Identity>> {
    let later = |identity: &Identity| after.is_none_or(|after| (identity.created_at, identity.id) > after);
    Ok(match wanted {
        Wanted::Ids(ids) => store::identities::find_all(cx.db, &ids)?.into_iter().filter(later).collect(),
        Wanted::Address(typed) => {
            administration::find_by_address(cx, &typed)?.into_iter().filter(later).collect()
        }
        Wanted::External(external_id) => {
            administration::find_by_external_id(cx, &external_id)?.into_iter().filter(later).collect()
        }
        Wanted::Described(conditions) => search::list(cx, &conditions, after, limit)?,
        Wanted::Beginning(..) => Vec::new(),
    })
}

fn unworded(identities: Vec<Identity>) -> Vec<(Identity, Vec<u8>)> {
    identities.into_iter().map(|identity| (identity, Vec::new())).collect()
}

fn people(cx: &mut Cx<'_>, found: Vec<(Identity, Vec<u8>)>, shown: &Shown) -> Result<Vec<Found>> {
    let (identities, words): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let people = Person::list(cx, identities, shown)?;
    Ok(people
        .into_iter()
        .zip(words)
        .map(|(person, word)| {
            let id: Uuid = person.identity.id.uuid();
            let position = match word.is_empty() {
                true => paging::age(person.identity.created_at, id),
                false => paging::word(&word, id),
            };
            Found { person, position }
        })
        .collect())
}

/// Reads the parameters; and whether they need the index.
fn wanted(visit: &Visit, query: &Query<'_>) -> Answer<(Wanted, bool)> {
    let mut ids = Vec::new();
    for text in query.all("ids") {
        ids.push(text.parse().map_err(|_| input::malformed_id("in the parameter ids"))?);
    }
    ids.sort_unstable();
    ids.dedup();
    let address = query.one("credentials_identifier")?;
    let external_id = query.one("external_id")?;
    let similar = query.one("preview_credentials_identifier_similar")?;
    let typed = query.one("q")?.or(similar);
    let conditions = conditions(visit, query)?;
    let alone = [
        !ids.is_empty(),
        address.is_some(),
        external_id.is_some(),
        similar.is_some(),
        query.one("q")?.is_some(),
    ];
    let alone = alone.iter().filter(|given| **given).count();
    let described = conditions.is_some();
    let by_name = address.is_some() || external_id.is_some();
    if alone > 1 || (described && (!ids.is_empty() || by_name)) {
        let reason = "ids, credentials_identifier, external_id and a search by words exclude each other; \
                      the first three exclude every other condition, too.";
        return Err(Refused::bad_request("conflicting_parameters", reason).into());
    }
    if ids.len() > MOST_IDS {
        let reason = format!("At most {MOST_IDS} ids can be given.");
        return Err(Refused::bad_request("too_many_ids", reason).into());
    }
    let needs_index = typed.is_some() || query.one("filter")?.is_some() || query.one("domain")?.is_some();
    let wanted = match (ids.is_empty(), address, typed) {
        (false, ..) => Wanted::Ids(ids),
        (_, Some(address), _) => Wanted::Address(address.to_owned()),
        _ if external_id.is_some() => Wanted::External(external_id.unwrap_or_default().to_owned()),
        (_, _, Some(typed)) => Wanted::Beginning(typed.to_owned(), conditions.unwrap_or_default()),
        _ => Wanted::Described(conditions.unwrap_or_default()),
    };
    Ok((wanted, needs_index))
}

/// What else they must be; `None` if nothing is said.
fn conditions(visit: &Visit, query: &Query<'_>) -> Answer<Option<Conditions>> {
    let invalid = |reason: &str| Refused::bad_request("invalid_parameter", reason);
    let mut conditions = Conditions::default();
    let mut is_said = false;
    if let Some(name) = query.one("state")? {
        let state = IdentityState::parse(name).ok_or_else(|| invalid("state is active or inactive."))?;
        (conditions.state, is_said) = (Some(state), true);
    }
    if let Some(schema_id) = query.one("schema_id")? {
        (conditions.schema_id, is_said) = (Some(schema_id.to_owned()), true);
    }
    for (name, place) in [("created_from", &mut conditions.from), ("created_before", &mut conditions.before)]
    {
        if let Some(text) = query.one(name)? {
            let at = Instant::parse_rfc3339(text)
                .ok_or_else(|| invalid(&format!("{name} is an instant such as 2026-11-24T14:30:00Z.")))?;
            (*place, is_said) = (Some(at), true);
        }
    }
    if let Some(domain) = query.one("domain")? {
        conditions.values.push(search::at_domain(domain));
        is_said = true;
    }
    if let Some(filter) = query.one("filter")? {
        let read = search::read_filter(visit.settings(), filter).map_err(|why| {
            Refused::bad_request("invalid_filter", format!("The filter is refused: {why}."))
        })?;
        for condition in read {
            match condition {
                Condition::Value(path, value) => conditions.values.push((path, value)),
                Condition::Address(canonical) => conditions.addresses.push(canonical),
            }
        }
        is_said = true;
    }
    Ok(is_said.then_some(conditions))
}

//! Flows, and the way back that each carries.

use diesel::prelude::*;

use super::schema::flows;
use super::{Connection, Error, Result, each};
use crate::model::{
    AuthorizationRequestId, Birth, Continuation, Flow, FlowId, FlowKind, FlowState, IdentityId, Instant,
    Notice, ReturnUrl, TokenDigest,
};

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = flows, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    kind: String,
    browser: Option<Vec<u8>>,
    request_id: Option<String>,
    client_id: Option<String>,
    return_to: Option<String>,
    identity_id: Option<String>,
    state: String,
    notices: String,
    created_at: i64,
    posted_at: Option<i64>,
    expires_at: i64,
    completed_at: Option<i64>,
}

/// Writes a new flow.
pub fn insert<S: FlowState>(db: &mut Connection, flow: &Flow<S>) -> Result<()> {
    let row = to_row(flow)?;
    each!(db, c => diesel::insert_into(flows::table).values(&row).execute(c))?;
    Ok(())
}

/// The flow of this id and kind, expired or completed ones included.
pub fn find<S: FlowState>(db: &mut Connection, id: FlowId) -> Result<Option<Flow<S>>> {
    let row: Option<Row> = each!(db, c => flows::table
        .find(id.to_string())
        .filter(flows::kind.eq(S::KIND.name()))
        .get_result::<Row>(c)
        .optional())?;
    row.map(from_row).transpose()
}

/// The same for somebody who is going to change it: whoever wants to do so at the same time waits, and then finds it as
/// it was left. (SQLite has one writer, so nobody else is there.)
pub fn find_to_change<S: FlowState>(db: &mut Connection, id: FlowId) -> Result<Option<Flow<S>>> {
    let query = || flows::table.find(id.to_string()).filter(flows::kind.eq(S::KIND.name()));
    let row: Option<Row> = match db {
        Connection::Sqlite(c) => query().first::<Row>(c).optional()?,
        Connection::Postgres(c) => query().for_update().first::<Row>(c).optional()?,
    };
    row.map(from_row).transpose()
}

/// A flow of whatever kind, as seen by a flow that begins after it.
#[derive(Debug, Clone)]
pub struct Parent {
    /// Which.
    pub id: FlowId,
    /// What it was born with, and what a nested flow takes over.
    pub birth: Birth,
    /// The address that was typed in it, or carried along.
    pub identifier: Option<String>,
    /// When it is over.
    pub expires_at: Instant,
}

/// The request on whose way a flow of any kind stands.
pub fn request_of(db: &mut Connection, id: FlowId) -> Result<Option<AuthorizationRequestId>> {
    let request: Option<Option<String>> = each!(db, c => flows::table
        .find(id.to_string())
        .select(flows::request_id)
        .get_result::<Option<String>>(c)
        .optional())?;
    let wrong = |_| Error::impossible("flows", "request_id", &id.to_string());
    request.flatten().map(|request| request.parse().map_err(wrong)).transpose()
}

/// The flow of this id, of any kind.
pub fn find_parent(db: &mut Connection, id: FlowId) -> Result<Option<Parent>> {
    let row: Option<Row> = each!(db, c => flows::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(|row| {
        let flow: Flow<AnyState> = from_row(row)?;
        let state = &flow.state.0;
        let identifier = ["identifier", "address"]
            .iter()
            .find_map(|name| state.get(name))
            .or_else(|| state.get("values").and_then(|values| values.get("traits.email")))
            .and_then(serde_json::Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned);
        Ok(Parent { id: flow.id, birth: flow.birth(), identifier, expires_at: flow.expires_at })
    })
    .transpose()
}

/// A state that is not looked into.
#[derive(serde::Serialize, serde::Deserialize)]
struct AnyState(serde_json::Value);

impl FlowState for AnyState {
    const KIND: crate::model::FlowKind = crate::model::FlowKind::Login;
}

/// Writes a flow that goes on: `false` if it was completed meanwhile, and then it stays as it is.
pub fn update<S: FlowState>(db: &mut Connection, flow: &Flow<S>) -> Result<bool> {
    let row = to_row(flow)?;
    let changed = each!(db, c => diesel::update(flows::table.find(&row.id))
        .filter(flows::completed_at.is_null())
        .set(&row)
        .execute(c))?;
    Ok(changed == 1)
}

/// Changes what the page of an open flow says when it is shown next.
pub fn set_notices(db: &mut Connection, kind: FlowKind, id: FlowId, notices: &[Notice]) -> Result<()> {
    let text = serde_json::to_string(notices).map_err(|why| Error::Query(why.to_string()))?;
    each!(db, c => diesel::update(flows::table.find(id.to_string()))
        .filter(flows::kind.eq(kind.name()))
        .set(flows::notices.eq(text))
        .execute(c))?;
    Ok(())
}

/// Marks the flow completed, once: `false` if somebody else was faster, or if it is over by time.
pub fn complete(db: &mut Connection, id: FlowId, now: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(flows::table.find(id.to_string()))
        .filter(flows::completed_at.is_null())
        .filter(flows::expires_at.gt(now.micros()))
        .set(flows::completed_at.eq(now.micros()))
        .execute(c))?;
    Ok(changed == 1)
}

/// Ends every open flow of the identity but one, at once.
pub fn expire_of_identity(
    db: &mut Connection,
    identity: IdentityId,
    except: Option<FlowId>,
    now: Instant,
) -> Result<()> {
    let except = except.map(|id| id.to_string()).unwrap_or_default();
    each!(db, c => diesel::update(flows::table)
        .filter(flows::identity_id.eq(identity.to_string()))
        .filter(flows::completed_at.is_null())
        .filter(flows::id.ne(&except))
        .set(flows::expires_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// Ends one open flow at once.
pub fn expire(db: &mut Connection, id: FlowId, now: Instant) -> Result<()> {
    each!(db, c => diesel::update(flows::table.find(id.to_string()))
        .filter(flows::completed_at.is_null())
        .filter(flows::expires_at.gt(now.micros()))
        .set(flows::expires_at.eq(now.micros()))
        .execute(c))?;
    Ok(())
}

/// Deletes at most `limit` flows that expired before `before`.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => flows::table
        .filter(flows::expires_at.lt(before.micros()))
        .limit(limit)
        .select(flows::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(flows::table.filter(flows::id.eq_any(&old))).execute(c))
}

fn to_row<S: FlowState>(flow: &Flow<S>) -> Result<Row> {
    let (request_id, return_to) = match flow.continuation() {
        Continuation::Authorization(id) => (Some(id.to_string()), None),
        Continuation::Return(url) => (None, Some(url.as_str().to_owned())),
        Continuation::Account => (None, None),
    };
    let json = |why: serde_json::Error| Error::Query(why.to_string());
    Ok(Row {
        id: flow.id.to_string(),
        kind: S::KIND.name().to_owned(),
        browser: flow.browser.as_ref().map(|digest| digest.as_bytes().to_vec()),
        request_id,
        client_id: flow.client_id.clone(),
        return_to,
        identity_id: flow.identity.map(|id| id.to_string()),
        state: serde_json::to_string(&flow.state).map_err(json)?,
        notices: serde_json::to_string(&flow.notices).map_err(json)?,
        created_at: flow.created_at.micros(),
        posted_at: flow.posted_at.map(Instant::micros),
        expires_at: flow.expires_at.micros(),
        completed_at: flow.completed_at.map(Instant::micros),
    })
}

fn from_row<S: FlowState>(row: Row) -> Result<Flow<S>> {
    let wrong = |column| Error::impossible("flows", column, &row.id);
    let continuation = match (&row.request_id, &row.return_to) {
        (Some(id), _) => Continuation::Authorization(
            id.parse::<AuthorizationRequestId>().map_err(|_| wrong("request_id"))?,
        ),
        (None, Some(url)) => Continuation::Return(ReturnUrl::from_row(url.clone())),
        (None, None) => Continuation::Account,
    };
    let state: S = serde_json::from_str(&row.state).map_err(|_| wrong("state"))?;
    let notices: Vec<Notice> = serde_json::from_str(&row.notices).map_err(|_| wrong("notices"))?;
    let identity = row.identity_id.as_deref().map(str::parse::<IdentityId>).transpose();
    let browser = row.browser.as_deref().map(|bytes| TokenDigest::from_slice(bytes).ok_or(())).transpose();
    let id = row.id.parse::<FlowId>().map_err(|_| wrong("id"))?;
    let created_at = Instant::from_micros(row.created_at);
    let birth = Birth {
        browser: browser.map_err(|()| wrong("browser"))?,
        continuation,
        client_id: row.client_id.clone(),
    };
    let mut flow = Flow::begin(id, birth, state, created_at);
    flow.identity = identity.map_err(|_| wrong("identity_id"))?;
    flow.notices = notices;
    flow.posted_at = row.posted_at.map(Instant::from_micros);
    flow.expires_at = Instant::from_micros(row.expires_at);
    flow.completed_at = row.completed_at.map(Instant::from_micros);
    Ok(flow)
}

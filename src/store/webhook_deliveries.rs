//! The outbox of webhooks, and its history: what is to be told to whom, written in the transaction of the event.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::lots::{self, Lot};
use super::schema::webhook_deliveries as deliveries;
use super::{Connection, Error, Result, each};
use crate::model::{DeliveryStatus, Instant, WebhookDelivery, WebhookDeliveryId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
struct Row {
    id: String,
    hook: String,
    event_id: String,
    kind: String,
    identity_id: Option<String>,
    position: i64,
    data: String,
    status: String,
    attempts: i64,
    last_error: Option<String>,
    due_at: i64,
    lease_owner: Option<String>,
    created_at: i64,
    updated_at: i64,
    expires_at: i64,
}

/// Those that somebody still waits for; what is under way is due again when its lease is over.
const OPEN: [DeliveryStatus; 2] = [DeliveryStatus::Queued, DeliveryStatus::Processing];

fn open() -> [&'static str; 2] {
    OPEN.map(DeliveryStatus::name)
}

/// Queues a delivery.
pub fn insert(db: &mut Connection, delivery: &WebhookDelivery) -> Result<()> {
    let row = Row {
        id: delivery.id.to_string(),
        hook: delivery.hook.clone(),
        event_id: delivery.event.to_string(),
        kind: delivery.kind.clone(),
        identity_id: delivery.identity.map(|id| id.to_string()),
        position: delivery.position,
        data: delivery.sealed.clone(),
        status: delivery.status.name().to_owned(),
        attempts: delivery.attempts,
        last_error: delivery.last_error.clone(),
        due_at: delivery.due_at.micros(),
        lease_owner: None,
        created_at: delivery.created_at.micros(),
        updated_at: delivery.updated_at.micros(),
        expires_at: delivery.expires_at.micros(),
    };
    each!(db, c => diesel::insert_into(deliveries::table).values(&row).execute(c))?;
    Ok(())
}

/// The delivery of this id.
pub fn find(db: &mut Connection, id: WebhookDeliveryId) -> Result<Option<WebhookDelivery>> {
    let row: Option<Row> =
        each!(db, c => deliveries::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(from_row).transpose()
}

/// Whether anything waits for its attempt, or was left behind by somebody whose lease ran out.
pub fn has_due(db: &mut Connection, now: Instant) -> Result<bool> {
    each!(db, c => diesel::select(exists(
            deliveries::table
                .filter(deliveries::status.eq_any(open()))
                .filter(deliveries::due_at.le(now.micros())),
        ))
        .get_result::<bool>(c))
}

/// Takes what is due, as the lot allows, and of what is about one identity only the first: the next one is told when
/// that is over. The try is counted here, so that a delivery that ends its deliverer is not tried forever.
pub fn claim_due(db: &mut Connection, now: Instant, lot: &Lot) -> Result<Vec<WebhookDelivery>> {
    let before = diesel::alias!(deliveries as before);
    let now = now.micros();
    let waiting: Vec<(String, String)> = each!(db, c => deliveries::table
        .filter(deliveries::status.eq_any(open()))
        .filter(deliveries::due_at.le(now))
        .filter(deliveries::hook.ne_all(lot.full()))
        .filter(not(exists(
            before
                .filter(before.field(deliveries::hook).eq(deliveries::hook))
                .filter(before.field(deliveries::identity_id).eq(deliveries::identity_id))
                .filter(before.field(deliveries::status).eq_any(open()))
                .filter(before.field(deliveries::position).lt(deliveries::position)),
        )))
        .order((deliveries::attempts.asc(), deliveries::due_at.asc(), deliveries::position.asc()))
        .limit(lots::LOOK)
        .select((deliveries::id, deliveries::hook))
        .load::<(String, String)>(c))?;
    let chosen = lot.choose(waiting);
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = each!(db, c => diesel::update(deliveries::table
        .filter(deliveries::id.eq_any(&chosen))
        .filter(deliveries::status.eq_any(open()))
        .filter(deliveries::due_at.le(now)))
        .set((
            deliveries::status.eq(DeliveryStatus::Processing.name()),
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::due_at.eq(lot.until.micros()),
            deliveries::lease_owner.eq(&lot.owner),
            deliveries::updated_at.eq(now),
        ))
        .returning(Row::as_returning())
        .get_results::<Row>(c))?;
    rows.into_iter().map(from_row).collect()
}

/// It arrived, or is not to be sent, or was given up, and why. What arrived stays so even if the lease ran out
/// meanwhile; anything else only its `owner` can say. `false` if nothing was written.
pub fn finish(
    db: &mut Connection,
    id: WebhookDeliveryId,
    owner: &str,
    now: Instant,
    status: DeliveryStatus,
    why: Option<&str>,
) -> Result<bool> {
    let told = (
        deliveries::status.eq(status.name()),
        deliveries::updated_at.eq(now.micros()),
        deliveries::last_error.eq(why),
        deliveries::lease_owner.eq(None::<String>),
    );
    let changed = if status == DeliveryStatus::Delivered {
        each!(db, c => diesel::update(deliveries::table.find(id.to_string()))
            .filter(deliveries::status.eq_any(open()))
            .set(told)
            .execute(c))?
    } else {
        each!(db, c => diesel::update(deliveries::table.find(id.to_string()))
            .filter(deliveries::status.eq_any(open()))
            .filter(deliveries::lease_owner.eq(owner))
            .set(told)
            .execute(c))?
    };
    Ok(changed == 1)
}

/// The attempt of `owner` failed; the next is due at `next`. `false` if the delivery is not `owner`'s any more.
pub fn put_off(
    db: &mut Connection,
    id: WebhookDeliveryId,
    owner: &str,
    now: Instant,
    next: Instant,
    why: &str,
) -> Result<bool> {
    let changed = each!(db, c => diesel::update(deliveries::table.find(id.to_string()))
        .filter(deliveries::status.eq(DeliveryStatus::Processing.name()))
        .filter(deliveries::lease_owner.eq(owner))
        .set((
            deliveries::status.eq(DeliveryStatus::Queued.name()),
            deliveries::due_at.eq(next.micros()),
            deliveries::updated_at.eq(now.micros()),
            deliveries::last_error.eq(why),
            deliveries::lease_owner.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// Puts what is over back into the outbox, with all its attempts before it. `false` if it is not over.
pub fn requeue(
    db: &mut Connection,
    id: WebhookDeliveryId,
    now: Instant,
    expires_at: Instant,
) -> Result<bool> {
    let changed = each!(db, c => diesel::update(deliveries::table.find(id.to_string()))
        .filter(deliveries::status.ne_all(open()))
        .set((
            deliveries::status.eq(DeliveryStatus::Queued.name()),
            deliveries::attempts.eq(0),
            deliveries::due_at.eq(now.micros()),
            deliveries::updated_at.eq(now.micros()),
            deliveries::expires_at.eq(expires_at.micros()),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// Which deliveries are meant.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only to this webhook.
    pub hook: Option<String>,
    /// Only those that stand there.
    pub status: Option<DeliveryStatus>,
    /// Only about this identity.
    pub identity: Option<crate::model::IdentityId>,
}

/// Deliveries, the newest first, at most `limit`, after the one that `after` names by its instant and id.
pub fn list(
    db: &mut Connection,
    wanted: &Wanted,
    after: Option<(Instant, WebhookDeliveryId)>,
    limit: i64,
) -> Result<Vec<WebhookDelivery>> {
    let rows: Vec<Row> = each!(db, c => {
        let mut query = deliveries::table.into_boxed();
        if let Some((at, id)) = after {
            query = query.filter(
                deliveries::created_at
                    .lt(at.micros())
                    .or(deliveries::created_at.eq(at.micros()).and(deliveries::id.lt(id.to_string()))),
            );
        }
        if let Some(hook) = &wanted.hook {
            query = query.filter(deliveries::hook.eq(hook.clone()));
        }
        if let Some(status) = wanted.status {
            query = query.filter(deliveries::status.eq(status.name()));
        }
        if let Some(identity) = wanted.identity {
            query = query.filter(deliveries::identity_id.eq(identity.to_string()));
        }
        query.order((deliveries::created_at.desc(), deliveries::id.desc())).limit(limit).load::<Row>(c)
    })?;
    rows.into_iter().map(from_row).collect()
}

/// Deletes at most `limit` deliveries that expired before `before`, whatever became of them.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => deliveries::table
        .filter(deliveries::expires_at.lt(before.micros()))
        .limit(limit)
        .select(deliveries::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(deliveries::table.filter(deliveries::id.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<WebhookDelivery> {
    let wrong = |column| Error::impossible("webhook_deliveries", column, &row.id);
    Ok(WebhookDelivery {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        hook: row.hook.clone(),
        event: row.event_id.parse().map_err(|_| wrong("event_id"))?,
        kind: row.kind.clone(),
        identity: row.identity_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("identity_id"))?,
        position: row.position,
        sealed: row.data.clone(),
        status: DeliveryStatus::parse(&row.status).ok_or_else(|| wrong("status"))?,
        attempts: row.attempts,
        last_error: row.last_error.clone(),
        due_at: Instant::from_micros(row.due_at),
        created_at: Instant::from_micros(row.created_at),
        updated_at: Instant::from_micros(row.updated_at),
        expires_at: Instant::from_micros(row.expires_at),
    })
}

//! The outbox: messages that wait for the courier, written in the transaction of the fact that they tell.

use diesel::prelude::*;

use super::lots::{self, Lot};
use super::schema::messages;
use super::{Connection, Error, Result, each};
use crate::model::{Channel, Instant, Message, MessageId, MessageStatus};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
struct Row {
    id: String,
    template_type: String,
    recipient: String,
    identity_id: Option<String>,
    locale: String,
    data: String,
    status: String,
    attempts: i64,
    last_error: Option<String>,
    next_attempt_at: i64,
    lease_until: Option<i64>,
    lease_owner: Option<String>,
    created_at: i64,
    updated_at: i64,
    expires_at: i64,
    sent_at: Option<i64>,
    channel: String,
    destination: String,
}

/// Queues a message.
pub fn insert(db: &mut Connection, message: &Message) -> Result<()> {
    let row = Row {
        id: message.id.to_string(),
        template_type: message.template_type.clone(),
        recipient: message.recipient.clone(),
        identity_id: message.identity.map(|id| id.to_string()),
        locale: "en".to_owned(),
        data: message.sealed.clone(),
        status: message.status.name().to_owned(),
        attempts: message.attempts,
        last_error: message.last_error.clone(),
        next_attempt_at: message.next_attempt_at.micros(),
        lease_until: None,
        lease_owner: None,
        created_at: message.created_at.micros(),
        updated_at: message.updated_at.micros(),
        expires_at: message.expires_at.micros(),
        sent_at: message.sent_at.map(Instant::micros),
        channel: message.channel.name().to_owned(),
        destination: message.destination.clone(),
    };
    each!(db, c => diesel::insert_into(messages::table).values(&row).execute(c))?;
    Ok(())
}

/// Takes a message back before anybody could claim it, in the transaction that queued it.
pub fn withdraw(db: &mut Connection, id: MessageId) -> Result<()> {
    each!(db, c => diesel::delete(messages::table.find(id.to_string())).execute(c))?;
    Ok(())
}

/// The message of this id.
pub fn find(db: &mut Connection, id: MessageId) -> Result<Option<Message>> {
    let row: Option<Row> =
        each!(db, c => messages::table.find(id.to_string()).get_result::<Row>(c).optional())?;
    row.map(from_row).transpose()
}

/// Whether anything waits for its attempt, or was left behind by somebody whose lease ran out.
pub fn has_due(db: &mut Connection, now: Instant) -> Result<bool> {
    each!(db, c => diesel::select(diesel::dsl::exists(messages::table.filter(
            messages::status
                .eq(MessageStatus::Queued.name())
                .and(messages::next_attempt_at.le(now.micros()))
                .or(messages::status
                    .eq(MessageStatus::Processing.name())
                    .and(messages::lease_until.le(now.micros()))),
        )))
        .get_result::<bool>(c))
}

/// Whether anything still waits that was tried more than once.
pub fn is_stuck(db: &mut Connection) -> Result<bool> {
    each!(db, c => diesel::select(diesel::dsl::exists(
            messages::table
                .filter(messages::status.eq(MessageStatus::Queued.name()))
                .filter(messages::attempts.gt(1)),
        ))
        .get_result::<bool>(c))
}

/// Whether anything was sent after `since`.
pub fn has_sent_since(db: &mut Connection, since: Instant) -> Result<bool> {
    each!(db, c => diesel::select(diesel::dsl::exists(
            messages::table
                .filter(messages::status.eq(MessageStatus::Sent.name()))
                .filter(messages::next_attempt_at.gt(since.micros())),
        ))
        .get_result::<bool>(c))
}

/// Takes what is due, as the lot allows; its owner has until the lot's instant to say what became of it. The try is
/// counted here, so that a message that ends its deliverer is not tried forever.
///
/// Whoever never failed comes first. What is due is asked again of a row that somebody else changed meanwhile.
pub fn claim_due(db: &mut Connection, now: Instant, lot: &Lot) -> Result<Vec<Message>> {
    let (queued, processing) = (MessageStatus::Queued.name(), MessageStatus::Processing.name());
    let now = now.micros();
    let due = || {
        messages::status
            .eq(queued)
            .and(messages::next_attempt_at.le(now))
            .or(messages::status.eq(processing).and(messages::lease_until.le(now)))
    };
    let waiting: Vec<(String, String)> = each!(db, c => messages::table
        .filter(due())
        .filter(messages::destination.ne_all(lot.full()))
        .order((messages::attempts.asc(), messages::next_attempt_at.asc()))
        .limit(lots::LOOK)
        .select((messages::id, messages::destination))
        .load::<(String, String)>(c))?;
    let chosen = lot.choose(waiting);
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = each!(db, c => diesel::update(messages::table
        .filter(messages::id.eq_any(&chosen))
        .filter(due()))
        .set((
            messages::status.eq(processing),
            messages::attempts.eq(messages::attempts + 1),
            messages::lease_until.eq(lot.until.micros()),
            messages::lease_owner.eq(&lot.owner),
            messages::updated_at.eq(now),
        ))
        .returning(Row::as_returning())
        .get_results::<Row>(c))?;
    let mut claimed = rows.into_iter().map(from_row).collect::<Result<Vec<_>>>()?;
    claimed.sort_by_key(|message| (message.attempts, message.next_attempt_at, message.id));
    Ok(claimed)
}

/// The mail server took it. That stays true even if the lease ran out meanwhile, so nobody sends it again.
/// With `erase`, what it said is forgotten.
pub fn mark_sent(db: &mut Connection, id: MessageId, now: Instant, erase: bool) -> Result<bool> {
    let changed = each!(db, c => diesel::update(messages::table.find(id.to_string()))
        .filter(messages::status.ne(MessageStatus::Sent.name()))
        .set((
            messages::status.eq(MessageStatus::Sent.name()),
            messages::sent_at.eq(now.micros()),
            // No attempt follows; the index then finds what was sent lately.
            messages::next_attempt_at.eq(now.micros()),
            messages::updated_at.eq(now.micros()),
            messages::last_error.eq(None::<String>),
            messages::lease_until.eq(None::<i64>),
            messages::lease_owner.eq(None::<String>),
        ))
        .execute(c))?;
    if changed == 1 && erase {
        erase_letter(db, id)?;
    }
    Ok(changed == 1)
}

/// What becomes of a message after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// It is tried again at this instant.
    TryAgain(Instant),
    /// It is given up; `erase` forgets what it said.
    Abandon {
        /// Whether what it said is forgotten.
        erase: bool,
    },
}

/// The attempt of `owner` failed. `false` if the message is not `owner`'s any more.
pub fn mark_failed(
    db: &mut Connection,
    id: MessageId,
    owner: &str,
    now: Instant,
    why: &str,
    then: AfterFailure,
) -> Result<bool> {
    let (status, next) = match then {
        AfterFailure::TryAgain(at) => (MessageStatus::Queued, at),
        AfterFailure::Abandon { .. } => (MessageStatus::Abandoned, now),
    };
    let changed = each!(db, c => diesel::update(messages::table.find(id.to_string()))
        .filter(messages::status.eq(MessageStatus::Processing.name()))
        .filter(messages::lease_owner.eq(owner))
        .set((
            messages::status.eq(status.name()),
            messages::next_attempt_at.eq(next.micros()),
            messages::updated_at.eq(now.micros()),
            messages::last_error.eq(why),
            messages::lease_until.eq(None::<i64>),
            messages::lease_owner.eq(None::<String>),
        ))
        .execute(c))?;
    if changed == 1 && then == (AfterFailure::Abandon { erase: true }) {
        erase_letter(db, id)?;
    }
    Ok(changed == 1)
}

/// Puts a dead letter back, with all its attempts before it. `false` if it is none any more.
pub fn requeue(db: &mut Connection, id: MessageId, now: Instant, expires_at: Instant) -> Result<bool> {
    let changed = each!(db, c => diesel::update(messages::table.find(id.to_string()))
        .filter(messages::status.eq(MessageStatus::Abandoned.name()))
        .set((
            messages::status.eq(MessageStatus::Queued.name()),
            messages::attempts.eq(0),
            messages::next_attempt_at.eq(now.micros()),
            messages::updated_at.eq(now.micros()),
            messages::expires_at.eq(expires_at.micros()),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

fn erase_letter(db: &mut Connection, id: MessageId) -> Result<()> {
    each!(db, c => diesel::update(messages::table.find(id.to_string()))
        .set(messages::data.eq(""))
        .execute(c))?;
    Ok(())
}

/// Messages, the newest first, at most `limit`, after the one that `after` names by its instant and id.
pub fn list(
    db: &mut Connection,
    after: Option<(Instant, MessageId)>,
    limit: i64,
    status: Option<MessageStatus>,
    recipient: Option<&str>,
) -> Result<Vec<Message>> {
    let rows: Vec<Row> = each!(db, c => {
        let mut query = messages::table.into_boxed();
        if let Some((at, id)) = after {
            query = query.filter(
                messages::created_at
                    .lt(at.micros())
                    .or(messages::created_at.eq(at.micros()).and(messages::id.lt(id.to_string()))),
            );
        }
        if let Some(status) = status {
            query = query.filter(messages::status.eq(status.name()));
        }
        if let Some(recipient) = recipient {
            query = query.filter(messages::recipient.eq(recipient.to_owned()));
        }
        query.order((messages::created_at.desc(), messages::id.desc())).limit(limit).load::<Row>(c)
    })?;
    rows.into_iter().map(from_row).collect()
}

/// Deletes at most `limit` messages that expired before `before`, whatever became of them.
pub fn delete_expired(db: &mut Connection, before: Instant, limit: i64) -> Result<usize> {
    let old: Vec<String> = each!(db, c => messages::table
        .filter(messages::expires_at.lt(before.micros()))
        .limit(limit)
        .select(messages::id)
        .load::<String>(c))?;
    each!(db, c => diesel::delete(messages::table.filter(messages::id.eq_any(&old))).execute(c))
}

fn from_row(row: Row) -> Result<Message> {
    let wrong = |column| Error::impossible("messages", column, &row.id);
    Ok(Message {
        id: row.id.parse().map_err(|_| wrong("id"))?,
        template_type: row.template_type.clone(),
        recipient: row.recipient.clone(),
        identity: row.identity_id.as_deref().map(str::parse).transpose().map_err(|_| wrong("identity_id"))?,
        sealed: row.data.clone(),
        status: MessageStatus::parse(&row.status).ok_or_else(|| wrong("status"))?,
        attempts: row.attempts,
        last_error: row.last_error.clone(),
        next_attempt_at: Instant::from_micros(row.next_attempt_at),
        created_at: Instant::from_micros(row.created_at),
        updated_at: Instant::from_micros(row.updated_at),
        expires_at: Instant::from_micros(row.expires_at),
        sent_at: row.sent_at.map(Instant::from_micros),
        channel: Channel::parse(&row.channel).ok_or_else(|| wrong("channel"))?,
        destination: row.destination.clone(),
    })
}

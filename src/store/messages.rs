//! The outbox: messages that wait for the courier, written in the transaction of the fact that they tell.

use diesel::prelude::*;

use super::schema::messages;
use super::{Connection, Error, Result, each};
use crate::model::{Instant, Message, MessageId, MessageStatus};

#[derive(Queryable, Insertable)]
#[diesel(table_name = messages)]
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
    let row: Option<Row> = each!(db, c => messages::table.find(id.to_string()).first::<Row>(c).optional())?;
    row.map(from_row).transpose()
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
    })
}

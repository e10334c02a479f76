//! Sending a dead letter again, as it was or to somebody else.

use std::time::Duration;

use super::messages::fact;
use super::render::open;
use crate::cx::{Cx, Fault, Result};
use crate::model::{Channel, Message, MessageId, MessageStatus};
use crate::store;

/// How long a notice that is sent again is worth delivering.
const NOTICE_LIFETIME: Duration = Duration::from_secs(24 * 3_600);

/// What became of the wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resent {
    /// It waits in the outbox under this id.
    Queued(MessageId),
    /// There is no such message.
    Unknown,
    /// It was not given up; this is where it stands.
    Alive(MessageStatus),
    /// Its code or link works no more: whoever wanted it must ask for another.
    TooLate,
    /// What it said was forgotten.
    Forgotten,
}

/// Puts a dead letter back into the outbox, with all its attempts before it. To the same recipient it is the same
/// message, under the same key; to another one it is a new message, and the dead one stays.
pub fn resend(cx: &mut Cx<'_>, id: MessageId, to: Option<&str>) -> Result<Resent> {
    let Some(message) = store::messages::find(cx.db, id)? else { return Ok(Resent::Unknown) };
    if message.status != MessageStatus::Abandoned {
        return Ok(Resent::Alive(message.status));
    }
    if message.sealed.is_empty() {
        return Ok(if message.expires_at <= cx.now { Resent::TooLate } else { Resent::Forgotten });
    }
    let letter = open(cx.env, &message)?;
    let ends = match letter.mail.is_for_use() {
        true if message.expires_at <= cx.now => return Ok(Resent::TooLate),
        true => message.expires_at,
        false => cx.now + NOTICE_LIFETIME,
    };
    let Some(to) = to.filter(|to| *to != message.recipient) else {
        if !store::messages::requeue(cx.db, id, cx.now, ends)? {
            return Ok(Resent::Unknown);
        }
        cx.record(fact("message.resent", &message))?;
        return Ok(Resent::Queued(id));
    };
    let fresh = MessageId::from_uuid(cx.random().uuid());
    let plain = serde_json::to_vec(&letter).map_err(|why| Fault::Internal(why.to_string()))?;
    let channel = Channel::to(to);
    let copy = Message {
        id: fresh,
        recipient: to.to_owned(),
        sealed: cx.env.secrets.seal(cx.random(), &Message::place(fresh), &plain)?,
        status: MessageStatus::Queued,
        attempts: 0,
        last_error: None,
        next_attempt_at: cx.now,
        updated_at: cx.now,
        expires_at: ends,
        channel,
        destination: channel.destination(to),
        ..message.clone()
    };
    store::messages::insert(cx.db, &copy)?;
    cx.record(fact("message.resent", &message).with("as", fresh.to_string()))?;
    Ok(Resent::Queued(fresh))
}

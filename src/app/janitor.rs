//! Deletes what has expired, in small bites: a table never grows for ever, and nobody waits for the broom.

use std::time::Duration;

use tokio::sync::watch;

use super::pause;
use crate::cx::{self, Work};
use crate::journey;
use crate::model::Instant;
use crate::store::{self, Connection};

/// Between two rounds.
const ROUND: Duration = Duration::from_secs(60);

/// Rows of one transaction.
const BITE: i64 = 500;

const DAY: Duration = Duration::from_secs(86_400);
const WEEK: Duration = Duration::from_secs(7 * 86_400);
const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// Deletes at most so many rows that expired before that instant.
type Delete = fn(&mut Connection, Instant, i64) -> store::Result<usize>;

/// A table that grows.
struct Table {
    name: &'static str,
    /// How long its rows are still of use after their expiry.
    kept: Duration,
    delete: Delete,
}

/// The tables, those first whose rows point at others. Flows outlive their expiry by a week and requests by a day, so
/// that a person who comes back late, by a bookmark even, is led on and not lost; codes do, so that their replay and
/// their number in a day are seen; mails stay for a week, for whoever asks what became of one, and signing keys for a month,
/// without their private part, for whoever asks what an old token was signed with.
const TABLES: [Table; 23] = [
    Table { name: "one_time_codes", kept: DAY, delete: store::one_time_codes::delete_expired },
    Table { name: "flows", kept: WEEK, delete: store::flows::delete_expired },
    Table {
        name: "authorization_requests",
        kept: DAY,
        delete: store::authorization_requests::delete_expired,
    },
    Table { name: "pushed_requests", kept: DAY, delete: store::pushed_requests::delete_expired },
    Table {
        name: "client_assertions",
        kept: Duration::ZERO,
        delete: store::client_assertions::delete_expired,
    },
    Table { name: "authorization_codes", kept: DAY, delete: store::authorization_codes::delete_expired },
    Table { name: "device_codes", kept: DAY, delete: store::device_codes::delete_expired },
    Table { name: "access_tokens", kept: Duration::ZERO, delete: store::access_tokens::delete_expired },
    Table { name: "refresh_tokens", kept: Duration::ZERO, delete: store::refresh_tokens::delete_expired },
    Table { name: "revoked_tokens", kept: Duration::ZERO, delete: store::grants::delete_expired_revocations },
    Table { name: "grants", kept: DAY, delete: store::grants::delete_expired },
    Table { name: "sessions", kept: Duration::ZERO, delete: store::sessions::delete_expired },
    Table { name: "factor_setups", kept: Duration::ZERO, delete: store::factors::delete_expired_setups },
    Table { name: "trusted_devices", kept: Duration::ZERO, delete: store::trusted_devices::delete_expired },
    Table { name: "parked_changes", kept: Duration::ZERO, delete: store::parked_changes::delete_expired },
    Table { name: "undos", kept: WEEK, delete: store::undos::delete_expired },
    Table { name: "known_browsers", kept: Duration::ZERO, delete: store::known_browsers::delete_expired },
    Table { name: "throttles", kept: Duration::ZERO, delete: store::throttles::delete_expired },
    Table {
        name: "webauthn_challenges",
        kept: Duration::ZERO,
        delete: store::webauthn_challenges::delete_expired,
    },
    Table { name: "signing_keys", kept: MONTH, delete: store::signing_keys::delete_expired },
    Table { name: "invitations", kept: MONTH, delete: store::invitations::delete_expired },
    Table { name: "messages", kept: WEEK, delete: store::messages::delete_expired },
    Table { name: "logout_notices", kept: DAY, delete: store::logout_notices::delete_expired },
];

/// The table that is kept for as long as the settings say.
const EVENTS: &str = "events";

/// Cleans up until told to stop.
pub(super) async fn run(work: Work, mut stop: watch::Receiver<bool>) {
    while pause(&mut stop, ROUND).await {
        match sweep(&work, &stop).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "expired rows deleted"),
            Err(fault) => tracing::warn!(%fault, "expired rows were not deleted; the next round tries again"),
        }
    }
}

/// One round over all tables; answers how many rows are gone. Accounts go first whose week is over.
pub(super) async fn sweep(work: &Work, stop: &watch::Receiver<bool>) -> cx::Result<usize> {
    let mut rows = 0;
    while !*stop.borrow() {
        let deleted = if work.read(journey::is_deletion_due).await? {
            work.write(journey::delete_due).await?
        } else {
            0
        };
        if deleted == 0 {
            break;
        }
        rows += deleted;
    }
    for table in &TABLES {
        rows += clear(work, stop, table).await?;
    }
    let kept = work.env().settings.events_kept;
    rows += cap(work, stop, MOST_THROTTLES).await?;
    let events = Table { name: EVENTS, kept, delete: store::events::delete_older };
    Ok(rows + clear(work, stop, &events).await?)
}

/// Counters of failed tries are kept for long, and strangers make them: beyond so many, those go that expire first.
const MOST_THROTTLES: i64 = 1_000_000;

/// Takes what is too much. The search for the edge waits for no writer and lets none wait.
pub(super) async fn cap(work: &Work, stop: &watch::Receiver<bool>, most: i64) -> cx::Result<usize> {
    let mut rows = 0;
    let Some(edge) = work.read(move |cx| Ok(store::throttles::edge(cx.db, most)?)).await? else {
        return Ok(rows);
    };
    while !*stop.borrow() {
        let bite = work.write(move |cx| Ok(store::throttles::delete_up_to(cx.db, edge, BITE)?)).await?;
        rows += bite;
        if i64::try_from(bite).unwrap_or(i64::MAX) < BITE {
            break;
        }
    }
    tracing::warn!(rows, "there were too many counters of failed tries; those that expire first are gone");
    Ok(rows)
}

/// Whether this table is cleared.
#[cfg(test)]
pub(super) fn clears(name: &str) -> bool {
    name == EVENTS || TABLES.iter().any(|table| table.name == name)
}

/// Clears one table, bite by bite.
async fn clear(work: &Work, stop: &watch::Receiver<bool>, table: &Table) -> cx::Result<usize> {
    let (kept, delete) = (table.kept, table.delete);
    let mut rows = 0;
    while !*stop.borrow() {
        let bite = work.write(move |cx| Ok(delete(cx.db, cx.now - kept, BITE)?)).await?;
        rows += bite;
        if i64::try_from(bite).unwrap_or(i64::MAX) < BITE {
            break;
        }
    }
    if rows > 0 {
        tracing::trace!(table = table.name, rows, "cleared");
    }
    Ok(rows)
}

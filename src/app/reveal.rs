//! `log.reveal`: for an hour the log shows queries and addresses. The hour is that of the database: no restart, and no other
//! server, begins another one while the setting stands there.

use crate::cx::{Cx, REVEALED, Result};
use crate::model::{Event, Instant};
use crate::store;

/// Since when the setting stands there.
const ROW: &str = "log_reveal";

/// Begins the hour, goes on with it, or finds that it is over.
pub(super) fn begin(cx: &mut Cx<'_>) -> Result<()> {
    if !cx.settings().log_reveal {
        store::meta::delete(cx.db, ROW)?;
        return Ok(());
    }
    let since = match store::meta::find(cx.db, ROW)? {
        Some(since) => Instant::from_micros(since.parse().unwrap_or_default()),
        None => {
            store::meta::put(cx.db, ROW, &cx.now.micros().to_string())?;
            let until = (cx.now + REVEALED).rfc3339();
            cx.record(Event::new("log.revealed").with("until", until))?;
            cx.now
        }
    };
    let until = since + REVEALED;
    if until > cx.now {
        cx.env.reveal.begin(until);
        tracing::warn!(%until, "log.reveal: queries and addresses stand in the log, and every page says so");
    } else {
        tracing::warn!(
            since = %until,
            "log.reveal is over; to use it once more, start without it, and then with it again"
        );
    }
    Ok(())
}

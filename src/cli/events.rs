//! `wayhome events`: what happened, to whom, and who brought it about.

use clap::Subcommand;

use super::{Done, Failure, Place, runtime, table};
use crate::model::Instant;
use crate::store::events::{self, Wanted};

/// What can be asked of the event log.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List events, the newest first
    List {
        /// Only those about this identity
        #[arg(long)]
        identity: Option<String>,
        /// Only those of this kind; may come several times
        #[arg(long)]
        kind: Vec<String>,
        /// Only those from this instant on, like 2026-11-26T14:30:00Z
        #[arg(long)]
        since: Option<String>,
        /// Only those before this instant
        #[arg(long)]
        until: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u16,
        #[command(flatten)]
        place: Place,
    },
}

impl Command {
    pub(super) fn run(self) -> Done {
        let Self::List { identity, kind, since, until, limit, place } = self;
        let identity = identity.as_deref().map(super::identity_id).transpose()?;
        let wanted = Wanted { identity, kinds: kind, since: instant(since)?, until: instant(until)? };
        list(wanted, limit, &place)
    }
}

fn instant(text: Option<String>) -> Result<Option<Instant>, Failure> {
    let read = text.map(|text| {
        let why = format!("`{text}` is no instant with its offset, like 2026-11-26T14:30:00Z");
        Instant::parse_rfc3339(&text).ok_or_else(|| Failure::usage(why))
    });
    read.transpose()
}

fn list(wanted: Wanted, limit: u16, place: &Place) -> Done {
    let found = runtime()?.block_on(async {
        let work = place.open().await?;
        let found = work.read(move |cx| Ok(events::list(cx.db, &wanted, None, i64::from(limit))?)).await?;
        Ok::<_, Failure>(found)
    })?;
    let head = ["AT", "KIND", "ORIGIN", "IDENTITY", "CLIENT", "DETAILS"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(found.into_iter().map(|event| {
        vec![
            event.at.rfc3339(),
            event.kind,
            event.origin,
            event.identity.map(|id| id.to_string()).unwrap_or_default(),
            event.client_id.unwrap_or_default(),
            event.data.to_string(),
        ]
    }));
    Ok(table::write(&mut std::io::stdout(), &rows)?)
}

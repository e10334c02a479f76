//! `wayhome webhooks`: what webhooks were told, and telling it again.

use std::io::Write as _;

use clap::Subcommand;

use super::{Done, Failure, Place, runtime, table};
use crate::courier::{Redelivery, redeliver};
use crate::model::{DeliveryStatus, WebhookDeliveryId};
use crate::store::webhook_deliveries::{self, Wanted};

/// What can be done with webhooks.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List deliveries, the newest first
    List {
        /// Only those to this webhook
        #[arg(long)]
        webhook: Option<String>,
        /// Only those that stand there: queued, processing, delivered, skipped or abandoned
        #[arg(long)]
        status: Option<String>,
        /// Only those about this identity
        #[arg(long)]
        identity: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u16,
        #[command(flatten)]
        place: Place,
    },
    /// Tell an event again that was told or given up
    Redeliver {
        /// The id of the delivery, as `list` shows it
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

impl Command {
    pub(super) fn run(self) -> Done {
        match self {
            Self::List { webhook, status, identity, limit, place } => {
                let status = match status.as_deref() {
                    None => None,
                    Some(name) => Some(DeliveryStatus::parse(name).ok_or_else(|| {
                        let names = DeliveryStatus::ALL.map(DeliveryStatus::name).join(", ");
                        Failure::usage(format!("`{name}` is none of {names}"))
                    })?),
                };
                let identity = identity.as_deref().map(super::identity_id).transpose()?;
                list(Wanted { hook: webhook, status, identity }, limit, &place)
            }
            Self::Redeliver { id, place } => again(&id, &place),
        }
    }
}

fn list(wanted: Wanted, limit: u16, place: &Place) -> Done {
    let found = runtime()?.block_on(async {
        let work = place.open().await?;
        let found = work
            .read(move |cx| Ok(webhook_deliveries::list(cx.db, &wanted, None, i64::from(limit))?))
            .await?;
        Ok::<_, Failure>(found)
    })?;
    let head = ["ID", "CREATED", "WEBHOOK", "STATUS", "TRIES", "EVENT", "IDENTITY", "LAST ERROR"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(found.into_iter().map(|delivery| {
        vec![
            delivery.id.to_string(),
            delivery.created_at.rfc3339(),
            delivery.hook,
            delivery.status.name().to_owned(),
            delivery.attempts.to_string(),
            delivery.kind,
            delivery.identity.map(|id| id.to_string()).unwrap_or_default(),
            delivery.last_error.unwrap_or_default(),
        ]
    }));
    Ok(table::write(&mut std::io::stdout(), &rows)?)
}

fn again(id: &str, place: &Place) -> Done {
    let id: WebhookDeliveryId = id
        .parse()
        .map_err(|_| Failure::usage(format!("`{id}` is no id of a delivery; `list` shows them")))?;
    let outcome = runtime()?.block_on(async {
        let work = place.open().await?;
        Ok::<_, Failure>(work.write(move |cx| redeliver(cx, id)).await?)
    })?;
    match outcome {
        Redelivery::Queued => Ok(writeln!(std::io::stderr(), "It waits in the outbox.")?),
        Redelivery::Unknown => Err(Failure::failed(format!("there is no delivery {id}"))),
        Redelivery::Open => Err(Failure::failed("it waits in the outbox already")),
    }
}
